//! Every fault against every call: what the adapter makes of it, what a lookup then finds, and that a repeat under the same key
//! moves money once.

use std::time::Duration;

use amazoff_actors::payment::{Found, Operation, ProviderAnswer, ProviderError};
use amazoff_gateways::stripe::Settings;
use amazoff_paysim::{Account, Fault, Kind, Plan};

use crate::support::{Desk, WHOLE, Who, approved};

/// A call that moves money: who, what, and what the simulator calls it.
const CALLS: [(Who, Operation, &str, Kind); 8] = [
    (Who::Stripe, Operation::Authorize, "stripe.intent.create", Kind::Reserved),
    (Who::Stripe, Operation::Capture, "stripe.intent.capture", Kind::Captured),
    (Who::Stripe, Operation::Void, "stripe.intent.cancel", Kind::Released),
    (Who::Stripe, Operation::Refund, "stripe.refund.create", Kind::Refunded),
    (Who::PayPal, Operation::Confirm, "paypal.order.authorize", Kind::Reserved),
    (Who::PayPal, Operation::Capture, "paypal.authorization.capture", Kind::Captured),
    (Who::PayPal, Operation::Void, "paypal.authorization.void", Kind::Released),
    (Who::PayPal, Operation::Refund, "paypal.capture.refund", Kind::Refunded),
];

fn moved(account: &Account, kind: Kind) -> i64 {
    match kind {
        Kind::Reserved => account.reserved,
        Kind::Captured => account.captured,
        Kind::Released => account.released,
        Kind::Refunded | Kind::RefundFailed => account.refunded,
        Kind::Disputed | Kind::DisputeWon => account.disputed,
    }
}

/// What a fault does: whether the operation is done, and whether the key answers normally afterwards.
struct Meaning {
    fault: Fault,
    done: bool,
    key_works: bool,
}

fn lost() -> Vec<Meaning> {
    let meaning = |fault, done, key_works| Meaning { fault, done, key_works };
    vec![
        meaning(Fault::ResetBefore, false, true),
        meaning(Fault::ResetAfter, true, true),
        meaning(Fault::Truncated, true, true),
        meaning(Fault::Error500, false, true),
        meaning(Fault::Error500Stored { done: false }, false, false),
        meaning(Fault::Error500Stored { done: true }, true, false),
        meaning(Fault::Html502 { done: false }, false, true),
        meaning(Fault::Html502 { done: true }, true, true),
        meaning(Fault::StallAfter { ms: 30_000 }, true, true),
    ]
}

/// T-Y1 (b), T-Y8 (b).
#[tokio::test]
async fn a_lost_answer_is_unknown_and_found_and_a_repeat_moves_money_once() {
    for (who, operation, name, kind) in CALLS {
        for Meaning { fault, done, key_works } in lost() {
            // Only Stripe's keys remember a 500.
            let key_works = key_works || who == Who::PayPal;
            let case = format!("{who:?} {operation:?} {fault:?}");
            let desk = Desk::ready_for(who, operation).await;
            let intent = desk.of(operation);
            let others = desk.asked(name);
            assert!(desk.sim.plan(Plan::next(name, fault)));
            let first = desk.ask(operation, &intent).await;
            assert!(matches!(first, Err(ProviderError::Unknown(_))), "{case}: {first:?}");
            assert_eq!(desk.sim.fired()[fault.name()], 1, "{case}");
            let wanted = if done { WHOLE.amount } else { 0 };
            assert_eq!(moved(&desk.account(), kind), wanted, "{case}");

            let found = desk.find(operation, &intent).await;
            // A second lookup, and a lookup of something unsent, send nothing either; PayPal's second step is not a repeat.
            let steps = operation == Operation::Confirm;
            if !steps {
                assert_eq!(desk.asked(name), others + 1, "{case}: a lookup has sent it again");
            }
            match found {
                Found::Answered(ProviderAnswer::Approved { amount, .. }) => {
                    assert!(done || steps, "{case}");
                    assert_eq!(amount, WHOLE, "{case}");
                }
                Found::Nothing => assert!(!done, "{case}"),
                other => panic!("{case}: {other:?}"),
            }
            if key_works || done {
                let again = desk.ask(operation, &intent).await;
                if key_works || operation == Operation::Capture {
                    assert_eq!(approved(&again), WHOLE, "{case}");
                }
                assert_eq!(moved(&desk.account(), kind), WHOLE.amount, "{case}");
            } else if !steps {
                let again = desk.ask(operation, &intent).await;
                assert!(matches!(again, Err(ProviderError::Unknown(_))), "{case}: {again:?}");
                assert_eq!(moved(&desk.account(), kind), 0, "{case}");
            }
        }
    }
}

/// T-Y1 (b), T-Y8 (b), the nastiest: it is not there, it is sent again, and the first one arrives after all.
#[tokio::test]
async fn a_question_that_is_heard_late_is_done_once() {
    for (who, operation, name, kind) in CALLS {
        let case = format!("{who:?} {operation:?}");
        let desk = Desk::ready_for(who, operation).await;
        let intent = desk.of(operation);
        assert!(desk.sim.plan(Plan::next(name, Fault::StallBefore { ms: 2_500 })));
        for _ in 0..2 {
            let answer = desk.ask(operation, &intent).await;
            assert!(matches!(answer, Err(ProviderError::Unknown(_))), "{case}: {answer:?}");
        }
        tokio::time::timeout(Duration::from_secs(30), async {
            while moved(&desk.account(), kind) == 0 {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
        let Found::Answered(found) = desk.find(operation, &intent).await else { panic!("{case}") };
        assert_eq!(approved(&Ok(found)), WHOLE, "{case}");
        assert_eq!(approved(&desk.ask(operation, &intent).await), WHOLE, "{case}");
        assert_eq!(moved(&desk.account(), kind), WHOLE.amount, "{case}");
    }
}

/// T-Y8 (b).
#[tokio::test]
async fn too_many_requests_are_not_heard() {
    for (who, operation, name, kind) in CALLS {
        let desk = Desk::ready_for(who, operation).await;
        assert!(desk.sim.plan(Plan::next(name, Fault::RateLimited { retry_after_s: 7 })));
        let Err(ProviderError::Unavailable(why)) = desk.ask(operation, &desk.of(operation)).await else {
            panic!("{who:?} {operation:?}")
        };
        assert!(why.contains("7 s"), "{why}");
        assert_eq!(moved(&desk.account(), kind), 0);
        assert_eq!(approved(&desk.ask(operation, &desk.of(operation)).await), WHOLE);
    }
}

/// T-Y10 (b).
#[tokio::test]
async fn another_amount_is_told_as_it_is() {
    for (who, operation, name, kind) in CALLS {
        // What a void says of amounts is not about money that moved.
        if operation == Operation::Void {
            continue;
        }
        let desk = Desk::ready_for(who, operation).await;
        assert!(desk.sim.plan(Plan::next(name, Fault::WrongAmount { delta: -1 })));
        let answer = desk.ask(operation, &desk.of(operation)).await;
        assert_eq!(approved(&answer).amount, WHOLE.amount - 1, "{who:?} {operation:?}");
        assert_eq!(moved(&desk.account(), kind), WHOLE.amount);
    }
}

#[tokio::test]
async fn a_lost_order_of_paypals_is_made_again_under_its_key() {
    for Meaning { fault, .. } in lost() {
        let desk = Desk::new(Who::PayPal);
        assert!(desk.sim.plan(Plan::next("paypal.order.create", fault)));
        let first = desk.ask(Operation::Authorize, &desk.intent).await;
        assert!(matches!(first, Err(ProviderError::Unknown(_))), "{fault:?}: {first:?}");
        assert_eq!(desk.find(Operation::Authorize, &desk.intent).await, Found::Nothing);
        let second = desk.ask(Operation::Authorize, &desk.intent).await.unwrap();
        let third = desk.ask(Operation::Authorize, &desk.intent).await.unwrap();
        assert!(matches!(second, ProviderAnswer::ActionRequired { .. }), "{fault:?}: {second:?}");
        assert_eq!(second, third);
        assert_eq!(desk.account(), Account::default(), "an order reserves nothing");
    }
}

#[tokio::test]
async fn reads_that_fail_leave_the_question_open() {
    for (who, name) in [(Who::Stripe, "stripe.intent.show"), (Who::PayPal, "paypal.order.show")] {
        for Meaning { fault, .. } in lost() {
            if matches!(fault, Fault::Error500Stored { .. }) {
                continue; // only keys remember
            }
            let desk = Desk::ready_for(who, Operation::Capture).await;
            assert!(desk.sim.plan(Plan::next(name, fault)));
            let intent = desk.of(Operation::Capture);
            let lookup = amazoff_actors::payment::Lookup { operation: Operation::Capture, intent };
            desk.provider.find(&lookup).await.unwrap_err();
            assert_eq!(desk.provider.find(&lookup).await, Ok(Found::Nothing));
        }
    }
}

#[tokio::test]
async fn who_is_not_there_has_not_heard() {
    for who in [Who::Stripe, Who::PayPal] {
        let desk = Desk::new(who);
        let (provider, clock) = (std::sync::Arc::clone(&desk.provider), std::sync::Arc::clone(&desk.clock));
        let (url, intent, token) = (desk.sim.url(), desk.intent.clone(), desk.token());
        drop(desk);
        let answer = provider.authorize(&intent, token).await;
        assert!(matches!(answer, Err(ProviderError::Unavailable(_))), "{answer:?}");
        drop((url, clock));
    }
}

#[tokio::test]
async fn refused_credentials_are_not_heard() {
    let desk = Desk::new(Who::Stripe);
    let settings = Settings {
        secret_key: "sk_test_wrong".into(),
        webhook_secret: "whsec".into(),
        url: desk.sim.url(),
        shop_url: String::new(),
        timeout: crate::support::TIMEOUT,
    };
    let stranger = amazoff_gateways::stripe::Stripe::new(settings, desk.clock.clone()).unwrap();
    let answer =
        amazoff_actors::payment::PaymentProvider::authorize(&stranger, &desk.intent, "pm_card_visa").await;
    assert!(matches!(answer, Err(ProviderError::Unavailable(_))), "{answer:?}");
    assert_eq!(desk.account(), Account::default());
}
