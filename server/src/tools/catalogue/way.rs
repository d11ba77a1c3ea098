//! How a product of a file becomes one of the shop: looked at only, or done.

use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::ids::ProductId;
use amazoff_actors::product::{Command, Media, Product, Products, Rejection, SKUS, SLUGS, Status};
use amazoff_actors::stock::Stocks;
use amazoff_fsck::past;
use amazoff_supervisor::documents::Blobs;
use amazoff_supervisor::journal::{Journal, JournalError};
use amazoff_supervisor::{
    AskError, Claim, ClaimChange, Clock as _, CommandId, Context, Entity as _, EntityId, Envelope,
    Fault as _, Principal, SystemClock,
};

use super::ToolError;
use super::lines::Wrong;
use super::record::Record;

/// How long one product may take.
const PRODUCT_TIME: Duration = Duration::from_secs(60);

/// What came of a product of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was drafted.
    New,
    /// It was there, and differed.
    Changed,
    /// It is so already.
    Same,
}

/// Where products are looked up, and how they are written; they are not when nobody does.
pub(super) struct Way {
    pub(super) journal: Arc<dyn Journal>,
    pub(super) blobs: Arc<dyn Blobs>,
    pub(super) doers: Option<(Products, Stocks)>,
}

/// A product as its events make it; one without events is absent.
pub(super) async fn replayed(journal: &dyn Journal, id: ProductId) -> Result<Product, JournalError> {
    let entity = EntityId::new(Product::KIND, id.uuid());
    match past(journal, &entity, None).await? {
        Some(past) if past.version > 0 => serde_json::from_value(past.state)
            .map_err(|error| JournalError::Corrupt { entity: entity.to_string(), reason: error.to_string() }),
        Some(_) | None => Ok(Product::default()),
    }
}

impl Way {
    /// Makes a product what its record says, as a whole or not at all.
    pub(super) async fn take(&self, line: u64, record: Record) -> Result<Result<Outcome, Wrong>, ToolError> {
        let id = match record.id {
            Some(id) => id,
            None => self.named(&record.slug).await?.unwrap_or_else(|| Record::new_id(&record.slug)),
        };
        let now = replayed(&*self.journal, id).await?;
        if let Some(missing) = self.missing(&record.media, &now).await? {
            let detail = format!("the shop has no picture {missing}");
            return Ok(Err(Wrong::new(line, "media", "media-not-found", detail)));
        }
        let command = Command::Put(Box::new(record.sheet(id, &now)));
        let context = Context {
            entity: EntityId::new(Product::KIND, id.uuid()),
            now: SystemClock.now(),
            command_id: CommandId::new(),
            principal: Principal::System,
        };
        let decision = match now.decide(&command, &context) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refused(line, &refusal))),
        };
        if decision.events.is_empty() {
            return Ok(Ok(Outcome::Same));
        }
        if let Some(refusal) = self.taken(id, &decision.claims).await? {
            return Ok(Err(refused(line, &refusal)));
        }
        let outcome = if now.status == Status::Absent { Outcome::New } else { Outcome::Changed };
        let Some((products, stocks)) = &self.doers else { return Ok(Ok(outcome)) };
        let envelope = Envelope::new(context.command_id, Principal::System, PRODUCT_TIME);
        match products.ask(stocks, id, command, envelope).await {
            Ok(_) => Ok(Ok(outcome)),
            Err(AskError::Refused { refusal, .. }) => Ok(Err(refused(line, &refusal))),
            Err(error) => Err(ToolError::Asked(format!("stopped at line {line}: {error}"))),
        }
    }

    /// The product that a slug belongs to.
    async fn named(&self, slug: &str) -> Result<Option<ProductId>, JournalError> {
        let claim = Claim { namespace: SLUGS.to_owned(), key: slug.to_owned() };
        Ok(self.journal.claimed_by(&claim).await?.map(|owner| owner.id.into()))
    }

    /// The refusal for the first key that another product has.
    async fn taken(&self, id: ProductId, claims: &[ClaimChange]) -> Result<Option<Rejection>, JournalError> {
        for claim in claims.iter().filter_map(ClaimChange::taken) {
            if self.journal.claimed_by(claim).await?.is_some_and(|owner| owner.id != id.uuid()) {
                return Ok(Some(Product::claim_taken(claim)));
            }
        }
        Ok(None)
    }

    /// The first new picture whose bytes the shop does not have.
    async fn missing(&self, media: &[Media], now: &Product) -> Result<Option<String>, JournalError> {
        for picture in media {
            let is_known = now.media.iter().any(|known| known.blob == picture.blob);
            if !is_known && self.blobs.get(&picture.blob).await?.is_none() {
                return Ok(Some(picture.blob.clone()));
            }
        }
        Ok(None)
    }
}

/// A refusal of a product as something that is wrong with its line.
fn refused(line: u64, refusal: &Rejection) -> Wrong {
    let facts = refusal.facts();
    let field = match refusal {
        Rejection::SlugTaken => SLUGS,
        Rejection::SkuTaken => SKUS,
        _ => facts["field"].as_str().unwrap_or_default(),
    };
    Wrong::new(line, field, refusal.code(), refusal)
}
