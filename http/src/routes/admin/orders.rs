//! `/admin/v1/orders`: orders, what is given back for them, and remarks.

use amazoff_actors::ids::OrderId;
use amazoff_actors::money::Currency;
use amazoff_actors::order::{
    Filter, FulfillmentStatus, NoteError, PaymentStatus, RefundOf, ReturnStatus, Status, read_number,
};
use amazoff_actors::report::Day;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::{Desk, changed, shown};
use crate::idempotency::Submission;
use crate::openapi::{DeskProblems, ListProblems, OrderProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::routes::catalogue::limit;
use crate::routes::ops::Asked;
use crate::views::desk::{CancelForm, DeskOrderBody, NoteForm, RefundForm, portions};
use crate::views::orders::{OrderCardBody, OrderList};

/// Which orders, and which page of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    number: Option<String>,
    email: Option<String>,
    status: Option<Status>,
    payment_status: Option<PaymentStatus>,
    fulfillment_status: Option<FulfillmentStatus>,
    return_status: Option<ReturnStatus>,
    currency: Option<Currency>,
    placed_from: Option<String>,
    placed_to: Option<String>,
    total_min: Option<u64>,
    total_max: Option<u64>,
    cursor: Option<String>,
    limit: Option<usize>,
}

impl Chosen {
    fn filter(&self) -> Result<Filter, Problem> {
        let amount = |amount: Option<u64>| amount.map(|amount| i64::try_from(amount).unwrap_or(i64::MAX));
        let number =
            self.number.as_deref().map(|text| read_number(text).ok_or_else(no_number)).transpose()?;
        let to = day("placed_to", self.placed_to.as_deref())?;
        Ok(Filter {
            number,
            user: None,
            status: self.status,
            payment_status: self.payment_status,
            fulfillment_status: self.fulfillment_status,
            return_status: self.return_status,
            currency: self.currency,
            placed_from: day("placed_from", self.placed_from.as_deref())?.map(Day::start),
            placed_before: to.and_then(Day::next).map(Day::start),
            total_min: amount(self.total_min),
            total_max: amount(self.total_max),
        })
    }
}

fn no_number() -> Problem {
    Problem::query("number", "it is AZ- and ten letters or digits")
}

fn day(name: &str, text: Option<&str>) -> Result<Option<Day>, Problem> {
    let day = text.map(str::parse::<Day>).transpose();
    day.map_err(|error| Problem::query(name, &error.to_string()))
}

/// Lists placed orders, newest first. Every filter must fit. Where totals must fit, a page may be short, or empty, and yet have
/// a next one.
#[utoipa::path(get, path = "/admin/v1/orders", tag = "admin",
    params(("number" = Option<String>, Query, description = "its number, whole"),
        ("email" = Option<String>, Query, description = "the whole address of whoever has an account and placed it"),
        ("status" = Option<String>, Query), ("payment_status" = Option<String>, Query),
        ("fulfillment_status" = Option<String>, Query),
        ("return_status" = Option<String>, Query),
        ("currency" = Option<String>, Query),
        ("placed_from" = Option<String>, Query, description = "the first day of placing, of UTC"),
        ("placed_to" = Option<String>, Query, description = "the last day of placing"),
        ("total_min" = Option<u64>, Query, description = "what it cost at least when it was placed, in minor units", minimum = 0),
        ("total_max" = Option<u64>, Query, description = "what it cost at most", minimum = 0),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100")),
    responses((status = 200, body = OrderList), ListProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    Asked(chosen): Asked<Chosen>,
) -> Result<Json<OrderList>, Problem> {
    let mut filter = chosen.filter()?;
    if let Some(email) = &chosen.email {
        filter.user = platform.shop.users.find(email).await?;
        if filter.user.is_none() {
            return Ok(Json(OrderList { items: Vec::new(), next_cursor: None }));
        }
    }
    let Chosen { cursor, limit: wanted, .. } = chosen;
    let scope = format!("admin orders {filter:?}");
    let after = cursor.as_deref().map(|cursor| platform.auth.position(&scope, cursor)).transpose()?;
    let page = platform.shop.orders.list_by(filter, after, limit(wanted)?).await?;
    let next_cursor = page.next.map(|next| platform.auth.cursor(&scope, &next)).transpose()?;
    Ok(Json(OrderList { items: page.items.into_iter().map(OrderCardBody::from).collect(), next_cursor }))
}

/// Shows an order with its contact and remarks.
#[utoipa::path(get, path = "/admin/v1/orders/{order_id}", tag = "admin", params(("order_id" = String, Path)),
    responses((status = 200, body = DeskOrderBody), OrderProblems))]
pub(crate) async fn get_one(
    State(platform): State<Platform>,
    Id(id): Id<OrderId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    shown(&platform, id, &headers).await
}

/// Gives the whole order up, or pieces that are not packed: their stock becomes free and their money goes back.
#[utoipa::path(post, path = "/admin/v1/orders/{order_id}/cancel", tag = "admin", request_body = CancelForm,
    params(("order_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskOrderBody), DeskProblems))]
pub(crate) async fn cancel(
    State(platform): State<Platform>,
    desk: Desk,
    Id(id): Id<OrderId>,
    Submission { form, key }: Submission<CancelForm>,
) -> Result<Response, Problem> {
    let request = desk.request(&platform, &key);
    let orders = &platform.shop.orders;
    let answer = match form.lines {
        None => orders.call_off(id, request).await,
        Some(lines) => orders.cancel_lines(id, portions(&lines), request).await,
    };
    changed(&platform, id, answer.map_err(Problem::asked)?.replayed).await
}

/// Gives money back: the price of pieces, or a sum.
#[utoipa::path(post, path = "/admin/v1/orders/{order_id}/refunds", tag = "admin", request_body = RefundForm,
    params(("order_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskOrderBody), DeskProblems))]
pub(crate) async fn refund(
    State(platform): State<Platform>,
    desk: Desk,
    Id(id): Id<OrderId>,
    Submission { form, key }: Submission<RefundForm>,
) -> Result<Response, Problem> {
    let request = desk.request(&platform, &key);
    let of = match (form.money(), &form.lines) {
        (Some(amount), _) => RefundOf::Amount(amount),
        (None, lines) => RefundOf::Lines(portions(lines.as_deref().unwrap_or_default())),
    };
    let answer = platform.shop.orders.refund(id, (of, form.reason), request).await;
    changed(&platform, id, answer.map_err(Problem::asked)?.replayed).await
}

/// Keeps a remark. It rests sealed with the key of the order's owner.
#[utoipa::path(post, path = "/admin/v1/orders/{order_id}/notes", tag = "admin", request_body = NoteForm,
    params(("order_id" = String, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DeskOrderBody), DeskProblems))]
pub(crate) async fn note(
    State(platform): State<Platform>,
    desk: Desk,
    Id(id): Id<OrderId>,
    Submission { form, key }: Submission<NoteForm>,
) -> Result<Response, Problem> {
    let request = desk.request(&platform, &key);
    let note = (form.text.trim(), desk.shopper.user());
    let answer = platform.shop.orders.add_note(id, note, request).await.map_err(|error| match error {
        NoteError::NotFound => Problem::missing("order-not-found"),
        NoteError::Vault(error) => Problem::from(error),
        NoteError::Ask(error) => Problem::asked(error),
    })?;
    changed(&platform, id, answer.replayed).await
}
