//! `/admin/v1/reviews`: what moderators read and decide.

use amazoff_actors::ids::ReviewId;
use amazoff_actors::review::{Judgement, Status};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

use crate::idempotency::{Asker, RequestKey, Submission};
use crate::identity::Shopper;
use crate::openapi::{JudgementProblems, ListProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::routes::catalogue::limit;
use crate::views::desk::Nothing;
use crate::views::reviews::{ApproveForm, ModeratedReviewBody, ModeratedReviewList, ReasonForm, RejectForm};

/// Which queue, and which page of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Queue {
    status: Option<Status>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// Lists reviews by status, what has waited longest first. For support and admins.
#[utoipa::path(get, path = "/admin/v1/reviews", tag = "admin",
    params(("status" = Option<String>, Query, description = "submitted, published, flagged, rejected or removed; submitted where it is absent"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100")),
    responses((status = 200, body = ModeratedReviewList), ListProblems))]
pub(crate) async fn queue(
    State(platform): State<Platform>,
    queue: Result<Query<Queue>, QueryRejection>,
) -> Result<Json<ModeratedReviewList>, Problem> {
    let Query(Queue { status, cursor, limit: most }) =
        queue.map_err(|_rejected| Problem::query("", "A parameter is unknown or has the wrong form."))?;
    let status = status.unwrap_or(Status::Submitted);
    if matches!(status, Status::Absent | Status::Withdrawn) {
        return Err(Problem::query("status", "Nobody moderates what is not there."));
    }
    let scope = format!("moderation {}", status.as_str());
    let after = cursor.as_deref().map(|cursor| platform.auth.position(&scope, cursor)).transpose()?;
    let page = platform.shop.reviews.queue(status, after, limit(most)?).await?;
    let next_cursor = page.next.map(|next| platform.auth.cursor(&scope, &next)).transpose()?;
    let items = page.items.into_iter().map(ModeratedReviewBody::from).collect();
    Ok(Json(ModeratedReviewList { items, next_cursor }))
}

/// Lets everybody see the version that was read. For support and admins.
#[utoipa::path(post, path = "/admin/v1/reviews/{review_id}/approve", tag = "admin", request_body = ApproveForm,
    params(("review_id" = String, Path)),
    responses((status = 200, body = ModeratedReviewBody), JudgementProblems))]
pub(crate) async fn approve(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<ReviewId>,
    Submission { form, key }: Submission<ApproveForm>,
) -> Result<Reply<ModeratedReviewBody>, Problem> {
    let judgement = Judgement::Approve { revision: form.revision };
    judged(&platform, &shopper, (id, judgement), &key).await
}

/// Does not let the version that was read be seen; its author may change it. For support and admins.
#[utoipa::path(post, path = "/admin/v1/reviews/{review_id}/reject", tag = "admin", request_body = RejectForm,
    params(("review_id" = String, Path)),
    responses((status = 200, body = ModeratedReviewBody), JudgementProblems))]
pub(crate) async fn reject(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<ReviewId>,
    Submission { form, key }: Submission<RejectForm>,
) -> Result<Reply<ModeratedReviewBody>, Problem> {
    let judgement = Judgement::Reject { revision: form.revision, reason: form.reason };
    judged(&platform, &shopper, (id, judgement), &key).await
}

/// Takes a review away that was seen; its author cannot bring it back. For support and admins.
#[utoipa::path(post, path = "/admin/v1/reviews/{review_id}/remove", tag = "admin", request_body = ReasonForm,
    params(("review_id" = String, Path)),
    responses((status = 200, body = ModeratedReviewBody), JudgementProblems))]
pub(crate) async fn remove(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<ReviewId>,
    Submission { form, key }: Submission<ReasonForm>,
) -> Result<Reply<ModeratedReviewBody>, Problem> {
    judged(&platform, &shopper, (id, Judgement::Remove { reason: form.reason }), &key).await
}

/// Finds nothing wrong with a review that people complained about, or brings back what was removed. For support and admins.
#[utoipa::path(post, path = "/admin/v1/reviews/{review_id}/restore", tag = "admin", request_body = Nothing,
    params(("review_id" = String, Path)),
    responses((status = 200, body = ModeratedReviewBody), JudgementProblems))]
pub(crate) async fn restore(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<ReviewId>,
    Submission { form: Nothing {}, key }: Submission<Nothing>,
) -> Result<Reply<ModeratedReviewBody>, Problem> {
    judged(&platform, &shopper, (id, Judgement::Restore), &key).await
}

/// The review after a moderator's decision.
async fn judged(
    platform: &Platform,
    shopper: &Shopper,
    (id, judgement): (ReviewId, Judgement),
    key: &RequestKey,
) -> Result<Reply<ModeratedReviewBody>, Problem> {
    let by = shopper.logged_in()?.user();
    let envelope = key.envelope(&Asker::of(shopper), platform.settings.ask_limit());
    let reviews = &platform.shop.reviews;
    let answer = reviews.judge(id, judgement, by, envelope).await.map_err(Problem::asked)?;
    let review = reviews.get(id).await?.ok_or_else(|| Problem::missing("review-not-found"))?;
    Ok(Reply::done(review.into(), answer.replayed))
}
