//! Disputes: the payment that they are about, and how they end.

use amazoff_actors::money::Money;
use amazoff_actors::payment::{Found, Lookup, News, Operation, ProviderAnswer, WebhookError};
use amazoff_paysim::{Fault, Plan};

use crate::support::{Desk, NOW, Who};

#[tokio::test]
async fn a_dispute_names_its_payment_and_its_end() {
    for who in [Who::Stripe, Who::PayPal] {
        for won in [true, false] {
            let desk = Desk::ready_for(who, Operation::Refund).await;
            desk.sim.take();
            let reference = desk.intent.reference.clone().unwrap();
            let dispute = desk.sim.dispute(&reference, Some(700)).unwrap();
            desk.sim.close_dispute(&dispute, won).unwrap();
            let mut told = Vec::new();
            for message in desk.sim.take() {
                let event =
                    desk.provider.webhook(&message.headers, message.body.as_bytes(), NOW).await.unwrap();
                assert_eq!(event.payment, Some(desk.intent.payment));
                told.push(event.news);
            }
            let amount = Money::eur(700);
            let opened = News::Disputed { dispute: dispute.clone(), amount };
            assert_eq!(told, [opened, News::DisputeClosed { dispute, amount, won }]);
        }
    }
}

#[tokio::test]
async fn a_dispute_whose_payment_cannot_be_asked_for_comes_again() {
    for (who, name) in [(Who::Stripe, "stripe.intent.show"), (Who::PayPal, "paypal.capture.show")] {
        let desk = Desk::ready_for(who, Operation::Refund).await;
        desk.sim.take();
        desk.sim.dispute(&desk.intent.reference.clone().unwrap(), None).unwrap();
        let message = desk.sim.take().remove(0);
        assert!(desk.sim.plan(Plan::next(name, Fault::Error500)));
        let read = || desk.provider.webhook(&message.headers, message.body.as_bytes(), NOW);
        assert!(matches!(read().await, Err(WebhookError::Unavailable(_))));
        assert!(matches!(read().await.unwrap().news, News::Disputed { .. }));
    }
}

#[tokio::test]
async fn a_refund_that_fails_after_it_was_done_is_told_and_found() {
    for who in [Who::Stripe, Who::PayPal] {
        let desk = Desk::ready_for(who, Operation::Refund).await;
        let intent = desk.part(Operation::Refund, 1, 700);
        let ProviderAnswer::Approved { reference, .. } = desk.provider.refund(&intent).await.unwrap() else {
            panic!("it is not done");
        };
        desk.sim.take();
        desk.sim.end_refund(&reference, true).unwrap();
        assert!(desk.sim.end_refund(&reference, true).is_err(), "it has ended");
        let message = desk.sim.take().remove(0);
        let event = desk.provider.webhook(&message.headers, message.body.as_bytes(), NOW).await.unwrap();
        assert_eq!(event.payment, Some(desk.intent.payment));
        assert_eq!(event.news, News::RefundFailed { reference }, "{}", message.kind);
        let lookup = Lookup { operation: Operation::Refund, intent };
        let found = desk.provider.find(&lookup).await.unwrap();
        assert!(matches!(found, Found::Answered(ProviderAnswer::Declined { .. })), "{found:?}");
        let books = desk.sim.books();
        assert_eq!(books.broken, Vec::<String>::new());
        let payment = desk.intent.payment.to_string();
        let (_, account) = books.of_payment(&payment).next().unwrap();
        assert_eq!(account.refunded, 0);
    }
}
