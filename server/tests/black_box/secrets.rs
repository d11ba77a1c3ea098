//! Nothing that is secret or personal is in a log, in the metrics, or in clear text on the disk.
//!
//! Everything that a person or a program may send is a canary: it is sent well and badly, and then searched for.

use std::path::Path;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};

use crate::common::{OWNER_EMAIL, OWNER_PASSWORD, Server, Setup, shopping};

const METRICS_TOKEN: &str = "canary-metrics-token";
const PASSWORD: &str = "canary pass phrase";
const EMAIL: &str = "canary-ann@example.org";
const NAME: &str = "Canary Lastname";
const STREET: &str = "Canary Street 17";
const CITY: &str = "Canaryville";

/// Sends requests and keeps every secret of the answers.
struct Visitor {
    http: reqwest::Client,
    base: String,
    secrets: Vec<String>,
}

impl Visitor {
    async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let key = format!("canary-key-{}", uuid::Uuid::now_v7().simple());
        let answer = request.header("idempotency-key", key).send().await.expect("the server answers");
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }
    fn post(&self, path: &str, body: &Value) -> reqwest::RequestBuilder {
        self.http.post(format!("{}{path}", self.base)).json(body)
    }
    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("{}{path}", self.base))
    }
    /// Remembers a secret.
    fn keep(&mut self, secret: &Value) -> String {
        let secret = secret.as_str().expect("a secret is a text").to_owned();
        assert!(secret.len() > 15, "{secret}");
        self.secrets.push(secret.clone());
        secret
    }

    /// Somebody registers, logs in, rightly and wrongly, and renews the session.
    async fn come_in(&mut self) -> String {
        let form = json!({"email": EMAIL, "password": PASSWORD, "name": NAME});
        let (status, joined) = self.send(self.post("/v1/auth/register", &form)).await;
        assert_eq!(status, 201, "{joined}");
        self.keep(&joined["access_token"]);
        let refresh = self.keep(&joined["refresh_token"]);
        let wrong = json!({"email": EMAIL, "password": "canary wrong password"});
        assert_eq!(self.send(self.post("/v1/auth/login", &wrong)).await.0, 401);
        let (_, renewed) = self.send(self.post("/v1/auth/refresh", &json!({"refresh_token": refresh}))).await;
        let token = self.keep(&renewed["access_token"]);
        self.keep(&renewed["refresh_token"]);
        let step_up = self.post("/v1/auth/step-up", &json!({"password": PASSWORD})).bearer_auth(&token);
        let (status, confirmed) = self.send(step_up).await;
        assert_eq!(status, 200);
        self.keep(&confirmed["access_token"]);
        token
    }

    /// A guest buys.
    async fn buy(&mut self) {
        let (_, opened) = self.send(self.post("/v1/carts", &json!({}))).await;
        let (cart, token) = (shopping::text(&opened["cart"]["id"]), self.keep(&opened["token"]));
        let (_, list) = self.send(self.get("/v1/products?q=canary-search")).await;
        assert_eq!(list["items"], json!([]));
        let (_, list) = self.send(self.get("/v1/products")).await;
        let slug = shopping::text(&list["items"][0]["slug"]);
        let (_, product) = self.send(self.get(&format!("/v1/products/{slug}"))).await;
        let line = json!({"variant_id": product["variants"][0]["id"], "quantity": 1});
        let add = self.post(&format!("/v1/carts/{cart}/lines"), &line).header("x-cart-token", &token);
        let (_, filled) = self.send(add).await;
        let button = json!({
            "expected_total": filled["totals"]["total"], "email": EMAIL, "name": NAME,
            "address": {"line1": STREET, "city": CITY, "postal_code": "10115", "country": "DE"},
            "payment": {"provider": "sandbox", "token": "tok_ok"},
        });
        let complete =
            self.post(&format!("/v1/carts/{cart}/complete"), &button).header("x-cart-token", &token);
        let (status, order) = self.send(complete).await;
        assert_eq!(status, 200, "{order}");
        let ticket = self.post("/v1/realtime/ticket", &json!({})).header("x-cart-token", &token);
        let (_, ticket) = self.send(ticket).await;
        let ticket = self.keep(&ticket["ticket"]);
        self.send(self.get(&format!("/v1/realtime?ticket={ticket}"))).await;
    }

    /// Everything once more in a form that is refused, so that errors are logged.
    async fn blunder(&self, token: &str) {
        let broken = format!("{{\"email\": \"{EMAIL}\", \"password\": \"{PASSWORD}\", \"canary-field\": ");
        for path in ["/v1/auth/login", "/v1/auth/register", "/v1/carts"] {
            let request = self.post(path, &json!({})).body(broken.clone());
            assert_eq!(self.send(request).await.0, 400, "{path}");
            let unknown = json!({"email": EMAIL, "password": PASSWORD, "name": NAME, "canary-field": STREET});
            assert_eq!(self.send(self.post(path, &unknown)).await.0, 422, "{path}");
        }
        let odd = [
            self.get("/v1/me").header(AUTHORIZATION, format!("Bearer {}x", token)),
            self.get("/v1/me").header(AUTHORIZATION, format!("Basic {}", "canary-basic-credentials")),
            self.get("/account").header(COOKIE, format!("amazoff_session={token}~canary-refresh-token")),
            self.get("/v1/orders/canary-order-id").header("x-cart-token", "canary-cart-token"),
            self.get(&format!("/canary-path/{EMAIL}?email={EMAIL}&token={token}")),
            self.get("/metrics").header(AUTHORIZATION, "Bearer canary-metrics-tokem"),
            self.post("/v1/webhooks/sandbox", &json!({"canary": EMAIL}))
                .header("signature", "canary-signature"),
            self.post("/login", &json!({}))
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(format!("email={EMAIL}&password=canary+wrong+password&next=/canary-next")),
        ];
        for request in odd {
            self.send(request).await;
        }
    }
}

/// What must be nowhere. Names that only this test sends need no exact list: each holds the word.
fn traces<'a>(text: &str, secrets: &'a [String]) -> Vec<&'a str> {
    let known = [OWNER_PASSWORD, PASSWORD, "canary", "Canary"];
    let known = known.into_iter().filter(|secret| text.contains(*secret));
    known.chain(secrets.iter().map(String::as_str).filter(|secret| text.contains(*secret))).collect()
}

/// Files below a folder that hold one of the words.
fn leaking(folder: &Path, words: &[&str], found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the data folder can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            leaking(&path, words, found);
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file of the data folder can be read");
        for word in words.iter().filter(|word| bytes.windows(word.len()).any(|part| part == word.as_bytes()))
        {
            found.push(format!("{word} in {}", path.display()));
        }
    }
}

#[tokio::test]
async fn no_secret_and_nothing_personal_is_logged_counted_or_stored_in_clear_text() {
    let setup = Setup::default()
        .with("AMAZOFF_METRICS_TOKEN", METRICS_TOKEN)
        // Nobody takes mails there, so they stay in the outbox: what waits is sealed too.
        .with("AMAZOFF_SMTP_URL", "smtp://shop:canary-smtp-password@127.0.0.1:9")
        .with("AMAZOFF_MAIL_FROM", "shop@example.org")
        .with("AMAZOFF_LOG", "info,amazoff=trace,amazoff_http=trace,amazoff_actors=trace,amazoff_supervisor=trace,amazoff_persistence=trace,amazoff_gateways=trace");
    let mut server = Server::start(&setup).await.unwrap();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut visitor = Visitor { http, base: server.base.clone(), secrets: Vec::new() };
    let token = visitor.come_in().await;
    visitor.buy().await;
    visitor.blunder(&token).await;
    let login = json!({"email": OWNER_EMAIL, "password": OWNER_PASSWORD});
    let (_, owner) = visitor.send(visitor.post("/v1/auth/login", &login)).await;
    let owner = visitor.keep(&owner["access_token"]);
    for path in ["/ops/v1/audit", "/ops/v1/cells?kind=user", "/ops/v1/runtime", "/admin/v1/orders"] {
        assert_eq!(visitor.send(visitor.get(path).bearer_auth(&owner)).await.0, 200, "{path}");
    }
    let metrics = visitor.get("/metrics").bearer_auth(METRICS_TOKEN).send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(metrics.contains("amazoff_http_requests_total"), "{metrics:.200}");
    server.stop().await.unwrap();

    let log = setup.log_text();
    assert!(log.lines().count() > 100, "the log has everything");
    let told = |text: &str| traces(text, &visitor.secrets).join(", ");
    let lines: Vec<_> = log.lines().filter(|line| !told(line).is_empty()).collect();
    assert!(lines.is_empty(), "the log tells secrets:\n{}", lines.join("\n"));
    assert_eq!(told(&metrics), "", "the metrics tell secrets");
    let mut found = Vec::new();
    let personal = [PASSWORD, EMAIL, NAME, STREET, CITY, OWNER_PASSWORD];
    let words: Vec<&str> = personal.into_iter().chain(visitor.secrets.iter().map(String::as_str)).collect();
    leaking(&setup.data(), &words, &mut found);
    assert!(found.is_empty(), "clear text on the disk: {found:#?}");
}

/// The search finds what is there.
#[test]
fn a_trace_is_noticed() {
    let secrets = ["rt_0123456789abcdef".to_owned()];
    assert_eq!(traces("a line with rt_0123456789abcdef in it", &secrets), ["rt_0123456789abcdef"]);
    assert_eq!(traces("to canary-ann@example.org", &secrets), ["canary"]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("below")).unwrap();
    std::fs::write(folder.path().join("below/file"), b"\0\x01canary\xff").unwrap();
    let mut found = Vec::new();
    leaking(folder.path(), &["canary", "other"], &mut found);
    assert_eq!(found.len(), 1, "{found:?}");
}
