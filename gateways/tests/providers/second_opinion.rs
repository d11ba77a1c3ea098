//! A second opinion on the wire format: `localstripe`, which others wrote. It knows no idempotency keys and refunds without
//! limit, so it says nothing of rules; what it is asked is whether it reads the forms and writes the fields as the simulator
//! does, and whether the adapter can read it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use amazoff_actors::money::Money;
use amazoff_actors::payment::{Found, Operation, PaymentProvider};
use amazoff_supervisor::ManualClock;
use serde_json::Value;

use crate::support::{Desk, NOW, WHOLE, Who, approved, stripe};

/// Listens on a free port of the loopback interface, says which, and keeps nothing on disk.
const PROGRAM: &str = "
import socket
from aiohttp import web
from localstripe import resources, server
type(resources.store).dump_to_disk = lambda self: None
sock = socket.socket()
sock.bind(('127.0.0.1', 0))
print(sock.getsockname()[1], flush=True)
web.run_app(server.app, sock=sock, print=None)
";

struct LocalStripe {
    child: Child,
    url: String,
}

impl Drop for LocalStripe {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// `None` where it is not installed.
fn start() -> Option<LocalStripe> {
    let venv = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../.tools/venv/bin");
    if !venv.join("localstripe").exists() {
        println!("skipped: no localstripe in .tools/venv; scripts/setup.sh installs it");
        return None;
    }
    let mut command = Command::new(venv.join("python"));
    command.args(["-c", PROGRAM]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let port: u16 = port.trim().parse().unwrap();
    Some(LocalStripe { child, url: format!("http://127.0.0.1:{port}") })
}

struct Caller<'a> {
    http: reqwest::Client,
    url: &'a str,
}

impl Caller<'_> {
    async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let request = self.http.post(format!("{}/v1/{path}", self.url)).form(form);
        Self::read(request).await
    }
    async fn get(&self, path: &str) -> (u16, Value) {
        Self::read(self.http.get(format!("{}/v1/{path}", self.url))).await
    }
    async fn read(request: reqwest::RequestBuilder) -> (u16, Value) {
        let answer = request.bearer_auth("sk_test_paysim").send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
    }
    /// A card that either of them can charge.
    async fn card(&self, foreign: bool) -> String {
        if !foreign {
            return "pm_card_visa".to_owned();
        }
        let form = [
            ("type", "card"),
            ("card[number]", "4242424242424242"),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2030"),
            ("card[cvc]", "123"),
        ];
        let (status, made) = self.post("payment_methods", &form).await;
        assert_eq!(status, 200, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }
}

fn reserving(card: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("amount", "1999"),
        ("currency", "eur"),
        ("capture_method", "manual"),
        ("confirm", "true"),
        ("payment_method", card),
        ("payment_method_options[card][request_multicapture]", "if_available"),
        ("metadata[amazoff_payment]", "pay_1"),
    ]
}

/// The whole life of a payment, in answers.
async fn life(url: &str, foreign: bool) -> Vec<(&'static str, u16, Value)> {
    let caller = Caller { http: reqwest::Client::new(), url };
    let card = caller.card(foreign).await;
    let mut seen = Vec::new();
    let (status, made) = caller.post("payment_intents", &reserving(&card)).await;
    let id = made["id"].as_str().unwrap().to_owned();
    seen.push(("create", status, made));
    let (status, shown) = caller.get(&format!("payment_intents/{id}?expand[]=latest_charge")).await;
    seen.push(("show", status, shown));
    let (status, taken) = caller.post(&format!("payment_intents/{id}/capture"), &[]).await;
    seen.push(("capture", status, taken));
    let refund = [("payment_intent", id.as_str()), ("amount", "500"), ("metadata[amazoff_key]", "k")];
    let (status, back) = caller.post("refunds", &refund).await;
    seen.push(("refund", status, back));
    let (status, list) = caller.get(&format!("refunds?payment_intent={id}&limit=100")).await;
    seen.push(("refunds", status, list));
    let (status, other) = caller.post("payment_intents", &reserving(&card)).await;
    assert_eq!(status, 200);
    let other = other["id"].as_str().unwrap().to_owned();
    let (status, canceled) = caller.post(&format!("payment_intents/{other}/cancel"), &[]).await;
    seen.push(("cancel", status, canceled));
    let (status, missing) = caller.get("payment_intents/pi_missing").await;
    seen.push(("missing", status, missing));
    let (status, wrong) = caller.post("payment_intents", &[("amount", "0"), ("currency", "eur")]).await;
    seen.push(("wrong", status, wrong));
    seen
}

/// What the adapter reads of each answer; both must say the same, except for ids, moments and words for people.
const FIELDS: &[(&str, &[&str])] = &[
    (
        "create",
        &[
            "/object",
            "/amount",
            "/currency",
            "/status",
            "/capture_method",
            "/metadata/amazoff_payment",
            "/last_payment_error",
            "/next_action",
        ],
    ),
    (
        "show",
        &[
            "/status",
            "/latest_charge/object",
            "/latest_charge/amount",
            "/latest_charge/currency",
            "/latest_charge/captured",
        ],
    ),
    ("capture", &["/object", "/amount", "/status", "/metadata/amazoff_payment"]),
    ("refund", &["/object", "/amount", "/currency", "/status", "/metadata/amazoff_key"]),
    (
        "refunds",
        &[
            "/object",
            "/has_more",
            "/data/0/object",
            "/data/0/amount",
            "/data/0/status",
            "/data/0/metadata/amazoff_key",
        ],
    ),
    ("cancel", &["/object", "/status", "/amount"]),
    ("missing", &["/error/type"]),
    ("wrong", &["/error/type"]),
];

#[tokio::test]
async fn the_simulator_and_localstripe_speak_alike() {
    let Some(local) = start() else { return };
    let desk = Desk::new(Who::Stripe);
    let (ours, theirs) = (life(&desk.sim.url(), false).await, life(&local.url, true).await);
    for ((name, status, ours), (_, their_status, theirs)) in ours.iter().zip(&theirs) {
        assert_eq!(status, their_status, "{name}: {ours} {theirs}");
        let (_, fields) = FIELDS.iter().find(|(known, _)| known == name).unwrap();
        for field in *fields {
            let (our, their) = (ours.pointer(field), theirs.pointer(field));
            assert!(our.is_some(), "{name}{field} is missing in {ours}");
            assert_eq!(our, their, "{name}{field}");
        }
    }
    for (name, field) in [("create", "id"), ("create", "created"), ("refund", "id"), ("refund", "charge")] {
        let kind = |answers: &[(&str, u16, Value)]| {
            let (_, _, answer) = answers.iter().find(|(known, ..)| *known == name).unwrap();
            let value = &answer[field];
            let prefix =
                value.as_str().and_then(|text| text.split_once('_')).map(|(prefix, _)| prefix.to_owned());
            (prefix, value.is_i64())
        };
        assert_eq!(kind(&ours), kind(&theirs), "{name}/{field}");
    }
}

#[tokio::test]
async fn the_adapter_reads_localstripe() {
    let Some(local) = start() else { return };
    let caller = Caller { http: reqwest::Client::new(), url: &local.url };
    let card = caller.card(true).await;
    let (_, made) = caller.post("payment_intents", &reserving(&card)).await;
    let reference = made["id"].as_str().unwrap().to_owned();
    let mut desk = Desk::new(Who::Stripe);
    let provider: Arc<dyn PaymentProvider> =
        Arc::new(stripe(local.url.clone(), Arc::new(ManualClock::at(NOW))));
    desk.provider = provider;
    desk.intent.reference = Some(reference.clone());

    let Found::Answered(found) = desk.find(Operation::Authorize, &desk.intent).await else { panic!("found") };
    assert_eq!(approved(&Ok(found)), WHOLE);
    assert_eq!(desk.find(Operation::Capture, &desk.of(Operation::Capture)).await, Found::Nothing);
    let (status, _) = caller.post(&format!("payment_intents/{reference}/capture"), &[]).await;
    assert_eq!(status, 200);
    let part = desk.part(Operation::Refund, 1, 500);
    assert_eq!(approved(&desk.provider.refund(&part).await), Money::eur(500));
    let Found::Answered(found) = desk.find(Operation::Refund, &part).await else { panic!("found") };
    assert_eq!(approved(&Ok(found)), Money::eur(500));
    let other = desk.part(Operation::Refund, 2, 500);
    assert_eq!(desk.find(Operation::Refund, &other).await, Found::Nothing);
}
