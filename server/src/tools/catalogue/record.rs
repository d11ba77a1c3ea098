//! A product as a file has it.

use std::collections::BTreeMap;

use amazoff_actors::ids::{ProductId, VariantId};
use amazoff_actors::money::Money;
use amazoff_actors::pricing::TaxClass;
use amazoff_actors::product::{Create, Media, Product, Sheet, Status, Variant};
use amazoff_supervisor::derive_uuid;
use serde::{Deserialize, Serialize};

/// A product with everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// Which product; where it is absent, the one that the slug belongs to, else a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<ProductId>,
    pub(super) slug: String,
    #[serde(default = "draft")]
    pub(super) status: Status,
    pub(super) title: String,
    #[serde(default)]
    pub(super) description: String,
    pub(super) category: String,
    pub(super) brand: String,
    #[serde(default)]
    pub(super) media: Vec<Media>,
    pub(super) variants: Vec<VariantRecord>,
}

/// A variant with everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantRecord {
    /// Which variant; where it is absent, the product's with this article number, else a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<VariantId>,
    pub(super) sku: String,
    #[serde(default)]
    pub(super) options: BTreeMap<String, String>,
    pub(super) price: Money,
    #[serde(default)]
    pub(super) prices: Vec<Money>,
    #[serde(default)]
    pub(super) tax_class: TaxClass,
    #[serde(default)]
    pub(super) weight_g: u32,
    #[serde(default)]
    pub(super) retired: bool,
}

fn draft() -> Status {
    Status::Draft
}

impl Record {
    /// A product as it is.
    pub(super) fn of(id: ProductId, product: &Product) -> Self {
        let variants = product.variants.iter().map(|variant| {
            let retired = product.retired.contains(&variant.id);
            let Variant { id, sku, options, price, prices, tax_class, weight_g } = variant.clone();
            VariantRecord { id: Some(id), sku, options, price, prices, tax_class, weight_g, retired }
        });
        Self {
            id: Some(id),
            slug: product.slug.clone(),
            status: product.status,
            title: product.title.clone(),
            description: product.description.clone(),
            category: product.category.clone(),
            brand: product.brand.clone(),
            media: product.media.clone(),
            variants: variants.collect(),
        }
    }

    /// The id of a product that is drafted under a slug.
    pub(super) fn new_id(slug: &str) -> ProductId {
        derive_uuid(&[b"catalogue", b"product", slug.as_bytes()]).into()
    }

    /// What the product is to become, seen from what it is now.
    pub(super) fn sheet(self, id: ProductId, now: &Product) -> Sheet {
        let Self { id: _, slug, status, title, description, category, brand, media, variants } = self;
        let named = variants.into_iter().map(|variant| {
            let known = variant.id.unwrap_or_else(|| variant_id(id, &variant.sku, now));
            let VariantRecord { id: _, sku, options, price, prices, tax_class, weight_g, retired } = variant;
            (Variant { id: known, sku, options, price, prices, tax_class, weight_g }, retired)
        });
        let named: Vec<_> = named.collect();
        let retired = named.iter().filter(|(_, retired)| *retired).map(|(variant, _)| variant.id).collect();
        let variants = named.into_iter().map(|(variant, _)| variant).collect();
        let product = Create { slug, title, description, category, brand, variants, media };
        Sheet { product, retired, status }
    }
}

/// The variant that an article number means: the product's own, or a new one whose id follows from both.
fn variant_id(product: ProductId, sku: &str, now: &Product) -> VariantId {
    if let Some(known) = now.variants.iter().find(|variant| variant.sku == sku) {
        return known.id;
    }
    let uuid = product.uuid();
    // One that had this number before and has another one now is not meant.
    let mut turn = now.variants.iter().fold(0_u64, |turn, _| turn.saturating_add(1));
    loop {
        let parts =
            [b"catalogue".as_slice(), uuid.as_bytes().as_slice(), sku.as_bytes(), &turn.to_be_bytes()];
        let id = VariantId::from(derive_uuid(&parts));
        if now.variant(id).is_none() {
            return id;
        }
        turn = turn.saturating_add(1);
    }
}
