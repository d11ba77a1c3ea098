//! What is recommended beside a product and a cart.

use amazoff_actors::user::Role;
use amazoff_supervisor::Envelope;
use serde_json::{Value, json};

use crate::support::{PATIENCE, Shelf, TestApp};

impl TestApp {
    /// Buys one piece of each in one order.
    pub(crate) async fn bought_together(&self, shelves: &[Shelf]) {
        let cart = self.guest_cart().await;
        let mut total = 0;
        for shelf in shelves {
            let added = self.add(&cart, shelf.variant, 1).await.expect(200);
            total = added.json["totals"]["total"]["amount"].as_i64().unwrap();
        }
        self.complete(&cart, total, "tok_ok").await.expect(200);
    }
}

fn slugs(list: &Value) -> Vec<(&str, &str)> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| (item["slug"].as_str().unwrap(), item["reason"].as_str().unwrap())).collect()
}

/// A lamp that was bought with a bulb three times, and a teapot that was bought twice.
async fn sold() -> (TestApp, [Shelf; 3]) {
    let app = TestApp::start().await;
    let mut shelves = Vec::new();
    for slug in ["lamp", "bulb", "teapot"] {
        shelves.push(app.stocked(slug, 4000, 50).await);
    }
    let [lamp, bulb, teapot] = shelves.try_into().unwrap();
    for basket in [&[lamp, bulb][..], &[lamp, bulb], &[lamp, bulb], &[teapot], &[teapot]] {
        app.bought_together(basket).await;
    }
    app.projected().await;
    (app, [lamp, bulb, teapot])
}

#[tokio::test]
async fn a_product_shows_what_was_bought_with_it_and_then_what_sells() {
    let (app, [lamp, ..]) = sold().await;
    for name in ["lamp".to_owned(), lamp.product.to_string()] {
        let path = format!("/v1/products/{name}/recommendations");
        let shown = app.get(&path).send().await.expect(200);
        let wanted = [("bulb", "bought_together"), ("teapot", "popular_in_category")];
        assert_eq!(slugs(&shown.json), wanted);
        assert_eq!(shown.json["items"][0]["price"]["amount"], 4000);
        assert_eq!(shown.json["items"][0]["rating"]["count"], 0);
        let first = app.get(&format!("{path}?limit=1")).send().await.expect(200);
        assert_eq!(slugs(&first.json), wanted[..1]);
        for query in ["limit=0", "limit=21", "limit=x", "limit=1&limit=2", "cursor=x"] {
            app.get(&format!("{path}?{query}")).send().await.refused(400, "invalid-query");
        }
    }
    for unknown in ["coffee", "prod_00000000000000000000000000000000"] {
        let path = format!("/v1/products/{unknown}/recommendations");
        app.get(&path).send().await.refused(404, "product-not-found");
    }
}

/// T-K2: an answer that was kept is made anew when what it recommends is taken off sale, or sold out.
#[tokio::test]
async fn what_is_gone_or_sold_out_leaves_kept_answers_at_once() {
    let (app, [_, bulb, teapot]) = sold().await;
    let path = "/v1/products/lamp/recommendations";
    assert!(app.get(path).send().await.expect(200).header("cache-status").contains("miss"));
    let kept = app.get(path).send().await.expect(200);
    assert_eq!(kept.header("cache-status"), "amazoff; hit");
    let tag = kept.header("etag").to_owned();
    app.get(path).header("if-none-match", &tag).send().await.expect(304);
    let (shop, within) = (&app.platform.shop, || Envelope::system(PATIENCE));
    shop.products.archive(bulb.product, within()).await.unwrap();
    let shown = app.get(path).send().await.expect(200);
    assert_eq!(slugs(&shown.json), [("teapot", "popular_in_category")]);
    let stock = shop.stocks.get(teapot.variant).await.unwrap().unwrap();
    let cart = app.guest_cart().await;
    let left = stock.state.available();
    let added = app.add(&cart, teapot.variant, left).await.expect(200);
    let total = added.json["totals"]["total"]["amount"].as_i64().unwrap();
    app.complete(&cart, total, "tok_ok").await.expect(200);
    assert!(slugs(&app.get(path).send().await.expect(200).json).is_empty());
}

/// What is left of a retired variant cannot be bought.
#[tokio::test]
async fn what_only_a_retired_variant_has_left_is_not_recommended() {
    let (app, [_, bulb, _]) = sold().await;
    let admin = app.token_of(Role::Admin).await;
    let variants = format!("/admin/v1/products/{}/variants", bulb.product);
    let ask = |path: &str, body: &Value| {
        app.post(path, body).bearer(&admin).fresh_key().header("if-match", "*").send()
    };
    ask(&variants, &json!({"sku": "BULB-2", "price": {"amount": 4000, "currency": "EUR"}})).await.expect(200);
    let path = "/v1/products/lamp/recommendations";
    assert_eq!(slugs(&app.get(path).send().await.expect(200).json)[0].0, "bulb");
    ask(&format!("{variants}/{}/retire", bulb.variant), &json!({})).await.expect(200);
    let stock = app.platform.shop.stocks.get(bulb.variant).await.unwrap().unwrap();
    assert!(stock.state.available() > 0, "there are some left");
    assert_eq!(slugs(&app.get(path).send().await.expect(200).json), [("teapot", "popular_in_category")]);
}

#[tokio::test]
async fn a_cart_is_recommended_nothing_that_is_in_it_and_only_to_its_holder() {
    let (app, [lamp, bulb, _]) = sold().await;
    let cart = app.guest_cart().await;
    let path = cart.path("/recommendations");
    let empty = app.get(&path).cart(&cart.token).send().await.expect(200);
    assert_eq!(empty.json["items"][0]["reason"], "popular");
    app.add(&cart, lamp.variant, 1).await.expect(200);
    let beside = app.get(&path).cart(&cart.token).send().await.expect(200);
    assert_eq!(slugs(&beside.json), [("bulb", "bought_together"), ("teapot", "popular_in_category")]);
    assert!(beside.header("cache-control").starts_with("private"));
    app.add(&cart, bulb.variant, 1).await.expect(200);
    let both = app.get(&format!("{path}?limit=3")).cart(&cart.token).send().await.expect(200);
    assert_eq!(slugs(&both.json), [("teapot", "popular_in_category")]);
    app.get(&format!("{path}?limit=21")).cart(&cart.token).send().await.refused(400, "invalid-query");
    let other = app.guest_cart().await;
    app.get(&path).send().await.refused(404, "cart-not-found");
    app.get(&path).cart(&other.token).send().await.refused(404, "cart-not-found");
}

#[tokio::test]
async fn the_page_of_a_product_shows_what_was_bought_with_it_where_there_is_any() {
    let (app, _) = sold().await;
    let lamp = app.get("/products/lamp").send().await.expect(200);
    assert_eq!(lamp.text.matches("Often bought together").count(), 1);
    assert!(lamp.text.contains(r#"<a href="/products/bulb">Title of bulb</a>"#), "{}", lamp.text);
    assert!(!lamp.text.contains("/products/teapot"), "what merely sells is no answer to that");
    let teapot = app.get("/products/teapot").send().await.expect(200);
    assert!(!teapot.text.contains("Often bought together"));
}
