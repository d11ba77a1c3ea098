//! What costs nothing is bought with providers that reserve no such sum.

use std::sync::Arc;

use amazoff_paysim::{Options, Paysim};
use serde_json::json;

use crate::common::{Client, Gate, Request, Server, Setup, shopping};

/// The providers, and what they call a card.
const WAYS: [(&str, &str); 3] = [("sandbox", "tok_ok"), ("stripe", "pm_card_visa"), ("paypal", "paypal")];

#[tokio::test(flavor = "multi_thread")]
async fn what_costs_nothing_is_bought_with_every_provider_and_none_is_asked() {
    let sim = Paysim::start(Options::default()).unwrap();
    let setup = Setup::default().with_providers(&sim);
    let gate = Arc::new(Gate::default());
    let client = Client::new(Arc::clone(&gate));
    let mut server = Server::start_behind(&setup, &gate).await.unwrap();
    let owner = shopping::owner(&client).await;
    for kind in
        [json!({ "percentage": { "rate": 1_000_000 } }), json!({ "free_shipping": { "methods": [] } })]
    {
        let gift = json!({ "title": "A gift", "trigger": "automatic", "kind": kind });
        let made = client.send(&Request::post("/admin/v1/promotions", gift).by(&owner)).await.unwrap();
        assert!(made.is_success(), "{}", made.body);
    }
    let variant = shopping::plenty(&client).await;
    for way in WAYS {
        let (cart, auth, total) = shopping::cart_with(&client, &variant).await;
        assert_eq!(total, 0);
        let complete = shopping::complete_at(&cart, total, way).by(&auth);
        let bought = shopping::settle(&client, &complete).await.expect("an answer");
        assert_eq!(bought.status, 200, "{way:?}: {}\n{}", bought.body, setup.log_tail());
        let path = format!("/v1/orders/{}", shopping::text(&bought.body["id"]));
        let paid = shopping::until(&client, &Request::get(path).by(&auth), |order| {
            order["payment_status"] == "paid"
        })
        .await;
        assert_eq!(shopping::total_of(&paid), 0, "{paid}");
    }
    let books = sim.books();
    assert_eq!((books.movements.len(), books.broken.len()), (0, 0), "{:?}", books.movements);
    assert_eq!(client.complaints(), Vec::<String>::new());
    server.stop().await.unwrap();
}
