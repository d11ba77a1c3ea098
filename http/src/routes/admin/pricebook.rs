//! `/admin/v1/pricebook`: currencies, rounding, tax regions, shipping methods, and when money is taken.

use std::collections::BTreeMap;

use amazoff_actors::money::Currency;
use amazoff_actors::pricebook::{
    Area, CapturePolicy, Change, Pricebook, Receipt, ShippingMethod, ShippingZone, TaxRegion,
};
use amazoff_actors::pricing::{Rate, Rounding, TaxClass};
use amazoff_supervisor::Answer;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Editor;
use super::schemas::{AreaShape, RatesShape, ZoneShape};
use crate::conditional::numbered;
use crate::idempotency::{RequestKey, Submission};
use crate::json::Exactly;
use crate::openapi::{BookProblems, PricebookProblems};
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;

/// The pricebook without its promotions.
#[derive(Serialize, ToSchema)]
#[schema(as = Pricebook)]
pub(crate) struct BookBody {
    /// How often it was changed; `If-Match` takes it in double quotes.
    version: u64,
    /// ISO 4217, the default first.
    #[schema(value_type = Vec<String>, example = json!(["EUR", "USD"]))]
    currencies: Vec<Currency>,
    /// `half_up`, `half_even` or `half_down`.
    #[schema(value_type = String, example = "half_up")]
    rounding: Rounding,
    /// `on_placement` or `on_shipment`.
    #[schema(value_type = String, example = "on_placement")]
    capture: CapturePolicy,
    /// The id of the region that counts where none is named.
    default_region: String,
    /// By id.
    #[schema(value_type = Vec<Object>)]
    regions: Vec<TaxRegion>,
    /// By id.
    #[schema(value_type = Vec<Object>)]
    shipping_methods: Vec<ShippingMethod>,
}

impl From<&Pricebook> for BookBody {
    fn from(book: &Pricebook) -> Self {
        Self {
            version: book.version,
            currencies: book.currencies.clone(),
            rounding: book.rounding,
            capture: book.capture,
            default_region: book.default_region.clone(),
            regions: book.regions.values().cloned().collect(),
            shipping_methods: book.shipping.values().cloned().collect(),
        }
    }
}

/// What a change came to.
#[derive(Serialize, ToSchema)]
pub(crate) struct BookVersion {
    /// The pricebook's version now.
    pub(crate) version: u64,
}

impl From<Receipt> for BookVersion {
    fn from(receipt: Receipt) -> Self {
        Self { version: receipt.version }
    }
}

fn changed(answer: Answer<Receipt>) -> Reply<BookVersion> {
    Reply::answered(answer)
}

/// Currencies of the shop.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CurrenciesForm {
    /// ISO 4217, the default first.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 20, example = json!(["EUR", "USD"]))]
    currencies: Vec<Currency>,
}

/// How amounts are rounded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoundingForm {
    /// Which way.
    #[schema(value_type = crate::views::words::Rounding)]
    rounding: Rounding,
}

/// When money is taken.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaptureForm {
    /// When.
    #[schema(value_type = crate::views::words::CapturePolicy)]
    capture: CapturePolicy,
}

/// Which region counts where none is named.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DefaultRegionForm {
    /// The id of a region.
    #[schema(example = "de")]
    region: String,
}

/// A tax region.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegionForm {
    /// Its name.
    #[schema(max_length = 200, format = "readable", example = "Standard")]
    title: String,
    /// What lies in it: `{"country": "US", "subdivision": "NY", "postal_prefix": "100"}`, each member optional.
    #[schema(value_type = Vec<AreaShape>, min_items = 1, max_items = 500)]
    areas: Vec<Area>,
    /// Whether prices include the tax.
    prices_include_tax: bool,
    /// Parts per million by class: `{"standard": 190000}`.
    #[schema(value_type = RatesShape)]
    rates: BTreeMap<TaxClass, Rate>,
}

/// A way to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MethodForm {
    /// Its name.
    #[schema(max_length = 200, format = "readable", example = "Standard")]
    title: String,
    /// How sending is taxed.
    #[serde(default)]
    #[schema(value_type = String, max_length = 50, format = "slug", example = "standard")]
    tax_class: TaxClass,
    /// Where it goes at which prices.
    #[schema(value_type = Vec<ZoneShape>, min_items = 1, max_items = 50)]
    zones: Vec<ShippingZone>,
}

/// Shows the pricebook without its promotions. For admins and support.
#[utoipa::path(get, path = "/admin/v1/pricebook", tag = "admin", responses((status = 200, body = BookBody)))]
pub(crate) async fn show(State(platform): State<Platform>) -> Result<Response, Problem> {
    let book = platform.shop.pricebooks.current().await?;
    Ok(numbered(BookBody::from(&book.state), book.state.version))
}

/// Says in which currencies the shop sells. What has no price in one is not sold in it. For admins.
#[utoipa::path(put, path = "/admin/v1/pricebook/currencies", tag = "admin", request_body = CurrenciesForm,
    params(("If-Match" = Option<String>, Header)),
    responses((status = 200, body = BookVersion), PricebookProblems))]
pub(crate) async fn currencies(
    State(platform): State<Platform>,
    editor: Editor,
    Submission { form, key }: Submission<Exactly<CurrenciesForm>>,
) -> Result<Reply<BookVersion>, Problem> {
    let change = Change::SetCurrencies { currencies: form.get()?.currencies };
    editor.change(&platform, &key, change, None).await.map(changed)
}

/// Says how amounts are rounded. For admins.
#[utoipa::path(put, path = "/admin/v1/pricebook/rounding", tag = "admin", request_body = RoundingForm,
    params(("If-Match" = Option<String>, Header)),
    responses((status = 200, body = BookVersion), PricebookProblems))]
pub(crate) async fn rounding(
    State(platform): State<Platform>,
    editor: Editor,
    Submission { form, key }: Submission<Exactly<RoundingForm>>,
) -> Result<Reply<BookVersion>, Problem> {
    let change = Change::SetRounding { rounding: form.get()?.rounding };
    editor.change(&platform, &key, change, None).await.map(changed)
}

/// Says when the money of new orders is taken. For admins.
#[utoipa::path(put, path = "/admin/v1/pricebook/capture", tag = "admin", request_body = CaptureForm,
    params(("If-Match" = Option<String>, Header)),
    responses((status = 200, body = BookVersion), PricebookProblems))]
pub(crate) async fn capture(
    State(platform): State<Platform>,
    editor: Editor,
    Submission { form, key }: Submission<Exactly<CaptureForm>>,
) -> Result<Reply<BookVersion>, Problem> {
    let change = Change::SetCapture { policy: form.get()?.capture };
    editor.change(&platform, &key, change, None).await.map(changed)
}

/// Says which region counts without a destination, and for one that no region names. For admins.
#[utoipa::path(put, path = "/admin/v1/pricebook/default-region", tag = "admin", request_body = DefaultRegionForm,
    params(("If-Match" = Option<String>, Header)),
    responses((status = 200, body = BookVersion), BookProblems))]
pub(crate) async fn default_region(
    State(platform): State<Platform>,
    editor: Editor,
    Submission { form, key }: Submission<Exactly<DefaultRegionForm>>,
) -> Result<Reply<BookVersion>, Problem> {
    let change = Change::SetDefaultRegion { id: form.get()?.region };
    editor.change(&platform, &key, change, None).await.map(changed)
}

/// Adds a tax region, or changes the one of that id. For admins.
#[utoipa::path(put, path = "/admin/v1/pricebook/regions/{region}", tag = "admin", request_body = RegionForm,
    params(("region" = String, Path), ("If-Match" = Option<String>, Header)), responses((status = 200, body = BookVersion), PricebookProblems))]
pub(crate) async fn put_region(
    State(platform): State<Platform>,
    editor: Editor,
    Name(id): Name,
    Submission { form, key }: Submission<Exactly<RegionForm>>,
) -> Result<Reply<BookVersion>, Problem> {
    let RegionForm { title, areas, prices_include_tax, rates } = form.get()?;
    let change = Change::PutRegion(TaxRegion { id, title, areas, prices_include_tax, rates });
    editor.change(&platform, &key, change, None).await.map(changed)
}

/// Removes a tax region that is not the default one. For admins.
#[utoipa::path(delete, path = "/admin/v1/pricebook/regions/{region}", tag = "admin",
    params(("region" = String, Path), ("If-Match" = Option<String>, Header)), responses((status = 200, body = BookVersion), BookProblems))]
pub(crate) async fn remove_region(
    State(platform): State<Platform>,
    editor: Editor,
    Name(id): Name,
    key: RequestKey,
) -> Result<Reply<BookVersion>, Problem> {
    editor.change(&platform, &key, Change::RemoveRegion { id }, None).await.map(changed)
}

/// Adds a shipping method, or changes the one of that id. For admins.
#[utoipa::path(put, path = "/admin/v1/pricebook/shipping-methods/{method}", tag = "admin",
    request_body = MethodForm, params(("method" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 200, body = BookVersion), PricebookProblems))]
pub(crate) async fn put_method(
    State(platform): State<Platform>,
    editor: Editor,
    Name(id): Name,
    Submission { form, key }: Submission<Exactly<MethodForm>>,
) -> Result<Reply<BookVersion>, Problem> {
    let MethodForm { title, tax_class, zones } = form.get()?;
    let change = Change::PutShippingMethod(ShippingMethod { id, title, tax_class, zones });
    editor.change(&platform, &key, change, None).await.map(changed)
}

/// Removes a shipping method. Carts that wished it get another one. For admins.
#[utoipa::path(delete, path = "/admin/v1/pricebook/shipping-methods/{method}", tag = "admin",
    params(("method" = String, Path), ("If-Match" = Option<String>, Header)), responses((status = 200, body = BookVersion), BookProblems))]
pub(crate) async fn remove_method(
    State(platform): State<Platform>,
    editor: Editor,
    Name(id): Name,
    key: RequestKey,
) -> Result<Reply<BookVersion>, Problem> {
    editor.change(&platform, &key, Change::RemoveShippingMethod { id }, None).await.map(changed)
}
