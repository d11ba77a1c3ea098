//! A client that repeats a command with the same key until it is answered.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use super::gate::Gate;

/// How long one attempt may take.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(20);
/// How long a command may stay unanswered, restarts included.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// Pause before a repeat.
const PAUSE: Duration = Duration::from_millis(60);

/// What proves who asks.
#[derive(Clone, Debug, Default)]
pub struct Auth {
    /// Access token of a login.
    pub bearer: Option<String>,
    /// Secret of a cart.
    pub cart_token: Option<String>,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    path: String,
    key: Option<String>,
    body: Option<Value>,
    auth: Auth,
    if_match: Option<String>,
}

impl Request {
    /// Its body as it is sent.
    pub fn body_text(&self) -> String {
        self.body.as_ref().map(Value::to_string).unwrap_or_default()
    }
    /// Reads something.
    pub fn get(path: impl Into<String>) -> Self {
        let (method, path, auth) = (Method::GET, path.into(), Auth::default());
        Self { method, path, key: None, body: None, auth, if_match: None }
    }
    fn unsafe_one(method: Method, path: impl Into<String>, body: Option<Value>) -> Self {
        let key = Some(Uuid::now_v7().to_string());
        Self { method, path: path.into(), key, body, auth: Auth::default(), if_match: None }
    }
    /// Changes something, under a key of its own.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self::unsafe_one(Method::POST, path, Some(body))
    }
    /// Sets something.
    pub fn put(path: impl Into<String>) -> Self {
        Self::unsafe_one(Method::PUT, path, None)
    }
    /// Changes a part.
    pub fn patch(path: impl Into<String>, body: Value) -> Self {
        Self::unsafe_one(Method::PATCH, path, Some(body))
    }
    /// Removes something.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::unsafe_one(Method::DELETE, path, None)
    }
    /// Who asks.
    pub fn by(mut self, auth: &Auth) -> Self {
        self.auth = auth.clone();
        self
    }
    /// Only if what is changed is still as it was then.
    pub fn if_match(self, etag: &str) -> Self {
        Self { if_match: Some(etag.to_owned()), ..self }
    }
    /// The same again, as another command.
    pub fn with_another_key(&self) -> Self {
        Self { key: Some(Uuid::now_v7().to_string()), ..self.clone() }
    }
    fn is_command(&self) -> bool {
        self.method != Method::GET
    }
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// JSON body, `null` when there is none.
    pub body: Value,
    /// The version of what it shows, for `If-Match`.
    pub etag: Option<String>,
    /// Whether it is the stored outcome of an earlier try.
    pub replayed: bool,
    /// After how many seconds to come back, as the server says.
    pub retry_after: Option<u64>,
}

impl Reply {
    /// Whether the command was carried out.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
    /// The code of a problem, else empty.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
    /// Whether it is a typed refusal.
    pub fn is_problem(&self) -> bool {
        !self.is_success() && !self.code().is_empty()
    }
    /// The body without what names this very request, and without what is true at the moment of the answer only, such as
    /// how many pieces other shoppers have left.
    pub fn lasting(&self) -> Value {
        let mut body = self.body.clone();
        if let Some(members) = body.as_object_mut() {
            members.remove("request_id");
            members.remove("warnings");
        }
        body
    }
    /// Whether the same command must be sent again: nothing, or nothing certain, has happened yet.
    pub fn is_undecided(&self) -> bool {
        match self.status {
            502..=504 | 429 => true,
            409 => self.code() == "request-in-flight",
            _ => false,
        }
    }
}

/// Sends requests to wherever the server is now.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    /// Where the server is.
    pub gate: Arc<Gate>,
    acknowledged: Arc<AtomicU64>,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl Client {
    /// A client behind a gate.
    pub fn new(gate: Arc<Gate>) -> Self {
        let http = reqwest::Client::builder().timeout(ATTEMPT_LIMIT).build().expect("a client can be built");
        Self { http, gate, acknowledged: Arc::default(), complaints: Arc::default() }
    }

    /// How many commands got their final answer.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::SeqCst)
    }
    /// What the server should not have answered.
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.lock().unwrap().clone()
    }
    /// Notes something that the server should not have answered.
    pub fn complain(&self, complaint: String) {
        self.complaints.lock().unwrap().push(complaint);
    }

    /// Sends once; `None` when no whole answer came.
    pub async fn send_once(&self, request: &Request) -> Option<Reply> {
        let base = self.gate.base().await;
        let flight = request.is_command().then(|| self.gate.depart());
        let mut http = self.http.request(request.method.clone(), format!("{base}{}", request.path));
        if let Some(key) = &request.key {
            http = http.header("Idempotency-Key", key);
        }
        if let Some(bearer) = &request.auth.bearer {
            http = http.bearer_auth(bearer);
        }
        if let Some(token) = &request.auth.cart_token {
            http = http.header("X-Cart-Token", token);
        }
        if let Some(etag) = &request.if_match {
            http = http.header("If-Match", etag);
        }
        if let Some(body) = &request.body {
            http = http.json(body);
        }
        match Self::read(http).await {
            Ok(reply) => Some(reply),
            // Whoever could not even connect was refused, not cut.
            Err(refused) if refused.is_connect() => None,
            Err(_) => {
                if let Some(flight) = flight {
                    flight.cut();
                }
                None
            }
        }
    }

    async fn read(http: reqwest::RequestBuilder) -> reqwest::Result<Reply> {
        let response = http.send().await?;
        let status = response.status().as_u16();
        let replayed = response.headers().contains_key("Idempotent-Replayed");
        let etag = response.headers().get("ETag").and_then(|value| Some(value.to_str().ok()?.to_owned()));
        let retry_after = response.headers().get("Retry-After");
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes = response.bytes().await?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Reply { status, body, etag, replayed, retry_after })
    }

    /// Sends the same request, key included, until it is answered. `None` when it stays unanswered beyond the limit,
    /// which is also complained about.
    pub async fn send(&self, request: &Request) -> Option<Reply> {
        let limit = Instant::now() + ANSWER_LIMIT;
        let mut last = String::from("no answer");
        while Instant::now() < limit {
            match self.send_once(request).await {
                Some(reply) if reply.is_undecided() => last = format!("{} {}", reply.status, reply.code()),
                Some(reply) => {
                    self.note(request, &reply);
                    return Some(reply);
                }
                None => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.complain(format!("{} {} stays unanswered; last: {last}", request.method, request.path));
        None
    }

    fn note(&self, request: &Request, reply: &Reply) {
        if request.is_command() {
            self.acknowledged.fetch_add(1, Ordering::SeqCst);
        }
        if reply.status >= 500 || (!reply.is_success() && reply.code().is_empty()) {
            let (Request { method, path, .. }, Reply { status, body, .. }) = (request, reply);
            self.complain(format!("{method} {path} is answered {status} {body}"));
        }
    }
}
