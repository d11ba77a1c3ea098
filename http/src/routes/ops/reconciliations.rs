//! `/ops/v1/reconciliations`: payments against what their providers say, and messages about payments that are not ours.

use std::time::Duration;

use amazoff_actors::reconcile::WINDOW;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

use super::acting::Actor;
use super::{Asked, limit};
use crate::idempotency::Submission;
use crate::json::Form;
use crate::openapi::{LagProblems, ReconcileProblems, ReconciliationProblems, ReconciliationsProblems};
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::{FieldError, Problem};
use crate::reply::Reply;
use crate::views::ops::{ReconciliationBody, ReconciliationList, StrayList};

/// How far back a run may look.
const WINDOW_S_MAX: u64 = 400 * 24 * 3_600;

/// How far back to look.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reconcile {
    /// Compares what was made in so many seconds until now; by default eight days.
    #[schema(minimum = 1, maximum = 34_560_000)]
    window_s: Option<u64>,
}

impl Form for Reconcile {
    fn check(&self) -> Vec<FieldError> {
        match self.window_s {
            Some(seconds) if !(1..=WINDOW_S_MAX).contains(&seconds) => {
                vec![FieldError::new("/window_s", "out-of-range", "From one second to 400 days.")]
            }
            Some(_) | None => Vec::new(),
        }
    }
}

/// Compares payments with what their providers say, now, and answers with the report. The run goes on when the caller does
/// not wait for it; its report is then in the list.
#[utoipa::path(post, path = "/ops/v1/reconciliations", tag = "ops", request_body = Reconcile,
    responses((status = 200, body = ReconciliationBody), ReconcileProblems))]
pub(crate) async fn run(
    State(platform): State<Platform>,
    actor: Actor,
    Submission { form, key }: Submission<Reconcile>,
) -> Result<Reply<Value>, Problem> {
    let window = form.window_s.map_or(WINDOW, Duration::from_secs);
    let runs = platform.shop.reconciliations.clone();
    let act = move |operator: amazoff_supervisor::Operator| async move {
        let report = Box::pin(operator.noted("reconcile", "payments", runs.run(window))).await?;
        Ok(ReconciliationBody::from(report))
    };
    actor.act(&platform, &key, act).await
}

/// Where to go on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportPage {
    cursor: Option<String>,
    limit: Option<usize>,
}

/// Lists reports, the newest first.
#[utoipa::path(get, path = "/ops/v1/reconciliations", tag = "ops",
    params(("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100, by default 50")),
    responses((status = 200, body = ReconciliationList), ReconciliationsProblems))]
pub(crate) async fn list(
    State(platform): State<Platform>,
    Asked(page): Asked<ReportPage>,
) -> Result<Json<ReconciliationList>, Problem> {
    const SCOPE: &str = "reconciliations";
    let after = page.cursor.as_deref().map(|cursor| platform.auth.position(SCOPE, cursor)).transpose()?;
    let found = platform.shop.reconciliations.reports(after, limit(page.limit)?).await;
    let (reports, next) = found.map_err(|error| Problem::not_ready(&error.to_string()))?;
    let next_cursor = next.map(|next| platform.auth.cursor(SCOPE, &next)).transpose()?;
    Ok(Json(ReconciliationList { items: reports.into_iter().map(Into::into).collect(), next_cursor }))
}

/// Shows a report.
#[utoipa::path(get, path = "/ops/v1/reconciliations/{report}", tag = "ops", params(("report" = String, Path)),
    responses((status = 200, body = ReconciliationBody), ReconciliationProblems))]
pub(crate) async fn show(
    State(platform): State<Platform>,
    Name(id): Name,
) -> Result<Json<ReconciliationBody>, Problem> {
    let found = platform.shop.reconciliations.report(&id).await;
    let found = found.map_err(|error| Problem::not_ready(&error.to_string()))?;
    found.map(|report| Json(report.into())).ok_or_else(|| Problem::missing("reconciliation-not-found"))
}

/// Lists messages of payment providers about payments that this shop does not have, the newest first. A fixed number is
/// kept.
#[utoipa::path(get, path = "/ops/v1/webhooks/strays", tag = "ops",
    responses((status = 200, body = StrayList), LagProblems))]
pub(crate) async fn strays(State(platform): State<Platform>) -> Result<Json<StrayList>, Problem> {
    let strays = platform.shop.webhooks.strays().await;
    let strays = strays.map_err(|error| Problem::not_ready(&error.to_string()))?;
    Ok(Json(StrayList { items: strays.into_iter().map(Into::into).collect() }))
}
