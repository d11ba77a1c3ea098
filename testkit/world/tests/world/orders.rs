//! What happens to orders after they are placed, with the whole shop around them: goods, money and the provider's book agree.

use std::time::Duration;

use amazoff_actors::checkout::{Failure, Outcome};
use amazoff_actors::ids::{CartId, HoldId, OrderId, ReturnId, VariantId};
use amazoff_actors::money::{Money, Quantity};
use amazoff_actors::order::{
    Order, PaymentStatus, Portion, ReceivedPortion, RefundOf, RefundReason, ReturnReason, Stage, Status, View,
};
use amazoff_actors::payment::{Confirmation, Operation};
use amazoff_actors::stock::{NewHold, Stock};
use amazoff_supervisor::{AskError, Clock as _, chance};
use amazoff_world::{Shelf, World, fail_each_step, paused};

const LIMIT: Duration = Duration::from_mins(5);

/// An order of two pieces of one thing and one of another, paid.
pub(crate) struct Bought {
    pub(crate) order: OrderId,
    pub(crate) shelves: [Shelf; 2],
    pub(crate) total: i64,
}

impl Bought {
    pub(crate) async fn new(world: &World) -> Self {
        let shelves = [world.stock(1_999, 10).await, world.stock(500, 10).await];
        let cart = world.full_cart(&[(shelves[0], 2), (shelves[1], 1)]).await;
        let outcome = world.complete(cart, "tok_ok").await.unwrap();
        assert!(matches!(outcome, Outcome::Placed { .. }), "{outcome:?}");
        world.settled().await;
        let order = OrderId::of_cart(cart);
        let view = view(world, order).await;
        assert_eq!(view.stage, Stage::Paid);
        Self { order, shelves, total: view.totals.total.amount }
    }

    pub(crate) fn stock<'a>(&self, stored: &'a amazoff_world::Stored, shelf: usize) -> &'a Stock {
        &stored.stocks[&self.shelves[shelf].variant.uuid()]
    }

    pub(crate) fn order<'a>(&self, stored: &'a amazoff_world::Stored) -> &'a Order {
        &stored.orders[&self.order.uuid()]
    }
}

pub(crate) async fn view(world: &World, order: OrderId) -> View {
    world.shop().orders.get(order).await.unwrap().unwrap()
}

/// All of what is open, line by line.
pub(crate) fn everything(view: &View) -> Vec<Portion> {
    let of = |(line, pieces): &(amazoff_actors::ids::LineId, amazoff_actors::order::Pieces)| {
        Some(Portion { line: *line, quantity: Quantity::try_from(pieces.open()).ok()? })
    };
    view.goods.iter().filter_map(of).collect()
}

/// What the provider gave back of an order's payments.
pub(crate) fn given_back(world: &World) -> Vec<i64> {
    let entries = world.provider.entries();
    let refunds = entries.iter().filter(|of| of.operation == Operation::Refund && of.approved());
    refunds.map(|of| of.amount.amount).collect()
}

/// The order's goods, money and the provider's book agree, and nothing is left to do.
pub(crate) async fn at_rest(world: &World) -> amazoff_world::Stored {
    world.settled().await;
    let stored = world.stored().await;
    world.invariants().await.and_at_rest(&stored, &world.provider).assert_hold();
    stored
}

#[test]
fn an_order_is_sent_delivered_and_returned() {
    paused(async {
        let world = World::start().await;
        let bought = Bought::new(&world).await;
        let (orders, ask) = (world.shop().orders, || world.envelope().into());
        let lines = everything(&view(&world, bought.order).await);
        orders.ship(bought.order, (None, lines.clone()), None, ask()).await.unwrap();
        let parcel = view(&world, bought.order).await.shipments[0].0;
        orders.deliver(bought.order, parcel, ask()).await.unwrap();
        let stored = at_rest(&world).await;
        assert_eq!((bought.stock(&stored, 0).on_hand, bought.stock(&stored, 0).allocated), (8, 0));
        assert_eq!(bought.order(&stored).status(), Status::Completed);

        orders.request_return(bought.order, (lines.clone(), ReturnReason::Unwanted), ask()).await.unwrap();
        let back: ReturnId = view(&world, bought.order).await.returns[0].0;
        orders.approve_return(bought.order, back, ask()).await.unwrap();
        let came = lines.iter().map(|of| ReceivedPortion {
            line: of.line,
            quantity: of.quantity,
            resellable: of.quantity.get() == 2,
        });
        orders.receive_return(bought.order, (back, came.collect()), ask()).await.unwrap();
        let stored = at_rest(&world).await;
        assert_eq!((bought.stock(&stored, 0).on_hand, bought.stock(&stored, 1).on_hand), (10, 9));
        assert_eq!(given_back(&world), [2 * 1_999 + 500]);
        assert_eq!(bought.order(&stored).payment_status(), PaymentStatus::PartiallyRefunded);
    });
}

/// T-S4 (b) and T-O6 (b) in the whole shop: with the power cut around every commit of a cancellation, it happens as a whole or not
/// at all, the pieces become free once and the money goes back once.
#[test]
fn a_cancellation_that_is_cut_anywhere_frees_and_refunds_once_or_not_at_all() {
    let cuts = fail_each_step(
        async |world| Bought::new(world).await,
        async |world, bought| {
            let _ = world.shop().orders.call_off(bought.order, world.envelope().into()).await;
        },
        async |world, bought, cut| {
            let stored = at_rest(world).await;
            let order = bought.order(&stored);
            let canceled = order.status() == Status::Canceled;
            let left = if canceled { 0 } else { 2 };
            assert_eq!(bought.stock(&stored, 0).allocated, left, "{cut:?}");
            assert_eq!(bought.stock(&stored, 0).on_hand, 10, "{cut:?}");
            let back = if canceled { vec![bought.total] } else { Vec::new() };
            assert_eq!(given_back(world), back, "{cut:?}");
            let status = if canceled { PaymentStatus::Refunded } else { PaymentStatus::Paid };
            assert_eq!(order.payment_status(), status, "{cut:?}");
        },
    );
    assert!(cuts >= 6, "only {cuts} cuts");
}

#[test]
fn a_parcel_that_is_cut_anywhere_leaves_the_shelf_once_or_not_at_all() {
    let cuts = fail_each_step(
        async |world| Bought::new(world).await,
        async |world, bought| {
            let lines = everything(&view(world, bought.order).await);
            let _ =
                world.shop().orders.ship(bought.order, (None, lines), None, world.envelope().into()).await;
        },
        async |world, bought, cut| {
            let stored = at_rest(world).await;
            let sent = bought.order(&stored).stage() == Stage::Shipped;
            let stock = bought.stock(&stored, 0);
            let wanted = if sent { (8, 0) } else { (10, 2) };
            assert_eq!((stock.on_hand, stock.allocated), wanted, "{cut:?}");
        },
    );
    assert!(cuts >= 3, "only {cuts} cuts");
}

/// T-Y2 (a): twenty clicks on the same button, and twenty people with the same idea.
#[test]
fn refunds_that_race_never_give_more_back_than_was_taken() {
    paused(async {
        let world = World::start().await;
        let bought = Bought::new(&world).await;
        let orders = world.shop().orders;
        let click = world.envelope();
        let half = Money::eur(bought.total / 2);
        let refund = |envelope: amazoff_supervisor::Envelope| {
            let of = (RefundOf::Amount(half), RefundReason::Goodwill);
            orders.refund(bought.order, of, envelope.into())
        };
        let clicks = futures::future::join_all((0..20).map(|_| refund(click.clone()))).await;
        assert!(clicks.iter().any(Result::is_ok));
        at_rest(&world).await;
        assert_eq!(given_back(&world), [half.amount]);
        let others = futures::future::join_all((0..20).map(|_| refund(world.envelope()))).await;
        let refused = others.iter().filter(|answer| matches!(answer, Err(AskError::Refused { .. })));
        assert_eq!(refused.count(), 19);
        let stored = at_rest(&world).await;
        assert_eq!(given_back(&world), [half.amount, half.amount]);
        assert!(bought.order(&stored).refunded() <= bought.total);
    });
}

/// T-S3: a purchase that fails gives every piece back, once.
#[test]
fn a_failed_purchase_gives_its_pieces_back() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 1).await;
        for _ in 0..5 {
            let cart = world.full_cart(&[(shelf, 1)]).await;
            world.complete(cart, "tok_decline").await.unwrap();
            world.settled().await;
            assert_eq!(world.shop().stocks.available(shelf.variant).await.unwrap(), 1);
        }
        at_rest(&world).await;
    });
}

/// T-S5: the hold is overdue long before the shopper's bank answers. Paid is honoured.
#[test]
fn a_hold_that_is_overdue_while_its_shopper_pays_is_honoured() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 1).await;
        let cart = world.full_cart(&[(shelf, 1)]).await;
        let asked = world.complete(cart, "tok_action").await.unwrap();
        let Outcome::RequiresAction { payment, .. } = asked else { panic!("{asked:?}") };
        let hold = world.stored().await.stocks[&shelf.variant.uuid()].holds.values().next().copied().unwrap();
        // At the very moment at which the hold is due, and a little after.
        let now = world.clock.now();
        let wait = u64::try_from(hold.expires_at.unix_ms() - now.unix_ms()).unwrap();
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let confirmed = world.shop().payments.confirm(payment, Confirmation::Approve, world.envelope()).await;
        let outcome = world.outcome(cart, LIMIT).await;
        world.settled().await;
        let stored = world.stored().await;
        let stock = &stored.stocks[&shelf.variant.uuid()];
        match outcome {
            Outcome::Placed { .. } => assert_eq!((confirmed.is_ok(), stock.allocated), (true, 1)),
            // Its patience ended first: then nothing is taken and nothing is promised.
            Outcome::Failed(Failure::PaymentExpired) => assert_eq!((stock.held, stock.allocated), (0, 0)),
            other => panic!("{other:?}"),
        }
        world.invariants().await.and_at_rest(&stored, &world.provider).assert_hold();
    });
}

async fn grab(world: &World, cart: CartId, round: u32, variants: [VariantId; 2]) -> bool {
    let stocks = world.shop().stocks;
    let hold = |variant| NewHold {
        hold: HoldId::of(cart, round, variant),
        cart,
        quantity: Quantity::ONE,
        expires_at: world.clock.now().plus(LIMIT),
    };
    for variant in variants {
        if stocks.hold(variant, hold(variant), world.envelope()).await.is_err() {
            for variant in variants {
                stocks.release(variant, hold(variant).hold, world.envelope()).await.unwrap();
            }
            return false;
        }
    }
    true
}

/// T-S7 (a): two baskets want the last piece of the same two things in opposite orders, ten thousand times. Nobody ever waits
/// for the other, and never do both have one.
#[test]
fn two_baskets_in_opposite_orders_never_wait_for_each_other() {
    paused(async {
        let world = World::start().await;
        let (a, b) = (world.stock(1_999, 1).await.variant, world.stock(500, 1).await.variant);
        let carts = [CartId::from(chance::uuid()), CartId::from(chance::uuid())];
        let mut won = 0;
        for round in 0..10_000 {
            let both = futures::future::join(
                grab(&world, carts[0], round, [a, b]),
                grab(&world, carts[1], round, [b, a]),
            );
            let (first, second) = tokio::time::timeout(LIMIT, both).await.expect("somebody waits for ever");
            assert!(!(first && second), "both have the last piece in round {round}");
            won += u32::from(first || second);
            for (cart, won) in carts.into_iter().zip([first, second]) {
                for variant in [a, b].into_iter().filter(|_| won) {
                    let hold = HoldId::of(cart, round, variant);
                    world.shop().stocks.release(variant, hold, world.envelope()).await.unwrap();
                }
            }
        }
        for variant in [a, b] {
            assert_eq!(world.shop().stocks.available(variant).await.unwrap(), 1);
        }
        println!("one of two had both pieces in {won} of 10,000 rounds");
    });
}

/// The same with whole purchases: exactly one of the two buys, or neither, and nothing stays aside.
#[test]
fn two_purchases_in_opposite_orders_end() {
    paused(async {
        let world = World::start().await;
        for _ in 0..25 {
            let shelves = [world.stock(1_999, 1).await, world.stock(500, 1).await];
            let one = world.full_cart(&[(shelves[0], 1), (shelves[1], 1)]).await;
            let other = world.full_cart(&[(shelves[1], 1), (shelves[0], 1)]).await;
            let both = futures::future::join(world.complete(one, "tok_ok"), world.complete(other, "tok_ok"));
            let (one, other) = tokio::time::timeout(LIMIT, both).await.expect("somebody waits for ever");
            let placed = [one, other].into_iter().flatten();
            assert!(placed.filter(|outcome| matches!(outcome, Outcome::Placed { .. })).count() <= 1);
        }
        at_rest(&world).await;
    });
}

/// Goods may leave the house before their receipt is written down: the stock takes the parcel in as soon as it is.
#[test]
fn a_parcel_of_backordered_pieces_is_booked_once_their_receipt_is() {
    paused(async {
        let world = World::start().await;
        let shelf = world.stock(1_999, 0).await;
        let shop = world.shop();
        shop.stocks.allow_backorders(shelf.variant, 5, world.envelope()).await.unwrap();
        let cart = world.full_cart(&[(shelf, 2)]).await;
        let outcome = world.complete(cart, "tok_ok").await.unwrap();
        assert!(matches!(outcome, Outcome::Placed { .. }), "{outcome:?}");
        world.settled().await;
        let order = OrderId::of_cart(cart);
        let lines = everything(&view(&world, order).await);
        shop.orders.ship(order, (None, lines), None, world.envelope().into()).await.unwrap();
        tokio::time::sleep(LIMIT).await;
        let waiting = world.stored().await;
        assert_eq!(
            waiting.stocks[&shelf.variant.uuid()].allocated,
            2,
            "there is nothing to take off the shelf"
        );
        assert_eq!(waiting.outbox.len(), 1);

        shop.stocks.receive(shelf.variant, 2, world.envelope()).await.unwrap();
        let stored = at_rest(&world).await;
        let stock = &stored.stocks[&shelf.variant.uuid()];
        assert_eq!((stock.on_hand, stock.allocated), (0, 0));
    });
}
