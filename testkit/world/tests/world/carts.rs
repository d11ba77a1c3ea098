//! Carts and their checkouts by many at once, and with the power cut around every commit.

use std::time::Duration;

use amazoff_actors::cart::{MergeStrategy, Merging, NewLine, Owner, Rejection, Status, Warning};
use amazoff_actors::checkout::{Failure, Outcome};
use amazoff_actors::coupon;
use amazoff_actors::ids::{CartId, LineId, OrderId, UserId};
use amazoff_actors::money::{Money, Quantity};
use amazoff_actors::order;
use amazoff_actors::payment::Confirmation;
use amazoff_supervisor::{AskError, CommandId, Envelope, Principal, chance};
use amazoff_testkit::faults::{FaultPlan, Kind};
use amazoff_world::{Shelf, World, fail_each_step, paused};
use futures::future::join_all;
use tokio::time::Instant;

pub(crate) const LIMIT: Duration = Duration::from_mins(5);
pub(crate) const CODE: &str = "SPRING";

/// The same command of a guest, however often it is sent.
fn again(name: &str, n: u32) -> Envelope {
    let id = CommandId::derived(&[name.as_bytes(), &n.to_be_bytes()]);
    Envelope::new(id, Principal::Guest, LIMIT)
}

fn as_person(user: UserId) -> Envelope {
    Envelope::new(CommandId::new(), Principal::User(user.uuid()), LIMIT)
}

async fn pieces(world: &World, cart: CartId) -> Vec<(LineId, u32)> {
    let cart = world.shop().carts.get(cart).await.unwrap().unwrap();
    cart.state.lines.iter().map(|line| (line.id, line.quantity.get())).collect()
}

pub(crate) async fn books_balance(world: &World) {
    let stored = world.stored().await;
    world.invariants().await.and_at_rest(&stored, &world.provider).assert_hold();
}

/// How often the provider took money.
pub(crate) fn captures(world: &World) -> usize {
    let taken = world.provider.entries();
    taken
        .iter()
        .filter(|entry| entry.operation == amazoff_actors::payment::Operation::Capture && entry.approved())
        .count()
}

/// After a start nothing is in memory: what ten lines are priced from is asked for at once, not line by line.
#[test]
fn a_full_cart_that_is_read_after_a_start_waits_for_a_few_answers_of_the_journal() {
    paused(async {
        let world = World::with(FaultPlan::seeded(1)).await;
        let mut lines = Vec::new();
        for cents in 1..=10 {
            lines.push((world.stock(cents * 100, 5).await, 1));
        }
        let cart = world.full_cart(&lines).await;
        world.crash().await;
        let answer = Duration::from_secs(1);
        let slow = world.plan.clone().often(Kind::ReadStalled, 10_000).pausing(answer, answer);
        let begun = Instant::now();
        let shown = world.shop().carts.show(cart).await.unwrap().unwrap();
        assert_eq!(shown.price.unwrap().quote.totals.subtotal, Money::eur(5_500));
        // The cart, the pricebook beside the stock, and the products.
        assert!(begun.elapsed() < 4 * answer, "{:?}", begun.elapsed());
        assert!(slow.fired()[&Kind::ReadStalled] > 20);
    });
}

/// T-C1 (a).
#[test]
fn a_hundred_additions_of_one_piece_at_once_make_one_full_line_and_one_refusal() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 1_000).await;
        let cart = world.open_cart().await;
        let shop = world.shop();
        let line = NewLine { variant: shelf.variant, quantity: Quantity::ONE };
        let added = join_all((0..100).map(|n| shop.carts.add_line(cart, line, again("add", n)))).await;
        let refused: Vec<_> = added.into_iter().filter_map(Result::err).collect();
        let [AskError::Refused { refusal: Rejection::QuantityOutOfRange { got: 100 }, .. }] = &refused[..]
        else {
            panic!("{refused:?}")
        };
        assert_eq!(pieces(&world, cart).await, [(LineId::of_variant(shelf.variant), Quantity::MAX)]);
    });
}

/// T-C1 (b): each addition is repeated until it is answered, and counts once.
#[test]
fn no_addition_is_lost_or_doubled_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| (world.stock(1_999, 1_000).await, world.open_cart().await),
        async |world, (shelf, cart)| {
            let line = NewLine { variant: shelf.variant, quantity: Quantity::ONE };
            for n in 0..5 {
                let _ = world.shop().carts.add_line(*cart, line, again("add", n)).await;
            }
        },
        async |world, (shelf, cart), _| {
            let line = NewLine { variant: shelf.variant, quantity: Quantity::ONE };
            for n in 0..5 {
                world.shop().carts.add_line(*cart, line, again("add", n)).await.unwrap();
            }
            assert_eq!(pieces(world, *cart).await, [(LineId::of_variant(shelf.variant), 5)]);
        },
    );
    assert!(cuts >= 3, "{cuts} cuts");
}

/// What was accepted into the cart is in the order or still in the cart.
async fn nothing_is_gone(world: &World, cart: CartId, accepted: u32) {
    let state = world.shop().carts.get(cart).await.unwrap().unwrap().state.clone();
    let in_cart: u32 = state.lines.iter().map(|line| line.quantity.get()).sum();
    let Status::Completed { order } = state.status else {
        assert_eq!((state.status, in_cart), (Status::Open, accepted));
        return;
    };
    let order = world.shop().orders.get(order).await.unwrap().unwrap();
    let bought: u32 = order.lines.iter().map(|line| line.quantity.get()).sum();
    assert_eq!((bought, in_cart), (accepted, accepted));
}

/// T-C2 (a): ten people add while the button is pressed.
#[test]
fn what_is_added_while_the_button_is_pressed_is_in_the_order_or_still_in_the_cart() {
    for seed in 0..10 {
        chance::seed(seed);
        paused(async {
            let world = World::start().await;
            let (shelf, other) = (world.stock(1_999, 100).await, world.stock(500, 100).await);
            let cart = world.full_cart(&[(shelf, 1)]).await;
            let form = world.form(cart, "tok_ok").await;
            let shop = world.shop();
            let line = NewLine { variant: other.variant, quantity: Quantity::ONE };
            let add = async |n: u32| {
                tokio::time::sleep(Duration::from_millis(u64::from(n) * seed)).await;
                shop.carts.add_line(cart, line, again("late", n)).await
            };
            let button = shop.checkouts.complete(cart, form, world.envelope(), LIMIT);
            let (outcome, added) = tokio::join!(button, join_all((0..10).map(add)));
            let refusals = added.iter().filter_map(|added| added.as_ref().err());
            for refusal in refusals {
                let AskError::Refused { refusal, .. } = refusal else { panic!("{refusal}") };
                assert!(matches!(refusal, Rejection::CartLocked | Rejection::CartCompleted), "{refusal}");
            }
            let accepted = 1 + u32::try_from(added.iter().filter(|added| added.is_ok()).count()).unwrap();
            world.settled().await;
            nothing_is_gone(&world, cart, accepted).await;
            assert!(
                matches!(outcome, Ok(Outcome::Placed { .. } | Outcome::Failed(Failure::CartChanged { .. }))),
                "{outcome:?}"
            );
            books_balance(&world).await;
        });
    }
    chance::unseed();
}

/// T-C2 (b).
#[test]
fn what_is_added_while_the_power_is_cut_is_in_the_order_or_still_in_the_cart() {
    let prepare = async |world: &World| {
        let (shelf, other) = (world.stock(1_999, 100).await, world.stock(500, 100).await);
        (other, world.full_cart(&[(shelf, 1)]).await)
    };
    let add = async |world: &World, other: &Shelf, cart: CartId| {
        let line = NewLine { variant: other.variant, quantity: Quantity::ONE };
        world.shop().carts.add_line(cart, line, again("late", 0)).await
    };
    let cuts = fail_each_step(
        prepare,
        async |world, (other, cart)| {
            let _ = tokio::join!(world.complete(*cart, "tok_ok"), add(world, other, *cart));
        },
        async |world, (other, cart), _| {
            // The same addition again: it counts once, or is refused as it was.
            let accepted = add(world, other, *cart).await.is_ok();
            nothing_is_gone(world, *cart, 1 + u32::from(accepted)).await;
            books_balance(world).await;
        },
    );
    assert!(cuts >= 12, "{cuts} cuts");
}

/// T-C4 (a): what is paid is the total of the order, whatever ten other tabs do meanwhile.
#[test]
fn what_other_tabs_change_while_one_pays_never_changes_what_is_paid() {
    for seed in 0..10 {
        chance::seed(seed);
        paused(async {
            let world = World::start().await;
            let shelf = world.stock(1_999, 100).await;
            let cart = world.full_cart(&[(shelf, 3)]).await;
            world.coupon(CODE, None).await;
            let form = world.form(cart, "tok_ok").await;
            let (seen, shop) = (form.expected_total, world.shop());
            let line = LineId::of_variant(shelf.variant);
            let tab = async |n: u32| {
                tokio::time::sleep(Duration::from_millis(u64::from(n) * seed)).await;
                match n % 3 {
                    0 => shop.carts.remove_line(cart, line, again("tab", n)).await,
                    1 => shop.carts.set_quantity(cart, line, Quantity::ONE, again("tab", n)).await,
                    _ => shop.carts.apply_coupon(cart, CODE, again("tab", n)).await,
                }
            };
            let button = shop.checkouts.complete(cart, form, world.envelope(), LIMIT);
            let (outcome, _) = tokio::join!(button, join_all((0..10).map(tab)));
            world.settled().await;
            if let Ok(Outcome::Placed { order }) = outcome {
                let order = world.shop().orders.get(order).await.unwrap().unwrap();
                let stored = world.stored().await;
                let draft = stored.orders[&order.id.uuid()].draft.clone().unwrap();
                assert_eq!((order.totals.total, draft.quote.unwrap().totals), (seen, order.totals));
                let taken: Vec<Money> = world.provider.entries().iter().map(|entry| entry.amount).collect();
                assert!(taken.iter().all(|amount| *amount == seen), "{taken:?}");
            }
            books_balance(&world).await;
        });
    }
    chance::unseed();
}

/// A person's cart and a guest's with the same thing in both, and another one.
struct Two {
    user: UserId,
    guest: CartId,
    own: CartId,
    common: Shelf,
    other: Shelf,
}

impl Two {
    async fn prepare(world: &World) -> Self {
        let (common, other) = (world.stock(1_999, 7).await, world.stock(500, 10).await);
        let guest = world.full_cart(&[(common, 5), (other, 1)]).await;
        let (user, own) = (UserId::from(chance::uuid()), CartId::from(chance::uuid()));
        world.shop().carts.create(own, Owner::User(user), world.envelope()).await.unwrap();
        world.add(own, common, 4).await;
        Self { user, guest, own, common, other }
    }

    async fn merge(&self, world: &World) -> Result<Merging, AskError<Rejection>> {
        let into = (self.own, MergeStrategy::SumCapped);
        world.shop().carts.merge(self.guest, into, as_person(self.user), LIMIT).await
    }

    async fn assert_merged(&self, world: &World) {
        let lines = [self.common, self.other].map(|shelf| LineId::of_variant(shelf.variant));
        assert_eq!(pieces(world, self.own).await, [(lines[0], 7), (lines[1], 1)]);
        let guest = world.shop().carts.get(self.guest).await.unwrap().unwrap();
        assert_eq!(guest.state.status, Status::Merged { target: self.own });
    }
}

/// T-C5 (a): ten log-ins at once take the guest's cart over once, capped at the stock.
#[test]
fn ten_merges_of_one_cart_at_once_are_one() {
    paused(async {
        let world = World::start().await;
        let two = Two::prepare(&world).await;
        let merged = join_all((0..10).map(|_| two.merge(&world))).await;
        let wanted = Warning::QuantityCapped {
            line: LineId::of_variant(two.common.variant),
            wanted: 9,
            quantity: Quantity::try_from(7_u32).unwrap(),
        };
        for merging in merged {
            assert_eq!(merging.unwrap(), Merging::Done { warnings: vec![wanted.clone()] });
        }
        two.assert_merged(&world).await;

        // What the person removes does not come back with the next log-in, and a new guest's cart is merged again.
        let line = LineId::of_variant(two.other.variant);
        world.shop().carts.remove_line(two.own, line, as_person(two.user)).await.unwrap();
        two.merge(&world).await.unwrap();
        assert_eq!(pieces(&world, two.own).await.len(), 1);
        let next = Two { guest: world.full_cart(&[(two.other, 2)]).await, ..two };
        next.merge(&world).await.unwrap();
        assert_eq!(pieces(&world, next.own).await[1], (line, 2));
    });
}

/// T-C5 (b): a crash anywhere loses nothing, and doubles nothing.
#[test]
fn a_merge_is_whole_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        Two::prepare,
        async |world, two| {
            let _ = two.merge(world).await;
        },
        async |world, two, _| {
            two.merge(world).await.unwrap();
            two.assert_merged(world).await;
            books_balance(world).await;
        },
    );
    assert!(cuts >= 6, "{cuts} cuts");
}

#[test]
fn carts_in_different_currencies_and_carts_that_are_being_paid_stay_two() {
    paused(async {
        let world = World::start().await;
        let two = Two::prepare(&world).await;
        let form = world.form(two.own, "tok_action").await;
        let asked = world.shop().checkouts.complete(two.own, form, as_person(two.user), LIMIT).await;
        assert!(matches!(asked, Ok(Outcome::RequiresAction { .. })), "{asked:?}");
        let refused = two.merge(&world).await;
        assert!(matches!(refused, Err(AskError::Refused { refusal: Rejection::CartLocked, .. })));
        assert_eq!(pieces(&world, two.guest).await.len(), 2);
        world.pass_patience().await;

        let dollars = "USD".parse().unwrap();
        world.sell_in(&[Money::eur(0).currency, dollars]).await;
        let own = CartId::from(chance::uuid());
        let carts = world.shop().carts;
        carts.create_in(own, Owner::User(two.user), Some(dollars), world.envelope()).await.unwrap();
        let abroad = Two { own, ..two };
        let refused = abroad.merge(&world).await;
        assert!(matches!(refused, Err(AskError::Refused { refusal: Rejection::CurrencyMismatch, .. })));
        assert_eq!(pieces(&world, abroad.guest).await.len(), 2);
        // Open again: it can be filled, and merged elsewhere.
        world.add(abroad.guest, abroad.other, 1).await;
    });
}

/// T-C6 (a): ten people press the button while the price changes; each pays what was seen, or nothing.
#[test]
fn a_price_that_changes_between_look_and_button_is_never_charged_silently() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 100).await;
        let mut asked = Vec::new();
        for _ in 0..10 {
            let cart = world.full_cart(&[(shelf, 1)]).await;
            asked.push((cart, world.form(cart, "tok_ok").await));
        }
        let shop = world.shop();
        let seen = asked[0].1.expected_total;
        let buy = async |n: usize, (cart, form)| {
            tokio::time::sleep(Duration::from_millis(u64::try_from(n).unwrap())).await;
            shop.checkouts.complete(cart, form, world.envelope(), LIMIT).await.unwrap()
        };
        let raise = async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let (variant, price) = (shelf.variant, Money::eur(2_999));
            shop.products.change_price(shelf.product, variant, price, world.envelope()).await.unwrap();
        };
        let buyers = asked.into_iter().enumerate().map(|(n, asked)| buy(n, asked));
        let (outcomes, ()) = tokio::join!(join_all(buyers), raise);
        let dearer = Money::eur(seen.amount + 1_000);
        let mut changed = 0;
        for outcome in &outcomes {
            match outcome {
                Outcome::Placed { order } => {
                    let order = shop.orders.get(*order).await.unwrap().unwrap();
                    assert_eq!(order.totals.total, seen);
                }
                Outcome::Failed(Failure::CartChanged { current_total }) => {
                    assert_eq!(*current_total, dearer);
                    changed += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        assert!((1..10).contains(&changed), "{changed} of ten saw the change");
        world.settled().await;
        books_balance(&world).await;
    });
}

/// T-C6 (b).
#[test]
fn a_promotion_that_ends_is_noticed_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 10).await;
            let cart = world.full_cart(&[(shelf, 1)]).await;
            world.coupon(CODE, None).await;
            world.shop().carts.apply_coupon(cart, CODE, world.envelope()).await.unwrap();
            let form = world.form(cart, "tok_ok").await;
            world.shop().coupons.withdraw(CODE, world.envelope()).await.unwrap();
            (cart, form)
        },
        async |world, (cart, form)| {
            let _ = world.shop().checkouts.complete(*cart, form.clone(), world.envelope(), LIMIT).await;
        },
        async |world, (cart, form), _| {
            let again = world.shop().checkouts.complete(*cart, form.clone(), world.envelope(), LIMIT).await;
            let Ok(Outcome::Failed(Failure::CartChanged { current_total })) = again else {
                panic!("{again:?}")
            };
            assert!(current_total.amount > form.expected_total.amount);
            assert_eq!(captures(world), 0);
            books_balance(world).await;
        },
    );
    assert!(cuts > 10, "{cuts} cuts");
}

/// T-C8 (a)(b): ten people press the button of one cart whose card is refused, and the power is cut around each commit.
#[test]
fn a_failed_checkout_leaves_the_cart_editable_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 10).await;
            let cart = world.full_cart(&[(shelf, 1)]).await;
            world.coupon(CODE, Some(1)).await;
            world.shop().carts.apply_coupon(cart, CODE, world.envelope()).await.unwrap();
            (shelf, cart)
        },
        async |world, (_, cart)| {
            let form = world.form(*cart, "tok_decline").await;
            let shop = world.shop();
            let press = || shop.checkouts.complete(*cart, form.clone(), world.envelope(), LIMIT);
            let _ = join_all((0..10).map(|_| press())).await;
        },
        async |world, (shelf, cart), _| {
            let used = world.shop().coupons.look_up(CODE).await.unwrap().unwrap();
            assert_eq!((used.redeemed, captures(world)), (0, 0));
            world.add(*cart, *shelf, 1).await;
            let bought = world.complete(*cart, "tok_ok").await;
            assert!(matches!(bought, Ok(Outcome::Placed { .. })), "{bought:?}");
            world.settled().await;
            books_balance(world).await;
        },
    );
    assert!(cuts >= 12, "{cuts} cuts");
}

pub(crate) async fn press_twenty_times(world: &World, cart: CartId) -> Vec<Option<Outcome>> {
    let form = world.form(cart, "tok_ok").await;
    let shop = world.shop();
    let press = || shop.checkouts.complete(cart, form.clone(), world.envelope(), LIMIT);
    join_all((0..20).map(|_| press())).await.into_iter().map(Result::ok).collect()
}

/// T-O1 (a).
#[test]
fn twenty_presses_of_one_button_at_once_are_one_order_and_one_charge() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        let cart = world.full_cart(&[(shelf, 2)]).await;
        let order = OrderId::of_cart(cart);
        for outcome in press_twenty_times(&world, cart).await {
            assert_eq!(outcome, Some(Outcome::Placed { order }));
        }
        world.settled().await;
        let stored = world.stored().await;
        assert_eq!((stored.orders.len(), captures(&world)), (1, 1));
        assert_eq!(stored.stocks[&shelf.variant.uuid()].allocated, 2);
        books_balance(&world).await;
    });
}

/// T-O1 (b), T-O4 (a)(b): also when the machine dies after the money was taken and before the order knows.
#[test]
fn twenty_presses_are_one_order_and_one_charge_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 10).await;
            let cart = world.full_cart(&[(shelf, 2)]).await;
            world.coupon(CODE, Some(1)).await;
            world.shop().carts.apply_coupon(cart, CODE, world.envelope()).await.unwrap();
            (shelf, cart)
        },
        async |world, (_, cart)| {
            let _ = press_twenty_times(world, *cart).await;
        },
        async |world, (shelf, cart), _| {
            // Whoever presses again buys what is not bought yet, and is named the same order.
            let order = OrderId::of_cart(*cart);
            if world.shop().carts.get(*cart).await.unwrap().unwrap().state.status == Status::Open {
                press_twenty_times(world, *cart).await;
                world.settled().await;
            }
            let stored = world.stored().await;
            let placed = stored.orders[&order.uuid()].timeline.iter();
            let placed = placed.filter(|moment| moment.event == order::Milestone::Placed).count();
            assert_eq!((stored.orders.len(), placed, captures(world)), (1, 1, 1));
            assert_eq!(stored.stocks[&shelf.variant.uuid()].allocated, 2);
            let coupon = world.shop().coupons.get(CODE).await.unwrap().unwrap();
            let redemptions: Vec<_> = coupon.state.redemptions.iter().collect();
            assert!(redemptions.len() == 1 && redemptions[0].1.confirmed, "{redemptions:?}");
            books_balance(world).await;
        },
    );
    assert!(cuts > 30, "{cuts} cuts");
}

/// T-O2 (a): the shopper's return and ten messages of the provider settle the payment together.
#[test]
fn a_return_page_and_messages_at_once_are_one_order_and_one_capture() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        let cart = world.full_cart(&[(shelf, 2)]).await;
        let asked = world.complete(cart, "tok_action").await.unwrap();
        let Outcome::RequiresAction { payment, .. } = asked else { panic!("{asked:?}") };
        let shop = world.shop();
        let back = join_all(
            (0..10).map(|_| shop.payments.confirm(payment, Confirmation::Approve, world.envelope())),
        );
        let messages = join_all((0..10).map(|_| shop.payments.sync(payment, LIMIT)));
        let _ = tokio::join!(back, messages);
        world.settled().await;
        let outcome = world.outcome(cart, LIMIT).await;
        assert_eq!(outcome, Outcome::Placed { order: OrderId::of_cart(cart) });
        assert_eq!((world.stored().await.orders.len(), captures(&world)), (1, 1));
        books_balance(&world).await;
    });
}

/// T-O2 (b).
#[test]
fn a_return_page_and_messages_are_one_capture_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 10).await;
            let cart = world.full_cart(&[(shelf, 2)]).await;
            let asked = world.complete(cart, "tok_action").await.unwrap();
            let Outcome::RequiresAction { payment, .. } = asked else { panic!("{asked:?}") };
            (cart, payment)
        },
        async |world, (_, payment)| {
            let shop = world.shop();
            let back = shop.payments.confirm(*payment, Confirmation::Approve, world.envelope());
            let _ = tokio::join!(back, shop.payments.sync(*payment, LIMIT));
        },
        async |world, (cart, _), _| {
            let outcome = world.outcome(*cart, LIMIT).await;
            let taken = usize::from(matches!(outcome, Outcome::Placed { .. }));
            assert_eq!(captures(world), taken, "{outcome:?}");
            books_balance(world).await;
        },
    );
    assert!(cuts > 10, "{cuts} cuts");
}

/// T-O5 (a): ten shoppers close the bank's page; stock and codes come back, and the carts are open.
#[test]
fn shoppers_who_close_the_banks_page_get_their_carts_codes_and_stock_back() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        world.coupon(CODE, None).await;
        let mut carts = Vec::new();
        for _ in 0..10 {
            let cart = world.full_cart(&[(shelf, 1)]).await;
            world.shop().carts.apply_coupon(cart, CODE, world.envelope()).await.unwrap();
            carts.push(cart);
        }
        for asked in join_all(carts.iter().map(|cart| world.complete(*cart, "tok_action"))).await {
            assert!(matches!(asked, Ok(Outcome::RequiresAction { .. })), "{asked:?}");
        }
        let used = async || world.shop().coupons.look_up(CODE).await.unwrap().unwrap().redeemed;
        assert_eq!(used().await, 10);
        world.pass_patience().await;
        for cart in &carts {
            assert_eq!(world.outcome(*cart, LIMIT).await, Outcome::Failed(Failure::PaymentExpired));
            world.add(*cart, shelf, 1).await;
        }
        assert_eq!(used().await, 0);
        assert_eq!(world.shop().stocks.available(shelf.variant).await.unwrap(), 10);
        books_balance(&world).await;
    });
}

/// T-P5 (a): fifty checkouts want the one use of a code; the losers are not charged.
#[test]
fn of_fifty_checkouts_at_once_one_gets_the_last_use_of_a_code_and_nobody_else_is_charged() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 100).await;
        world.coupon(CODE, Some(1)).await;
        let mut asked = Vec::new();
        for _ in 0..50 {
            let cart = world.full_cart(&[(shelf, 1)]).await;
            world.shop().carts.apply_coupon(cart, CODE, world.envelope()).await.unwrap();
            asked.push((cart, world.form(cart, "tok_ok").await));
        }
        let shop = world.shop();
        let buy = |(cart, form)| shop.checkouts.complete(cart, form, world.envelope(), LIMIT);
        let outcomes = join_all(asked.into_iter().map(buy)).await;
        let (mut won, mut lost) = (0, 0);
        for outcome in outcomes {
            match outcome.unwrap() {
                Outcome::Placed { .. } => won += 1,
                Outcome::Failed(Failure::Coupon { refusal: coupon::Rejection::CouponExhausted, .. })
                // Priced when the code was used up already: the total is another one.
                | Outcome::Failed(Failure::CartChanged { .. }) => lost += 1,
                other => panic!("{other:?}"),
            }
        }
        world.settled().await;
        assert_eq!((won, lost, captures(&world)), (1, 49, 1));
        books_balance(&world).await;
    });
}

/// The whole way of a cart that nobody comes back to, by the reminder's own clock.
#[test]
fn a_cart_that_is_left_is_noticed_after_a_day_and_given_up_after_a_month_unless_it_is_being_paid() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        let (left, empty) = (world.full_cart(&[(shelf, 1)]).await, world.open_cart().await);
        let status = async |cart: CartId| world.shop().carts.get(cart).await.unwrap().unwrap().state.clone();
        let pass = async |hours: i64| {
            world.clock.jump_ms(hours * 3_600_000);
            // The reminder clock looks a few times a second.
            tokio::time::sleep(Duration::from_secs(5)).await;
        };
        pass(8).await;
        assert_eq!(status(empty).await.status, Status::Abandoned);
        assert!(!status(left).await.left);
        pass(18).await;
        assert!(status(left).await.left);
        world.crash().await;
        pass(30 * 24).await;
        assert_eq!(status(left).await.status, Status::Abandoned);
    });
}

/// Which checkouts run, as operators see them.
#[test]
fn operators_see_what_a_running_checkout_waits_for_and_nothing_of_those_that_are_over() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        let done = world.full_cart(&[(shelf, 1)]).await;
        world.complete(done, "tok_ok").await.unwrap();
        let asked = world.full_cart(&[(shelf, 1)]).await;
        world.complete(asked, "tok_action").await.unwrap();
        world.machine().runtime.projected().await;
        let running = world.shop().processes.running().await.unwrap();
        let [process] = &running[..] else { panic!("{running:?}") };
        assert_eq!((process.cart, process.attempt, process.phase), (asked, 1, "paying"));
        assert_eq!(process.waits_for, "the shopper, at the bank");
        assert_eq!(process.order, OrderId::of_cart(asked));
        assert!(!process.is_stuck(world.shop().clock.now()) && process.since >= process.started_at);
        world.pass_patience().await;
        assert_eq!(world.shop().processes.running().await.unwrap(), []);
    });
}
