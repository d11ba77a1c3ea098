use std::collections::BTreeMap;

use amazoff_supervisor::Version;
use amazoff_testkit::golden;
use uuid::Uuid;

use super::super::*;
use crate::ids::{LineId, OrderId};
use crate::money::{Currency, Money, Quantity};
use crate::pricing::Totals;

fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

fn options() -> BTreeMap<String, String> {
    BTreeMap::from([("Colour".to_owned(), "Navy Blue".to_owned())])
}

fn line() -> Line {
    Line {
        id: id(1),
        variant: id(2),
        product: id(3),
        title: "Théière".to_owned(),
        options: options(),
        image: Some("ab".repeat(32)),
        quantity: Quantity::ONE,
        unit_price: Money::eur(1999),
    }
}

fn addition(offer: Option<Offer>) -> Command {
    Command::AddLine(Addition { variant: id(2), quantity: Quantity::ONE, offer })
}

fn view(order_id: Option<OrderId>) -> View {
    let Line { id: line, variant, product, title, options, image, quantity, unit_price } = line();
    let shown = LineView {
        id: line,
        variant_id: variant,
        product_id: product,
        title,
        options,
        image,
        quantity,
        unit_price,
        line_total: unit_price,
    };
    let totals = Totals {
        subtotal: unit_price,
        shipping: Money::eur(490),
        total: Money::eur(2489),
        ..Totals::zero(unit_price.currency)
    };
    let requirement = Requirement {
        step: "cart".to_owned(),
        field: "lines".to_owned(),
        code: "cart-empty".to_owned(),
        message: "Put something into the cart first.".to_owned(),
    };
    View {
        id: id(6),
        status: "open".to_owned(),
        currency: Currency::EUR,
        lines: vec![shown],
        totals,
        requirements: vec![requirement],
        order_id,
        version: Version(9),
    }
}

fn events() -> Vec<Event> {
    let (line_id, quantity, order): (LineId, _, OrderId) = (id(1), Quantity::ONE, id(5));
    vec![
        Event::Created { owner: Owner::Guest, currency: Currency::EUR },
        Event::Created { owner: Owner::User(id(4)), currency: Currency::EUR },
        Event::LineAdded { line: line() },
        Event::LineAdded { line: Line { id: id(7), image: None, options: BTreeMap::new(), ..line() } },
        Event::QuantitySet { line: line_id, quantity },
        Event::Repriced { line: line_id, unit_price: Money::eur(2499) },
        Event::LineRemoved { line: line_id },
        Event::Adopted { user: id(4) },
        Event::Claimed { attempt: 2 },
        Event::Released { attempt: 1 },
        Event::Completed { attempt: 2, order },
    ]
}

fn commands() -> Vec<Command> {
    let offer = Offer {
        product: id(3),
        title: "Théière".to_owned(),
        options: options(),
        image: None,
        unit_price: Money::eur(1999),
        available: 7,
    };
    let (line, quantity) = (id(1), Quantity::ONE);
    vec![
        Command::Create { owner: Owner::Guest, currency: Currency::EUR },
        addition(Some(offer)),
        addition(None),
        Command::SetQuantity { line, quantity, available: Some(7) },
        Command::SetQuantity { line, quantity, available: None },
        Command::RemoveLine { line },
        Command::Adopt { user: id(4) },
        Command::Claim { attempt: 2 },
        Command::Release { attempt: 2, reprice: Some(vec![(id(2), Money::eur(2499))]) },
        Command::Release { attempt: 2, reprice: None },
        Command::Complete { attempt: 2, order: id(5) },
    ]
}

#[test]
fn everything_that_a_cart_ever_stored_can_be_read() {
    golden::<Cart>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events(events())
        .commands(commands())
        .replies([view(None), view(Some(id(5)))])
        .rejections([
            Rejection::CartNotFound,
            Rejection::CartLocked,
            Rejection::CartCompleted,
            Rejection::CartEmpty,
            Rejection::LineNotFound,
            Rejection::QuantityOutOfRange { got: 100 },
            Rejection::InsufficientStock { variant: id(2), available: 1 },
            Rejection::ProductNotAvailable,
            Rejection::CurrencyMismatch,
            Rejection::TotalTooLarge,
            Rejection::TooManyLines,
            Rejection::CartNotClaimed,
            Rejection::AttemptReleased,
        ])
        .check();
}
