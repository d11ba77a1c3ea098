use super::super::*;
use super::*;
use crate::money::Currency;
use crate::order::ReturnStatus;
use amazoff_testkit::golden;

#[test]
fn everything_that_the_desk_ever_stored_can_be_read() {
    let full = OrderFilter {
        status: Some(Status::Placed),
        currency: Some(Currency::EUR),
        placed_within_days: Some(30),
        total_min: Some(1),
        total_max: Some(2),
        ..to_pack()
    };
    let of = |filter: OrderFilter| was_saved("to-pack", filter);
    let statuses = [Status::Draft, Status::Placed, Status::Completed, Status::Canceled]
        .map(|status| of(OrderFilter { status: Some(status), ..to_pack() }));
    let payments = [
        PaymentStatus::None,
        PaymentStatus::Pending,
        PaymentStatus::RequiresAction,
        PaymentStatus::Authorized,
        PaymentStatus::Paid,
        PaymentStatus::Failed,
        PaymentStatus::Voided,
        PaymentStatus::PartiallyPaid,
        PaymentStatus::PartiallyRefunded,
        PaymentStatus::Refunded,
    ]
    .map(|status| of(OrderFilter { payment_status: Some(status), ..to_pack() }));
    let goods = [
        FulfillmentStatus::Unfulfilled,
        FulfillmentStatus::Packed,
        FulfillmentStatus::PartiallyShipped,
        FulfillmentStatus::Shipped,
        FulfillmentStatus::PartiallyDelivered,
        FulfillmentStatus::Delivered,
        FulfillmentStatus::Returned,
    ]
    .map(|status| of(OrderFilter { fulfillment_status: Some(status), ..to_pack() }));
    let returns = [ReturnStatus::Requested, ReturnStatus::Approved]
        .map(|status| of(OrderFilter { return_status: Some(status), ..to_pack() }));
    golden::<Desk>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events([was_saved("to-pack", full.clone()), Event::Dropped { name: "to-pack".to_owned() }])
        .events(statuses)
        .events(payments)
        .events(goods)
        .events(returns)
        .commands([
            Command::Save { expected_version: Some(7), name: "to-pack".to_owned(), filter: full },
            dropped("to-pack"),
        ])
        .replies([Receipt { version: 1 }])
        .rejections([
            Rejection::OrderFilterNotFound,
            Rejection::OrderFiltersChanged { version: 7 },
            Rejection::OrderFilterInvalid { field: "title".to_owned(), reason: "it is empty".to_owned() },
        ])
        .check();
}
