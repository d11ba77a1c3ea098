//! PayPal's adapter.

use std::time::Duration;

use amazoff_actors::money::Money;
use amazoff_actors::payment::{Confirmation, Found, Intent, Operation, ProviderAnswer};
use amazoff_paysim::{Account, Act, Kind};

use crate::support::{Desk, WHOLE, Who, approved, declined};

/// An order that waits for its shopper: the intent names it.
async fn waiting() -> (Desk, String) {
    let mut desk = Desk::new(Who::PayPal);
    let asked = desk.ask(Operation::Authorize, &desk.intent).await;
    let Ok(ProviderAnswer::ActionRequired { reference, url }) = asked else { panic!("{asked:?}") };
    assert_eq!(url, format!("{}/__sim/act/{reference}", desk.sim.url()));
    desk.intent.reference = Some(reference.clone());
    (desk, reference)
}

#[tokio::test]
async fn nothing_is_reserved_until_the_shopper_approved_and_came_back() {
    let (desk, order) = waiting().await;
    let confirm = |result| desk.provider.confirm(&desk.intent, result);
    let waits = confirm(Confirmation::Approve).await;
    assert!(matches!(waits, Ok(ProviderAnswer::ActionRequired { .. })), "{waits:?}");
    let back = desk.sim.act(&order, Act::Approve).unwrap();
    assert_eq!(back, format!("http://shop.test/orders/{}", desk.intent.order.unwrap()));
    assert_eq!(desk.account(), Account::default());
    for _ in 0..2 {
        let Ok(ProviderAnswer::Approved { reference, amount, expires_at, .. }) =
            confirm(Confirmation::Approve).await
        else {
            panic!("approved")
        };
        assert_eq!((reference, amount), (order.clone(), WHOLE));
        assert_eq!(expires_at, Some(crate::support::NOW.plus(Duration::from_hours(29 * 24))));
    }
    assert_eq!(desk.sim.books().count(Kind::Reserved), 1);
    assert_eq!(desk.account().payment, Some(desk.intent.payment.to_string()));
}

#[tokio::test]
async fn a_shopper_who_does_not_come_back_is_found() {
    let (desk, order) = waiting().await;
    desk.sim.act(&order, Act::Approve).unwrap();
    let Found::Answered(found) = desk.find(Operation::Authorize, &desk.intent).await else { panic!("found") };
    assert_eq!(approved(&Ok(found)), WHOLE);
    assert_eq!(desk.sim.books().count(Kind::Reserved), 1);
}

#[tokio::test]
async fn refusals_reserve_nothing() {
    let (desk, order) = waiting().await;
    desk.sim.act(&order, Act::Decline).unwrap();
    assert_eq!(desk.provider.confirm(&desk.intent, Confirmation::Decline).await, declined("payer_declined"));
    let (desk, order) = waiting().await;
    desk.sim.act(&order, Act::ApproveWithABadCard).unwrap();
    assert_eq!(
        desk.provider.confirm(&desk.intent, Confirmation::Approve).await,
        declined("instrument_declined")
    );
    let desk = Desk::new(Who::PayPal);
    assert_eq!(desk.provider.authorize(&desk.intent, "tok_ok").await, declined("unknown_token"));
    assert_eq!(desk.account(), Account::default());
}

#[tokio::test]
async fn an_order_that_nobody_approves_expires_and_can_be_given_up() {
    let (desk, _) = waiting().await;
    assert_eq!(approved(&desk.provider.void(&desk.of(Operation::Void)).await), WHOLE, "nothing is reserved");
    desk.advance(Duration::from_hours(3));
    let found = desk.find(Operation::Authorize, &desk.intent).await;
    assert_eq!(found, Found::Answered(ProviderAnswer::declined("expired")));
}

#[tokio::test]
async fn captures_and_refunds_in_parts_are_found_by_their_keys() {
    let desk = Desk::ready_for(Who::PayPal, Operation::Capture).await;
    let mut captures = Vec::new();
    for (n, cents) in [(1, 500), (2, 700)] {
        let part = desk.part(Operation::Capture, n, cents);
        assert_eq!(desk.find(Operation::Capture, &part).await, Found::Nothing);
        let Ok(ProviderAnswer::Approved { amount, capture_reference, .. }) =
            desk.provider.capture(&part).await
        else {
            panic!("approved")
        };
        assert_eq!(amount, part.amount);
        captures.push(capture_reference.unwrap());
        // PayPal forgets request ids; the invoice numbers stay.
        desk.sim.prune_keys();
        assert_eq!(approved(&desk.provider.capture(&part).await), part.amount);
        let Found::Answered(found) = desk.find(Operation::Capture, &part).await else { panic!("found") };
        assert_eq!(approved(&Ok(found)), part.amount);
    }
    let too_much = desk.part(Operation::Capture, 3, 800);
    assert_eq!(desk.provider.capture(&too_much).await, declined("max_capture_amount_exceeded"));

    let refund =
        Intent { capture_reference: Some(captures[0].clone()), ..desk.part(Operation::Refund, 1, 400) };
    assert_eq!(approved(&desk.provider.refund(&refund).await), Money::eur(400));
    let Found::Answered(found) = desk.find(Operation::Refund, &refund).await else { panic!("found") };
    assert_eq!(approved(&Ok(found)), Money::eur(400));
    let over =
        Intent { capture_reference: Some(captures[0].clone()), ..desk.part(Operation::Refund, 2, 101) };
    assert_eq!(desk.provider.refund(&over).await, declined("refund_amount_exceeded"));

    approved(&desk.provider.void(&desk.of(Operation::Void)).await);
    let account = desk.account();
    assert_eq!((account.captured, account.refunded, account.released), (1200, 400, 799));
}

#[tokio::test]
async fn what_was_voided_and_what_ran_out_are_told_apart() {
    let desk = Desk::ready_for(Who::PayPal, Operation::Void).await;
    let void = desk.of(Operation::Void);
    assert_eq!(desk.find(Operation::Void, &void).await, Found::Nothing);
    approved(&desk.provider.void(&void).await);
    desk.sim.prune_keys();
    approved(&desk.provider.void(&void).await);
    let found = desk.find(Operation::Authorize, &desk.intent).await;
    assert_eq!(found, Found::Answered(ProviderAnswer::declined("canceled")));

    let desk = Desk::ready_for(Who::PayPal, Operation::Void).await;
    desk.advance(Duration::from_hours(29 * 24));
    let found = desk.find(Operation::Authorize, &desk.intent).await;
    assert_eq!(found, Found::Answered(ProviderAnswer::declined("expired")));
    let capture = desk.of(Operation::Capture);
    assert_eq!(desk.provider.capture(&capture).await, declined("authorization_expired"));
    let found = desk.find(Operation::Capture, &capture).await;
    assert!(matches!(found, Found::Answered(ProviderAnswer::Declined { .. })), "{found:?}");
}

#[tokio::test]
async fn a_token_is_used_until_shortly_before_its_end() {
    let desk = Desk::ready_for(Who::PayPal, Operation::Capture).await;
    desk.find(Operation::Authorize, &desk.intent).await;
    assert_eq!(desk.asked("paypal.token"), 1);
    desk.advance(Duration::from_hours(9));
    desk.find(Operation::Authorize, &desk.intent).await;
    assert_eq!(desk.asked("paypal.token"), 2);
}

#[tokio::test]
async fn currencies_that_paypal_does_not_take_are_refused_unsent() {
    let desk = Desk::new(Who::PayPal);
    for (amount, code) in [(1_000, "KWD"), (1_050, "HUF")] {
        let odd = Intent { amount: Money::new(amount, code.parse().unwrap()), ..desk.intent.clone() };
        assert_eq!(desk.ask(Operation::Authorize, &odd).await, declined("amount_not_at_provider"));
    }
    assert_eq!(desk.asked("paypal.order.create"), 0);
}
