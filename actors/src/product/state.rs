//! The rules of a product.

use std::collections::BTreeMap;

use amazoff_supervisor::{Claim, Context, Decision, Entity, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Command, Create, Event, Receipt, Rejection, validation};
use crate::effect::NoEffect;
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

/// A product.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// Where it is in its life.
    pub status: Status,
    /// Its name in links.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// A text about it.
    pub description: String,
    /// The category's slug.
    pub category: String,
    /// Who makes it.
    pub brand: String,
    /// What can be bought.
    pub variants: Vec<Variant>,
    /// Pictures, the most telling first.
    pub media: Vec<Media>,
    /// When it was drafted.
    pub created_at: Timestamp,
}

impl Product {
    /// Whether shoppers may see and buy it (PROD-4).
    pub fn is_for_sale(&self) -> bool {
        self.status == Status::Active
    }
    /// A variant by its id.
    pub fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }

    fn create(&self, new: &Create, context: &Context) -> Result<Decision<Self>, Rejection> {
        let receipt =
            |status| Receipt { id: ProductId::from(context.entity.id), slug: new.slug.clone(), status };
        if self.status != Status::Absent {
            let same = self.slug == new.slug;
            return if same {
                Ok(Decision::reply(receipt(self.status)))
            } else {
                Err(Rejection::ProductExists)
            };
        }
        validation::check(new)?;
        let event = Event::Created { product: new.clone(), at: context.now };
        let slug = Claim { namespace: "slug".to_owned(), key: new.slug.clone() };
        Ok(Decision::event(event, receipt(Status::Draft)).claim(slug))
    }

    /// What follows from a change of a variant; nothing when the variant is so already.
    fn change(
        &self,
        id: VariantId,
        is_so: impl Fn(&Variant) -> bool,
        event: Event,
        receipt: Receipt,
    ) -> Result<Decision<Self>, Rejection> {
        let variant = self.variant(id).ok_or(Rejection::VariantNotFound)?;
        Ok(if is_so(variant) { Decision::reply(receipt) } else { Decision::event(event, receipt) })
    }

    fn change_variant(&self, command: &Command, receipt: Receipt) -> Result<Decision<Self>, Rejection> {
        match command.clone() {
            Command::ChangePrice { variant, price } => {
                validation::check_price(price)?;
                let event = Event::PriceChanged { variant, price };
                self.change(variant, |known| known.price == price, event, receipt)
            }
            Command::SetPrices { variant, prices } => {
                validation::check_prices(&prices)?;
                let event = Event::PricesSet { variant, prices: prices.clone() };
                self.change(variant, |known| known.prices == prices, event, receipt)
            }
            Command::SetTaxClass { variant, tax_class } => {
                let event = Event::TaxClassSet { variant, tax_class: tax_class.clone() };
                self.change(variant, |known| known.tax_class == tax_class, event, receipt)
            }
            Command::SetWeight { variant, weight_g } => {
                validation::check_weight(weight_g)?;
                let event = Event::WeightSet { variant, weight_g };
                self.change(variant, |known| known.weight_g == weight_g, event, receipt)
            }
            Command::Create(_) | Command::Publish | Command::Archive => Ok(Decision::reply(receipt)),
        }
    }

    fn vary(&mut self, id: VariantId, change: impl Fn(&mut Variant)) {
        self.variants.iter_mut().filter(|variant| variant.id == id).for_each(change);
    }
}

impl Entity for Product {
    const KIND: &'static str = "product";
    /// 2: variants have prices in other currencies, a tax class and a weight.
    const SCHEMA: u16 = 2;
    type Command = Command;
    type Event = Event;
    type Reply = Receipt;
    type Rejection = Rejection;
    type Effect = NoEffect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        let receipt =
            |status| Receipt { id: ProductId::from(context.entity.id), slug: self.slug.clone(), status };
        let unchanged = receipt(self.status);
        match (self.status, command) {
            (_, Command::Create(new)) => self.create(new, context),
            (Status::Absent, _) => Err(Rejection::ProductNotFound),
            (Status::Draft, Command::Publish) => {
                Ok(Decision::event(Event::Published, receipt(Status::Active)))
            }
            (Status::Active, Command::Publish) | (Status::Archived, Command::Archive) => {
                Ok(Decision::reply(unchanged))
            }
            (Status::Draft | Status::Active, Command::Archive) => {
                Ok(Decision::event(Event::Archived, receipt(Status::Archived)))
            }
            (
                Status::Draft | Status::Active,
                Command::ChangePrice { .. }
                | Command::SetPrices { .. }
                | Command::SetTaxClass { .. }
                | Command::SetWeight { .. },
            ) => self.change_variant(command, unchanged),
            (
                Status::Archived,
                Command::Publish
                | Command::ChangePrice { .. }
                | Command::SetPrices { .. }
                | Command::SetTaxClass { .. }
                | Command::SetWeight { .. },
            ) => Err(Rejection::ProductArchived),
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Created { product, at } => {
                let Create { slug, title, description, category, brand, variants, media } = product.clone();
                let (status, created_at) = (Status::Draft, *at);
                *self =
                    Self { status, slug, title, description, category, brand, variants, media, created_at };
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
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::SlugTaken
    }

    fn destination(effect: &Self::Effect) -> String {
        match *effect {}
    }
}
