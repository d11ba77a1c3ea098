//! Step × fault → outcome, for every course that money takes.
//!
//! A course is run once undisturbed: its transactions, in order, are the steps. Then it is run once for each step and each
//! fault that the step can have, in a world of its own; the shop must bring it to its end by itself. What the caller was
//! told and what came of it is compared with `docs/fault-matrix.md`; `MATRIX=write` writes the page anew.
//!
//! Whatever the page says: in every run the books balance, nothing is left under way, and the end is one that the course
//! allows.

mod after;
mod course;
mod fault;
mod page;
mod run;

use course::Course;

macro_rules! courses {
    ($($(#[$comment:meta])* $name:ident: $course:ident,)*) => {$(
        $(#[$comment])*
        #[test]
        fn $name() {
            page::check(Course::$course, &run::matrix(Course::$course));
        }
    )*};
}

courses! {
    /// T-O4 (b), T-Y8 (b).
    a_purchase_ends_well_whatever_fails: Buy,
    /// T-P5 (b): the code is used once when it was bought with it, else not at all.
    a_purchase_with_a_code_ends_well_whatever_fails: BuyWithCode,
    /// T-Y1 (b).
    a_purchase_whose_answer_is_lost_ends_well_whatever_fails: LostAnswer,
    /// T-C8 (b), T-S3 (b).
    a_declined_purchase_ends_undone_whatever_fails: Decline,
    a_purchase_that_asks_its_shopper_ends_well_whatever_fails: Confirm,
    /// T-O5 (b), T-S3 (b).
    a_purchase_that_its_shopper_abandons_ends_undone_whatever_fails: Abandon,
    /// T-S4 (b).
    an_order_that_is_called_off_is_refunded_once_whatever_fails: CallOff,
    /// T-Y2 (b).
    a_refund_is_made_once_whatever_fails: Refund,
    a_return_is_refunded_and_restocked_once_whatever_fails: Return,
    a_parcel_takes_its_money_once_whatever_fails: SendToPay,
}

#[test]
fn the_page_has_a_table_of_every_course_and_no_empty_cell() {
    page::is_whole();
}
