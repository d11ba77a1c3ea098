use std::marker::PhantomData;

use amazoff_testkit::golden;
use serde_json::{Value, json};

use super::super::*;
use super::*;
use crate::ids::{PromotionId, UserId};
use crate::payment::{Terms, Update};

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
        ..crate::pricing::Totals::zero(crate::money::Currency::EUR)
    };
    let (quote, capture) = (None, CapturePolicy::OnPlacement);
    Box::new(Draft { cart: cart(), owner, lines: vec![line], totals, contact, quote, capture })
}

fn boxed() -> Box<Draft> {
    let data = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0Vng".to_owned();
    let (person, shape) = (Uuid::from_u128(3), PhantomData);
    sample(Owner::User(UserId::from(person)), Sealed::Box { person, data, shape })
}

fn erased() -> Box<Draft> {
    sample(Owner::Guest, Sealed::Erased)
}

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

/// A price of every kind of step and code, written out.
fn quote() -> Box<crate::pricing::Quote> {
    let eur = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    let (line, promotion) = (LineId::from(Uuid::from_u128(6)), PromotionId::from(Uuid::from_u128(11)));
    let not = |reason: &str| json!({ "not_applied": { "reason": reason } });
    let refused = [
        "unknown",
        "expired",
        "withdrawn",
        "exhausted",
        "nothing_matches",
        "condition_not_met",
        "other_currency",
        "excluded",
        "nothing_left",
    ];
    let code = |outcome: Value| json!({ "code": "SPRING", "promotion": promotion, "outcome": outcome });
    let mut coupons = vec![code(json!({ "applied": { "discount": eur(100) } }))];
    coupons.extend(refused.map(|reason| code(not(reason))));
    let step = |step: Value| json!({ "step": step, "amount": eur(0) });
    let steps = [
        json!({ "pieces": { "line": line, "quantity": 1, "unit_price": eur(2099) } }),
        json!({ "line_discount": { "line": line, "promotion": promotion, "of": eur(2099) } }),
        json!({ "order_discount": { "line": line, "promotion": promotion, "of": eur(100) } }),
        json!({ "shipping": { "method": "standard" } }),
        json!({ "shipping_discount": { "promotion": promotion } }),
        json!({ "tax_included": { "line": line, "rate": 190_000, "of": eur(1999), "tax": eur(319) } }),
        json!({ "tax_added": { "line": null, "rate": 190_000, "of": eur(490) } }),
    ];
    let quote = json!({
        "currency": "EUR", "rounding": "half_up", "book_version": 3, "region": "default",
        "lines": [{
            "line": line, "variant": VariantId::from(Uuid::from_u128(7)), "quantity": 1,
            "unit_price": eur(2099), "subtotal": eur(2099), "discount": eur(100), "tax": eur(319),
            "tax_rate": 190_000, "tax_included": true, "total": eur(1999),
        }],
        "shipping": {
            "method": "standard", "title": "Standard", "price": eur(490), "discount": eur(0),
            "tax": eur(78), "total": eur(490),
        },
        "discounts": [{
            "promotion": promotion, "title": "Spring", "coupon": "SPRING", "amount": eur(100),
            "shares": [{ "line": line, "amount": eur(100) }],
        }],
        "taxes": [{ "class": "standard", "rate": 190_000, "included": true, "net": eur(2092), "tax": eur(397) }],
        "totals": {
            "subtotal": eur(2099), "discount": eur(100), "shipping": eur(490), "tax": eur(397), "total": eur(2489),
        },
        "coupons": coupons,
        "steps": steps.map(step),
    });
    serde_json::from_value(quote).unwrap()
}

/// An order as it is written since there are quotes.
fn quoted(capture: CapturePolicy) -> Box<Draft> {
    Box::new(Draft { quote: Some(quote()), capture, ..*erased() })
}

const ROUNDINGS: [&str; 3] = ["half_up", "half_even", "half_down"];

fn rounded(rounding: &str) -> Box<Draft> {
    let mut draft = quoted(CapturePolicy::OnPlacement);
    let quote = draft.quote.as_mut().unwrap();
    quote.rounding = serde_json::from_value(json!(rounding)).unwrap();
    draft
}

fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

fn portions() -> Vec<Portion> {
    vec![Portion { line: id(6), quantity: Quantity::ONE }]
}

fn came(resellable: bool) -> Vec<ReceivedPortion> {
    vec![ReceivedPortion { line: id(6), quantity: Quantity::ONE, resellable }]
}

fn tracking() -> Option<Tracking> {
    let url = Some("https://carrier.example/00340".to_owned());
    Some(Tracking { carrier: "DHL".to_owned(), number: "00340".to_owned(), url })
}

const KINDS: [AdjustmentKind; 4] =
    [AdjustmentKind::Cancellation, AdjustmentKind::Return, AdjustmentKind::Refund, AdjustmentKind::Dispute];
pub(super) const REASONS: [RefundReason; 4] =
    [RefundReason::Defect, RefundReason::Goodwill, RefundReason::Excess, RefundReason::Other];
const RETURN_REASONS: [ReturnReason; 4] =
    [ReturnReason::Unwanted, ReturnReason::Damaged, ReturnReason::Wrong, ReturnReason::Other];
const RETURN_STATES: [ReturnState; 6] = [
    ReturnState::Requested,
    ReturnState::Approved,
    ReturnState::Received,
    ReturnState::Refunded,
    ReturnState::Rejected,
    ReturnState::Canceled,
];

fn adjusted(kind: AdjustmentKind, reason: RefundReason, status: AdjustmentStatus) -> Event {
    let (amount, reduction) = (Money::eur(999), Money::eur(999));
    let refunds = vec![RefundPart { refund: id(13), payment: id(9), amount, status }];
    let dispute = (kind == AdjustmentKind::Dispute).then(|| "dp_1".to_owned());
    let lines = portions();
    let (again, reason) = (None, Some(reason));
    let adjustment =
        Adjustment { id: id(12), kind, amount, reduction, lines, refunds, again, reason, dispute, at: AT };
    Event::Adjusted { adjustment: Box::new(adjustment) }
}

fn parcels() -> [Event; 4] {
    let (shipment, at) = (id(14), AT);
    [
        Event::Parcel(ParcelEvent::Packed { shipment, lines: portions(), at }),
        Event::Parcel(ParcelEvent::Unpacked { shipment, at }),
        Event::Parcel(ParcelEvent::Shipped { shipment, tracking: tracking(), at }),
        Event::Parcel(ParcelEvent::Delivered { shipment, at }),
    ]
}

fn moneys() -> [Event; 8] {
    let (payment, capture, refund, amount, at) = (id(9), id(15), id(13), Money::eur(999), AT);
    let code = || "card-declined".to_owned();
    [
        MoneyEvent::CaptureRequested { payment, capture, shipment: id(14), amount, at },
        MoneyEvent::Captured { payment, capture, amount, at },
        MoneyEvent::CaptureFailed { payment, capture, code: code(), at },
        MoneyEvent::VoidRequested { payment, at },
        MoneyEvent::ReservationEnded { payment, expired: true, at },
        MoneyEvent::Refunded { refund, amount, at },
        MoneyEvent::RefundFailed { refund, code: code(), at },
        MoneyEvent::DisputeClosed { dispute: "dp_1".to_owned(), won: true, at },
    ]
    .map(Event::Money)
}

fn further_states() -> [FurtherState; 7] {
    [
        FurtherState::Pending,
        FurtherState::RequiresAction { url: "https://pay.example/act".to_owned() },
        FurtherState::Authorized,
        FurtherState::Captured,
        FurtherState::Voided,
        FurtherState::Expired,
        FurtherState::Failed { code: "card-declined".to_owned() },
    ]
}

/// What happens to money since an order may have further payments, and refunds may come back.
fn later_moneys() -> Vec<Event> {
    let (payment, capture, amount, at) = (id(20), id(15), Money::eur(999), AT);
    let begun = |state| {
        let further = Further { payment, amount, provider: "sandbox".to_owned(), state, at };
        MoneyEvent::PaymentBegun { further }
    };
    let mut events: Vec<_> = further_states().map(begun).into();
    events.extend(further_states().map(|to| MoneyEvent::PaymentMoved { payment, to, at }));
    let code = "card-declined".to_owned();
    events.extend([
        MoneyEvent::PaymentAsked { payment, at },
        MoneyEvent::DueRequested { payment, capture, amount, at },
        MoneyEvent::RefundReturned { refund: id(13), returned: id(21), amount, code, at },
    ]);
    events.into_iter().map(Event::Money).collect()
}

fn updates() -> [Update; 7] {
    [
        Update::RequiresAction { url: "https://pay.example/act".to_owned() },
        Update::Unknown,
        Update::Authorized,
        Update::Captured,
        Update::Voided,
        Update::Failed { code: "card-declined".to_owned() },
        Update::IntegrityFailure,
    ]
}

fn paying_commands() -> Vec<Command> {
    let (amount, code) = (Money::eur(999), "card-declined".to_owned());
    let returned = Fact::RefundReturned { refund: id(13), returned: id(21), amount, code };
    let pay = Command::Pay { payment: id(20), provider: "sandbox".to_owned(), token: "tok_ok".to_owned() };
    let mut commands = vec![pay, Command::CheckPayment, Command::GiveUpPayment];
    let facts = updates().map(|update| Fact::Paying { update }).into_iter().chain([returned]);
    commands.extend(facts.map(|fact| Command::NoteFact { payment: id(20), fact }));
    commands
}

fn paying_effects() -> [Effect; 3] {
    let asked = |by_order| Terms {
        order: id(2),
        cart: id(1),
        amount: Money::eur(999),
        provider: "sandbox".to_owned(),
        token: "tok_ok".to_owned(),
        by_order,
    };
    let authorize = |by_order| Effect::Authorize { payment: id(20), terms: Box::new(asked(by_order)) };
    let sync = Effect::SyncPayment { payment: id(20) };
    [authorize(true), authorize(false), sync]
}

fn returns() -> Vec<Event> {
    let at = AT;
    let asked = |reason| ReturnEvent::Requested { id: id(16), lines: portions(), reason, at };
    let mut events: Vec<_> = RETURN_REASONS.map(asked).into();
    events.extend([
        ReturnEvent::Approved { id: id(16), at },
        ReturnEvent::Rejected { id: id(16), at },
        ReturnEvent::Canceled { id: id(16), at },
        ReturnEvent::Received { id: id(16), lines: came(true), at },
        ReturnEvent::Refunded { id: id(16), at },
    ]);
    events.into_iter().map(Event::Return).collect()
}

fn noted_remarks() -> [Event; 2] {
    let data = "q83vEjRWeJCrze8SNFZ4kKvN7xI0Vng".to_owned();
    let text = Sealed::Box { person: Uuid::from_u128(3), data, shape: PhantomData };
    let note = |text, author| Event::NoteAdded { note: Note { id: id(17), text, author, at: AT } };
    [note(text, Some(id(18))), note(Sealed::Erased, None)]
}

fn facts() -> [Fact; 8] {
    let (capture, refund, amount) = (id(15), id(13), Money::eur(999));
    let (code, dispute) = (|| "card-declined".to_owned(), || "dp_1".to_owned());
    [
        Fact::Captured { capture, amount },
        Fact::CaptureFailed { capture, code: code() },
        Fact::Refunded { refund, amount },
        Fact::RefundFailed { refund, code: code() },
        Fact::Voided,
        Fact::Expired,
        Fact::DisputeOpened { dispute: dispute(), amount },
        Fact::DisputeClosed { dispute: dispute(), amount, won: false },
    ]
}

/// What may be asked since orders are sent and come back.
fn later_commands() -> Vec<Command> {
    let (adjustment, shipment, lines) = (id(12), id(14), portions);
    let reason = RefundReason::Goodwill;
    let mut commands = vec![
        Command::CancelLines { adjustment, lines: lines(), reason: CancelReason::Shop },
        Command::Pack { shipment, lines: lines() },
        Command::Unpack { shipment },
        Command::Ship { shipment, lines: lines(), tracking: tracking() },
        Command::Deliver { shipment },
        Command::RequestReturn { id: id(16), lines: lines(), reason: ReturnReason::Unwanted },
        Command::ApproveReturn { id: id(16) },
        Command::RejectReturn { id: id(16) },
        Command::CancelReturn { id: id(16) },
        Command::ReceiveReturn { id: id(16), lines: came(false) },
        Command::Refund { adjustment, of: RefundOf::Lines(lines()), reason },
        Command::Refund { adjustment, of: RefundOf::Amount(Money::eur(999)), reason },
        Command::AddNote { id: id(17), text: Sealed::Erased, author: Some(id(18)) },
    ];
    let command = Box::new(Command::Deliver { shipment });
    commands.push(Command::IfVersion { version: 7, command });
    commands.extend(facts().map(|fact| Command::NoteFact { payment: id(9), fact }));
    commands
}

fn effects() -> [Effect; 7] {
    let (payment, amount, variant) = (id(9), Money::eur(999), id(7));
    let (hold, quantity, cause) = (id(19), Quantity::ONE, Uuid::from_u128(12));
    [
        Effect::CapturePart { payment, capture: id(15), amount },
        Effect::Refund { payment, refund: id(13), amount },
        Effect::VoidPayment { payment },
        Effect::ShipStock { variant, shipment: id(14), hold, quantity },
        Effect::Deallocate { variant, cause, hold, quantity },
        Effect::Restock { variant, cause, quantity, resellable: true },
        Effect::NotePurchase { product: id(8), buyer: id(10), stands: true },
    ]
}

fn telling_effects() -> Vec<Effect> {
    let (shipment, refund, amount) = (id(14), id(13), Money::eur(999));
    let news = [
        News::Placed,
        News::Paid { amount },
        News::PaymentFailed,
        News::Shipped { shipment },
        News::Delivered { shipment },
        News::Refunded { refund, amount },
        News::Canceled,
    ];
    let mut effects: Vec<_> = news.map(|news| Effect::Write { news, at: AT }).into();
    effects.extend(news.map(|news| Effect::Announce { news, buyer: Some(id(10)), at: AT }));
    effects.push(Effect::Announce { news: News::Placed, buyer: None, at: AT });
    effects
}

fn later_rejections() -> Vec<Rejection> {
    let mut refusals = vec![
        Rejection::LineUnknown { line: id(6) },
        Rejection::QuantityNotOpen { line: id(6), left: 1 },
        Rejection::NothingChosen,
        Rejection::AlreadyPacked,
        Rejection::ShipmentUnknown,
        Rejection::ShipmentDiffers,
        Rejection::ShipmentNotSent,
        Rejection::ShipmentSent,
        Rejection::NotCovered,
        Rejection::ReturnUnknown,
        Rejection::RefundExceedsCaptured { refundable: Money::eur(1) },
        Rejection::CurrencyMismatch,
        Rejection::Changed { version: 7 },
    ];
    refusals.extend(RETURN_STATES.map(|state| Rejection::ReturnNotOpen { state }));
    refusals
}

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
            Event::Drafted { draft: quoted(CapturePolicy::OnPlacement), payment, at },
            Event::Drafted { draft: quoted(CapturePolicy::OnShipment), payment, at },
        ])
        .events(ROUNDINGS.map(|rounding| Event::Drafted { draft: rounded(rounding), payment, at }))
        .events([Event::LinesCanceled { lines: portions(), reason: CancelReason::Shop, at }])
        .events(parcels())
        .events(moneys())
        .events(returns())
        .events(noted_remarks())
        .events(KINDS.map(|kind| adjusted(kind, RefundReason::Other, AdjustmentStatus::Pending)))
        .events(REASONS.map(|reason| adjusted(AdjustmentKind::Refund, reason, AdjustmentStatus::Completed)))
        .events([adjusted(AdjustmentKind::Refund, RefundReason::Other, AdjustmentStatus::Failed)])
        .events(later_moneys())
        .commands([
            Command::Draft { draft: boxed(), payment },
            Command::Draft { draft: erased(), payment },
            Command::NotePayment { payment, status: PaymentStatus::Pending },
            Command::Place { payment },
            Command::MarkPaid { payment, amount },
            Command::Cancel { reason: CancelReason::Shopper },
        ])
        .commands(later_commands())
        .commands(paying_commands())
        .effects(effects())
        .effects(paying_effects())
        .effects(telling_effects())
        .replies([Stage::Draft, Stage::Placed, Stage::Paid, Stage::Canceled])
        .replies([Stage::Packed, Stage::Shipped, Stage::Delivered])
        .rejections([
            Rejection::NotFound,
            Rejection::NotDraft,
            Rejection::NotPlaced,
            Rejection::PaymentUnderWay,
            Rejection::OtherPayment,
            Rejection::AmountMismatch { total: amount },
            Rejection::CartAlreadyOrdered,
        ])
        .rejections(later_rejections())
        .rejections([Rejection::NothingOwed, Rejection::TooManyPayments, Rejection::TooManyReturns])
        .check();
}
