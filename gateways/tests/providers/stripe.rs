//! Stripe's adapter.

use std::time::Duration;

use amazoff_actors::money::Money;
use amazoff_actors::payment::{
    Confirmation, Found, Intent, IntentKey, Operation, ProviderAnswer, ProviderError,
};
use amazoff_paysim::{Act, Kind};
use amazoff_supervisor::Timestamp;

use crate::support::{Desk, NOW, WHOLE, Who, approved, declined, payment};

async fn authorize(desk: &Desk, token: &str) -> Result<ProviderAnswer, ProviderError> {
    desk.provider.authorize(&desk.intent, token).await
}

#[tokio::test]
async fn a_reservation_says_how_much_and_until_when() {
    let desk = Desk::new(Who::Stripe);
    let Ok(ProviderAnswer::Approved { reference, amount, expires_at, capture_reference }) =
        authorize(&desk, "pm_card_visa").await
    else {
        panic!("approved")
    };
    assert!(reference.starts_with("pi_"));
    assert_eq!((amount, capture_reference), (WHOLE, None));
    assert_eq!(expires_at, Some(NOW.plus(Duration::from_hours(7 * 24))));
    let books = desk.sim.books();
    assert_eq!(books.movements[0].payment, Some(desk.intent.payment.to_string()));
    assert_eq!(books.movements[0].key.as_deref(), Some(desk.intent.key.as_str()));
}

#[tokio::test]
async fn refusals_carry_the_banks_code() {
    for (token, code) in [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("tok_of_another_provider", "resource_missing"),
    ] {
        let desk = Desk::new(Who::Stripe);
        assert_eq!(authorize(&desk, token).await, declined(code), "{token}");
        let found = desk.find(Operation::Authorize, &desk.intent).await;
        match code {
            "resource_missing" => assert_eq!(found, Found::Nothing),
            code => assert_eq!(found, Found::Answered(ProviderAnswer::declined(code))),
        }
        assert_eq!(desk.sim.books().movements, []);
    }
}

/// T-Y9
#[tokio::test]
async fn a_failed_3ds_and_then_a_second_card_reserve_once() {
    let mut desk = Desk::new(Who::Stripe);
    let Ok(ProviderAnswer::ActionRequired { reference, url }) =
        authorize(&desk, "pm_card_authenticationRequired").await
    else {
        panic!("the shopper must act")
    };
    assert!(url.starts_with(&desk.sim.url()), "{url}");
    desk.intent.reference = Some(reference.clone());
    let waits = ProviderAnswer::ActionRequired { reference: reference.clone(), url };
    let confirm = |result| desk.provider.confirm(&desk.intent, result);
    assert_eq!(confirm(Confirmation::Approve).await, Ok(waits.clone()), "the bank knows nothing of it yet");
    assert_eq!(desk.find(Operation::Confirm, &desk.intent).await, Found::Answered(waits));
    let back = desk.sim.act(&reference, Act::Decline).unwrap();
    assert_eq!(back, format!("http://shop.test/orders/{}", desk.intent.order.unwrap()));
    let refused = declined("payment_intent_authentication_failure");
    assert_eq!(confirm(Confirmation::Approve).await, refused);

    let key = IntentKey::of(payment(2), Operation::Authorize);
    let second = Intent { key, payment: payment(2), reference: None, ..desk.intent.clone() };
    assert_eq!(approved(&desk.provider.authorize(&second, "pm_card_visa").await), WHOLE);
    assert_eq!(confirm(Confirmation::Approve).await, refused, "the first one stays refused");
    let books = desk.sim.books();
    assert_eq!(books.count(Kind::Reserved), 1);
    assert_eq!(books.movements[0].payment, Some(payment(2).to_string()));
}

#[tokio::test]
async fn the_shopper_approves_at_the_bank_and_a_refusal_here_is_final_there() {
    let mut desk = Desk::new(Who::Stripe);
    let asked = authorize(&desk, "pm_card_authenticationRequired").await;
    let Ok(ProviderAnswer::ActionRequired { reference, .. }) = asked else { panic!("{asked:?}") };
    desk.intent.reference = Some(reference.clone());
    desk.sim.act(&reference, Act::Approve).unwrap();
    assert_eq!(
        approved(&desk.provider.confirm(&desk.intent, Confirmation::Decline).await),
        WHOLE,
        "it is done"
    );

    let mut desk = Desk::new(Who::Stripe);
    let asked = authorize(&desk, "pm_card_authenticationRequired").await;
    let Ok(ProviderAnswer::ActionRequired { reference, .. }) = asked else { panic!("{asked:?}") };
    desk.intent.reference = Some(reference.clone());
    let confirm = desk.of(Operation::Confirm);
    assert_eq!(
        desk.provider.confirm(&confirm, Confirmation::Decline).await,
        declined("authentication_failed")
    );
    desk.sim.act(&reference, Act::Approve).unwrap_err();
    assert_eq!(desk.sim.books().movements, []);
}

#[tokio::test]
async fn captures_in_parts_each_say_their_own_amount() {
    let desk = Desk::ready_for(Who::Stripe, Operation::Capture).await;
    let (first, second) = (desk.part(Operation::Capture, 1, 500), desk.part(Operation::Capture, 2, 700));
    for _ in 0..2 {
        assert_eq!(approved(&desk.provider.capture(&first).await), Money::eur(500));
    }
    assert_eq!(desk.find(Operation::Capture, &second).await, Found::Nothing);
    assert_eq!(approved(&desk.provider.capture(&second).await), Money::eur(700));
    // A day later Stripe has forgotten the keys; the intent has not.
    desk.sim.prune_keys();
    for part in [&first, &second] {
        assert_eq!(approved(&desk.provider.capture(part).await), part.amount);
        let Found::Answered(found) = desk.find(Operation::Capture, part).await else { panic!("found") };
        assert_eq!(approved(&Ok(found)), part.amount);
    }
    let too_much = desk.part(Operation::Capture, 3, 800);
    assert_eq!(desk.provider.capture(&too_much).await, declined("amount_too_large"));
    assert_eq!(approved(&desk.provider.void(&desk.of(Operation::Void)).await), Money::eur(799));
    let Found::Answered(found) = desk.find(Operation::Void, &desk.of(Operation::Void)).await else {
        panic!("found")
    };
    assert_eq!(approved(&Ok(found)), Money::eur(799));
    let account = desk.account();
    assert_eq!((account.captured, account.released, account.held()), (1200, 799, 0));
}

#[tokio::test]
async fn a_payment_that_can_be_captured_once_is_not_captured_in_part() {
    let mut desk = Desk::new(Who::Stripe);
    let Ok(ProviderAnswer::Approved { reference, .. }) = authorize(&desk, "pm_card_capturedOnce").await
    else {
        panic!("approved")
    };
    desk.intent.reference = Some(reference);
    let part = desk.part(Operation::Capture, 1, 500);
    assert_eq!(desk.provider.capture(&part).await, declined("partial_capture_unavailable"));
    assert_eq!(desk.account().held(), 1999);
    assert_eq!(approved(&desk.provider.capture(&desk.of(Operation::Capture)).await), WHOLE);
}

#[tokio::test]
async fn a_void_ends_where_the_money_is_free_and_nowhere_else() {
    let desk = Desk::ready_for(Who::Stripe, Operation::Void).await;
    let void = desk.of(Operation::Void);
    assert_eq!(desk.find(Operation::Void, &void).await, Found::Nothing);
    assert_eq!(approved(&desk.provider.void(&void).await), WHOLE);
    desk.sim.prune_keys();
    assert_eq!(approved(&desk.provider.void(&void).await), WHOLE, "voided before");
    let found = desk.find(Operation::Authorize, &desk.of(Operation::Authorize)).await;
    assert_eq!(found, Found::Answered(ProviderAnswer::declined("canceled")));

    let desk = Desk::ready_for(Who::Stripe, Operation::Refund).await;
    let void = desk.of(Operation::Void);
    assert_eq!(desk.provider.void(&void).await, declined("payment_intent_unexpected_state"));
    assert_eq!(
        desk.find(Operation::Void, &void).await,
        Found::Answered(ProviderAnswer::declined("already_captured"))
    );
}

#[tokio::test]
async fn a_reservation_that_ran_out_is_expired() {
    let desk = Desk::ready_for(Who::Stripe, Operation::Capture).await;
    desk.advance(Duration::from_hours(7 * 24));
    let found = desk.find(Operation::Authorize, &desk.intent).await;
    assert_eq!(found, Found::Answered(ProviderAnswer::declined("expired")));
    let capture = desk.of(Operation::Capture);
    assert_eq!(desk.provider.capture(&capture).await, declined("payment_intent_unexpected_state"));
    let found = desk.find(Operation::Capture, &capture).await;
    assert_eq!(found, Found::Answered(ProviderAnswer::declined("canceled")), "it never will be captured");
    assert_eq!(approved(&desk.provider.void(&desk.of(Operation::Void)).await), WHOLE, "nothing is reserved");
}

#[tokio::test]
async fn refunds_are_found_by_their_key_and_wait_until_they_are_done() {
    let desk = Desk::ready_for(Who::Stripe, Operation::Refund).await;
    for n in 0..3 {
        let part = desk.part(Operation::Refund, n, 500);
        assert_eq!(desk.find(Operation::Refund, &part).await, Found::Nothing);
        assert_eq!(approved(&desk.provider.refund(&part).await), part.amount);
        let Found::Answered(found) = desk.find(Operation::Refund, &part).await else { panic!("found") };
        assert_eq!(approved(&Ok(found)), part.amount);
    }
    let too_much = desk.part(Operation::Refund, 9, 500);
    assert_eq!(desk.provider.refund(&too_much).await, declined("amount_too_large"));
    assert_eq!(desk.account().refunded, 1500);
}

#[tokio::test]
async fn a_refund_that_waits_is_pending_and_then_done_or_failed() {
    for fails in [false, true] {
        let mut desk = Desk::new(Who::Stripe);
        let Ok(ProviderAnswer::Approved { reference, .. }) = authorize(&desk, "pm_card_pendingRefund").await
        else {
            panic!("approved")
        };
        desk.intent.reference = Some(reference);
        desk.provider.capture(&desk.of(Operation::Capture)).await.unwrap();
        let part = desk.part(Operation::Refund, 1, 500);
        assert!(matches!(desk.provider.refund(&part).await, Err(ProviderError::Unknown(_))));
        assert_eq!(desk.find(Operation::Refund, &part).await, Found::Pending);
        let books = desk.sim.books();
        let refund = books.movements.iter().find(|one| one.kind == Kind::Refunded).unwrap();
        desk.sim.end_refund(&refund.id, fails).unwrap();
        let Found::Answered(found) = desk.find(Operation::Refund, &part).await else { panic!("found") };
        match fails {
            false => assert_eq!(approved(&Ok(found)), part.amount),
            true => assert_eq!(Ok(found), declined("lost_or_stolen_card")),
        }
        assert_eq!(desk.account().refunded, if fails { 0 } else { 500 });
    }
}

#[tokio::test]
async fn an_intent_without_a_name_is_found_among_many_and_old_ones() {
    let desk = Desk::new(Who::Stripe);
    desk.provider.authorize(&desk.intent, "pm_card_visa").await.unwrap();
    for n in 0..130_u8 {
        let key = IntentKey::of(payment(n), Operation::Void);
        let other = Intent { key, payment: payment(n), ..desk.intent.clone() };
        desk.provider.authorize(&other, "pm_card_visa").await.unwrap();
    }
    for asked_at in [Some(NOW), Some(Timestamp::from_unix_ms(NOW.unix_ms() - 20 * 3_600_000)), None] {
        desk.clock.advance(Duration::from_secs(1));
        let intent = Intent { asked_at, ..desk.intent.clone() };
        let found = desk.find(Operation::Authorize, &intent).await;
        assert!(matches!(found, Found::Answered(ProviderAnswer::Approved { .. })), "{found:?}");
    }
    let late = Intent { asked_at: Some(NOW.plus(Duration::from_hours(2))), ..desk.intent.clone() };
    assert_eq!(desk.find(Operation::Authorize, &late).await, Found::Nothing);
}

#[tokio::test]
async fn a_key_that_did_something_else_is_unknown_never_declined() {
    let desk = Desk::new(Who::Stripe);
    desk.provider.authorize(&desk.intent, "pm_card_visa").await.unwrap();
    let other = Intent { amount: Money::eur(2000), ..desk.intent.clone() };
    let answer = desk.provider.authorize(&other, "pm_card_visa").await;
    assert!(matches!(answer, Err(ProviderError::Unknown(_))), "{answer:?}");
    assert_eq!(desk.account().reserved, 1999);
}

#[tokio::test]
async fn amounts_that_stripe_cannot_write_are_refused_unsent() {
    let desk = Desk::new(Who::Stripe);
    let odd = Intent { amount: Money::new(150, "MGA".parse().unwrap()), ..desk.intent.clone() };
    assert_eq!(desk.provider.authorize(&odd, "pm_card_visa").await, declined("amount_not_at_provider"));
    assert_eq!(desk.asked("stripe.intent.create"), 0);
    let yen = Intent { amount: Money::new(500, "JPY".parse().unwrap()), ..desk.intent.clone() };
    assert_eq!(approved(&desk.provider.authorize(&yen, "pm_card_visa").await), yen.amount);
    assert_eq!(desk.account().reserved, 500);
}
