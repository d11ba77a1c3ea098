//! Documents against the journal, and media against their names.
//!
//! Documents follow the truth in another database. One that is not what the newest event makes of it is looked at again:
//! first how far the projection had come, then the document, then the entity's events. It must be what one of the events
//! from there on makes of it.

use std::collections::HashMap;
use std::time::Duration;

use amazoff_actors::cart::{CARTS, Cart, CartProjection};
use amazoff_actors::checkout::{Checkout, CheckoutProjection, PROCESSES};
use amazoff_actors::ids::{CartId, OrderId, PaymentId, ProductId, ReviewId};
use amazoff_actors::order::{ORDERS, Order, OrderProjection};
use amazoff_actors::payment::{PAYMENTS, Payment, PaymentProjection};
use amazoff_actors::product::{CATEGORIES, PRODUCTS, Product, ProductProjection, category_name};
use amazoff_actors::review::{REVIEWS, Review, ReviewProjection};
use amazoff_supervisor::documents::{Blobs, Documents, Position, Query};
use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::projection::Serving;
use amazoff_supervisor::{Entity as _, EntityId, Version, decode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::facts::{Expected, Facts};
use crate::finding::{Code, Finding, Report};
use crate::histories::History;
use crate::tell::Told;

/// Documents read at once.
const PAGE: usize = 200;
/// Events read at once.
const EVENTS: usize = 500;
/// How often documents that differ are looked at again: a rebuild that swaps meanwhile makes a look worthless.
const LOOKS: u32 = 5;
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// The projections and their collections.
const PROJECTIONS: [(&str, &[&str]); 6] = [
    (ProductProjection::NAME, &[PRODUCTS, CATEGORIES]),
    (OrderProjection::NAME, &[ORDERS]),
    (PaymentProjection::NAME, &[PAYMENTS]),
    (ReviewProjection::NAME, &[REVIEWS]),
    (CartProjection::NAME, &[CARTS]),
    (CheckoutProjection::NAME, &[PROCESSES]),
];

/// The collection of that name, if the shop has one.
pub(crate) fn collection(name: &str) -> Option<&'static str> {
    PROJECTIONS.iter().flat_map(|(_, collections)| *collections).find(|known| **known == name).copied()
}

/// The projection whose documents a finding is about, if it is about documents.
pub fn projection_of(finding: &Finding) -> Option<&'static str> {
    let codes = [Code::DocumentWrong, Code::DocumentMissing, Code::DocumentExtra, Code::CheckpointAhead];
    let is_of = |name: &str| finding.subject.starts_with(name);
    let (name, _) = PROJECTIONS.iter().find(|(name, of)| is_of(name) || of.iter().any(|name| is_of(name)))?;
    codes.contains(&finding.code).then_some(*name)
}

/// A document that differs: its collection, its id and the entity that it follows from.
type Doubt = (&'static str, String, Option<EntityId>);

/// Compares every document.
pub(crate) async fn check(
    documents: &dyn Documents,
    journal: &dyn Journal,
    facts: &Facts,
    report: &mut Report,
) -> Result<(), JournalError> {
    for (projection, collections) in PROJECTIONS {
        checkpoints(documents, journal, (projection, collections), report).await?;
        let serving = Serving::of(documents, projection, collections).await?;
        let mut doubts = Vec::new();
        for collection in collections {
            doubts.extend(differing(documents, &serving, collection, facts, report).await?);
        }
        for look in 1..=LOOKS {
            if doubts.is_empty() {
                break;
            }
            if look > 1 {
                tokio::time::sleep(LOOK_AGAIN_AFTER).await;
            }
            let looked = look_again(documents, journal, (projection, collections), (facts, &doubts)).await?;
            let Some(wrong) = looked else { continue };
            doubts.clear();
            for (code, subject, detail) in wrong {
                report.note(code, subject, detail);
            }
        }
        if !doubts.is_empty() {
            let reason = format!("`{projection}` is rebuilt again and again; check once it is quiet");
            return Err(JournalError::Unavailable(reason));
        }
    }
    Ok(())
}

/// A checkpoint names an event that there is. The journal is read after the checkpoints, and it only grows.
async fn checkpoints(
    documents: &dyn Documents,
    journal: &dyn Journal,
    (projection, collections): (&str, &[&str]),
    report: &mut Report,
) -> Result<(), JournalError> {
    let serving = Serving::of(documents, projection, collections).await?;
    let checkpoints = documents.checkpoints(&serving.name).await?;
    let heads: HashMap<_, _> = journal.heads().await?.into_iter().collect();
    for (shard, at) in checkpoints {
        let head = heads.get(&shard).copied().unwrap_or_default();
        if at > head {
            let detail =
                format!("{} has seen event {at} of shard {}, which has {head}", serving.name, shard.number());
            report.note(Code::CheckpointAhead, projection, detail);
        }
    }
    Ok(())
}

/// The documents of a collection that are not what the newest events make of them.
async fn differing(
    documents: &dyn Documents,
    serving: &Serving,
    collection: &'static str,
    facts: &Facts,
    report: &mut Report,
) -> Result<Vec<Doubt>, JournalError> {
    let mut missing: HashMap<&str, &Expected> = facts
        .documents
        .iter()
        .filter(|((of, _), _)| *of == collection)
        .map(|((_, id), expected)| (id.as_str(), expected))
        .collect();
    let mut doubts = Vec::new();
    let mut after: Option<Position> = None;
    let Some(stored) = serving.collection(collection) else { return Ok(doubts) };
    loop {
        let query = Query { collection: stored.clone(), after, limit: PAGE, ..Query::default() };
        let page = documents.query(&query).await?;
        for (id, body) in page.items {
            report.documents += 1;
            match missing.remove(id.as_str()) {
                Some(expected) if expected.digest == digest(Some(&body)) => {}
                Some(expected) => doubts.push((collection, id, Some(expected.entity.clone()))),
                None => doubts.push((collection, id.clone(), entity_of(collection, &id))),
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let missing = missing.into_iter();
    doubts.extend(missing.map(|(id, expected)| (collection, id.to_owned(), Some(expected.entity.clone()))));
    Ok(doubts)
}

/// The entity whose document has this id; a category's is of nobody in particular.
fn entity_of(collection: &str, id: &str) -> Option<EntityId> {
    match collection {
        PRODUCTS => id.parse::<ProductId>().ok().map(|id| EntityId::new(Product::KIND, id.uuid())),
        PAYMENTS => id.parse::<PaymentId>().ok().map(|id| EntityId::new(Payment::KIND, id.uuid())),
        REVIEWS => id.parse::<ReviewId>().ok().map(|id| EntityId::new(Review::KIND, id.uuid())),
        CARTS => id.parse::<CartId>().ok().map(|id| EntityId::new(Cart::KIND, id.uuid())),
        PROCESSES => id.parse::<CartId>().ok().map(|id| EntityId::new(Checkout::KIND, id.uuid())),
        ORDERS => id.parse::<OrderId>().ok().map(|id| EntityId::new(Order::KIND, id.uuid())),
        _ => None,
    }
}

/// Looks at doubtful documents; what is wrong with them, or `None` when another generation serves by now.
async fn look_again(
    documents: &dyn Documents,
    journal: &dyn Journal,
    (projection, collections): (&str, &[&str]),
    (facts, doubts): (&Facts, &[Doubt]),
) -> Result<Option<Vec<(Code, String, String)>>, JournalError> {
    let serving = Serving::of(documents, projection, collections).await?;
    let checkpoints: HashMap<_, _> = documents.checkpoints(&serving.name).await?.into_iter().collect();
    let mut wrong = Vec::new();
    for (collection, id, entity) in doubts {
        let Some(stored) = serving.collection(collection) else { continue };
        let found = documents.get(&stored, id).await?;
        let from = entity.as_ref().map_or(0, |of| checkpoints.get(&of.shard()).copied().unwrap_or_default());
        let possible = match entity {
            Some(entity) => possible(journal, entity, (collection, id), from).await?,
            None if *collection == CATEGORIES => category(journal, facts, id).await?,
            None => Some(vec![None]),
        };
        // What cannot be read is a finding of its own.
        let Some(possible) = possible else { continue };
        let found_digest = found.as_ref().map(|body| digest(Some(body)));
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

/// What a category that no product has may be: that of a product that came since, or left.
async fn category(
    journal: &dyn Journal,
    facts: &Facts,
    id: &str,
) -> Result<Option<Vec<Option<[u8; 32]>>>, JournalError> {
    // Its slug alone makes it, and it stays when its last product leaves for another category.
    let of_any = json!({ "slug": id, "name": category_name(id) });
    let (mut possible, mut after) = (vec![None, Some(digest(Some(&of_any)))], None);
    loop {
        let products = journal.entities(Product::KIND, after, PAGE).await?;
        for product in products.iter().filter(|product| !facts.products.contains_key(product)) {
            let entity = EntityId::new(Product::KIND, *product);
            possible.extend(self::possible(journal, &entity, (CATEGORIES, id), 0).await?.unwrap_or_default());
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
    journal: &dyn Journal,
    entity: &EntityId,
    of: (&str, &str),
    from: u64,
) -> Result<Option<Vec<Option<[u8; 32]>>>, JournalError> {
    match entity.kind.as_str() {
        Product::KIND => folded::<Product>(journal, entity, of, from).await,
        Payment::KIND => folded::<Payment>(journal, entity, of, from).await,
        Review::KIND => folded::<Review>(journal, entity, of, from).await,
        Cart::KIND => folded::<Cart>(journal, entity, of, from).await,
        Checkout::KIND => folded::<Checkout>(journal, entity, of, from).await,
        _ => folded::<Order>(journal, entity, of, from).await,
    }
}

async fn folded<E: Told>(
    journal: &dyn Journal,
    entity: &EntityId,
    (collection, id): (&str, &str),
    from: u64,
) -> Result<Option<Vec<Option<[u8; 32]>>>, JournalError> {
    let mut history = History::<E>::default();
    let mut newest_seen = None;
    let mut later = Vec::new();
    loop {
        let page: Vec<StoredEvent> = match journal.history(entity, Version(history.version), EVENTS).await {
            Ok(page) => page,
            Err(JournalError::Corrupt { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        for stored in &page {
            let Ok(event) = decode::<E>(&stored.event.payload, stored.event.schema) else { return Ok(None) };
            E::note(&mut history.notes, &event, stored.at);
            history.state.apply(&event);
            history.version = stored.seq.0;
            let puts = E::documents(&history, entity.id).unwrap_or_default();
            let put = puts.iter().find(|put| put.collection == collection && put.id == id);
            let made = put.map(|put| digest(put.body.as_ref()));
            if stored.shard_seq <= from {
                newest_seen = made;
            } else {
                later.push(made);
            }
        }
        if page.len() < EVENTS {
            break;
        }
    }
    later.push(newest_seen);
    Ok(Some(later))
}

/// A digest of a document, whatever the order of its members.
pub(crate) fn digest(body: Option<&Value>) -> [u8; 32] {
    let mut hash = Sha256::new();
    add(&mut hash, body.unwrap_or(&Value::Null));
    hash.finalize().into()
}

fn add(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            hash.update(format!("{{{}", members.len()));
            for (name, value) in members {
                hash.update(format!("{}:{name}", name.len()));
                add(hash, value);
            }
        }
        Value::Array(items) => {
            hash.update(format!("[{}", items.len()));
            items.iter().for_each(|item| add(hash, item));
        }
        Value::String(text) => hash.update(format!("\"{}:{text}", text.len())),
        Value::Null | Value::Bool(_) | Value::Number(_) => hash.update(format!("={value};")),
    }
}

/// Every picture of a product is there and whole.
pub(crate) async fn media(blobs: &dyn Blobs, facts: &Facts, report: &mut Report) -> Result<(), JournalError> {
    for (id, product) in &facts.products {
        for name in &product.media {
            let problem = match blobs.get(name).await {
                Ok(Some(_)) => continue,
                Ok(None) => "it is missing".to_owned(),
                Err(JournalError::Corrupt { reason, .. }) => reason,
                Err(error) => return Err(error),
            };
            report.note(Code::MediaMissing, ProductId::from(*id), format!("picture {name}: {problem}"));
        }
    }
    Ok(())
}
