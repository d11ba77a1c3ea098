//! `/v1/products/{product}/recommendations`, `/v1/carts/{cart_id}/recommendations`: what goes well with something.

use amazoff_actors::ids::ProductId;
use amazoff_actors::recommendation::Source;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use crate::cache::Shown;
use crate::conditional::{Sharing, tagged};
use crate::identity::CartAccess;
use crate::openapi::{CartRecommendationProblems, ProductRecommendationProblems};
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::routes::ops::Asked;
use crate::views::recommendations::RecommendationList;

/// Recommendations, at most and where no number is asked for.
const LIMIT_MAX: usize = 20;
const LIMIT_DEFAULT: usize = 8;

/// How many.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    limit: Option<usize>,
}

impl Wanted {
    fn limit(&self) -> Result<usize, Problem> {
        match self.limit.unwrap_or(LIMIT_DEFAULT) {
            limit @ 1..=LIMIT_MAX => Ok(limit),
            _ => Err(Problem::query("limit", "There are 1 to 20 recommendations.")),
        }
    }
}

/// What was often bought together with a product, then what sells well in its category, then what sells well. Only what can be
/// had now.
#[utoipa::path(get, path = "/v1/products/{product}/recommendations", tag = "catalogue",
    params(("product" = String, Path, description = "id or slug"),
        ("limit" = Option<u8>, Query, description = "1 to 20; 8 where it is absent", minimum = 1, maximum = 20)),
    responses((status = 200, body = RecommendationList), ProductRecommendationProblems))]
pub(crate) async fn of_product(
    State(platform): State<Platform>,
    Name(name): Name,
    Asked(wanted): Asked<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let limit = wanted.limit()?;
    let products = &platform.shop.products;
    let missing = || Problem::missing("product-not-found");
    let id = match name.parse::<ProductId>() {
        Ok(id) => id,
        Err(_) => products.by_slug(&name).await?.ok_or_else(missing)?.0,
    };
    let mut shown = Shown::default().entity(format!("product-{id}"), products.watch(id));
    products.get(id).await?.filter(|product| product.state.is_for_sale()).ok_or_else(missing)?;
    let candidates = platform.shop.recommendations.candidates(&[id]).await?;
    // What was looked at and left out is shown too, in a way: it may come back.
    let sees = |source| shown = watched(&platform, std::mem::take(&mut shown), source);
    let picked = platform.shop.recommendations.pick(candidates, limit, sees).await?;
    let list = RecommendationList::from_iter(picked);
    Ok(shown.of(tagged(&headers, &list, Sharing::Public)))
}

/// What was often bought together with what is in a cart, then what sells well. Nothing that is in it, and only what can be had
/// now.
#[utoipa::path(get, path = "/v1/carts/{cart_id}/recommendations", tag = "carts",
    params(("cart_id" = String, Path),
        ("limit" = Option<u8>, Query, description = "1 to 20; 8 where it is absent", minimum = 1, maximum = 20)),
    responses((status = 200, body = RecommendationList), CartRecommendationProblems))]
pub(crate) async fn of_cart(
    State(platform): State<Platform>,
    access: CartAccess,
    Asked(wanted): Asked<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let limit = wanted.limit()?;
    let cart = platform.shop.carts.get(access.id).await?.ok_or_else(|| Problem::missing("cart-not-found"))?;
    let in_it: Vec<ProductId> = cart.state.lines.iter().map(|line| line.product).collect();
    let recommendations = &platform.shop.recommendations;
    let candidates = recommendations.candidates(&in_it).await?;
    let picked = recommendations.pick(candidates, limit, |_| {}).await?;
    Ok(tagged(&headers, &RecommendationList::from_iter(picked), Sharing::Private))
}

fn watched(platform: &Platform, shown: Shown, source: Source) -> Shown {
    let shop = &platform.shop;
    match source {
        Source::Product(id) => shown.entity(format!("product-{id}"), shop.products.watch(id)),
        Source::Rating(id) => shown.entity(format!("rating-{id}"), shop.ratings.watch(id)),
        Source::Stock(id) => shown.entity(format!("stock-{id}"), shop.stocks.watch(id)),
    }
}
