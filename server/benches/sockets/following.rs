//! Sockets that follow a busy inbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use amazoff_supervisor::{Clock as _, SystemClock, Timestamp};
use futures::StreamExt as _;
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::common::{Client, Server, shopping};
use crate::opening::{Socket, client_of, followers};
use crate::order_as;

/// Sockets that follow the busy inbox, and how often its person buys; each order is two notices.
const FOLLOWING: usize = 500;
const BUYS_EVERY: Duration = Duration::from_millis(200);

/// Sockets that follow the owner's inbox while the owner buys.
pub(crate) struct Following {
    ends: Arc<AtomicBool>,
    readers: Vec<JoinHandle<Histogram<u64>>>,
    buyer: JoinHandle<u64>,
}

pub(crate) async fn follow_an_inbox(server: &Server, client: &Client, variant: &str) -> Following {
    let owner = shopping::owner(client).await;
    let ends = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for socket in followers(server, client, (&owner, FOLLOWING)).await {
        readers.push(amazoff_supervisor::spawn_guarded("reader", read(socket, Arc::clone(&ends))));
    }
    let (client, variant, ended) = (client_of(server), variant.to_owned(), Arc::clone(&ends));
    let buyer = amazoff_supervisor::spawn_guarded("owner", async move {
        let (mut pace, mut orders) = (tokio::time::interval(BUYS_EVERY), 0);
        while !ended.load(Ordering::Relaxed) {
            pace.tick().await;
            order_as(&client, &variant, &owner).await;
            orders += 1;
        }
        orders
    });
    Following { ends, readers, buyer }
}

/// How old each notice is when it arrives, in milliseconds: both ends have the same clock.
async fn read(mut socket: Socket, ends: Arc<AtomicBool>) -> Histogram<u64> {
    let mut ages = Histogram::new(3).unwrap();
    while !ends.load(Ordering::Relaxed) {
        let Ok(frame) = tokio::time::timeout(Duration::from_millis(100), socket.next()).await else {
            continue;
        };
        let text = frame.unwrap().unwrap().into_text().unwrap();
        let Ok(frame) = serde_json::from_str::<Value>(&text) else { continue }; // a ping
        if let Some(at) = frame["data"]["at"].as_str() {
            let at: Timestamp = serde_json::from_value(json!(at)).unwrap();
            ages.record(u64::try_from(SystemClock.now().since(at).as_millis()).unwrap()).unwrap();
        }
    }
    ages
}

impl Following {
    pub(crate) async fn print(self) {
        self.ends.store(true, Ordering::Relaxed);
        let sockets = self.readers.len();
        let mut ages = Histogram::<u64>::new(3).unwrap();
        for reader in self.readers {
            ages.add(reader.await.unwrap()).unwrap();
        }
        let (orders, quantile) = (self.buyer.await.unwrap(), |q| ages.value_at_quantile(q));
        println!("  {sockets} sockets got {} notices of {orders} orders", ages.len());
        println!("  a notice arrives after p50 {} ms   p99 {} ms", quantile(0.5), quantile(0.99));
    }
}
