//! Checkouts that fight for the last of something, or for one cart.

use std::time::Duration;

use amazoff_actors::checkout::{Failure, Outcome};
use amazoff_actors::ids::{CartId, LineId, OrderId};
use amazoff_actors::money::Quantity;
use amazoff_actors::payment::Operation;
use amazoff_world::{Shelf, World, fail_each_step, paused};
use futures::future::{join, join_all};

use super::{CODE, LIMIT, MANY, aside, books_balance, captures, done, is_bought};

/// T-C4 (b): what is taken is the total of the order, whatever another tab changes and wherever the power is cut.
#[test]
fn what_another_tab_changes_while_the_power_is_cut_never_changes_what_is_paid() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 10).await;
            world.coupon(CODE, None).await;
            let cart = world.full_cart(&[(shelf, 3)]).await;
            (shelf, cart, world.form(cart, "tok_ok").await)
        },
        async |world, (shelf, cart, form)| {
            let shop = world.shop();
            let button = shop.checkouts.complete(*cart, form.clone(), world.envelope(), LIMIT);
            let tab = async {
                // Once the button is pressed.
                tokio::task::yield_now().await;
                let line = LineId::of_variant(shelf.variant);
                let _ = shop.carts.set_quantity(*cart, line, Quantity::ONE, world.envelope()).await;
                let _ = shop.carts.apply_coupon(*cart, CODE, world.envelope()).await;
            };
            let _ = join(button, tab).await;
        },
        async |world, (_, cart, form), cut| {
            let bought = is_bought(world, *cart).await;
            assert!(bought || cut.is_some(), "the other tab kept it from being bought");
            if bought {
                let order = world.shop().orders.get(OrderId::of_cart(*cart)).await.unwrap().unwrap();
                assert_eq!(
                    (order.totals.total, order.sums.captured),
                    (form.expected_total, form.expected_total)
                );
            }
            let taken = world.provider.entries();
            assert!(taken.iter().all(|entry| entry.amount == form.expected_total), "{cut:?}: {taken:?}");
            books_balance(world).await;
        },
    );
    assert!(cuts > 10, "{cuts} cuts");
}

/// Two carts that want what only one can have.
async fn both(world: &World, carts: [CartId; 2]) -> [Option<Outcome>; 2] {
    let (one, other) = join(world.complete(carts[0], "tok_ok"), world.complete(carts[1], "tok_ok")).await;
    [one.ok(), other.ok()]
}

/// T-P5 (b): one of two checkouts gets the last use of a code, wherever the power is cut; the other is not charged.
#[test]
fn the_last_use_of_a_code_goes_to_one_of_two_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 10).await;
            world.coupon(CODE, Some(1)).await;
            let carts = [world.full_cart(&[(shelf, 1)]).await, world.full_cart(&[(shelf, 1)]).await];
            for cart in carts {
                world.shop().carts.apply_coupon(cart, CODE, world.envelope()).await.unwrap();
            }
            carts
        },
        async |world, carts| {
            let _ = both(world, *carts).await;
        },
        async |world, carts, cut| {
            let mut bought = 0;
            for cart in *carts {
                bought += u32::from(is_bought(world, cart).await);
            }
            let used = world.shop().coupons.look_up(CODE).await.unwrap().unwrap();
            assert!(bought <= 1 && used.redeemed == bought, "{cut:?}: {bought} bought, {used:?}");
            books_balance(world).await;
        },
    );
    assert!(cuts > 20, "{cuts} cuts");
}

struct LastPieces {
    shelves: [Shelf; 2],
    carts: [CartId; 2],
}

/// T-S1 (b), T-S7 (b): two carts want the last pieces of the same two things in opposite orders. Wherever the power is cut,
/// neither waits for ever, and both press until they know: one has bought, once.
#[test]
fn the_last_pieces_go_to_one_of_two_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelves = [world.stock(1_999, 1).await, world.stock(500, 1).await];
            let one = world.full_cart(&[(shelves[0], 1), (shelves[1], 1)]).await;
            let other = world.full_cart(&[(shelves[1], 1), (shelves[0], 1)]).await;
            LastPieces { shelves, carts: [one, other] }
        },
        async |world, LastPieces { carts, .. }| {
            let _ = both(world, *carts).await;
        },
        async |world, LastPieces { shelves, carts }, cut| {
            assert!(captures(world) <= 1, "{cut:?}");
            for cart in *carts {
                let told = world.complete(cart, "tok_ok").await;
                let known = matches!(
                    told,
                    Ok(Outcome::Placed { .. } | Outcome::Failed(Failure::InsufficientStock { .. }))
                );
                assert!(known, "{cut:?}: {told:?}");
            }
            world.settled().await;
            let winners = [is_bought(world, carts[0]).await, is_bought(world, carts[1]).await];
            assert!(winners[0] ^ winners[1], "{cut:?}: {winners:?}");
            for shelf in shelves {
                assert_eq!(aside(world, *shelf).await, (0, 1), "{cut:?}");
            }
            books_balance(world).await;
        },
    );
    assert!(cuts > 20, "{cuts} cuts");
}

/// T-S3 (a): many checkouts at once that end in every way that undoes them give all pieces back.
#[test]
fn whatever_undoes_many_checkouts_at_once_their_pieces_are_free() {
    paused(async {
        let world = World::start().await;
        let pieces = u32::try_from(3 * MANY).unwrap();
        let (shelf, last) = (world.stock(1_999, pieces).await, world.stock(500, 1).await);
        let mut carts = Vec::new();
        for n in 0..3 * MANY {
            let cart = match n % 3 {
                // Its second thing will be gone.
                0 => world.full_cart(&[(shelf, 1), (last, 1)]).await,
                _ => world.full_cart(&[(shelf, 1)]).await,
            };
            carts.push((cart, ["tok_ok", "tok_decline", "tok_action"][n % 3]));
        }
        let quick = world.full_cart(&[(last, 1)]).await;
        world.complete(quick, "tok_ok").await.unwrap();
        let outcomes = join_all(carts.iter().map(|(cart, token)| world.complete(*cart, token))).await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        world.pass_patience().await;
        for (cart, token) in carts {
            assert!(!is_bought(&world, cart).await, "{token}");
        }
        assert_eq!(aside(&world, shelf).await, (0, 0));
        assert_eq!(world.shop().stocks.available(shelf.variant).await.unwrap(), pieces);
        books_balance(&world).await;
    });
}

/// T-Y9 (a): of many carts each is paid with two cards at once, one of which is refused; then with a good one until it is
/// bought. Each is charged once.
#[test]
fn two_cards_at_once_and_then_a_good_one_charge_each_cart_once() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 100).await;
        let mut carts = Vec::new();
        for _ in 0..MANY {
            carts.push(world.full_cart(&[(shelf, 1)]).await);
        }
        let press = async |n: usize, cart: CartId, token: &str| {
            tokio::time::sleep(Duration::from_millis(u64::try_from(7 * n).unwrap())).await;
            world.complete(cart, token).await.unwrap()
        };
        let pressed = carts
            .iter()
            .enumerate()
            .flat_map(|(n, cart)| [press(n, *cart, "tok_decline"), press(MANY - n, *cart, "tok_ok")]);
        let first = join_all(pressed).await;
        let refused = |outcome: &&Outcome| matches!(outcome, Outcome::Failed(Failure::PaymentFailed { .. }));
        assert!(first.iter().any(|outcome| refused(&outcome)), "no card was refused: {first:?}");
        for outcome in join_all(carts.iter().map(|cart| world.complete(*cart, "tok_ok"))).await {
            assert!(matches!(outcome, Ok(Outcome::Placed { .. })), "{outcome:?}");
        }
        world.settled().await;
        for cart in carts {
            assert!(is_bought(&world, cart).await);
            assert_eq!(done(&world, cart, Operation::Authorize), 1);
        }
        books_balance(&world).await;
    });
}

/// T-Y9 (b): a refused card and then a good one, wherever the power is cut.
#[test]
fn a_second_card_buys_once_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 10).await;
            (shelf, world.full_cart(&[(shelf, 1)]).await)
        },
        async |world, (_, cart)| {
            let _ = world.complete(*cart, "tok_decline").await;
            let _ = world.complete(*cart, "tok_ok").await;
        },
        async |world, (shelf, cart), cut| {
            let bought = world.complete(*cart, "tok_ok").await;
            assert_eq!(bought.ok(), Some(Outcome::Placed { order: OrderId::of_cart(*cart) }), "{cut:?}");
            world.settled().await;
            assert!(is_bought(world, *cart).await);
            assert_eq!((done(world, *cart, Operation::Authorize), aside(world, *shelf).await), (1, (0, 1)));
            books_balance(world).await;
        },
    );
    assert!(cuts > 30, "{cuts} cuts");
}
