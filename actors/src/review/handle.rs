//! The way to reviews.

use std::sync::Arc;

use amazoff_supervisor::documents::Documents;
use amazoff_supervisor::{Answer, AskError, Committed, Directory, Envelope, ReadError, Sealed, Vault};

use super::{
    Change, Command, Edit, Reason, Receipt, Rejection, Review, ReviewView, Status, Submission, Text,
};
use crate::asking::{fingerprinted, not_opened, not_read, not_sealed};
use crate::ids::{ProductId, ReviewId, UserId};
use crate::rating::Stars;

/// All reviews. Cheap to clone.
#[derive(Clone)]
pub struct Reviews {
    directory: Directory<Review>,
    pub(super) documents: Arc<dyn Documents>,
    vault: Vault,
}

/// What a moderator decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Everybody may see the version that was read.
    Approve {
        /// Which version.
        revision: u32,
    },
    /// Nobody may see the version that was read.
    Reject {
        /// Which version.
        revision: u32,
        /// Why.
        reason: Reason,
    },
    /// Nobody may see it any more.
    Remove {
        /// Why.
        reason: Reason,
    },
    /// There is nothing wrong with it.
    Restore,
}

type Refused = AskError<Rejection>;

impl Reviews {
    /// Reviews over their directory, listed in `documents`, sealed by the vault.
    pub fn new(directory: Directory<Review>, documents: Arc<dyn Documents>, vault: Vault) -> Self {
        Self { directory, documents, vault }
    }

    /// Hands a review in. A person has one of a product (REV-1).
    ///
    /// # Errors
    /// `review-exists`, `review-removed`, `review-invalid`, `review-too-many-revisions`.
    pub async fn submit(
        &self,
        product: ProductId,
        author: UserId,
        (stars, text): (Stars, Text),
        envelope: Envelope,
    ) -> Result<Answer<ReviewView>, Refused> {
        let text = text.checked().map_err(refused)?;
        let id = ReviewId::of(author, product);
        let envelope = self.named(envelope, &(stars, &text));
        let sealed = self.sealed(author, &text).await?;
        let new = Submission { product, author, stars, text: sealed };
        let answer = self.execute(id, Command::Submit(new), envelope).await?;
        Ok(answered(answer, (id, product, author), text))
    }

    /// Changes one's own review; a moderator reads it again.
    ///
    /// # Errors
    /// `review-not-found`, `review-removed`, `review-invalid`, `review-changed`, `review-too-many-revisions`.
    pub async fn edit(
        &self,
        id: ReviewId,
        author: UserId,
        change: Change,
        envelope: Envelope,
    ) -> Result<Answer<ReviewView>, Refused> {
        let review = self.own(id, author).await?;
        let (product, _) = review.state.about.ok_or_else(missing)?;
        let newest = review.state.newest().ok_or_else(missing)?;
        let old = self.vault.open(&newest.text).await.map_err(not_sealed)?.ok_or_else(missing)?;
        let changed = change.of(&old).map_err(refused)?;
        let envelope = self.named(envelope, &change);
        let text = match &changed {
            Some(text) => Some(self.sealed(author, text).await?),
            None => None,
        };
        let edit = Edit { revision: newest.number, stars: change.stars, text };
        let answer = self.execute(id, Command::Edit(edit), envelope).await?;
        Ok(answered(answer, (id, product, author), changed.unwrap_or(old)))
    }

    /// Takes one's own review back.
    ///
    /// # Errors
    /// `review-not-found`, `review-removed`.
    pub async fn withdraw(
        &self,
        id: ReviewId,
        author: UserId,
        envelope: Envelope,
    ) -> Result<Answer<Receipt>, Refused> {
        self.own(id, author).await?;
        self.execute(id, Command::Withdraw, envelope).await
    }

    /// Finds another's review helpful, once (REV-5).
    ///
    /// # Errors
    /// `review-not-found`, `review-own`, `review-too-many-votes`.
    pub async fn vote(
        &self,
        id: ReviewId,
        by: UserId,
        envelope: Envelope,
    ) -> Result<Answer<Receipt>, Refused> {
        self.execute(id, Command::Vote { by }, envelope).await
    }

    /// Finds it helpful no longer.
    ///
    /// # Errors
    /// `review-not-found`, `review-own`.
    pub async fn take_vote_back(
        &self,
        id: ReviewId,
        by: UserId,
        envelope: Envelope,
    ) -> Result<Answer<Receipt>, Refused> {
        self.execute(id, Command::TakeVoteBack { by }, envelope).await
    }

    /// Complains about another's review, once (REV-5).
    ///
    /// # Errors
    /// `review-not-found`, `review-own`.
    pub async fn flag(
        &self,
        id: ReviewId,
        by: UserId,
        reason: Reason,
        envelope: Envelope,
    ) -> Result<Answer<Receipt>, Refused> {
        self.execute(id, Command::Flag { by, reason }, envelope).await
    }

    /// Decides about a review. For moderators.
    ///
    /// # Errors
    /// `review-not-found`, `review-changed`, `review-not-open`.
    pub async fn judge(
        &self,
        id: ReviewId,
        judgement: Judgement,
        by: UserId,
        envelope: Envelope,
    ) -> Result<Answer<Receipt>, Refused> {
        let command = match judgement {
            Judgement::Approve { revision } => Command::Approve { revision, by },
            Judgement::Reject { revision, reason } => Command::Reject { revision, reason, by },
            Judgement::Remove { reason } => Command::Remove { reason, by },
            Judgement::Restore => Command::Restore { by },
        };
        self.execute(id, command, envelope).await
    }

    /// A review as last committed, opened, for its author or a moderator; `None` when there is none.
    ///
    /// # Errors
    /// When journal or keys cannot be read.
    pub async fn get(&self, id: ReviewId) -> Result<Option<ReviewView>, ReadError> {
        let Some(review) = self.directory.read(id.uuid()).await? else { return Ok(None) };
        let review = &review.state;
        if review.status == Status::Withdrawn {
            return Ok(None);
        }
        let (Some((product, author)), Some(newest)) = (review.about, review.newest()) else {
            return Ok(None);
        };
        Ok(Some(ReviewView {
            id,
            product,
            author,
            receipt: review.receipt(),
            text: self.opened(id, &newest.text).await?,
            refused: review.refused,
            flags: review.flags.values().copied().collect(),
            shown: review.shown.is_some(),
        }))
    }

    /// What is said, to be read by whoever may.
    pub(super) async fn opened(&self, id: ReviewId, text: &Sealed<Text>) -> Result<Option<Text>, ReadError> {
        self.vault.open(text).await.map_err(|error| not_opened(id.uuid(), error))
    }

    /// Another's review is as absent as one that does not exist.
    async fn own(&self, id: ReviewId, author: UserId) -> Result<Arc<Committed<Review>>, Refused> {
        let review = self.directory.read(id.uuid()).await.map_err(not_read)?;
        let is_own = |review: &Arc<Committed<Review>>| {
            review.state.about.is_some_and(|(_, by)| by == author) && review.state.newest().is_some()
        };
        review.filter(is_own).ok_or_else(missing)
    }

    /// Nonces differ at every repeat, so the command itself does not tell whether it is one.
    fn named(&self, envelope: Envelope, asked: &impl serde::Serialize) -> Envelope {
        let asked = serde_json::to_string(asked).unwrap_or_default();
        fingerprinted(envelope, &self.vault.blind("review", &asked))
    }

    async fn sealed(&self, author: UserId, text: &Text) -> Result<Sealed<Text>, Refused> {
        self.vault.seal(author.uuid(), text).await.map_err(not_sealed)
    }

    async fn execute(
        &self,
        id: ReviewId,
        command: Command,
        envelope: Envelope,
    ) -> Result<Answer<Receipt>, Refused> {
        self.directory.execute(id.uuid(), command, envelope).await
    }
}

/// What the author sees of an answer; a repeat sees what was answered first.
fn answered(
    answer: Answer<Receipt>,
    (id, product, author): (ReviewId, ProductId, UserId),
    text: Text,
) -> Answer<ReviewView> {
    let Answer { reply: receipt, replayed, version, position } = answer;
    let reply = ReviewView {
        id,
        product,
        author,
        receipt,
        text: Some(text),
        refused: None,
        flags: Vec::new(),
        shown: false,
    };
    Answer { reply, replayed, version, position }
}

fn refused(refusal: Rejection) -> Refused {
    AskError::Refused { refusal, replayed: false }
}

fn missing() -> Refused {
    refused(Rejection::NotFound)
}
