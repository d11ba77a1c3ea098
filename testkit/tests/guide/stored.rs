//! Everything that was ever stored can be read.

use amazoff_supervisor::Timestamp;
use amazoff_testkit::golden;

use crate::parking::{Command, Event, Parking, Rejection};

#[test]
fn golden_files() {
    let at = Timestamp::from_unix_ms(1_767_225_600_000);
    golden::<Parking>(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/guide/golden"))
        .events([Event::Paid { until: at }, Event::Left, Event::Fined])
        .commands([Command::Pay { minutes: 30 }, Command::Leave, Command::Check])
        .replies([Some(at), None])
        .rejections([Rejection::TooLong { most: 120 }, Rejection::Free])
        .check();
}
