//! `/v1/products`, `/v1/categories`: what there is to buy.

use amazoff_actors::ids::ProductId;
use amazoff_actors::product::{Product, SEARCH};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use futures::future::try_join_all;
use serde::Deserialize;

use super::catalogue_query::{Search, short};
use crate::cache::Shown;
use crate::conditional::{Sharing, tagged};
use crate::cursor::{LIMIT_DEFAULT, LIMIT_MAX};
use crate::openapi::{ListProblems, ProductProblems};
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::views::catalogue::{
    CardBody, CategoryBody, CategoryList, FacetBody, ProductBody, ProductList, SuggestionBody, SuggestionList,
};

/// Suggestions, at most and where no number is asked for.
const SUGGESTIONS_MAX: usize = 20;
const SUGGESTIONS_DEFAULT: usize = 8;

/// Lists products for sale: all, or what has all words of `q`, is of a category, has one of the values that are wished for of
/// each attribute, and costs so much.
#[utoipa::path(get, path = "/v1/products", tag = "catalogue",
    params(("q" = Option<String>, Query, description = "words that must all occur; the last may be the beginning of one", max_length = 200),
        ("category" = Option<String>, Query, description = "slug of a category", max_length = 200),
        ("facet.brand" = Option<Vec<String>>, Query, description = "brands, one of which it must be; `facet.` and the name of an option, such as `facet.colour`, likewise"),
        ("price.min" = Option<i64>, Query, description = "the least price, in minor units of the shop's currency", minimum = 0),
        ("price.max" = Option<i64>, Query, description = "the highest price, in minor units of the shop's currency", minimum = 0),
        ("sort" = Option<String>, Query, description = "relevance, newest, price-asc, price-desc or name; by relevance where there are words, else the newest first"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100", minimum = 1, maximum = 100),
        ("facets" = Option<bool>, Query, description = "whether to count the values of all attributes")),
    responses((status = 200, body = ProductList), ListProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    pairs: Result<Query<Vec<(String, String)>>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(pairs) = pairs.map_err(|_rejected| Problem::query("", "The query cannot be read."))?;
    let search = Search::read(pairs)?;
    let scope = search.scope();
    let query = search.query(&platform)?;
    let shown = searched(&platform);
    let page = platform.shop.products.list(&query).await?;
    let next_cursor = page.next.map(|next| platform.auth.cursor(&scope, &next)).transpose()?;
    let items = page.items.into_iter().map(CardBody::from).collect();
    let facets = query.counts.then(|| page.facets.into_iter().map(FacetBody::from).collect());
    let list = ProductList { items, next_cursor, total: page.total, facets };
    Ok(shown.of(tagged(&headers, &list, Sharing::Public)))
}

/// What is being typed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    q: String,
    limit: Option<usize>,
}

/// Suggests what a text that is being typed may become: categories and brands first, then products.
#[utoipa::path(get, path = "/v1/search/suggestions", tag = "catalogue",
    params(("q" = String, Query, description = "what was typed so far", max_length = 200),
        ("limit" = Option<u8>, Query, description = "1 to 20; 8 where it is absent", minimum = 1, maximum = 20)),
    responses((status = 200, body = SuggestionList), ListProblems))]
pub(crate) async fn suggest(
    State(platform): State<Platform>,
    typed: Result<Query<Typed>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(Typed { q, limit }) = typed
        .map_err(|_rejected| Problem::query("", "A parameter is unknown, absent or has the wrong form."))?;
    let q = short("q", q)?;
    let limit = limit.unwrap_or(SUGGESTIONS_DEFAULT);
    if !(1..=SUGGESTIONS_MAX).contains(&limit) {
        return Err(Problem::query("limit", "There are 1 to 20 suggestions."));
    }
    let shown = searched(&platform);
    let found = platform.shop.products.suggest(&q, limit).await?;
    let items = found.into_iter().map(SuggestionBody::from).collect();
    Ok(shown.of(tagged(&headers, &SuggestionList { items }, Sharing::Public)))
}

/// A page size within bounds.
pub(in crate::routes) fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(LIMIT_DEFAULT) {
        limit @ 1..=LIMIT_MAX => Ok(limit),
        _ => Err(Problem::query("limit", "A page has 1 to 100 items.")),
    }
}

/// Shows a product for sale, by id or slug, also one that it had in earlier days.
#[utoipa::path(get, path = "/v1/products/{product}", tag = "catalogue",
    params(("product" = String, Path, description = "id or slug")),
    responses((status = 200, body = ProductBody), ProductProblems))]
pub(crate) async fn get_one(
    State(platform): State<Platform>,
    Name(name): Name,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let products = &platform.shop.products;
    let missing = || Problem::missing("product-not-found");
    let id = match name.parse::<ProductId>() {
        Ok(id) => id,
        // A slug belongs to one product for ever.
        Err(_) => products.by_slug(&name).await?.ok_or_else(missing)?.0,
    };
    let ratings = &platform.shop.ratings;
    let mut shown = Shown::default().entity(format!("product-{id}"), products.watch(id));
    shown = shown.entity(format!("rating-{id}"), ratings.watch(id));
    let product =
        products.get(id).await?.filter(|product| product.state.is_for_sale()).ok_or_else(missing)?;
    for variant in product.state.offered() {
        shown = shown.entity(format!("stock-{}", variant.id), platform.shop.stocks.watch(variant.id));
    }
    let available = available(&platform, &product.state).await?;
    let rating = ratings.get(id).await?;
    let body = ProductBody::of(id, &product.state, &available, rating);
    Ok(shown.of(tagged(&headers, &body, Sharing::Public)))
}

/// An answer shows something of all products.
fn searched(platform: &Platform) -> Shown {
    match platform.runtime.projection_turns(SEARCH) {
        Some(turns) => Shown::default().list("products", turns),
        None => Shown::default(),
    }
}

async fn available(platform: &Platform, product: &Product) -> Result<Vec<u32>, Problem> {
    let asking = product.offered().map(|variant| platform.shop.stocks.available(variant.id));
    Ok(try_join_all(asking).await?)
}

/// Shows the tree of categories with how many products for sale they have.
#[utoipa::path(get, path = "/v1/categories", tag = "catalogue", responses((status = 200, body = CategoryList)))]
pub(crate) async fn categories(
    State(platform): State<Platform>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let categories = &platform.shop.categories;
    let shown = searched(&platform).entity("categories".to_owned(), categories.watch());
    let tree = categories.current().await?;
    let counts = platform.shop.products.categories().await?;
    let items = tree.state.nodes(&counts).into_iter().map(CategoryBody::from).collect();
    Ok(shown.of(tagged(&headers, &CategoryList { items }, Sharing::Public)))
}
