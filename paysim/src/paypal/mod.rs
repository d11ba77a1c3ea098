//! PayPal's desk: orders that the shopper approves, authorizations, captures, refunds, reports and signed messages.
//!
//! What is here follows PayPal's documentation: statuses, field names, error names and issues. What is not here is refused. Unlike
//! PayPal, which lets a shop capture up to 115 % of an authorization, not a cent more than was reserved is ever captured.

mod events;
mod failure;
mod money;
mod objects;
mod orders;
mod payments;
mod report;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use self::events::Dispute;
pub(crate) use self::failure::Failure;
pub(crate) use self::money::skew;
use self::objects::{Authorization, Capture, Order, OrderStatus, Refund};
use crate::keys::{Keys, Known, fingerprint};
use crate::options::Options;
use crate::webhooks::paypal_signature;
use crate::wire::{Ask, Body, Reply, pairs};
use crate::world::Office;

/// How long a token is good for, in seconds: nine hours.
const TOKEN_S: i64 = 9 * 60 * 60;
/// How long an order may go without being authorized, in seconds: three hours.
const UNAPPROVED_S: i64 = 3 * 60 * 60;
/// How many tokens are known at once; the oldest goes first.
const TOKENS_MAX: usize = 1_000;
/// The longest request id.
const KEY_LENGTH_MAX: usize = 108;

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Token,
    Create,
    Show(String),
    Authorize(String),
    ShowAuthorization(String),
    Capture(String),
    Void(String),
    ShowCapture(String),
    Refund(String),
    ShowRefund(String),
    Report,
    Verify,
}

impl Route {
    /// The route of a request; `None` when there is none.
    pub(crate) fn of(ask: &Ask) -> Option<Self> {
        let id = |id: &&str| (*id).to_owned();
        Some(match (ask.method.as_str(), ask.segments().as_slice()) {
            ("POST", ["v1", "oauth2", "token"]) => Self::Token,
            ("POST", ["v2", "checkout", "orders"]) => Self::Create,
            ("GET", ["v2", "checkout", "orders", order]) => Self::Show(id(order)),
            ("POST", ["v2", "checkout", "orders", order, "authorize"]) => Self::Authorize(id(order)),
            ("GET", ["v2", "payments", "authorizations", one]) => Self::ShowAuthorization(id(one)),
            ("POST", ["v2", "payments", "authorizations", one, "capture"]) => Self::Capture(id(one)),
            ("POST", ["v2", "payments", "authorizations", one, "void"]) => Self::Void(id(one)),
            ("GET", ["v2", "payments", "captures", one]) => Self::ShowCapture(id(one)),
            ("POST", ["v2", "payments", "captures", one, "refund"]) => Self::Refund(id(one)),
            ("GET", ["v2", "payments", "refunds", one]) => Self::ShowRefund(id(one)),
            ("GET", ["v1", "reporting", "transactions"]) => Self::Report,
            ("POST", ["v1", "notifications", "verify-webhook-signature"]) => Self::Verify,
            _ => return None,
        })
    }
    /// What plans call it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Token => "paypal.token",
            Self::Create => "paypal.order.create",
            Self::Show(_) => "paypal.order.show",
            Self::Authorize(_) => "paypal.order.authorize",
            Self::ShowAuthorization(_) => "paypal.authorization.show",
            Self::Capture(_) => "paypal.authorization.capture",
            Self::Void(_) => "paypal.authorization.void",
            Self::ShowCapture(_) => "paypal.capture.show",
            Self::Refund(_) => "paypal.capture.refund",
            Self::ShowRefund(_) => "paypal.refund.show",
            Self::Report => "paypal.report",
            Self::Verify => "paypal.verify",
        }
    }
    /// Whether it moves something, so that a request id counts.
    fn changes(&self) -> bool {
        matches!(self, Self::Create | Self::Authorize(_) | Self::Capture(_) | Self::Void(_) | Self::Refund(_))
    }
}

/// PayPal's memory.
#[derive(Debug)]
pub(crate) struct PayPal {
    credentials: String,
    webhook_id: String,
    /// The tokens, and until when each is good, in seconds.
    tokens: Vec<(String, i64)>,
    pub(crate) keys: Keys,
    orders: BTreeMap<String, Order>,
    order_order: Vec<String>,
    authorizations: BTreeMap<String, Authorization>,
    captures: BTreeMap<String, Capture>,
    refunds: BTreeMap<String, Refund>,
    disputes: BTreeMap<String, Dispute>,
    looked_at_s: i64,
}

impl PayPal {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            credentials: format!("{}:{}", options.paypal_client_id, options.paypal_secret),
            webhook_id: options.paypal_webhook_id.clone(),
            tokens: Vec::new(),
            keys: Keys::default(),
            orders: BTreeMap::new(),
            order_order: Vec::new(),
            authorizations: BTreeMap::new(),
            captures: BTreeMap::new(),
            refunds: BTreeMap::new(),
            disputes: BTreeMap::new(),
            looked_at_s: i64::MIN,
        }
    }

    pub(crate) fn has_order(&self, id: &str) -> bool {
        self.orders.contains_key(id)
    }
    pub(crate) fn waits_for_shopper(&self, id: &str) -> bool {
        let waits =
            |order: &Order| matches!(order.status, OrderStatus::Created | OrderStatus::PayerActionRequired);
        self.orders.get(id).is_some_and(waits)
    }

    /// Answers a request. With `hidden`, a 500 comes instead of the answer, and says whether it was made. PayPal's request ids
    /// remember what was made, never a 500.
    pub(crate) fn answer(
        &mut self,
        office: &mut Office,
        route: &Route,
        ask: &Ask,
        hidden: Option<bool>,
    ) -> Reply {
        if *route == Route::Token {
            return self.token(office, ask);
        }
        if !self.knows(office, ask) {
            return Failure::unauthorized().reply();
        }
        self.expire_in_time(office);
        let key = ask.header("paypal-request-id").filter(|_| route.changes());
        let Some(key) = key else {
            return written(
                self.perform(office, route, ask, None).map(|done| as_preferred(done, route, ask)),
            );
        };
        if key.is_empty() || key.len() > KEY_LENGTH_MAX {
            return Failure::request("PayPal-Request-Id", "INVALID_STRING_LENGTH").reply();
        }
        // A request id belongs to one kind of call.
        let place = format!("{} {key}", route.name());
        let print = fingerprint(&[&ask.path, &ask.body]);
        match self.keys.look(&place, &print) {
            Known::Answered(reply) => return again(*reply),
            Known::OtherQuestion => return Failure::rule("DUPLICATE_REQUEST_ID").reply(),
            Known::Busy => return Failure::key_in_use().reply(),
            Known::Fresh => {}
        }
        if hidden == Some(false) {
            return Failure::broken().reply();
        }
        let done = self.perform(office, route, ask, Some(key));
        let early = matches!(&done, Err(failure) if failure.early);
        let reply = written(done.map(|done| as_preferred(done, route, ask)));
        if !early {
            self.keys.keep(&place, print, reply.clone(), office.clock.now_ms());
        }
        if hidden.is_some() { Failure::broken().reply() } else { reply }
    }

    fn perform(
        &mut self,
        office: &mut Office,
        route: &Route,
        ask: &Ask,
        key: Option<&str>,
    ) -> Result<(u16, Value), Failure> {
        let body: Value = if ask.body.is_empty() {
            Value::Null
        } else {
            let wrong = |_| Failure::request("/", "MALFORMED_REQUEST_JSON");
            serde_json::from_str(&ask.body).map_err(wrong)?
        };
        match route {
            Route::Create => self.create(office, &body),
            Route::Show(id) => Ok((200, self.order_json(office, id)?)),
            Route::Authorize(id) => self.authorize(office, id, key),
            Route::ShowAuthorization(id) => self.show_authorization(office, id),
            Route::Capture(id) => self.capture(office, id, &body, key),
            Route::Void(id) => self.void(office, id, key),
            Route::ShowCapture(id) => self.show_capture(office, id),
            Route::Refund(id) => self.refund(office, id, &body, key),
            Route::ShowRefund(id) => self.show_refund(office, id),
            Route::Report => self.report(&ask.query),
            Route::Verify => Ok((200, self.verify(&body))),
            Route::Token => Err(Failure::unauthorized()),
        }
    }

    fn token(&mut self, office: &mut Office, ask: &Ask) -> Reply {
        let shown = ask.header("authorization").and_then(|header| header.strip_prefix("Basic "));
        let shown = shown.and_then(|text| STANDARD.decode(text).ok());
        if shown.as_deref() != Some(self.credentials.as_bytes()) {
            let body =
                json!({ "error": "invalid_client", "error_description": "Client Authentication failed" });
            return Reply::json(401, body);
        }
        if !pairs(&ask.body).contains(&("grant_type".to_owned(), "client_credentials".to_owned())) {
            return Reply::json(400, json!({ "error": "unsupported_grant_type" }));
        }
        if self.tokens.len() >= TOKENS_MAX {
            self.tokens.remove(0);
        }
        let token = format!("A21{}", office.ids.paypal());
        self.tokens.push((token.clone(), office.clock.now_s().saturating_add(TOKEN_S)));
        let body = json!({
            "access_token": token, "token_type": "Bearer", "expires_in": TOKEN_S, "app_id": "APP-paysim",
            "scope": "https://uri.paypal.com/services/payments", "nonce": office.ids.paypal(),
        });
        Reply::json(200, body)
    }

    fn knows(&self, office: &Office, ask: &Ask) -> bool {
        let shown = ask.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
        let now_s = office.clock.now_s();
        shown.is_some_and(|shown| {
            self.tokens.iter().any(|(token, until_s)| token == shown && *until_s > now_s)
        })
    }

    /// Says whether a message is PayPal's.
    fn verify(&self, body: &Value) -> Value {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let event = body.get("webhook_event").unwrap_or(&Value::Null).to_string();
        let wanted = paypal_signature(
            text("transmission_id"),
            text("transmission_time"),
            &self.webhook_id,
            event.as_bytes(),
        );
        let good = text("transmission_sig") == wanted && text("webhook_id") == self.webhook_id;
        json!({ "verification_status": if good { "SUCCESS" } else { "FAILURE" } })
    }

    /// Gives up what is late, once a second of the simulator's time at most.
    pub(crate) fn expire_in_time(&mut self, office: &mut Office) {
        let now_s = office.clock.now_s();
        if now_s > self.looked_at_s {
            self.looked_at_s = now_s;
            self.expire(office);
        }
    }
}

/// Without `Prefer: return=representation`, PayPal says of a change only its name and where it stands, and of a void nothing.
fn as_preferred((status, mut body): (u16, Value), route: &Route, ask: &Ask) -> (u16, Value) {
    if !route.changes() || ask.header("prefer") == Some("return=representation") {
        return (status, body);
    }
    if matches!(route, Route::Void(_)) {
        return (204, Value::Null);
    }
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|name, _| matches!(name.as_str(), "id" | "status" | "links"));
    }
    (status, body)
}

fn written(done: Result<(u16, Value), Failure>) -> Reply {
    match done {
        Ok((204, _)) => Reply::empty(204),
        Ok((status, body)) => Reply::json(status, body),
        Err(failure) => failure.reply(),
    }
}

/// PayPal answers a repeated creation with 200 instead of 201.
fn again(mut reply: Reply) -> Reply {
    if reply.status == 201 && matches!(reply.body, Body::Json(_)) {
        reply.status = 200;
    }
    reply
}
