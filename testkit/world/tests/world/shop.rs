//! The world itself: it runs, crashes and comes back, and its books notice what is wrong.

use std::time::Duration;

use amazoff_actors::cart::Owner;
use amazoff_actors::checkout::{Failure, Outcome};
use amazoff_actors::ids::CartId;
use amazoff_actors::payment::Confirmation;
use amazoff_supervisor::{AskError, chance};
use amazoff_testkit::faults::Kind;
use amazoff_world::{World, fail_each_step, paused};

const LIMIT: Duration = Duration::from_mins(5);

#[test]
fn a_purchase_leaves_books_that_balance() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        let cart = world.full_cart(&[(shelf, 2)]).await;
        let outcome = world.complete(cart, "tok_ok").await.unwrap();
        assert!(matches!(outcome, Outcome::Placed { .. }), "{outcome:?}");
        world.settled().await;
        let stored = world.stored().await;
        world.invariants().await.and_at_rest(&stored, &world.provider).assert_hold();
        assert_eq!(stored.stocks[&shelf.variant.uuid()].allocated, 2);
    });
}

#[test]
fn a_domain_that_fills_the_memory_takes_no_room_from_others() {
    paused(async {
        let world = World::start().await;
        let budget = serde_json::json!({"memory_bytes_max": 1_400_000});
        world.machine().runtime.change_limits(&budget).unwrap();
        let (mut refused, mut most) = (0, 0);
        for round in 0..40 {
            let shop = world.shop();
            let open = || shop.carts.create(CartId::from(chance::uuid()), Owner::Guest, world.envelope());
            let opened = futures::future::join_all((0..50).map(|_| open())).await;
            for outcome in opened {
                match outcome {
                    Ok(_) => {}
                    Err(AskError::Overloaded { .. }) => refused += 1,
                    Err(other) => panic!("refused as {other:?}"),
                }
            }
            most = most.max(world.machine().runtime.stats().memory_bytes);
            // A shopkeeper in another domain is served in each round, also with what is not in memory yet.
            world.stock(1_000 + round, 10).await;
        }
        assert!(refused > 0, "the memory was never full");
        assert!(most < 2_000_000, "{most} bytes");
    });
}

#[test]
fn every_card_ends_as_its_table_says() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 100).await;
        for (token, buys) in [
            ("tok_ok", true),
            ("tok_decline", false),
            ("tok_stall", true),
            ("tok_lost", true),
            ("tok_unheard", true),
        ] {
            let cart = world.full_cart(&[(shelf, 1)]).await;
            world.complete(cart, token).await.unwrap();
            let outcome = world.outcome(cart, LIMIT).await;
            assert_eq!(matches!(outcome, Outcome::Placed { .. }), buys, "{token}: {outcome:?}");
        }
        let cart = world.full_cart(&[(shelf, 1)]).await;
        let asked = world.complete(cart, "tok_action").await.unwrap();
        let Outcome::RequiresAction { payment, .. } = asked else { panic!("{asked:?}") };
        world.shop().payments.confirm(payment, Confirmation::Approve, world.envelope()).await.unwrap();
        world.settled().await;
        let stored = world.stored().await;
        world.invariants().await.and_at_rest(&stored, &world.provider).assert_hold();
        assert_eq!(stored.stocks[&shelf.variant.uuid()].allocated, 5);
    });
}

#[test]
fn a_shopper_who_never_answers_the_bank_gets_the_cart_back() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 100).await;
        let cart = world.full_cart(&[(shelf, 1)]).await;
        world.complete(cart, "tok_action").await.unwrap();
        world.pass_patience().await;
        let outcome = world.outcome(cart, LIMIT).await;
        assert_eq!(outcome, Outcome::Failed(Failure::PaymentExpired));
        let stored = world.stored().await;
        world.invariants().await.and_at_rest(&stored, &world.provider).assert_hold();
    });
}

#[test]
fn what_was_acknowledged_outlives_a_crash_and_a_restart() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        let cart = world.full_cart(&[(shelf, 2)]).await;
        world.crash().await;
        assert_eq!(world.shop().carts.view(cart).await.unwrap().unwrap().lines.len(), 1);
        world.restart().await;
        world.complete(cart, "tok_ok").await.unwrap();
        world.crash().await;
        world.settled().await;
        let stored = world.stored().await;
        world.invariants().await.and_at_rest(&stored, &world.provider).assert_hold();
        assert_eq!(stored.stocks[&shelf.variant.uuid()].allocated, 2);
    });
}

/// F18: what waits for delivery waits by the monotonic clock.
#[test]
fn a_clock_that_is_set_back_delays_no_purchase() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        let cart = world.full_cart(&[(shelf, 2)]).await;
        let form = world.form(cart, "tok_ok").await;
        let begun =
            world.shop().checkouts.complete(cart, form, world.envelope(), Duration::ZERO).await.unwrap();
        assert!(matches!(begun, Outcome::Processing { .. }), "{begun:?}");
        world.clock.jump_ms(-2 * 3_600_000);
        world.crash().await;
        let outcome = world.outcome(cart, Duration::from_secs(5)).await;
        assert!(matches!(outcome, Outcome::Placed { .. }), "{outcome:?}");
    });
}

/// A command that may have happened is never called undone, also when its outcome cannot be read.
#[test]
fn a_stored_command_whose_outcome_cannot_be_read_is_not_called_undone() {
    let mut unanswered = 0;
    // Others read at the same time: one of the reads that come next is the outcome's.
    for read in 1..=8 {
        paused(async {
            let world = World::start().await;
            let shelf = world.stock(1_999, 10).await;
            world.settled().await;
            let (next, reads) =
                (world.plan.occasions(Kind::AppendLostAfter) + 1, world.plan.occasions(Kind::ReadFailed));
            let plan = world.plan.clone().at(Kind::AppendLostAfter, next).at(Kind::ReadFailed, reads + read);
            let told = world.shop().stocks.receive(shelf.variant, 5, world.envelope()).await;
            assert!(plan.occasions(Kind::AppendLostAfter) >= next);
            assert_eq!(world.stored().await.stocks[&shelf.variant.uuid()].on_hand, 15);
            assert!(matches!(told, Ok(_) | Err(AskError::NoAnswer)), "{told:?}");
            unanswered += u32::from(told.is_err());
        });
    }
    assert!(unanswered > 0, "the outcome's read failed once");
}

/// The same when it crashes while it is decided again.
#[cfg(feature = "fault-points")]
#[test]
fn a_stored_command_that_then_crashes_is_not_called_undone() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 10).await;
        world.plan.hook();
        let next = world.plan.occasions(Kind::AppendLostAfter) + 1;
        let plan = world.plan.clone().at(Kind::AppendLostAfter, next).at(Kind::DecidePanics, 2);
        let told = world.shop().stocks.receive(shelf.variant, 5, world.envelope()).await;
        amazoff_supervisor::faults::hook(None);
        plan.assert_all_fired();
        assert_eq!(world.stored().await.stocks[&shelf.variant.uuid()].on_hand, 15);
        assert!(matches!(told, Err(AskError::NoAnswer)), "{told:?}");
    });
}

/// C, T-S3 (b), T-Y1 (b): every commit of a purchase, in each of its courses, with the power cut around it.
#[test]
fn a_purchase_that_is_cut_anywhere_ends_bought_once_or_undone() {
    for (token, buys) in [("tok_ok", true), ("tok_decline", false), ("tok_lost", true), ("tok_action", false)]
    {
        let cuts = fail_each_step(
            async |world| {
                let shelves = [world.stock(1_999, 10).await, world.stock(500, 10).await];
                (world.full_cart(&[(shelves[0], 2), (shelves[1], 1)]).await, shelves)
            },
            async |world, (cart, _)| {
                let form = world.form(*cart, token).await;
                let envelope = world.envelope();
                let _ = world.shop().checkouts.complete(*cart, form, envelope, LIMIT).await;
            },
            async |world, (cart, shelves), cut| {
                let stored = world.stored().await;
                world.invariants().await.and_at_rest(&stored, &world.provider).assert_hold();
                let bought = stored.checkouts.get(&cart.uuid()).is_some_and(|checkout| checkout.is_done());
                // The very first commit is the shopper's own: cut before it, nothing ever began.
                let began = stored.checkouts.contains_key(&cart.uuid());
                assert_eq!(bought, buys && began, "{token} {cut:?}");
                assert_eq!(stored.stocks[&shelves[0].variant.uuid()].allocated, if bought { 2 } else { 0 });
                if !bought {
                    // Fully undone: the next attempt buys.
                    let outcome = world.complete(*cart, "tok_ok").await.unwrap();
                    assert!(matches!(outcome, Outcome::Placed { .. }), "{token} {cut:?}: {outcome:?}");
                    world.settled().await;
                    world.invariants().await.assert_hold();
                }
            },
        );
        assert!(cuts >= 30, "{token}: only {cuts} cuts");
    }
}
