//! Reservations that run out before everything is sent.

use std::time::Duration;

use amazoff_actors::checkout::Outcome;
use amazoff_actors::ids::{OrderId, PaymentId};
use amazoff_actors::money::Quantity;
use amazoff_actors::order::{Milestone, PaymentStatus, Portion, Rejection, Status, View};
use amazoff_actors::payment::Intake;
use amazoff_actors::pricebook::{CapturePolicy, Change};
use amazoff_supervisor::{AskError, Clock as _};
use amazoff_world::{World, fail_each_step, paused, until};
use futures::future::join_all;
use serde_json::json;

use super::{LIMIT, MANY, books_balance, captures, jump};
use crate::orders::{everything, view};

/// Longer than a card's reservation lasts.
const EIGHT_DAYS: Duration = Duration::from_hours(8 * 24);

/// An order of two things with a card whose reservation lasts a week.
async fn reserved(world: &World) -> OrderId {
    let shelves = [world.stock(1_999, 10).await, world.stock(500, 10).await];
    let cart = world.full_cart(&[(shelves[0], 1), (shelves[1], 1)]).await;
    let placed = world.complete(cart, "tok_week").await.unwrap();
    assert!(matches!(placed, Outcome::Placed { .. }), "{placed:?}");
    world.settled().await;
    OrderId::of_cart(cart)
}

/// The same where sending takes the money.
async fn to_be_sent(world: &World) -> OrderId {
    let policy = Change::SetCapture { policy: CapturePolicy::OnShipment };
    world.shop().pricebooks.change(policy, None, world.envelope()).await.unwrap();
    reserved(world).await
}

/// Sends one piece of the first line that has one open.
async fn send_one(world: &World, order: OrderId) -> Result<(), AskError<Rejection>> {
    let open = everything(&view(world, order).await);
    let one = vec![Portion { line: open[0].line, quantity: Quantity::ONE }];
    world.shop().orders.ship(order, (None, one), None, world.envelope().into()).await.map(drop)
}

/// The provider says that something changed; it is asked, and says that the reservation is over.
async fn told(world: &World, order: OrderId, times: usize) {
    let (shop, payment) = (world.shop(), PaymentId::of_attempt(order, 1));
    let told = (0..times).map(async |n| {
        let body = json!({"id": format!("evt_{n}"), "payment": payment, "at": world.clock.now()});
        shop.webhooks.take_in("sandbox", (&[], body.to_string().as_bytes()), LIMIT).await
    });
    for taken in join_all(told).await {
        assert!(matches!(taken, Ok(Intake::Taken)), "{taken:?}");
    }
}

/// The order, once it knows that its reservation is over.
async fn expired(world: &World, order: OrderId) -> View {
    let knows = async || {
        let timeline = view(world, order).await.timeline;
        timeline.iter().any(|moment| moment.event == Milestone::PaymentExpired)
    };
    until("the end of the reservation", LIMIT, knows).await;
    world.settled().await;
    view(world, order).await
}

/// T-O7 (a): many words of expiry, and people who ask, all at once, cancel nothing that is paid.
#[test]
fn many_late_words_of_expiry_cancel_no_paid_order() {
    paused(async {
        let world = World::start().await;
        let order = reserved(&world).await;
        assert_eq!(view(&world, order).await.payment_status, PaymentStatus::Paid);
        world.clock.jump_ms(i64::try_from(EIGHT_DAYS.as_millis()).unwrap());
        let (shop, payment) = (world.shop(), PaymentId::of_attempt(order, 1));
        let asked = join_all((0..MANY).map(|_| shop.payments.sync(payment, LIMIT)));
        let (_, asked) = tokio::join!(told(&world, order, MANY), asked);
        assert!(asked.iter().all(Result::is_ok), "{asked:?}");
        tokio::time::sleep(LIMIT).await;
        world.settled().await;
        let after = view(&world, order).await;
        assert_eq!((after.status, after.payment_status), (Status::Placed, PaymentStatus::Paid));
        assert_eq!((after.sums.captured, after.sums.refunded.amount), (after.totals.total, 0));
        books_balance(&world).await;
    });
}

/// T-O10 (a): many try to send at once what is not paid any more.
#[test]
fn nothing_is_sent_by_many_at_once_when_the_reservation_has_expired() {
    paused(async {
        let world = World::start().await;
        let order = to_be_sent(&world).await;
        jump(&world, EIGHT_DAYS).await;
        assert_eq!(expired(&world, order).await.payment_status, PaymentStatus::Voided);
        for sent in join_all((0..MANY).map(|_| send_one(&world, order))).await {
            assert!(
                matches!(sent, Err(AskError::Refused { refusal: Rejection::NotCovered, .. })),
                "{sent:?}"
            );
        }
        world.settled().await;
        let after = view(&world, order).await;
        assert_eq!((after.status, after.shipments.len(), captures(&world)), (Status::Placed, 0, 0));
        books_balance(&world).await;
    });
}

/// T-O7 (b), T-O10 (b): one of two parcels is sent and paid when the reservation runs out. Wherever the power is cut, the
/// order stays, what was taken stays taken, and the other parcel is not sent.
#[test]
fn an_expired_reservation_keeps_what_is_paid_and_sends_nothing_more_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let order = to_be_sent(world).await;
            send_one(world, order).await.unwrap();
            world.settled().await;
            (order, view(world, order).await.sums.captured)
        },
        async |world, (order, _)| {
            world.clock.jump_ms(i64::try_from(EIGHT_DAYS.as_millis()).unwrap());
            expired(world, *order).await;
        },
        async |world, (order, taken), cut| {
            let after = expired(world, *order).await;
            let now = (after.status, after.payment_status, after.sums.captured);
            assert_eq!(now, (Status::Placed, PaymentStatus::PartiallyPaid, *taken), "{cut:?}");
            let sent = send_one(world, *order).await;
            assert!(
                matches!(sent, Err(AskError::Refused { refusal: Rejection::NotCovered, .. })),
                "{cut:?}: {sent:?}"
            );
            books_balance(world).await;
        },
    );
    assert!(cuts >= 6, "{cuts} cuts");
}
