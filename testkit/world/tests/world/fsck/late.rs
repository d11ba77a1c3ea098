//! Deliveries that come late, twice or after an answer was lost: the check meets effects at every stage.

use std::collections::BTreeMap;
use std::time::Duration;

use amazoff_actors::checkout::Outcome;
use amazoff_actors::ids::{CartId, OrderId};
use amazoff_actors::money::{Money, Quantity};
use amazoff_actors::order::{Portion, RefundOf, RefundReason};
use amazoff_actors::payment::{CLEARING, REFUNDS};
use amazoff_actors::pricebook::{CapturePolicy, Change};
use amazoff_supervisor::chance;
use amazoff_testkit::faults::{FaultPlan, Kind};
use amazoff_world::{Shelf, Trouble, World, paused};
use futures::future::{Either, join_all, select};

const SHOPPERS: usize = 12;
/// In how many checks something must have been on its way.
const SEEN_MIN: u32 = 3;
/// Between two checks.
const PAUSE: Duration = Duration::from_millis(9);

fn make_trouble(plan: FaultPlan) {
    let _plan = plan
        .often(Kind::DeliveryDelayed, 2_500)
        .often(Kind::DeliveryRepeated, 1_000)
        .often(Kind::AppendLostAfter, 300)
        .often(Trouble::LOST, 1_500)
        .often(Trouble::UNHEARD, 700)
        .pausing(Duration::from_millis(2), Duration::from_millis(60));
}

/// Buys, and then sends, refunds or cancels. What is refused or goes unanswered is part of it.
async fn shop_around(world: &World, shelves: [Shelf; 2], n: usize) {
    tokio::time::sleep(Duration::from_millis(13 * u64::try_from(n).unwrap())).await;
    let cart: CartId = world.full_cart(&[(shelves[0], 2), (shelves[1], 1)]).await;
    world.apply_coupon(cart, super::life::CODE).await;
    let card = ["tok_ok", "tok_ok", "tok_ok", "tok_decline"][n % 4];
    drop(world.complete(cart, card).await);
    if !matches!(world.outcome(cart, Duration::from_mins(10)).await, Outcome::Placed { .. }) {
        return;
    }
    let (orders, order, ask) = (world.shop().orders, OrderId::of_cart(cart), || world.envelope().into());
    let line = orders.get(order).await.unwrap().unwrap().goods[n % 2].0;
    let one = vec![Portion { line, quantity: Quantity::ONE }];
    drop(orders.ship(order, (None, one.clone()), None, ask()).await);
    // Half of them do not wait until the money is there.
    tokio::time::sleep(Duration::from_millis(if n.is_multiple_of(2) { 0 } else { 700 })).await;
    let some = (RefundOf::Amount(Money::eur(50)), RefundReason::Goodwill);
    drop(orders.refund(order, some, ask()).await);
    drop(orders.cancel_lines(order, one, ask()).await);
    drop(orders.call_off(order, ask()).await);
    drop(orders.refund(order, (RefundOf::Amount(Money::eur(70)), RefundReason::Other), ask()).await);
}

/// Checks beside it all; how often something was on each clearing account.
async fn watched(world: &World, shopping: impl Future<Output = ()>) -> BTreeMap<&'static str, u32> {
    let (mut shopping, mut seen) = (std::pin::pin!(shopping), BTreeMap::new());
    loop {
        let pause = std::pin::pin!(tokio::time::sleep(PAUSE));
        let over = matches!(select(&mut shopping, pause).await, Either::Left(_));
        let report = world.check().await;
        assert!(report.is_sound(), "{:#?}", report.findings);
        for balance in world.journal().balances().await.unwrap().into_iter().filter(|of| of.amount != 0) {
            let known = [CLEARING, REFUNDS].into_iter().find(|account| *account == balance.account);
            known.into_iter().for_each(|account| *seen.entry(account).or_default() += 1);
        }
        if over {
            return seen;
        }
    }
}

#[test]
fn while_deliveries_are_late_or_come_twice_nothing_is_found() {
    for (seed, capture) in [(1, CapturePolicy::OnPlacement), (2, CapturePolicy::OnShipment)] {
        chance::seed(seed);
        paused(async {
            let world = World::with(FaultPlan::seeded(seed)).await;
            world.coupon(super::life::CODE, None).await;
            let change = Change::SetCapture { policy: capture };
            world.shop().pricebooks.change(change, None, world.envelope()).await.unwrap();
            let shelves = [world.stock(1_999, 200).await, world.stock(500, 200).await];
            make_trouble(world.plan.clone());
            world.plan.hook();
            let shopping = join_all((0..SHOPPERS).map(|n| shop_around(&world, shelves, n)));
            let seen = watched(&world, async { drop(shopping.await) }).await;
            println!("seed {seed}: {seen:?}, {:?}", world.plan.fired());
            let fired = world.plan.fired();
            let often = [Kind::DeliveryDelayed, Kind::DeliveryRepeated, Kind::AppendLostAfter];
            assert!(often.iter().all(|kind| fired.contains_key(kind)), "{fired:?}");
            world.plan.heal();
            amazoff_supervisor::faults::hook(None);
            assert!(seen[CLEARING] >= SEEN_MIN && seen[REFUNDS] >= SEEN_MIN, "{seen:?}");
            world.pass_patience().await;
            let rest = world.check().await;
            assert_eq!(rest.findings, [], "{:#?}", rest.findings);
        });
    }
    chance::unseed();
}
