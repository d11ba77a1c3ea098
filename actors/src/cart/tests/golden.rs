use std::collections::BTreeMap;

use amazoff_supervisor::sealing::Sealed;
use amazoff_supervisor::{Principal, Timestamp, Version};
use amazoff_testkit::golden;
use uuid::Uuid;

use super::super::*;
use crate::coupon;
use crate::ids::{CartId, LineId, OrderId};
use crate::money::{Currency, Money, Quantity};
use crate::pricing::{CouponReason, Destination, Totals};

const AT: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);

fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

fn options() -> BTreeMap<String, String> {
    BTreeMap::from([("Colour".to_owned(), "Navy Blue".to_owned())])
}

fn words() -> Words {
    Words { title: "Théière".to_owned(), options: options(), image: Some("ab".repeat(32)) }
}

fn line() -> Line {
    Line {
        id: id(1),
        variant: id(2),
        product: id(3),
        wording: words().into(),
        quantity: Quantity::ONE,
        unit_price: Money::eur(1999),
    }
}

fn addition(offer: Option<Offer>) -> Command {
    Command::AddLine(Addition { variant: id(2), quantity: Quantity::ONE, offer })
}

fn address() -> Address {
    let destination = Destination {
        country: "US".to_owned(),
        subdivision: Some("NY".to_owned()),
        postal_code: Some("10001".to_owned()),
    };
    let data = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0Vng".to_owned();
    let contact = Sealed::Box { person: Uuid::from_u128(3), data, shape: std::marker::PhantomData };
    Address { contact, destination }
}

fn strategies() -> [MergeStrategy; 4] {
    [MergeStrategy::SumCapped, MergeStrategy::Max, MergeStrategy::UseGuest, MergeStrategy::UseExisting]
}

fn reasons() -> [CouponReason; 9] {
    [
        CouponReason::Unknown,
        CouponReason::Expired,
        CouponReason::Withdrawn,
        CouponReason::Exhausted,
        CouponReason::NothingMatches,
        CouponReason::ConditionNotMet,
        CouponReason::OtherCurrency,
        CouponReason::Excluded,
        CouponReason::NothingLeft,
    ]
}

fn warnings() -> Vec<Warning> {
    let (line, code) = (id(1), "SPRING".to_owned());
    let mut warnings = vec![
        Warning::PriceChanged { line, from: Money::eur(1999), to: Money::eur(2499) },
        Warning::ProductUnavailable { line, variant: id(2) },
        Warning::InsufficientStock { line, available: 1 },
        Warning::QuantityCapped { line, wanted: 3, quantity: Quantity::ONE },
        Warning::CouponLeft { code: code.clone() },
        Warning::ShippingMethodUnavailable { method: "express".to_owned() },
    ];
    warnings.extend(reasons().map(|reason| Warning::CouponNotApplied { code: code.clone(), reason }));
    warnings
}

fn coupon_refusals() -> [coupon::Rejection; 10] {
    use coupon::Rejection as Coupon;
    [
        Coupon::CouponUnknown,
        Coupon::CouponExists,
        Coupon::CouponInvalid { field: "code".to_owned(), reason: "it is too long".to_owned() },
        Coupon::CouponExpired,
        Coupon::CouponWithdrawn,
        Coupon::CouponExhausted,
        Coupon::CouponUsedByCustomer,
        Coupon::RedemptionReleased,
        Coupon::RedemptionUnknown,
        Coupon::RedemptionConfirmed,
    ]
}

/// Every refusal.
fn rejections() -> Vec<Rejection> {
    let mut rejections = vec![
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
        Rejection::CartMerged,
        Rejection::CartAbandoned,
        Rejection::AddressMissing,
        Rejection::ShippingUnavailable,
        Rejection::TooManyCoupons,
        Rejection::MergeIntoItself,
    ];
    rejections.extend(coupon_refusals().map(Rejection::Coupon));
    rejections
}

fn principals() -> [Principal; 3] {
    [Principal::System, Principal::Guest, Principal::User(Uuid::from_u128(4))]
}

/// A view with all that was added to views.
fn full_view() -> View {
    View {
        status: "merged".to_owned(),
        coupons: vec!["SPRING".to_owned()],
        destination: Some(address().destination),
        shipping_method: Some("express".to_owned()),
        warnings: warnings(),
        merged_into: Some(id(12)),
        ..view(None)
    }
}

fn view(order_id: Option<OrderId>) -> View {
    let Line { id: line, variant, product, wording: _, quantity, unit_price } = line();
    let Words { title, options, image } = words();
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
        coupons: Vec::new(),
        destination: None,
        shipping_method: None,
        warnings: Vec::new(),
        merged_into: None,
        order_id,
        version: Version(9),
    }
}

fn events() -> Vec<Event> {
    let (line_id, quantity, order): (LineId, _, OrderId) = (id(1), Quantity::ONE, id(5));
    let target: CartId = id(12);
    let plain = Words { options: BTreeMap::new(), image: None, ..words() };
    let mut events = vec![
        Event::Created { owner: Owner::Guest, currency: Currency::EUR, at: None },
        Event::Created { owner: Owner::User(id(4)), currency: Currency::EUR, at: Some(AT) },
        Event::LineAdded { line: line() },
        Event::LineAdded { line: Line { id: id(7), wording: plain.into(), ..line() } },
        Event::QuantitySet { line: line_id, quantity },
        Event::Repriced { line: line_id, unit_price: Money::eur(2499) },
        Event::LineRemoved { line: line_id },
        Event::Adopted { user: id(4) },
        Event::Claimed { attempt: 2 },
        Event::Released { attempt: 1 },
        Event::Completed { attempt: 2, order },
        Event::CouponApplied { code: "SPRING".to_owned() },
        Event::CouponRemoved { code: "SPRING".to_owned() },
        Event::AddressSet(address()),
        Event::AddressSet(Address { contact: Sealed::Erased, ..address() }),
        Event::ShippingSet { method: "express".to_owned() },
        Event::Merged { target, warnings: warnings() },
        Event::Touched { at: AT },
        Event::Left { at: AT },
        Event::Abandoned { at: AT },
    ];
    events.extend(strategies().map(|strategy| Event::MergeStarted { target, strategy }));
    events.extend(strategies().map(|strategy| Event::Absorbed { source: id(11), strategy }));
    let refused = |refusal| Event::MergeRefused { target, refusal: Box::new(refusal) };
    events.extend(rejections().into_iter().map(refused));
    events
}

fn effects() -> Vec<Effect> {
    let handover = |strategy, asker| {
        let (lines, coupons) = (vec![line()], vec!["SPRING".to_owned()]);
        let handover = Handover { target: id(12), asker, currency: Currency::EUR, strategy, lines, coupons };
        Effect::MergeInto(Box::new(handover))
    };
    let mut effects: Vec<Effect> = strategies().map(|strategy| handover(strategy, Principal::Guest)).into();
    effects.extend(principals().map(|asker| handover(MergeStrategy::SumCapped, asker)));
    effects.push(Effect::ForgetGuest { at: AT });
    effects
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
    let (line, quantity, target) = (id(1), Quantity::ONE, id(12));
    let absorb = |strategy, asker| {
        let (currency, lines) = (Currency::EUR, vec![(self::line(), 7)]);
        let coupons = vec!["SPRING".to_owned()];
        let absorption = Absorption { source: id(11), asker, currency, strategy, lines, coupons };
        Command::Absorb(Box::new(absorption))
    };
    let mut commands = vec![
        Command::Create { owner: Owner::Guest, currency: Currency::EUR, sold: true },
        addition(Some(offer)),
        addition(None),
        Command::SetQuantity { line, quantity, available: Some(7) },
        Command::SetQuantity { line, quantity, available: None },
        Command::RemoveLine { line },
        Command::Adopt { user: id(4) },
        Command::Claim { attempt: 2, address: None },
        Command::Release { attempt: 2, reprice: Some(vec![(id(2), Money::eur(2499))]) },
        Command::Release { attempt: 2, reprice: None },
        Command::Complete { attempt: 2, order: id(5) },
        Command::ApplyCoupon { code: "SPRING".to_owned(), refusal: None },
        Command::RemoveCoupon { code: "SPRING".to_owned() },
        Command::SetAddress(address()),
        Command::SetShipping { method: "express".to_owned(), offered: true },
        Command::RecordAbsorbed { target, warnings: warnings() },
        Command::Claim { attempt: 2, address: Some(address()) },
        Command::Tidy,
    ];
    let code = || "SPRING".to_owned();
    let refused = |refusal| Command::ApplyCoupon { code: code(), refusal: Some(refusal) };
    commands.extend(coupon_refusals().map(refused));
    commands.extend(strategies().map(|strategy| Command::MergeInto { target, strategy }));
    commands.extend(strategies().map(|strategy| absorb(strategy, Principal::Guest)));
    commands.extend(principals().map(|asker| absorb(MergeStrategy::SumCapped, asker)));
    let refused = |refusal| Command::RecordMergeRefused { target, refusal: Box::new(refusal) };
    commands.extend(rejections().into_iter().map(refused));
    commands
}

#[test]
fn everything_that_a_cart_ever_stored_can_be_read() {
    golden::<Cart>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events(events())
        .commands(commands())
        .effects(effects())
        .replies([view(None), view(Some(id(5))), full_view()])
        .rejections(rejections())
        .check();
}
