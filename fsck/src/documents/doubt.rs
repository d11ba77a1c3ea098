//! Documents that differ at first sight: what they may be at this moment.

use std::collections::HashMap;
use std::sync::Arc;

use amazoff_actors::cart::Cart;
use amazoff_actors::checkout::{Checkout, PROCESSES};
use amazoff_actors::ids::{CartId, OrderId, PaymentId, ProductId, ReviewId, VariantId};
use amazoff_actors::order::Order;
use amazoff_actors::payment::{PAYMENTS, Payment};
use amazoff_actors::product::{CATEGORIES, PRODUCTS, Product, category_name};
use amazoff_actors::report::STOCK_LEVELS;
use amazoff_actors::review::Review;
use amazoff_actors::stock::Stock;
use amazoff_supervisor::documents::{DocumentPut, Documents};
use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::projection::Serving;
use amazoff_supervisor::{Entity as _, EntityId, Projection, Version, decode};
use serde_json::json;

use super::digest::{Digest, digest};
use super::replay::{self, Written};
use super::{Doubt, PAGE};
use crate::facts::Facts;
use crate::finding::Code;
use crate::histories::History;
use crate::tell::Told;

/// Events read at once.
const EVENTS: usize = 500;

/// The entity whose document has this id; a category's is of nobody in particular. Documents of which an entity has several
/// are named after it, with what tells them apart behind it.
pub(super) fn entity_of(collection: &str, id: &str) -> Option<EntityId> {
    let id = id.split([':', '/']).next()?;
    match collection {
        PRODUCTS => id.parse::<ProductId>().ok().map(|id| EntityId::new(Product::KIND, id.uuid())),
        PAYMENTS => id.parse::<PaymentId>().ok().map(|id| EntityId::new(Payment::KIND, id.uuid())),
        PROCESSES => id.parse::<CartId>().ok().map(|id| EntityId::new(Checkout::KIND, id.uuid())),
        STOCK_LEVELS => id.parse::<VariantId>().ok().map(|id| EntityId::new(Stock::KIND, id.uuid())),
        CATEGORIES => None,
        _ => {
            let cart = || id.parse::<CartId>().ok().map(|id| EntityId::new(Cart::KIND, id.uuid()));
            let review = || id.parse::<ReviewId>().ok().map(|id| EntityId::new(Review::KIND, id.uuid()));
            let order = id.parse::<OrderId>().ok().map(|id| EntityId::new(Order::KIND, id.uuid()));
            order.or_else(cart).or_else(review)
        }
    }
}

/// Looks at doubtful documents; what is wrong with them, or `None` when another generation serves by now.
pub(super) async fn look_again(
    documents: &dyn Documents,
    journal: &Arc<dyn Journal>,
    (projection, collections): (&str, &[&str]),
    (facts, doubts): (&Facts, &[Doubt]),
) -> Result<Option<Vec<(Code, String, String)>>, JournalError> {
    let serving = Serving::of(documents, projection, collections).await?;
    let checkpoints: HashMap<_, _> = documents.checkpoints(&serving.name).await?.into_iter().collect();
    let past = Past { journal, again: replay::projections(journal) };
    let mut wrong = Vec::new();
    for (collection, id, entity) in doubts {
        let Some(stored) = serving.collection(collection) else { continue };
        let found = documents.get(&stored, id).await?;
        let from = entity.as_ref().map_or(0, |of| checkpoints.get(&of.shard()).copied().unwrap_or_default());
        let possible = match entity {
            Some(entity) => past.possible(entity, (collection, id), from).await?,
            None if *collection == CATEGORIES => past.category(facts, id).await?,
            None => Some(vec![None]),
        };
        // What cannot be read is a finding of its own.
        let Some(possible) = possible else { continue };
        let found_digest = found.as_ref().map(digest);
        if possible.contains(&found_digest) {
            continue;
        }
        let subject = format!("{stored}/{id}");
        wrong.push(match (found.is_some(), possible.iter().any(Option::is_some)) {
            (true, true) => (Code::DocumentWrong, subject, "it is not what the events make of it".to_owned()),
            (true, false) => (Code::DocumentExtra, subject, "no event leads to it".to_owned()),
            (false, _) => {
                (Code::DocumentMissing, subject, format!("the projection has seen event {from} of its shard"))
            }
        });
    }
    let now = Serving::of(documents, projection, collections).await?;
    Ok((now == serving).then_some(wrong))
}

/// What events say of doubtful documents.
struct Past<'a> {
    journal: &'a Arc<dyn Journal>,
    /// The projections that are run again.
    again: Vec<Arc<dyn Projection>>,
}

impl Past<'_> {
    /// What a category that no product has may be: that of a product that came since, or left.
    async fn category(&self, facts: &Facts, id: &str) -> Result<Option<Possible>, JournalError> {
        // Its slug alone makes it, and it stays when its last product leaves for another category.
        let of_any = json!({ "slug": id, "name": category_name(id) });
        let (mut possible, mut after) = (vec![None, Some(digest(&of_any))], None);
        loop {
            let products = self.journal.entities(Product::KIND, after, PAGE).await?;
            for product in products.iter().filter(|product| !facts.products.contains_key(product)) {
                let entity = EntityId::new(Product::KIND, *product);
                possible.extend(self.possible(&entity, (CATEGORIES, id), 0).await?.unwrap_or_default());
            }
            after = products.last().copied();
            if products.len() < PAGE {
                return Ok(Some(possible));
            }
        }
    }

    /// Digests of the documents that the events of an entity make, from what the projection has certainly seen on; `None`
    /// when an event cannot be read.
    async fn possible(
        &self,
        entity: &EntityId,
        of: (&str, &str),
        from: u64,
    ) -> Result<Option<Possible>, JournalError> {
        let journal = &**self.journal;
        if let Some(projection) = self.again.iter().find(|one| one.collections().contains(&of.0)) {
            if !projection.kinds().contains(&entity.kind.as_str()) {
                return Ok(Some(vec![None]));
            }
            return projected(&**projection, journal, entity, (of, from)).await;
        }
        match entity.kind.as_str() {
            Product::KIND => folded::<Product>(journal, entity, of, from).await,
            Payment::KIND => folded::<Payment>(journal, entity, of, from).await,
            Review::KIND => folded::<Review>(journal, entity, of, from).await,
            Cart::KIND => folded::<Cart>(journal, entity, of, from).await,
            Checkout::KIND => folded::<Checkout>(journal, entity, of, from).await,
            _ => folded::<Order>(journal, entity, of, from).await,
        }
    }
}

/// What a document may be: its digest after each event that the projection may not have seen, and before these.
type Possible = Vec<Option<Digest>>;

/// A document while the events of its entity go by.
struct Seen {
    /// The number in the shard of the last event that the projection has certainly seen.
    from: u64,
    before: Option<Digest>,
    later: Possible,
}

impl Seen {
    fn up_to(from: u64) -> Self {
        Self { from, before: None, later: Vec::new() }
    }

    fn after(&mut self, event: &StoredEvent, made: Option<Digest>) {
        if event.shard_seq <= self.from {
            self.before = made;
        } else {
            self.later.push(made);
        }
    }

    fn possible(mut self) -> Possible {
        self.later.push(self.before);
        self.later
    }
}

/// The next events of an entity; `None` when they are damaged.
async fn page(
    journal: &dyn Journal,
    entity: &EntityId,
    after: u64,
) -> Result<Option<Vec<StoredEvent>>, JournalError> {
    match journal.history(entity, Version(after), EVENTS).await {
        Ok(page) => Ok(Some(page)),
        Err(JournalError::Corrupt { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// [`possible`], by the domain's own fold.
async fn folded<E: Told>(
    journal: &dyn Journal,
    entity: &EntityId,
    (collection, id): (&str, &str),
    from: u64,
) -> Result<Option<Possible>, JournalError> {
    let mut history = History::<E>::default();
    let mut seen = Seen::up_to(from);
    loop {
        let Some(page) = page(journal, entity, history.version).await? else { return Ok(None) };
        for stored in &page {
            let Ok(event) = decode::<E>(&stored.event.payload, stored.event.schema) else { return Ok(None) };
            E::note(&mut history.notes, &event, stored.at);
            history.state.apply(&event);
            history.version = stored.seq.0;
            let puts = E::documents(&history, entity.id).unwrap_or_default();
            let put = puts.iter().find(|put| put.collection == collection && put.id == id);
            seen.after(stored, put.and_then(|put| put.body.as_ref()).map(digest));
        }
        if page.len() < EVENTS {
            return Ok(Some(seen.possible()));
        }
    }
}

/// [`possible`], by the projection itself.
async fn projected(
    projection: &dyn Projection,
    journal: &dyn Journal,
    entity: &EntityId,
    (of, from): ((&str, &str), u64),
) -> Result<Option<Possible>, JournalError> {
    let mut seen = Seen::up_to(from);
    let mut written = Written::default();
    let mut after = 0;
    loop {
        let Some(page) = page(journal, entity, after).await? else { return Ok(None) };
        for stored in &page {
            let puts = match projection.project(stored).await {
                Ok(puts) => puts,
                Err(JournalError::Corrupt { .. }) => return Ok(None),
                Err(error) => return Err(error),
            };
            let of_it = |put: &&DocumentPut| (put.collection.as_str(), put.id.as_str()) == of;
            puts.iter().filter(of_it).for_each(|put| written.put(put));
            seen.after(stored, written.digest());
            after = stored.seq.0;
        }
        if page.len() < EVENTS {
            return Ok(Some(seen.possible()));
        }
    }
}
