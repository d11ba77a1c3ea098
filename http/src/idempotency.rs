//! Idempotency keys: hash(identity, method + path, key) is the command's id, and its cell keeps the outcome.
//!
//! So there is no table of keys here and no race between looking and acting: a repeat reaches the same cell under the same
//! id and gets the stored reply or refusal; another body under the same key is refused by its fingerprint.

use std::time::Duration;

use amazoff_supervisor::{CommandId, Envelope, Principal, derive_uuid_of};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method};
use serde_json::Value;
use uuid::Uuid;

use crate::identity::{CartAccess, Shopper};
use crate::json::{self, Form};
use crate::platform::Platform;
use crate::problem::Problem;

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key.
pub(crate) const KEY_BYTES_MAX: usize = 255;
/// Shortest key where all strangers share one name space: nobody may guess another's.
pub(crate) const KEY_BYTES_MIN_SHARED: usize = 16;

/// Below these paths every write has a key, whatever its method.
const KEYED: [&str; 3] = ["/admin/v1/products", "/admin/v1/categories", "/admin/v1/order-filters"];

/// In whose name a command is sent, and within whose keys.
pub struct Asker {
    principal: Principal,
    scope: String,
}

impl Asker {
    /// A person by their account; a guest within this cart.
    pub fn of_cart(access: &CartAccess) -> Self {
        let scope = access.shopper.user().map_or_else(|| access.id.to_string(), |user| user.to_string());
        Self { principal: access.shopper.principal(), scope }
    }
    /// A person by their account; a guest as anybody.
    pub fn of(shopper: &Shopper) -> Self {
        let scope = shopper.user().map(|user| user.to_string()).unwrap_or_default();
        Self { principal: shopper.principal(), scope }
    }
}

/// What names a request, so that its repeat can be known.
pub struct RequestKey {
    operation: String,
    key: Option<String>,
    fingerprint: u64,
}

impl RequestKey {
    fn of(platform: &Platform, parts: &Parts, body: &Value) -> Result<Self, Problem> {
        let key = key(&parts.headers)?;
        if key.is_none() && needs_key(&parts.method, parts.uri.path()) {
            return Err(Problem::idempotency_key_missing());
        }
        let operation = format!("{} {}", parts.method, parts.uri.path());
        let fingerprint = platform.auth.fingerprint(canonical(body).to_string().as_bytes());
        Ok(Self { operation, key, fingerprint })
    }

    /// The same key of a request whose content is not JSON.
    #[must_use]
    pub fn over(self, platform: &Platform, content: &[u8]) -> Self {
        Self { fingerprint: platform.auth.fingerprint(content), ..self }
    }

    /// Refuses a key that a stranger could guess, for routes where strangers share one name space; there it is the same for
    /// everybody, so that the document can say it.
    ///
    /// # Errors
    /// `idempotency-key-invalid`
    pub fn unguessable(&self) -> Result<(), Problem> {
        match &self.key {
            Some(key) if key.len() < KEY_BYTES_MIN_SHARED => {
                Err(Problem::idempotency_key_invalid("Here the key needs at least 16 characters."))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The id of the command; `None` without a key.
    pub(crate) fn command(&self, asker: &Asker) -> Option<CommandId> {
        self.key.as_ref().map(|_| self.envelope(asker, Duration::ZERO).command_id)
    }

    /// The command's envelope. Without a key (where none is required) it has an id that nobody will repeat.
    pub fn envelope(&self, asker: &Asker, within: Duration) -> Envelope {
        let Some(key) = &self.key else {
            return Envelope::new(CommandId::new(), asker.principal.clone(), within);
        };
        let parts = [b"http".as_slice(), asker.scope.as_bytes(), self.operation.as_bytes(), key.as_bytes()];
        Envelope::new(CommandId::derived(&parts), asker.principal.clone(), within)
            .with_fingerprint(self.fingerprint)
    }

    /// An id for what the command creates, as [`CommandId::derive`], but with the time of a key that has one (a UUIDv7): it is
    /// then stored where the things of that time are. Not the command's own id, which must stay what it was for a repeat.
    pub(crate) fn created(&self, command: CommandId, label: &str) -> Uuid {
        let origin = self.key.as_deref().and_then(|key| Uuid::try_parse(key).ok());
        derive_uuid_of(origin.unwrap_or(command.0), &[command.0.as_bytes(), label.as_bytes()])
    }
}

/// Whether a request that does something must have a key: a POST, and every write to the catalogue, which programs repeat.
pub(crate) fn needs_key(method: &Method, path: &str) -> bool {
    *method == Method::POST || KEYED.iter().any(|begin| path.starts_with(begin))
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all(IDEMPOTENCY_KEY).iter();
    let (first, more) = (keys.next(), keys.next());
    if more.is_some() {
        return Err(Problem::idempotency_key_invalid("Send the Idempotency-Key header once."));
    }
    let Some(key) = first else { return Ok(None) };
    match key.to_str() {
        Ok(key) if (1..=KEY_BYTES_MAX).contains(&key.len()) && !key.contains('\t') => {
            Ok(Some(key.to_owned()))
        }
        Ok(_) | Err(_) => {
            Err(Problem::idempotency_key_invalid("A key has 1 to 255 printable ASCII characters."))
        }
    }
}

/// The same content as the same text, however its members were ordered.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let sorted: std::collections::BTreeMap<_, _> = members.iter().collect();
            sorted.into_iter().map(|(name, value)| (name.clone(), canonical(value))).collect()
        }
        Value::Array(items) => items.iter().map(canonical).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// A body that does something: typed, checked, and named by its key. A POST needs a key; other methods may have one, see
/// `needs_key`.
pub struct Submission<T> {
    /// What is asked.
    pub form: T,
    /// Under which name.
    pub key: RequestKey,
}

impl<T: Form> FromRequest<Platform> for Submission<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, platform: &Platform) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let value = json::read(&parts.headers, body).await?;
        let key = RequestKey::of(platform, &parts, &value)?;
        Ok(Self { form: json::typed(value)?, key })
    }
}

impl FromRequestParts<Platform> for RequestKey {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        Self::of(platform, parts, &Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn with(keys: &[&str]) -> HeaderMap {
        keys.iter().map(|key| (IDEMPOTENCY_KEY, HeaderValue::from_str(key).unwrap())).collect()
    }

    #[test]
    fn a_key_is_sent_once_and_has_bounds() {
        assert_eq!(key(&with(&[])).unwrap(), None);
        assert_eq!(key(&with(&["k"])).unwrap().as_deref(), Some("k"));
        let long = "x".repeat(256);
        for keys in [&[""][..], &["a", "b"], &[long.as_str()]] {
            assert_eq!(key(&with(keys)).unwrap_err().code(), "idempotency-key-invalid");
        }
        let mut odd = HeaderMap::new();
        odd.insert(IDEMPOTENCY_KEY, HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(key(&odd).unwrap_err().code(), "idempotency-key-invalid");
    }

    fn request(operation: &str, key: &str) -> RequestKey {
        RequestKey { operation: operation.to_owned(), key: Some(key.to_owned()), fingerprint: 1 }
    }

    fn id(scope: &str, operation: &str, key: &str) -> CommandId {
        let asker = Asker { principal: Principal::Guest, scope: scope.to_owned() };
        request(operation, key).envelope(&asker, Duration::from_secs(1)).command_id
    }

    /// The ids of commands are stored: what a key meant once it means for ever, or a repeat acts once more.
    #[test]
    fn what_a_key_means_does_not_change_with_the_program() {
        let known = [
            ("k", "b72f38825019838e9618a20d43fda721"),
            ("019acb0a-7d00-7000-8000-000000000001", "f2e97d63f3f4805bb16f248e8060d8c9"),
        ];
        for (key, command) in known {
            assert_eq!(id("usr_1", "POST /v1/carts", key).to_string(), command, "{key}");
        }
    }

    #[test]
    fn what_is_created_has_the_time_of_its_key_if_that_has_one() {
        let timed = "019acb0a-7d00-7000-8000-000000000001";
        let created = |key: &str| {
            let command = id("usr_1", "POST /v1/carts", key);
            (request("POST /v1/carts", key).created(command, "cart"), command.derive("cart"))
        };
        let (cart, other) = created(timed);
        assert_ne!(cart, other);
        assert_eq!(cart.as_bytes()[..6], Uuid::try_parse(timed).unwrap().as_bytes()[..6]);
        assert_eq!(cart, created(timed).0);
        for key in ["k", "6f9619ff-8b86-4011-b42d-00c04fc964ff"] {
            let (cart, derived) = created(key);
            assert_eq!(cart, derived, "{key}");
        }
    }

    #[test]
    fn one_key_means_another_command_for_another_asker_or_operation() {
        let first = id("usr_1", "POST /v1/carts", "k");
        assert_eq!(first, id("usr_1", "POST /v1/carts", "k"));
        for other in [
            id("usr_2", "POST /v1/carts", "k"),
            id("usr_1", "POST /v1/x", "k"),
            id("usr_1", "POST /v1/carts", "l"),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn the_order_of_members_is_not_content_but_null_is() {
        let text = |value: Value| canonical(&value).to_string();
        let swapped: Value = serde_json::from_str(r#"{"b":{"d":1,"c":2},"a":1}"#).unwrap();
        assert_eq!(text(json!({"a": 1, "b": {"c": 2, "d": 1}})), text(swapped));
        assert_ne!(text(json!({"a": null})), text(json!({})));
        assert_ne!(text(json!([1, 2])), text(json!([2, 1])));
    }
}
