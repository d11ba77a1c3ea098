//! Projections that make their documents from the journal alone are run again over its events.

use std::collections::HashMap;
use std::sync::Arc;

use amazoff_actors::held::HeldProjection;
use amazoff_actors::recommendation::BasketProjection;
use amazoff_actors::report::{FunnelProjection, SalesProjection, StockLevelProjection};
use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::{EntityId, Projection};

use super::digest::{Digest, digest};
use crate::facts::{Expected, Facts};

/// Those projections. What they need of an entity's past they read from this journal.
pub(super) fn projections(journal: &Arc<dyn Journal>) -> Vec<Arc<dyn Projection>> {
    vec![
        Arc::new(HeldProjection),
        Arc::new(BasketProjection::new(Arc::clone(journal))),
        Arc::new(SalesProjection::new(Arc::clone(journal))),
        Arc::new(FunnelProjection::new(Arc::clone(journal))),
        Arc::new(StockLevelProjection::new(Arc::clone(journal))),
    ]
}

/// A document as its newest write left it.
#[derive(Default)]
pub(super) struct Written {
    source_seq: u64,
    digest: Option<Digest>,
}

impl Written {
    /// As a store of documents does it: an older or equal write changes nothing.
    pub(super) fn put(&mut self, put: &DocumentPut) {
        if put.source_seq > self.source_seq {
            (self.source_seq, self.digest) = (put.source_seq, put.body.as_ref().map(digest));
        }
    }

    /// A digest of its body; `None` when there is no such document.
    pub(super) fn digest(&self) -> Option<Digest> {
        self.digest
    }
}

/// What the projections write again.
pub(crate) struct Replay {
    projections: Vec<Arc<dyn Projection>>,
    written: HashMap<(&'static str, String), (EntityId, Written)>,
}

impl Replay {
    /// Nothing so far.
    pub(crate) fn of(journal: &Arc<dyn Journal>) -> Self {
        Self { projections: projections(journal), written: HashMap::new() }
    }

    /// Takes in the next event of an entity. What cannot be read is a finding of its own, and leads to no document.
    ///
    /// # Errors
    /// When the journal is away.
    pub(crate) async fn take(&mut self, event: &StoredEvent) -> Result<(), JournalError> {
        let kind = event.entity.kind.as_str();
        for projection in self.projections.iter().filter(|of| of.kinds().contains(&kind)) {
            let puts = match projection.project(event).await {
                Ok(puts) => puts,
                Err(JournalError::Corrupt { .. }) => continue,
                Err(error) => return Err(error),
            };
            for put in puts {
                let known = projection.collections().iter().find(|name| **name == put.collection);
                let Some(collection) = known else { continue };
                let of = (*collection, put.id.clone());
                let (_, written) =
                    self.written.entry(of).or_insert_with(|| (event.entity.clone(), Written::default()));
                written.put(&put);
            }
        }
        Ok(())
    }

    /// Passes on which documents there must be.
    pub(crate) fn tell(self, facts: &mut Facts) {
        let kept = self.written.into_iter().filter_map(|(of, (entity, written))| {
            written.digest.map(|digest| (of, Expected { digest, entity }))
        });
        facts.documents.extend(kept);
    }
}
