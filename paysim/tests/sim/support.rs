//! A simulator, and somebody who asks it.

use amazoff_paysim::{Options, Paysim, Running};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

/// 1 January 2026.
pub(crate) const NOW_MS: i64 = 1_767_225_600_000;

pub(crate) struct Desk {
    pub(crate) sim: Running,
    http: reqwest::Client,
}

/// An answer: its status, its headers and its JSON.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) replayed: bool,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Value,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let header = |name: &str| Some(response.headers().get(name)?.to_str().unwrap().to_owned());
        let (replayed, retry_after) = (header("idempotent-replayed").is_some(), header("retry-after"));
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        Self {
            status,
            replayed,
            retry_after,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }
    pub(crate) fn text(&self, pointer: &str) -> String {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no text {pointer} in {self:?}")).to_owned()
    }
    pub(crate) fn number(&self, pointer: &str) -> i64 {
        let found = self.body.pointer(pointer).and_then(Value::as_i64);
        found.unwrap_or_else(|| panic!("no number {pointer} in {self:?}"))
    }
    pub(crate) fn code(&self) -> String {
        self.text("/error/code")
    }
    pub(crate) fn issue(&self) -> String {
        self.text("/details/0/issue")
    }
}

impl Desk {
    pub(crate) fn new() -> Self {
        let options = Options { fixed_clock_ms: Some(NOW_MS), seed: 7, ..Options::default() };
        Self { sim: Paysim::start(options).unwrap(), http: reqwest::Client::new() }
    }
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.sim.url()))
    }
    pub(crate) async fn ask(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.unwrap()).await
    }

    /// A request to Stripe under a key.
    pub(crate) fn stripe(&self, path: &str, key: &str, form: &[(&str, &str)]) -> RequestBuilder {
        let request = self.request(Method::POST, &format!("/v1/{path}")).bearer_auth("sk_test_paysim");
        let request = if key.is_empty() { request } else { request.header("idempotency-key", key) };
        request.form(form)
    }
    pub(crate) async fn post(&self, path: &str, key: &str, form: &[(&str, &str)]) -> Answer {
        self.ask(self.stripe(path, key, form)).await
    }
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(self.request(Method::GET, &format!("/v1/{path}")).bearer_auth("sk_test_paysim")).await
    }
    /// Sets money aside with a card, and returns the intent's id.
    pub(crate) async fn reserve(&self, key: &str, amount: &str) -> String {
        let answer = self.post("payment_intents", key, &self.form(amount, "pm_card_visa")).await;
        assert_eq!((answer.status, answer.text("/status").as_str()), (200, "requires_capture"), "{answer:?}");
        answer.text("/id")
    }
    pub(crate) fn form<'a>(&self, amount: &'a str, card: &'a str) -> Vec<(&'static str, &'a str)> {
        vec![
            ("amount", amount),
            ("currency", "eur"),
            ("capture_method", "manual"),
            ("confirm", "true"),
            ("payment_method", card),
            ("payment_method_options[card][request_multicapture]", "if_available"),
            ("metadata[amazoff_payment]", "pay_1"),
        ]
    }

    pub(crate) async fn token(&self) -> String {
        let request = self.request(Method::POST, "/v1/oauth2/token");
        let request = request.basic_auth("paysim-client", Some("paysim-secret"));
        self.ask(request.form(&[("grant_type", "client_credentials")])).await.text("/access_token")
    }
    pub(crate) async fn paypal(&self, path: &str, key: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path).bearer_auth(self.token().await);
        let request = request.header("paypal-request-id", key).header("prefer", "return=representation");
        self.ask(request.json(body)).await
    }
    pub(crate) async fn look(&self, path: &str) -> Answer {
        self.ask(self.request(Method::GET, path).bearer_auth(self.token().await)).await
    }
}
