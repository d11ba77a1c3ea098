//! Parcels: packed, sent, delivered. Where money is taken with shipments, sending one asks for its price.

use amazoff_supervisor::{Decision, Timestamp, derive_uuid};

use super::super::draft::Draft;
use super::super::effect::Effect;
use super::super::event::{Event, MoneyEvent, ParcelEvent};
use super::super::goods::{Pieces, Portion, Shipment, ShipmentState, Tracking};
use super::super::plan::Plan;
use super::super::rejection::Rejection;
use super::super::state::Order;
use crate::ids::{CaptureId, ShipmentId};
use crate::pricebook::CapturePolicy;

/// The capture of a parcel's price: one name for ever.
fn capture_of(shipment: ShipmentId) -> CaptureId {
    CaptureId::from(derive_uuid(&[b"capture", shipment.uuid().as_bytes()]))
}

impl Order {
    pub(in super::super) fn pack(
        &self,
        shipment: ShipmentId,
        lines: &[Portion],
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        if let Some(known) = self.shipments.get(&shipment) {
            let same = known.lines == lines;
            return if same { Ok(self.unchanged()) } else { Err(Rejection::ShipmentDiffers) };
        }
        self.check_placed()?;
        self.check_portions(lines, |_, pieces| pieces.open())?;
        let mut plan = Plan::of(self);
        plan.happens(Event::Parcel(ParcelEvent::Packed { shipment, lines: lines.to_vec(), at }));
        Ok(plan.done())
    }

    /// The pieces are open again; what was promised to them never moved.
    pub(in super::super) fn unpack(
        &self,
        shipment: ShipmentId,
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        match self.shipments.get(&shipment).map(|parcel| parcel.state) {
            None => Ok(self.unchanged()),
            Some(ShipmentState::Packed) => {
                let mut plan = Plan::of(self);
                plan.happens(Event::Parcel(ParcelEvent::Unpacked { shipment, at }));
                Ok(plan.done())
            }
            Some(ShipmentState::Shipped | ShipmentState::Delivered) => Err(Rejection::ShipmentSent),
        }
    }

    pub(in super::super) fn ship(
        &self,
        draft: &Draft,
        (shipment, lines): (ShipmentId, &[Portion]),
        tracking: Option<&Tracking>,
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        let known = self.shipments.get(&shipment);
        if let Some(known) = known {
            if !lines.is_empty() && known.lines != lines {
                return Err(Rejection::ShipmentDiffers);
            }
            if known.state != ShipmentState::Packed {
                return Ok(self.unchanged());
            }
        }
        self.check_placed()?;
        self.check_covered()?;
        let mut plan = Plan::of(self);
        if known.is_none() {
            // Without pieces it can only be meant to be packed already.
            if lines.is_empty() {
                return Err(Rejection::ShipmentUnknown);
            }
            self.check_portions(lines, |_, pieces| pieces.open())?;
            plan.happens(Event::Parcel(ParcelEvent::Packed { shipment, lines: lines.to_vec(), at }));
        }
        let sent = known.map_or_else(|| lines.to_vec(), |parcel: &Shipment| parcel.lines.clone());
        plan.send(draft, (shipment, &sent), tracking, at);
        Ok(plan.done())
    }

    /// ORDER-7: goods leave only against money that was taken, or is validly reserved.
    fn check_covered(&self) -> Result<(), Rejection> {
        let taken = self.held() >= self.price();
        if taken || self.reserving().is_some() { Ok(()) } else { Err(Rejection::NotCovered) }
    }

    pub(in super::super) fn deliver(
        &self,
        shipment: ShipmentId,
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        match self.shipments.get(&shipment).map(|parcel| parcel.state) {
            None => Err(Rejection::ShipmentUnknown),
            Some(ShipmentState::Packed) => Err(Rejection::ShipmentNotSent),
            Some(ShipmentState::Delivered) => Ok(self.unchanged()),
            Some(ShipmentState::Shipped) => {
                let mut plan = Plan::of(self);
                plan.happens(Event::Parcel(ParcelEvent::Delivered { shipment, at }));
                Ok(plan.done())
            }
        }
    }
}

impl Plan {
    fn send(
        &mut self,
        draft: &Draft,
        (shipment, lines): (ShipmentId, &[Portion]),
        tracking: Option<&Tracking>,
        at: Timestamp,
    ) {
        let first = self.order.goods.values().all(|pieces: &Pieces| pieces.shipped == 0);
        let mut price = self.order.shipping_lines_price(lines);
        if first {
            price = price.saturating_add(draft.shipping_price());
        }
        let amount = price.min(self.order.uncaptured());
        let tracking = tracking.cloned();
        self.happens(Event::Parcel(ParcelEvent::Shipped { shipment, tracking, at }));
        for (variant, hold, quantity) in self.order.by_variant(draft, lines) {
            self.effect(Effect::ShipStock { variant, shipment, hold, quantity });
        }
        let with_shipments = draft.capture == CapturePolicy::OnShipment;
        let reserving = self.order.reserving();
        let Some(payment) = reserving.filter(|_| with_shipments && amount > 0) else { return };
        let (capture, amount) = (capture_of(shipment), draft.money(amount));
        self.happens(Event::Money(MoneyEvent::CaptureRequested { payment, capture, shipment, amount, at }));
        self.effect(Effect::CapturePart { payment, capture, amount });
    }
}
