//! The courses of orders that are placed.

use amazoff_actors::checkout::Outcome;
use amazoff_actors::ids::LineId;
use amazoff_actors::money::{Money, Quantity};
use amazoff_actors::order::{
    Order, Portion, ReceivedPortion, RefundOf, RefundReason, ReturnReason, ReturnState, Status, View,
};
use amazoff_supervisor::Fault as _;
use amazoff_world::{Stored, World};

use super::course::{Course, PIECES, SHELF, Scene};

/// What the course about refunds gives back, in cents.
const REFUNDED: i64 = 500;

async fn view(world: &World, scene: &Scene) -> View {
    world.shop().orders.get(scene.order()).await.unwrap().unwrap()
}

/// All pieces of the order's one line.
async fn everything(world: &World, scene: &Scene) -> Vec<Portion> {
    let line: LineId = view(world, scene).await.goods[0].0;
    vec![Portion { line, quantity: Quantity::try_from(PIECES).unwrap() }]
}

/// Has the order placed, and where the course needs it, sent and on its way back.
pub(crate) async fn prepare(course: Course, world: &World, scene: &Scene) {
    let placed = world.complete(scene.cart, "tok_ok").await.unwrap();
    assert!(matches!(placed, Outcome::Placed { .. }), "{placed:?}");
    world.settled().await;
    if course != Course::Return {
        return;
    }
    let (orders, id, ask) = (world.shop().orders, scene.order(), || world.envelope().into());
    let lines = everything(world, scene).await;
    orders.ship(id, (None, lines.clone()), None, ask()).await.unwrap();
    let parcel = view(world, scene).await.shipments[0].0;
    orders.deliver(id, parcel, ask()).await.unwrap();
    orders.request_return(id, (lines, ReturnReason::Unwanted), ask()).await.unwrap();
    let back = view(world, scene).await.returns[0].0;
    orders.approve_return(id, back, ask()).await.unwrap();
}

/// Does it, as the shop's people.
pub(crate) async fn act(course: Course, world: &World, scene: &Scene) -> String {
    let (orders, id, request) = (world.shop().orders, scene.order(), world.envelope().into());
    let done = match course {
        Course::CallOff => orders.call_off(id, request).await,
        Course::Refund => {
            let of = RefundOf::Amount(Money::eur(REFUNDED));
            orders.refund(id, (of, RefundReason::Goodwill), request).await
        }
        Course::Return => {
            let back = view(world, scene).await.returns[0].0;
            let lines = everything(world, scene).await.into_iter();
            let came =
                lines.map(|Portion { line, quantity }| ReceivedPortion { line, quantity, resellable: true });
            orders.receive_return(id, (back, came.collect()), request).await
        }
        Course::SendToPay => {
            let lines = everything(world, scene).await;
            orders.ship(id, (None, lines), None, request).await
        }
        Course::Buy
        | Course::BuyWithCode
        | Course::LostAnswer
        | Course::Decline
        | Course::Confirm
        | Course::Abandon => unreachable!("these begin with the button"),
    };
    match done {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.code().to_owned(),
    }
}

/// What came of it.
///
/// # Panics
/// When it is half done.
pub(crate) fn end(course: Course, stored: &Stored, scene: &Scene) -> &'static str {
    let order: &Order = &stored.orders[&scene.order().uuid()];
    let stock = &stored.stocks[&scene.shelf.variant.uuid()];
    let (took, gave) = (order.captured(), order.refunded());
    let goods = (stock.on_hand, stock.allocated);
    match course {
        Course::CallOff if order.status() == Status::Canceled => {
            assert_eq!((gave, goods), (took, (SHELF, 0)));
            "done"
        }
        Course::Refund if gave != 0 => {
            assert_eq!((gave, goods), (REFUNDED, (SHELF, PIECES)));
            "done"
        }
        Course::Return if order.returns.values().any(|back| back.state != ReturnState::Approved) => {
            let refunded = order.returns.values().all(|back| back.state == ReturnState::Refunded);
            assert_eq!((refunded, goods), (true, (SHELF, 0)));
            assert!(gave > 0 && gave <= took, "{gave} of {took} went back");
            "done"
        }
        Course::SendToPay if took != 0 => {
            assert_eq!((took, goods), (order.total(), (SHELF - PIECES, 0)));
            "done"
        }
        _ => {
            assert_eq!((gave, order.status() == Status::Canceled), (0, false));
            let sent = if course == Course::Return { PIECES } else { 0 };
            assert_eq!(goods, (SHELF - sent, PIECES - sent));
            "nothing began"
        }
    }
}
