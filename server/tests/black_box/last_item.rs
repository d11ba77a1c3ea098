//! Two hundred shoppers want the last piece: one gets it, the others are told so: T-S1 (a).

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;

use crate::common::shopping::{self, CARD_OK};
use crate::common::{Client, Gate, Request, Server, Servers, Setup};

const SHOPPERS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn the_last_piece_is_sold_once_to_two_hundred_shoppers() {
    sold_once(Setup::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_mariadb_and_mongodb_it_is_sold_once_too() {
    let servers = Servers::start().await;
    sold_once(servers.setup()).await;
}

async fn sold_once(setup: Setup) {
    let gate = Arc::new(Gate::default());
    let client = Client::new(Arc::clone(&gate));
    let _server = Server::start_behind(&setup, &gate).await.unwrap();
    let variants = shopping::variants(&client).await;
    let (last, _) =
        variants.iter().find(|(_, available)| **available == 1).expect("a variant with one piece");

    let carts = join_all((0..SHOPPERS).map(|_| cart_with(&client, last))).await;
    let replies = join_all(carts.iter().map(async |(id, auth, total)| {
        let request = shopping::complete(id, *total, CARD_OK).by(auth);
        shopping::settle(&client, &request).await.expect("every shopper is answered")
    }))
    .await;

    let mut outcomes: BTreeMap<(u16, String), usize> = BTreeMap::new();
    for reply in &replies {
        *outcomes.entry((reply.status, reply.code().to_owned())).or_default() += 1;
    }
    assert_eq!(outcomes.remove(&(200, String::new())), Some(1), "{outcomes:?}\n{}", setup.log_tail());
    assert_eq!(outcomes.remove(&(409, "insufficient-stock".to_owned())), Some(SHOPPERS - 1), "{outcomes:?}");
    assert!(outcomes.is_empty(), "{outcomes:?}");
    assert_eq!(client.complaints(), Vec::<String>::new());
    assert_eq!(shopping::variants(&client).await.get(last), Some(&0));
    for ((id, auth, _), reply) in carts.iter().zip(&replies).filter(|(_, reply)| reply.status != 200) {
        let cart = client.send(&Request::get(format!("/v1/carts/{id}")).by(auth)).await.unwrap();
        assert_eq!(shopping::cart_of(&cart.body)["status"], "open", "{} leaves {}", reply.body, cart.body);
    }
}

async fn cart_with(client: &Client, variant: &str) -> (String, crate::common::Auth, i64) {
    let (id, auth) = shopping::open_cart(client, None).await.expect("a cart is opened");
    let reply =
        client.send(&shopping::add_line(&id, variant, 1).by(&auth)).await.expect("the line is answered");
    assert!(reply.is_success(), "{}", reply.body);
    let total = shopping::total_of(shopping::cart_of(&reply.body));
    (id, auth, total)
}
