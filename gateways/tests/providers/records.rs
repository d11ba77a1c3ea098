//! The providers' own records.

use std::time::Duration;

use amazoff_actors::money::Money;
use amazoff_actors::payment::{Intent, IntentKey, Operation, ProviderRecord, RecordState};
use amazoff_supervisor::Timestamp;

use crate::support::{Desk, NOW, Who, payment};

async fn all(desk: &Desk, since: Timestamp) -> (Vec<ProviderRecord>, usize) {
    let (mut records, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = desk.provider.list(since, cursor).await.unwrap();
        records.extend(page.records);
        pages += 1;
        assert!(pages < 1_000);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return (records, pages),
        }
    }
}

#[tokio::test]
async fn a_payment_is_listed_with_what_became_of_it() {
    for who in [Who::Stripe, Who::PayPal] {
        let desk = Desk::ready_for(who, Operation::Capture).await;
        desk.provider.capture(&desk.part(Operation::Capture, 1, 1_500)).await.unwrap();
        let (records, _) = all(&desk, NOW).await;
        let [record] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!((record.payment, record.state), (Some(desk.intent.payment), RecordState::Authorized));
        assert_eq!((record.authorized, record.captured), (Money::eur(1999), Money::eur(1500)));
        assert_eq!((record.refunded, record.created_at), (Money::eur(0), NOW));
        assert_eq!(Some(&record.reference), desk.intent.reference.as_ref());

        let desk = Desk::ready_for(who, Operation::Refund).await;
        desk.provider.refund(&desk.part(Operation::Refund, 1, 100)).await.unwrap();
        let (records, _) = all(&desk, NOW).await;
        let [record] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!((record.state, record.refunded), (RecordState::Captured, Money::eur(100)));

        let desk = Desk::ready_for(who, Operation::Void).await;
        desk.provider.void(&desk.of(Operation::Void)).await.unwrap();
        let (records, _) = all(&desk, NOW).await;
        assert_eq!(records[0].state, RecordState::Voided);
    }
}

#[tokio::test]
async fn stripes_records_come_oldest_first_over_many_pages_and_windows() {
    let desk = Desk::new(Who::Stripe);
    let mut wanted = Vec::new();
    for n in 0..150_u8 {
        let key = IntentKey::of(payment(n), Operation::Authorize);
        let token = if n % 10 == 0 { "pm_card_chargeDeclined" } else { "pm_card_visa" };
        let intent = Intent { key, payment: payment(n), ..desk.intent.clone() };
        desk.provider.authorize(&intent, token).await.unwrap();
        wanted.push((Some(payment(n)), n % 10 == 0));
        if n % 50 == 0 {
            desk.advance(Duration::from_hours(30));
        }
    }
    let (records, pages) = all(&desk, NOW).await;
    let listed: Vec<_> =
        records.iter().map(|record| (record.payment, record.state == RecordState::Failed)).collect();
    assert_eq!(listed, wanted);
    assert!(records.is_sorted_by_key(|record| record.created_at) && pages >= 3, "{pages}");
    let (late, _) = all(&desk, NOW.plus(Duration::from_hours(31))).await;
    assert_eq!(late.len(), 99);
}

#[tokio::test]
async fn paypals_records_go_back_further_than_one_report() {
    let desk = Desk::ready_for(Who::PayPal, Operation::Capture).await;
    desk.advance(Duration::from_hours(70 * 24));
    let (records, pages) = all(&desk, NOW).await;
    assert_eq!((records.len(), pages), (1, 3));
    assert_eq!(records[0].state, RecordState::Voided);
}
