//! What the catalogue answers from memory is what it would answer anew.

use amazoff_actors::money::Money;
use amazoff_actors::user::Role;
use amazoff_supervisor::Envelope;

use crate::support::{Answered, PATIENCE, TestApp};

async fn get(app: &TestApp, path: &str) -> Answered {
    app.get(path).send().await
}

#[tokio::test]
async fn a_price_and_a_stock_show_at_once_and_lists_as_soon_as_they_are_written() {
    let app = TestApp::start().await;
    let shelf = app.stocked("lamp", 1999, 5).await;
    app.projected().await;
    let (by_id, by_slug) = (format!("/v1/products/{}", shelf.product), "/v1/products/lamp".to_owned());
    for path in [&by_id, &by_slug, "/v1/products", "/v1/categories"] {
        assert!(get(&app, path).await.expect(200).header("cache-status").contains("miss"), "{path}");
        let again = get(&app, path).await.expect(200);
        assert_eq!(again.header("cache-status"), "amazoff; hit", "{path}");
        assert!(again.header("cache-control").starts_with("public"), "{path}");
        assert!(!again.header("surrogate-key").is_empty(), "{path}");
    }
    let within = || Envelope::system(PATIENCE);
    let shop = &app.platform.shop;
    shop.products.change_price(shelf.product, shelf.variant, Money::eur(999), within()).await.unwrap();
    shop.stocks.receive(shelf.variant, 2, within()).await.unwrap();
    for path in [&by_id, &by_slug] {
        let shown = get(&app, path).await.expect(200).json;
        let variant = &shown["variants"][0];
        assert_eq!((&variant["price"]["amount"], &variant["available"]), (&999.into(), &7.into()), "{path}");
    }
    app.projected().await;
    assert_eq!(get(&app, "/v1/products").await.json["items"][0]["price"]["amount"], 999);
    shop.products.archive(shelf.product, within()).await.unwrap();
    for path in [&by_id, &by_slug] {
        for _ in 0..2 {
            get(&app, path).await.refused(404, "product-not-found");
        }
    }
    app.projected().await;
    assert_eq!(get(&app, "/v1/products").await.json["items"], serde_json::json!([]));
}

#[tokio::test]
async fn what_a_request_carries_beside_its_address_is_in_nobody_elses_answer() {
    let app = TestApp::start().await;
    app.stocked("lamp", 1999, 5).await;
    app.projected().await;
    let ann = app.token_of(Role::Admin).await;
    let odd = app
        .get("/v1/products")
        .bearer(&ann)
        .header("x-forwarded-host", "evil.example")
        .header("host", "evil.example")
        .header("x-cart-token", "ct_canary")
        .header("cookie", "amazoff_session=canary");
    let first = odd.send().await.expect(200);
    let second = get(&app, "/v1/products").await.expect(200);
    assert_eq!(second.header("cache-status"), "amazoff; hit");
    assert_eq!(first.json, second.json);
    for canary in ["evil", "canary", &ann] {
        let headers = format!("{:?}", second.headers);
        assert!(!second.text.contains(canary) && !headers.contains(canary), "{canary}");
    }
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_eq!(second.header("set-cookie"), "");
}

#[tokio::test]
async fn nothing_personal_is_answered_from_memory() {
    let app = TestApp::start().await;
    let (cart, _) = app.full_cart(1999).await;
    let ann = app.registered("ann@example.org").await.text_at("/access_token");
    for _ in 0..3 {
        let own = app.get(&cart.path("")).cart(&cart.token).send().await.expect(200);
        let me = app.get("/v1/me").bearer(&ann).send().await.expect(200);
        let orders = app.get("/v1/orders").bearer(&ann).send().await.expect(200);
        for answer in [own, me, orders] {
            assert_eq!(answer.header("cache-status"), "");
            assert!(!answer.header("cache-control").contains("public"), "{:?}", answer.headers);
        }
    }
}
