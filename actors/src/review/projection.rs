//! Reviews as documents: for the list of a product, for their authors, and for moderators.

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{JournalError, StoredEvent};
use amazoff_supervisor::{Directory, Entity, Projection, Version};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::{Reason, Review, Revision, Status};
use crate::ids::{ProductId, ReviewId, UserId};
use crate::projecting::{latest, put};

/// The collection of reviews, by id text.
pub const REVIEWS: &str = "reviews";

/// A review as it is listed. What a list is chosen by is absent where the review is not in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Document {
    pub(super) id: ReviewId,
    pub(super) about: ProductId,
    pub(super) by: UserId,
    /// The product in whose list it is.
    pub(super) product: Option<ProductId>,
    /// The stars that it gives there.
    pub(super) stars: Option<u8>,
    /// The author in whose list it is.
    pub(super) author: Option<UserId>,
    /// The list of moderators in which it is.
    pub(super) status: Status,
    /// Milliseconds since 1970, as all times here.
    pub(super) since: i64,
    pub(super) created_at: i64,
    pub(super) shown_since: i64,
    pub(super) helpful: u32,
    pub(super) verified: bool,
    pub(super) shown: Option<Revision>,
    pub(super) newest: Revision,
    pub(super) refused: Option<Reason>,
    pub(super) flags: Vec<Reason>,
}

impl Document {
    /// `None` while there is nothing to list.
    fn of(id: ReviewId, review: &Review) -> Option<Self> {
        let (about, by) = review.about?;
        let newest = review.newest()?.clone();
        let shown = review.shown.as_ref();
        let withdrawn = review.status == Status::Withdrawn;
        if withdrawn && shown.is_none() {
            return None;
        }
        Some(Self {
            id,
            about,
            by,
            product: shown.map(|_| about),
            stars: shown.map(|shown| shown.revision.stars.get()),
            author: (!withdrawn).then_some(by),
            status: review.status,
            since: review.since.unix_ms(),
            created_at: review.created_at.unix_ms(),
            shown_since: shown.map(|shown| shown.since.unix_ms()).unwrap_or_default(),
            helpful: review.helpful(),
            verified: review.is_verified(),
            shown: shown.map(|shown| shown.revision.clone()),
            newest,
            refused: review.refused,
            flags: review.flags.values().copied().collect(),
        })
    }
}

/// Keeps the collection [`REVIEWS`]: whatever happened to a review, its published state is written.
pub struct ReviewProjection {
    directory: Directory<Review>,
}

impl ReviewProjection {
    /// Its name.
    pub const NAME: &'static str = "reviews";

    /// A projection of the reviews of a directory.
    pub fn new(directory: Directory<Review>) -> Self {
        Self { directory }
    }

    /// The documents of a review at a version.
    ///
    /// # Errors
    /// When one cannot be written as JSON.
    pub fn documents(
        id: ReviewId,
        review: &Review,
        version: Version,
    ) -> Result<Vec<DocumentPut>, JournalError> {
        Ok(vec![put((REVIEWS, id.to_string()), version, Document::of(id, review).as_ref())?])
    }
}

impl Projection for ReviewProjection {
    fn name(&self) -> &'static str {
        Self::NAME
    }
    fn kinds(&self) -> &'static [&'static str] {
        &[Review::KIND]
    }
    fn collections(&self) -> &'static [&'static str] {
        &[REVIEWS]
    }
    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        Box::pin(async {
            let review = latest(&self.directory, event).await?;
            Self::documents(ReviewId::from(event.entity.id), &review.state, review.version)
        })
    }
}
