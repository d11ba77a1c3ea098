//! `/ops/v1/fsck`: everything that is stored against everything else.

use std::sync::Arc;

use amazoff_supervisor::Operator;
use amazoff_supervisor::journal::JournalError;
use axum::extract::State;
use serde_json::Value;

use super::acting::Actor;
use crate::idempotency::RequestKey;
use crate::openapi::CheckProblems;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::views::check::CheckBody;

/// Checks everything that is stored against everything else, as `amazoff fsck` does, and answers with what was found. One check
/// runs at a time, and to its end: where it takes longer than a request may, the repeat with the same key gets its answer.
#[utoipa::path(post, path = "/ops/v1/fsck", tag = "ops", responses((status = 200, body = CheckBody), CheckProblems))]
pub(crate) async fn run(
    State(platform): State<Platform>,
    actor: Actor,
    key: RequestKey,
) -> Result<Reply<Value>, Problem> {
    let checker = platform.checker()?;
    let places = Arc::clone(&platform.checks);
    let act = move |operator: Operator| async move {
        let checking = async {
            let _place = places.try_acquire().map_err(|_taken| {
                JournalError::Unavailable("a check is running already: wait until it has ended".to_owned())
            })?;
            checker.check().await
        };
        operator.noted("fsck", "everything", checking).await
    };
    actor.act(&platform, &key, act).await
}
