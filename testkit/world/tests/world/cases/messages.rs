//! Messages of the provider: repeated, out of order, and while the power is cut.

use amazoff_actors::ids::PaymentId;
use amazoff_actors::payment::Intake;
use amazoff_supervisor::Clock as _;
use amazoff_world::{World, fail_each_step, paused};
use futures::future::join_all;
use serde_json::json;

use super::{LIMIT, agrees_in_silence, at_the_bank, books_balance, captures, is_bought, many_at_the_bank};

/// Two messages, the later one first, each three times at once; how many were taken in.
async fn told(world: &World, payment: PaymentId) -> usize {
    let (shop, at) = (world.shop(), world.clock.now());
    let bodies = ["evt_2", "evt_1"].map(|id| json!({"id": id, "payment": payment, "at": at}).to_string());
    let six = (0..3).flat_map(|_| bodies.iter());
    let taken = six.map(|body| shop.webhooks.take_in("sandbox", (&[], body.as_bytes()), LIMIT));
    join_all(taken).await.into_iter().filter(|taken| matches!(taken, Ok(Intake::Taken))).count()
}

async fn seen(world: &World, payment: PaymentId) -> usize {
    world.stored().await.payments[&payment.uuid()].seen.len()
}

/// T-Y5 (a): of many payments each is told of three times at once, in the wrong order.
#[test]
fn messages_about_many_payments_three_times_at_once_count_once() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 100).await;
        let asked = many_at_the_bank(&world, shelf).await;
        join_all(asked.iter().map(|(_, payment)| agrees_in_silence(&world, *payment))).await;
        let taken = join_all(asked.iter().map(|(_, payment)| told(&world, *payment))).await;
        assert!(taken.iter().all(|taken| *taken == 6), "{taken:?}");
        world.settled().await;
        for (cart, payment) in &asked {
            assert!(is_bought(&world, *cart).await);
            assert_eq!(seen(&world, *payment).await, 2);
        }
        assert_eq!(captures(&world), asked.len());
        books_balance(&world).await;
    });
}

/// T-Y5 (b): a message that is not acknowledged comes again; wherever the power was cut, it counts once.
#[test]
fn messages_that_come_three_times_count_once_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 1).await;
            let (cart, payment) = at_the_bank(world, shelf).await;
            agrees_in_silence(world, payment).await;
            (cart, payment)
        },
        async |world, (_, payment)| {
            told(world, *payment).await;
        },
        async |world, (cart, payment), cut| {
            assert_eq!(told(world, *payment).await, 6, "{cut:?}");
            world.settled().await;
            assert!(is_bought(world, *cart).await, "{cut:?}");
            assert_eq!(seen(world, *payment).await, 2, "{cut:?}");
            books_balance(world).await;
        },
    );
    assert!(cuts > 10, "{cuts} cuts");
}
