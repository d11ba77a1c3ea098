//! `/admin/v1/reports`: what was sold, what sells best, how far carts come, what runs out. As CSV for whoever accepts that.

use amazoff_actors::money::Currency;
use amazoff_actors::report::{Day, LOW_MAX, Range};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use crate::openapi::{ListProblems, ReportProblems};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::routes::catalogue::limit;
use crate::routes::ops::Asked;
use crate::table::answered;
use crate::views::reports::{BestSellers, FunnelReport, RevenueReport, StockOutBody, StockOuts};

/// Days before today with which a report begins that does not say when.
const DAYS_DEFAULT: u16 = 29;
/// At how many pieces a variant is reported where nobody says.
const THRESHOLD_DEFAULT: u32 = 5;

/// Which days, and in which currency.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    from: Option<String>,
    to: Option<String>,
    currency: Option<Currency>,
}

/// The same, and how many.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedBest {
    from: Option<String>,
    to: Option<String>,
    currency: Option<Currency>,
    limit: Option<usize>,
}

/// The currency that is asked for, or the shop's first.
async fn currency(platform: &Platform, asked: Option<Currency>) -> Result<Currency, Problem> {
    match asked {
        Some(currency) => Ok(currency),
        None => Ok(platform.shop.pricebooks.current().await?.state.default_currency()),
    }
}

/// The days from one to another; of what is absent, today and a month.
fn days(platform: &Platform, (from, to): (Option<&str>, Option<&str>)) -> Result<Range, Problem> {
    let read = |name: &str, text: &str| {
        text.parse::<Day>().map_err(|error| Problem::query(name, &format!("{error}")))
    };
    let to = to.map(|text| read("to", text)).transpose()?;
    let to = to.unwrap_or_else(|| Day::of(platform.shop.clock.now()));
    let from = from.map(|text| read("from", text)).transpose()?;
    Ok(Range::new(from.unwrap_or_else(|| to.minus(DAYS_DEFAULT)), to)?)
}

/// What was sold on each day: orders, what they cost, how much less orders cost since, tax, and what is left.
#[utoipa::path(get, path = "/admin/v1/reports/revenue", tag = "admin",
    params(("from" = Option<String>, Query, description = "the first day, of UTC; by default 29 days before the last"),
        ("to" = Option<String>, Query, description = "the last day; by default today. At most 366 days"),
        ("currency" = Option<String>, Query, description = "by default the shop's first")),
    responses((status = 200, content((RevenueReport = "application/json"), (String = "text/csv"))), ReportProblems))]
pub(crate) async fn revenue(
    State(platform): State<Platform>,
    Asked(wanted): Asked<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let range = days(&platform, (wanted.from.as_deref(), wanted.to.as_deref()))?;
    let currency = currency(&platform, wanted.currency).await?;
    let days = platform.shop.reports.revenue(range, currency).await?;
    let report = RevenueReport::of(&days, currency);
    answered(&headers, &report, ("revenue", RevenueReport::COLUMNS), RevenueReport::rows)
}

/// The products of which most pieces were sold in orders that were placed on these days.
#[utoipa::path(get, path = "/admin/v1/reports/best-sellers", tag = "admin",
    params(("from" = Option<String>, Query, description = "the first day, of UTC; by default 29 days before the last"),
        ("to" = Option<String>, Query, description = "the last day; by default today. At most 366 days"),
        ("currency" = Option<String>, Query, description = "by default the shop's first"),
        ("limit" = Option<u8>, Query, description = "1 to 100")),
    responses((status = 200, content((BestSellers = "application/json"), (String = "text/csv"))), ReportProblems))]
pub(crate) async fn best_sellers(
    State(platform): State<Platform>,
    Asked(wanted): Asked<WantedBest>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let most = limit(wanted.limit)?;
    let range = days(&platform, (wanted.from.as_deref(), wanted.to.as_deref()))?;
    let currency = currency(&platform, wanted.currency).await?;
    let best = platform.shop.reports.best_sellers(range, currency, most).await?;
    let report = BestSellers::of(best, currency);
    answered(&headers, &report, ("best-sellers", BestSellers::COLUMNS), BestSellers::rows)
}

/// Which days.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Days {
    from: Option<String>,
    to: Option<String>,
}

/// How many carts were opened, got a line and began their checkout, and how many orders were placed and paid, on each day.
#[utoipa::path(get, path = "/admin/v1/reports/funnel", tag = "admin",
    params(("from" = Option<String>, Query, description = "the first day, of UTC; by default 29 days before the last"),
        ("to" = Option<String>, Query, description = "the last day; by default today. At most 366 days")),
    responses((status = 200, content((FunnelReport = "application/json"), (String = "text/csv"))), ReportProblems))]
pub(crate) async fn funnel(
    State(platform): State<Platform>,
    Asked(wanted): Asked<Days>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let range = days(&platform, (wanted.from.as_deref(), wanted.to.as_deref()))?;
    let report = FunnelReport::of(&platform.shop.reports.funnel(range).await?);
    answered(&headers, &report, ("funnel", FunnelReport::COLUMNS), FunnelReport::rows)
}

/// How few pieces, and which page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Low {
    threshold: Option<u32>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// Variants of which at most so many pieces can be had, the fewest first; since when, where there is none. What is
/// retired, or archived, is left out: a page may be short, or empty, and yet have a next one.
#[utoipa::path(get, path = "/admin/v1/reports/stock-outs", tag = "admin",
    params(("threshold" = Option<u8>, Query, description = "0 to 100; by default 5", minimum = 0, maximum = 100),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100")),
    responses((status = 200, content((StockOuts = "application/json"), (String = "text/csv"))), ListProblems))]
pub(crate) async fn stock_outs(
    State(platform): State<Platform>,
    Asked(wanted): Asked<Low>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let threshold = wanted.threshold.unwrap_or(THRESHOLD_DEFAULT);
    if threshold > LOW_MAX {
        return Err(Problem::query("threshold", "A number from 0 to 100."));
    }
    let scope = format!("stock outs {threshold}");
    let after = wanted.cursor.as_deref().map(|cursor| platform.auth.position(&scope, cursor)).transpose()?;
    let page = platform.shop.reports.stock_outs(threshold, after, limit(wanted.limit)?).await?;
    let next_cursor = page.next.map(|next| platform.auth.cursor(&scope, &next)).transpose()?;
    let items = page.items.into_iter().map(StockOutBody::from).collect();
    let report = StockOuts { items, next_cursor };
    answered(&headers, &report, ("stock-outs", StockOuts::COLUMNS), StockOuts::rows)
}
