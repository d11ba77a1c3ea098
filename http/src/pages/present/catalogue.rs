//! Lists of products, and one product.

use amazoff_actors::ids::VariantId;
use amazoff_actors::media::{Encoding, Preset};
use amazoff_actors::money::Quantity;
use amazoff_actors::product::{Media, Product, ProductCard};
use amazoff_actors::rating::Tally;

use super::reviews::rating;
use super::{Place, listed, options, picture, structured};
use crate::pages::key;
use crate::pages::markup::catalogue::{Card, Crumb, ProductPage, StockLevel, VariantChoice};
use crate::pages::markup::review::Reviews;
use crate::pages::markup::{Frame, Price};
use crate::views::media::rendition_path;

/// A product in the grid.
pub(in crate::pages) fn card(card: &ProductCard) -> Card {
    let alt = card.image_alt.clone().unwrap_or_default();
    Card {
        href: format!("/products/{}", card.slug),
        title: card.title.clone(),
        brand: card.brand.clone(),
        image: card.image.as_deref().map(|blob| listed(blob, alt, Place::Grid)),
        price: Price::of(card.price),
        from: card.price != card.price_max,
        rating: rating(&card.rating),
    }
}

/// The page of a product of the shop at `public_url`; `stock` has how many there are of each variant, in the product's order,
/// `together` what was often bought with it, and `tally` what its reviews give.
pub(in crate::pages) fn product(
    frame: Frame,
    product: &Product,
    (crumbs, public_url): (Vec<Crumb>, &str),
    (stock, together): (&[(VariantId, u32)], &[ProductCard]),
    (tally, reviews): (&Tally, Reviews),
) -> ProductPage {
    let mut variants: Vec<VariantChoice> = product
        .offered()
        .map(|variant| {
            let available =
                stock.iter().find(|(id, _)| *id == variant.id).map_or(0, |(_, available)| *available);
            let (level, words) = StockLevel::of(available.into());
            VariantChoice {
                id: variant.id.to_string(),
                label: options(&variant.options),
                price: Price::of(variant.price),
                stock: words,
                level,
                quantity_max: available.clamp(1, Quantity::MAX),
                chosen: false,
            }
        })
        .collect();
    if let Some(first) = variants.iter_mut().find(|variant| variant.buyable()) {
        first.chosen = true;
    }
    ProductPage {
        frame: frame.titled(product.title.clone()),
        title: product.title.clone(),
        brand: product.brand.clone(),
        structured: structured::product(product, public_url, &crumbs, (stock, tally)),
        crumbs,
        paragraphs: product.description.split("\n\n").map(str::to_owned).collect(),
        pictures: product
            .media
            .iter()
            .map(|media| picture(&media.blob, (media.width, media.height), media.alt.clone(), Place::Gallery))
            .collect(),
        shared: product.media.first().map(|media| shared_picture(public_url, media)),
        variants,
        reviews,
        together: together.iter().map(card).collect(),
        key: key::fresh(),
        slug: product.slug.clone(),
    }
}

/// The whole address of a picture as other sites show it.
pub(super) fn shared_picture(public_url: &str, media: &Media) -> String {
    format!("{public_url}{}", rendition_path(&media.blob, Preset::Og, Encoding::Jpeg))
}
