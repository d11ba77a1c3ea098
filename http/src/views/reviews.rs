//! Reviews and ratings as the API shows them, and what people fill in about them.

use amazoff_actors::ids::{ProductId, ReviewId, UserId};
use amazoff_actors::rating::{Stars, Tally};
use amazoff_actors::review::{Change, ListedReview, Reason, ReviewView, Text};
use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::json::Form;
use crate::problem::FieldError;

/// How good a product is, in short.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RatingSummary)]
pub struct RatingSummaryBody {
    /// How many reviews it has.
    pub count: u64,
    /// 1 to 5, rounded to hundredths; null while nobody has reviewed it.
    #[schema(example = 4.33)]
    pub average: Option<f64>,
}

impl From<Tally> for RatingSummaryBody {
    fn from(tally: Tally) -> Self {
        let hundredths = tally.average_hundredths().and_then(|hundredths| u32::try_from(hundredths).ok());
        Self { count: tally.count(), average: hundredths.map(|hundredths| f64::from(hundredths) / 100.0) }
    }
}

/// How good a product is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Rating)]
pub struct RatingBody {
    /// How many, and how good on average.
    #[serde(flatten)]
    pub summary: RatingSummaryBody,
    /// How many reviews give 1, 2, 3, 4 and 5 stars.
    #[schema(min_items = 5, max_items = 5, example = json!([0, 0, 0, 2, 1]))]
    pub histogram: Vec<u32>,
}

impl From<Tally> for RatingBody {
    fn from(tally: Tally) -> Self {
        Self { summary: tally.into(), histogram: tally.histogram().to_vec() }
    }
}

/// A review as everybody sees it. What was written is null when its author was erased.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Review)]
pub struct ReviewBody {
    /// `rev_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: ReviewId,
    /// 1 to 5 stars.
    pub rating: u8,
    /// In one line.
    pub title: Option<String>,
    /// At length.
    pub body: Option<String>,
    /// As whom the author wants to be known.
    pub author_name: Option<String>,
    /// Whether the author bought it here and has it.
    pub verified: bool,
    /// How many found it helpful.
    pub helpful: u32,
    /// Whether it was changed since it was handed in.
    pub edited: bool,
    /// Since when it is seen.
    #[schema(value_type = String, format = DateTime)]
    pub published_at: Timestamp,
}

impl From<ListedReview> for ReviewBody {
    fn from(review: ListedReview) -> Self {
        let (title, body, author_name) = parts(review.text);
        Self {
            id: review.id,
            rating: review.stars.get(),
            title,
            body,
            author_name,
            verified: review.verified,
            helpful: review.helpful,
            edited: review.edited,
            published_at: review.since,
        }
    }
}

fn parts(text: Option<Text>) -> (Option<String>, Option<String>, Option<String>) {
    let Some(Text { title, body, name }) = text else { return (None, None, None) };
    (Some(title), Some(body), name)
}

/// A page of a product's reviews.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReviewList {
    /// What all of its reviews give, whichever are asked for.
    pub rating: RatingBody,
    /// In order.
    pub items: Vec<ReviewBody>,
    /// Give it as `cursor` for the next page; absent at the end.
    pub next_cursor: Option<String>,
}

/// A review as its author sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OwnReview)]
pub struct OwnReviewBody {
    /// `rev_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: ReviewId,
    /// Of what.
    #[schema(value_type = String)]
    pub product_id: ProductId,
    /// `submitted` until a moderator has read it, then `published` or `rejected`; `flagged` when somebody complained, `removed`
    /// when a moderator took it away.
    pub status: String,
    /// Why a moderator refused it: `spam`, `offensive`, `off_topic`, `personal_data`, `fake` or `other`.
    #[schema(value_type = Option<crate::views::words::ReviewReason>)]
    pub refused: Option<Reason>,
    /// 1 to 5 stars.
    pub rating: u8,
    /// In one line.
    pub title: Option<String>,
    /// At length.
    pub body: Option<String>,
    /// As whom the author wants to be known.
    pub author_name: Option<String>,
    /// The number of the version, from 1 on.
    pub revision: u32,
    /// Whether the author bought it here and has it.
    pub verified: bool,
    /// How many found it helpful.
    pub helpful: u32,
    /// When it was handed in first.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When this version was written.
    #[schema(value_type = String, format = DateTime)]
    pub written_at: Timestamp,
}

impl From<ReviewView> for OwnReviewBody {
    fn from(review: ReviewView) -> Self {
        let receipt = review.receipt;
        let (title, body, author_name) = parts(review.text);
        Self {
            id: review.id,
            product_id: review.product,
            status: receipt.status.as_str().to_owned(),
            refused: review.refused,
            rating: receipt.stars.map_or(0, Stars::get),
            title,
            body,
            author_name,
            revision: receipt.revision,
            verified: receipt.verified,
            helpful: receipt.helpful,
            created_at: receipt.created_at,
            written_at: receipt.written_at,
        }
    }
}

/// A page of one's own reviews.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnReviewList {
    /// The newest first.
    pub items: Vec<OwnReviewBody>,
    /// Give it as `cursor` for the next page; absent at the end.
    pub next_cursor: Option<String>,
}

/// A review as moderators see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ModeratedReview)]
pub struct ModeratedReviewBody {
    /// As its author sees it.
    #[serde(flatten)]
    pub review: OwnReviewBody,
    /// By whom.
    #[schema(value_type = String)]
    pub author_id: UserId,
    /// Complaints that no moderator has looked at.
    #[schema(value_type = Vec<crate::views::words::ReviewReason>)]
    pub flags: Vec<Reason>,
    /// Whether everybody sees it, perhaps in an earlier version that is about to go.
    pub shown: bool,
}

impl From<ReviewView> for ModeratedReviewBody {
    fn from(review: ReviewView) -> Self {
        let (author_id, flags, shown) = (review.author, review.flags.clone(), review.shown);
        Self { review: review.into(), author_id, flags, shown }
    }
}

/// A page of reviews for moderators.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ModeratedReviewList {
    /// What has waited longest first.
    pub items: Vec<ModeratedReviewBody>,
    /// Give it as `cursor` for the next page; absent at the end.
    pub next_cursor: Option<String>,
}

/// How many found a review helpful.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Votes)]
pub struct VotesBody {
    /// How many, the asker included.
    pub helpful: u32,
}

/// A new review.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReview {
    /// 1 to 5 stars.
    #[schema(minimum = 1, maximum = 5)]
    pub rating: u8,
    /// 1 to 120 characters, in one line.
    #[schema(max_length = 120, format = "text")]
    pub title: String,
    /// 1 to 5,000 characters.
    #[schema(max_length = 5_000, format = "lines")]
    pub body: String,
    /// As whom you want to be known, up to 50 characters; nobody when absent.
    #[serde(default)]
    #[schema(max_length = 50, format = "text")]
    pub author_name: Option<String>,
}

impl NewReview {
    /// What it gives and says; `None` when it gives no stars, which [`Form::check`] has refused.
    pub fn said(self) -> Option<(Stars, Text)> {
        let Self { rating, title, body, author_name: name } = self;
        Some((Stars::try_from(rating).ok()?, Text { title, body, name }))
    }
}

impl Form for NewReview {
    fn check(&self) -> Vec<FieldError> {
        stars(Some(self.rating))
    }
}

/// A change of a review; what is absent stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewChange {
    /// 1 to 5 stars.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 5)]
    pub rating: Option<u8>,
    /// 1 to 120 characters, in one line.
    #[serde(default)]
    #[schema(max_length = 120, format = "text")]
    pub title: Option<String>,
    /// 1 to 5,000 characters.
    #[serde(default)]
    #[schema(max_length = 5_000, format = "lines")]
    pub body: Option<String>,
    /// As whom you want to be known, up to 50 characters; null is nobody.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 50, format = "text")]
    pub author_name: Option<Option<String>>,
}

/// Tells null from absent.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

impl From<ReviewChange> for Change {
    fn from(ReviewChange { rating, title, body, author_name: name }: ReviewChange) -> Self {
        Self { stars: rating.and_then(|rating| Stars::try_from(rating).ok()), title, body, name }
    }
}

impl Form for ReviewChange {
    fn check(&self) -> Vec<FieldError> {
        stars(self.rating)
    }
}

fn stars(rating: Option<u8>) -> Vec<FieldError> {
    let odd = rating.is_some_and(|rating| Stars::try_from(rating).is_err());
    let error = || FieldError::new("/rating", "invalid-value", "1 to 5 stars.");
    if odd { vec![error()] } else { Vec::new() }
}

/// Why something is wrong with a review.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonForm {
    /// `spam`, `offensive`, `off_topic`, `personal_data`, `fake` or `other`.
    #[schema(value_type = crate::views::words::ReviewReason)]
    pub reason: Reason,
}

impl Form for ReasonForm {}

/// The version that was read and may be seen.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveForm {
    /// Its number.
    pub revision: u32,
}

impl Form for ApproveForm {}

/// The version that was read and may not be seen.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectForm {
    /// Its number.
    pub revision: u32,
    /// `spam`, `offensive`, `off_topic`, `personal_data`, `fake` or `other`.
    #[schema(value_type = crate::views::words::ReviewReason)]
    pub reason: Reason,
}

impl Form for RejectForm {}
