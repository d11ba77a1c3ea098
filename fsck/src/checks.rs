//! What is known of the entities against each other. All of it is as of one moment, so all of it must agree.

mod claims;
mod coupons;
mod in_flight;
mod money;
mod orders;
mod payments;
mod reviews;
mod stock;

use amazoff_supervisor::Timestamp;

use crate::books::Page;
use crate::facts::Facts;
use crate::finding::Report;
use crate::in_flight::Sums;

/// Checks everything but the provider's book.
pub(crate) fn run(facts: &Facts, now: Timestamp, report: &mut Report) {
    let under_way = Sums::of(facts);
    stock::adds_up(facts, &under_way, report);
    stock::holds_have_owners(facts, report);
    coupons::keep_their_limits(facts, report);
    coupons::have_their_orders(facts, report);
    orders::carts_become_one_order(facts, report);
    orders::placed_ones_are_covered(facts, report);
    orders::checkouts_move(facts, report);
    payments::they_move(facts, now, report);
    money::adds_up(facts, &under_way, report);
    in_flight::clears(facts, &under_way, report);
    reviews::are_counted(facts, &under_way, report);
    reviews::keep_their_rules(facts, report);
    claims::agree(facts, report);
}

/// Checks the provider's book, as it was before and after.
pub(crate) fn provider(facts: &Facts, (before, after): (Option<&Page>, Option<&Page>), report: &mut Report) {
    if let (Some(before), Some(after)) = (before, after) {
        money::agrees_with(facts, before, after, report);
    }
}
