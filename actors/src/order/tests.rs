mod golden;
mod money;
mod news;
mod parcels;
mod pay;
mod purchases;
mod returns;
mod sequences;
mod standing;

use std::collections::BTreeMap;

use amazoff_supervisor::sealing::Sealed;
use amazoff_supervisor::{Claim, ClaimChange, Posting, Timestamp, Version};
use amazoff_testkit::given;
use uuid::Uuid;

use super::*;
use crate::cart::Owner;
use crate::ids::{CartId, LineId, OrderId, PaymentId, ProductId, VariantId};
use crate::money::{Money, Quantity};
use crate::payment::{CLEARING, REFUNDS};
use crate::pricebook::CapturePolicy;
use crate::pricing::totals;

const AT: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);

fn cart() -> CartId {
    CartId::from(Uuid::from_u128(1))
}

fn payment(attempt: u32) -> PaymentId {
    PaymentId::of_attempt(OrderId::of_cart(cart()), attempt)
}

fn draft(cents: i64) -> Box<Draft> {
    let (variant, price) = (VariantId::from(Uuid::from_u128(7)), Money::eur(cents));
    let line = Line {
        id: LineId::of_variant(variant),
        variant_id: variant,
        product_id: ProductId::from(Uuid::from_u128(8)),
        title: "Lamp".to_owned(),
        options: BTreeMap::new(),
        image: None,
        quantity: Quantity::ONE,
        unit_price: price,
        line_total: price,
    };
    let totals = totals([(price, Quantity::ONE)]).unwrap();
    Box::new(Draft {
        cart: cart(),
        owner: Owner::Guest,
        lines: vec![line],
        totals,
        contact: Sealed::Erased,
        quote: None,
        capture: CapturePolicy::OnPlacement,
    })
}

fn total(cents: i64) -> Money {
    draft(cents).totals.total
}

fn drafted(attempt: u32) -> Event {
    Event::Drafted { draft: draft(5000), payment: payment(attempt), at: AT }
}

fn noted(status: PaymentStatus) -> Event {
    Event::PaymentNoted { payment: payment(1), status, at: AT }
}

fn placed() -> Event {
    Event::Placed { payment: payment(1), at: AT }
}

fn paid() -> Event {
    Event::Paid { payment: payment(1), amount: total(5000), at: AT }
}

fn canceled() -> Event {
    Event::Canceled { reason: CancelReason::Shopper, at: AT }
}

fn draft_again(cents: i64, attempt: u32) -> Command {
    Command::Draft { draft: draft(cents), payment: payment(attempt) }
}

fn place(attempt: u32) -> Command {
    Command::Place { payment: payment(attempt) }
}

fn mark_paid(attempt: u32, cents: i64) -> Command {
    Command::MarkPaid { payment: payment(attempt), amount: total(cents) }
}

fn note(status: PaymentStatus) -> Command {
    Command::NotePayment { payment: payment(1), status }
}

const CANCEL: Command = Command::Cancel { reason: CancelReason::Shopper };

#[test]
fn an_order_that_costs_nothing_is_paid_once_it_binds() {
    let totals = crate::pricing::Totals::zero(crate::money::Currency::EUR);
    let of_nothing =
        Event::Drafted { draft: Box::new(Draft { totals, ..*draft(0) }), payment: payment(1), at: AT };
    let paid = |order: &Order| (order.payment_status(), order.stage()) == (PaymentStatus::Paid, Stage::Paid);
    given::<Order>([of_nothing.clone()])
        .when(note(PaymentStatus::Authorized))
        .then_state(|order| assert!(!paid(order)));
    given::<Order>([of_nothing.clone(), noted(PaymentStatus::Authorized)])
        .when(place(1))
        .then_state(|order| assert!(paid(order) && order.owed() == 0))
        .when(Command::MarkPaid { payment: payment(1), amount: Money::eur(0) })
        .then_state(|order| assert!(paid(order)))
        .when(CANCEL)
        .then_state(|order| assert!(!paid(order)));
}

/// ORDER-1.
#[test]
fn the_first_draft_claims_its_cart() {
    let claim = Claim { namespace: "order-of-cart".to_owned(), key: cart().to_string() };
    given::<Order>([])
        .when(draft_again(5000, 1))
        .at(AT)
        .then_events([drafted(1)])
        .then_claims([ClaimChange::Take(claim)])
        .then_reply(Stage::Draft);
}

#[test]
fn a_draft_is_replaced_by_the_next_attempt_and_not_by_a_repeat() {
    given::<Order>([drafted(1)]).when(draft_again(5000, 1)).then_nothing_happens();
    given::<Order>([drafted(1), noted(PaymentStatus::Failed)]).when(draft_again(900, 2)).at(AT).then_state(
        |order: &Order| {
            assert_eq!(order.draft, Some(draft(900)));
            assert_eq!((order.payment, order.payment_status()), (Some(payment(2)), PaymentStatus::Pending));
        },
    );
}

/// ORDER-1.
#[test]
fn a_draft_of_another_cart_is_refused() {
    let other = Box::new(Draft { cart: CartId::from(Uuid::from_u128(2)), ..*draft(5000) });
    given::<Order>([drafted(1)])
        .when(Command::Draft { draft: other, payment: payment(1) })
        .then_rejects(Rejection::CartAlreadyOrdered);
}

/// ORDER-2.
#[test]
fn a_placed_paid_or_canceled_order_is_not_written_anew() {
    given::<Order>([drafted(1), placed()]).when(draft_again(1, 2)).then_rejects(Rejection::NotDraft);
    given::<Order>([drafted(1), placed(), paid()]).when(draft_again(1, 2)).then_rejects(Rejection::NotDraft);
    given::<Order>([drafted(1), canceled()]).when(draft_again(1, 2)).then_rejects(Rejection::NotDraft);
}

#[test]
fn nothing_but_a_draft_is_known_of_an_order_that_was_never_written() {
    for command in [note(PaymentStatus::Pending), place(1), mark_paid(1, 5000), CANCEL] {
        given::<Order>([]).when(command).then_rejects(Rejection::NotFound);
    }
}

#[test]
fn a_draft_is_placed_once_by_one_payment() {
    given::<Order>([drafted(1)]).when(place(1)).at(AT).then_events([placed()]).then_reply(Stage::Placed);
    given::<Order>([drafted(1), placed()]).when(place(1)).then_nothing_happens();
    given::<Order>([drafted(1), placed(), paid()]).when(place(1)).then_nothing_happens();
    given::<Order>([drafted(1), placed()]).when(place(2)).then_rejects(Rejection::NotDraft);
    given::<Order>([drafted(1), canceled()]).when(place(1)).then_rejects(Rejection::NotDraft);
}

/// ORDER-3, ORDER-4.
#[test]
fn a_placed_order_is_paid_once_and_the_money_leaves_clearing() {
    let Money { amount, currency } = total(5000);
    let posting = |account: &str, amount| Posting {
        account: account.to_owned(),
        asset: currency.code().to_owned(),
        amount,
    };
    given::<Order>([drafted(1), placed()])
        .when(mark_paid(1, 5000))
        .at(AT)
        .then_events([paid()])
        .then_postings([posting(CLEARING, -amount), posting(SALES, amount)])
        .then_reply(Stage::Paid)
        .when(mark_paid(1, 5000))
        .then_nothing_happens();
}

/// ORDER-3.
#[test]
fn an_order_is_paid_only_by_its_own_payment_over_its_own_total() {
    given::<Order>([drafted(1), placed()]).when(mark_paid(2, 5000)).then_rejects(Rejection::OtherPayment);
    given::<Order>([drafted(1), placed()])
        .when(mark_paid(1, 4000))
        .then_rejects(Rejection::AmountMismatch { total: total(5000) });
    given::<Order>([drafted(1)]).when(mark_paid(1, 5000)).then_rejects(Rejection::NotPlaced);
}

#[test]
fn how_the_payment_stands_is_noted_once_and_never_after_it_is_paid() {
    given::<Order>([drafted(1)]).when(note(PaymentStatus::Pending)).then_nothing_happens();
    given::<Order>([drafted(1)])
        .when(note(PaymentStatus::RequiresAction))
        .at(AT)
        .then_events([noted(PaymentStatus::RequiresAction)])
        .when(note(PaymentStatus::RequiresAction))
        .then_nothing_happens();
    given::<Order>([drafted(1), placed(), paid()]).when(note(PaymentStatus::Failed)).then_nothing_happens();
    given::<Order>([drafted(1), canceled()]).when(note(PaymentStatus::Failed)).then_nothing_happens();
    given::<Order>([drafted(2), Event::Placed { payment: payment(2), at: AT }])
        .when(note(PaymentStatus::Failed))
        .then_nothing_happens();
}

#[test]
fn a_draft_is_canceled_only_while_no_money_is_under_way() {
    given::<Order>([drafted(1)]).when(CANCEL).then_rejects(Rejection::PaymentUnderWay);
    for status in [PaymentStatus::RequiresAction, PaymentStatus::Authorized] {
        given::<Order>([drafted(1), noted(status)]).when(CANCEL).then_rejects(Rejection::PaymentUnderWay);
    }
    for status in [PaymentStatus::Failed, PaymentStatus::Voided] {
        given::<Order>([drafted(1), noted(status)])
            .when(CANCEL)
            .at(AT)
            .then_events([canceled()])
            .then_reply(Stage::Canceled)
            .when(CANCEL)
            .then_nothing_happens();
    }
    // All of it is being taken: whether it must be given up or given back shows in a moment.
    given::<Order>([drafted(1), placed()]).when(CANCEL).then_rejects(Rejection::PaymentUnderWay);
}

#[test]
fn the_view_shows_the_line_from_draft_to_paid() {
    let id = OrderId::of_cart(cart());
    let mut order = Order::default();
    assert_eq!(View::of(id, &order, Version(0)), None);
    for (event, stage) in [(drafted(1), Stage::Draft), (placed(), Stage::Placed), (paid(), Stage::Paid)] {
        amazoff_supervisor::Entity::apply(&mut order, &event);
        assert_eq!(View::of(id, &order, Version(1)).unwrap().stage, stage);
    }
    let view = View::of(id, &order, Version(3)).unwrap();
    let passed: Vec<_> = view.timeline.iter().map(|moment| moment.event).collect();
    assert_eq!(passed, [Milestone::Drafted, Milestone::Placed, Milestone::Paid]);
    assert_eq!((view.placed_at, view.version, view.payment_id), (Some(AT), Version(3), Some(payment(1))));
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(json["stage"], "paid");
    assert_eq!(json["timeline"][1], serde_json::json!({ "at": AT, "event": "placed" }));
}

#[test]
fn a_number_is_stable_and_can_be_read_out() {
    let id = OrderId::of_cart(cart());
    assert_eq!(number(id), number(id));
    assert_ne!(number(id), number(OrderId::of_cart(CartId::from(Uuid::from_u128(2)))));
    assert_eq!((number(id).len(), &number(id)[..3]), (13, "AZ-"));
    assert!(!number(id).contains(['I', 'L', 'O', 'U']));
}

#[test]
fn a_contact_shows_nothing_in_a_log() {
    let address = Address {
        line1: "Main Street 1".to_owned(),
        line2: None,
        city: "Springfield".to_owned(),
        postal_code: "12345".to_owned(),
        country: "DE".to_owned(),
        subdivision: None,
    };
    let contact = Contact { email: "a@example.org".to_owned(), name: "Ada".to_owned(), address };
    let text = format!("{contact:?} {:?}", contact.address);
    assert_eq!(text, "Contact(…) Address(…)");
}
