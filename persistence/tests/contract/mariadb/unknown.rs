//! A commit whose answer is lost, or which comes late: what is read afterwards is what there is and will be.

use std::net::SocketAddr;
use std::time::Duration;

use amazoff_databases::{Direction, Proxy, shared_mariadb};
use amazoff_persistence::MariaDbOptions;
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{CommandId, Version};

use super::holding::HoldingProxy;
use super::{Shop, assert_away, impatient};
use crate::world::cart;

async fn server() -> SocketAddr {
    tokio::net::lookup_host(shared_mariadb().await.unwrap().address()).await.unwrap().next().unwrap()
}

async fn shop_behind(address: SocketAddr) -> Shop {
    shop_with(address, impatient()).await
}

async fn shop_with(address: SocketAddr, options: MariaDbOptions) -> Shop {
    let access = shared_mariadb().await.unwrap();
    let database = access.database().await.unwrap();
    let url = access.url_at(address, database.name());
    Shop::over_url(database, &url, options).await
}

/// Bytes of one append in each direction, once its statements are prepared.
async fn bytes_of_an_append(shop: &mut Shop, proxy: &Proxy) -> (u64, u64) {
    let cart = cart();
    let mut seen = proxy.counters();
    let mut sizes = Vec::new();
    for n in 0..4 {
        shop.store(shop.events(&cart, n, 1)).await;
        let now = proxy.counters();
        sizes.push((now.bytes_to_server - seen.bytes_to_server, now.bytes_to_client - seen.bytes_to_client));
        seen = now;
    }
    assert_eq!(sizes[2], sizes[3], "appends differ");
    sizes[3]
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_unknown_and_was_done() {
    let proxy = Proxy::start(server().await).await.unwrap();
    let mut shop = shop_behind(proxy.address()).await;
    let cart = cart();
    shop.store(shop.events(&cart, 0, 1)).await;
    let (_, to_client) = bytes_of_an_append(&mut shop, &proxy).await;
    proxy.cut_after(Direction::ToClient, to_client - 1);
    let answer = shop.append(&[shop.events(&cart, 1, 1)]).await;
    assert!(matches!(answer, Err(JournalError::OutcomeUnknown(_))), "{answer:?}");
    assert_eq!(shop.stored(&cart).await, 2);
    shop.store(shop.events(&cart, 2, 1)).await;
    shop.assert_dense().await;
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_unknown_and_was_not_done() {
    let proxy = Proxy::start(server().await).await.unwrap();
    let mut shop = shop_behind(proxy.address()).await;
    let cart = cart();
    shop.store(shop.events(&cart, 0, 1)).await;
    let (to_server, _) = bytes_of_an_append(&mut shop, &proxy).await;
    proxy.cut_after(Direction::ToServer, to_server - 1);
    let parts = [shop.events(&cart, 1, 1)];
    let answer = shop.append(&parts).await;
    assert!(matches!(answer, Err(JournalError::OutcomeUnknown(_))), "{answer:?}");
    assert_eq!(shop.stored(&cart).await, 1);
    assert!(shop.append(&parts).await.unwrap()[0].is_ok());
    shop.assert_dense().await;
}

#[tokio::test]
async fn a_statement_whose_answer_is_lost_certainly_stores_nothing() {
    let proxy = Proxy::start(server().await).await.unwrap();
    let mut shop = shop_behind(proxy.address()).await;
    let cart = cart();
    shop.store(shop.events(&cart, 0, 1)).await;
    let (_, to_client) = bytes_of_an_append(&mut shop, &proxy).await;
    proxy.cut_after(Direction::ToClient, to_client / 2);
    let parts = [shop.events(&cart, 1, 1)];
    assert_away(shop.append(&parts).await);
    assert_eq!(shop.stored(&cart).await, 1);
    assert!(shop.append(&parts).await.unwrap()[0].is_ok());
    shop.assert_dense().await;
}

/// The commit is on its way for longer than anybody waits for it. Whoever read too early would tell the customer that nothing
/// was stored, and it would be stored a moment later.
#[tokio::test]
async fn nothing_is_read_before_a_late_commit_has_ended() {
    let proxy = HoldingProxy::start(server().await).await;
    let patient_server = MariaDbOptions { idle_limit: Duration::from_secs(60), ..impatient() };
    let mut shop = shop_with(proxy.address(), patient_server).await;
    let cart = cart();
    proxy.hold_commits();
    let answer = shop.append(&[shop.events(&cart, 0, 1)]).await;
    assert!(matches!(answer, Err(JournalError::OutcomeUnknown(_))), "{answer:?}");
    assert!(proxy.holds_a_commit());
    let journal = shop.store.journal();
    assert_away(journal.load(&cart).await);
    assert_away(journal.history(&cart, Version(0), 9).await);
    assert_away(journal.outcome(&cart, CommandId::new()).await);
    assert_away(shop.append(&[shop.events(&cart, 0, 1)]).await);
    proxy.release().await;
    assert_eq!(shop.stored(&cart).await, 1);
    shop.store(shop.events(&cart, 1, 1)).await;
    shop.assert_dense().await;
}

/// The program, or the network to it, froze before the commit: its locks do not stay for ever.
#[tokio::test]
async fn the_server_ends_a_transaction_that_sends_nothing() {
    let proxy = HoldingProxy::start(server().await).await;
    let hasty_server = MariaDbOptions { idle_limit: Duration::from_secs(1), ..impatient() };
    let mut shop = shop_with(proxy.address(), hasty_server).await;
    let cart = cart();
    proxy.hold_commits();
    let parts = [shop.events(&cart, 0, 1)];
    let answer = shop.append(&parts).await;
    assert!(matches!(answer, Err(JournalError::OutcomeUnknown(_))), "{answer:?}");
    assert_eq!(shop.stored(&cart).await, 0);
    proxy.release().await;
    assert_eq!(shop.stored(&cart).await, 0);
    assert!(shop.append(&parts).await.unwrap()[0].is_ok());
    shop.assert_dense().await;
}
