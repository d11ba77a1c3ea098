//! What of an order is told to whoever bought it, and to programs outside.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::effect::Effect;
use super::event::{Event, MoneyEvent, ParcelEvent};
use super::further::FurtherState;
use super::state::Order;
use super::view::{PaymentStatus, Status};
use crate::cart::Owner;
use crate::ids::{RefundId, ShipmentId, UserId};
use crate::money::Money;

/// Something about an order that its buyer wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// It became binding.
    Placed,
    /// All that it costs was taken.
    Paid {
        /// What was taken in all.
        amount: Money,
    },
    /// What it costs could not be taken, and another payment is wanted.
    PaymentFailed,
    /// A parcel was sent.
    Shipped {
        /// Which.
        shipment: ShipmentId,
    },
    /// A parcel arrived.
    Delivered {
        /// Which.
        shipment: ShipmentId,
    },
    /// Money went back.
    Refunded {
        /// By which refund.
        refund: RefundId,
        /// How much.
        amount: Money,
    },
    /// It was given up.
    Canceled,
}

/// What kind of news it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewsKind {
    /// The order became binding.
    Placed,
    /// All that it costs was taken.
    Paid,
    /// What it costs could not be taken.
    PaymentFailed,
    /// A parcel was sent.
    Shipped,
    /// A parcel arrived.
    Delivered,
    /// Money went back.
    Refunded,
    /// The order was given up.
    Canceled,
}

impl NewsKind {
    /// All of them, in the order in which they come.
    pub const ALL: [Self; 7] = [
        Self::Placed,
        Self::Paid,
        Self::PaymentFailed,
        Self::Shipped,
        Self::Delivered,
        Self::Refunded,
        Self::Canceled,
    ];

    /// Its name where programs read it, such as `order_placed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Placed => "order_placed",
            Self::Paid => "order_paid",
            Self::PaymentFailed => "payment_failed",
            Self::Shipped => "parcel_sent",
            Self::Delivered => "parcel_delivered",
            Self::Refunded => "order_refunded",
            Self::Canceled => "order_canceled",
        }
    }
}

impl News {
    /// What kind it is.
    pub fn kind(self) -> NewsKind {
        match self {
            Self::Placed => NewsKind::Placed,
            Self::Paid { .. } => NewsKind::Paid,
            Self::PaymentFailed => NewsKind::PaymentFailed,
            Self::Shipped { .. } => NewsKind::Shipped,
            Self::Delivered { .. } => NewsKind::Delivered,
            Self::Refunded { .. } => NewsKind::Refunded,
            Self::Canceled => NewsKind::Canceled,
        }
    }

    /// The amount that it is about.
    pub fn amount(self) -> Option<Money> {
        match self {
            Self::Paid { amount } | Self::Refunded { amount, .. } => Some(amount),
            Self::Placed
            | Self::PaymentFailed
            | Self::Shipped { .. }
            | Self::Delivered { .. }
            | Self::Canceled => None,
        }
    }

    /// The parcel that it is about.
    pub fn shipment(self) -> Option<ShipmentId> {
        match self {
            Self::Shipped { shipment } | Self::Delivered { shipment } => Some(shipment),
            Self::Placed
            | Self::Paid { .. }
            | Self::PaymentFailed
            | Self::Refunded { .. }
            | Self::Canceled => None,
        }
    }
}

/// News of one decision, each with when it happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Bulletin(Vec<(News, Timestamp)>);

impl Bulletin {
    /// Takes in an event, after it was applied; `settled` is whether all was taken before.
    pub(super) fn note(&mut self, order: &Order, event: &Event, settled: bool) {
        if let Event::Money(MoneyEvent::RefundReturned { refund, amount, .. }) = event {
            return self.lessen(*refund, *amount);
        }
        let Some(news) = order.news_of(event, settled) else { return };
        if !self.0.iter().any(|(known, _)| *known == news.0) {
            self.0.push(news);
        }
    }

    /// Of a refund that is told here a part did not go back after all.
    fn lessen(&mut self, returned: RefundId, by: Money) {
        for (news, _) in &mut self.0 {
            if let News::Refunded { refund, amount } = news
                && *refund == returned
            {
                amount.amount = amount.amount.saturating_sub(by.amount).max(0);
            }
        }
        self.0.retain(|(news, _)| news.amount().is_none_or(|amount| amount.amount > 0));
    }

    /// What follows from it: a letter, and word to everybody else.
    pub(super) fn effects(self, order: &Order) -> Vec<Effect> {
        let Some(draft) = order.draft.as_ref() else { return Vec::new() };
        let buyer: Option<UserId> = match draft.owner {
            Owner::User(user) => Some(user),
            Owner::Guest => None,
        };
        let told = |(news, at)| [Effect::Write { news, at }, Effect::Announce { news, buyer, at }];
        self.0.into_iter().flat_map(told).collect()
    }
}

impl Order {
    /// Whether all that it costs was taken.
    pub(super) fn is_settled(&self) -> bool {
        self.captured() > 0 && self.captured() >= self.price()
    }

    /// What an event means to the buyer, if anything; the order is as the event left it.
    fn news_of(&self, event: &Event, settled: bool) -> Option<(News, Timestamp)> {
        match event {
            Event::Placed { at, .. } => Some((News::Placed, *at)),
            Event::Paid { at, .. } | Event::Money(MoneyEvent::Captured { at, .. }) => {
                self.paid_now(settled).map(|news| (news, *at))
            }
            Event::PaymentNoted { status, at, .. } => {
                (*status == PaymentStatus::Failed && self.wants_money()).then_some((News::PaymentFailed, *at))
            }
            Event::Canceled { at, .. } => self.placed_at.map(|_| (News::Canceled, *at)),
            Event::Parcel(ParcelEvent::Shipped { shipment, at, .. }) => {
                Some((News::Shipped { shipment: *shipment }, *at))
            }
            Event::Parcel(ParcelEvent::Delivered { shipment, at }) => {
                Some((News::Delivered { shipment: *shipment }, *at))
            }
            Event::Money(event) => self.news_of_money(event),
            Event::Drafted { .. }
            | Event::LinesCanceled { .. }
            | Event::Adjusted { .. }
            | Event::Parcel(ParcelEvent::Packed { .. } | ParcelEvent::Unpacked { .. })
            | Event::Return(_)
            | Event::NoteAdded { .. } => None,
        }
    }

    fn news_of_money(&self, event: &MoneyEvent) -> Option<(News, Timestamp)> {
        let failed = |at: &Timestamp| self.wants_money().then_some((News::PaymentFailed, *at));
        match event {
            MoneyEvent::Refunded { refund, amount, at } => {
                Some((News::Refunded { refund: *refund, amount: *amount }, *at))
            }
            MoneyEvent::CaptureFailed { at, .. }
            | MoneyEvent::PaymentMoved {
                to: FurtherState::Failed { .. } | FurtherState::Expired, at, ..
            }
            | MoneyEvent::ReservationEnded { expired: true, at, .. } => failed(at),
            MoneyEvent::PaymentMoved {
                to:
                    FurtherState::Pending
                    | FurtherState::RequiresAction { .. }
                    | FurtherState::Authorized
                    | FurtherState::Captured
                    | FurtherState::Voided,
                ..
            }
            | MoneyEvent::ReservationEnded { expired: false, .. }
            | MoneyEvent::CaptureRequested { .. }
            | MoneyEvent::PaymentBegun { .. }
            | MoneyEvent::PaymentAsked { .. }
            | MoneyEvent::DueRequested { .. }
            | MoneyEvent::Captured { .. }
            | MoneyEvent::VoidRequested { .. }
            | MoneyEvent::RefundFailed { .. }
            | MoneyEvent::RefundReturned { .. }
            | MoneyEvent::DisputeClosed { .. } => None,
        }
    }

    fn paid_now(&self, settled: bool) -> Option<News> {
        let draft = self.draft.as_ref()?;
        let now = !settled && self.is_settled() && self.canceled.is_none();
        now.then(|| News::Paid { amount: draft.money(self.captured()) })
    }

    /// Whether it binds, and nobody has or reserves what it costs.
    fn wants_money(&self) -> bool {
        self.status() == Status::Placed && self.owed() > 0
    }
}
