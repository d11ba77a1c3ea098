//! Which failures a route can answer with, for the document.

use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use crate::access::Access;
use crate::problem::PROBLEM_JSON;

/// Declares a set of failures: status and codes.
macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident { $($status:literal: $codes:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                [$(($status.to_owned(), RefOr::T(problem($codes)))),+].into()
            }
        }
    )+};
}

pub(super) use problems;

pub(super) fn problem(codes: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(codes).content(PROBLEM_JSON, content).build()
}

const AWAY: &str =
    "overloaded, domain-degraded, storage-unavailable, deadline-exceeded, not-committed, not-yet-consistent";

/// Adds the failures that follow from what every request passes.
pub(super) fn common(operation: &mut Operation, access: Option<Access>, (limited, takes_body): (bool, bool)) {
    // What staff change is told before it is done.
    let is_told = takes_body && matches!(access, Some(Access::Staff(_) | Access::Confirmed(_)));
    let away = if is_told { format!("{AWAY}, audit-unavailable") } else { AWAY.to_owned() };
    let mut also = vec![("500", "internal-error"), ("503", away.as_str())];
    if limited {
        also.push(("429", "rate-limited"));
    }
    if takes_body {
        also.extend([
            ("400", "broken-json, body-unreadable, idempotency-key-missing, idempotency-key-invalid, consistency-token-invalid"),
            ("403", "cross-origin-refused, api-key-reads-only"),
            ("413", "payload-too-large"),
            ("415", "unsupported-media-type"),
            ("422", "validation-failed, idempotency-key-reused"),
            ("504", "outcome-unknown"),
        ]);
    }
    also.push(("400", "consistency-token-invalid"));
    match access {
        Some(Access::Staff(_) | Access::Scraper) => {
            also.extend([("401", "login-required, token-invalid"), ("403", "role-missing")])
        }
        Some(Access::Confirmed(_)) => {
            also.extend([("401", "login-required, token-invalid"), ("403", "role-missing, step-up-required")])
        }
        Some(Access::ConfirmedPerson) => also.extend([
            ("401", "login-required, token-invalid"),
            ("403", "step-up-required, session-required"),
        ]),
        Some(Access::Person | Access::Holder) => also.push(("401", "login-required, token-invalid")),
        Some(Access::Anyone) | None => {}
    }
    // The connection's own answer, before any route.
    let too_long = Response::new("The head of the request, its URL included, is longer than 32 KiB.");
    operation.responses.responses.insert("431".to_owned(), RefOr::T(too_long));
    for (status, codes) in also {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(codes)));
    }
}
