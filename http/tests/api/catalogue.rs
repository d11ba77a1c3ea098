use serde_json::Value;

use crate::support::TestApp;

fn slugs(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["slug"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pages_of_a_list_follow_each_other_without_overlap() {
    let app = TestApp::start().await;
    for (slug, cents) in [("alpha", 300), ("beta", 100), ("gamma", 200)] {
        app.stocked(slug, cents, 1).await;
    }
    app.projected().await;
    let first = app.get("/v1/products?sort=price-asc&limit=2").send().await.expect(200);
    assert_eq!(slugs(&first.json), ["beta", "gamma"]);
    assert_eq!(first.json["total"], 3);
    let cursor = first.text_at("/next_cursor");
    let second =
        app.get(&format!("/v1/products?sort=price-asc&limit=2&cursor={cursor}")).send().await.expect(200);
    assert_eq!(slugs(&second.json), ["alpha"]);
    assert!(second.json["next_cursor"].is_null());
}

#[tokio::test]
async fn a_cursor_belongs_to_its_list_alone() {
    let app = TestApp::start().await;
    for slug in ["alpha", "beta"] {
        app.stocked(slug, 100, 1).await;
    }
    app.projected().await;
    let cursor = app.get("/v1/products?limit=1&sort=name").send().await.expect(200).text_at("/next_cursor");
    for query in [
        format!("sort=newest&cursor={cursor}"),
        format!("q=x&sort=name&cursor={cursor}"),
        "cursor=x".to_owned(),
        format!("sort=name&cursor=A{cursor}"),
    ] {
        app.get(&format!("/v1/products?{query}")).send().await.refused(400, "cursor-invalid");
    }
}

#[tokio::test]
async fn bad_queries_are_refused() {
    let app = TestApp::start().await;
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "sort=up",
        "sort=newest;drop",
        "facet=1",
        "limit=1&limit=2",
    ] {
        let refused = app.get(&format!("/v1/products?{query}")).send().await.refused(400, "invalid-query");
        assert!(!refused.text.contains("usize"), "{}", refused.text);
    }
    app.get(&format!("/v1/products?q={}", "x".repeat(300))).send().await.refused(400, "invalid-query");
}

#[tokio::test]
async fn a_product_is_shown_by_id_and_slug_with_what_can_be_had() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1999, 7).await;
    app.projected().await;
    for name in ["teapot".to_owned(), shelf.product.to_string()] {
        let shown = app.get(&format!("/v1/products/{name}")).send().await.expect(200);
        assert_eq!(shown.json["id"], shelf.product.to_string());
        assert_eq!(shown.json["variants"][0]["available"], 7);
        assert_eq!(
            shown.json["variants"][0]["price"],
            serde_json::json!({"amount": 1999, "currency": "EUR"})
        );
    }
    for unknown in ["coffee", "prod_00000000000000000000000000000000", "prod_x", "%00", "..%2f..%2fetc"] {
        app.get(&format!("/v1/products/{unknown}")).send().await.refused(404, "product-not-found");
    }
    app.get("/v1/products/%ff").send().await.refused(404, "not-found");
}

#[tokio::test]
async fn whoever_has_the_product_already_gets_304_until_it_changes() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1999, 7).await;
    let path = format!("/v1/products/{}", shelf.product);
    let shown = app.get(&path).send().await.expect(200);
    let tag = shown.header("etag").to_owned();
    let again = app.get(&path).header("if-none-match", &tag).send().await.expect(304);
    assert!(again.text.is_empty());
    assert!(again.header("cache-control").starts_with("public"));
    let cart = app.guest_cart().await;
    app.add(&cart, shelf.variant, 1).await.expect(200);
    app.get(&path).header("if-none-match", &tag).send().await.expect(304);
    let within = amazoff_supervisor::Envelope::system(crate::support::PATIENCE);
    app.platform.shop.stocks.receive(shelf.variant, 1, within).await.unwrap();
    app.get(&path).header("if-none-match", &tag).send().await.expect(200);
}

#[tokio::test]
async fn images_never_change() {
    let app = TestApp::start().await;
    let name = app.platform.shop.blobs.put(b"RIFFxxxxWEBP").await.unwrap();
    let image = app.get(&format!("/v1/media/{name}")).send().await.expect(200);
    assert_eq!(image.header("content-type"), "image/webp");
    assert_eq!(image.header("cache-control"), "public, max-age=31536000, immutable");
    let tag = image.header("etag").to_owned();
    app.get(&format!("/v1/media/{name}")).header("if-none-match", &tag).send().await.expect(304);
    for unknown in ["0".repeat(64), "..%2fmaster.key".to_owned()] {
        app.get(&format!("/v1/media/{unknown}")).send().await.refused(404, "media-not-found");
    }
}

#[tokio::test]
async fn categories_count_what_is_for_sale() {
    let app = TestApp::start().await;
    app.stocked("alpha", 100, 1).await;
    app.projected().await;
    let listed = app.get("/v1/categories").send().await.expect(200);
    assert_eq!(listed.json["items"][0]["slug"], "home-kitchen");
    assert_eq!(listed.json["items"][0]["count"], 1);
}
