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

#[tokio::test]
async fn a_list_is_narrowed_by_attributes_and_price_and_counts_what_else_there_is() {
    let app = TestApp::start().await;
    for (slug, cents) in [("alpha", 300), ("beta", 100), ("gamma", 200)] {
        app.stocked(slug, cents, 1).await;
    }
    app.projected().await;
    let get = |query: &str| app.get(&format!("/v1/products?{query}")).send();
    let cheap = get("price.min=100&price.max=200&sort=price-asc").await.expect(200);
    assert_eq!(slugs(&cheap.json), ["beta", "gamma"]);
    assert!(cheap.json.get("facets").is_none(), "they were not asked for");
    let all = get("facets=true&limit=1").await.expect(200);
    let brand = all.json["facets"].as_array().unwrap().iter().find(|facet| facet["name"] == "brand").unwrap();
    let value = brand["values"][0]["value"].as_str().unwrap();
    assert_eq!(brand["values"][0]["count"], 3);
    assert_eq!(get(&format!("facet.brand={value}&facet.brand=Nobody")).await.expect(200).json["total"], 3);
    assert_eq!(get("facet.brand=Nobody").await.expect(200).json["total"], 0);
    assert_eq!(get("facet.never%20heard=x").await.expect(200).json["total"], 0);
    let many = (0..21).map(|n| format!("facet.a={n}")).collect::<Vec<_>>().join("&");
    let wide = (0..11).map(|n| format!("facet.a{n}=1")).collect::<Vec<_>>().join("&");
    let long = format!("facet.a={}", "x".repeat(201));
    for bad in ["price.min=-1", "price.max=x", "facets=maybe", &many, &wide, &long] {
        get(bad).await.refused(400, "invalid-query");
    }
}

#[tokio::test]
async fn a_cursor_of_one_wish_is_not_anothers() {
    let app = TestApp::start().await;
    for slug in ["alpha", "beta"] {
        app.stocked(slug, 100, 1).await;
    }
    app.projected().await;
    let cursor = app.get("/v1/products?limit=1&price.min=1").send().await.expect(200).text_at("/next_cursor");
    app.get(&format!("/v1/products?limit=1&price.min=1&cursor={cursor}")).send().await.expect(200);
    let other = app.get(&format!("/v1/products?limit=1&price.min=2&cursor={cursor}"));
    other.send().await.refused(400, "cursor-invalid");
}

#[tokio::test]
async fn what_is_typed_is_completed() {
    let app = TestApp::start().await;
    app.stocked("teapot", 1999, 7).await;
    app.projected().await;
    let suggested = app.get("/v1/search/suggestions?q=tea").send().await.expect(200);
    let items = suggested.json["items"].as_array().unwrap();
    assert!(
        items.iter().any(|item| item["kind"] == "product" && item["slug"] == "teapot"),
        "{}",
        suggested.text
    );
    for nothing in ["", "%20%20", "zzz"] {
        let suggested = app.get(&format!("/v1/search/suggestions?q={nothing}")).send().await.expect(200);
        assert_eq!(suggested.json["items"], Value::Array(vec![]), "{nothing:?}");
    }
    for bad in ["", "q=a&limit=0", "q=a&limit=21", "q=a&x=1"] {
        app.get(&format!("/v1/search/suggestions?{bad}")).send().await.refused(400, "invalid-query");
    }
}
