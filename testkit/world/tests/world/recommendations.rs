//! Recommendations in a running shop: counts are a recount of orders and carts, and nothing is recommended that cannot be had.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use amazoff_actors::cart::{LEFT_AFTER, Status as CartStatus, TOUCH_EVERY};
use amazoff_actors::checkout::Outcome;
use amazoff_actors::ids::{CartId, OrderId, ProductId};
use amazoff_actors::recommendation::{
    BASKET_MAX, BASKETS, BasketProjection, LEFT_BASKETS, LEFT_WEIGHT, ORDER_WEIGHT, Reason,
};
use amazoff_persistence::MemoryStore;
use amazoff_supervisor::documents::{Documents, Query};
use amazoff_supervisor::{Projection as _, Version};
use amazoff_world::{Shelf, Stored, World, paused};
use futures::future::join_all;
use serde_json::Value;

async fn buy(world: &World, shelves: &[Shelf]) -> OrderId {
    let lines: Vec<_> = shelves.iter().map(|shelf| (*shelf, 1)).collect();
    let cart = world.full_cart(&lines).await;
    let outcome = world.complete(cart, "tok_ok").await.unwrap();
    assert!(matches!(outcome, Outcome::Placed { .. }), "{outcome:?}");
    OrderId::of_cart(cart)
}

/// A cart that its shopper left with these things in it.
async fn leave(world: &World, shelves: &[Shelf]) -> CartId {
    let lines: Vec<_> = shelves.iter().map(|shelf| (*shelf, 1)).collect();
    let cart = world.full_cart(&lines).await;
    pass(world).await;
    let left = world.shop().carts.get(cart).await.unwrap().unwrap();
    assert!(left.state.left && left.state.status == CartStatus::Open, "{left:?}");
    cart
}

/// So much time that a cart counts as left.
async fn pass(world: &World) {
    tokio::time::sleep(LEFT_AFTER + TOUCH_EVERY * 10).await;
    world.settled().await;
}

async fn shelves<const N: usize>(world: &World) -> [Shelf; N] {
    let mut shelves = Vec::new();
    for _ in 0..N {
        shelves.push(world.stock(1_000, 100).await);
    }
    shelves.try_into().expect("as many as were made")
}

/// How often each product was with each other, as a recount of what is stored says; a product with itself is how often it was
/// there at all.
fn recount(stored: &Stored) -> BTreeMap<ProductId, BTreeMap<ProductId, u64>> {
    let orders = stored.orders.values().filter(|order| order.placed_at.is_some() && order.canceled.is_none());
    let bought = orders
        .filter_map(|order| order.draft.as_deref())
        .map(|draft| (ORDER_WEIGHT, draft.lines.iter().map(|line| line.product_id).collect::<BTreeSet<_>>()));
    let carts = stored.carts.values().filter(|cart| cart.left && cart.status == CartStatus::Open);
    let left =
        carts.map(|cart| (LEFT_WEIGHT, cart.lines.iter().map(|line| line.product).collect::<BTreeSet<_>>()));
    let mut counts: BTreeMap<ProductId, BTreeMap<ProductId, u64>> = BTreeMap::new();
    for (weight, basket) in bought.chain(left) {
        for one in &basket {
            for other in &basket {
                *counts.entry(*one).or_default().entry(*other).or_default() += weight;
            }
        }
    }
    counts
}

/// What the shop counts is what a recount gives, for every product.
async fn counts_are_exact(world: &World) {
    world.settled().await;
    let stored = world.stored().await;
    let (recounted, shop) = (recount(&stored), world.shop());
    for product in stored.products.keys().map(|id| ProductId::from(*id)) {
        let wanted = recounted.get(&product).cloned().unwrap_or_default();
        let together = shop.recommendations.together(product).await.unwrap();
        let own = wanted.get(&product).copied().unwrap_or_default();
        assert_eq!(together.own(), own, "{product}");
        assert_eq!(shop.recommendations.total(product).await.unwrap(), own, "{product}");
        for other in stored.products.keys().map(|id| ProductId::from(*id)).filter(|other| *other != product) {
            let count = wanted.get(&other).copied().unwrap_or_default();
            assert_eq!(together.with(other), count, "{product} with {other}");
        }
    }
}

async fn documents(documents: &dyn Documents, collection: &str) -> BTreeMap<String, Value> {
    let query = Query { collection: collection.to_owned(), limit: 200, ..Query::default() };
    let page = documents.query(&query).await.unwrap();
    assert_eq!(page.next, None, "a page holds them");
    page.items.into_iter().collect()
}

#[test]
fn counts_are_a_recount_of_orders_and_carts_through_cancellation_rebuild_and_crash() {
    paused(async {
        let world = World::start().await;
        let [a, b, c, d] = shelves(&world).await;
        for basket in [&[a, b][..], &[a, b, c], &[c], &[a, b]] {
            buy(&world, basket).await;
        }
        counts_are_exact(&world).await;
        let given_up = buy(&world, &[a, b, d]).await;
        counts_are_exact(&world).await;
        world.shop().orders.call_off(given_up, world.envelope().into()).await.unwrap();
        counts_are_exact(&world).await;
        let generation = world.machine().runtime.rebuild(BasketProjection::NAME).await.unwrap();
        buy(&world, &[b, d]).await;
        let stats = async || world.machine().runtime.projection_stats().await.unwrap();
        amazoff_world::until("the rebuild to serve", Duration::from_mins(5), async || {
            let stats = stats().await;
            let of = stats.iter().find(|stats| stats.name == BasketProjection::NAME);
            of.is_some_and(|of| of.generation == generation && of.rebuilding.is_none())
        })
        .await;
        counts_are_exact(&world).await;
        world.crash().await;
        counts_are_exact(&world).await;
        assert_eq!(recount(&world.stored().await)[&a.product][&b.product], 3 * ORDER_WEIGHT);
    });
}

#[test]
fn a_cart_that_is_left_counts_until_its_order_does_and_says_what_is_in_it_now() {
    paused(async {
        let world = World::start().await;
        let [a, b, c] = shelves(&world).await;
        let cart = leave(&world, &[a, b]).await;
        counts_are_exact(&world).await;
        assert_eq!(recount(&world.stored().await)[&a.product][&b.product], LEFT_WEIGHT);
        let line = amazoff_actors::ids::LineId::of_variant(b.variant);
        world.shop().carts.remove_line(cart, line, world.envelope()).await.unwrap();
        world.add(cart, c, 1).await;
        pass(&world).await;
        counts_are_exact(&world).await;
        let stored = documents(&*world.shop().documents, LEFT_BASKETS).await;
        let wanted = [a, c].map(|shelf| format!("{cart}:{}", shelf.product));
        assert_eq!(stored.keys().cloned().collect::<BTreeSet<_>>(), BTreeSet::from(wanted));
        world.complete(cart, "tok_ok").await.unwrap();
        world.settled().await;
        assert!(documents(&*world.shop().documents, LEFT_BASKETS).await.is_empty());
        counts_are_exact(&world).await;
        assert_eq!(recount(&world.stored().await)[&a.product][&c.product], ORDER_WEIGHT);
    });
}

#[test]
fn events_that_are_projected_again_and_in_the_wrong_order_change_nothing() {
    paused(async {
        let world = World::start().await;
        let [a, b, c] = shelves(&world).await;
        for basket in [&[a, b][..], &[b, c], &[a, b, c]] {
            buy(&world, basket).await;
        }
        let given_up = buy(&world, &[a, c]).await;
        world.settled().await;
        world.shop().orders.call_off(given_up, world.envelope().into()).await.unwrap();
        leave(&world, &[a, c]).await;
        let (journal, fresh) = (world.journal(), MemoryStore::new().documents());
        let projection = BasketProjection::new(world.journal());
        let mut projected = Vec::new();
        for (shard, _) in journal.heads().await.unwrap() {
            for event in journal.tail(shard, 0, usize::MAX).await.unwrap() {
                if projection.kinds().contains(&event.entity.kind.as_str()) {
                    assert!(event.seq > Version(0));
                    projected.push((shard, event.shard_seq, projection.project(&event).await.unwrap()));
                }
            }
        }
        let again = projected.iter().chain(projected.iter().rev()).chain(&projected);
        for (shard, at, puts) in again {
            fresh.write(BasketProjection::NAME, *shard, *at, puts).await.unwrap();
        }
        world.settled().await;
        for collection in [BASKETS, LEFT_BASKETS] {
            let served = documents(&*world.shop().documents, collection).await;
            assert!(!served.is_empty(), "{collection}");
            assert_eq!(documents(&*fresh, collection).await, served, "{collection}");
        }
    });
}

#[test]
fn of_a_large_order_the_first_twenty_products_count() {
    paused(async {
        let world = World::start().await;
        let shelves: [Shelf; BASKET_MAX + 3] = shelves(&world).await;
        buy(&world, &shelves).await;
        world.settled().await;
        let stored = documents(&*world.shop().documents, BASKETS).await;
        assert_eq!(stored.len(), BASKET_MAX);
        assert!(stored.values().all(|body| body["with"].as_array().unwrap().len() == BASKET_MAX - 1));
    });
}

/// What is recommended beside some products, with the reasons.
async fn beside(world: &World, of: &[Shelf]) -> Vec<(ProductId, Reason)> {
    let (shop, of): (_, Vec<_>) = (world.shop(), of.iter().map(|shelf| shelf.product).collect());
    let candidates = shop.recommendations.candidates(&of).await.unwrap();
    let picked = shop.recommendations.pick(candidates, 20, |_| {}).await.unwrap();
    picked.into_iter().map(|recommended| (recommended.card.id, recommended.reason)).collect()
}

#[test]
fn what_belongs_together_comes_first_then_what_sells_and_never_what_is_in_the_cart_or_sold_out() {
    paused(async {
        let world = World::start().await;
        let [a, b, c, d] = shelves(&world).await;
        let rare = world.stock(1_000, 2).await;
        for basket in [&[a, b][..], &[a, b], &[a, b], &[a, rare], &[a, rare], &[c], &[c], &[d]] {
            buy(&world, basket).await;
        }
        world.settled().await;
        let (together, popular) = (Reason::BoughtTogether, Reason::PopularInCategory);
        let wanted = vec![(b.product, together), (c.product, popular), (d.product, popular)];
        assert_eq!(beside(&world, &[a]).await, wanted, "the rare one is sold out");
        assert_eq!(beside(&world, &[a, b]).await, wanted[1..]);
        world.shop().stocks.receive(rare.variant, 1, world.envelope()).await.unwrap();
        let again = beside(&world, &[a]).await;
        assert!(again.contains(&(rare.product, together)), "{again:?}");
        assert_eq!(beside(&world, &[]).await.first().map(|first| first.1), Some(Reason::Popular));
    });
}

/// T-K2: a product that is taken off sale leaves the recommendations with the commit that does it, whatever documents say.
#[test]
fn an_archived_product_leaves_the_recommendations_at_once() {
    paused(async {
        let world = World::start().await;
        let [a, b] = shelves(&world).await;
        for _ in 0..3 {
            buy(&world, &[a, b]).await;
        }
        world.settled().await;
        assert_eq!(beside(&world, &[a]).await, [(b.product, Reason::BoughtTogether)]);
        world.shop().products.archive(b.product, world.envelope()).await.unwrap();
        assert!(beside(&world, &[a]).await.is_empty());
        world.crash().await;
        world.settled().await;
        assert!(beside(&world, &[a]).await.is_empty());
    });
}

/// T-K2 (a): many look while a product is taken off sale; nobody who looks after that sees it.
#[test]
fn nobody_is_recommended_what_was_archived_before_they_looked() {
    paused(async {
        let world = World::start().await;
        let [a, b] = shelves(&world).await;
        for _ in 0..3 {
            buy(&world, &[a, b]).await;
        }
        world.settled().await;
        let gone = std::sync::atomic::AtomicBool::new(false);
        let look = async || {
            let before = gone.load(std::sync::atomic::Ordering::SeqCst);
            let seen = beside(&world, &[a]).await.iter().any(|(product, _)| *product == b.product);
            assert!(!(before && seen), "it was taken off sale before");
            seen
        };
        let archive = async {
            tokio::task::yield_now().await;
            world.shop().products.archive(b.product, world.envelope()).await.unwrap();
            gone.store(true, std::sync::atomic::Ordering::SeqCst);
            false
        };
        assert!(look().await, "it was recommended before");
        let (looks, _) = futures::join!(join_all((0..50).map(|_| look())), archive);
        assert_eq!(looks.len(), 50);
        assert!(!look().await);
    });
}
