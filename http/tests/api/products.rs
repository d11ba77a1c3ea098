//! The back office's products.

use amazoff_actors::ids::VariantId;
use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Answered, Asking, TestApp};

/// A shop with an admin and somebody from support.
struct Office {
    app: TestApp,
    admin: String,
    support: String,
}

fn eur(cents: i64) -> Value {
    json!({"amount": cents, "currency": "EUR"})
}

fn variant(sku: &str, cents: i64) -> Value {
    json!({"sku": sku, "options": {"size": sku}, "price": eur(cents)})
}

fn lamp() -> Value {
    json!({
        "slug": "lamp", "title": "Lamp", "description": "It shines.", "category": "lighting", "brand": "Lux",
        "variants": [variant("L-1", 1000), variant("L-2", 2000)],
    })
}

impl Office {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (admin, support) = (app.token_of(Role::Admin).await, app.token_of(Role::Support).await);
        Self { app, admin, support }
    }

    /// The variants that the report of stock-outs names, page by page.
    async fn running_out(&self, limit: usize) -> Vec<String> {
        self.app.projected().await;
        let first = format!("/admin/v1/reports/stock-outs?threshold=100&limit={limit}");
        let (mut found, mut path) = (Vec::new(), first.clone());
        loop {
            let report = self.app.get(&path).bearer(&self.support).send().await.expect(200);
            let items = report.json["items"].as_array().unwrap();
            assert!(items.len() <= limit);
            found.extend(items.iter().map(|item| item["variant_id"].as_str().unwrap().to_owned()));
            let Some(next) = report.json["next_cursor"].as_str() else { return found };
            path = format!("{first}&cursor={next}");
        }
    }

    fn create(&self, body: &Value) -> Asking {
        self.app.post("/admin/v1/products", body).bearer(&self.admin).fresh_key()
    }

    /// A write without a key and a version.
    fn bare(&self, method: Method, path: &str, body: &Value) -> Asking {
        self.app.ask(method, &format!("/admin/v1/products/{path}")).json(body).bearer(&self.admin)
    }

    /// Whatever happened since.
    fn write(&self, method: Method, path: &str, body: &Value) -> Asking {
        self.bare(method, path, body).fresh_key().header("if-match", "*")
    }

    async fn drafted(&self) -> Answered {
        self.create(&lamp()).send().await.expect(201)
    }

    /// A lamp on sale: its id and those of its variants.
    async fn on_sale(&self) -> (String, [String; 2]) {
        let made = self.drafted().await;
        let id = made.text_at("/id");
        self.write(Method::POST, &format!("{id}/publish"), &json!({})).send().await.expect(200);
        self.app.projected().await;
        (id, [made.text_at("/variants/0/id"), made.text_at("/variants/1/id")])
    }

    async fn shown(&self, id: &str) -> Answered {
        self.app.get(&format!("/admin/v1/products/{id}")).bearer(&self.support).send().await
    }

    async fn receive(&self, variant: &str, quantity: u32) {
        let path = format!("/admin/v1/stock/{variant}/receive");
        let asked = self.app.post(&path, &json!({ "quantity": quantity })).fresh_key().bearer(&self.support);
        asked.send().await.expect(200);
    }

    async fn list(&self, query: &str) -> Value {
        self.app.projected().await;
        let path = format!("/admin/v1/products{query}");
        self.app.get(&path).bearer(&self.support).send().await.expect(200).json
    }

    async fn search(&self) -> Value {
        self.app.projected().await;
        self.app.get("/v1/products").send().await.expect(200).json["items"].clone()
    }
}

fn slugs(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["slug"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_product_is_drafted_then_published_and_bought() {
    let office = Office::new().await;
    let made = office.drafted().await;
    let id = made.text_at("/id");
    assert_eq!(made.header("location"), format!("/admin/v1/products/{id}"));
    assert!(made.header("etag").starts_with("\"1."), "{}", made.header("etag"));
    for (field, value) in
        [("status", json!("draft")), ("version", json!(1)), ("former_slugs", json!([])), ("media", json!([]))]
    {
        assert_eq!(made.json[field], value, "{field}");
    }
    let first = &made.json["variants"][0];
    assert_eq!(
        (&first["sku"], &first["tax_class"], &first["weight_g"], &first["prices"], &first["retired"]),
        (&json!("L-1"), &json!("standard"), &json!(0), &json!([]), &json!(false))
    );
    office.app.get("/v1/products/lamp").send().await.refused(404, "product-not-found");
    let tag = made.header("etag").to_owned();
    let publish = office.bare(Method::POST, &format!("{id}/publish"), &json!({}));
    let published = publish.fresh_key().header("if-match", &tag).send().await.expect(200);
    assert_eq!((&published.json["status"], &published.json["version"]), (&json!("active"), &json!(2)));
    let variant = made.text_at("/variants/0/id");
    office.receive(&variant, 3).await;
    let page = office.app.get("/v1/products/lamp").send().await.expect(200).json;
    assert_eq!(page["variants"][0]["available"], 3);
    let cart = office.app.guest_cart().await;
    office.app.add(&cart, variant.parse::<VariantId>().unwrap(), 2).await.expect(200);
}

#[tokio::test]
async fn the_same_key_is_the_same_product_and_the_trail_tells_of_it_once() {
    let office = Office::new().await;
    let again =
        || office.app.post("/admin/v1/products", &lamp()).bearer(&office.admin).key("import-1").send();
    let (first, second) = (again().await.expect(201), again().await.expect(201));
    assert_eq!((second.header("idempotent-replayed"), &second.json), ("true", &first.json));
    let mut other = lamp();
    other["title"] = json!("Another");
    let reused = office.app.post("/admin/v1/products", &other).bearer(&office.admin).key("import-1").send();
    reused.await.refused(422, "idempotency-key-reused");
    let id = first.text_at("/id");
    let renamed = || {
        let asked = office.bare(Method::PATCH, &id, &json!({"title": "Lamp of clay"}));
        asked.key("k").header("if-match", "\"1\"").send()
    };
    assert_eq!(renamed().await.expect(200).json["version"], 2);
    let repeated = renamed().await.expect(200);
    assert_eq!((repeated.header("idempotent-replayed"), &repeated.json["version"]), ("true", &json!(2)));
    let ops = office.app.token_of(Role::Ops).await;
    let trail = office.app.get("/ops/v1/audit").bearer(&ops).send().await.expect(200);
    let entries = trail.json["items"].as_array().unwrap();
    let told: Vec<_> =
        entries.iter().map(|entry| (entry["action"].as_str().unwrap(), &entry["subject"])).collect();
    assert_eq!(told, [("product-change", &json!(id)), ("product-create", &json!(id))]);
}

#[tokio::test]
async fn names_in_links_and_article_numbers_belong_to_one_product() {
    let office = Office::new().await;
    let id = office.drafted().await.text_at("/id");
    office.create(&lamp()).send().await.refused(409, "sku-taken");
    let mut other = lamp();
    other["variants"] = json!([variant("M-1", 5)]);
    office.create(&other).send().await.refused(409, "slug-taken");
    other["slug"] = json!("other-lamp");
    let other = office.create(&other).send().await.expect(201).text_at("/id");
    let taken = office.write(Method::PATCH, &other, &json!({"slug": "lamp"})).send().await;
    taken.refused(409, "slug-taken");
    let path = format!("{other}/variants");
    office.write(Method::POST, &path, &variant("L-2", 5)).send().await.refused(409, "sku-taken");
    // The number that was given up is free, the name is not.
    office.write(Method::PATCH, &id, &json!({"slug": "old-lamp"})).send().await.expect(200);
    let first = office.shown(&id).await.expect(200).text_at("/variants/0/id");
    let number = json!({"sku": "L-9"});
    office.write(Method::PATCH, &format!("{id}/variants/{first}"), &number).send().await.expect(200);
    office.write(Method::POST, &path, &variant("L-1", 5)).send().await.expect(200);
    let taken = office.write(Method::PATCH, &other, &json!({"slug": "lamp"})).send().await;
    taken.refused(409, "slug-taken");
}

#[tokio::test]
async fn a_link_of_earlier_days_still_leads_to_its_product() {
    let office = Office::new().await;
    let (id, _) = office.on_sale().await;
    office.app.get("/v1/products/lamp").send().await.expect(200);
    let renamed = office.write(Method::PATCH, &id, &json!({"slug": "bright-lamp"})).send().await.expect(200);
    assert_eq!(renamed.json["former_slugs"], json!(["lamp"]));
    for name in ["lamp", "bright-lamp"] {
        let page = office.app.get(&format!("/v1/products/{name}")).send().await.expect(200).json;
        assert_eq!((&page["id"], &page["slug"]), (&json!(id), &json!("bright-lamp")), "{name}");
    }
    let page = office.app.get("/products/lamp").send().await.expect(307);
    assert_eq!(page.header("location"), "/products/bright-lamp");
    office.app.get("/products/bright-lamp").send().await.expect(200);
}

#[tokio::test]
async fn a_write_says_which_version_it_saw_and_has_a_key() {
    let office = Office::new().await;
    let made = office.drafted().await;
    let (id, first) = (made.text_at("/id"), made.text_at("/variants/0/id"));
    let writes = [
        (Method::PATCH, id.clone(), json!({"title": "Other"})),
        (Method::PUT, format!("{id}/media"), json!({"media": []})),
        (Method::POST, format!("{id}/publish"), json!({})),
        (Method::POST, format!("{id}/variants"), variant("L-3", 1)),
        (Method::PATCH, format!("{id}/variants/{first}"), json!({"price": eur(1)})),
        (Method::POST, format!("{id}/variants/{first}/retire"), json!({})),
        (Method::POST, format!("{id}/archive"), json!({})),
    ];
    for (method, path, body) in &writes {
        let bare = || office.bare(method.clone(), path, body);
        bare().fresh_key().send().await.refused(428, "precondition-required");
        bare().header("if-match", "*").send().await.refused(400, "idempotency-key-missing");
        bare().fresh_key().header("if-match", "1").send().await.refused(412, "precondition-invalid");
        let stale = bare().fresh_key().header("if-match", "\"7\"").send().await;
        assert_eq!(stale.refused(412, "product-changed").json["version"], 1, "{method} {path}");
    }
    office
        .app
        .post("/admin/v1/products", &lamp())
        .bearer(&office.admin)
        .send()
        .await
        .refused(400, "idempotency-key-missing");
    assert_eq!(office.shown(&id).await.expect(200).json["version"], 1, "nothing happened");
}

#[tokio::test]
async fn only_admins_change_products_and_support_looks() {
    let office = Office::new().await;
    let made = office.drafted().await;
    let (id, first) = (made.text_at("/id"), made.text_at("/variants/0/id"));
    let shopper = office.app.token_of(Role::Shopper).await;
    let routes = [
        (Method::GET, String::new(), true),
        (Method::POST, String::new(), false),
        (Method::GET, format!("/{id}"), true),
        (Method::PATCH, format!("/{id}"), false),
        (Method::PUT, format!("/{id}/media"), false),
        (Method::POST, format!("/{id}/publish"), false),
        (Method::POST, format!("/{id}/archive"), false),
        (Method::POST, format!("/{id}/variants"), false),
        (Method::PATCH, format!("/{id}/variants/{first}"), false),
        (Method::POST, format!("/{id}/variants/{first}/retire"), false),
    ];
    for (method, path, looks) in routes {
        let ask = || office.app.ask(method.clone(), &format!("/admin/v1/products{path}")).fresh_key();
        ask().send().await.refused(401, "login-required");
        ask().bearer(&shopper).send().await.refused(403, "role-missing");
        let support = ask().bearer(&office.support).send().await;
        if looks {
            support.expect(200)
        } else {
            support.refused(403, "role-missing")
        };
    }
    for missing in ["prod_00000000000000000000000000000001", "lamp"] {
        office.shown(missing).await.refused(404, "product-not-found");
        let write = office.write(Method::POST, &format!("{missing}/publish"), &json!({}));
        write.send().await.refused(404, "product-not-found");
    }
    let unknown = format!("{id}/variants/var_00000000000000000000000000000001");
    let write = office.write(Method::PATCH, &unknown, &json!({}));
    write.send().await.refused(404, "variant-not-found");
}

#[tokio::test]
async fn what_breaks_a_rule_is_named_and_changes_nothing() {
    let office = Office::new().await;
    let with = |field: &str, value: Value| {
        let mut body = lamp();
        body[field] = value;
        body
    };
    for (body, pointer) in [
        (with("slug", json!("A b")), "/slug"),
        (with("title", json!(" ")), "/title"),
        (with("brand", json!("x".repeat(201))), "/brand"),
        (with("category", json!("")), "/category"),
        (with("variants", json!([])), "/variants"),
        (with("variants", json!([variant("L-1", 1), variant("L-1", 2)])), "/variants"),
        (with("variants", json!([variant("L-1", -1)])), "/price"),
    ] {
        let refused = office.create(&body).send().await.refused(422, "product-invalid");
        assert_eq!(refused.json["errors"][0]["pointer"], pointer, "{}", refused.text);
    }
    let dollars = json!({"sku": "L-1", "price": {"amount": 1, "currency": "USD"}});
    office.create(&with("variants", json!([dollars]))).send().await.refused(422, "product-invalid");
    for (field, value) in [("colour", json!(1)), ("title", json!(1)), ("variants", json!([{"sku": "L-1"}]))] {
        office.create(&with(field, value)).send().await.refused(422, "validation-failed");
    }
    assert_eq!(office.list("").await["items"], json!([]));
}

#[tokio::test]
async fn pictures_are_those_that_the_shop_has() {
    let office = Office::new().await;
    let id = office.drafted().await.text_at("/id");
    let blob = office.app.platform.shop.blobs.put(b"a picture").await.unwrap();
    let picture = |blob: &str, alt: &str| json!({"blob": blob, "alt": alt, "width": 8, "height": 6});
    let path = format!("{id}/media");
    let set = |media: Value| office.write(Method::PUT, &path, &json!({ "media": media }));
    let none = set(json!([picture(&blob, "A lamp"), picture(&"ab".repeat(32), "")])).send().await;
    assert_eq!(none.refused(404, "media-not-found").json["errors"][0]["pointer"], "/media/1/blob");
    let shown = set(json!([picture(&blob, "From above"), picture(&blob, "A lamp")])).send().await.expect(200);
    let alts: Vec<_> = shown.json["media"].as_array().unwrap().iter().map(|of| &of["alt"]).collect();
    assert_eq!(alts, ["From above", "A lamp"]);
    assert_eq!(shown.json["media"][0]["url"], format!("/v1/media/{blob}"));
    assert_eq!(set(json!([])).send().await.expect(200).json["media"], json!([]));
    set(json!([{"blob": blob, "alt": "", "width": 0, "height": 6}]))
        .send()
        .await
        .refused(422, "product-invalid");
}

#[tokio::test]
async fn lists_know_every_status_and_find_words() {
    let office = Office::new().await;
    let (id, _) = office.on_sale().await;
    for n in 0..3 {
        let body = json!({
            "slug": format!("chair-{n}"), "title": format!("Chair {n}"), "category": "furniture", "brand": "Sit",
            "variants": [variant(&format!("C-{n}"), 100)],
        });
        office.create(&body).send().await.expect(201);
    }
    assert_eq!(office.list("").await["items"].as_array().unwrap().len(), 4);
    assert_eq!(slugs(&office.list("?status=active").await), ["lamp"]);
    assert_eq!(slugs(&office.list("?status=draft&q=CHAIR%202").await), ["chair-2"]);
    assert_eq!(slugs(&office.list("?q=l-1").await), ["lamp"]);
    let first = office.list("?status=draft&limit=2").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = office.list(&format!("?status=draft&limit=2&cursor={cursor}")).await;
    assert_eq!((slugs(&first).len(), slugs(&second).len()), (2, 1));
    assert!(second["next_cursor"].is_null() && !slugs(&first).contains(&slugs(&second)[0]));
    let refused =
        |query: &str| office.app.get(&format!("/admin/v1/products?{query}")).bearer(&office.support).send();
    for query in ["status=absent", "status=x", "limit=0", "x=1"] {
        refused(query).await.refused(400, "invalid-query");
    }
    refused(&format!("status=active&cursor={cursor}")).await.refused(400, "cursor-invalid");
    office.write(Method::POST, &format!("{id}/archive"), &json!({})).send().await.expect(200);
    assert_eq!(slugs(&office.list("?status=archived").await), ["lamp"]);
}

#[tokio::test]
async fn a_retired_variant_cannot_be_bought_any_more_and_stays_in_orders() {
    let office = Office::new().await;
    let (id, [first, second]) = office.on_sale().await;
    for variant in [&first, &second] {
        office.receive(variant, 5).await;
    }
    for limit in [1, 2, 100] {
        assert_eq!(office.running_out(limit).await.len(), 2, "each once");
    }
    let (bought, open) = (office.app.guest_cart().await, office.app.guest_cart().await);
    let variant: VariantId = first.parse().unwrap();
    let added = office.app.add(&bought, variant, 1).await.expect(200);
    office.app.add(&open, variant, 1).await.expect(200);
    let total = added.json["totals"]["total"]["amount"].as_i64().unwrap();
    let order = office.app.complete(&bought, total, "tok_ok").await.expect(200).text_at("/id");
    let retired = office.write(Method::POST, &format!("{id}/variants/{first}/retire"), &json!({}));
    let retired = retired.send().await.expect(200);
    assert_eq!(retired.json["variants"][0]["retired"], true);
    for limit in [1, 100] {
        assert_eq!(office.running_out(limit).await, [second.as_str()], "nobody wants more of the other");
    }
    let page = office.app.get("/v1/products/lamp").send().await.expect(200).json;
    let left: Vec<_> = page["variants"].as_array().unwrap().iter().map(|of| &of["id"]).collect();
    assert_eq!(left, [&json!(second)]);
    let cart = office.app.guest_cart().await;
    office.app.add(&cart, variant, 1).await.refused(409, "product-not-available");
    office.app.complete(&open, total, "tok_ok").await.refused(409, "product-not-available");
    let order = office.app.get(&format!("/v1/orders/{order}")).cart(&bought.token).send().await.expect(200);
    assert_eq!(
        (&order.json["lines"][0]["variant_id"], &order.json["lines"][0]["title"]),
        (&json!(first), &json!("Lamp"))
    );
    let last = office.write(Method::POST, &format!("{id}/variants/{second}/retire"), &json!({}));
    last.send().await.refused(409, "variant-last");
    assert_eq!(office.search().await[0]["price"], eur(2000), "the retired one was cheaper");
    office.write(Method::POST, &format!("{id}/archive"), &json!({})).send().await.expect(200);
    assert!(office.running_out(100).await.is_empty());
}

#[tokio::test]
async fn an_archived_product_stays_as_it_is() {
    let office = Office::new().await;
    let (id, [first, _]) = office.on_sale().await;
    office.write(Method::POST, &format!("{id}/archive"), &json!({})).send().await.expect(200);
    for (method, path, body) in [
        (Method::PATCH, id.clone(), json!({"title": "Other"})),
        (Method::POST, format!("{id}/publish"), json!({})),
        (Method::POST, format!("{id}/variants"), variant("L-3", 1)),
        (Method::PATCH, format!("{id}/variants/{first}"), json!({"price": eur(1)})),
        (Method::POST, format!("{id}/variants/{first}/retire"), json!({})),
    ] {
        office.write(method, &path, &body).send().await.refused(409, "product-archived");
    }
    assert_eq!(office.shown(&id).await.expect(200).json["status"], "archived");
}

/// T-K1: the answer to the change is out, so page, cached page and open cart show the new price at once; lists and search as
/// soon as they are written.
#[tokio::test]
async fn a_price_that_was_set_is_on_the_page_in_open_carts_and_in_search() {
    let office = Office::new().await;
    let (id, [first, _]) = office.on_sale().await;
    office.receive(&first, 5).await;
    let cart = office.app.guest_cart().await;
    office.app.add(&cart, first.parse().unwrap(), 2).await.expect(200);
    let page = async || office.app.get("/v1/products/lamp").send().await.expect(200);
    page().await;
    assert_eq!(page().await.header("cache-status"), "amazoff; hit");
    assert_eq!(office.search().await[0]["price"], eur(1000));
    let change = json!({"price": eur(900), "prices": [{"amount": 999, "currency": "USD"}]});
    let changed =
        office.write(Method::PATCH, &format!("{id}/variants/{first}"), &change).send().await.expect(200);
    assert_eq!(changed.json["variants"][0]["prices"], json!([{"amount": 999, "currency": "USD"}]));
    assert_eq!(page().await.json["variants"][0]["price"], eur(900));
    let shown = office.app.get(&cart.path("")).cart(&cart.token).send().await.expect(200).json;
    assert_eq!(shown["lines"][0]["unit_price"], eur(900));
    assert_eq!(shown["lines"][0]["line_total"], eur(1800));
    assert_eq!(office.search().await[0]["price"], eur(900));
}

/// T-K2: an archived product is on no page and in no list, also where one was remembered.
#[tokio::test]
async fn an_archived_product_is_found_no_more() {
    let office = Office::new().await;
    let (id, _) = office.on_sale().await;
    assert_eq!(office.search().await.as_array().unwrap().len(), 1);
    office.write(Method::POST, &format!("{id}/archive"), &json!({})).send().await.expect(200);
    for path in ["/v1/products/lamp".to_owned(), format!("/v1/products/{id}")] {
        office.app.get(&path).send().await.refused(404, "product-not-found");
    }
    assert_eq!(office.search().await, json!([]));
    let suggested = office.app.get("/v1/search/suggestions?q=lamp").send().await.expect(200);
    assert_eq!(suggested.json["items"], json!([]));
}

/// T-K3: an order shows what was bought, whatever became of the product.
#[tokio::test]
async fn an_order_keeps_the_name_price_and_picture_of_what_was_bought() {
    let office = Office::new().await;
    let (id, [first, _]) = office.on_sale().await;
    let picture = |blob: &str| json!({"media": [{"blob": blob, "alt": "", "width": 8, "height": 6}]});
    let blobs = &office.app.platform.shop.blobs;
    let (one, other) = (blobs.put(b"one").await.unwrap(), blobs.put(b"other").await.unwrap());
    let path = format!("{id}/media");
    office.write(Method::PUT, &path, &picture(&one)).send().await.expect(200);
    office.receive(&first, 5).await;
    let cart = office.app.guest_cart().await;
    let added = office.app.add(&cart, first.parse().unwrap(), 1).await.expect(200);
    let total = added.json["totals"]["total"]["amount"].as_i64().unwrap();
    let order = office.app.complete(&cart, total, "tok_ok").await.expect(200).text_at("/id");
    let lines = async || {
        let path = format!("/v1/orders/{order}");
        let shown = office.app.get(&path).cart(&cart.token).send().await.expect(200);
        let line = &shown.json["lines"][0];
        ["title", "unit_price", "image", "variant_id"].map(|field| line[field].clone())
    };
    let before = lines().await;
    assert_eq!(before[..3], [json!("Lamp"), eur(1000), json!(format!("/v1/media/{one}"))]);
    office.write(Method::PATCH, &id, &json!({"title": "Other", "slug": "other"})).send().await.expect(200);
    office.write(Method::PUT, &path, &picture(&other)).send().await.expect(200);
    let price = json!({"price": eur(5)});
    office.write(Method::PATCH, &format!("{id}/variants/{first}"), &price).send().await.expect(200);
    assert_eq!(lines().await, before);
    office.write(Method::POST, &format!("{id}/archive"), &json!({})).send().await.expect(200);
    assert_eq!(lines().await, before);
}
