//! What staff change: written into the audit trail before the handler sees it, so none goes unseen; what is refused leaves a
//! second entry that says so.
//!
//! Handlers that have more to say tell it themselves. An entry can never be erased, so of what was sent it has figures and
//! what looks like a name of the shop's own; what people write it leaves out. The rest is in the history of the subject, under
//! the command's id.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request};
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::idempotency::{Asker, RequestKey};
use crate::identity::Shopper;
use crate::json::{self, BODY_BYTES_MAX};
use crate::platform::Platform;
use crate::problem::{Failed, Problem};
use crate::routes::ops::acting;

/// What is told here, and below it what is not: handlers tell it themselves, or it changes nothing.
const TOLD: &str = "/admin/v1/";
const NOT_HERE: [&str; 5] =
    ["/admin/v1/products", "/admin/v1/categories", "/admin/v1/media", "/admin/v1/users", "/admin/v1/quotes"];
/// Members whose values people write.
const WRITTEN: [&str; 4] = ["text", "note", "url", "number"];
/// The longest text that may be a name of the shop's own, in bytes.
const NAME_BYTES_MAX: usize = 64;
/// The largest body of which the trail tells more than its size, in bytes.
const TOLD_BYTES_MAX: usize = 4 * 1024;

/// Whether a request is told here.
fn is_told(method: &Method, route: &str) -> bool {
    !method.is_safe() && route.starts_with(TOLD) && !NOT_HERE.iter().any(|begin| route.starts_with(begin))
}

/// Tells of a request, lets it pass, and tells of its failure.
pub(crate) async fn told<F: Future<Output = Response>>(
    platform: &Platform,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    if !is_told(request.method(), route) {
        return next(request).await;
    }
    let route = route.to_owned();
    match pass(platform, &route, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn pass<F: Future<Output = Response>>(
    platform: &Platform,
    route: &str,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY_BYTES_MAX).await;
    let bytes = bytes.map_err(|error| json::unreadable(&error, BODY_BYTES_MAX))?;
    let subject = subject(&mut parts, platform, route).await;
    let shopper = <Shopper as FromRequestParts<Platform>>::from_request_parts(&mut parts, platform).await?;
    let actor = acting::name(shopper.logged_in()?);
    let key = <RequestKey as FromRequestParts<Platform>>::from_request_parts(&mut parts, platform).await?;
    let command = key.command(&Asker::of(&shopper));
    let operator = platform.runtime.operator(platform.tree()?.clone(), actor);
    let action = action(&parts.method, route);
    let detail = json!({ "command_id": command, "body": said(&bytes) });
    operator.tell(action.clone(), &subject, &detail).await?;
    let response = next(Request::from_parts(parts, Body::from(bytes))).await;
    if let Some(Failed(problem)) = response.extensions().get::<Failed>() {
        let failed = json!({ "code": problem.code(), "command_id": command });
        if let Err(error) = operator.tell(format!("{action}-failed"), &subject, &failed).await {
            tracing::error!(action, %error, "a failed act could not be noted: {error}");
        }
    }
    Ok(response)
}

/// What a request is about: the ids in its path, or else the first name in it.
async fn subject(parts: &mut Parts, platform: &Platform, route: &str) -> String {
    let ids: Vec<String> = match RawPathParams::from_request_parts(parts, platform).await {
        Ok(params) => params.iter().map(|(_, value)| value.chars().take(NAME_BYTES_MAX).collect()).collect(),
        Err(_) => Vec::new(),
    };
    match ids.is_empty() {
        true => literals(route).next().unwrap_or_default().to_owned(),
        false => ids.join("/"),
    }
}

/// `orders-refunds`, `promotions-create`, `pricebook-regions-remove`: the names in the route, and what is done where they do
/// not say it.
fn action(method: &Method, route: &str) -> String {
    let names: Vec<_> = literals(route).collect();
    let verb = match *method {
        Method::PUT => Some("put"),
        Method::PATCH => Some("change"),
        Method::DELETE => Some("remove"),
        _ if names.len() == 1 => Some("create"),
        _ => None,
    };
    names.into_iter().chain(verb).collect::<Vec<_>>().join("-")
}

fn literals(route: &str) -> impl Iterator<Item = &str> {
    route.strip_prefix(TOLD).unwrap_or(route).split('/').filter(|part| !part.starts_with('{'))
}

/// What of a body may be kept for ever.
fn said(bytes: &Bytes) -> Value {
    match serde_json::from_slice::<Value>(bytes) {
        _ if bytes.is_empty() => Value::Null,
        Ok(body) if bytes.len() <= TOLD_BYTES_MAX => plain(body),
        Ok(_) | Err(_) => json!({ "bytes": bytes.len() }),
    }
}

fn plain(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| {
                let value =
                    if WRITTEN.contains(&name.as_str()) { Value::from("(left out)") } else { plain(value) };
                (name, value)
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::String(text) if !is_name(&text) => Value::from("(left out)"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:+".contains(&byte);
    text.len() <= NAME_BYTES_MAX && text.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_staff_change_is_told_and_what_they_look_at_is_not() {
        assert!(is_told(&Method::POST, "/admin/v1/orders/{order_id}/refunds"));
        assert!(is_told(&Method::DELETE, "/admin/v1/coupons/{code}"));
        assert!(!is_told(&Method::GET, "/admin/v1/orders"));
        assert!(!is_told(&Method::POST, "/admin/v1/quotes"));
        assert!(!is_told(&Method::PATCH, "/admin/v1/products/{product_id}"), "told by its handler");
        assert!(!is_told(&Method::POST, "/v1/carts"));
    }

    #[test]
    fn an_act_is_named_after_its_route() {
        for (method, route, name) in [
            (Method::POST, "/admin/v1/orders/{order_id}/refunds", "orders-refunds"),
            (Method::POST, "/admin/v1/promotions", "promotions-create"),
            (Method::PUT, "/admin/v1/pricebook/regions/{region}", "pricebook-regions-put"),
            (Method::DELETE, "/admin/v1/coupons/{code}", "coupons-remove"),
        ] {
            assert_eq!(action(&method, route), name);
        }
    }

    #[test]
    fn what_people_write_is_left_out() {
        let body = json!({
            "amount": 250, "code": "SUMMER-10", "note": "Robin", "lines": [{"line_id": "lin_1", "why": "Ask Robin first"}]
        });
        let left = json!({
            "amount": 250, "code": "SUMMER-10", "note": "(left out)",
            "lines": [{"line_id": "lin_1", "why": "(left out)"}]
        });
        assert_eq!(said(&Bytes::from(body.to_string())), left);
        assert_eq!(said(&Bytes::from_static(b"not json")), json!({ "bytes": 8 }));
        assert_eq!(said(&Bytes::new()), Value::Null);
    }
}
