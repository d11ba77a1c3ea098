//! Documents against the journal, and media against their names.
//!
//! Documents follow the truth in another database. One that is not what the newest event makes of it is looked at again:
//! first how far the projection had come, then the document, then the entity's events. It must be what one of the events
//! from there on makes of it.

mod digest;
mod doubt;
mod replay;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::cart::{CARTS, CartProjection};
use amazoff_actors::checkout::{CheckoutProjection, PROCESSES};
use amazoff_actors::held::{HELD, HeldProjection};
use amazoff_actors::ids::ProductId;
use amazoff_actors::order::{ORDERS, OrderProjection};
use amazoff_actors::payment::{PAYMENTS, PaymentProjection};
use amazoff_actors::product::{CATEGORIES, PRODUCTS, ProductProjection};
use amazoff_actors::recommendation::{BASKETS, BasketProjection, LEFT_BASKETS};
use amazoff_actors::report::{
    FunnelProjection, MILESTONES, SALES, SOLD_LINES, STOCK_LEVELS, SalesProjection, StockLevelProjection,
};
use amazoff_actors::review::{REVIEWS, ReviewProjection};
use amazoff_supervisor::EntityId;
use amazoff_supervisor::documents::{Blobs, Documents, Position, Query};
use amazoff_supervisor::journal::{Journal, JournalError};
use amazoff_supervisor::projection::Serving;

use crate::facts::{Expected, Facts};
use crate::finding::{Code, Finding, Report};

pub(crate) use digest::digest;
pub(crate) use replay::Replay;

/// Documents read at once.
const PAGE: usize = 200;
/// How often documents that differ are looked at again: a rebuild that swaps meanwhile makes a look worthless.
const LOOKS: u32 = 5;
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// The projections and their collections.
const PROJECTIONS: [(&str, &[&str]); 11] = [
    (ProductProjection::NAME, &[PRODUCTS, CATEGORIES]),
    (OrderProjection::NAME, &[ORDERS]),
    (PaymentProjection::NAME, &[PAYMENTS]),
    (ReviewProjection::NAME, &[REVIEWS]),
    (CartProjection::NAME, &[CARTS]),
    (CheckoutProjection::NAME, &[PROCESSES]),
    (HeldProjection::NAME, &[HELD]),
    (BasketProjection::NAME, &[BASKETS, LEFT_BASKETS]),
    (SalesProjection::NAME, &[SALES, SOLD_LINES]),
    (FunnelProjection::NAME, &[MILESTONES]),
    (StockLevelProjection::NAME, &[STOCK_LEVELS]),
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
    journal: &Arc<dyn Journal>,
    facts: &Facts,
    report: &mut Report,
) -> Result<(), JournalError> {
    for (projection, collections) in PROJECTIONS {
        checkpoints(documents, &**journal, (projection, collections), report).await?;
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
            let looked =
                doubt::look_again(documents, journal, (projection, collections), (facts, &doubts)).await?;
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
                Some(expected) if expected.digest == digest(&body) => {}
                Some(expected) => doubts.push((collection, id, Some(expected.entity.clone()))),
                None => doubts.push((collection, id.clone(), doubt::entity_of(collection, &id))),
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
