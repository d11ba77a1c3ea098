//! `/v1/products/{product}/reviews`, `/v1/reviews`, `/v1/me/reviews`: what people say of products.

use amazoff_actors::ids::{ProductId, ReviewId, UserId};
use amazoff_actors::rating::Stars;
use amazoff_actors::review::{Change, Listing, Sorting};
use amazoff_supervisor::Envelope;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::catalogue::limit;
use super::orders::Paging;
use crate::conditional::{Sharing, tagged};
use crate::idempotency::{Asker, RequestKey, Submission};
use crate::identity::Shopper;
use crate::openapi::{
    ListProblems, NewReviewProblems, ReviewChangeProblems, ReviewListProblems, ReviewProblems, VoiceProblems,
};
use crate::path::{Id, Name};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::desk::Nothing;
use crate::views::reviews::{
    NewReview, OwnReviewBody, OwnReviewList, ReasonForm, ReviewBody, ReviewChange, ReviewList, VotesBody,
};

/// Which reviews of a product.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    rating: Option<u8>,
    #[serde(default)]
    sort: Sorting,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// Lists what people say of a product, and how many give how many stars.
#[utoipa::path(get, path = "/v1/products/{product}/reviews", tag = "reviews",
    params(("product" = String, Path, description = "id or slug"),
        ("rating" = Option<u8>, Query, description = "only those that give so many stars", minimum = 1, maximum = 5),
        ("sort" = Option<String>, Query, description = "newest or helpful; the newest first where it is absent"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100", minimum = 1, maximum = 100)),
    responses((status = 200, body = ReviewList), ReviewListProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    Name(name): Name,
    wanted: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let product = for_sale(&platform, &name).await?;
    let Query(wanted) =
        wanted.map_err(|_rejected| Problem::query("", "A parameter is unknown or has the wrong form."))?;
    let stars = wanted.rating.map(Stars::try_from).transpose();
    let stars = stars.map_err(|_none| Problem::query("rating", "A rating is 1 to 5 stars."))?;
    let Wanted { sort, cursor, limit: most, .. } = wanted;
    let scope = format!("reviews {product} {sort:?} {stars:?}");
    let after = cursor.as_deref().map(|cursor| platform.auth.position(&scope, cursor)).transpose()?;
    let listing = Listing { product, stars, sort, after, limit: limit(most)? };
    // The list first: the rating then includes all that it shows.
    let page = platform.shop.reviews.listed(listing).await?;
    let rating = platform.shop.ratings.get(product).await?.into();
    let next_cursor = page.next.map(|next| platform.auth.cursor(&scope, &next)).transpose()?;
    let items = page.items.into_iter().map(ReviewBody::from).collect();
    Ok(tagged(&headers, &ReviewList { rating, items, next_cursor }, Sharing::Public))
}

/// The product for sale that has an id or slug.
async fn for_sale(platform: &Platform, name: &str) -> Result<ProductId, Problem> {
    let products = &platform.shop.products;
    let missing = || Problem::missing("product-not-found");
    let Ok(id) = name.parse::<ProductId>() else {
        return products.by_slug(name).await?.map(|(id, _)| id).ok_or_else(missing);
    };
    let product = products.get(id).await?.filter(|product| product.state.is_for_sale());
    product.map(|_| id).ok_or_else(missing)
}

/// Reviews a product, once. A moderator reads it before others do. It is marked as verified while an order of yours that brought
/// the product stands.
#[utoipa::path(post, path = "/v1/products/{product}/reviews", tag = "reviews", request_body = NewReview,
    params(("product" = String, Path, description = "id or slug")),
    responses((status = 201, body = OwnReviewBody), NewReviewProblems))]
pub(crate) async fn submit(
    State(platform): State<Platform>,
    shopper: Shopper,
    Name(name): Name,
    Submission { form, key }: Submission<NewReview>,
) -> Result<Reply<OwnReviewBody>, Problem> {
    let (author, envelope) = asked(&platform, &shopper, &key)?;
    let product = for_sale(&platform, &name).await?;
    let said = form.said().ok_or_else(|| Problem::bug("a rating that was not checked"))?;
    let answer = platform.shop.reviews.submit(product, author, said, envelope).await;
    let answer = answer.map_err(|error| field(Problem::asked(error)))?;
    let place = format!("/v1/reviews/{}", answer.reply.id);
    Ok(Reply::created(answer.reply.into(), place, answer.replayed))
}

/// Changes one's own review. A moderator reads it again; until then nobody sees it.
#[utoipa::path(patch, path = "/v1/reviews/{review_id}", tag = "reviews", request_body = ReviewChange,
    params(("review_id" = String, Path)),
    responses((status = 200, body = OwnReviewBody), ReviewChangeProblems))]
pub(crate) async fn edit(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<ReviewId>,
    Submission { form, key }: Submission<ReviewChange>,
) -> Result<Reply<OwnReviewBody>, Problem> {
    let (author, envelope) = asked(&platform, &shopper, &key)?;
    let answer = platform.shop.reviews.edit(id, author, Change::from(form), envelope).await;
    Ok(Reply::answered(answer.map_err(|error| field(Problem::asked(error)))?))
}

/// Takes one's own review back.
#[utoipa::path(delete, path = "/v1/reviews/{review_id}", tag = "reviews", params(("review_id" = String, Path)),
    responses((status = 204), ReviewProblems))]
pub(crate) async fn withdraw(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<ReviewId>,
    key: RequestKey,
) -> Result<StatusCode, Problem> {
    let (author, envelope) = asked(&platform, &shopper, &key)?;
    platform.shop.reviews.withdraw(id, author, envelope).await.map_err(Problem::asked)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Finds another's review helpful; once counts, however often it is said.
#[utoipa::path(post, path = "/v1/reviews/{review_id}/votes", tag = "reviews", request_body = Nothing,
    params(("review_id" = String, Path)), responses((status = 200, body = VotesBody), VoiceProblems))]
pub(crate) async fn vote(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<ReviewId>,
    Submission { form: Nothing {}, key }: Submission<Nothing>,
) -> Result<Reply<VotesBody>, Problem> {
    let (by, envelope) = asked(&platform, &shopper, &key)?;
    let answer = platform.shop.reviews.vote(id, by, envelope).await.map_err(Problem::asked)?;
    Ok(Reply::done(VotesBody { helpful: answer.reply.helpful }, answer.replayed))
}

/// Finds it helpful no longer.
#[utoipa::path(delete, path = "/v1/reviews/{review_id}/votes", tag = "reviews", params(("review_id" = String, Path)),
    responses((status = 204), VoiceProblems))]
pub(crate) async fn take_vote_back(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<ReviewId>,
    key: RequestKey,
) -> Result<StatusCode, Problem> {
    let (by, envelope) = asked(&platform, &shopper, &key)?;
    platform.shop.reviews.take_vote_back(id, by, envelope).await.map_err(Problem::asked)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Complains about another's review; a moderator will look at it. Once is heard, however often it is said.
#[utoipa::path(post, path = "/v1/reviews/{review_id}/flags", tag = "reviews", request_body = ReasonForm,
    params(("review_id" = String, Path)), responses((status = 204), VoiceProblems))]
pub(crate) async fn flag(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(id): Id<ReviewId>,
    Submission { form, key }: Submission<ReasonForm>,
) -> Result<StatusCode, Problem> {
    let (by, envelope) = asked(&platform, &shopper, &key)?;
    platform.shop.reviews.flag(id, by, form.reason, envelope).await.map_err(Problem::asked)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists one's own reviews, the newest first.
#[utoipa::path(get, path = "/v1/me/reviews", tag = "reviews",
    params(("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100")),
    responses((status = 200, body = OwnReviewList), ListProblems))]
pub(crate) async fn own(
    State(platform): State<Platform>,
    shopper: Shopper,
    paging: Result<Query<Paging>, QueryRejection>,
) -> Result<Json<OwnReviewList>, Problem> {
    let author = shopper.logged_in()?.user();
    let Query(paging) =
        paging.map_err(|_rejected| Problem::query("", "A parameter is unknown or has the wrong form."))?;
    let scope = format!("reviews of {author}");
    let after = paging.cursor.as_deref().map(|cursor| platform.auth.position(&scope, cursor)).transpose()?;
    let page = platform.shop.reviews.of_author(author, after, limit(paging.limit)?).await?;
    let next_cursor = page.next.map(|next| platform.auth.cursor(&scope, &next)).transpose()?;
    Ok(Json(OwnReviewList { items: page.items.into_iter().map(OwnReviewBody::from).collect(), next_cursor }))
}

/// Who asks, and under which name.
fn asked(platform: &Platform, shopper: &Shopper, key: &RequestKey) -> Result<(UserId, Envelope), Problem> {
    let user = shopper.logged_in()?.user();
    Ok((user, key.envelope(&Asker::of(shopper), platform.settings.ask_limit())))
}

/// Names the field that a refused text is about.
fn field(problem: Problem) -> Problem {
    match problem.facts()["field"].as_str() {
        Some("title") => problem.at("/title"),
        Some("body") => problem.at("/body"),
        Some("name") => problem.at("/author_name"),
        Some(_) | None => problem,
    }
}
