//! Carts that nobody comes back to.

use std::time::Duration;

use amazoff_supervisor::ReminderChange;
use amazoff_testkit::{Life, given};

use super::*;

const HOUR: Duration = Duration::from_hours(1);

fn hours(n: u32) -> Timestamp {
    START.plus(HOUR * n)
}

fn look_at(due_at: Timestamp) -> ReminderChange {
    ReminderChange::Set { name: "tidy".to_owned(), due_at }
}

#[test]
fn an_empty_cart_is_over_after_six_hours() {
    given::<Cart>([])
        .when(create(Owner::Guest))
        .then_reminders([look_at(hours(7))])
        .when(Command::Tidy)
        .at(hours(7))
        .then_events([Event::Abandoned { at: hours(7) }])
        .then_reminders([])
        .then_reply_is(|view| assert_eq!(view.status, "abandoned"))
        .when(add(1, 1))
        .then_rejects(Rejection::CartAbandoned);
}

/// Adding to a cart is the hot path: neither a reminder nor a note of the time, but once an hour.
#[test]
fn many_commands_within_an_hour_set_no_reminder_and_note_no_time() {
    let mut cart = Life::<Cart>::new(Uuid::from_u128(1));
    cart.run(create(Owner::Guest)).unwrap();
    for minute in 1..120_u64 {
        cart.set_now(START.plus(Duration::from_mins(minute)));
        let decision = cart.run(add(u128::from(minute % 7), 1)).unwrap();
        assert!(decision.reminders.is_empty(), "minute {minute}");
        let touched = decision.events.contains(&Event::Touched { at: cart.now() });
        assert_eq!(touched, minute == 60, "minute {minute}");
    }
}

#[test]
fn a_reminder_that_rings_early_is_set_again() {
    given::<Cart>(filled())
        .when(Command::Tidy)
        .at(hours(7))
        .then_events([])
        .then_reminders([look_at(hours(25))]);
}

#[test]
fn a_cart_with_something_in_it_is_left_after_a_day_and_over_after_a_month_or_three() {
    let kept = |owner, days: u32| {
        given::<Cart>(vec![created_for(owner), Event::LineAdded { line: line(1, 2) }])
            .when(Command::Tidy)
            .at(hours(25))
            .then_events([Event::Left { at: hours(25) }])
            .then_reminders([look_at(hours(days * 24 + 1))])
            .when(Command::Tidy)
            .at(hours(days * 24))
            .then_events([])
            .when(Command::Tidy)
            .at(hours(days * 24 + 1))
            .then_events([Event::Abandoned { at: hours(days * 24 + 1) }])
            .then_state(|cart| assert!(cart.lines.is_empty()));
    };
    kept(Owner::Guest, 30);
    kept(Owner::User(user(1)), 90);
}

#[test]
fn who_comes_back_to_a_cart_that_was_left_can_leave_it_again() {
    given::<Cart>(filled())
        .when(Command::Tidy)
        .at(hours(25))
        .then_events([Event::Left { at: hours(25) }])
        .when(add(1, 1))
        .at(hours(30))
        .then_events([
            Event::QuantitySet { line: line_id(1), quantity: pieces(3) },
            Event::Touched { at: hours(30) },
        ])
        .then_reminders([look_at(hours(55))])
        .when(Command::Tidy)
        .at(hours(55))
        .then_events([Event::Left { at: hours(55) }]);
}

/// CART-11: money may be attached to it.
#[test]
fn a_cart_whose_checkout_runs_is_never_over_however_long_that_takes() {
    let year = hours(365 * 24);
    given::<Cart>(claimed(1))
        .when(Command::Tidy)
        .at(year)
        .then_events([])
        .then_reminders([look_at(year.plus(HOUR * 6))])
        .when(release(1))
        .then_reply_is(|view| assert_eq!((view.status.as_str(), view.lines.len()), ("open", 1)));
}

#[test]
fn a_cart_that_became_an_order_needs_no_reminder_any_more() {
    given::<Cart>(claimed(1))
        .when(Command::Complete { attempt: 1, order: order() })
        .then_reminders([ReminderChange::Clear { name: "tidy".to_owned() }])
        .when(Command::Tidy)
        .then_nothing_happens();
}

#[test]
fn a_cart_from_before_gets_its_reminder_with_its_next_change() {
    let old = Event::Created { owner: Owner::Guest, currency: Currency::EUR, at: None };
    given::<Cart>([old])
        .when(add(1, 1))
        .then_events([Event::LineAdded { line: line(1, 1) }, Event::Touched { at: START }])
        .then_reminders([look_at(hours(25))]);
}

/// CART-12: nobody can order from it any more.
#[test]
fn what_a_guest_said_of_themselves_is_forgotten_with_the_cart() {
    let over = hours(30 * 24 + 1);
    let left = |owner| {
        let said = [Event::AddressSet(address()), Event::Left { at: hours(25) }];
        [vec![created_for(owner), Event::LineAdded { line: line(1, 2) }], said.to_vec()].concat()
    };
    given::<Cart>(left(Owner::Guest))
        .when(Command::Tidy)
        .at(over)
        .then_events([Event::Abandoned { at: over }])
        .then_effects([Effect::ForgetGuest { at: over }])
        .when(Command::Tidy)
        .then_nothing_happens();
    // What a person said is sealed with the person's key, which others need.
    let later = hours(90 * 24 + 1);
    given::<Cart>(left(Owner::User(user(1)))).when(Command::Tidy).at(later).then_effects([]);
    // A cart that was a guest's first has both.
    let adopted = [left(Owner::Guest), vec![Event::Adopted { user: user(1) }]].concat();
    given::<Cart>(adopted).when(Command::Tidy).at(later).then_effects([Effect::ForgetGuest { at: later }]);
    // Nothing was said to the cart; it does not know what a checkout was told.
    let soon = hours(7);
    given::<Cart>([created()]).when(Command::Tidy).at(soon).then_effects([Effect::ForgetGuest { at: soon }]);
    let adopted = [created(), Event::Adopted { user: user(1) }];
    given::<Cart>(adopted).when(Command::Tidy).at(soon).then_effects([Effect::ForgetGuest { at: soon }]);
    given::<Cart>([created_for(Owner::User(user(1)))]).when(Command::Tidy).at(soon).then_effects([]);
}
