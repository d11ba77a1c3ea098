//! Money and pieces that go back: by many at once, and while the power is cut.

use amazoff_actors::ids::LineId;
use amazoff_actors::money::{Money, Quantity};
use amazoff_actors::order::{AdjustmentKind, Portion, RefundOf, RefundReason, Rejection, Status};
use amazoff_supervisor::{AskError, CommandId, Envelope, Principal};
use amazoff_world::{World, fail_each_step, paused};
use futures::future::join_all;

use super::{CODE, LIMIT, MANY};
use crate::orders::{Bought, at_rest, everything, given_back, view};

/// A person's click on a button: the same one however often it is sent.
fn click(name: &str) -> Envelope {
    Envelope::new(CommandId::derived(&[name.as_bytes()]), Principal::Guest, LIMIT)
}

async fn refund(
    world: &World,
    bought: &Bought,
    cents: i64,
    click: Envelope,
) -> Result<(), AskError<Rejection>> {
    let of = (RefundOf::Amount(Money::eur(cents)), RefundReason::Goodwill);
    world.shop().orders.refund(bought.order, of, click.into()).await.map(drop)
}

/// T-Y3 (a): thirty people give back sums of every size at once; never more than was taken, and each that was accepted.
#[test]
fn refunds_of_every_size_at_once_never_exceed_what_was_taken() {
    paused(async {
        let world = World::start().await;
        let bought = Bought::new(&world).await;
        let sums: Vec<i64> = (1..=30).map(|n| n * bought.total / 150).collect();
        assert!(sums.iter().sum::<i64>() > 2 * bought.total);
        let asked = sums.iter().map(|cents| refund(&world, &bought, *cents, world.envelope()));
        let mut accepted = Vec::new();
        for (cents, told) in sums.iter().zip(join_all(asked).await) {
            match told {
                Ok(()) => accepted.push(*cents),
                Err(AskError::Refused { refusal: Rejection::RefundExceedsCaptured { .. }, .. }) => {}
                Err(other) => panic!("{cents}: {other:?}"),
            }
        }
        let stored = at_rest(&world).await;
        let mut back = given_back(&world);
        back.sort_unstable();
        accepted.sort_unstable();
        assert_eq!(back, accepted);
        let back = back.iter().sum::<i64>();
        assert_eq!(bought.order(&stored).refunded(), back);
        assert!(back <= bought.total && back > bought.total / 2, "{back} of {}", bought.total);
    });
}

/// T-Y2 (b), T-Y3 (b): one click that is sent twice, and another one for more than is then left. Wherever the power is cut,
/// and when everybody clicks again, the first sum goes back once and the other one never.
#[test]
fn a_refund_that_is_cut_anywhere_and_clicked_again_goes_back_once() {
    let clicks = async |world: &World, bought: &Bought| {
        let (most, rest) = (bought.total * 2 / 3, bought.total / 2);
        let twice = join_all((0..2).map(|_| refund(world, bought, most, click("most")))).await;
        (most, twice, refund(world, bought, rest, click("rest")).await)
    };
    let cuts = fail_each_step(
        Bought::new,
        async |world, bought| {
            let _ = clicks(world, bought).await;
        },
        async |world, bought, cut| {
            let (most, twice, rest) = clicks(world, bought).await;
            let first = |told: &Result<(), _>| matches!(told, Ok(()) | Err(AskError::InFlight));
            assert!(twice.iter().any(Result::is_ok) && twice.iter().all(first), "{cut:?}: {twice:?}");
            assert!(matches!(rest, Err(AskError::Refused { .. })), "{cut:?}: {rest:?}");
            let stored = at_rest(world).await;
            assert_eq!((given_back(world), bought.order(&stored).refunded()), (vec![most], most), "{cut:?}");
        },
    );
    assert!(cuts >= 9, "{cuts} cuts");
}

/// T-S4 (a): many people cancel the same order, and pieces of it, at once.
#[test]
fn many_cancellations_at_once_give_stock_and_money_back_once() {
    paused(async {
        let world = World::start().await;
        let bought = Bought::new(&world).await;
        let (orders, pieces) = (world.shop().orders, everything(&view(&world, bought.order).await));
        let parts = join_all(
            (0..MANY).map(|_| orders.cancel_lines(bought.order, pieces.clone(), world.envelope().into())),
        );
        let wholes = join_all((0..MANY).map(|_| orders.call_off(bought.order, world.envelope().into())));
        let (parts, wholes) = tokio::join!(parts, wholes);
        assert!(parts.iter().filter(|told| told.is_ok()).count() <= 1, "{parts:?}");
        assert!(wholes.iter().any(Result::is_ok), "{wholes:?}");
        let stored = at_rest(&world).await;
        assert_eq!(bought.order(&stored).status(), Status::Canceled);
        for shelf in 0..2 {
            let stock = bought.stock(&stored, shelf);
            assert_eq!((stock.on_hand, stock.allocated, stock.held), (10, 0, 0));
        }
        assert_eq!(given_back(&world).iter().sum::<i64>(), bought.total);
    });
}

/// A paid order of which a code took ten percent, and the line of two pieces with its frozen price.
async fn discounted(world: &World) -> (Bought, LineId, i64) {
    let shelves = [world.stock(1_999, 10).await, world.stock(517, 10).await];
    let cart = world.full_cart(&[(shelves[0], 2), (shelves[1], 1)]).await;
    world.coupon(CODE, None).await;
    world.shop().carts.apply_coupon(cart, CODE, world.envelope()).await.unwrap();
    world.complete(cart, "tok_ok").await.unwrap();
    world.settled().await;
    let order = amazoff_actors::ids::OrderId::of_cart(cart);
    let view = view(world, order).await;
    let line = LineId::of_variant(shelves[0].variant);
    let frozen = view.quote.as_ref().unwrap().lines.iter().find(|of| of.line == line).unwrap().total;
    assert!(frozen.amount < 2 * 1_999, "the code took nothing off");
    (Bought { order, shelves, total: view.totals.total.amount }, line, frozen.amount)
}

/// T-P4 (a): many cancel single pieces of the same line at once; each piece goes once, and the other line keeps its price.
#[test]
fn pieces_that_many_cancel_at_once_take_their_own_share_along() {
    paused(async {
        let world = World::start().await;
        let (bought, line, frozen) = discounted(&world).await;
        let orders = world.shop().orders;
        let one = || vec![Portion { line, quantity: Quantity::ONE }];
        let told =
            join_all((0..MANY).map(|_| orders.cancel_lines(bought.order, one(), world.envelope().into())))
                .await;
        assert_eq!(told.iter().filter(|told| told.is_ok()).count(), 2, "{told:?}");
        let stored = at_rest(&world).await;
        assert_eq!(bought.order(&stored).price(), bought.total - frozen);
        assert_eq!(given_back(&world).iter().sum::<i64>(), frozen);
    });
}

/// T-P4 (b).
#[test]
fn a_canceled_line_takes_its_own_share_along_wherever_the_power_is_cut() {
    let cancel = async |world: &World, bought: &Bought, line: LineId| {
        let pieces = vec![Portion { line, quantity: Quantity::try_from(2_u32).unwrap() }];
        world.shop().orders.cancel_lines(bought.order, pieces, click("cancel").into()).await
    };
    let cuts = fail_each_step(
        discounted,
        async |world, (bought, line, _)| {
            let _ = cancel(world, bought, *line).await;
        },
        async |world, (bought, line, frozen), cut| {
            cancel(world, bought, *line).await.unwrap();
            let stored = at_rest(world).await;
            let order = bought.order(&stored);
            assert_eq!((order.price(), given_back(world)), (bought.total - frozen, vec![*frozen]), "{cut:?}");
            let canceled = order.adjustments.iter().filter(|of| of.kind == AdjustmentKind::Cancellation);
            assert_eq!(canceled.count(), 1, "{cut:?}");
        },
    );
    assert!(cuts >= 6, "{cuts} cuts");
}
