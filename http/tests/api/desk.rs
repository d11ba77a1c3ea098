use amazoff_actors::ids::VariantId;
use amazoff_actors::user::Role;
use serde_json::{Value, json};

use crate::support::{Answered, Asking, GuestCart, TestApp};

/// A paid order of three pieces for 20.00 €, its guest and somebody at the desk.
struct Bought {
    app: TestApp,
    cart: GuestCart,
    variant: VariantId,
    line: String,
    order: String,
    support: String,
}

impl Bought {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let shelf = app.stocked("lamp", 2000, 10).await;
        let cart = app.guest_cart().await;
        let added = app.add(&cart, shelf.variant, 3).await.expect(200);
        let total = added.json["totals"]["total"]["amount"].as_i64().unwrap();
        let bought = app.complete(&cart, total, "tok_ok").await.expect(200);
        let order = bought.text_at("/id");
        let paid = app.order_at_stage(&format!("/v1/orders/{order}"), &cart, "paid").await;
        let line = paid["lines"][0]["id"].as_str().unwrap().to_owned();
        let support = app.token_of(Role::Support).await;
        Self { app, cart, variant: shelf.variant, line, order, support }
    }

    fn path(&self, rest: &str) -> String {
        format!("/admin/v1/orders/{}{rest}", self.order)
    }

    fn desk(&self, rest: &str, body: &Value) -> Asking {
        self.app.post(&self.path(rest), body).bearer(&self.support).fresh_key()
    }

    /// Whatever happened since.
    async fn does(&self, rest: &str, body: &Value) -> Answered {
        self.desk(rest, body).header("if-match", "*").send().await
    }

    /// The orders of which a return waits for that.
    async fn with_return(&self, status: &str) -> Vec<String> {
        self.app.projected().await;
        let path = format!("/admin/v1/orders?return_status={status}");
        let list = self.app.get(&path).bearer(&self.support).send().await.expect(200);
        list.json["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn shown(&self) -> Answered {
        self.app.get(&self.path("")).bearer(&self.support).send().await.expect(200)
    }

    /// The order once its shopper's view is as wanted.
    async fn until(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let following = async {
            loop {
                let shown = self.shown().await.json;
                if is(&shown) {
                    return shown;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(crate::support::PATIENCE, following)
            .await
            .unwrap_or_else(|_| panic!("the order must become so: {what}"))
    }

    fn pieces(&self, quantity: u32) -> Value {
        json!([{"line_id": self.line, "quantity": quantity}])
    }

    async fn levels(&self) -> (i64, i64) {
        let path = format!("/admin/v1/stock/{}", self.variant);
        let stock = self.app.get(&path).bearer(&self.support).send().await.expect(200).json;
        let level = |name: &str| stock["levels"][name].as_i64().unwrap();
        (level("on_hand"), level("allocated"))
    }

    async fn until_levels(&self, wanted: (i64, i64)) {
        let following = async {
            while self.levels().await != wanted {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(crate::support::PATIENCE, following).await.expect("the stock must become so");
    }
}

#[tokio::test]
async fn parcels_leave_the_house_and_arrive() {
    let bought = Bought::new().await;
    let packed = bought.does("/pack", &json!({"lines": bought.pieces(2)})).await.expect(200);
    assert_eq!(packed.json["fulfillment_status"], "packed");
    assert_eq!(bought.levels().await, (10, 3), "packing moves nothing");
    let parcel = packed.text_at("/shipments/0/id");
    let tracking = json!({"carrier": "DHL", "number": "00340", "url": "https://carrier.example/00340"});
    let ship = json!({"shipment_id": parcel, "tracking": tracking});
    let sent = bought.does("/ship", &ship).await.expect(200);
    assert_eq!(
        (&sent.json["fulfillment_status"], &sent.json["stage"]),
        (&json!("partially_shipped"), &json!("shipped"))
    );
    let line = &sent.json["lines"][0];
    assert_eq!((&line["ordered"], &line["current"], &line["fulfilled"]), (&json!(3), &json!(3), &json!(2)));
    assert_eq!(line["status"], "partial");
    bought.until_levels((8, 1)).await;
    bought.does("/deliver", &json!({"shipment_id": parcel})).await.expect(200);
    let rest = bought.does("/ship", &json!({"lines": bought.pieces(1)})).await.expect(200);
    let second = rest.json["shipments"].as_array().unwrap().iter().find(|of| of["id"] != json!(parcel));
    let second = second.unwrap()["id"].clone();
    let done = bought.does("/deliver", &json!({"shipment_id": second})).await.expect(200);
    assert_eq!(done.json["status"], "completed");
    bought.until_levels((7, 0)).await;
    let own = bought.app.get(&format!("/v1/orders/{}", bought.order)).cart(&bought.cart.token).send().await;
    assert_eq!(own.expect(200).json["shipments"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn writes_from_an_old_page_are_refused() {
    let bought = Bought::new().await;
    let body = json!({"lines": bought.pieces(1)});
    bought.desk("/pack", &body).send().await.refused(428, "precondition-required");
    bought.desk("/pack", &body).header("if-match", "17").send().await.refused(412, "precondition-invalid");
    let tag = bought.shown().await.header("etag").to_owned();
    let packed = bought.desk("/pack", &body).header("if-match", &tag).send().await.expect(200);
    bought.desk("/pack", &body).header("if-match", &tag).send().await.refused(412, "order-changed");
    let tag = packed.header("etag").to_owned();
    bought.desk("/pack", &body).header("if-match", &tag).send().await.expect(200);
}

/// T-Y2, at the edge: the second click has the key of the first.
#[tokio::test]
async fn a_refund_that_is_clicked_twice_is_made_once() {
    let bought = Bought::new().await;
    let body = json!({"amount": {"amount": 1500, "currency": "EUR"}, "reason": "goodwill"});
    let click = || {
        let asked = bought.app.post(&bought.path("/refunds"), &body).bearer(&bought.support);
        asked.key("one-click").header("if-match", "*").send()
    };
    let (first, second) = tokio::join!(click(), click());
    for answer in [first, second] {
        assert!([200, 409].contains(&answer.status.as_u16()), "{}", answer.text);
    }
    click().await.expect(200);
    let shown = bought.until("refunded", |order| order["refunded"]["amount"] == 1500).await;
    assert_eq!(shown["adjustments"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&shown["payment_status"], &shown["price"]["amount"]),
        (&json!("partially_refunded"), &json!(4500))
    );
    let more = json!({"amount": {"amount": 4501, "currency": "EUR"}, "reason": "goodwill"});
    let refused = bought.does("/refunds", &more).await.refused(409, "refund-exceeds-captured");
    assert_eq!(refused.json["refundable"]["amount"], 4500);
    for odd in
        [json!({"reason": "other"}), json!({"amount": {"amount": 1, "currency": "XXQ"}, "reason": "other"})]
    {
        bought.does("/refunds", &odd).await.refused(422, "validation-failed");
    }
}

#[tokio::test]
async fn a_shopper_cancels_and_gets_everything_back() {
    let bought = Bought::new().await;
    let path = format!("/v1/orders/{}/cancel", bought.order);
    bought.app.post(&path, &json!({})).fresh_key().send().await.refused(404, "order-not-found");
    let cancel = || bought.app.post(&path, &json!({})).key("give-up").cart(&bought.cart.token).send();
    assert_eq!(cancel().await.expect(200).json["status"], "canceled");
    assert_eq!(cancel().await.expect(200).header("idempotent-replayed"), "true");
    bought.until("refunded", |order| order["payment_status"] == "refunded").await;
    bought.until_levels((10, 0)).await;
}

#[tokio::test]
async fn what_is_packed_is_not_canceled_by_its_shopper() {
    let bought = Bought::new().await;
    bought.does("/pack", &json!({"lines": bought.pieces(1)})).await.expect(200);
    let path = format!("/v1/orders/{}/cancel", bought.order);
    let refused = bought.app.post(&path, &json!({})).fresh_key().cart(&bought.cart.token).send().await;
    refused.refused(409, "order-already-packed");
    let partly = bought.does("/cancel", &json!({"lines": bought.pieces(2)})).await.expect(200);
    assert_eq!(
        (&partly.json["lines"][0]["current"], &partly.json["price"]["amount"]),
        (&json!(1), &json!(2000))
    );
    bought.does("/cancel", &json!({"lines": bought.pieces(1)})).await.refused(409, "quantity-not-open");
    let all = bought.does("/cancel", &json!({})).await.expect(200);
    assert_eq!(all.json["status"], "canceled");
}

#[tokio::test]
async fn a_return_comes_back_and_is_paid_back() {
    let bought = Bought::new().await;
    let wish = json!({"lines": bought.pieces(2), "reason": "damaged"});
    let path = format!("/v1/orders/{}/returns", bought.order);
    let ask = || bought.app.post(&path, &wish).fresh_key().cart(&bought.cart.token).send();
    ask().await.refused(409, "quantity-not-open");
    let sent = bought.does("/ship", &json!({"lines": bought.pieces(3)})).await.expect(200);
    bought.does("/deliver", &json!({"shipment_id": sent.text_at("/shipments/0/id")})).await.expect(200);
    let back = ask().await.expect(200).text_at("/returns/0/id");
    let step = |what: &str| format!("/returns/{back}/{what}");
    let arrived = json!({"lines": [
        {"line_id": bought.line, "quantity": 1, "resellable": true},
        {"line_id": bought.line, "quantity": 1, "resellable": false},
    ]});
    assert_eq!(bought.with_return("requested").await, [bought.order.as_str()]);
    assert!(bought.with_return("approved").await.is_empty());
    bought.does(&step("receive"), &arrived).await.refused(409, "return-not-open");
    bought.does(&step("approve"), &json!({})).await.expect(200);
    assert_eq!(bought.with_return("approved").await, [bought.order.as_str()]);
    assert!(bought.with_return("requested").await.is_empty());
    bought.does(&step("receive"), &arrived).await.expect(200);
    let shown = bought.until("refunded", |order| order["returns"][0]["state"] == "refunded").await;
    assert_eq!((&shown["refunded"]["amount"], &shown["status"]), (&json!(4000), &json!("completed")));
    bought.until_levels((8, 0)).await;
    assert!(bought.with_return("approved").await.is_empty());
    bought.does(&step("reject"), &json!({})).await.refused(409, "return-not-open");
    let unknown = "/returns/ret_00000000000000000000000000000001/approve";
    bought.does(unknown, &json!({})).await.refused(404, "return-unknown");
}

#[tokio::test]
async fn a_shopper_gives_a_return_up() {
    let bought = Bought::new().await;
    let sent = bought.does("/ship", &json!({"lines": bought.pieces(3)})).await.expect(200);
    bought.does("/deliver", &json!({"shipment_id": sent.text_at("/shipments/0/id")})).await.expect(200);
    let path = format!("/v1/orders/{}/returns", bought.order);
    let wish = json!({"lines": bought.pieces(1), "reason": "unwanted"});
    let asked = bought.app.post(&path, &wish).fresh_key().cart(&bought.cart.token).send().await.expect(200);
    let path = format!("{path}/{}/cancel", asked.text_at("/returns/0/id"));
    let given_up = bought.app.post(&path, &json!({})).fresh_key().cart(&bought.cart.token).send().await;
    assert_eq!(given_up.expect(200).json["returns"][0]["state"], "canceled");
}

#[tokio::test]
async fn remarks_are_for_the_desk_alone() {
    let bought = Bought::new().await;
    let text = "Ann called, leave it with the neighbours";
    let noted = bought.does("/notes", &json!({"text": text})).await.expect(200);
    assert_eq!(noted.json["notes"][0]["text"], text);
    assert_eq!(noted.json["contact"]["email"], "ann@example.org");
    assert_eq!(noted.json["contact"]["subdivision"], "BE");
    let own = bought.app.get(&format!("/v1/orders/{}", bought.order)).cart(&bought.cart.token).send().await;
    assert!(!own.expect(200).text.contains("neighbours"));
    bought.does("/notes", &json!({"text": "  "})).await.refused(422, "validation-failed");
}

#[tokio::test]
async fn the_desk_lists_orders_by_each_status() {
    let bought = Bought::new().await;
    bought.app.projected().await;
    let list = |query: &str| {
        let path = format!("/admin/v1/orders{query}");
        bought.app.get(&path).bearer(&bought.support).send()
    };
    let count = |answer: Answered| answer.expect(200).json["items"].as_array().unwrap().len();
    assert_eq!(count(list("").await), 1);
    let number = list("").await.text_at("/items/0/number");
    for (query, found) in [
        ("?status=placed", 1),
        ("?payment_status=paid", 1),
        ("?fulfillment_status=unfulfilled", 1),
        ("?status=placed&payment_status=paid&fulfillment_status=unfulfilled&limit=1", 1),
        ("?status=completed", 0),
        ("?payment_status=refunded", 0),
        ("?fulfillment_status=shipped", 0),
        ("?currency=EUR&placed_from=2020-01-01&total_min=1", 1),
        ("?currency=USD", 0),
        ("?placed_to=2020-01-01", 0),
        ("?placed_from=9999-12-31", 0),
        ("?placed_to=9999-12-31", 1),
        ("?total_max=0", 0),
        ("?return_status=requested", 0),
        ("?number=az-0123456789", 0),
        (&*format!("?number={}", number.to_lowercase()), 1),
        (&*format!("?number={}", number.trim_start_matches("AZ-")), 1),
        ("?email=nobody%40example.test", 0),
        ("?total_min=18446744073709551615", 0),
    ] {
        assert_eq!(count(list(query).await), found, "{query}");
    }
    for odd in [
        "?status=lost",
        "?placed_from=x",
        "?placed_to=2026-02-30",
        "?total_min=-1",
        "?currency=XXQ",
        "?number=AZ-1",
    ] {
        list(odd).await.refused(400, "invalid-query");
    }
    bought.does("/ship", &json!({"lines": bought.pieces(3)})).await.expect(200);
    bought.app.projected().await;
    assert_eq!(count(list("?fulfillment_status=shipped").await), 1);
}

/// Orders of an account are found by its address; those of guests are nobody's.
#[tokio::test]
async fn the_desk_finds_the_orders_of_an_account() {
    let bought = Bought::new().await;
    let app = &bought.app;
    let ann = app.registered("ann@example.org").await.text_at("/access_token");
    let list = |email: &str| {
        let path = format!("/admin/v1/orders?email={email}");
        app.get(&path).bearer(&bought.support).send()
    };
    app.projected().await;
    assert!(list("ann%40example.org").await.expect(200).json["items"].as_array().unwrap().is_empty());
    let order = app.order_of(&ann, bought.variant).await;
    app.projected().await;
    for email in ["ann%40example.org", "ANN%40example.org"] {
        let found = list(email).await.expect(200);
        assert_eq!(found.json["items"].as_array().unwrap().len(), 1);
        assert_eq!(found.text_at("/items/0/id"), order);
    }
    for nobody in ["bob%40example.org", "x", ""] {
        assert!(list(nobody).await.expect(200).json["items"].as_array().unwrap().is_empty(), "{nobody}");
    }
}

#[tokio::test]
async fn orders_of_a_price_are_listed_page_by_page_each_once() {
    let app = TestApp::start().await;
    let desk = app.token_of(Role::Support).await;
    for cents in [1_000, 6_000, 2_000, 7_000, 3_000, 8_000] {
        let (cart, total) = app.full_cart(cents).await;
        app.complete(&cart, total, "tok_ok").await.expect(200);
    }
    app.projected().await;
    let list = |query: String| app.get(&format!("/admin/v1/orders{query}")).bearer(&desk).send();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = list(format!("?total_min=6000&limit=1{cursor}")).await.expect(200).json;
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|order| order["total"]["amount"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(seen.iter().all(|total| *total >= 6_000), "{seen:?}");
    let two = list("?total_min=6000&limit=2".to_owned()).await.expect(200).json;
    let cursor = two["next_cursor"].as_str().unwrap();
    list(format!("?total_min=6001&limit=2&cursor={cursor}")).await.refused(400, "cursor-invalid");
}

#[tokio::test]
async fn a_correction_of_the_shelf_compares_and_sets() {
    let app = TestApp::start().await;
    let shelf = app.stocked("lamp", 2000, 10).await;
    let admin = app.token_of(Role::Admin).await;
    let path = format!("/admin/v1/stock/{}", shelf.variant);
    let ask = |what: &str, body: Value| {
        app.post(&format!("{path}/{what}"), &body).bearer(&admin).fresh_key().send()
    };
    let lost = json!({"delta": -2, "reason": "lost", "expected_on_hand": 10});
    assert_eq!(ask("adjust", lost.clone()).await.expect(200).json["on_hand"], 8);
    let refused = ask("adjust", lost).await.refused(412, "stock-changed");
    assert_eq!(refused.json["on_hand"], 8);
    assert_eq!(ask("receive", json!({"quantity": 5})).await.expect(200).json["on_hand"], 13);
    assert_eq!(ask("backorders", json!({"up_to": 4})).await.expect(200).json["available"], 17);
    let first = app.get(&format!("{path}?limit=2")).bearer(&admin).send().await.expect(200);
    let kinds = |page: &Value| -> Vec<(String, i64)> {
        let rows = page["movements"].as_array().unwrap().iter();
        rows.map(|row| (row["type"].as_str().unwrap().to_owned(), row["quantity"].as_i64().unwrap()))
            .collect()
    };
    assert_eq!(kinds(&first.json), [("received".to_owned(), 10), ("adjusted".to_owned(), -2)]);
    assert_eq!(first.json["movements"][1]["reason"], "lost");
    assert_eq!(first.json["movements"][1]["after"]["on_hand"], 8);
    let after = first.json["next_after"].as_u64().unwrap();
    let rest = app.get(&format!("{path}?after={after}")).bearer(&admin).send().await.expect(200);
    assert_eq!(kinds(&rest.json), [("received".to_owned(), 5)]);
    let unknown = app.get("/admin/v1/stock/var_00000000000000000000000000000001").bearer(&admin).send().await;
    unknown.refused(404, "unknown-variant");
}

#[tokio::test]
async fn shoppers_are_kept_out_of_the_back_office() {
    let bought = Bought::new().await;
    let ann = bought.app.registered("ann2@example.org").await.text_at("/access_token");
    bought.app.get("/admin/v1/orders").send().await.refused(401, "login-required");
    bought.app.get("/admin/v1/orders").bearer(&ann).send().await.refused(403, "role-missing");
    let path = format!("/admin/v1/stock/{}/backorders", bought.variant);
    let ask = bought.app.post(&path, &json!({"up_to": 1})).bearer(&bought.support).fresh_key().send().await;
    ask.refused(403, "role-missing");
}
