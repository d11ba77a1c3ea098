use amazoff_supervisor::Timestamp;
use amazoff_testkit::golden;
use uuid::Uuid;

use super::super::*;
use crate::ids::{CartId, HoldId, ProductId, ShipmentId};
use crate::money::Quantity;

const AT: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);

#[test]
fn everything_that_a_stock_ever_stored_can_be_read() {
    let product = ProductId::from(Uuid::from_u128(1));
    let cart = CartId::from(Uuid::from_u128(2));
    let [hold, other] = [3, 4].map(|n| HoldId::from(Uuid::from_u128(n)));
    let (cause, shipment) = (Uuid::from_u128(5), ShipmentId::from(Uuid::from_u128(6)));
    let quantity = Quantity::ONE;
    let reasons = [
        AdjustReason::Counted,
        AdjustReason::Damaged,
        AdjustReason::Lost,
        AdjustReason::Found,
        AdjustReason::Other,
    ];
    let sku = || "POT-1".to_owned();
    let new = NewHold { hold, cart, quantity: Quantity::ONE, expires_at: AT };
    golden::<Stock>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events([
            Event::Introduced { product, sku: sku() },
            Event::Received { quantity: 12 },
            Event::Held(new),
            Event::HoldCommitted { hold },
            Event::HoldReleased { hold: other },
            Event::CheckoutWoken { hold },
            Event::Shipped { shipment, hold, quantity },
            Event::Deallocated { cause, hold, quantity },
            Event::Restocked { cause, quantity, resellable: true },
            Event::Restocked { cause, quantity, resellable: false },
        ])
        .events(reasons.map(|reason| Event::Adjusted { delta: -2, reason }))
        .events([Event::BackordersAllowed { up_to: 5 }])
        .commands([
            Command::Introduce { product, sku: sku() },
            Command::Receive { quantity: 12 },
            Command::Hold(new),
            Command::ReleaseHold { hold },
            Command::CommitHold { hold },
            Command::Wake { hold },
            Command::Ship { shipment, hold, quantity },
            Command::Deallocate { cause, hold, quantity },
            Command::Restock { cause, quantity, resellable: true },
            Command::Adjust { delta: -2, reason: AdjustReason::Counted, expected_on_hand: Some(12) },
            Command::AllowBackorders { up_to: 5 },
        ])
        .effects([Effect::WakeCheckout { cart }])
        .effects([true, false].map(|left| Effect::Announce { product, sku: sku(), left, at: AT }))
        .replies([Levels { on_hand: 12, held: 3, allocated: 2, available: 7, backorder_max: 0 }])
        .rejections([
            Rejection::UnknownVariant,
            Rejection::VariantIntroduced,
            Rejection::QuantityOutOfRange,
            Rejection::InsufficientStock { available: 2 },
            Rejection::HoldReleased,
            Rejection::HoldUnknown,
            Rejection::HoldCommitted,
            Rejection::HoldDiffers,
            Rejection::HoldNotCommitted,
            Rejection::ExceedsHold { left: 1 },
            Rejection::NotOnShelf { on_hand: 1 },
            Rejection::MovementDiffers,
            Rejection::StockChanged { on_hand: 1 },
        ])
        .check();
}
