//! What a pricebook may hold.

use std::collections::BTreeSet;

use super::{
    Area, Bracket, Change, Condition, Kind, Pricebook, Promotion, Rejection, Selector, ShippingMethod,
    ShippingZone, Stacking, TaxRegion,
};
use crate::money::{Currency, Money};
use crate::pricing::{TaxClass, is_slug};

/// The highest amount of a promotion, a threshold or a shipping price, in minor units: sums of them are far from overflowing.
pub const AMOUNT_MAX: i64 = 1_000_000_000_000;
const CURRENCIES_MAX: usize = 20;
const REGIONS_MAX: usize = 300;
const METHODS_MAX: usize = 100;
const PROMOTIONS_MAX: usize = 1000;
const AREAS_MAX: usize = 500;
const RATES_MAX: usize = 50;
const ZONES_MAX: usize = 50;
const BRACKETS_MAX: usize = 200;
const SELECTED_MAX: usize = 500;
const PIECES_MAX: u32 = 1_000_000;
const SLUG_BYTES_MAX: usize = 50;
const TEXT_CHARS_MAX: usize = 200;

/// Checks a change; the first field that breaks a rule is named.
pub(super) fn check(book: &Pricebook, change: &Change) -> Result<(), Rejection> {
    match change {
        Change::SetCurrencies { currencies } => check_currencies(currencies),
        Change::PutRegion(region) => {
            let room = book.regions.contains_key(&region.id) || book.regions.len() < REGIONS_MAX;
            require(room, "id", "there are 300 tax regions already")?;
            check_region(region)
        }
        Change::PutShippingMethod(method) => {
            let room = book.shipping.contains_key(&method.id) || book.shipping.len() < METHODS_MAX;
            require(room, "id", "there are 100 shipping methods already")?;
            check_method(method)
        }
        Change::CreatePromotion { id, promotion } => {
            let room = book.promotions.contains_key(id) || book.promotions.len() < PROMOTIONS_MAX;
            require(room, "id", "there are 1,000 promotions already")?;
            check_promotion(promotion)
        }
        Change::ChangePromotion { promotion, .. } => check_promotion(promotion),
        Change::SetRounding { .. }
        | Change::SetCapture { .. }
        | Change::RemoveRegion { .. }
        | Change::SetDefaultRegion { .. }
        | Change::RemoveShippingMethod { .. } => Ok(()),
    }
}

fn require(holds: bool, field: &str, reason: &str) -> Result<(), Rejection> {
    if holds { Ok(()) } else { Err(Rejection::invalid(field, reason)) }
}

/// BOOK-1.
fn check_currencies(currencies: &[Currency]) -> Result<(), Rejection> {
    let distinct: BTreeSet<_> = currencies.iter().map(|currency| currency.code()).collect();
    require((1..=CURRENCIES_MAX).contains(&currencies.len()), "currencies", "there must be 1 to 20 of them")?;
    require(distinct.len() == currencies.len(), "currencies", "one is there twice")
}

/// BOOK-2.
fn check_region(region: &TaxRegion) -> Result<(), Rejection> {
    let TaxRegion { id, title, areas, prices_include_tax: _, rates } = region;
    check_slug("id", id)?;
    check_text("title", title)?;
    check_areas(areas)?;
    require(rates.len() <= RATES_MAX, "rates", "there are more than 50 of them")?;
    require(rates.contains_key(&TaxClass::standard()), "rates", "the class standard is missing")
}

fn check_areas(areas: &[Area]) -> Result<(), Rejection> {
    require((1..=AREAS_MAX).contains(&areas.len()), "areas", "there must be 1 to 500 of them")?;
    areas.iter().try_for_each(|Area { country, subdivision, postal_prefix }| {
        let upper = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase());
        let is_country = country.as_deref().is_none_or(|code| code.len() == 2 && upper(code));
        require(is_country, "country", "it must be two upper-case letters of ISO 3166")?;
        let part = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let is_part = subdivision.as_deref().is_none_or(|code| (1..=3).contains(&code.len()) && part(code));
        require(is_part, "subdivision", "it must be the part of ISO 3166-2 after the hyphen")?;
        let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= 12;
        let is_prefix = postal_prefix.as_deref().is_none_or(fits);
        require(is_prefix, "postal_prefix", "it must be 1 to 12 characters")?;
        let whole = country.is_some() || (subdivision.is_none() && postal_prefix.is_none());
        require(whole, "country", "it is needed beside a subdivision or a postal code")
    })
}

fn check_method(method: &ShippingMethod) -> Result<(), Rejection> {
    let ShippingMethod { id, title, tax_class: _, zones } = method;
    check_slug("id", id)?;
    check_text("title", title)?;
    require((1..=ZONES_MAX).contains(&zones.len()), "zones", "there must be 1 to 50 of them")?;
    zones.iter().try_for_each(|ShippingZone { areas, by: _, brackets, weight_max_g: _ }| {
        check_areas(areas)?;
        check_brackets(brackets)
    })
}

/// BOOK-3.
fn check_brackets(brackets: &[Bracket]) -> Result<(), Rejection> {
    require((1..=BRACKETS_MAX).contains(&brackets.len()), "brackets", "there must be 1 to 200 of them")?;
    let distinct: BTreeSet<_> =
        brackets.iter().map(|bracket| (bracket.price.currency.code(), bracket.from)).collect();
    require(distinct.len() == brackets.len(), "brackets", "two of a currency start at the same point")?;
    brackets.iter().try_for_each(|bracket| check_amount("price", bracket.price))
}

impl Promotion {
    /// Checks what a pricebook checks before it takes a promotion in.
    ///
    /// # Errors
    /// `pricebook-invalid`, naming the field.
    pub fn check(&self) -> Result<(), Rejection> {
        check_promotion(self)
    }
}

fn check_promotion(promotion: &Promotion) -> Result<(), Rejection> {
    let Promotion { title, kind, selector, condition, stacking, window, .. } = promotion;
    check_text("title", title)?;
    check_kind(kind)?;
    check_selector(selector)?;
    let Condition { min_subtotal, min_quantity } = condition;
    check_amounts("min_subtotal", min_subtotal)?;
    let pieces = min_quantity.is_none_or(|least| (1..=PIECES_MAX).contains(&least));
    require(pieces, "min_quantity", "it must be from 1 to 1,000,000")?;
    if let Stacking::OneOf(group) = stacking {
        check_slug("stacking", group)?;
    }
    require(window.is_sound(), "window", "it ends before it starts")
}

fn check_kind(kind: &Kind) -> Result<(), Rejection> {
    match kind {
        Kind::Percentage { rate } | Kind::OrderPercentage { rate } => {
            require(rate.ppm() > 0, "rate", "it takes nothing off")
        }
        Kind::FixedPerPiece { amounts } | Kind::FixedPerOrder { amounts } => {
            require(!amounts.is_empty(), "amounts", "there are none")?;
            check_amounts("amounts", amounts)
        }
        Kind::BuyXGetY { buy, get, off } => {
            let pieces = |n: &u32| (1..=PIECES_MAX).contains(n);
            require(pieces(buy), "buy", "it must be from 1 to 1,000,000")?;
            require(pieces(get), "get", "it must be from 1 to 1,000,000")?;
            require(off.ppm() > 0, "off", "it takes nothing off")
        }
        Kind::FreeShipping { methods } => {
            require(methods.len() <= METHODS_MAX, "methods", "there are more than 100 of them")?;
            methods.iter().try_for_each(|id| check_slug("methods", id))
        }
    }
}

fn check_selector(selector: &Selector) -> Result<(), Rejection> {
    let counted = |n: usize| {
        require((1..=SELECTED_MAX).contains(&n), "selector", "it must name 1 to 500 things, or be all")
    };
    match selector {
        Selector::All => Ok(()),
        Selector::Categories(names) | Selector::Brands(names) => {
            counted(names.len())?;
            names.iter().try_for_each(|name| check_text("selector", name))
        }
        Selector::Products(ids) => counted(ids.len()),
        Selector::Variants(ids) => counted(ids.len()),
    }
}

/// BOOK-3.
fn check_amounts(field: &str, amounts: &[Money]) -> Result<(), Rejection> {
    let distinct: BTreeSet<_> = amounts.iter().map(|amount| amount.currency.code()).collect();
    require(distinct.len() == amounts.len(), field, "a currency is there twice")?;
    amounts.iter().try_for_each(|amount| check_amount(field, *amount))
}

fn check_amount(field: &str, amount: Money) -> Result<(), Rejection> {
    require((0..=AMOUNT_MAX).contains(&amount.amount), field, "it must not be negative or absurdly high")
}

fn check_slug(field: &str, slug: &str) -> Result<(), Rejection> {
    let reason = "it must be words of lower-case letters and digits, joined by single hyphens";
    require(is_slug(slug, SLUG_BYTES_MAX), field, reason)
}

fn check_text(field: &str, text: &str) -> Result<(), Rejection> {
    require(!text.trim().is_empty(), field, "it is empty")?;
    require(text.chars().count() <= TEXT_CHARS_MAX, field, "it is too long")
}
