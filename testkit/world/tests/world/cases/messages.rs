//! Messages of the provider: repeated, out of order, and while the power is cut.

use std::collections::BTreeMap;

use amazoff_actors::ids::PaymentId;
use amazoff_actors::mail::Content;
use amazoff_actors::order::NewsKind;
use amazoff_actors::payment::Intake;
use amazoff_supervisor::Clock as _;
use amazoff_world::{World, fail_each_step, paused};
use futures::future::join_all;
use serde_json::json;

use super::{LIMIT, agreed, books_balance, captures, is_bought, many_agreed};

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
        let asked = many_agreed(&world).await;
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
        async |world| agreed(world).await,
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

/// The ids of the letters that left, by what they tell.
fn letters(world: &World) -> BTreeMap<NewsKind, Vec<uuid::Uuid>> {
    let mut found: BTreeMap<NewsKind, Vec<uuid::Uuid>> = BTreeMap::new();
    for mail in world.mails.all() {
        if let Content::Order(letter) = mail.content {
            found.entry(letter.kind).or_default().push(mail.id);
        }
    }
    found
}

/// T-N1 (b): a letter that was handed over when the power was cut leaves again under the same id, and no other one does.
#[test]
fn each_letter_has_one_id_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| agreed(world).await,
        async |world, (_, payment)| {
            told(world, *payment).await;
        },
        async |world, (cart, payment), cut| {
            told(world, *payment).await;
            world.settled().await;
            assert!(is_bought(world, *cart).await, "{cut:?}");
            let mut letters = letters(world);
            assert_eq!(
                letters.keys().copied().collect::<Vec<_>>(),
                [NewsKind::Placed, NewsKind::Paid],
                "{cut:?}"
            );
            for (kind, ids) in &mut letters {
                ids.dedup();
                assert_eq!(ids.len(), 1, "{kind:?} {cut:?}");
            }
        },
    );
    assert!(cuts > 10, "{cuts} cuts");
}
