use amazoff_testkit::golden;

use super::*;

#[test]
fn everything_that_a_rating_ever_stored_can_be_read() {
    let moved = Tally::default().moved(None, Some(stars(4))).unwrap();
    golden::<Rating>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events([counted(1, None, Some(5)), counted(1, Some(5), Some(3)), counted(1, Some(3), None)])
        .commands([Command::Count(delta(1, None, Some(5))), Command::Count(delta(1, Some(5), None))])
        .replies([moved])
        .rejections([Rejection::NotCounted])
        .check();
}
