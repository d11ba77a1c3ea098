//! What a new shop starts with: a catalogue with pictures and stock, a pricebook, and an owner account.
//!
//! Every id and command id follows from what it is about, so a seed that was interrupted goes on where it stopped and
//! changes nothing that is there. A shop that was filled by somebody else is left alone.

mod art;
mod catalogue;
mod owner;
mod pricebook;

use std::collections::BTreeMap;
use std::time::Duration;

use amazoff_actors::ids::{ProductId, VariantId};
use amazoff_actors::money::Money;
use amazoff_actors::product::{Create, ListQuery, Media, category_name};
use amazoff_actors::{Shop, category, coupon, product, stock};
use amazoff_gateways::images::{ImagePool, RenderError};
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{AskError, CommandId, Envelope, Principal, ReadError, derive_uuid};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::config::Seed;

use catalogue::{CATALOGUE, Category, Product, Variant};
pub(crate) use owner::{OwnerError, owner};

/// How many products are made at the same time.
const PARALLEL: usize = 4;
/// How long one command may take.
const COMMAND_TIME: Duration = Duration::from_secs(30);

/// What a seed did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeedReport {
    /// Products made by this run; those that were there already do not count.
    pub(crate) products: usize,
}

/// Why a seed stopped. Starting the shop again goes on with it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SeedError {
    /// A picture could not be made.
    #[error("the picture of {slug} cannot be made: {error}")]
    Picture {
        /// Of which product.
        slug: &'static str,
        /// Why.
        error: RenderError,
    },
    /// A picture could not be kept.
    #[error("a picture cannot be kept: {0}")]
    Blob(#[from] JournalError),
    /// A product was refused.
    #[error("a product cannot be made: {0}")]
    Product(#[from] AskError<product::Rejection>),
    /// Its stock was refused.
    #[error("stock cannot be received: {0}")]
    Stock(#[from] AskError<stock::Rejection>),
    /// A category was refused.
    #[error("a category cannot be made: {0}")]
    Category(#[from] AskError<category::Rejection>),
    /// The pricebook refused a change.
    #[error("the pricebook cannot be filled: {0}")]
    Pricebook(#[from] AskError<amazoff_actors::pricebook::Rejection>),
    /// A code was refused.
    #[error("a code cannot be issued: {0}")]
    Coupon(#[from] AskError<coupon::Rejection>),
    /// The shop cannot be read.
    #[error("the shop cannot be read: {0}")]
    Read(#[from] ReadError),
}

/// One product with the category it belongs to.
#[derive(Clone, Copy)]
struct Item {
    category: &'static Category,
    product: &'static Product,
}

impl Item {
    fn id(self) -> ProductId {
        derive_uuid(&[b"seed", b"product", self.product.slug.as_bytes()]).into()
    }
    fn variant_id(self, index: usize) -> VariantId {
        derive_uuid(&[b"seed", b"variant", self.sku(index).as_bytes()]).into()
    }
    fn sku(self, index: usize) -> String {
        format!("{}-{}", self.product.sku, index + 1)
    }
}

/// Fills a shop that has no product yet.
///
/// # Errors
/// When a picture cannot be made or the shop cannot be written; what was made stays.
pub(crate) async fn run(shop: &Shop, images: &ImagePool, size: Seed) -> Result<SeedReport, SeedError> {
    let items = selection(size);
    let Some((first, rest)) = items.split_first() else { return Ok(SeedReport::default()) };
    let Some((last, middle)) = rest.split_last() else { return Ok(SeedReport::default()) };
    if on_sale(shop, *last).await? || is_somebody_elses(shop, *first).await? {
        return Ok(SeedReport::default());
    }
    tracing::info!("the shop is open, and empty: it is filled with a catalogue now");
    // The first product marks the shop as ours to fill, the last one as filled.
    let mut made = vec![make(shop, images, *first).await?];
    pricebook::fill(shop).await?;
    categories(shop).await?;
    let between: Vec<bool> = futures::stream::iter(middle.iter().copied())
        .map(|item| make(shop, images, item))
        .buffered(PARALLEL)
        .try_collect()
        .await?;
    made.extend(between);
    made.push(make(shop, images, *last).await?);
    Ok(SeedReport { products: made.iter().filter(|new| **new).count() })
}

/// The catalogue's categories, in its order.
async fn categories(shop: &Shop) -> Result<(), SeedError> {
    for (position, Category { slug, .. }) in (0..).zip(CATALOGUE) {
        let category = category::Category { title: category_name(slug), parent: None, position };
        shop.categories.put(((*slug).to_owned(), category), None, envelope("category", slug)).await?;
    }
    Ok(())
}

/// The products of a size, one category after the other in turns, so that the newest ones make a mixed first page.
fn selection(size: Seed) -> Vec<Item> {
    let rows = match size {
        Seed::Full => CATALOGUE.iter().map(|category| category.products.len()).max().unwrap_or(0),
        Seed::Small => 1,
        Seed::Off => 0,
    };
    let row = |row: usize| {
        CATALOGUE
            .iter()
            .filter_map(move |category| category.products.get(row).map(|product| Item { category, product }))
    };
    (0..rows).rev().flat_map(row).collect()
}

async fn is_somebody_elses(shop: &Shop, first: Item) -> Result<bool, SeedError> {
    if shop.products.get(first.id()).await?.is_some() {
        return Ok(false);
    }
    Ok(shop.products.list(&ListQuery { limit: 1, ..ListQuery::default() }).await?.total > 0)
}

async fn on_sale(shop: &Shop, item: Item) -> Result<bool, SeedError> {
    Ok(shop
        .products
        .get(item.id())
        .await?
        .is_some_and(|product| product.state.status != product::Status::Draft))
}

/// Makes one product; `false` when it was there. It goes on sale last, with its shelf full.
async fn make(shop: &Shop, images: &ImagePool, item: Item) -> Result<bool, SeedError> {
    if on_sale(shop, item).await? {
        return Ok(false);
    }
    let media = picture(shop, images, item).await?;
    shop.products.create(item.id(), sheet(item, media), envelope("create", item.product.slug)).await?;
    for (index, variant) in item.product.variants.iter().enumerate() {
        stock_up(shop, item, index, variant).await?;
    }
    shop.products.publish(item.id(), envelope("publish", item.product.slug)).await?;
    Ok(true)
}

async fn picture(shop: &Shop, images: &ImagePool, item: Item) -> Result<Media, SeedError> {
    let Product { slug, motif, title, brand, .. } = *item.product;
    let svg = art::draw(slug, motif);
    let rendered =
        images.render(svg, art::SIDE, art::SIDE).await.map_err(|error| SeedError::Picture { slug, error })?;
    let blob = shop.blobs.put(&rendered.bytes).await?;
    Ok(Media { blob, alt: format!("{title} by {brand}"), width: rendered.width, height: rendered.height })
}

fn sheet(item: Item, media: Media) -> Create {
    let product = item.product;
    let variants = product.variants.iter().enumerate().map(|(index, variant)| {
        let (name, value) = variant.option;
        let (tax_class, weight_g) = pricebook::tax_and_weight(item.category.slug);
        product::Variant {
            id: item.variant_id(index),
            sku: item.sku(index),
            options: BTreeMap::from([(name.to_owned(), value.to_owned())]),
            price: Money::eur(variant.price_cents),
            prices: pricebook::other_prices(variant.price_cents),
            tax_class,
            weight_g,
        }
    });
    Create {
        slug: product.slug.to_owned(),
        title: product.title.to_owned(),
        description: product.description.to_owned(),
        category: item.category.slug.to_owned(),
        brand: product.brand.to_owned(),
        variants: variants.collect(),
        media: vec![media],
    }
}

/// Fills the shelf of a variant. The records of commands expire one day, so it also looks whether that was done.
async fn stock_up(shop: &Shop, item: Item, index: usize, variant: &Variant) -> Result<(), SeedError> {
    let (id, sku) = (item.variant_id(index), item.sku(index));
    if shop.stocks.get(id).await?.is_some_and(|stock| stock.state.on_hand > 0) {
        return Ok(());
    }
    shop.stocks.introduce(id, item.id(), sku.clone(), envelope("introduce", &sku)).await?;
    shop.stocks.receive(id, variant.stock, envelope("receive", &sku)).await?;
    Ok(())
}

/// The same command id at every repeat.
fn envelope(step: &str, subject: &str) -> Envelope {
    let id = CommandId::derived(&[b"seed", step.as_bytes(), subject.as_bytes()]);
    Envelope::new(id, Principal::System, COMMAND_TIME)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Seed, selection};

    #[test]
    fn a_full_seed_has_every_product_once_and_a_small_one_a_product_of_each_category() {
        let full = selection(Seed::Full);
        assert!(full.len() >= 72);
        assert_eq!(full.iter().map(|item| item.id()).collect::<BTreeSet<_>>().len(), full.len());
        let small = selection(Seed::Small);
        assert_eq!(small.iter().map(|item| item.category.slug).collect::<BTreeSet<_>>().len(), small.len());
        assert_eq!(small.len(), 8);
        assert!(selection(Seed::Off).is_empty());
    }
}
