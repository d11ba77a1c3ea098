//! The way to ratings.

use amazoff_supervisor::{Answer, AskError, Directory, Envelope, ReadError, Version};
use tokio::sync::watch;

use super::{Command, Delta, Rating, Rejection, Tally};
use crate::ids::ProductId;

/// All ratings. Cheap to clone.
#[derive(Clone)]
pub struct Ratings {
    directory: Directory<Rating>,
}

impl Ratings {
    /// Ratings over their directory.
    pub fn new(directory: Directory<Rating>) -> Self {
        Self { directory }
    }

    /// What the reviews of a product give, as last committed; nothing when it has none.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn get(&self, product: ProductId) -> Result<Tally, ReadError> {
        let rating = self.directory.read(product.uuid()).await?;
        Ok(rating.map(|rating| rating.state.tally).unwrap_or_default())
    }

    /// Counts a change of a review. For reviews, as an effect of theirs (RATING-3).
    ///
    /// # Errors
    /// `rating-not-counted`.
    pub async fn count(
        &self,
        product: ProductId,
        delta: Delta,
        envelope: Envelope,
    ) -> Result<Answer<Tally>, AskError<Rejection>> {
        self.directory.execute(product.uuid(), Command::Count(delta), envelope).await
    }

    /// Tells of each commit of a rating from now on: subscribe first, then read.
    pub fn watch(&self, product: ProductId) -> watch::Receiver<Version> {
        self.directory.watch(product.uuid())
    }
}
