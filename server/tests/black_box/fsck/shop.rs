//! A real shop with shoppers who buy until it closes.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::common::shopping::{self, CARD_ACTION, CARD_DECLINED, CARD_OK};
use crate::common::{Auth, Client, Gate, Request, Server, Setup};

const SHOPPERS: usize = 8;
/// Everybody's.
pub(crate) const PASSWORD: &str = "a very long password";

/// What a shopper was told to have bought.
#[derive(Clone, Debug)]
pub(crate) struct Bought {
    pub(crate) order: String,
    pub(crate) total: i64,
    pub(crate) auth: Auth,
}

/// An open shop.
pub(crate) struct Shop {
    /// What was acknowledged.
    pub(crate) bought: Arc<Mutex<Vec<Bought>>>,
    /// Who registered: address and id.
    pub(crate) people: Arc<Mutex<Vec<(String, String)>>>,
    /// Orders that were placed.
    pub(crate) orders: Arc<AtomicUsize>,
    pub(crate) client: Client,
    server: Server,
    closing: Arc<AtomicBool>,
    shoppers: JoinSet<()>,
}

impl Shop {
    pub(crate) async fn open(setup: &Setup) -> Self {
        let gate = Arc::new(Gate::default());
        let client = Client::new(Arc::clone(&gate));
        let server = Server::start_behind(setup, &gate).await.unwrap();
        let variants: Vec<String> = shopping::variants(&client).await.into_keys().collect();
        let (orders, closing) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (bought, people): (Arc<Mutex<Vec<Bought>>>, Arc<Mutex<Vec<_>>>) = Default::default();
        let mut shoppers = JoinSet::new();
        for number in 0..SHOPPERS {
            let (client, variants) = (client.clone(), variants.clone());
            let (orders, closing) = (Arc::clone(&orders), Arc::clone(&closing));
            let (bought, people) = (Arc::clone(&bought), Arc::clone(&people));
            shoppers.spawn(async move {
                let email = format!("shopper-{number}@example.com");
                let body = json!({ "email": email, "password": PASSWORD, "name": "Sam Shopper" });
                let registered = client.send(&Request::post("/v1/auth/register", body)).await.unwrap();
                assert_eq!(registered.status, 201, "{}", registered.body);
                let bearer = registered.body["access_token"].as_str().unwrap().to_owned();
                people.lock().unwrap().push((email, shopping::text(&registered.body["user"]["id"])));
                let mut turn = number;
                while !closing.load(Ordering::SeqCst) {
                    if let Some(order) = buy(&client, &bearer, &variants, turn).await {
                        bought.lock().unwrap().push(order);
                        orders.fetch_add(1, Ordering::SeqCst);
                    }
                    turn += SHOPPERS;
                }
            });
        }
        Self { bought, people, orders, client, server, closing, shoppers }
    }

    /// Waits for a few orders, then closes.
    pub(crate) async fn filled(setup: &Setup) {
        let mut shop = Self::open(setup).await;
        let limit = Instant::now() + Duration::from_secs(60);
        while shop.orders.load(Ordering::SeqCst) < 12 {
            assert!(Instant::now() < limit, "nobody buys");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        shop.close().await;
    }

    /// Lets the shoppers finish and stops the shop. What is under way then is brought to its end by another start.
    pub(crate) async fn close(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        while let Some(ended) = self.shoppers.join_next().await {
            ended.unwrap();
        }
        assert_eq!(self.client.complaints(), Vec::<String>::new());
        self.server.stop().await.unwrap();
    }
}

/// Buys something with one card or another; what was placed.
async fn buy(client: &Client, bearer: &str, variants: &[String], turn: usize) -> Option<Bought> {
    let bearer = (!turn.is_multiple_of(3)).then_some(bearer);
    let (id, auth) = shopping::open_cart(client, bearer).await.expect("a cart is opened");
    let mut total = 0;
    for at in 0..=turn % 3 {
        let variant = &variants[(turn * 7 + at) % variants.len()];
        let added = client.send(&shopping::add_line(&id, variant, 1).by(&auth)).await.unwrap();
        if added.is_success() {
            total = shopping::total_of(shopping::cart_of(&added.body));
        }
    }
    if total == 0 {
        return None;
    }
    let card = match turn % 7 {
        5 => CARD_DECLINED,
        6 => CARD_ACTION,
        _ => CARD_OK,
    };
    let reply = shopping::settle(client, &shopping::complete(&id, total, card).by(&auth)).await.unwrap();
    (reply.status == 200).then(|| Bought { order: shopping::text(&reply.body["id"]), total, auth })
}
