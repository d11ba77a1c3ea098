//! `POST /ops/v1/faults`: deliberate failures, for tests. Only in builds with the feature `fault-points`.

use amazoff_supervisor::faults;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ops::subject::named;
use crate::json::{Form, Valid};
use crate::platform::Platform;
use crate::problem::{FieldError, Problem};

/// A failure to arm.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFault {
    /// The domain, such as `payment`.
    kind: String,
    /// One entity of it, or any.
    #[serde(default)]
    id: Option<String>,
    /// `panic`.
    fault: String,
    /// How many commands fail.
    times: u32,
}

impl Form for NewFault {
    fn check(&self) -> Vec<FieldError> {
        let known = self
            .id
            .as_deref()
            .is_none_or(|id| named(id).is_some_and(|entity| entity.kind.as_str() == self.kind));
        let rules = [(self.fault == "panic", "/fault"), (known, "/id")];
        let broken = rules.into_iter().filter(|(holds, _)| !holds);
        broken
            .map(|(_, pointer)| FieldError::new(pointer, "invalid-value", "There is no such thing."))
            .collect()
    }
}

/// Arms a failure.
pub(crate) async fn arm(
    State(platform): State<Platform>,
    Valid(fault): Valid<NewFault>,
) -> Result<StatusCode, Problem> {
    if platform.runtime.member(&fault.kind).is_none() {
        return Err(Problem::missing("entity-not-found"));
    }
    let id = fault.id.as_deref().and_then(named).map(|entity| entity.id);
    faults::arm_panic(&fault.kind, id, fault.times);
    Ok(StatusCode::NO_CONTENT)
}
