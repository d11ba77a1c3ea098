//! Who serves after whom.

use std::time::{Duration, Instant};

use crate::standby::house::{Crowd, House, SOON};

/// Longer than anything else in these tests.
const LONG_SECONDS: u32 = 60;
const SHORT_SECONDS: u32 = 6;

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_stop_hands_over_at_once() {
    let house = House::new().await;
    let (mut first, mut second) = (house.node(LONG_SECONDS), house.node(LONG_SECONDS));
    house.opens(&mut first).await;
    second.start();
    house.until_standby(&mut second).await;
    let crowd = Crowd::at(&first, 10).await;
    crowd.gets(50).await;
    first.server().signal("TERM");
    assert_eq!(first.until_ended(SOON).await, Some(0), "{}", first.setup.log_tail());
    let stopped = Instant::now();
    house.until_ready(&mut second, SOON).await;
    println!("the standby served {:?} after the end of the owner", stopped.elapsed());
    assert!(stopped.elapsed() < Duration::from_secs(u64::from(LONG_SECONDS / 4)), "it waited for the lease");
    crowd.goes_to(&second);
    crowd.gets(50).await;
    crowd.settle(&mut second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_comes_back_at_once_and_another_after_the_lease() {
    let house = House::new().await;
    let (mut first, mut second) = (house.node(LONG_SECONDS), house.node(SHORT_SECONDS));
    house.opens(&mut first).await;
    first.kill();
    first.start();
    let took = house.until_ready(&mut first, SOON).await;
    println!("the killed node served again after {took:?}");
    assert!(took < Duration::from_secs(u64::from(LONG_SECONDS / 2)), "it waited for its own lease: {took:?}");

    // With a short lease from now on.
    first.server().stop().await.unwrap();
    second.start();
    house.until_ready(&mut second, SOON).await;
    second.kill();
    let killed = Instant::now();
    first.start();
    house.until_standby(&mut first).await;
    house.until_ready(&mut first, SOON).await;
    println!("another node served {:?} after a kill", killed.elapsed());
    assert!(killed.elapsed() < Duration::from_secs(15), "{:?}", killed.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_copies_of_a_data_folder_one_serves_and_nobody_flaps() {
    let house = House::new().await;
    let (mut original, mut copy) = (house.node(SHORT_SECONDS), house.node(SHORT_SECONDS));
    house.opens(&mut original).await;
    for file in ["node_id", "node_generation"] {
        std::fs::copy(original.setup.data().join(file), copy.setup.data().join(file)).unwrap();
    }
    // It remembers as much as the owner: whoever comes last is the one that was started again.
    copy.start();
    house.until_ready(&mut copy, SOON).await;
    assert_eq!(original.until_ended(SOON).await, Some(75), "{}", original.setup.log_tail());
    original.start();
    house.until_standby(&mut original).await;
    let until = Instant::now() + Duration::from_secs(u64::from(3 * SHORT_SECONDS));
    while Instant::now() < until {
        house.until_ready(&mut copy, Duration::from_secs(1)).await;
        house.until_standby(&mut original).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    copy.kill();
    house.until_ready(&mut original, SOON).await;
}
