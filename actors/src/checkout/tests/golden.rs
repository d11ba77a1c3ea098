use std::collections::BTreeMap;
use std::marker::PhantomData;

use amazoff_supervisor::sealing::Sealed;
use amazoff_supervisor::{CommandId, Timestamp};
use amazoff_testkit::golden;
use uuid::Uuid;

use super::super::*;
use crate::cart::{Address, Owner};
use crate::coupon::{self, CustomerKey};
use crate::ids::{OrderId, PaymentId, ProductId, VariantId};
use crate::money::{Money, Quantity};
use crate::order::{Contact, Draft, Line, PaymentStatus};
use crate::payment::{Terms, Update};
use crate::pricebook::{CapturePolicy, Pricebook};
use crate::pricing::{
    Basket, BasketLine, Destination, PriceStep, Rate, Rounding, Step as PricedBy, TaxClass, Totals, quote,
};

const AT: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);
const TOTAL: Money = Money::eur(2489);
const STATUSES: [PaymentStatus; 10] = [
    PaymentStatus::None,
    PaymentStatus::Pending,
    PaymentStatus::RequiresAction,
    PaymentStatus::Authorized,
    PaymentStatus::Paid,
    PaymentStatus::Failed,
    PaymentStatus::Voided,
    PaymentStatus::PartiallyPaid,
    PaymentStatus::PartiallyRefunded,
    PaymentStatus::Refunded,
];

fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

fn variant() -> VariantId {
    id(7)
}

fn order() -> OrderId {
    id(5)
}

fn payment() -> PaymentId {
    id(9)
}

fn contact() -> Sealed<Contact> {
    let data = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0Vng".to_owned();
    Sealed::Box { person: Uuid::from_u128(3), data, shape: PhantomData }
}

fn start(contact: Sealed<Contact>) -> Box<Start> {
    let payment = PaymentChoice { provider: "sandbox".to_owned(), token: "tok_ok".to_owned() };
    Box::new(Start { expected_total: TOTAL, contact, payment, destination: None, customer: None })
}

fn destination() -> Destination {
    Destination { country: "DE".to_owned(), subdivision: None, postal_code: Some("10115".to_owned()) }
}

/// With all that was added to it.
fn full_start() -> Box<Start> {
    let customer = Some(CustomerKey::of_user(id(3)));
    Box::new(Start { destination: Some(destination()), customer, ..*start(contact()) })
}

fn address() -> Address {
    Address { contact: contact(), destination: destination() }
}

fn priced(capture: CapturePolicy, rounding: Rounding) -> Priced {
    let book = Pricebook::default();
    let line = BasketLine {
        line: id(6),
        variant: variant(),
        product: id(8),
        category: "tea".to_owned(),
        brand: "Lune".to_owned(),
        tax_class: TaxClass::standard(),
        weight_g: 900,
        unit_price: Money::eur(1999),
        quantity: Quantity::ONE,
    };
    let basket = Basket {
        currency: TOTAL.currency,
        lines: vec![line],
        destination: Some(destination()),
        shipping_method: None,
        coupons: Vec::new(),
        at: AT,
    };
    let mut quote = quote(&basket, &book).expect("a price");
    assert_eq!(quote.totals.total, TOTAL);
    // What no basket has all at once.
    let (line, promotion, of) = (id(6), id(0x94), Money::eur(1999));
    quote.steps.extend(
        [
            PricedBy::LineDiscount { line, promotion, of },
            PricedBy::OrderDiscount { line, promotion, of },
            PricedBy::ShippingDiscount { promotion },
            PricedBy::TaxAdded { line: Some(line), rate: Rate::percent(7), of },
        ]
        .map(|step| PriceStep { step, amount: Money::eur(0) }),
    );
    quote.rounding = rounding;
    Priced { quote: Box::new(quote), unavailable: vec![id(10)], too_large: false, capture, at: AT }
}

fn line() -> Line {
    Line {
        id: id(6),
        variant_id: variant(),
        product_id: id(8),
        title: "Théière".to_owned(),
        options: BTreeMap::from([("Colour".to_owned(), "Navy Blue".to_owned())]),
        image: None,
        quantity: Quantity::ONE,
        unit_price: Money::eur(1999),
        line_total: Money::eur(1999),
    }
}

fn totals() -> Totals {
    Totals {
        subtotal: Money::eur(1999),
        shipping: Money::eur(490),
        total: TOTAL,
        ..Totals::zero(TOTAL.currency)
    }
}

/// Every failure, with every step that can fail.
fn failures() -> Vec<Failure> {
    let mut failures = vec![
        Failure::CartNotFound,
        Failure::CartEmpty,
        Failure::CartLocked,
        Failure::CartCompleted,
        Failure::CartChanged { current_total: TOTAL },
        Failure::ProductNotAvailable { variant: variant() },
        Failure::InsufficientStock { variant: variant(), available: 1 },
        Failure::OrderClosed,
        Failure::PaymentFailed { decline_code: "card_declined".to_owned() },
        Failure::PaymentExpired,
    ];
    failures.extend(STEPS.map(|step| Failure::StepFailed { step }));
    failures.extend([
        Failure::CartOver,
        Failure::AddressMissing,
        Failure::ShippingUnavailable,
        Failure::TotalTooLarge,
    ]);
    failures.extend(refusals().map(|refusal| Failure::Coupon { code: "SPRING".to_owned(), refusal }));
    failures
}

fn refusals() -> [coupon::Rejection; 10] {
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

fn updates() -> [Update; 7] {
    [
        Update::RequiresAction { url: "https://pay.example/act".to_owned() },
        Update::Unknown,
        Update::Authorized,
        Update::Captured,
        Update::Voided,
        Update::Failed { code: "card_declined".to_owned() },
        Update::IntegrityFailure,
    ]
}

/// One attempt as no checkout would live it, but with every event.
fn events() -> Vec<Event> {
    let (attempt, variant) = (1, variant());
    let started = |contact| Event::AttemptStarted {
        attempt,
        command: CommandId(Uuid::from_u128(4)),
        start: start(contact),
    };
    let mut events = vec![
        started(contact()),
        started(Sealed::Erased),
        Event::CartClaimed { owner: Owner::User(id(3)), lines: vec![line()] },
        Event::CartClaimed { owner: Owner::Guest, lines: Vec::new() },
        Event::LinesPriced { prices: vec![(variant, Money::eur(1999))], totals: totals() },
        Event::StockHeld { variant },
        Event::OrderDrafted { patience_until: AT },
        Event::PaymentNeedsAction { url: "https://pay.example/act".to_owned() },
        Event::PaymentUnknown,
        Event::PatienceLost { void_at: AT },
        Event::PaymentGivenUp,
        Event::PaymentAuthorized,
        Event::StockCommitted { variant },
        Event::OrderPlaced,
        Event::PaymentCaptured,
        Event::CaptureFailed { code: "expired".to_owned() },
        Event::OrderPaid,
        Event::StockReleased { variant },
        Event::StrayPaymentFound { payment: payment() },
    ];
    events.extend(failures().into_iter().map(|failure| Event::Failing { failure }));
    events.push(Event::Failed { failure: Failure::PaymentExpired });
    events.push(Event::Completed);
    let code = "SPRING".to_owned();
    let (attempt, command) = (1, CommandId(Uuid::from_u128(4)));
    events.extend([
        Event::AttemptStarted { attempt, command, start: full_start() },
        Event::QuoteMade { priced: priced(CapturePolicy::OnPlacement, Rounding::HalfUp) },
        Event::QuoteMade { priced: priced(CapturePolicy::OnShipment, Rounding::HalfEven) },
        Event::QuoteMade { priced: priced(CapturePolicy::OnPlacement, Rounding::HalfDown) },
        Event::CouponsAsked { codes: vec![code.clone()] },
        Event::CouponClaimed { code: code.clone() },
        Event::CouponConfirmed { code: code.clone() },
        Event::CouponReleased { code },
    ]);
    events
}

fn commands() -> Vec<Command> {
    let (attempt, variant) = (1, variant());
    let failure = Some(Failure::OrderClosed);
    let claimed = CartAnswer::Claimed { owner: Owner::Guest, lines: vec![line()] };
    let mut commands = vec![
        Command::Start(start(contact())),
        Command::Start(start(Sealed::Erased)),
        Command::RecordCart { attempt, answer: claimed },
        Command::RecordCart { attempt, answer: CartAnswer::Refused(Failure::CartLocked) },
        Command::RecordPrices { attempt, prices: vec![(variant, Some(Money::eur(1999))), (id(10), None)] },
        Command::RecordHold { attempt, variant, failure: None },
        Command::RecordHold { attempt, variant, failure: failure.clone() },
        Command::RecordDraft { attempt, failure: None },
        Command::RecordDraft { attempt, failure },
        Command::RecordPaymentRefused { attempt, code: "payment-terms-differ".to_owned() },
        Command::RecordCommitted { attempt, variant },
        Command::RecordPlaced { attempt },
        Command::RecordPaid { attempt },
        Command::RecordCompleted { attempt },
        Command::RecordReleased { attempt, variant },
        Command::RecordCartReleased { attempt },
        Command::Wake,
    ];
    let news = updates().map(|update| Command::PaymentUpdate { payment: payment(), update });
    commands.extend(news);
    let code = || "SPRING".to_owned();
    let lost = Failure::Coupon { code: code(), refusal: coupon::Rejection::CouponExhausted };
    commands.extend([
        Command::Start(full_start()),
        Command::RecordQuote { attempt, priced: priced(CapturePolicy::OnPlacement, Rounding::HalfUp) },
        Command::RecordQuote { attempt, priced: priced(CapturePolicy::OnShipment, Rounding::HalfEven) },
        Command::RecordQuote { attempt, priced: priced(CapturePolicy::OnPlacement, Rounding::HalfDown) },
        Command::RecordCoupon { attempt, code: code(), failure: None },
        Command::RecordCoupon { attempt, code: code(), failure: Some(lost) },
        Command::RecordCouponConfirmed { attempt, code: code() },
        Command::RecordCouponReleased { attempt, code: code() },
    ]);
    commands
}

fn effects() -> Vec<Effect> {
    let (attempt, variant, hold, order, payment) = (1, variant(), id(11), order(), payment());
    let draft = |owner, contact| {
        let draft = Draft {
            cart: id(1),
            owner,
            lines: vec![line()],
            totals: totals(),
            contact,
            quote: None,
            capture: CapturePolicy::OnPlacement,
        };
        Effect::DraftOrder { attempt, order, draft: Box::new(draft), payment }
    };
    let terms = Terms {
        order,
        cart: id(1),
        amount: TOTAL,
        provider: "sandbox".to_owned(),
        token: "tok_ok".to_owned(),
        by_order: false,
    };
    let product: ProductId = id(8);
    let mut effects = vec![
        Effect::ClaimCart { attempt, address: None },
        Effect::PriceLines { attempt, lines: vec![(product, variant)], at: AT },
        Effect::HoldStock { attempt, variant, hold, quantity: Quantity::ONE, expires_at: AT },
        draft(Owner::User(id(3)), contact()),
        draft(Owner::Guest, Sealed::Erased),
        Effect::Authorize { attempt, payment, terms },
        Effect::SyncPayment { payment },
        Effect::VoidPayment { payment },
        Effect::CommitStock { attempt, variant, hold },
        Effect::PlaceOrder { attempt, order, payment },
        Effect::Capture { payment },
        Effect::MarkPaid { attempt, order, payment, amount: TOTAL },
        Effect::CompleteCart { attempt, order, paid: true },
        Effect::CompleteCart { attempt, order, paid: false },
        Effect::ReleaseStock { attempt, variant, hold },
        Effect::ReleaseCart { attempt, reprice: Some(vec![(variant, Money::eur(2499))]) },
        Effect::ReleaseCart { attempt, reprice: None },
    ];
    effects.extend(STATUSES.map(|status| Effect::NotePayment { order, payment, status }));
    let (code, customer) = (|| "SPRING".to_owned(), CustomerKey::of_user(id(3)));
    let (lines, totals, contact) = (vec![line()], totals(), contact());
    let capture = CapturePolicy::OnPlacement;
    let draft = Draft { cart: id(1), owner: Owner::Guest, lines, totals, contact, quote: None, capture };
    let roundings = [Rounding::HalfUp, Rounding::HalfEven, Rounding::HalfDown];
    effects.extend(roundings.map(|rounding| {
        let quote = Some(priced(CapturePolicy::OnPlacement, rounding).quote);
        let draft = Box::new(Draft { quote, ..draft.clone() });
        Effect::DraftOrder { attempt, order, draft, payment }
    }));
    effects.extend([
        Effect::ClaimCart { attempt, address: Some(address()) },
        Effect::ClaimCoupon { attempt, code: code(), order, customer, at: AT },
        Effect::ConfirmCoupon { attempt, code: code(), order },
        Effect::ReleaseCoupon { attempt, code: code(), order },
    ]);
    let by_parcels = Box::new(Draft { capture: CapturePolicy::OnShipment, ..draft });
    effects.push(Effect::DraftOrder { attempt, order, draft: by_parcels, payment });
    effects
}

#[test]
fn everything_that_a_checkout_ever_stored_can_be_read() {
    golden::<Checkout>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events(events())
        .commands(commands())
        .effects(effects())
        .replies([
            Reply::Started { attempt: 1 },
            Reply::Running { attempt: 1 },
            Reply::Done { order: order() },
            Reply::Noted,
        ])
        .rejections([Rejection::TooManyAttempts])
        .check();
}
