//! What each domain tells of an entity.

use std::collections::BTreeMap;

use amazoff_actors::cart::{self, Cart};
use amazoff_actors::checkout::{Checkout, Phase};
use amazoff_actors::coupon::Coupon;
use amazoff_actors::ids::{OrderId, PaymentId, ProductId, VariantId};
use amazoff_actors::order::{AdjustmentStatus, Order, OrderProjection};
use amazoff_actors::payment::{self, Operation, PartId, Payment, PaymentProjection, Stage};
use amazoff_actors::pricebook::{CapturePolicy, Pricebook};
use amazoff_actors::product::{Product, ProductProjection};
use amazoff_actors::stock::Stock;
use amazoff_actors::user::User;
use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::{Entity, EntityId, Timestamp, Version};
use uuid::Uuid;

use crate::documents::{collection, digest};
use crate::facts::{
    CartFact, CheckoutFact, CouponFact, Expected, Facts, OrderFact, PaymentFact, ProductFact, Progress,
    StockFact, UserFact,
};
use crate::histories::History;

/// A domain whose entities can be told of.
pub(crate) trait Told: Entity {
    /// What its events say beyond the state.
    type Notes: Default + Send;
    /// Notes an event.
    fn note(_notes: &mut Self::Notes, _event: &Self::Event, _at: Timestamp) {}
    /// Tells of an entity.
    ///
    /// # Errors
    /// Text that says what cannot be told.
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) -> Result<(), String>;
}

impl Told for Cart {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) -> Result<(), String> {
        let (locked_by, order) = match history.state.status {
            cart::Status::Absent
            | cart::Status::Open
            | cart::Status::Merging { .. }
            | cart::Status::Merged { .. }
            | cart::Status::Abandoned => (None, None),
            cart::Status::Completing { attempt } => (Some(attempt), None),
            cart::Status::Completed { order } => (None, Some(order)),
        };
        facts.carts.insert(id, CartFact { locked_by, order });
        Ok(())
    }
}

impl Told for Checkout {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) -> Result<(), String> {
        let Self { run, attempts } = &history.state;
        let run = run.as_deref();
        facts.checkouts.insert(
            id,
            CheckoutFact {
                attempt: run.map(|run| run.attempt),
                gave_stock_back: run.is_some_and(|run| matches!(run.phase, Phase::ReleasingCart { .. })),
                bought: attempts.iter().find(|past| past.failure.is_none()).map(|past| past.attempt),
            },
        );
        Ok(())
    }
}

impl Told for Pricebook {
    type Notes = ();
    fn tell(_history: &History<Self>, _id: Uuid, _facts: &mut Facts) -> Result<(), String> {
        Ok(()) // nothing else that is stored must agree with it
    }
}

impl Told for Coupon {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) -> Result<(), String> {
        let coupon = &history.state;
        let mut by_customer = BTreeMap::<_, u32>::new();
        for used in coupon.redemptions.values() {
            *by_customer.entry(&used.customer).or_default() += 1;
        }
        let terms = coupon.terms.as_ref();
        let fact = CouponFact {
            code: terms.map(|terms| terms.code.clone()).unwrap_or_default(),
            total_limit: terms.and_then(|terms| terms.total_limit),
            per_customer_limit: terms.and_then(|terms| terms.per_customer_limit),
            redeemed: coupon.redeemed(),
            most_by_customer: by_customer.into_values().max().unwrap_or(0),
        };
        facts.coupons.insert(id, fact);
        Ok(())
    }
}

impl Told for Order {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) -> Result<(), String> {
        let order = &history.state;
        let fact = OrderFact {
            status: order.status(),
            payment_status: order.payment_status(),
            payment: order.payment.map(Uuid::from),
            further: further(order),
            cart: order.draft.as_ref().map(|draft| draft.cart),
            total: order.draft.as_ref().map(|draft| draft.totals.total),
            sold: sold(order),
            price: order.price(),
            captured: order.captured(),
            paid_at_once: order.draft.as_ref().is_none_or(|of| of.capture == CapturePolicy::OnPlacement),
        };
        if fact.is_placed() {
            tell_goods(order, id, facts);
        }
        facts.orders.insert(id, fact);
        let documents = OrderProjection::documents(OrderId::from(id), order, Version(history.version));
        expect(facts, &EntityId::new(Self::KIND, id), documents);
        Ok(())
    }
}

/// What an order that binds says of its pieces.
fn tell_goods(order: &Order, id: Uuid, facts: &mut Facts) {
    for line in order.draft.iter().flat_map(|draft| &draft.lines) {
        let pieces = order.goods.get(&line.id).copied().unwrap_or_default();
        let of = facts.goods.entry(line.variant_id).or_default();
        of.owed += i64::from(pieces.current()) - i64::from(pieces.shipped);
        of.out += i64::from(pieces.shipped) - i64::from(pieces.returned);
        of.orders.push(id);
    }
}

/// Payments that were begun after an order was placed and are not over.
fn further(order: &Order) -> Vec<Uuid> {
    let open = order.further.iter().filter(|further| !further.state.is_over());
    open.map(|further| Uuid::from(further.payment)).collect()
}

/// What the ledger must count as sold. A dispute is the payment's business.
fn sold(order: &Order) -> i64 {
    let asked_back = order.adjustments.iter().filter(|adjustment| adjustment.dispute.is_none());
    let parts = asked_back.flat_map(|adjustment| &adjustment.refunds);
    let back = parts.filter(|part| part.status != AdjustmentStatus::Failed);
    back.map(|part| part.amount.amount).fold(order.captured(), i64::saturating_sub)
}

/// What a payment's events say beyond its state.
#[derive(Default)]
pub(crate) struct PaymentNotes {
    was_authorized: bool,
    unknown_since: Option<Timestamp>,
}

impl Told for Payment {
    type Notes = PaymentNotes;
    fn note(notes: &mut PaymentNotes, event: &payment::Event, at: Timestamp) {
        notes.was_authorized |= matches!(event, payment::Event::Authorized { .. });
        match event {
            payment::Event::OutcomeUnknown { .. } => drop(notes.unknown_since.get_or_insert(at)),
            payment::Event::SyncRequested
            | payment::Event::StillUnknown { .. }
            | payment::Event::OperationRepeated { .. }
            | payment::Event::RefundsCompared
            | payment::Event::VoidWanted => {}
            _ => notes.unknown_since = None,
        }
    }
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) -> Result<(), String> {
        let payment = &history.state;
        let terms = payment.terms.as_ref();
        let (capturing, refunding) = under_way(payment);
        let fact = PaymentFact {
            order: terms.map(|terms| terms.order),
            cart: terms.map(|terms| terms.cart),
            amount: terms.map(|terms| terms.amount),
            provider: terms.map(|terms| terms.provider.clone()).unwrap_or_default(),
            progress: progress(payment, history.notes.unknown_since.unwrap_or_default()),
            captured: payment.captured(),
            refunded: payment.refunded(),
            disputed: payment.disputed(),
            capturing,
            refunding,
            was_authorized: history.notes.was_authorized,
        };
        facts.payments.insert(id, fact);
        let documents = PaymentProjection::documents(PaymentId::from(id), payment, Version(history.version));
        expect(facts, &EntityId::new(Self::KIND, id), documents.map_err(|error| error.to_string())?);
        Ok(())
    }
}

/// How much a call that is under way takes, and gives back.
fn under_way(payment: &Payment) -> (i64, i64) {
    if let Some((part, ask)) = payment.part_under_way() {
        return match part.id {
            PartId::Capture(_) => (ask.amount.amount, 0),
            PartId::Refund(_) => (0, ask.amount.amount),
        };
    }
    let captures =
        matches!(payment.stage, Stage::Capturing | Stage::Unknown { operation: Operation::Capture, .. });
    let amount = payment.terms.as_ref().map_or(0, |terms| terms.amount.amount);
    (if captures { amount } else { 0 }, 0)
}

fn progress(payment: &Payment, since: Timestamp) -> Progress {
    if let Some((part, ask)) = payment.part_under_way() {
        let captures = matches!(part.id, PartId::Capture(_));
        return match ask.doubt {
            Some(_) => Progress::Unknown { captures, since },
            None => Progress::Asking { captures },
        };
    }
    match &payment.stage {
        Stage::Created => Progress::Created,
        Stage::Authorizing | Stage::Confirming { .. } | Stage::Voiding => {
            Progress::Asking { captures: false }
        }
        Stage::Capturing => Progress::Asking { captures: true },
        Stage::RequiresAction { .. } | Stage::Authorized => Progress::Waiting,
        Stage::Captured => Progress::Captured,
        Stage::Voided | Stage::Expired | Stage::Failed { .. } | Stage::IntegrityFailure { .. } => {
            Progress::Over
        }
        Stage::Unknown { operation, .. } => {
            Progress::Unknown { captures: *operation == Operation::Capture, since }
        }
    }
}

impl Told for Product {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) -> Result<(), String> {
        let product = &history.state;
        let documents = ProductProjection::documents(ProductId::from(id), product, Version(history.version));
        expect(facts, &EntityId::new(Self::KIND, id), documents.map_err(|error| error.to_string())?);
        let media = product.media.iter().map(|media| media.blob.clone()).collect();
        facts.products.insert(id, ProductFact { slug: product.slug.clone(), media });
        Ok(())
    }
}

impl Told for Stock {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) -> Result<(), String> {
        let stock = &history.state;
        let holds = stock.holds.iter().map(|(id, hold)| (*id, hold.cart, hold.left(), hold.state));
        let fact = StockFact {
            on_hand: stock.on_hand,
            held: stock.held,
            allocated: stock.allocated,
            backorder_max: stock.backorder_max,
            holds: holds.collect(),
        };
        facts.stocks.insert(VariantId::from(id), fact);
        Ok(())
    }
}

impl Told for User {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) -> Result<(), String> {
        let registration = history.state.registration.as_ref();
        let email_claim = registration.map(|known| known.email_claim.key.clone());
        facts.users.insert(id, UserFact { email_claim });
        Ok(())
    }
}

/// Remembers the documents that there must be.
fn expect(facts: &mut Facts, entity: &EntityId, documents: Vec<DocumentPut>) {
    for put in documents {
        let Some(collection) = collection(&put.collection) else { continue };
        let expected = Expected { digest: digest(put.body.as_ref()), entity: entity.clone() };
        facts.documents.insert((collection, put.id), expected);
    }
}
