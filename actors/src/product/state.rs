//! The rules of a product.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_supervisor::{Claim, ClaimChange, Context, Decision, Entity, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Command, Create, Effect, Event, Receipt, Rejection};
use crate::ids::{ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::pricing::TaxClass;

/// Where a product is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Never created.
    #[default]
    Absent,
    /// Not yet for sale.
    Draft,
    /// For sale.
    Active,
    /// No longer for sale.
    Archived,
}

impl Status {
    /// Its stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

/// What is bought: one size, one colour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Its id; its stock has the same UUID.
    pub id: VariantId,
    /// The shop's own article number.
    pub sku: String,
    /// What makes it differ from the others, such as `size: M`.
    pub options: BTreeMap<String, String>,
    /// Of one piece in the shop's currency; with or without tax, as the tax region says where it goes.
    pub price: Money,
    /// Of one piece in other currencies, one amount each. It is not sold in those that are missing.
    #[serde(default)]
    pub prices: Vec<Money>,
    /// How it is taxed.
    #[serde(default)]
    pub tax_class: TaxClass,
    /// Of one piece, packed, in grams.
    #[serde(default)]
    pub weight_g: u32,
}

impl Variant {
    /// A variant that is sold in the shop's currency only, taxed like most goods, and weighs nothing.
    pub fn new(id: VariantId, sku: String, options: BTreeMap<String, String>, price: Money) -> Self {
        Self { id, sku, options, price, prices: Vec::new(), tax_class: TaxClass::standard(), weight_g: 0 }
    }

    /// Of one piece in a currency; `None` when it is not sold in it.
    pub fn price_in(&self, currency: Currency) -> Option<Money> {
        std::iter::once(&self.price).chain(&self.prices).copied().find(|price| price.currency == currency)
    }
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// The name of its bytes: hex SHA-256.
    pub blob: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// The unique names in links, of all products together.
pub const SLUGS: &str = "slug";
/// The unique article numbers, of all variants together.
pub const SKUS: &str = "sku";

/// A product.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// Where it is in its life.
    pub status: Status,
    /// Its name in links.
    pub slug: String,
    /// Its names in links before; they still lead to it.
    pub former_slugs: BTreeSet<String>,
    /// Its name.
    pub title: String,
    /// A text about it.
    pub description: String,
    /// The category's slug.
    pub category: String,
    /// Who makes it.
    pub brand: String,
    /// What can be bought, and what could be.
    pub variants: Vec<Variant>,
    /// Which of them are off sale for good.
    pub retired: BTreeSet<VariantId>,
    /// Pictures, the most telling first.
    pub media: Vec<Media>,
    /// When it was drafted.
    pub created_at: Timestamp,
    /// Whether it has claimed the article numbers of its variants.
    pub skus_claimed: bool,
    /// How many events it has.
    pub version: u64,
}

impl Product {
    /// Whether shoppers may see and buy it (PROD-4).
    pub fn is_for_sale(&self) -> bool {
        self.status == Status::Active
    }
    /// A variant by its id, also one that is retired.
    pub fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }
    /// The variants that are not retired.
    pub fn offered(&self) -> impl Iterator<Item = &Variant> {
        self.variants.iter().filter(|variant| !self.retired.contains(&variant.id))
    }
    /// A variant that can be bought (PROD-4).
    pub fn sold(&self, id: VariantId) -> Option<&Variant> {
        self.offered().find(|variant| variant.id == id && self.is_for_sale())
    }
    /// Whether a name in links leads to it, now or since earlier days.
    pub fn is_called(&self, slug: &str) -> bool {
        self.slug == slug || self.former_slugs.contains(slug)
    }
    /// The unique keys that it has: its names in links and, once claimed, its article numbers.
    pub fn keys(&self) -> BTreeSet<(&'static str, String)> {
        if self.status == Status::Absent {
            return BTreeSet::new();
        }
        let slugs = std::iter::once(&self.slug).chain(&self.former_slugs).map(|slug| (SLUGS, slug.clone()));
        let skus = self.variants.iter().filter(|_| self.skus_claimed);
        slugs.chain(skus.map(|variant| (SKUS, variant.sku.clone()))).collect()
    }

    pub(super) fn receipt(&self, id: ProductId) -> Receipt {
        Receipt { id, slug: self.slug.clone(), status: self.status }
    }

    fn vary(&mut self, id: VariantId, change: impl Fn(&mut Variant)) {
        self.variants.iter_mut().filter(|variant| variant.id == id).for_each(change);
    }
}

/// What becomes of unique keys on the way from one state to the next.
fn claims(before: &Product, after: &Product) -> Vec<ClaimChange> {
    let (had, has) = (before.keys(), after.keys());
    let claim = |(namespace, key): &(&'static str, String)| Claim {
        namespace: (*namespace).to_owned(),
        key: key.clone(),
    };
    let taken = has.difference(&had).map(|key| ClaimChange::Take(claim(key)));
    taken.chain(had.difference(&has).map(|key| ClaimChange::Release(claim(key)))).collect()
}

impl Entity for Product {
    const KIND: &'static str = "product";
    /// 2: variants have prices in other currencies, a tax class and a weight. 3: article numbers are claimed.
    const SCHEMA: u16 = 3;
    type Command = Command;
    type Event = Event;
    type Reply = Receipt;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        let id = ProductId::from(context.entity.id);
        let mut events = self.follow(command, context)?;
        if events.is_empty() {
            return Ok(Decision::reply(self.receipt(id)));
        }
        let names =
            |event: &Event| matches!(event, Event::VariantAdded { .. } | Event::VariantDescribed { .. });
        if self.status != Status::Absent && !self.skus_claimed && events.iter().any(names) {
            events.push(Event::SkusClaimed);
        }
        let after = self.after(&events);
        let decision =
            Decision { events, claims: claims(self, &after), ..Decision::reply(after.receipt(id)) };
        Ok(Effect::of(self, &after, context.now).into_iter().fold(decision, Decision::effect))
    }

    fn apply(&mut self, event: &Event) {
        let version = self.version.saturating_add(1);
        match event {
            Event::Created { product, at, skus_claimed } => {
                let Create { slug, title, description, category, brand, variants, media } = product.clone();
                let (status, created_at, skus_claimed) = (Status::Draft, *at, *skus_claimed);
                let said = Self { status, slug, title, description, category, brand, ..Self::default() };
                *self = Self { variants, media, created_at, skus_claimed, ..said };
            }
            Event::Published => self.status = Status::Active,
            Event::Archived => self.status = Status::Archived,
            Event::PriceChanged { variant, price } => self.vary(*variant, |known| known.price = *price),
            Event::PricesSet { variant, prices } => {
                self.vary(*variant, |known| known.prices.clone_from(prices));
            }
            Event::TaxClassSet { variant, tax_class } => {
                self.vary(*variant, |known| known.tax_class = tax_class.clone());
            }
            Event::WeightSet { variant, weight_g } => self.vary(*variant, |known| known.weight_g = *weight_g),
            Event::Described { title, description, category, brand } => {
                self.title.clone_from(title);
                self.description.clone_from(description);
                self.category.clone_from(category);
                self.brand.clone_from(brand);
            }
            Event::SlugChanged { slug } => {
                let before = std::mem::replace(&mut self.slug, slug.clone());
                self.former_slugs.insert(before);
                self.former_slugs.remove(slug);
            }
            Event::MediaSet { media } => self.media.clone_from(media),
            Event::VariantAdded { variant } => self.variants.push(variant.clone()),
            Event::VariantDescribed { variant, sku, options } => self.vary(*variant, |known| {
                known.sku.clone_from(sku);
                known.options.clone_from(options);
            }),
            Event::VariantRetired { variant } => {
                self.retired.insert(*variant);
            }
            Event::SkusClaimed => self.skus_claimed = true,
        }
        self.version = version;
    }

    fn claim_taken(claim: &Claim) -> Rejection {
        if claim.namespace == SKUS { Rejection::SkuTaken } else { Rejection::SlugTaken }
    }

    fn destination(effect: &Effect) -> String {
        match effect {
            Effect::Announce { .. } => "news".to_owned(),
        }
    }
}
