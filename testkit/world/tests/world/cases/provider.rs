//! Providers whose answers get lost, come late, or are about another amount.

use std::collections::BTreeSet;

use amazoff_actors::checkout::{Failure, Outcome};
use amazoff_actors::ids::{CartId, OrderId};
use amazoff_actors::payment::Operation;
use amazoff_testkit::faults::FaultPlan;
use amazoff_world::{Shelf, Trouble, World, fail_each_step, paused};
use futures::future::join_all;

use super::{LIMIT, MANY, aside, books_balance, captures, done, is_bought};

async fn carts(world: &World, shelf: Shelf) -> Vec<CartId> {
    let mut carts = Vec::new();
    for _ in 0..MANY {
        carts.push(world.full_cart(&[(shelf, 1)]).await);
    }
    carts
}

/// T-Y1 (a): many purchases whose answers get lost, each button pressed twice.
#[test]
fn lost_answers_of_many_purchases_at_once_charge_nobody_twice() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 100).await;
        let carts = carts(&world, shelf).await;
        join_all(carts.iter().chain(&carts).map(|cart| world.complete(*cart, "tok_lost"))).await;
        for cart in &carts {
            let order = OrderId::of_cart(*cart);
            assert_eq!(world.outcome(*cart, LIMIT).await, Outcome::Placed { order });
        }
        world.settled().await;
        for cart in &carts {
            assert!(is_bought(&world, *cart).await);
            assert_eq!(done(&world, *cart, Operation::Authorize), 1);
        }
        assert_eq!(captures(&world), carts.len());
        books_balance(&world).await;
    });
}

/// T-Y8 (a): many buy while the provider is away, deaf, mute, slow and broken by turns.
#[test]
fn many_purchases_at_a_provider_that_answers_badly_are_paid_once_or_not_at_all() {
    let troubles = [Trouble::UNAVAILABLE, Trouble::UNHEARD, Trouble::LOST, Trouble::STALLED, Trouble::PANICS];
    let (mut bought, mut fired) = (0, BTreeSet::new());
    for seed in 0..3 {
        let plan = troubles.into_iter().fold(FaultPlan::seeded(seed), |plan, kind| plan.often(kind, 1_000));
        paused(async {
            let world = World::with(plan.clone()).await;
            let shelf = world.stock(1_999, 100).await;
            let carts = carts(&world, shelf).await;
            join_all(carts.iter().map(|cart| world.complete(*cart, "tok_ok"))).await;
            for cart in &carts {
                world.outcome(*cart, LIMIT).await;
            }
            plan.heal();
            world.settled().await;
            let mut promised = 0;
            for cart in &carts {
                promised += u32::from(is_bought(&world, *cart).await);
            }
            assert_eq!(aside(&world, shelf).await, (0, promised));
            bought += promised;
            books_balance(&world).await;
        });
        fired.extend(plan.fired().into_keys());
    }
    assert_eq!(fired, BTreeSet::from(troubles));
    assert!(bought > 10, "only {bought} of thirty bought");
}

fn is_odd(outcome: &Outcome) -> bool {
    let odd = Failure::PaymentFailed { decline_code: "integrity-failure".to_owned() };
    *outcome == Outcome::Failed(odd)
}

/// T-Y10 (a): many cards of which a cent too much is reserved make no order; with other cards the same carts are bought.
#[test]
fn amounts_that_are_not_ours_make_no_order_of_many_carts() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 100).await;
        let carts = carts(&world, shelf).await;
        for outcome in join_all(carts.iter().map(|cart| world.complete(*cart, "tok_odd"))).await {
            assert!(outcome.as_ref().is_ok_and(is_odd), "{outcome:?}");
        }
        world.settled().await;
        assert_eq!((captures(&world), aside(&world, shelf).await), (0, (0, 0)));
        for outcome in join_all(carts.iter().map(|cart| world.complete(*cart, "tok_ok"))).await {
            assert!(matches!(outcome, Ok(Outcome::Placed { .. })), "{outcome:?}");
        }
        world.settled().await;
        for cart in carts {
            assert!(is_bought(&world, cart).await);
        }
        books_balance(&world).await;
    });
}

/// T-Y10 (b).
#[test]
fn an_amount_that_is_not_ours_makes_no_order_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 1).await;
            (shelf, world.full_cart(&[(shelf, 1)]).await)
        },
        async |world, (_, cart)| {
            let _ = world.complete(*cart, "tok_odd").await;
        },
        async |world, (shelf, cart), cut| {
            assert!(!is_bought(world, *cart).await, "{cut:?}");
            assert_eq!(aside(world, *shelf).await, (0, 0), "{cut:?}");
            books_balance(world).await;
        },
    );
    assert!(cuts > 20, "{cuts} cuts");
}
