//! `/admin/v1/stock`: quantities and their ledger.

use amazoff_actors::ids::VariantId;
use amazoff_actors::stock::Correction;
use amazoff_supervisor::Version;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use crate::idempotency::{Asker, Submission};
use crate::identity::Shopper;
use crate::openapi::{StockPageProblems, StockProblems};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::routes::catalogue::limit;
use crate::routes::ops::Asked;
use crate::views::stock::{BackorderForm, CorrectionForm, LevelsBody, StockBody, StockReceipt};

/// Which page of the ledger.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LedgerQuery {
    after: Option<u64>,
    limit: Option<usize>,
}

/// Shows the quantities of a variant and its ledger, oldest first.
#[utoipa::path(get, path = "/admin/v1/stock/{variant_id}", tag = "admin",
    params(("variant_id" = String, Path),
        ("after" = Option<u64>, Query, description = "next_after of the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 100")),
    responses((status = 200, body = StockBody), StockPageProblems))]
pub(crate) async fn show(
    State(platform): State<Platform>,
    Id(variant): Id<VariantId>,
    Asked(LedgerQuery { after, limit: wanted }): Asked<LedgerQuery>,
) -> Result<Json<StockBody>, Problem> {
    let stocks = &platform.shop.stocks;
    let stock = stocks.get(variant).await?.ok_or_else(|| Problem::missing("unknown-variant"))?;
    let ledger = stocks.ledger(variant, Version(after.unwrap_or(0)), limit(wanted)?).await?;
    Ok(Json(StockBody::of(variant, &stock.state, ledger)))
}

/// Puts pieces on the shelf.
#[utoipa::path(post, path = "/admin/v1/stock/{variant_id}/receive", tag = "admin", request_body = StockReceipt,
    params(("variant_id" = String, Path)), responses((status = 200, body = LevelsBody), StockProblems))]
pub(crate) async fn receive(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(variant): Id<VariantId>,
    Submission { form: StockReceipt { quantity }, key }: Submission<StockReceipt>,
) -> Result<Reply<LevelsBody>, Problem> {
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let answer = platform.shop.stocks.receive(variant, quantity, envelope).await;
    Ok(Reply::answered(answer.map_err(Problem::asked)?))
}

/// Corrects how many pieces are on the shelf, if they are as many as was seen.
#[utoipa::path(post, path = "/admin/v1/stock/{variant_id}/adjust", tag = "admin", request_body = CorrectionForm,
    params(("variant_id" = String, Path)), responses((status = 200, body = LevelsBody), StockProblems))]
pub(crate) async fn adjust(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(variant): Id<VariantId>,
    Submission { form, key }: Submission<CorrectionForm>,
) -> Result<Reply<LevelsBody>, Problem> {
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let CorrectionForm { delta, reason, expected_on_hand } = form;
    let correction = Correction { delta, reason, expected_on_hand: Some(expected_on_hand) };
    let answer = platform.shop.stocks.adjust(variant, correction, envelope).await;
    Ok(Reply::answered(answer.map_err(Problem::asked)?))
}

/// Lets more pieces be promised than are on the shelf.
#[utoipa::path(post, path = "/admin/v1/stock/{variant_id}/backorders", tag = "admin", request_body = BackorderForm,
    params(("variant_id" = String, Path)), responses((status = 200, body = LevelsBody), StockProblems))]
pub(crate) async fn backorders(
    State(platform): State<Platform>,
    shopper: Shopper,
    Id(variant): Id<VariantId>,
    Submission { form: BackorderForm { up_to }, key }: Submission<BackorderForm>,
) -> Result<Reply<LevelsBody>, Problem> {
    let envelope = key.envelope(&Asker::of(&shopper), platform.settings.ask_limit());
    let answer = platform.shop.stocks.allow_backorders(variant, up_to, envelope).await;
    Ok(Reply::answered(answer.map_err(Problem::asked)?))
}
