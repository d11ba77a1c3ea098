//! What a new product must look like.

use std::collections::BTreeSet;

use super::{Create, Media, Rejection, Variant};
use crate::money::Money;
use crate::pricing::{PRICE_MAX, SHOP_CURRENCY, is_price, is_slug};

const VARIANTS_MAX: usize = 100;
const MEDIA_MAX: usize = 20;
const OPTIONS_MAX: usize = 10;
const NAME_CHARS_MAX: usize = 200;
const SLUG_BYTES_MAX: usize = 100;
const DESCRIPTION_CHARS_MAX: usize = 10_000;
const CURRENCIES_MAX: usize = 20;
const WEIGHT_MAX_G: u32 = 10_000_000;
const SIDE_MAX_PX: u32 = 50_000;
/// Earlier names in links.
pub(super) const FORMER_SLUGS_MAX: usize = 50;

/// Checks every field of a new product; the first that breaks a rule is named.
pub(super) fn check(new: &Create) -> Result<(), Rejection> {
    check_words((&new.slug, &new.category), (&new.title, &new.brand), &new.description)?;
    check_variants(&new.variants)?;
    check_pictures(&new.media)
}

/// Names in links, names, and a text about it.
pub(super) fn check_words(
    (slug, category): (&str, &str),
    (title, brand): (&str, &str),
    description: &str,
) -> Result<(), Rejection> {
    check_slug("slug", slug)?;
    check_slug("category", category)?;
    check_text("title", title, NAME_CHARS_MAX)?;
    check_text("brand", brand, NAME_CHARS_MAX)?;
    check_length("description", description, DESCRIPTION_CHARS_MAX)
}

pub(super) fn check_pictures(media: &[Media]) -> Result<(), Rejection> {
    if media.len() > MEDIA_MAX {
        return Err(Rejection::invalid("media", "there are more than 20 pictures"));
    }
    media.iter().try_for_each(check_media)
}

/// PROD-3.
fn check_price(price: Money) -> Result<(), Rejection> {
    if is_price(price) {
        return Ok(());
    }
    Err(Rejection::invalid("price", "it must be in the shop's currency, not negative and not absurdly high"))
}

/// PROD-3, for other currencies.
fn check_prices(prices: &[Money]) -> Result<(), Rejection> {
    let distinct: BTreeSet<_> = prices.iter().map(|price| price.currency.code()).collect();
    if distinct.len() < prices.len() || distinct.contains(SHOP_CURRENCY.code()) {
        return Err(Rejection::invalid("prices", "there must be one per currency, and none in the shop's"));
    }
    if prices.len() > CURRENCIES_MAX {
        return Err(Rejection::invalid("prices", "there are more than 20 of them"));
    }
    if prices.iter().any(|price| !(0..=PRICE_MAX).contains(&price.amount)) {
        return Err(Rejection::invalid("prices", "they must not be negative or absurdly high"));
    }
    Ok(())
}

fn check_weight(weight_g: u32) -> Result<(), Rejection> {
    if weight_g > WEIGHT_MAX_G {
        return Err(Rejection::invalid("weight_g", "it is more than ten tonnes"));
    }
    Ok(())
}

/// PROD-2.
pub(super) fn check_variants(variants: &[Variant]) -> Result<(), Rejection> {
    if variants.is_empty() || variants.len() > VARIANTS_MAX {
        return Err(Rejection::invalid("variants", "there must be 1 to 100 of them"));
    }
    let ids: BTreeSet<_> = variants.iter().map(|variant| variant.id).collect();
    let skus: BTreeSet<_> = variants.iter().map(|variant| &variant.sku).collect();
    if ids.len() < variants.len() || skus.len() < variants.len() {
        return Err(Rejection::invalid("variants", "two of them have the same id or SKU"));
    }
    variants.iter().try_for_each(check_variant)
}

pub(super) fn check_variant(variant: &Variant) -> Result<(), Rejection> {
    let Variant { id: _, sku, options, price, prices, tax_class: _, weight_g } = variant;
    check_text("sku", sku, NAME_CHARS_MAX)?;
    check_price(*price)?;
    check_prices(prices)?;
    check_weight(*weight_g)?;
    if options.len() > OPTIONS_MAX {
        return Err(Rejection::invalid("options", "there are more than 10 of them"));
    }
    for text in options.iter().flat_map(|(name, value)| [name, value]) {
        check_text("options", text, NAME_CHARS_MAX)?;
    }
    Ok(())
}

fn check_media(Media { blob, alt, width, height }: &Media) -> Result<(), Rejection> {
    if ![*width, *height].iter().all(|side| (1..=SIDE_MAX_PX).contains(side)) {
        return Err(Rejection::invalid("media", "a side has 1 to 50,000 pixels"));
    }
    check_length("alt", alt, NAME_CHARS_MAX)?;
    let hex = blob.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if blob.len() == 64 && hex { Ok(()) } else { Err(Rejection::invalid("blob", "it is not a hex SHA-256")) }
}

fn check_slug(field: &str, slug: &str) -> Result<(), Rejection> {
    if is_slug(slug, SLUG_BYTES_MAX) {
        return Ok(());
    }
    Err(Rejection::invalid(
        field,
        "it must be words of lower-case letters and digits, joined by single hyphens",
    ))
}

fn check_text(field: &str, text: &str, chars_max: usize) -> Result<(), Rejection> {
    if text.trim().is_empty() {
        return Err(Rejection::invalid(field, "it is empty"));
    }
    check_length(field, text, chars_max)
}

fn check_length(field: &str, text: &str, chars_max: usize) -> Result<(), Rejection> {
    if text.chars().count() > chars_max {
        return Err(Rejection::invalid(field, "it is too long"));
    }
    Ok(())
}
