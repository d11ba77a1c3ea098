//! `/admin/v1/order-filters`: lists of orders that the desk looks at again and again.

use amazoff_actors::desk::{OrderFilter, Receipt};
use amazoff_actors::money::Currency;
use amazoff_actors::order::{FulfillmentStatus, PaymentStatus, ReturnStatus, Status};
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pricebook::BookVersion;
use super::shelf::at_field;
use crate::conditional::{IfMatch, numbered};
use crate::idempotency::{Asker, RequestKey, Submission};
use crate::identity::Shopper;
use crate::json::Form;
use crate::openapi::OrderFilterProblems;
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;

/// What orders must be to be in a list; whatever is absent or null does not matter.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderFilter)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderFilterBody {
    /// What the filter is called.
    #[schema(max_length = 100, format = "readable", example = "To pack")]
    title: String,
    /// Where they are in their lives.
    #[serde(default)]
    #[schema(value_type = Option<crate::views::words::OrderStatus>)]
    status: Option<Status>,
    /// How far their money is.
    #[serde(default)]
    #[schema(value_type = Option<crate::views::words::OrderPaymentStatus>)]
    payment_status: Option<PaymentStatus>,
    /// How far their goods are.
    #[serde(default)]
    #[schema(value_type = Option<crate::views::words::OrderFulfillmentStatus>)]
    fulfillment_status: Option<FulfillmentStatus>,
    /// What of their returns waits.
    #[serde(default)]
    #[schema(value_type = Option<crate::views::words::OrderReturnStatus>)]
    return_status: Option<ReturnStatus>,
    /// In which currency they are paid.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    currency: Option<Currency>,
    /// Placed within so many days, today's among them.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3660)]
    placed_within_days: Option<u16>,
    /// What they cost at least, in minor units.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    total_min: Option<i64>,
    /// What they cost at most, in minor units; not below the least.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    total_max: Option<i64>,
}

impl Form for OrderFilterBody {}

impl From<OrderFilterBody> for OrderFilter {
    fn from(body: OrderFilterBody) -> Self {
        Self {
            title: body.title,
            status: body.status,
            payment_status: body.payment_status,
            fulfillment_status: body.fulfillment_status,
            return_status: body.return_status,
            currency: body.currency,
            placed_within_days: body.placed_within_days,
            total_min: body.total_min,
            total_max: body.total_max,
        }
    }
}

impl From<OrderFilter> for OrderFilterBody {
    fn from(filter: OrderFilter) -> Self {
        Self {
            title: filter.title,
            status: filter.status,
            payment_status: filter.payment_status,
            fulfillment_status: filter.fulfillment_status,
            return_status: filter.return_status,
            currency: filter.currency,
            placed_within_days: filter.placed_within_days,
            total_min: filter.total_min,
            total_max: filter.total_max,
        }
    }
}

/// A filter under its name.
#[derive(Serialize, ToSchema)]
pub(crate) struct NamedOrderFilter {
    /// Its name in links.
    name: String,
    /// What it is.
    filter: OrderFilterBody,
}

/// All filters.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrderFilterList {
    /// How often they were changed; `If-Match` takes it in double quotes.
    version: u64,
    /// By name.
    items: Vec<NamedOrderFilter>,
}

/// Lists the saved filters. Everybody who works at the desk shares them.
#[utoipa::path(get, path = "/admin/v1/order-filters", tag = "admin", responses((status = 200, body = OrderFilterList)))]
pub(crate) async fn list(State(platform): State<Platform>) -> Result<Response, Problem> {
    let desk = platform.shop.desks.current().await?;
    let filters = desk.state.filters.clone().into_iter();
    let items = filters.map(|(name, filter)| NamedOrderFilter { name, filter: filter.into() }).collect();
    let version = desk.state.version;
    Ok(numbered(OrderFilterList { version, items }, version))
}

/// Saves a filter, whether it was there or not. There are at most 50.
#[utoipa::path(put, path = "/admin/v1/order-filters/{filter}", tag = "admin", request_body = OrderFilterBody,
    params(("filter" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = BookVersion), OrderFilterProblems))]
pub(crate) async fn put(
    State(platform): State<Platform>,
    shopper: Shopper,
    IfMatch(seen): IfMatch,
    Name(name): Name,
    Submission { form, key }: Submission<OrderFilterBody>,
) -> Result<Reply<BookVersion>, Problem> {
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let saved = platform.shop.desks.save((name, form.into()), seen, envelope).await;
    let saved = saved.map_err(|error| at_field(Problem::asked(error)))?;
    Ok(Reply::done(version(saved.reply), saved.replayed))
}

/// Takes a filter away.
#[utoipa::path(delete, path = "/admin/v1/order-filters/{filter}", tag = "admin",
    params(("filter" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = BookVersion), OrderFilterProblems))]
pub(crate) async fn remove(
    State(platform): State<Platform>,
    shopper: Shopper,
    IfMatch(seen): IfMatch,
    Name(name): Name,
    key: RequestKey,
) -> Result<Reply<BookVersion>, Problem> {
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let dropped = platform.shop.desks.drop(name, seen, envelope).await.map_err(Problem::asked)?;
    Ok(Reply::done(version(dropped.reply), dropped.replayed))
}

fn version(Receipt { version }: Receipt) -> BookVersion {
    BookVersion { version }
}
