//! Shoppers whom the bank asks, and who answer late, in silence or not at all.

use std::time::Duration;

use amazoff_actors::checkout::{Failure, GRACE_FOR, Outcome, PATIENCE_FOR};
use amazoff_actors::payment::{Intake, Operation};
use amazoff_supervisor::Clock as _;
use amazoff_world::{World, fail_each_step, paused};
use futures::future::join_all;
use serde_json::json;

use super::{
    CODE, LIMIT, agrees_in_silence, aside, at_the_bank, books_balance, captures, done, is_bought, jump,
    many_at_the_bank,
};

/// A little more.
const MOMENT: Duration = Duration::from_secs(1);

/// T-O5 (b): whoever closes the bank's page gets cart, code and stock back, wherever the power is cut.
#[test]
fn a_shopper_who_closes_the_banks_page_gets_everything_back_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 1).await;
            world.coupon(CODE, Some(1)).await;
            let cart = world.full_cart(&[(shelf, 1)]).await;
            world.shop().carts.apply_coupon(cart, CODE, world.envelope()).await.unwrap();
            (shelf, cart)
        },
        async |world, (_, cart)| {
            let _ = world.complete(*cart, "tok_action").await;
        },
        async |world, (shelf, cart), cut| {
            assert!(!is_bought(world, *cart).await);
            let used = world.shop().coupons.look_up(CODE).await.unwrap().unwrap();
            assert_eq!((aside(world, *shelf).await, used.redeemed), ((0, 0), 0), "{cut:?}");
            let again = world.complete(*cart, "tok_ok").await;
            assert!(matches!(again, Ok(Outcome::Placed { .. })), "{cut:?}: {again:?}");
            world.settled().await;
            books_balance(world).await;
        },
    );
    assert!(cuts > 30, "{cuts} cuts");
}

/// T-O6 (a): many agree after the shop has asked their bank for the last time. The money goes back once, and whatever the
/// provider tells afterwards brings nothing to life.
#[test]
fn money_of_many_shoppers_that_comes_too_late_goes_back_once() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 100).await;
        let asked = many_at_the_bank(&world, shelf).await;
        jump(&world, PATIENCE_FOR + MOMENT).await;
        join_all(asked.iter().map(|(_, payment)| agrees_in_silence(&world, *payment))).await;
        jump(&world, GRACE_FOR + MOMENT).await;
        world.settled().await;
        let shop = world.shop();
        for round in 0..3 {
            let told = asked.iter().map(async |(_, payment)| {
                let at = world.clock.now();
                let body = json!({"id": format!("late-{round}-{payment}"), "payment": payment, "at": at});
                shop.webhooks.take_in("sandbox", (&[], body.to_string().as_bytes()), LIMIT).await.unwrap()
            });
            assert!(join_all(told).await.iter().all(|taken| *taken == Intake::Taken));
        }
        world.settled().await;
        for (cart, _) in asked {
            assert!(!is_bought(&world, cart).await);
            assert_eq!(world.outcome(cart, LIMIT).await, Outcome::Failed(Failure::PaymentExpired));
            assert_eq!((done(&world, cart, Operation::Confirm), done(&world, cart, Operation::Void)), (1, 1));
        }
        assert_eq!(aside(&world, shelf).await, (0, 0));
        books_balance(&world).await;
    });
}

/// T-O6 (b): wherever the power is cut meanwhile, late money buys, or goes back once.
#[test]
fn late_money_buys_or_goes_back_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 1).await;
            (shelf, at_the_bank(world, shelf).await)
        },
        async |world, (_, (_, payment))| {
            jump(world, PATIENCE_FOR + MOMENT).await;
            agrees_in_silence(world, *payment).await;
            jump(world, GRACE_FOR + MOMENT).await;
        },
        async |world, (shelf, (cart, _)), cut| {
            let bought = is_bought(world, *cart).await;
            let void = done(world, *cart, Operation::Void);
            assert_eq!((void, aside(world, *shelf).await.1), if bought { (0, 1) } else { (1, 0) }, "{cut:?}");
            books_balance(world).await;
        },
    );
    assert!(cuts > 10, "{cuts} cuts");
}

/// T-Y7 (a): many agree, and none of the provider's messages ever comes. The shop asks before it gives up.
#[test]
fn what_many_lost_messages_would_have_said_is_found_by_asking() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 100).await;
        let asked = many_at_the_bank(&world, shelf).await;
        join_all(asked.iter().map(|(_, payment)| agrees_in_silence(&world, *payment))).await;
        world.pass_patience().await;
        for (cart, _) in &asked {
            assert!(is_bought(&world, *cart).await);
        }
        assert_eq!(captures(&world), asked.len());
        books_balance(&world).await;
    });
}

/// T-Y7 (b): nor does it take a message when the power is cut while the shop asks.
#[test]
fn what_a_lost_message_would_have_said_is_found_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 1).await;
            let (cart, payment) = at_the_bank(world, shelf).await;
            agrees_in_silence(world, payment).await;
            cart
        },
        async |world, _| world.pass_patience().await,
        async |world, cart, cut| {
            assert!(is_bought(world, *cart).await, "{cut:?}");
            books_balance(world).await;
        },
    );
    assert!(cuts > 10, "{cuts} cuts");
}
