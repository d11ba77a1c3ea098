use amazoff_supervisor::Timestamp;
use uuid::Uuid;

use super::compare::{Ours, missing, record};
use super::report::{Finding, Findings, Kind};
use crate::ids::{OrderId, PaymentId};
use crate::money::Money;
use crate::payment::{PaymentCard, ProviderRecord, RecordState, Status};

fn ours(status: Status, captured: i64, refunded: i64) -> Ours {
    let card = PaymentCard {
        id: PaymentId::from(Uuid::from_u128(1)),
        order: OrderId::from(Uuid::from_u128(2)),
        provider: "sandbox".to_owned(),
        status,
        currency: Money::eur(0).currency,
        amount: 5_490,
        captured,
        refunded,
        disputed: 0,
        busy: false,
        created_at: 0,
    };
    Ours { card, placed: true }
}

fn theirs(state: RecordState, captured: i64, refunded: i64) -> ProviderRecord {
    ProviderRecord {
        reference: "ref".to_owned(),
        payment: Some(PaymentId::from(Uuid::from_u128(1))),
        state,
        authorized: Money::eur(5_490),
        captured: Money::eur(captured),
        refunded: Money::eur(refunded),
        created_at: Timestamp::default(),
    }
}

fn kinds(found: &[Finding]) -> Vec<Kind> {
    found.iter().map(|finding| finding.kind).collect()
}

#[track_caller]
fn compared(ours: &Ours, theirs: &ProviderRecord, wanted: &[Kind]) {
    assert_eq!(kinds(&record("sandbox", theirs, Some(ours))), wanted, "{ours:?} against {theirs:?}");
}

#[test]
fn what_agrees_is_no_finding() {
    compared(&ours(Status::Authorized, 0, 0), &theirs(RecordState::Authorized, 0, 0), &[]);
    compared(&ours(Status::Authorized, 2_000, 0), &theirs(RecordState::Authorized, 2_000, 0), &[]);
    compared(&ours(Status::Captured, 5_490, 490), &theirs(RecordState::Captured, 5_490, 490), &[]);
    compared(&ours(Status::Captured, 2_000, 0), &theirs(RecordState::Captured, 2_000, 0), &[]);
    compared(&ours(Status::Failed, 0, 0), &theirs(RecordState::Failed, 0, 0), &[]);
    compared(&ours(Status::Voided, 0, 0), &theirs(RecordState::Voided, 0, 0), &[]);
    compared(&ours(Status::RequiresAction, 0, 0), &theirs(RecordState::RequiresAction, 0, 0), &[]);
}

#[test]
fn sums_that_differ_are_named_by_who_is_missing_what() {
    let captured = theirs(RecordState::Captured, 5_490, 0);
    compared(&ours(Status::Voided, 0, 0), &captured, &[Kind::ChargedWithoutOrder]);
    let nothing = theirs(RecordState::Authorized, 0, 0);
    compared(&ours(Status::Captured, 5_490, 0), &nothing, &[Kind::OrderWithoutCharge]);
    compared(
        &ours(Status::Captured, 5_490, 0),
        &theirs(RecordState::Captured, 5_000, 0),
        &[Kind::AmountMismatch],
    );
    compared(
        &ours(Status::Captured, 5_490, 0),
        &theirs(RecordState::Captured, 5_490, 1),
        &[Kind::AmountMismatch],
    );
    let other = ProviderRecord { authorized: Money::eur(1), ..nothing };
    compared(&ours(Status::Authorized, 0, 0), &other, &[Kind::AmountMismatch]);
    let dollars = Money::new(5_490, "USD".parse().unwrap());
    let foreign = ProviderRecord { captured: dollars, authorized: dollars, ..captured };
    compared(&ours(Status::Captured, 5_490, 0), &foreign, &[Kind::AmountMismatch, Kind::AmountMismatch]);
}

#[test]
fn states_that_differ_are_found_both_ways() {
    for (status, state) in [
        (Status::Authorized, RecordState::Voided),
        (Status::Authorized, RecordState::Failed),
        (Status::Voided, RecordState::Authorized),
        (Status::Expired, RecordState::Authorized),
        (Status::Failed, RecordState::Authorized),
        (Status::RequiresAction, RecordState::Authorized),
        (Status::RequiresAction, RecordState::Voided),
        (Status::IntegrityFailure, RecordState::Authorized),
    ] {
        compared(&ours(status, 0, 0), &theirs(state, 0, 0), &[Kind::StateMismatch]);
    }
    let rest = theirs(RecordState::Authorized, 2_000, 0);
    compared(&ours(Status::Captured, 2_000, 0), &rest, &[Kind::StateMismatch]);
}

#[test]
fn a_payment_that_is_being_worked_on_fits_whatever_is_said() {
    let mut busy = ours(Status::Capturing, 0, 0);
    busy.card.busy = true;
    compared(&busy, &theirs(RecordState::Captured, 5_490, 0), &[]);
    assert_eq!(missing("sandbox", &busy), None);
    // Nor is one of nothing, which no provider was told.
    let mut of_nothing = ours(Status::Authorized, 0, 0);
    assert!(missing("sandbox", &of_nothing).is_some());
    of_nothing.card.amount = 0;
    assert_eq!(missing("sandbox", &of_nothing), None);
}

#[test]
fn money_of_an_order_that_does_not_bind_is_found_until_it_went_back() {
    let mut kept = ours(Status::Captured, 5_490, 0);
    kept.placed = false;
    compared(&kept, &theirs(RecordState::Captured, 5_490, 0), &[Kind::ChargedWithoutOrder]);
    kept.card.refunded = 5_490;
    compared(&kept, &theirs(RecordState::Captured, 5_490, 5_490), &[]);
}

#[test]
fn records_of_others_count_only_where_money_is_kept() {
    let stranger = |state, captured, refunded| record("sandbox", &theirs(state, captured, refunded), None);
    assert_eq!(kinds(&stranger(RecordState::Captured, 500, 200)), [Kind::ChargedWithoutOrder]);
    assert_eq!(kinds(&stranger(RecordState::Captured, 500, 500)), []);
    assert_eq!(kinds(&stranger(RecordState::Authorized, 0, 0)), [Kind::StateMismatch]);
    assert_eq!(kinds(&stranger(RecordState::Failed, 0, 0)), []);
    let nameless = ProviderRecord { payment: None, ..theirs(RecordState::Authorized, 0, 0) };
    assert_eq!(kinds(&record("sandbox", &nameless, None)), []);
    // A payment of another provider does not explain this one's money.
    let mut other = ours(Status::Captured, 5_490, 0);
    other.card.provider = "stripe".to_owned();
    let found = record("sandbox", &theirs(RecordState::Captured, 5_490, 0), Some(&other));
    assert_eq!(kinds(&found), [Kind::ChargedWithoutOrder]);
}

#[test]
fn a_payment_that_the_provider_does_not_have_is_found_where_it_should() {
    let found = |status, captured| missing("sandbox", &ours(status, captured, 0)).map(|finding| finding.kind);
    assert_eq!(found(Status::Captured, 5_490), Some(Kind::OrderWithoutCharge));
    assert_eq!(found(Status::Authorized, 0), Some(Kind::StateMismatch));
    assert_eq!(found(Status::Failed, 0), None);
    assert_eq!(found(Status::Voided, 0), None);
}

#[test]
fn findings_beyond_those_listed_are_counted() {
    let mut findings = Findings::default();
    let finding = missing("sandbox", &ours(Status::Captured, 1, 0)).unwrap();
    for _ in 0..502 {
        findings.add(finding.clone());
    }
    assert_eq!((findings.listed.len(), findings.unlisted), (500, 2));
}
