//! What waits for a person: crashed commands and dead letters.

use std::time::Duration;

use amazoff_actors::user::Role;
use amazoff_http::HttpSettings;
use amazoff_supervisor::journal::{Crash, FailedDelivery, OutboxRow};
use amazoff_supervisor::{CommandId, Context, EntityId, Principal, Timestamp, Version};
use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::node;
use crate::support::{GuestCart, PATIENCE, TestApp};

impl TestApp {
    /// Keeps a command as one that has crashed its entity.
    pub(super) async fn crashed(&self, entity: &EntityId, command: &Value, minute: i64) -> String {
        let command_id = CommandId(Uuid::now_v7());
        let at = Timestamp::from_unix_ms(minute * 60_000);
        let (now, principal) = (at, Principal::System);
        let context = Context { entity: entity.clone(), now, command_id, principal };
        let crash = Crash {
            entity: entity.clone(),
            command_id,
            seq: Version(2),
            cause: "index out of bounds".to_owned(),
            sealed_command: command.to_string(),
            context: serde_json::to_string(&context).unwrap(),
            at,
        };
        self.store.journal().record_crash(&crash, 1).await.unwrap();
        command_id.to_string()
    }
    async fn acted(&self, path: &str, token: &str) -> crate::support::Answered {
        self.ask(Method::POST, path).fresh_key().bearer(token).send().await
    }
}

#[tokio::test]
async fn a_crashed_command_is_listed_and_given_again_or_dismissed() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    let shelf = app.stocked("teapot", 100, 3).await;
    let stock = EntityId::new("stock", shelf.variant.uuid());
    let receive = json!({"receive": {"quantity": 4}});
    let first = app.crashed(&stock, &receive, 1).await;
    let second = app.crashed(&stock, &receive, 2).await;
    let unreadable = app.crashed(&stock, &json!({"fly": 1}), 3).await;
    let page = app.get("/ops/v1/quarantine?limit=2").bearer(&ops).send().await.expect(200);
    assert_eq!(
        [page.text_at("/items/0/command_id"), page.text_at("/items/1/command_id")],
        [unreadable.clone(), second.clone()]
    );
    let shown = &page.json["items"][1];
    assert_eq!((&shown["command"], &shown["quarantined"]), (&receive, &json!(true)));
    assert_eq!(
        (&shown["cause"], &shown["entity"]),
        (&json!("index out of bounds"), &json!(stock.to_string()))
    );
    let next = page.text_at("/next_cursor");
    let rest =
        app.get(&format!("/ops/v1/quarantine?limit=2&cursor={next}")).bearer(&ops).send().await.expect(200);
    assert_eq!(rest.text_at("/items/0/command_id"), first);
    assert_eq!(rest.json["next_cursor"], Value::Null);
    let foreign = app.get(&format!("/ops/v1/quarantine?all=true&cursor={next}")).bearer(&ops).send().await;
    foreign.refused(400, "cursor-invalid");

    let path = |command: &str, act: &str| format!("/ops/v1/quarantine/{stock}/{command}/{act}");
    let retried = app.acted(&path(&first, "retry"), &ops).await.expect(200);
    assert_eq!(retried.text_at("/command_id"), first);
    let seen = app.get(&format!("/ops/v1/entities/{stock}")).bearer(&ops).send().await.expect(200);
    assert_eq!(seen.json["version"], 3, "it was run");
    assert_eq!(seen.text_at("/history/2/command_id"), first);
    app.acted(&path(&unreadable, "retry"), &ops).await.refused(409, "command-unreadable");
    app.acted(&path(&second, "dismiss"), &ops).await.expect(200);
    let open = app.get("/ops/v1/quarantine").bearer(&ops).send().await.expect(200);
    assert!(!open.text.contains(&second) && !open.text.contains(&first), "{}", open.text);
    let all = app.get("/ops/v1/quarantine?all=true").bearer(&ops).send().await.expect(200);
    let dismissed = all.json["items"].as_array().unwrap().iter().find(|item| item["command_id"] == second);
    assert_eq!(dismissed.unwrap()["dismissed"], true);
    for unknown in ["x", "00000000000000000000000000000009"] {
        app.acted(&path(unknown, "retry"), &ops).await.refused(404, "command-not-found");
        app.acted(&path(unknown, "dismiss"), &ops).await.refused(404, "command-not-found");
    }
}

impl TestApp {
    /// A shop whose outbox is halted, a purchase in it, and its first effect made dead.
    pub(super) async fn stuck(admin: &mut String) -> (Self, GuestCart, OutboxRow) {
        let settings =
            HttpSettings { checkout_wait: Duration::from_millis(50), ..HttpSettings::at("http://shop.test") };
        let app = Self::start_with(settings).await;
        *admin = app.token_of(Role::Admin).await;
        let (cart, total) = app.full_cart(1999).await;
        let outbox = json!({"path": "persistence/outbox"});
        app.post("/ops/v1/tree/halt", &outbox).fresh_key().bearer(admin).send().await.expect(200);
        let stopped = |seen: &Value| node(seen, "persistence/outbox")["status"] == "stopped";
        app.until("/ops/v1/tree", admin, stopped).await;
        app.complete(&cart, total, "tok_ok").await.expect(202);
        let journal = app.store.journal();
        let row = journal.outbox(None, 10).await.unwrap().into_iter().next().expect("an effect waits");
        let now = app.platform.runtime.now();
        let failure = FailedDelivery {
            attempts: 3,
            next_at: now.plus(Duration::from_mins(10)),
            reason: "refused for good".to_owned(),
            dead_since: Some(now),
        };
        journal.outbox_failed(&row.key, &failure).await.unwrap();
        app.post("/ops/v1/tree/restart", &outbox).fresh_key().bearer(admin).send().await.expect(200);
        app.until("/ops/v1/outbox", admin, |seen| seen.to_string().contains("\"dead\":1")).await;
        (app, cart, row)
    }
}

#[tokio::test]
async fn a_dead_letter_is_listed_and_tried_again() {
    let mut admin = String::new();
    let (app, cart, row) = TestApp::stuck(&mut admin).await;
    let ops = app.token_of(Role::Ops).await;
    let dead = app.get("/ops/v1/dead-letters").bearer(&ops).send().await.expect(200);
    let key = format!("{}.{}.{}", row.key.entity, row.key.seq, row.key.n);
    assert_eq!(dead.text_at("/items/0/key"), key);
    assert_eq!(dead.text_at("/items/0/reason"), "refused for good");
    assert_eq!(dead.json["items"].as_array().unwrap().len(), 1);
    let path = format!("/ops/v1/dead-letters/{key}/retry");
    assert_eq!(app.acted(&path, &ops).await.expect(200).text_at("/subject"), key);
    let none = |seen: &Value| seen["items"] == json!([]);
    app.until("/ops/v1/dead-letters", &ops, none).await;
    let paid = async {
        // The purchase goes on where it was stuck.
        let order = app.until("/ops/v1/cells?kind=order", &ops, |seen| seen["cells"] != json!([])).await;
        let order = order["cells"][0]["entity"].as_str().unwrap().replace("order_", "ord_");
        app.order_at_stage(&format!("/v1/orders/{order}"), &cart, "paid").await
    };
    tokio::time::timeout(PATIENCE, paid).await.expect("the order must be paid");
    app.acted(&path, &ops).await.refused(404, "effect-not-found");
}

#[tokio::test]
async fn a_dead_letter_is_given_up_by_an_admin() {
    let mut admin = String::new();
    let (app, _, row) = TestApp::stuck(&mut admin).await;
    let key = format!("{}.{}.{}", row.key.entity, row.key.seq, row.key.n);
    let path = format!("/ops/v1/dead-letters/{key}/discard");
    app.acted(&path, &admin).await.expect(200);
    app.acted(&path, &admin).await.refused(404, "effect-not-found");
    let gone = app.get("/ops/v1/dead-letters").bearer(&admin).send().await.expect(200);
    assert_eq!(gone.json["items"], json!([]));
    let kept = app.get("/ops/v1/dead-letters/discarded").bearer(&admin).send().await.expect(200);
    assert_eq!(kept.text_at("/items/0/key"), key);
    for wrong in ["x", "cart_1.1.1", &format!("{}.1", row.key.entity)] {
        let path = format!("/ops/v1/dead-letters/{wrong}/retry");
        app.acted(&path, &admin).await.refused(404, "effect-not-found");
    }
}

#[cfg(feature = "fault-points")]
#[tokio::test]
async fn a_command_that_crashes_again_and_again_is_set_aside_until_an_operator_gives_it_again() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    let shelf = app.stocked("teapot", 100, 9).await;
    let cart = app.guest_cart().await;
    let fault = json!({"kind": "cart", "id": cart.id, "fault": "panic", "times": 2});
    app.post("/ops/v1/faults", &fault).bearer(&ops).send().await.expect(204);
    let add = || {
        let line = json!({"variant_id": shelf.variant, "quantity": 1});
        app.post(&cart.path("/lines"), &line).key("the-same-key-every-time").cart(&cart.token).send()
    };
    add().await.refused(503, "not-committed");
    let refused = async {
        while add().await.json["code"] != "command-quarantined" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, refused).await.expect("the second crash must be the last");
    let listed = app.get("/ops/v1/quarantine").bearer(&ops).send().await.expect(200);
    assert_eq!(listed.text_at("/items/0/entity"), cart.id);
    let command = listed.text_at("/items/0/command_id");
    let asked = json!({ "command_id": command });
    let what_if =
        app.post(&format!("/ops/v1/entities/{}/what-if", cart.id), &asked).bearer(&ops).send().await;
    assert!(what_if.expect(200).json["outcome"]["accepted"].is_object(), "today's code can do it");
    let retried = app.acted(&format!("/ops/v1/quarantine/{}/{command}/retry", cart.id), &ops).await;
    retried.expect(200);
    assert_eq!(add().await.expect(200).header("idempotent-replayed"), "true");
}
