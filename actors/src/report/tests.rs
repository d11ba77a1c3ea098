//! Days and ranges. `testkit/world/tests/world/reports.rs` has the projections.

use amazoff_supervisor::Timestamp;

use super::{DAYS_MAX, Day, Range, ReportError};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn a_day_has_one_spelling_and_is_one_of_utc() {
    assert_eq!(Day::of(Timestamp::from_unix_ms(1_767_225_599_999)).to_string(), "2025-12-31");
    assert_eq!(Day::of(Timestamp::from_unix_ms(1_767_225_600_000)).to_string(), "2026-01-01");
    assert_eq!(Day::of(Timestamp::from_unix_ms(-1)).to_string(), "1969-12-31");
    for odd in
        ["", "2026-1-1", "2026-02-30", "20260101", "2026-W01-1", "2026-001", "+2026-01-01", "2026-01-01T00"]
    {
        assert!(odd.parse::<Day>().is_err(), "{odd}");
    }
    assert_eq!(day("0001-01-01").to_string(), "0001-01-01");
    assert_eq!(day("2026-01-01").start(), Timestamp::from_unix_ms(1_767_225_600_000));
}

#[test]
fn a_range_has_each_day_once_and_an_end() {
    let range = Range::new(day("2024-02-28"), day("2024-03-01")).unwrap();
    assert_eq!(
        range.days().map(|day| day.to_string()).collect::<Vec<_>>(),
        ["2024-02-28", "2024-02-29", "2024-03-01"]
    );
    let one = day("2026-01-01");
    assert_eq!(Range::new(one, one).unwrap().days().count(), 1);
    let most = Range::new(day("2025-01-02").minus(1), day("2026-01-01")).unwrap();
    assert_eq!(i64::try_from(most.days().count()), Ok(DAYS_MAX));
    for (from, to) in
        [("2026-01-02", "2026-01-01"), ("2025-01-01", "2026-01-02"), ("0001-01-01", "9999-12-31")]
    {
        assert!(matches!(Range::new(day(from), day(to)), Err(ReportError::RangeInvalid)), "{from} {to}");
    }
    assert_eq!(Range::new(day("9999-12-31"), day("9999-12-31")).unwrap().days().count(), 1);
}
