//! The tree of categories.

use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Asking, TestApp};

struct Office {
    app: TestApp,
    admin: String,
    support: String,
}

impl Office {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (admin, support) = (app.token_of(Role::Admin).await, app.token_of(Role::Support).await);
        Self { app, admin, support }
    }

    fn bare(&self, method: Method, slug: &str) -> Asking {
        self.app.ask(method, &format!("/admin/v1/categories/{slug}")).bearer(&self.admin)
    }

    fn put(&self, slug: &str, body: &Value) -> Asking {
        self.bare(Method::PUT, slug).json(body).fresh_key().header("if-match", "*")
    }

    fn remove(&self, slug: &str) -> Asking {
        self.bare(Method::DELETE, slug).fresh_key().header("if-match", "*")
    }

    async fn tree(&self) -> Value {
        self.app.projected().await;
        self.app.get("/v1/categories").send().await.expect(200).json["items"].clone()
    }
}

#[tokio::test]
async fn the_tree_is_shown_in_order_with_what_is_for_sale() {
    let office = Office::new().await;
    office.app.stocked("teapot", 100, 1).await;
    let before = office.tree().await;
    assert_eq!((&before[0]["slug"], &before[0]["name"]), (&json!("home-kitchen"), &json!("Home kitchen")));
    assert_eq!((&before[0]["count"], &before[0]["children"]), (&json!(1), &json!([])));
    office.put("home", &json!({"title": "At home"})).send().await.expect(200);
    let body = json!({"title": "Kitchen & more", "parent": "home", "position": 2});
    office.put("home-kitchen", &body).send().await.expect(200);
    office
        .put("garden", &json!({"title": "Garden", "parent": "home", "position": 1}))
        .send()
        .await
        .expect(200);
    let tree = office.tree().await;
    assert_eq!(tree.as_array().unwrap().len(), 1);
    assert_eq!(
        (&tree[0]["slug"], &tree[0]["count"], &tree[0]["total"]),
        (&json!("home"), &json!(0), &json!(1))
    );
    let below: Vec<_> =
        tree[0]["children"].as_array().unwrap().iter().map(|of| (&of["name"], &of["count"])).collect();
    assert_eq!(below, [(&json!("Garden"), &json!(0)), (&json!("Kitchen & more"), &json!(1))]);
    let page = office.app.get("/?category=home").send().await.expect(200).text;
    assert!(page.contains("Kitchen &amp; more") || page.contains("Kitchen &#38; more"), "{page}");
}

#[tokio::test]
async fn what_is_not_empty_does_not_go() {
    let office = Office::new().await;
    office.app.stocked("teapot", 100, 1).await;
    office.app.projected().await;
    for (slug, body) in
        [("home", json!({"title": "Home"})), ("home-kitchen", json!({"title": "Kitchen", "parent": "home"}))]
    {
        office.put(slug, &body).send().await.expect(200);
    }
    let refused = office.remove("home").send().await.refused(409, "category-not-empty");
    assert_eq!((&refused.json["children"], &refused.json["products"]), (&json!(1), &json!(0)));
    let refused = office.remove("home-kitchen").send().await.refused(409, "category-not-empty");
    assert_eq!((&refused.json["children"], &refused.json["products"]), (&json!(0), &json!(1)));
    office.remove("nowhere").send().await.refused(404, "category-not-found");
    office.put("attic", &json!({"title": "Attic"})).send().await.expect(200);
    office.remove("attic").send().await.expect(200);
    let listed = office.app.get("/admin/v1/categories").bearer(&office.support).send().await.expect(200);
    let slugs: Vec<_> = listed.json["items"].as_array().unwrap().iter().map(|of| &of["slug"]).collect();
    assert_eq!(slugs, ["home", "home-kitchen"]);
}

#[tokio::test]
async fn a_write_says_which_version_it_saw_has_a_key_and_is_told() {
    let office = Office::new().await;
    let body = json!({"title": "Home"});
    let bare = || office.bare(Method::PUT, "home").json(&body);
    bare().fresh_key().send().await.refused(428, "precondition-required");
    bare().header("if-match", "*").send().await.refused(400, "idempotency-key-missing");
    let listed = office.app.get("/admin/v1/categories").bearer(&office.support).send().await.expect(200);
    let tag = listed.header("etag").to_owned();
    let first = bare().key("k").header("if-match", &tag).send().await.expect(200);
    assert_eq!(first.json["version"], 1);
    let again = bare().key("k").header("if-match", &tag).send().await.expect(200);
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &first.json));
    let stale = office.bare(Method::PUT, "home").json(&json!({"title": "X"})).fresh_key();
    let stale = stale.header("if-match", &tag).send().await.refused(412, "categories-changed");
    assert_eq!(stale.json["version"], 1);
    let stale = office.bare(Method::DELETE, "home").fresh_key().header("if-match", &tag).send().await;
    stale.refused(412, "categories-changed");
    office
        .bare(Method::DELETE, "home")
        .header("if-match", "*")
        .send()
        .await
        .refused(400, "idempotency-key-missing");
    let ops = office.app.token_of(Role::Ops).await;
    let trail = office.app.get("/ops/v1/audit").bearer(&ops).send().await.expect(200);
    let entries = trail.json["items"].as_array().unwrap();
    let told: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(
        told,
        ["category-remove-failed", "category-remove", "category-put-failed", "category-put", "category-put"]
    );
}

#[tokio::test]
async fn only_admins_change_categories_and_what_breaks_a_rule_is_named() {
    let office = Office::new().await;
    let shopper = office.app.token_of(Role::Shopper).await;
    for (method, path, looks) in [
        (Method::GET, "/admin/v1/categories", true),
        (Method::PUT, "/admin/v1/categories/home", false),
        (Method::DELETE, "/admin/v1/categories/home", false),
    ] {
        let ask = || office.app.ask(method.clone(), path).fresh_key();
        ask().send().await.refused(401, "login-required");
        ask().bearer(&shopper).send().await.refused(403, "role-missing");
        let support = ask().bearer(&office.support).send().await;
        if looks {
            support.expect(200)
        } else {
            support.refused(403, "role-missing")
        };
    }
    for (slug, body, pointer) in [
        ("A", json!({"title": "X"}), "/slug"),
        ("home", json!({"title": " "}), "/title"),
        ("home", json!({"title": "X", "parent": "nowhere"}), "/parent"),
    ] {
        let refused = office.put(slug, &body).send().await.refused(422, "category-invalid");
        assert_eq!(refused.json["errors"][0]["pointer"], pointer);
    }
    for body in [json!({}), json!({"title": 1}), json!({"title": "X", "colour": 1})] {
        office.put("home", &body).send().await.refused(422, "validation-failed");
    }
}
