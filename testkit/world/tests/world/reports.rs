//! Reports in a running shop are a recount of orders, carts and stocks.

use std::collections::BTreeMap;
use std::time::Duration;

use amazoff_actors::checkout::Outcome;
use amazoff_actors::ids::{OrderId, ProductId, VariantId};
use amazoff_actors::money::{Currency, Money, Quantity};
use amazoff_actors::order::{PaymentStatus, Portion, ReceivedPortion, RefundOf, RefundReason, ReturnReason};
use amazoff_actors::report::{
    Day, FunnelProjection, LOW_MAX, Range, RevenueDay, SalesProjection, Stage, StockLevelProjection,
};
use amazoff_supervisor::{Clock as _, Entity as _, EntityId, Timestamp, Version, decode};
use amazoff_world::{Shelf, Stored, World, paused};

use crate::orders::{everything, view};

const DAY: Duration = Duration::from_hours(24);

async fn buy(world: &World, lines: &[(Shelf, u32)]) -> OrderId {
    let cart = world.full_cart(lines).await;
    let outcome = world.complete(cart, "tok_ok").await.unwrap();
    assert!(matches!(outcome, Outcome::Placed { .. }), "{outcome:?}");
    world.settled().await;
    OrderId::of_cart(cart)
}

/// From the world's first day to today.
fn all_days(world: &World) -> Range {
    Range::new(Day::of(Timestamp::from_unix_ms(1_767_225_600_000)), Day::of(world.clock.now())).unwrap()
}

async fn revenue(world: &World) -> Vec<(Day, RevenueDay)> {
    world.shop().reports.revenue(all_days(world), Money::eur(0).currency).await.unwrap()
}

fn sum(days: &[(Day, RevenueDay)]) -> RevenueDay {
    days.iter().fold(RevenueDay::default(), |sum, (_, day)| sum.and(*day))
}

/// REP-1: reports are what the orders themselves say.
async fn reports_are_exact(world: &World) {
    world.settled().await;
    let stored = world.stored().await;
    let days = revenue(world).await;
    let placed = || stored.orders.values().filter(|order| order.placed_at.is_some());
    for (day, of) in &days {
        let today = placed().filter(|order| order.placed_at.map(Day::of) == Some(*day));
        let totals: Vec<_> =
            today.filter_map(|order| order.draft.as_deref()).map(|draft| draft.totals).collect();
        let gross: i64 = totals.iter().map(|totals| totals.total.amount).sum();
        assert_eq!((of.orders, of.gross), (number(totals.len()), gross), "{day}");
    }
    let all = sum(&days);
    let cost_now: i64 = placed().map(|order| order.price()).sum();
    assert_eq!(all.gross - all.refunds, cost_now);
    let tax_now: i64 = placed()
        .map(|order| {
            let totals = order.draft.as_deref().unwrap().totals;
            totals.tax.amount * order.price() / totals.total.amount
        })
        .sum();
    assert_eq!(all.tax, tax_now);
    assert_eq!(all.net(), cost_now - tax_now);
    let best = world.shop().reports.best_sellers(all_days(world), Money::eur(0).currency, 100).await.unwrap();
    let sold: BTreeMap<ProductId, (u64, i64)> =
        best.iter().map(|of| (of.product, (of.pieces, of.amount))).collect();
    assert_eq!(sold, recounted(&stored));
    assert!(best.is_sorted_by(|one, other| one.pieces >= other.pieces));
}

/// Pieces that were kept of each product, and what was paid for them.
fn recounted(stored: &Stored) -> BTreeMap<ProductId, (u64, i64)> {
    let mut sold = BTreeMap::new();
    let placed = stored.orders.values().filter(|order| order.placed_at.is_some());
    for order in placed.filter(|order| order.canceled.is_none()) {
        let draft = order.draft.as_deref().unwrap();
        for line in &draft.lines {
            let goods = order.goods[&line.id];
            let kept = goods.ordered - goods.canceled - goods.returned;
            if kept > 0 {
                let of: &mut (u64, i64) = sold.entry(line.product_id).or_default();
                of.0 += u64::from(kept);
                of.1 += draft.line_price(line) * i64::from(kept) / i64::from(goods.ordered);
            }
        }
    }
    sold
}

/// Builds a projection anew and waits until that serves.
async fn rebuilt(world: &World, name: &str) {
    let generation = world.machine().runtime.rebuild(name).await.unwrap();
    amazoff_world::until("the rebuild to serve", Duration::from_mins(5), async || {
        let stats = world.machine().runtime.projection_stats().await.unwrap();
        let of = stats.iter().find(|stats| stats.name == name);
        of.is_some_and(|of| of.generation == generation && of.rebuilding.is_none())
    })
    .await;
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap()
}

#[test]
fn revenue_and_best_sellers_are_a_recount_through_cancellation_return_refund_rebuild_and_crash() {
    paused(async {
        let world = World::start().await;
        let (jug, cup) = (world.stock(1_999, 100).await, world.stock(500, 100).await);
        let orders = world.shop().orders;
        let ask = || world.envelope().into();
        let first = buy(&world, &[(jug, 2), (cup, 3)]).await;
        let second = buy(&world, &[(cup, 1)]).await;
        reports_are_exact(&world).await;

        tokio::time::sleep(DAY).await;
        let third = buy(&world, &[(jug, 1)]).await;
        orders.call_off(second, ask()).await.unwrap();
        reports_are_exact(&world).await;
        let fewest = everything(&view(&world, first).await).into_iter().min_by_key(|of| of.quantity.get());
        let one = Portion { quantity: Quantity::ONE, ..fewest.unwrap() };
        orders.cancel_lines(first, vec![one], ask()).await.unwrap();
        reports_are_exact(&world).await;

        tokio::time::sleep(DAY).await;
        let lines = everything(&view(&world, third).await);
        orders.ship(third, (None, lines.clone()), None, ask()).await.unwrap();
        let parcel = view(&world, third).await.shipments[0].0;
        orders.deliver(third, parcel, ask()).await.unwrap();
        orders.request_return(third, (lines.clone(), ReturnReason::Unwanted), ask()).await.unwrap();
        let back = view(&world, third).await.returns[0].0;
        orders.approve_return(third, back, ask()).await.unwrap();
        let came: Vec<_> = lines
            .iter()
            .map(|of| ReceivedPortion { line: of.line, quantity: of.quantity, resellable: true })
            .collect();
        orders.receive_return(third, (back, came), ask()).await.unwrap();
        reports_are_exact(&world).await;
        let goodwill = (RefundOf::Amount(Money::eur(100)), RefundReason::Goodwill);
        orders.refund(first, goodwill, ask()).await.unwrap();
        reports_are_exact(&world).await;

        let before = revenue(&world).await;
        assert_eq!(before.len(), 3, "{before:?}");
        assert_eq!(before.iter().map(|(_, day)| day.orders).collect::<Vec<_>>(), [2, 1, 0]);
        assert!(before[0].1.refunds == 0 && before[1].1.refunds > 0 && before[2].1.refunds > 100);
        rebuilt(&world, SalesProjection::NAME).await;
        reports_are_exact(&world).await;
        assert_eq!(revenue(&world).await, before);
        world.crash().await;
        reports_are_exact(&world).await;
        assert_eq!(revenue(&world).await, before);
        let other = Currency::all().find(|currency| *currency != Money::eur(0).currency).unwrap();
        let none = world.shop().reports.revenue(all_days(&world), other).await.unwrap();
        assert_eq!(sum(&none), RevenueDay::default());
    });
}

#[test]
fn the_funnel_counts_each_cart_and_order_once_on_the_day_of_its_first_time() {
    paused(async {
        let world = World::start().await;
        let jug = world.stock(1_999, 100).await;
        buy(&world, &[(jug, 1)]).await;
        world.open_cart().await;
        let full = world.full_cart(&[(jug, 1)]).await;
        world.complete(full, "tok_decline").await.unwrap();
        world.settled().await;
        tokio::time::sleep(DAY).await;
        // The same cart again: only its order is new.
        world.complete(full, "tok_ok").await.unwrap();
        world.settled().await;
        let funnel = world.shop().reports.funnel(all_days(&world)).await.unwrap();
        let counts: Vec<_> = funnel.iter().map(|(_, counts)| *counts).collect();
        assert_eq!(counts, [[3, 2, 2, 1, 1], [0, 0, 0, 1, 1]]);
        rebuilt(&world, FunnelProjection::NAME).await;
        assert_eq!(world.shop().reports.funnel(all_days(&world)).await.unwrap(), funnel);

        let stored = world.stored().await;
        let sum = |stage: usize| counts.iter().map(|day| day[stage]).sum::<u64>();
        let is_paid = |status: PaymentStatus| status == PaymentStatus::Paid;
        let paid = stored.orders.values().filter(|order| is_paid(order.payment_status())).count();
        assert_eq!(sum(0), number(stored.carts.len()));
        assert_eq!(sum(3), number(stored.orders.values().filter(|order| order.placed_at.is_some()).count()));
        assert_eq!(sum(4), number(paid));
        assert_eq!(Stage::ALL.len(), counts[0].len());
    });
}

/// What a variant's history says: how many can be had, and since when none.
async fn recounted_level(world: &World, variant: VariantId) -> (u32, Option<Timestamp>) {
    use amazoff_actors::stock::Stock;
    let entity = EntityId::new(Stock::KIND, variant.uuid());
    let (mut stock, mut since) = (Stock::default(), None);
    for stored in world.journal().history(&entity, Version(0), usize::MAX).await.unwrap() {
        stock.apply(&decode::<Stock>(&stored.event.payload, stored.event.schema).unwrap());
        since = (stock.available() == 0).then(|| since.unwrap_or(stored.at));
    }
    (stock.available(), since)
}

#[test]
fn what_runs_out_is_told_with_since_when_also_after_a_rebuild_and_a_crash() {
    paused(async {
        let world = World::start().await;
        let (out, few, many) =
            (world.stock(1_000, 3).await, world.stock(1_000, 5).await, world.stock(1_000, 500).await);
        let never = world.stock(1_000, 0).await;
        tokio::time::sleep(DAY).await;
        buy(&world, &[(out, 3), (few, 1), (many, 9)]).await;
        tokio::time::sleep(DAY).await;
        let told = async || {
            world.settled().await;
            let page = world.shop().reports.stock_outs(5, None, 100).await.unwrap();
            assert_eq!(page.next, None);
            page.items
        };
        let before = told().await;
        assert_eq!(before.len(), 3, "{before:?}");
        for of in &before {
            assert_eq!((of.available, of.out_since), recounted_level(&world, of.variant).await, "{of:?}");
        }
        let available =
            |shelf: Shelf| before.iter().find(|of| of.variant == shelf.variant).map(|of| of.available);
        assert_eq!([out, never, few, many].map(available), [Some(0), Some(0), Some(4), None]);
        assert!(before.is_sorted_by_key(|of| of.available));
        rebuilt(&world, StockLevelProjection::NAME).await;
        assert_eq!(told().await, before);
        world.crash().await;
        assert_eq!(told().await, before);
        // What comes back is gone from the report, and counts anew when it runs out again.
        world.shop().stocks.receive(out.variant, LOW_MAX + 1, world.envelope()).await.unwrap();
        assert!(told().await.iter().all(|of| of.variant != out.variant));
        let page = world.shop().reports.stock_outs(5, None, 1).await.unwrap();
        assert_eq!((page.items.len(), page.items[0].variant), (1, never.variant));
        let rest = world.shop().reports.stock_outs(5, page.next, 100).await.unwrap();
        assert_eq!(rest.items.iter().map(|of| of.variant).collect::<Vec<_>>(), [few.variant]);
        assert!(world.shop().reports.stock_outs(0, None, 100).await.unwrap().items.len() == 1);
    });
}
