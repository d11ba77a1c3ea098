//! The front page, and a product.

use amazoff_actors::ids::ProductId;
use amazoff_actors::product::{ListQuery, Product, ProductCard, category_name};
use amazoff_actors::recommendation::Reason;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use futures::future::try_join_all;
use serde::Deserialize;

use crate::pages::markup::Notice;
use crate::pages::markup::catalogue::HomePage;
use crate::pages::page::Page;
use crate::pages::present::catalogue::{self as present, Shown};
use crate::pages::present::counted;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// How many products a page shows: full rows of two, three and four.
const PAGE: usize = 24;
/// How many products a page shows beside another: one full row.
const TOGETHER_MAX: usize = 4;
/// The longest search.
const WORDS_CHARS_MAX: usize = 100;

/// What the address of a list says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    category: String,
    sort: String,
    cursor: String,
}

/// The front page, a category, or the result of a search.
pub(crate) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Result<Page<HomePage>, Problem> {
    let Visit { platform, .. } = &visit;
    let words: String = asked.q.chars().take(WORDS_CHARS_MAX).collect();
    let shown = Shown::read(&words, &asked.category, &asked.sort);
    let after = match asked.cursor.as_str() {
        "" => None,
        cursor => Some(platform.auth.position(&shown.scope(), cursor)?),
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let query = ListQuery {
        q: some(&shown.q),
        category: some(&shown.category),
        sort: shown.is_sorted().then_some(shown.sort),
        after,
        limit: PAGE,
        ..ListQuery::default()
    };
    let products = platform.shop.products.list(&query).await?;
    let mut categories = platform.shop.products.categories().await?;
    platform.shop.categories.current().await?.state.name(&mut categories);
    let more = match &products.next {
        Some(position) => Some(shown.address(&platform.auth.cursor(&shown.scope(), position)?)),
        None => None,
    };
    let heading = shown.heading(&categories);
    let mut frame = visit.frame(heading.as_deref().unwrap_or("Things worth keeping"));
    frame.query.clone_from(&shown.q);
    Ok(Page::ok(HomePage {
        frame,
        heading,
        chips: shown.chips(&categories),
        sorts: shown.sorts(),
        count: counted(products.total, "product", "products"),
        cards: products.items.iter().map(present::card).collect(),
        more,
    }))
}

/// A product, by its slug; an id leads to the slug.
pub(crate) async fn product(visit: Visit, Path(slug): Path<String>) -> Result<Response, Problem> {
    if let Ok(id) = slug.parse::<ProductId>() {
        let found = visit.platform.shop.products.get(id).await?.filter(|product| product.state.is_for_sale());
        let product = found.ok_or_else(|| Problem::missing("product-not-found"))?;
        return Ok(Redirect::temporary(&format!("/products/{}", product.state.slug)).into_response());
    }
    // A link of earlier days leads on. Not for good: the product may be called so again.
    let found = visit.platform.shop.products.by_slug(&slug).await?;
    if let Some((_, product)) = found.filter(|(_, product)| product.state.slug != slug) {
        return Ok(Redirect::temporary(&format!("/products/{}", product.state.slug)).into_response());
    }
    shelf(&visit, &slug, StatusCode::OK, None).await
}

/// The page of a product, with a message when something about it failed.
///
/// # Errors
/// `product-not-found`, or the read's own failure.
pub(super) async fn shelf(
    visit: &Visit,
    slug: &str,
    status: StatusCode,
    notice: Option<Notice>,
) -> Result<Response, Problem> {
    let shop = &visit.platform.shop;
    let found = shop.products.by_slug(slug).await?;
    let (id, product) = found.ok_or_else(|| Problem::missing("product-not-found"))?;
    let Product { title, category, .. } = &product.state;
    let stock = product
        .state
        .offered()
        .map(|variant| async { Ok::<_, Problem>((variant.id, shop.stocks.available(variant.id).await?)) });
    let stock = try_join_all(stock).await?;
    let frame = visit.frame(title).noticing(notice);
    let named = (category_name(category), visit.platform.settings.public_url.as_str());
    // A page without them is better than none.
    let together = together(visit, id).await.unwrap_or_default();
    let beside = (stock.as_slice(), together.as_slice());
    Ok(Page(status, present::product(frame, &product.state, named, beside)).into_response())
}

/// What was often bought together with a product, and can be had; what merely sells is no answer to that.
async fn together(visit: &Visit, product: ProductId) -> Result<Vec<ProductCard>, Problem> {
    let recommendations = &visit.platform.shop.recommendations;
    let mut candidates = recommendations.candidates(&[product]).await?;
    candidates.retain(|candidate| candidate.reason == Reason::BoughtTogether);
    let picked = recommendations.pick(candidates, TOGETHER_MAX, |_| {}).await?;
    Ok(picked.into_iter().map(|recommended| recommended.card).collect())
}
