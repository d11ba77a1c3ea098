//! An owner that is frozen under load, replaced, and goes on.

use std::time::{Duration, Instant};

use amazoff_databases::Direction;
use serde_json::json;
use sqlx::Connection as _;

use crate::common::shopping;
use crate::standby::house::{Ask, Crowd, House, Node, SOON};

const TTL_SECONDS: u32 = 8;
/// How long nobody may serve.
const TAKEOVER: Duration = Duration::from_secs(15);

/// Events whose shard had a newer owner already.
async fn written_by_a_former_owner(node: &Node) -> i64 {
    let url = node.setup.database_url().unwrap();
    let mut connection = sqlx::MySqlConnection::connect(url).await.unwrap();
    let late = "SELECT count(*) FROM journal former JOIN journal later
        ON later.shard_id = former.shard_id AND later.shard_seq = former.shard_seq + 1
        WHERE later.epoch < former.epoch";
    sqlx::query_scalar(late).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_owner_is_replaced_and_says_nothing_when_it_goes_on() {
    let house = House::new().await;
    let (mut owner, line) = house.node_behind_a_proxy(TTL_SECONDS).await;
    let mut other = house.node(TTL_SECONDS);
    house.opens(&mut owner).await;
    other.start();
    house.until_standby(&mut other).await;
    let crowd = Crowd::at(&owner, 20).await;
    // A cart that the owner has in memory.
    let (cart, auth) = shopping::open_cart(&crowd.world.client, None).await.unwrap();
    let (show, open) = (Ask::get(format!("/v1/carts/{cart}")).by(&auth), Ask::post("/v1/carts", json!({})));
    assert!(house.ask(&owner, &show).await.unwrap().is_fresh());
    crowd.gets(200).await;

    owner.server().signal("STOP");
    let frozen = Instant::now();
    house.until_ready(&mut other, SOON).await;
    let took = frozen.elapsed();
    println!("the standby served after {took:?}");
    assert!(took < TAKEOVER, "the standby served only after {took:?}\n{}", other.setup.log_tail());
    crowd.goes_to(&other);
    crowd.gets(100).await;

    // Its database tells it nothing at first: it has to know by itself.
    line.stall(Direction::ToServer);
    line.stall(Direction::ToClient);
    // The kernel takes these in; they are the first that the owner sees when it goes on.
    let reads: Vec<_> = (0..20).map(|_| house.asking(&owner, show.clone())).collect();
    let writes: Vec<_> = (0..20).map(|_| house.asking(&owner, open.clone())).collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    owner.server().signal("CONT");
    // A connection that ends with the process is no answer, and as good as a refusal.
    for read in reads {
        if let Some(answer) = read.await.unwrap() {
            assert!(!answer.is_fresh(), "an old answer passes for a new one: {answer:?}");
        }
    }
    for write in writes {
        if let Some(answer) = write.await.unwrap() {
            assert!(!answer.status.is_success(), "a former owner has written: {answer:?}");
        }
    }
    line.heal().await;
    let healed = Instant::now();
    assert_eq!(owner.until_ended(SOON).await, Some(75), "{}", owner.setup.log_tail());
    println!("it ended {:?} after its database could tell it that it is replaced", healed.elapsed());
    crowd.gets(50).await;
    assert_eq!(written_by_a_former_owner(&other).await, 0);
    crowd.settle(&mut other).await;
}
