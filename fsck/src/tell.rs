//! What each domain tells of an entity.

use std::collections::BTreeMap;

use amazoff_actors::cart::{self, CARTS, Cart, CartProjection};
use amazoff_actors::checkout::{self, Checkout, CheckoutProjection, PROCESSES, Phase};
use amazoff_actors::coupon::{Coupon, Redemption};
use amazoff_actors::ids::{CartId, CouponId, OrderId, PaymentId, ProductId, RefundId, ReviewId, VariantId};
use amazoff_actors::money::Money;
use amazoff_actors::order::{self, AdjustmentStatus, Order, OrderProjection};
use amazoff_actors::payment::{self, Operation, PartId, Payment, PaymentProjection, Stage};
use amazoff_actors::pricebook::CapturePolicy;
use amazoff_actors::product::{Product, ProductProjection};
use amazoff_actors::rating::{Rating, Stars};
use amazoff_actors::review::{self, Review, ReviewProjection};
use amazoff_actors::stock::Stock;
use amazoff_actors::user::User;
use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::{Entity, Timestamp, Version};
use serde_json::Value;
use uuid::Uuid;

use crate::cargo::{self, Carried};
use crate::facts::{
    CartFact, CheckoutFact, CouponFact, CouponUse, Facts, OrderFact, PaymentFact, ProductFact, Progress,
    ReviewFact, StockFact, UserFact,
};
use crate::histories::History;

/// A domain whose entities can be told of.
pub(crate) trait Told: Entity {
    /// What its events say beyond the state.
    type Notes: Default + Send + Sync;
    /// Notes an event.
    fn note(_notes: &mut Self::Notes, _event: &Self::Event, _at: Timestamp) {}
    /// Tells of an entity.
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts);
    /// The documents that follow from it alone.
    ///
    /// # Errors
    /// Text that says why they cannot be made.
    fn documents(_history: &History<Self>, _id: Uuid) -> Result<Vec<DocumentPut>, String> {
        Ok(Vec::new())
    }
    /// What an effect of it carries.
    fn carries(_sender: Uuid, _effect: &Self::Effect) -> Carried {
        None
    }
}

/// The one document of an entity, whose body its events make.
fn only(collection: &str, id: String, (version, body): (u64, Option<&Value>)) -> Vec<DocumentPut> {
    let put = |body: &Value| DocumentPut {
        collection: collection.to_owned(),
        id,
        source_seq: version,
        body: Some(body.clone()),
    };
    body.map(put).into_iter().collect()
}

impl Told for Cart {
    /// The body of its document.
    type Notes = Option<Value>;
    fn note(document: &mut Option<Value>, event: &cart::Event, at: Timestamp) {
        if let Ok(Some(changed)) = CartProjection::change(event, at) {
            *document = changed;
        }
    }
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) {
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
    }
    fn documents(history: &History<Self>, id: Uuid) -> Result<Vec<DocumentPut>, String> {
        Ok(only(CARTS, CartId::from(id).to_string(), (history.version, history.notes.as_ref())))
    }
}

impl Told for Checkout {
    /// The body of its document.
    type Notes = Option<Value>;
    fn note(document: &mut Option<Value>, event: &checkout::Event, at: Timestamp) {
        if let Some(changed) = CheckoutProjection::change(event, at) {
            *document = changed;
        }
    }
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) {
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
    }
    fn documents(history: &History<Self>, id: Uuid) -> Result<Vec<DocumentPut>, String> {
        Ok(only(PROCESSES, CartId::from(id).to_string(), (history.version, history.notes.as_ref())))
    }
    fn carries(_sender: Uuid, effect: &checkout::Effect) -> Carried {
        cargo::of_checkout(effect)
    }
}

impl Told for Coupon {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) {
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
            uses: coupon.redemptions.iter().map(|(order, used)| (*order, use_of(used))).collect(),
        };
        facts.coupons.insert(id, fact);
    }
}

fn use_of(used: &Redemption) -> CouponUse {
    CouponUse { attempt: used.attempt, confirmed: used.confirmed }
}

impl Told for Order {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) {
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
            was_placed: order.placed_at.is_some(),
            coupons: coupons_of(order),
        };
        if fact.is_placed() {
            tell_goods(order, facts);
        }
        facts.orders.insert(id, fact);
    }
    fn documents(history: &History<Self>, id: Uuid) -> Result<Vec<DocumentPut>, String> {
        Ok(OrderProjection::documents(OrderId::from(id), &history.state, Version(history.version)))
    }
    fn carries(_sender: Uuid, effect: &order::Effect) -> Carried {
        cargo::of_order(effect)
    }
}

/// The coupons that an order uses; orders of old do not say.
fn coupons_of(order: &Order) -> Vec<CouponId> {
    let quote = order.draft.as_ref().and_then(|draft| draft.quote.as_ref());
    let used = quote.iter().flat_map(|quote| quote.used_coupons());
    used.map(|coupon| CouponId::of_code(&coupon.code)).collect()
}

/// What an order that binds says of its pieces.
fn tell_goods(order: &Order, facts: &mut Facts) {
    for line in order.draft.iter().flat_map(|draft| &draft.lines) {
        let pieces = order.goods.get(&line.id).copied().unwrap_or_default();
        let of = facts.goods.entry(line.variant_id).or_default();
        of.owed += i64::from(pieces.current()) - i64::from(pieces.shipped);
        of.out += i64::from(pieces.shipped) - i64::from(pieces.returned);
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
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) {
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
            giving_back: giving_back(payment),
            refunds: refunds(payment),
            capturing,
            refunding,
            was_authorized: history.notes.was_authorized,
        };
        facts.payments.insert(id, fact);
    }
    fn documents(history: &History<Self>, id: Uuid) -> Result<Vec<DocumentPut>, String> {
        let version = Version(history.version);
        let documents = PaymentProjection::documents(PaymentId::from(id), &history.state, version);
        documents.map_err(|error| error.to_string())
    }
    fn carries(sender: Uuid, effect: &payment::Effect) -> Carried {
        cargo::of_payment(sender, effect)
    }
}

/// How much a payment is asked to give back and did not yet.
fn giving_back(payment: &Payment) -> i64 {
    let refunds = payment.parts.iter().filter(|part| matches!(part.id, PartId::Refund(_)) && part.is_open());
    refunds.map(|part| part.amount.amount.saturating_sub(part.done)).fold(0, i64::saturating_add)
}

/// How much each refund of a payment was asked for.
fn refunds(payment: &Payment) -> BTreeMap<RefundId, Money> {
    let asked = payment.parts.iter().filter_map(|part| match part.id {
        PartId::Refund(refund) => Some((refund, part.amount)),
        PartId::Capture(_) => None,
    });
    asked.collect()
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
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) {
        let product = &history.state;
        let media = product.media.iter().map(|media| media.blob.clone()).collect();
        facts.products.insert(id, ProductFact { keys: product.keys().into_iter().collect(), media });
    }
    fn documents(history: &History<Self>, id: Uuid) -> Result<Vec<DocumentPut>, String> {
        let version = Version(history.version);
        let documents = ProductProjection::documents(ProductId::from(id), &history.state, version);
        documents.map_err(|error| error.to_string())
    }
}

impl Told for Stock {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) {
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
    }
}

impl Told for User {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) {
        let registration = history.state.registration.as_ref().filter(|_| !history.state.is_erased());
        let email_claim = registration.map(|known| known.email_claim.key.clone());
        facts.users.insert(id, UserFact { email_claim });
    }
}

impl Told for Rating {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) {
        facts.ratings.insert(id, history.state.tally);
    }
}

impl Told for Review {
    type Notes = ();
    fn tell(history: &History<Self>, id: Uuid, facts: &mut Facts) {
        let review = &history.state;
        let Some((product, author)) = review.about else { return };
        let voices = [review.votes.contains(&author), review.flags.contains_key(&author)];
        let fact = ReviewFact {
            product,
            author,
            own_voices: voices.into_iter().filter(|spoke| *spoke).count(),
            shown: review.shown.as_ref().map(|shown| shown.revision.stars),
            asked: review.asked,
            is_answered: review.counted == review.turn,
        };
        let of = facts.asked.entry(product).or_default();
        for (slot, stars) in of.iter_mut().zip(Stars::ALL) {
            *slot += i64::from(review.asked == Some(stars));
        }
        facts.reviews.insert(id, fact);
    }
    fn documents(history: &History<Self>, id: Uuid) -> Result<Vec<DocumentPut>, String> {
        let version = Version(history.version);
        let documents = ReviewProjection::documents(ReviewId::from(id), &history.state, version);
        documents.map_err(|error| error.to_string())
    }
    fn carries(_sender: Uuid, effect: &review::Effect) -> Carried {
        cargo::of_review(effect)
    }
}
