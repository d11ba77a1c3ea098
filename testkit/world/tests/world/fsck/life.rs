//! An order's whole life, looked at after each of its commits.

use std::collections::BTreeSet;

use amazoff_actors::ids::{CartId, OrderId};
use amazoff_actors::money::{Money, Quantity};
use amazoff_actors::order::{Portion, ReceivedPortion, RefundOf, RefundReason, ReturnReason, View};
use amazoff_actors::payment::{CLEARING, REFUNDS};
use amazoff_actors::pricebook::{CapturePolicy, Change};
use amazoff_testkit::faults::Kind;
use amazoff_world::{World, paused};

pub(super) const CODE: &str = "TEN";

/// Runs a process anew for each of its commits, cuts the power when that is stored, and looks at what is stored then, until
/// a look says that it has seen enough. Returns how many looks there were.
pub(super) fn after_each_commit<T>(
    prepare: impl AsyncFn(&World) -> T,
    process: impl AsyncFn(&World, &T),
    mut look: impl AsyncFnMut(&World, &T) -> bool,
) -> u64 {
    let mut looks = 0;
    loop {
        let goes_on = paused(async {
            let world = World::start().await;
            let prepared = prepare(&world).await;
            let nth = world.plan.occasions(Kind::PowerCutAfterCommit) + looks + 1;
            let _plan = world.plan.clone().at(Kind::PowerCutAfterCommit, nth);
            let machine = world.machine();
            tokio::select! {
                biased;
                () = machine.power.lost() => {}
                () = process(&world, &prepared) => {}
            }
            !machine.power.is_on() && !look(&world, &prepared).await
        });
        looks += 1;
        if !goes_on {
            return looks;
        }
    }
}

/// A cart with three pieces of one thing and one of another, and a code.
pub(super) async fn cart(world: &World, capture: CapturePolicy) -> CartId {
    world.coupon(CODE, Some(1)).await;
    let change = Change::SetCapture { policy: capture };
    world.shop().pricebooks.change(change, None, world.envelope()).await.unwrap();
    let shelves = [world.stock(1_999, 10).await, world.stock(500, 10).await];
    let cart = world.full_cart(&[(shelves[0], 3), (shelves[1], 1)]).await;
    world.shop().carts.apply_coupon(cart, CODE, world.envelope()).await.unwrap();
    cart
}

async fn view(world: &World, order: OrderId) -> View {
    world.shop().orders.get(order).await.unwrap().unwrap()
}

/// It is bought, sent in part, returned in part, refunded in part, and the rest is canceled.
pub(super) async fn life(world: &World, cart: &CartId) {
    let (orders, order, ask) = (world.shop().orders, OrderId::of_cart(*cart), || world.envelope().into());
    world.complete(*cart, "tok_ok").await.unwrap();
    world.settled().await;
    let line = view(world, order).await.goods.iter().find(|(_, pieces)| pieces.ordered == 3).unwrap().0;
    let two = vec![Portion { line, quantity: Quantity::try_from(2_u32).unwrap() }];
    orders.ship(order, (None, two), None, ask()).await.unwrap();
    world.settled().await;
    let parcel = view(world, order).await.shipments[0].0;
    orders.deliver(order, parcel, ask()).await.unwrap();
    let one = vec![Portion { line, quantity: Quantity::ONE }];
    orders.request_return(order, (one, ReturnReason::Unwanted), ask()).await.unwrap();
    let back = view(world, order).await.returns[0].0;
    orders.approve_return(order, back, ask()).await.unwrap();
    let came = vec![ReceivedPortion { line, quantity: Quantity::ONE, resellable: true }];
    orders.receive_return(order, (back, came), ask()).await.unwrap();
    world.settled().await;
    let some = (RefundOf::Amount(Money::eur(100)), RefundReason::Goodwill);
    orders.refund(order, some, ask()).await.unwrap();
    // Not settled: the refund and what the cancellation gives back are under way together.
    let open = view(world, order).await.goods.into_iter().filter_map(|(line, pieces)| {
        Some(Portion { line, quantity: Quantity::try_from(pieces.open()).ok()? })
    });
    orders.cancel_lines(order, open.collect(), ask()).await.unwrap();
    world.settled().await;
}

/// It is bought and canceled as a whole.
async fn bought_and_canceled(world: &World, cart: &CartId) {
    world.complete(*cart, "tok_ok").await.unwrap();
    world.settled().await;
    world.shop().orders.call_off(OrderId::of_cart(*cart), world.envelope().into()).await.unwrap();
    world.settled().await;
}

/// One card is refused, the bank of the next is never answered, and a third pays.
async fn bought_at_last(world: &World, cart: &CartId) {
    for card in ["tok_decline", "tok_action", "tok_lost"] {
        world.complete(*cart, card).await.unwrap();
        world.pass_patience().await;
    }
}

/// What was seen while something was under way: proof that the checks met it.
async fn under_way(world: &World) -> BTreeSet<&'static str> {
    let mut seen = BTreeSet::new();
    for balance in world.journal().balances().await.unwrap().into_iter().filter(|of| of.amount != 0) {
        seen.extend([CLEARING, REFUNDS].into_iter().find(|account| *account == balance.account));
    }
    let stored = world.stored().await;
    for row in &stored.outbox {
        let waits = |effect: &str| row.payload.starts_with(&format!("{{\"{effect}\""));
        let paid = stored.orders.values().any(|order| order.captured() > 0);
        let asked = stored.payments.values().any(|payment| !payment.parts.is_empty());
        seen.extend(["ship_stock", "deallocate", "restock"].into_iter().find(|effect| waits(effect)));
        seen.extend((waits("mark_paid") && paid).then_some("paid, and the effect is still there"));
        seen.extend((waits("refund") && asked).then_some("refunded, and the effect is still there"));
    }
    seen
}

fn nothing_is_found_in(
    capture: CapturePolicy,
    process: impl AsyncFn(&World, &CartId),
) -> BTreeSet<&'static str> {
    let (mut seen, mut moments) = (BTreeSet::new(), 0);
    let prepare = async |world: &World| cart(world, capture).await;
    let looks = after_each_commit(prepare, process, async |world, _| {
        let report = world.check().await;
        assert!(report.is_sound(), "after commit {moments}: {:#?}", report.findings);
        seen.append(&mut under_way(world).await);
        moments += 1;
        false
    });
    println!("{looks} moments: {seen:?}");
    assert!(moments > 30, "only {moments} moments");
    seen
}

#[test]
fn at_no_moment_of_an_orders_life_anything_is_found() {
    let seen = nothing_is_found_in(CapturePolicy::OnPlacement, life);
    let all = [
        CLEARING,
        REFUNDS,
        "deallocate",
        "paid, and the effect is still there",
        "refunded, and the effect is still there",
        "restock",
        "ship_stock",
    ];
    assert_eq!(seen, all.into());
}

#[test]
fn at_no_moment_of_an_order_that_is_paid_parcel_by_parcel_anything_is_found() {
    let seen = nothing_is_found_in(CapturePolicy::OnShipment, life);
    assert!(seen.is_superset(&[CLEARING, REFUNDS, "ship_stock"].into()), "{seen:?}");
}

#[test]
fn at_no_moment_of_a_cancellation_anything_is_found() {
    let seen = nothing_is_found_in(CapturePolicy::OnPlacement, bought_and_canceled);
    assert!(seen.is_superset(&[CLEARING, REFUNDS, "deallocate"].into()), "{seen:?}");
}

#[test]
fn at_no_moment_of_attempts_that_fail_anything_is_found() {
    let seen = nothing_is_found_in(CapturePolicy::OnPlacement, bought_at_last);
    assert!(seen.contains(CLEARING), "{seen:?}");
}
