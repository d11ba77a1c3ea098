//! Quantities that are none, over HTTP.

use amazoff_world::TestApp;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::app::post;

/// T-C3 (a): whatever many callers send instead of a quantity, they are refused, and the cart stays as it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_many_send_instead_of_a_quantity_changes_nothing() {
    let app = TestApp::start().await;
    let shelf = app.world.stock(1_999, 10).await;
    let (_, opened) = post(&app, "/v1/carts", None, json!({})).await;
    let (cart, token) = (opened["cart"]["id"].as_str().unwrap(), opened["token"].as_str());
    let path = format!("/v1/carts/{cart}/lines");
    let add = async |quantity: Value| {
        let line = json!({ "variant_id": shelf.variant.to_string(), "quantity": quantity });
        (quantity, post(&app, &path, token, line).await)
    };
    let (_, (status, _)) = add(json!(2)).await;
    assert_eq!(status, 200);
    let before = app.world.shop().carts.get(cart.parse().unwrap()).await.unwrap().unwrap();
    let none = [
        json!(-1),
        json!(0),
        json!(100),
        json!(2_147_483_648_u64),
        json!(u64::MAX),
        json!(1e300),
        json!(1.5),
        json!("NaN"),
        json!("1"),
        Value::Null,
    ];
    for (quantity, (status, told)) in join_all(none.iter().chain(&none).map(|of| add(of.clone()))).await {
        assert_eq!(status, 422, "{quantity}: {told}");
    }
    let after = app.world.shop().carts.get(cart.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((after.version, &after.state), (before.version, &before.state));
}
