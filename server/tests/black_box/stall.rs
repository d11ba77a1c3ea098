//! A payment provider that stalls for half a minute holds up nobody but the shopper who waits for it, and no transaction.

use std::sync::Arc;
use std::time::{Duration, Instant};

use amazoff_paysim::{Fault, Options, Paysim, Plan};
use futures::future::join_all;
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use sqlx::mysql::{MySqlPool, MySqlPoolOptions};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::common::{Auth, Client, Gate, Request, Server, Servers, shopping};

/// How long the provider stalls.
const STALL: Duration = Duration::from_secs(30);
/// How many others buy meanwhile.
const OTHERS: usize = 20;
/// The longest that a transaction of the shop may be open, in seconds: far above a commit, far below a call to a provider.
const TRANSACTION_MAX_S: i64 = 3;
/// How long the one who waits may have to wait, over the stall.
const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_stalls_holds_up_nobody_else_and_its_shopper_sees_the_outcome_live() {
    let (sim, servers) = (Paysim::start(Options::default()).unwrap(), Servers::start().await);
    let setup = servers.setup().with_providers(&sim);
    let gate = Arc::new(Gate::default());
    let client = Client::new(Arc::clone(&gate));
    let server = Server::start_behind(&setup, &gate).await.unwrap();
    let variant = shopping::plenty(&client).await;
    let pool =
        MySqlPoolOptions::new().max_connections(1).connect(&servers.mariadb.access().admin()).await.unwrap();

    let stalled = Fault::StallBefore { ms: u64::try_from(STALL.as_millis()).unwrap() };
    assert!(sim.plan(Plan::next("stripe.intent.create", stalled)));
    let (cart, auth, total) = shopping::cart_with(&client, &variant).await;
    let began = Instant::now();
    let asked = client.send(&buy(&cart, total).by(&auth)).await.unwrap();
    assert_eq!((asked.status, &asked.body["status"]), (202, &json!("processing")), "{}", asked.body);
    assert_eq!(sim.fired().values().sum::<u64>(), 1, "it is the provider that they wait for");

    // Everybody else buys while it stalls.
    let others = join_all((0..OTHERS).map(|_| shopping::cart_with(&client, &variant))).await;
    let bought = join_all(others.iter().map(async |(cart, auth, total)| {
        shopping::settle(&client, &buy(cart, *total).by(auth)).await.expect("everybody is answered")
    }));
    let (bought, longest) = tokio::join!(bought, longest_transaction(&pool, Duration::from_secs(5)));
    for reply in &bought {
        assert_eq!(reply.status, 200, "{}\n{}", reply.body, setup.log_tail());
    }
    assert!(longest <= TRANSACTION_MAX_S, "a transaction was open for {longest} s");
    assert!(began.elapsed() < STALL, "it took the others {:?}", began.elapsed());

    let order = asked.body["order_id"].as_str().expect("an order to follow");
    let stages = stages_until_paid(&server, &client, &auth, order).await;
    println!("the shopper saw {stages:?}, paid after {:?}", began.elapsed());
    assert_eq!(client.complaints(), Vec::<String>::new());
    let books = sim.books();
    assert_eq!(books.broken, Vec::<String>::new());
    let taken: i64 = books.accounts.values().map(|account| account.captured).sum();
    let sums = others.iter().map(|(_, _, total)| total).sum::<i64>() + total;
    assert_eq!(taken, sums, "each was charged once");
}

fn buy(cart: &str, total: i64) -> Request {
    shopping::complete_at(cart, total, ("stripe", "pm_card_visa"))
}

/// For how long the oldest transaction of all was open, looked at again and again, in seconds.
async fn longest_transaction(pool: &MySqlPool, during: Duration) -> i64 {
    let (until, mut longest) = (Instant::now() + during, 0);
    while Instant::now() < until {
        let query = "SELECT COALESCE(MAX(TIMESTAMPDIFF(SECOND, trx_started, NOW())), 0) FROM information_schema.innodb_trx";
        let (age,): (i64,) =
            sqlx::query_as(query).fetch_one(pool).await.expect("the server tells its transactions");
        longest = longest.max(age);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    longest
}

/// Follows an order over a WebSocket until it is paid; every stage that was told.
async fn stages_until_paid(server: &Server, client: &Client, auth: &Auth, order: &str) -> Vec<String> {
    let ticket = client.send(&Request::post("/v1/realtime/ticket", json!({})).by(auth)).await.unwrap();
    let ticket = ticket.body["ticket"].as_str().expect("a ticket").to_owned();
    let url = format!("{}/v1/realtime?ticket={ticket}", server.base.replace("http://", "ws://"));
    let (mut socket, _) = connect_async(url).await.unwrap();
    let subscribe = json!({ "type": "subscribe", "topic": format!("order:{order}") });
    socket.send(Message::Text(subscribe.to_string().into())).await.unwrap();
    let following = async {
        let mut stages: Vec<String> = Vec::new();
        while let Some(Ok(message)) = socket.next().await {
            let Message::Text(text) = message else { continue };
            let frame: Value = serde_json::from_str(text.as_str()).unwrap();
            let Some(stage) = frame["data"]["stage"].as_str() else { continue };
            if stages.last().is_none_or(|last| last != stage) {
                stages.push(stage.to_owned());
            }
            if stage == "paid" {
                return stages;
            }
        }
        panic!("the socket ended before the order was paid: {stages:?}");
    };
    tokio::time::timeout(LIMIT, following).await.expect("the order is paid in time")
}
