//! The front page, and a product.

use amazoff_actors::category::Node;
use amazoff_actors::ids::ProductId;
use amazoff_actors::product::{CATEGORY, ListQuery, ProductCard, category_name};
use amazoff_actors::recommendation::Reason;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use futures::future::try_join_all;

use crate::pages::markup::Notice;
use crate::pages::markup::catalogue::{Crumb, HomePage};
use crate::pages::page::Page;
use crate::pages::present::departments::{Place, crumb};
use crate::pages::present::reviews::{Wanted, reviews};
use crate::pages::present::shown::Shown;
use crate::pages::present::{catalogue as present, counted, facets};
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// How many products a page shows: full rows of two, three and four.
const PAGE: usize = 24;
/// How many products a page shows beside another: one full row.
const TOGETHER_MAX: usize = 4;

/// The front page, a category, or the result of a search.
pub(crate) async fn list(
    visit: Visit,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Page<HomePage>, Problem> {
    let Visit { platform, .. } = &visit;
    let (shown, cursor) = Shown::read(pairs);
    let after = match cursor.as_str() {
        "" => None,
        cursor => Some(platform.auth.position(&shown.scope(), cursor)?),
    };
    let nodes = departments(&visit).await?;
    let place = Place::of(&nodes, &shown.category);
    let is_window = shown.is_everything();
    let mut query = ListQuery { after, counts: !is_window, ..shown.query(PAGE) };
    if let Some(category) = query.category.take() {
        query.facets.insert(CATEGORY.to_owned(), place.slugs(&category).into_iter().collect());
    }
    let products = platform.shop.products.list(&query).await?;
    let more = match &products.next {
        Some(position) => Some(shown.address(&platform.auth.cursor(&shown.scope(), position)?)),
        None => None,
    };
    let heading = place.heading(&shown);
    let mut frame = visit.frame(heading.as_deref().unwrap_or("Things worth keeping"));
    frame.query.clone_from(&shown.q);
    Ok(Page::ok(HomePage {
        frame,
        heading,
        crumbs: place.crumbs(),
        chips: place.chips(&shown),
        filters: (!is_window).then(|| facets::filters(&shown, &products.facets, &nodes)),
        sorts: shown.sorts(),
        count: counted(products.total, "product", "products"),
        cards: products.items.iter().map(present::card).collect(),
        more,
    }))
}

/// The tree of categories, with how many products for sale they have.
async fn departments(visit: &Visit) -> Result<Vec<Node>, Problem> {
    let shop = &visit.platform.shop;
    let counts = shop.products.categories().await?;
    Ok(shop.categories.current().await?.state.nodes(&counts))
}

/// A product, by its slug; an id leads to the slug.
pub(crate) async fn product(
    visit: Visit,
    Path(slug): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
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
    shelf(&visit, &slug, pairs, (StatusCode::OK, None)).await
}

/// The page of a product with the reviews that its address names, and a message when something about it failed.
///
/// # Errors
/// `product-not-found`, `cursor-invalid`, or the read's own failure.
pub(super) async fn shelf(
    visit: &Visit,
    slug: &str,
    pairs: Vec<(String, String)>,
    (status, notice): (StatusCode, Option<Notice>),
) -> Result<Response, Problem> {
    let shop = &visit.platform.shop;
    let found = shop.products.by_slug(slug).await?;
    let (id, product) = found.ok_or_else(|| Problem::missing("product-not-found"))?;
    let stock = product
        .state
        .offered()
        .map(|variant| async { Ok::<_, Problem>((variant.id, shop.stocks.available(variant.id).await?)) });
    let stock = try_join_all(stock).await?;
    let frame = visit.frame(&product.state.title).noticing(notice);
    let named = (way_to(visit, &product.state.category).await, visit.platform.settings.public_url.as_str());
    // A page without them is better than none.
    let together = together(visit, id).await.unwrap_or_default();
    let beside = (stock.as_slice(), together.as_slice());
    let (wanted, cursor) = Wanted::read(pairs);
    let (auth, scope) = (&visit.platform.auth, wanted.scope(id));
    let after = cursor.map(|cursor| auth.position(&scope, &cursor)).transpose()?;
    // The list first: the rating then includes all that it shows. Lists may be away when products are not.
    let page = shop.reviews.listed(wanted.listing(id, after)).await.unwrap_or_default();
    let next = page.next.map(|next| auth.cursor(&scope, &next)).transpose()?;
    let tally = shop.ratings.get(id).await?;
    let reviews = reviews(slug, wanted, &tally, (page.items, next.as_deref()));
    Ok(Page(status, present::product(frame, &product.state, named, beside, (&tally, reviews)))
        .into_response())
}

/// The categories that lead to one, from the shop on. A page without them is better than none.
async fn way_to(visit: &Visit, category: &str) -> Vec<Crumb> {
    let Ok(tree) = visit.platform.shop.categories.current().await else { return Vec::new() };
    let nodes = tree.state.nodes(&[]);
    let crumbs = Place::of(&nodes, category).crumbs();
    if crumbs.is_empty() { vec![crumb(category, category_name(category))] } else { crumbs }
}

/// What was often bought together with a product, and can be had; what merely sells is no answer to that.
async fn together(visit: &Visit, product: ProductId) -> Result<Vec<ProductCard>, Problem> {
    let recommendations = &visit.platform.shop.recommendations;
    let mut candidates = recommendations.candidates(&[product]).await?;
    candidates.retain(|candidate| candidate.reason == Reason::BoughtTogether);
    let picked = recommendations.pick(candidates, TOGETHER_MAX, |_| {}).await?;
    Ok(picked.into_iter().map(|recommended| recommended.card).collect())
}
