//! Every example of the OpenAPI document, sent to a shop: it must succeed as the document says.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_actors::ids::{OrderId, ProductId};
use amazoff_actors::inbox::Matter;
use amazoff_actors::mail::Letter;
use amazoff_actors::order::News;
use amazoff_actors::user::Role;
use amazoff_supervisor::{Clock, Envelope, SystemClock};
use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answered, GuestCart, PATIENCE, Shelf, TestApp, pictures};

/// Whom the examples are about.
const ANN: &str = "ann@example.org";

/// Examples on their way through one shop.
struct Tour {
    app: TestApp,
    operations: BTreeMap<String, (Method, String, Value)>,
    admin: String,
    /// Ids of this shop by how they begin, to stand where the document has examples of them.
    ids: BTreeMap<&'static str, String>,
    sent: BTreeSet<String>,
}

impl Tour {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let document = app.get("/openapi.json").send().await.expect(200).json;
        let mut operations = BTreeMap::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method: Method = method.to_uppercase().parse().unwrap();
                let name = operation["operationId"].as_str().unwrap().to_owned();
                operations.insert(name, (method, path.clone(), operation.clone()));
            }
        }
        let admin = app.token_of(Role::Admin).await;
        Self { app, operations, admin, ids: BTreeMap::new(), sent: BTreeSet::new() }
    }

    /// From now on ids that begin so are this one.
    fn knows(&mut self, prefix: &'static str, id: impl ToString) {
        self.ids.insert(prefix, id.to_string());
    }

    fn with_ids(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let known = self
                    .ids
                    .iter()
                    .find(|(prefix, _)| text.strip_prefix(**prefix).is_some_and(|rest| rest.len() == 32));
                known.map_or_else(|| value.clone(), |(_, id)| json!(id))
            }
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.with_ids(value))).collect()
            }
            Value::Array(items) => items.iter().map(|item| self.with_ids(item)).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn path(&self, pattern: &str) -> String {
        let parameters = [
            ("{user_id}", "usr_"),
            ("{address_id}", "addr_"),
            ("{product}", ProductId::PREFIX),
            ("{product_id}", ProductId::PREFIX),
            ("{review_id}", "rev_"),
            ("{cart_id}", "cart_"),
            ("{line_id}", "line_"),
            ("{order_id}", "ord_"),
            ("{payment_id}", "pay_"),
            ("{return_id}", "ret_"),
            ("{variant_id}", "var_"),
            ("{promotion_id}", "promo_"),
            ("{id}", "var_"),
        ];
        let fixed = pattern
            .replace("{region}", "de")
            .replace("{method}", "express")
            .replace("{kind}", "stock")
            .replace("{category}", "tea")
            .replace("{filter}", "to-pack");
        parameters.into_iter().fold(fixed, |path, (parameter, prefix)| {
            let id = self.ids.get(prefix).map(String::as_str).unwrap_or_default();
            path.replace(parameter, id)
        })
    }

    /// Sends the example of an operation, in whose name the token says.
    async fn sends(&mut self, name: &str, (bearer, cart): (&str, &str)) -> Answered {
        self.sends_with(name, (bearer, cart), |_| ()).await
    }

    /// The same with members that nobody can know beforehand.
    async fn sends_with(
        &mut self,
        name: &str,
        (bearer, cart): (&str, &str),
        change: impl FnOnce(&mut Value),
    ) -> Answered {
        let (method, pattern, operation) = self.operations[name].clone();
        let (kind, content) = operation["requestBody"]["content"].as_object().unwrap().iter().next().unwrap();
        let mut body = self.with_ids(&content["example"]);
        change(&mut body);
        // A file is nothing that JSON can say.
        let (kind, body) = match kind.as_str() {
            "multipart/form-data" => pictures::form("image/png", &pictures::png(16, 16)),
            _ => (kind.clone(), body.to_string().into_bytes()),
        };
        let asking = self.app.ask(method, &self.path(&pattern)).raw(body);
        let mut asking = asking.header("content-type", &kind).fresh_key();
        for (name, value) in
            [("authorization", format!("Bearer {bearer}")), ("x-cart-token", cart.to_owned())]
        {
            if !value.is_empty() && value != "Bearer " {
                asking = asking.header(name, &value);
            }
        }
        let required = operation["parameters"].as_array().into_iter().flatten();
        if required.into_iter().any(|of| of["name"] == "If-Match" && of["required"] == true) {
            asking = asking.header("if-match", "*");
        }
        let answered = asking.send().await;
        let succeeds =
            operation["responses"].as_object().unwrap().keys().find(|status| status.starts_with('2'));
        let expected = succeeds.unwrap().parse::<u16>().unwrap();
        assert_eq!(answered.status.as_u16(), expected, "{name}: {}", answered.text);
        self.sent.insert(name.to_owned());
        answered
    }

    async fn admin(&mut self, name: &str) -> Answered {
        let admin = self.admin.clone();
        self.sends(name, (&admin, "")).await
    }

    /// A guest's cart with one piece.
    async fn filled(&mut self, shelf: Shelf) -> GuestCart {
        let cart = self.app.guest_cart().await;
        self.knows("cart_", &cart.id);
        let added = self.app.add(&cart, shelf.variant, 1).await.expect(200);
        self.knows("line_", added.text_at("/lines/0/id"));
        cart
    }

    /// A guest's order of one piece, paid.
    async fn bought(&mut self, shelf: Shelf) -> GuestCart {
        let cart = self.filled(shelf).await;
        let order = self.app.complete(&cart, 2489, "tok_ok").await.expect(200);
        self.until(&cart, &order.text_at("/id"), "paid").await;
        cart
    }

    async fn until(&mut self, cart: &GuestCart, order: &str, status: &str) {
        self.knows("ord_", order);
        let following = async {
            loop {
                let shown = self.app.get(&format!("/v1/orders/{order}")).cart(&cart.token).send().await;
                let shown = shown.expect(200);
                if shown.json["payment_status"] == status {
                    return shown;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let shown = tokio::time::timeout(PATIENCE, following).await.expect("the order must become so");
        self.knows("line_", shown.text_at("/lines/0/id"));
    }

    /// An order whose parcel arrived, and of which pieces are asked to come back.
    async fn coming_back(&mut self, shelf: Shelf) -> GuestCart {
        let cart = self.bought(shelf).await;
        let packed = self.admin("admin_orders_pack").await;
        self.knows("shp_", packed.text_at("/shipments/0/id"));
        self.admin("admin_orders_ship").await;
        self.admin("admin_orders_deliver").await;
        let back = self.sends("orders_returns_request_return", ("", &cart.token)).await;
        self.knows("ret_", back.text_at("/returns/0/id"));
        cart
    }
}

#[tokio::test]
async fn every_example_does_what_the_document_says() {
    let mut tour = Tour::new().await;
    people(&mut tour).await;
    let shelf = tour.app.stocked("teapot", 1999, 100).await;
    tour.knows("var_", shelf.variant);
    carts(&mut tour, shelf).await;
    orders(&mut tour, shelf).await;
    desk(&mut tour, shelf).await;
    returns(&mut tour, shelf).await;
    reviews(&mut tour, shelf).await;
    office(&mut tour).await;
    endpoints(&mut tour).await;
    shelf_of_the_office(&mut tour).await;
    operators(&mut tour).await;
    let documented =
        tour.operations.iter().filter(|(_, (_, _, operation))| operation["requestBody"].is_object());
    let left: Vec<_> = documented.filter(|(name, _)| !tour.sent.contains(*name)).collect();
    assert!(left.is_empty(), "nobody sent {left:?}");
    assert!(tour.sent.len() > 40, "{}", tour.sent.len());
}

async fn people(tour: &mut Tour) {
    let ann = tour.sends("auth_register", ("", "")).await.text_at("/access_token");
    let session = tour.sends("auth_login", ("", "")).await;
    let newest = session.json["refresh_token"].clone();
    tour.sends_with("auth_refresh", ("", ""), |body| body["refresh_token"] = newest).await;
    tour.sends("auth_step_up", (&ann, "")).await;
    tour.sends("me_api_keys_issue", (&ann, "")).await;
    tour.sends("me_rename", (&ann, "")).await;
    let kept = tour.sends("me_addresses_add_address", (&ann, "")).await;
    tour.knows("addr_", kept.text_at("/id"));
    tour.sends("me_addresses_change_address", (&ann, "")).await;
    let link = json!(tour.app.link(ANN, Letter::VerifyEmail).await);
    tour.sends_with("auth_verify_email", ("", ""), |body| body["token"] = link).await;
    tour.sends("me_notification_preferences_prefer", (&ann, "")).await;
    let user = session.text_at("/user/id").parse().unwrap();
    let matter = Matter::Order { order: OrderId::from(Uuid::from_u128(1)), news: News::Placed };
    let told = (matter, SystemClock.now());
    tour.app.platform.shop.inboxes.put(user, told, Envelope::system(PATIENCE)).await.unwrap();
    tour.sends("me_notifications_read_mark_read", (&ann, "")).await;
    tour.sends("me_consents_set_consents", (&ann, "")).await;
    tour.sends("me_email_change_email", (&ann, "")).await;
    tour.sends("me_password_change_password", (&ann, "")).await;
    tour.sends("auth_password_reset_ask_reset", ("", "")).await;
    let link = json!(tour.app.link(ANN, Letter::ResetPassword).await);
    tour.sends_with("auth_password_reset_confirm_reset", ("", ""), |body| body["token"] = link).await;
    tour.knows("usr_", session.text_at("/user/id"));
    tour.admin("admin_users_roles_set_roles").await;
    tour.admin("admin_users_erase").await;
}

async fn carts(tour: &mut Tour, shelf: Shelf) {
    let created = tour.sends("carts_create", ("", "")).await;
    let target = created.text_at("/cart/id");
    tour.knows("cart_", &target);
    let secret = created.text_at("/token");
    let added = tour.sends("carts_lines_add_line", ("", &secret)).await;
    tour.knows("line_", added.text_at("/lines/0/id"));
    tour.sends("carts_lines_change_line", ("", &secret)).await;
    tour.sends("carts_address_set_address", ("", &secret)).await;
    tour.sends("carts_shipping_set_shipping", ("", &secret)).await;
    let cart = tour.filled(shelf).await;
    tour.sends_with("carts_merge", ("", &cart.token), |body| {
        body["target"] = json!(target);
        body["target_token"] = json!(secret);
    })
    .await;
}

async fn orders(tour: &mut Tour, shelf: Shelf) {
    let cart = tour.filled(shelf).await;
    let placed = tour.sends("carts_complete", ("", &cart.token)).await;
    tour.until(&cart, &placed.text_at("/id"), "paid").await;
    tour.sends("orders_cancel", ("", &cart.token)).await;
    let cart = tour.filled(shelf).await;
    let unpaid = tour.app.complete(&cart, 2489, "tok_capture_decline").await;
    let order = format!("{}{}", unpaid.text_at("/id"), unpaid.text_at("/order_id"));
    tour.until(&cart, &order, "failed").await;
    tour.sends("orders_payments_pay", ("", &cart.token)).await;
    let cart = tour.filled(shelf).await;
    let asked = tour.app.complete(&cart, 2489, "tok_action").await.expect(202);
    tour.knows("pay_", asked.text_at("/payment_id"));
    tour.sends("payments_confirm", ("", &cart.token)).await;
}

async fn desk(tour: &mut Tour, shelf: Shelf) {
    tour.bought(shelf).await;
    tour.admin("admin_orders_notes_note").await;
    tour.admin("admin_orders_refunds_refund").await;
    let packed = tour.admin("admin_orders_pack").await;
    tour.knows("shp_", packed.text_at("/shipments/0/id"));
    tour.admin("admin_orders_unpack").await;
    tour.bought(shelf).await;
    tour.admin("admin_orders_cancel").await;
    let fresh = tour.app.stocked("kettle", 1999, 100).await;
    tour.knows("var_", fresh.variant);
    for name in ["admin_stock_receive", "admin_stock_adjust", "admin_stock_backorders"] {
        tour.admin(name).await;
    }
}

async fn returns(tour: &mut Tour, shelf: Shelf) {
    tour.coming_back(shelf).await;
    tour.admin("admin_orders_returns_approve").await;
    tour.admin("admin_orders_returns_receive").await;
    tour.coming_back(shelf).await;
    tour.admin("admin_orders_returns_reject").await;
    let cart = tour.coming_back(shelf).await;
    tour.sends("orders_returns_cancel_cancel_return", ("", &cart.token)).await;
}

async fn reviews(tour: &mut Tour, shelf: Shelf) {
    tour.knows(ProductId::PREFIX, shelf.product);
    let (author, reader) = (tour.app.token_of(Role::Shopper).await, tour.app.token_of(Role::Shopper).await);
    let review = tour.sends("products_reviews_submit", (&author, "")).await.text_at("/id");
    tour.knows("rev_", review);
    tour.admin("admin_reviews_approve").await;
    tour.sends("reviews_votes_vote", (&reader, "")).await;
    tour.sends("reviews_flags_flag", (&reader, "")).await;
    tour.admin("admin_reviews_remove").await;
    tour.admin("admin_reviews_restore").await;
    tour.sends("reviews_edit", (&author, "")).await;
    tour.admin("admin_reviews_reject").await;
}

async fn office(tour: &mut Tour) {
    for name in [
        "admin_media_upload",
        "admin_pricebook_currencies",
        "admin_pricebook_rounding",
        "admin_pricebook_capture",
        "admin_pricebook_regions_put_region",
        "admin_pricebook_default_region",
        "admin_pricebook_shipping_methods_put_method",
    ] {
        tour.admin(name).await;
    }
    let promotion = tour.admin("admin_promotions_create").await;
    tour.knows("promo_", promotion.text_at("/id"));
    for name in ["admin_coupons_issue", "admin_promotions_change", "admin_quotes_price"] {
        tour.admin(name).await;
    }
}

/// The example's host is nobody's, so it cannot be looked up: the endpoint of the test is on this machine.
async fn endpoints(tour: &mut Tour) {
    let admin = tour.admin.clone();
    let here = |body: &mut Value| body["url"] = json!("https://127.0.0.1/hooks");
    tour.sends_with("admin_webhook_endpoints_create", (&admin, ""), here).await;
}

async fn shelf_of_the_office(tour: &mut Tour) {
    let before = tour.ids.clone();
    tour.admin("admin_categories_put").await;
    tour.admin("admin_order_filters_put").await;
    let made = tour.admin("admin_products_create").await;
    tour.knows(ProductId::PREFIX, made.text_at("/id"));
    for name in ["admin_products_change", "admin_products_media_set_media", "admin_products_publish"] {
        tour.admin(name).await;
    }
    let added = tour.admin("admin_products_variants_add_variant").await;
    tour.knows("var_", added.text_at("/variants/1/id"));
    for name in
        ["admin_products_variants_change_variant", "admin_products_variants_retire", "admin_products_archive"]
    {
        tour.admin(name).await;
    }
    tour.ids = before;
}

async fn operators(tour: &mut Tour) {
    for name in [
        "ops_entities_what_if",
        "ops_limits_domains_change_domain",
        "ops_limits_runtime_change_runtime",
        "ops_reconciliations_run",
        "ops_tree_halt",
        "ops_tree_restart",
    ] {
        tour.admin(name).await;
    }
    let running = async {
        while tour.app.get("/health").send().await.json["parts"]["shop"]["pricebook"] != "running" {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, running).await.expect("it was restarted");
    tour.admin("ops_tree_kill").await;
}
