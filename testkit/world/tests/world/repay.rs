//! Payments after placement, and refunds that come back, with the whole shop around them and the power cut anywhere.

use std::time::Duration;

use amazoff_actors::checkout::{Failure, Outcome, PaymentChoice};
use amazoff_actors::ids::{OrderId, PaymentId};
use amazoff_actors::money::{Money, Quantity};
use amazoff_actors::order::{
    AdjustmentStatus, FurtherState, PaymentStatus, Portion, RefundOf, RefundReason, Rejection, Stage, View,
};
use amazoff_actors::payment::{Confirmation, Intake, Operation};
use amazoff_actors::pricebook::{CapturePolicy, Change};
use amazoff_actors::reconcile::WINDOW;
use amazoff_supervisor::{AskError, Clock as _, Envelope};
use amazoff_world::{Stored, World, fail_each_step, paused};
use serde_json::json;

const LIMIT: Duration = Duration::from_secs(30);
const PROVIDER: &str = "sandbox";

fn card(token: &str) -> PaymentChoice {
    PaymentChoice { provider: PROVIDER.to_owned(), token: token.to_owned() }
}

async fn view(world: &World, order: OrderId) -> View {
    world.shop().orders.get(order).await.unwrap().unwrap()
}

async fn buy(world: &World, token: &str) -> OrderId {
    let shelf = world.stock(1_999, 10).await;
    let cart = world.full_cart(&[(shelf, 2)]).await;
    let outcome = world.complete(cart, token).await.unwrap();
    assert!(matches!(outcome, Outcome::Placed { .. }), "{outcome:?}");
    world.settled().await;
    OrderId::of_cart(cart)
}

/// A placed order of which the first payment could take nothing.
async fn unpaid(world: &World) -> OrderId {
    let order = buy(world, "tok_untaken").await;
    let view = view(world, order).await;
    assert_eq!((view.payment_status, view.sums.owed), (PaymentStatus::Failed, view.totals.total));
    order
}

/// A placed order that is paid by parcels, and whose reservation ran out.
async fn expired(world: &World) -> OrderId {
    let policy = Change::SetCapture { policy: CapturePolicy::OnShipment };
    world.shop().pricebooks.change(policy, None, world.envelope()).await.unwrap();
    let order = buy(world, "tok_week").await;
    world.clock.jump_ms(8 * 24 * 60 * 60 * 1_000);
    let payment = view(world, order).await.payment_id.unwrap();
    world.shop().payments.sync(payment, LIMIT).await.unwrap();
    world.settled().await;
    assert_eq!(view(world, order).await.payment_status, PaymentStatus::Voided);
    order
}

async fn pay(world: &World, order: OrderId, token: &str, envelope: Envelope) -> Paid {
    world.shop().orders.pay(order, card(token), envelope, LIMIT).await
}

type Paid = Result<Outcome, AskError<Rejection>>;

async fn at_rest(world: &World) -> Stored {
    world.settled().await;
    let stored = world.stored().await;
    world.invariants().await.and_at_rest(&stored, &world.provider).assert_hold();
    stored
}

/// What the provider did of a kind, payment by payment.
fn moved(world: &World, operation: Operation) -> Vec<(PaymentId, i64)> {
    let entries = world.provider.entries();
    let done = entries.iter().filter(|of| of.operation == operation && of.approved());
    done.map(|of| (of.payment, of.amount.amount)).collect()
}

/// All of an order that can be sent.
async fn send(world: &World, order: OrderId) -> Result<(), AskError<Rejection>> {
    let goods = view(world, order).await.goods;
    let open = goods.iter().filter_map(|(line, pieces)| {
        Some(Portion { line: *line, quantity: Quantity::try_from(pieces.open()).ok()? })
    });
    let (lines, ask) = (open.collect(), world.envelope().into());
    world.shop().orders.ship(order, (None, lines), None, ask).await.map(drop)
}

/// T-O9 (b): with the power cut around every commit, the order is paid once, by the second payment, or not at all.
#[test]
fn a_second_payment_that_is_cut_anywhere_is_one_or_none() {
    let cuts = fail_each_step(
        async |world| unpaid(world).await,
        async |world, order| drop(pay(world, *order, "tok_ok", world.envelope()).await),
        async |world, order, cut| {
            world.settled().await;
            let before = view(world, *order).await;
            let total = before.totals.total;
            match before.further.as_slice() {
                [] => {
                    assert!(cut.is_some(), "it was never begun");
                    assert_eq!((before.payment_status, before.sums.owed), (PaymentStatus::Failed, total));
                    let outcome = pay(world, *order, "tok_ok", world.envelope()).await.unwrap();
                    assert_eq!(outcome, Outcome::Placed { order: *order }, "{cut:?}");
                }
                [one] => assert_eq!(one.state, FurtherState::Captured, "{cut:?}"),
                several => panic!("{cut:?}: {several:?}"),
            }
            at_rest(world).await;
            let after = view(world, *order).await;
            assert_eq!((after.stage, after.sums.captured), (Stage::Paid, total), "{cut:?}");
            assert_eq!(moved(world, Operation::Capture), [(after.further[0].payment, total.amount)]);
        },
    );
    assert!(cuts >= 12, "only {cuts} cuts");
}

/// T-O10 (b): the same for an order whose reservation ran out; its parcel then takes the money.
#[test]
fn a_second_reservation_that_is_cut_anywhere_lets_the_parcel_go() {
    let cuts = fail_each_step(
        async |world| expired(world).await,
        async |world, order| drop(pay(world, *order, "tok_ok", world.envelope()).await),
        async |world, order, cut| {
            world.settled().await;
            if view(world, *order).await.further.is_empty() {
                assert!(send(world, *order).await.is_err(), "{cut:?}: nothing covers it");
                pay(world, *order, "tok_ok", world.envelope()).await.unwrap();
            }
            send(world, *order).await.unwrap();
            at_rest(world).await;
            let after = view(world, *order).await;
            assert_eq!(after.payment_status, PaymentStatus::Paid, "{cut:?}");
            let taken = [(after.further[0].payment, after.totals.total.amount)];
            assert_eq!((after.further.len(), moved(world, Operation::Capture)), (1, taken.to_vec()));
        },
    );
    assert!(cuts >= 9, "only {cuts} cuts");
}

/// T-O9 (a): twenty people with the same idea, then twenty clicks on the same button.
#[test]
fn payments_that_race_are_one() {
    paused(async {
        let world = World::start().await;
        for order in [unpaid(&world).await, expired(&world).await] {
            let asked = (0..20).map(|_| pay(&world, order, "tok_ok", world.envelope()));
            let answers = futures::future::join_all(asked).await;
            let begun = answers.iter().filter(|answer| answer.is_ok()).count();
            let refused = answers.iter().filter(|answer| {
                matches!(
                    answer,
                    Err(AskError::Refused {
                        refusal: Rejection::PaymentUnderWay | Rejection::NothingOwed,
                        ..
                    })
                )
            });
            assert_eq!((begun, refused.count()), (1, 19), "{answers:?}");
            world.settled().await;
            assert_eq!(view(&world, order).await.further.len(), 1);
        }
        let order = unpaid_again(&world).await;
        let click = world.envelope();
        let asked = (0..20).map(|_| pay(&world, order, "tok_ok", click.clone()));
        let answers = futures::future::join_all(asked).await;
        assert!(answers.iter().any(|answer| matches!(answer, Ok(Outcome::Placed { .. }))), "{answers:?}");
        world.settled().await;
        assert_eq!(view(&world, order).await.further.len(), 1);
        let again = pay(&world, order, "tok_ok", click).await.unwrap();
        assert_eq!(again, Outcome::Placed { order }, "the answer of the first");
    });
}

/// One more, now that everything is paid by parcels.
async fn unpaid_again(world: &World) -> OrderId {
    let policy = Change::SetCapture { policy: CapturePolicy::OnPlacement };
    world.shop().pricebooks.change(policy, None, world.envelope()).await.unwrap();
    unpaid(world).await
}

/// T-Y9: a card that is refused, one whose shopper leaves, then one that pays.
#[test]
fn cards_are_tried_until_one_pays() {
    paused(async {
        let world = World::start().await;
        let order = unpaid(&world).await;
        let declined = pay(&world, order, "tok_decline", world.envelope()).await.unwrap();
        let failure = Failure::PaymentFailed { decline_code: "card_declined".to_owned() };
        assert_eq!(declined, Outcome::Failed(failure));
        let asked = pay(&world, order, "tok_action", world.envelope()).await.unwrap();
        assert!(matches!(asked, Outcome::RequiresAction { .. }), "{asked:?}");
        let other = pay(&world, order, "tok_ok", world.envelope()).await.unwrap_err();
        assert!(matches!(other, AskError::Refused { refusal: Rejection::PaymentUnderWay, .. }));
        // The shopper has left: the provider is asked, then the payment is given up.
        for wait in [15, 2] {
            world.settled().await;
            world.clock.jump_ms(wait * 60_000 + 1_000);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        world.settled().await;
        let states: Vec<_> = view(&world, order).await.further.iter().map(|of| of.state.name()).collect();
        assert_eq!(states, ["failed", "voided"]);
        let asked = pay(&world, order, "tok_action", world.envelope()).await.unwrap();
        let Outcome::RequiresAction { payment, .. } = asked else { panic!("{asked:?}") };
        let approve = Confirmation::Approve;
        world.shop().payments.confirm(payment, approve, world.envelope()).await.unwrap();
        at_rest(&world).await;
        let paid = view(&world, order).await;
        assert_eq!(paid.stage, Stage::Paid);
        assert_eq!(moved(&world, Operation::Capture), [(payment, paid.totals.total.amount)]);
    });
}

/// T-Y1, for a second payment: the provider's answer is lost, or the question was.
#[test]
fn a_second_payment_whose_answer_is_lost_is_made_once() {
    paused(async {
        let world = World::start().await;
        for token in ["tok_lost", "tok_unheard", "tok_stall"] {
            let order = unpaid(&world).await;
            drop(pay(&world, order, token, world.envelope()).await.unwrap());
            world.settled().await;
            assert_eq!(view(&world, order).await.stage, Stage::Paid, "{token}");
        }
        at_rest(&world).await;
        assert_eq!(moved(&world, Operation::Capture).len(), 3);
    });
}

/// T-O6, for a second payment: the order is canceled while the shopper is at the bank.
#[test]
fn an_order_that_is_canceled_while_it_is_paid_keeps_no_money() {
    paused(async {
        let world = World::start().await;
        let order = unpaid(&world).await;
        let asked = pay(&world, order, "tok_action", world.envelope()).await.unwrap();
        let Outcome::RequiresAction { payment, .. } = asked else { panic!("{asked:?}") };
        world.shop().orders.call_off(order, world.envelope().into()).await.unwrap();
        drop(world.shop().payments.confirm(payment, Confirmation::Approve, world.envelope()).await);
        at_rest(&world).await;
        let view = view(&world, order).await;
        assert_eq!((view.stage, view.further[0].state.name()), (Stage::Canceled, "voided"));
        assert!(moved(&world, Operation::Capture).is_empty());
    });
}

/// A paid order half of which was given back.
async fn refunded(world: &World) -> (OrderId, PaymentId, i64) {
    let order = buy(world, "tok_ok").await;
    let before = view(world, order).await;
    let half = before.totals.total.amount / 2;
    let of = (RefundOf::Amount(Money::eur(half)), RefundReason::Goodwill);
    world.shop().orders.refund(order, of, world.envelope().into()).await.unwrap();
    world.settled().await;
    assert_eq!(view(world, order).await.payment_status, PaymentStatus::PartiallyRefunded);
    (order, before.payment_id.unwrap(), half)
}

/// The provider tells that the refunds of a payment failed.
async fn tell(world: &World, payment: PaymentId) -> Option<Intake> {
    let body = json!({
        "id": "evt_refund_failed", "payment": payment, "at": world.clock.now(),
        "refund_failed": format!("ref-{}", payment.uuid().simple()),
    });
    let body = body.to_string();
    let told = world.shop().webhooks.take_in(PROVIDER, (&[], body.as_bytes()), LIMIT).await;
    told.ok()
}

async fn is_turned_back(world: &World, (order, half): (OrderId, i64), what: &str) {
    at_rest(world).await;
    let back = view(world, order).await;
    let total = back.totals.total.amount;
    assert_eq!(back.adjustments[0].status(), AdjustmentStatus::Failed, "{what}");
    assert_eq!((back.sums.refunded.amount, back.sums.refundable.amount), (0, total), "{what}");
    // The desk gives it back again.
    let of = (RefundOf::Amount(Money::eur(half)), RefundReason::Goodwill);
    world.shop().orders.refund(order, of, world.envelope().into()).await.unwrap();
    at_rest(world).await;
    let again = view(world, order).await;
    assert_eq!((again.sums.refunded.amount, again.sums.price.amount), (half, total - half), "{what}");
}

/// With the power cut around every commit, a refund that failed after it was done is turned back once.
#[test]
fn a_refund_that_fails_later_and_is_cut_anywhere_is_turned_back_once() {
    let cuts = fail_each_step(
        async |world| {
            let bought = refunded(world).await;
            assert_eq!(world.provider.fail_refunds(bought.1), 1);
            bought
        },
        async |world, (_, payment, _)| {
            let _ = tell(world, *payment).await;
        },
        async |world, (order, payment, half), cut| {
            // What is not answered with success is sent again, and what is, perhaps too.
            assert_eq!(tell(world, *payment).await, Some(Intake::Taken), "{cut:?}");
            is_turned_back(world, (*order, *half), &format!("{cut:?}")).await;
        },
    );
    assert!(cuts >= 6, "only {cuts} cuts");
}

/// T-Y5 and T-Y7, for a refund: the message comes twenty times at once, or never.
#[test]
fn a_refund_that_fails_later_is_found_with_and_without_a_message() {
    paused(async {
        let world = World::start().await;
        let (order, payment, half) = refunded(&world).await;
        world.provider.fail_refunds(payment);
        let told = futures::future::join_all((0..20).map(|_| tell(&world, payment))).await;
        assert!(told.contains(&Some(Intake::Taken)), "{told:?}");
        is_turned_back(&world, (order, half), "told").await;

        let (order, payment, half) = refunded(&world).await;
        world.provider.fail_refunds(payment);
        let report = world.shop().reconciliations.run(WINDOW).await.unwrap();
        assert_eq!(report.findings.listed.len(), 1, "{report:?}");
        is_turned_back(&world, (order, half), "found").await;
        let report = world.shop().reconciliations.run(WINDOW).await.unwrap();
        assert!(report.findings.is_empty(), "{report:?}");
    });
}
