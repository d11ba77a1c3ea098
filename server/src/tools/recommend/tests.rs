//! What the evaluation says of orders whose structure is known.

use super::log::Log;
use super::measure::{Figures, Split, evaluate};

fn log(csv: &str) -> Log {
    Log::read(csv.as_bytes()).unwrap()
}

/// Orders of A with B, of C with D, and many of E alone.
fn pairs(orders: usize) -> Log {
    let mut csv = "order_id,product_id,time\n".to_owned();
    for n in 0..orders {
        let (one, other) = if n % 2 == 0 { ("A", "B") } else { ("C", "D") };
        let rows = format!("{n:04},{one},{n}\n{n:04},{other},{n}\nalone{n:04},E,{n}\n");
        csv.push_str(&rows);
    }
    log(&csv)
}

#[test]
fn what_always_comes_together_is_always_found() {
    for split in [Split::Time, Split::LeaveOneOut] {
        let (together, popularity) = evaluate(&pairs(20), split);
        assert_eq!(together.coverage_10, 1_000);
        assert!(popularity.tried > 0 && together.tried == popularity.tried);
        assert_eq!(
            (together.hit_rate_5, together.hit_rate_10),
            (1_000, 1_000),
            "of five products ten are all"
        );
    }
}

#[test]
fn planted_structure_is_found_far_better_than_what_sells_and_alike_for_the_same_seed() {
    for split in [Split::Time, Split::LeaveOneOut] {
        let (together, popularity) = evaluate(&Log::made_up(1), split);
        assert!(together.tried > 500, "{together:?}");
        assert!(together.hit_rate_5 > 2 * popularity.hit_rate_5, "{together:?} {popularity:?}");
        assert!(together.hit_rate_10 > popularity.hit_rate_10, "{together:?} {popularity:?}");
        assert!(together.coverage_10 > 3 * popularity.coverage_10, "{together:?} {popularity:?}");
        assert!(together.hit_rate_10 >= together.hit_rate_5 && together.hit_rate_10 <= 1_000);
        assert_eq!(evaluate(&Log::made_up(1), split), (together, popularity));
    }
    assert_ne!(Log::made_up(1), Log::made_up(2));
}

#[test]
fn a_file_may_come_in_any_order_and_with_either_kind_of_time() {
    let forth = log(
        "order_id,product_id,time\n1,A,2026-01-01T00:00:00Z\n1,B,2026-01-01T00:00:00Z\n2,C,2026-01-02T00:00:00Z\n",
    );
    let back = log("time,product_id,order_id\n20,C,2\n10,A,1\n10,B,1\n10,B,1\n");
    assert_eq!(forth, back);
    assert_eq!(forth.products(), 3);
    assert_eq!(forth.orders.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn a_file_that_cannot_be_read_is_refused_with_the_row() {
    for (csv, says) in [
        ("order_id,product_id\n1,A\n", "time"),
        ("order_id,product_id,time\n1,A\n", "record"),
        ("order_id,product_id,time\n1,A,5\n1,B,yesterday\n", "row 2"),
    ] {
        let refused = Log::read(csv.as_bytes()).unwrap_err();
        assert!(refused.contains(says), "{refused}");
    }
}

#[test]
fn nothing_to_try_is_no_figure() {
    assert_eq!(
        evaluate(&log("order_id,product_id,time\n"), Split::Time),
        (Figures::default(), Figures::default())
    );
}
