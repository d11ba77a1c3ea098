use std::marker::PhantomData;

use amazoff_testkit::golden;

use super::super::*;
use super::*;
use crate::ids::UserId;

/// Every sum, id and text is written out: what the samples store must not move with a tariff or a derivation.
fn sample(owner: Owner, contact: Sealed<Contact>) -> Box<Draft> {
    let line = Line {
        id: LineId::from(Uuid::from_u128(6)),
        variant_id: VariantId::from(Uuid::from_u128(7)),
        product_id: ProductId::from(Uuid::from_u128(8)),
        title: "Théière".to_owned(),
        options: BTreeMap::from([("Colour".to_owned(), "Navy Blue".to_owned())]),
        image: Some("ab".repeat(32)),
        quantity: Quantity::ONE,
        unit_price: Money::eur(1999),
        line_total: Money::eur(1999),
    };
    let totals = crate::pricing::Totals {
        subtotal: Money::eur(1999),
        shipping: Money::eur(490),
        total: Money::eur(2489),
    };
    Box::new(Draft { cart: cart(), owner, lines: vec![line], totals, contact })
}

fn boxed() -> Box<Draft> {
    let data = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0Vng".to_owned();
    let (person, shape) = (Uuid::from_u128(3), PhantomData);
    sample(Owner::User(UserId::from(person)), Sealed::Box { person, data, shape })
}

fn erased() -> Box<Draft> {
    sample(Owner::Guest, Sealed::Erased)
}

const STATUSES: [PaymentStatus; 7] = [
    PaymentStatus::None,
    PaymentStatus::Pending,
    PaymentStatus::RequiresAction,
    PaymentStatus::Authorized,
    PaymentStatus::Paid,
    PaymentStatus::Failed,
    PaymentStatus::Voided,
];

#[test]
fn everything_that_an_order_ever_stored_can_be_read() {
    let (payment, amount, at) = (PaymentId::from(Uuid::from_u128(9)), Money::eur(2489), AT);
    golden::<Order>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events([
            Event::Drafted { draft: boxed(), payment, at },
            Event::Drafted { draft: erased(), payment, at },
        ])
        .events(STATUSES.map(|status| Event::PaymentNoted { payment, status, at }))
        .events([
            Event::Placed { payment, at },
            Event::Paid { payment, amount, at },
            Event::Canceled { reason: CancelReason::Shopper, at },
            Event::Canceled { reason: CancelReason::Shop, at },
        ])
        .commands([
            Command::Draft { draft: boxed(), payment },
            Command::Draft { draft: erased(), payment },
            Command::NotePayment { payment, status: PaymentStatus::Pending },
            Command::Place { payment },
            Command::MarkPaid { payment, amount },
            Command::Cancel { reason: CancelReason::Shopper },
            Command::NoteFact {
                payment,
                fact: Fact::Captured { capture: Uuid::from_u128(8).into(), amount: Money::eur(5) },
            },
            Command::NoteFact {
                payment,
                fact: Fact::CaptureFailed { capture: Uuid::from_u128(8).into(), code: "declined".to_owned() },
            },
            Command::NoteFact {
                payment,
                fact: Fact::Refunded { refund: Uuid::from_u128(9).into(), amount: Money::eur(5) },
            },
            Command::NoteFact {
                payment,
                fact: Fact::RefundFailed { refund: Uuid::from_u128(9).into(), code: "declined".to_owned() },
            },
            Command::NoteFact { payment, fact: Fact::Voided },
            Command::NoteFact { payment, fact: Fact::Expired },
            Command::NoteFact {
                payment,
                fact: Fact::DisputeOpened { dispute: "dp_1".to_owned(), amount: Money::eur(5) },
            },
            Command::NoteFact {
                payment,
                fact: Fact::DisputeClosed { dispute: "dp_1".to_owned(), amount: Money::eur(5), won: true },
            },
        ])
        .replies([Stage::Draft, Stage::Placed, Stage::Paid, Stage::Canceled])
        .rejections([
            Rejection::NotFound,
            Rejection::NotDraft,
            Rejection::NotPlaced,
            Rejection::PaymentUnderWay,
            Rejection::OtherPayment,
            Rejection::AmountMismatch { total: amount },
            Rejection::CartAlreadyOrdered,
        ])
        .check();
}
