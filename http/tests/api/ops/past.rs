//! How an entity came to be what it is, and what it would do.

use std::collections::BTreeSet;

use amazoff_actors::user::Role;
use amazoff_supervisor::{Envelope, Timestamp};
use serde_json::{Value, json};

use crate::support::{PATIENCE, TestApp};

#[tokio::test]
async fn the_state_after_any_event_is_shown_and_compared() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    let shelf = app.stocked("teapot", 100, 3).await;
    app.platform.shop.stocks.receive(shelf.variant, 4, Envelope::system(PATIENCE)).await.unwrap();
    let path = format!("/ops/v1/entities/{}", shelf.variant);
    let get = |rest: &str| app.get(&format!("{path}{rest}")).bearer(&ops).send();
    let newest = get("").await.expect(200).json;
    assert_eq!(newest["version"], 3);
    let past = get("/at/3").await.expect(200).json;
    assert_eq!((&past["state"], &past["at"]), (&newest["state"], &newest["history"][2]["at"]));
    assert_eq!(get("/at/0").await.expect(200).json["at"], Value::Null);
    let diff = get("/diff?from=2&to=3").await.expect(200).json;
    assert_eq!(diff["complete"], true);
    let changes = diff["changes"].as_array().unwrap();
    let received = changes.iter().find(|change| change["before"] == 3 && change["after"] == 7);
    let pointer = received.unwrap_or_else(|| panic!("{diff}"))["pointer"].as_str().unwrap();
    assert_eq!(past["state"].pointer(pointer), Some(&json!(7)));
    assert_eq!(get("/diff?from=3&to=3").await.expect(200).json["changes"], json!([]));
    for missing in ["/at/4", "/at/x", "/at/-1", "/diff?from=1&to=4"] {
        get(missing).await.refused(404, "version-not-found");
    }
    for wrong in ["/diff?from=1", "/diff?from=1&to=x", "/diff?from=1&to=2&more=3"] {
        get(wrong).await.refused(400, "invalid-query");
    }
    for rest in ["at/0", "at/1", "diff?from=0&to=0"] {
        let path = format!("/ops/v1/entities/stock_00000000000000000000000000000009/{rest}");
        app.get(&path).bearer(&ops).send().await.refused(404, "entity-not-found");
    }
}

#[tokio::test]
async fn everything_that_followed_from_one_request_is_told_in_order() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    let (cart, total) = app.full_cart(1999).await;
    let bought = app.complete(&cart, total, "tok_ok").await.expect(200);
    app.order_at_stage(&format!("/v1/orders/{}", bought.text_at("/id")), &cart, "paid").await;
    let order = app.get(&format!("/ops/v1/entities/{}", bought.text_at("/id"))).bearer(&ops).send().await;
    let correlation = order.expect(200).text_at("/history/0/correlation");
    let path = format!("/ops/v1/causes/{correlation}");
    // It is whole once the checkout has nothing left to do.
    let is_last = |item: &Value| {
        item["type"] == "completed" && item["entity"].as_str().unwrap().starts_with("checkout_")
    };
    let whole = app.until(&path, &ops, |seen| seen["items"].as_array().unwrap().iter().any(is_last)).await;
    let items = whole["items"].as_array().unwrap();
    let kinds: BTreeSet<_> =
        items.iter().map(|item| item["entity"].as_str().unwrap().split('_').next().unwrap()).collect();
    assert_eq!(kinds, ["cart", "checkout", "order", "payment", "stock"].into());
    let at = |item: &Value| serde_json::from_value::<Timestamp>(item["at"].clone()).unwrap();
    let mut caused = 0;
    for item in items {
        assert_eq!(item["correlation"], correlation);
        if item["caused_by"].is_object() {
            let is_cause = |other: &&Value| {
                other["entity"] == item["caused_by"]["entity"] && other["seq"] == item["caused_by"]["seq"]
            };
            let cause = items.iter().find(is_cause).unwrap_or_else(|| panic!("no cause of {item}"));
            // Events of one millisecond may stand in either order.
            assert!(at(cause) <= at(item), "{cause} caused {item}");
            caused += 1;
        }
    }
    assert_eq!(caused, items.len() - 1, "all but the first have a cause: {whole}");
    let times: Vec<_> = items.iter().map(at).collect();
    assert!(times.is_sorted(), "{times:?}");
    let (mut paged, mut after) = (Vec::new(), String::new());
    loop {
        let page = app.get(&format!("{path}?limit=3{after}")).bearer(&ops).send().await.expect(200).json;
        paged.extend(page["items"].as_array().unwrap().clone());
        match page["next_after"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(&paged, items, "pages say the same, causes on earlier pages included");
    app.get(&format!("{path}?after=x")).bearer(&ops).send().await.refused(400, "cursor-invalid");
    for unknown in ["x", "00000000000000000000000000000009"] {
        let path = format!("/ops/v1/causes/{unknown}");
        app.get(&path).bearer(&ops).send().await.refused(404, "correlation-not-found");
    }
}

#[tokio::test]
async fn what_a_command_would_do_is_told_and_not_done() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    let shelf = app.stocked("teapot", 100, 3).await;
    let path = format!("/ops/v1/entities/{}", shelf.variant);
    let before = app.get(&path).bearer(&ops).send().await.expect(200);
    let ask = |body: Value| app.post(&format!("{path}/what-if"), &body).bearer(&ops).send();
    let command_id = before.text_at("/history/1/command_id");
    let stored = ask(json!({ "command_id": command_id })).await.expect(200).json;
    assert_eq!((&stored["same_as_stored"], &stored["on_version"]), (&json!(true), &json!(1)));
    let given = ask(json!({"command": {"receive": {"quantity": 5}}})).await.expect(200).json;
    assert_eq!(given["on_version"], 2);
    assert_eq!(given["outcome"]["accepted"]["events"].as_array().unwrap().len(), 1, "{given}");
    let earlier = json!({"command": {"receive": {"quantity": 5}}, "at": 0, "principal": "guest"});
    let earlier = ask(earlier).await.expect(200).json;
    assert!(earlier["outcome"]["refused"]["code"].is_string(), "{earlier}");
    assert_eq!(earlier["context"]["principal"], "guest");
    ask(json!({"command": {"fly": 1}})).await.refused(422, "command-unreadable");
    ask(json!({"command_id": "00000000000000000000000000000009"})).await.refused(404, "command-not-found");
    ask(json!({"command": {"receive": {"quantity": 5}}, "at": 9})).await.refused(404, "version-not-found");
    for wrong in [
        json!({}),
        json!({"command_id": command_id, "command": 1}),
        json!({"command_id": command_id, "principal": "guest"}),
        json!({"command_id": "x"}),
    ] {
        ask(wrong).await.refused(422, "validation-failed");
    }
    let after = app.get(&path).bearer(&ops).send().await.expect(200);
    assert_eq!(
        (&after.json["version"], &after.json["state"]),
        (&before.json["version"], &before.json["state"])
    );
}
