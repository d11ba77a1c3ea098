//! The OpenAPI document, generated from the routes and kept in the repository as `http/openapi.json`.

mod examples;
mod office_problems;
mod problems;
mod rules;
mod shelf_problems;
mod shopper_problems;
mod texts;
mod tight;

use std::sync::LazyLock;

use amazoff_supervisor::consistency;
use axum::http::Method;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    InfoBuilder, LicenseBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, RefOr, Required, ResponseBuilder,
    SecurityRequirement, ServerBuilder, Type,
};
use utoipa::{PartialSchema, ToSchema};

use crate::access::{self, Access};
use crate::idempotency::{KEY_BYTES_MAX, KEY_BYTES_MIN_SHARED, needs_key};
use crate::limits::Class;
use crate::prefer;
use crate::problem::{FieldError, ProblemBody};

pub use office_problems::*;
use problems::common;
pub use shelf_problems::*;
pub use shopper_problems::*;

const BEARER: &str = "bearer";
const CART_TOKEN: &str = "cart_token";

/// The document, complete.
pub fn document() -> Value {
    let mut document = serde_json::to_value(described()).unwrap_or_default();
    tight::tighten(&mut document);
    examples::add(&mut document);
    document
}

/// The document as the routes and the tables describe it.
fn described() -> OpenApi {
    let (_, routes) = crate::router::api().split_for_parts();
    let info = InfoBuilder::new()
        .title("Amazoff")
        .version("1")
        .description(Some(
            "The shop's API. Every failure is application/problem+json with a stable code; \
            /problems/{code} explains it. POST requests that act need an Idempotency-Key.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    let here = ServerBuilder::new().url("/").description(Some("the shop that serves this document")).build();
    let mut document = OpenApiBuilder::from(routes).info(info).servers(Some([here])).build();
    let components = document.components.get_or_insert_default();
    components.schemas.insert("Problem".to_owned(), ProblemBody::schema());
    components.schemas.insert(FieldError::name().into_owned(), FieldError::schema());
    components
        .security_schemes
        .insert(BEARER.to_owned(), SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)).into());
    let cart_token = ApiKeyValue::with_description("X-Cart-Token", "the secret of a guest's cart");
    components
        .security_schemes
        .insert(CART_TOKEN.to_owned(), SecurityScheme::ApiKey(ApiKey::Header(cart_token)).into());
    for (path, item) in &mut document.paths.paths {
        describe(path, item);
    }
    document
}

/// Serves the document.
pub(crate) async fn serve() -> Response {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=60")], DOCUMENT.as_str())
        .into_response()
}

/// Adds what follows from the authorisation table and from the layers, the same for every route.
fn describe(path: &str, item: &mut PathItem) {
    let PathItem { get, post, put, patch, delete, .. } = item;
    let operations = [("GET", get), ("POST", post), ("PUT", put), ("PATCH", patch), ("DELETE", delete)];
    for (method, operation) in
        operations.into_iter().filter_map(|(method, slot)| Some((method, slot.as_mut()?)))
    {
        name(operation, path);
        for (status, response) in &mut operation.responses.responses {
            say(response, status);
        }
        let asked = method.parse::<Method>().ok();
        let access = asked.as_ref().and_then(|method| access::of(method, path));
        secure(operation, access);
        let takes_body = operation.request_body.is_some();
        let acts = acts(method, path, takes_body);
        if acts {
            let needed = asked.as_ref().is_some_and(|method| needs_key(method, path));
            key(operation, needed, path);
        }
        token(operation);
        if let Some(method) = &asked {
            preferences(operation, method, path);
        }
        let limited = asked.as_ref().is_some_and(|method| Class::of(method, path).is_some());
        common(operation, access, (limited, takes_body || acts));
    }
}

/// Gives an operation a name of its own: the fixed parts of its path, and what its handler is called.
fn name(operation: &mut Operation, path: &str) {
    let fixed = path.split('/').filter(|part| !part.is_empty() && *part != "v1" && !part.starts_with('{'));
    let fixed = fixed.map(|part| part.trim_start_matches('.').replace(['-', '.'], "_")).collect::<Vec<_>>();
    let handler = operation.operation_id.take().unwrap_or_default();
    operation.operation_id = Some(match fixed.last() {
        Some(last) if *last == handler => fixed.join("_"),
        Some(_) | None => format!("{}_{handler}", fixed.join("_")),
    });
}

/// Says what an answer means where its handler does not.
fn say(response: &mut RefOr<utoipa::openapi::Response>, status: &str) {
    if let RefOr::T(response) = response
        && response.description.is_empty()
    {
        let meaning = match status {
            "201" => "It exists from now on, at Location.",
            "202" => "It is under way; Location tells how it goes.",
            "204" => "It is done, and there is nothing to show.",
            _ => "It is done, or shown.",
        };
        response.description = meaning.to_owned();
    }
}

/// What one logs in with: a repeat is refused as such, so a key would name nothing.
const CREDENTIALS: [&str; 2] = ["/v1/me/email", "/v1/me/password"];

/// Whether a request is named by a key: it changes something, and is about no credentials.
fn acts(method: &str, path: &str, takes_body: bool) -> bool {
    if path.starts_with("/ops/") {
        return method != "GET" && !path.ends_with("/what-if");
    }
    if path.starts_with("/admin/") {
        return method != "GET" && !path.ends_with("/quotes");
    }
    takes_body && !path.starts_with("/v1/auth/") && !CREDENTIALS.contains(&path)
        || path.ends_with("/register")
}

fn secure(operation: &mut Operation, access: Option<Access>) {
    let bearer = SecurityRequirement::new::<_, [String; 0], String>(BEARER, []);
    let cart = SecurityRequirement::new::<_, [String; 0], String>(CART_TOKEN, []);
    operation.security = match access {
        Some(Access::Holder) => Some(vec![bearer, cart]),
        Some(
            Access::Person
            | Access::ConfirmedPerson
            | Access::Staff(_)
            | Access::Confirmed(_)
            | Access::Scraper,
        ) => Some(vec![bearer]),
        // Said, so that nobody takes it for forgotten.
        Some(Access::Anyone) | None => Some(Vec::new()),
    };
}

fn key(operation: &mut Operation, required: bool, path: &str) {
    // Where strangers share one name space, nobody may guess another's.
    let is_shared = ["/v1/carts", "/v1/auth/register"].contains(&path);
    let least = if is_shared { KEY_BYTES_MIN_SHARED } else { 1 };
    let text = ObjectBuilder::new().schema_type(Type::String);
    let text = text.min_length(Some(least)).max_length(Some(KEY_BYTES_MAX)).build();
    let parameter = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(if required { Required::True } else { Required::False })
        .description(Some("names the request: a repeat with the same key and body gets the same answer"))
        .schema(Some(RefOr::T(text.into())))
        .build();
    operation.parameters.get_or_insert_default().push(parameter.into());
}

fn token(operation: &mut Operation) {
    let text =
        ObjectBuilder::new().schema_type(Type::String).max_length(Some(consistency::TEXT_BYTES_MAX)).build();
    let parameter = ParameterBuilder::new()
        .name("Consistency-Token")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("of an earlier answer: lists then include what that answer showed"))
        .schema(Some(RefOr::T(text.into())))
        .build();
    operation.parameters.get_or_insert_default().push(parameter.into());
}

/// Says which wishes (`Prefer`) are looked at, and what honouring them looks like.
fn preferences(operation: &mut Operation, method: &Method, path: &str) {
    let answers = &operation.responses.responses;
    let minimal = prefer::may_be_minimal(method, path) && answers.contains_key("200");
    let waits = prefer::may_wait(method, path);
    if !minimal && !waits {
        return;
    }
    let mut known =
        if minimal { vec!["`return=minimal` (204), `return=representation`"] } else { Vec::new() };
    known.extend(waits.then_some("`respond-async`, `wait=<seconds>` (202)"));
    let parameter = ParameterBuilder::new()
        .name("Prefer")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(format!("RFC 7240: {}; anything else is ignored", known.join(", "))))
        .schema(Some(RefOr::T(ObjectBuilder::new().schema_type(Type::String).build().into())))
        .build();
    operation.parameters.get_or_insert_default().push(parameter.into());
    if minimal {
        let done = ResponseBuilder::new().description("It is done; no body was preferred.").build();
        operation.responses.responses.entry("204".to_owned()).or_insert(RefOr::T(done));
    }
}

#[cfg(test)]
mod tests;
