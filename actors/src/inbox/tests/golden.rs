use amazoff_testkit::golden;

use super::*;
use crate::ids::{EndpointId, RefundId, ShipmentId};
use crate::money::Money;

fn news() -> [News; 7] {
    let shipment = ShipmentId::from(Uuid::from_u128(14));
    let (refund, amount) = (RefundId::from(Uuid::from_u128(13)), Money::eur(999));
    [
        News::Placed,
        News::Paid { amount },
        News::PaymentFailed,
        News::Shipped { shipment },
        News::Delivered { shipment },
        News::Refunded { refund, amount },
        News::Canceled,
    ]
}

fn of(news: News) -> Matter {
    Matter::Order { order: OrderId::from(Uuid::from_u128(2)), news }
}

fn disabled() -> Matter {
    Matter::EndpointDisabled { endpoint: EndpointId::from(Uuid::from_u128(3)) }
}

#[test]
fn everything_that_an_inbox_ever_stored_can_be_read() {
    let preferences = || Preferences::without(NewsKind::ALL);
    golden::<Inbox>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events(news().map(|news| Event::Arrived { notice: Notice { seq: 7, matter: of(news), at: AT } }))
        .events([
            Event::Read { upto: 7, at: AT },
            Event::PreferencesSet { preferences: preferences(), at: AT },
        ])
        .commands(news().map(|news| Command::Put { matter: of(news), at: AT }))
        .events([Event::Arrived { notice: Notice { seq: 8, matter: disabled(), at: AT } }])
        .commands([Command::Put { matter: disabled(), at: AT }])
        .commands([Command::MarkRead { upto: 7 }, Command::SetPreferences { preferences: preferences() }])
        .commands(NewsKind::ALL.map(|kind| Command::Mute { kind }))
        .replies([Receipt { newest: 7, read_upto: 6, unread: 1 }])
        .rejections([Rejection::NotArrived { newest: 7 }])
        .check();
}
