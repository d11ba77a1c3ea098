//! The examples say what their first lines promise.
#![allow(clippy::duplicate_mod, reason = "each example brings what all of them share")]

#[path = "../examples/crash_and_replay.rs"]
mod crash_and_replay;
#[path = "../examples/hot_entity.rs"]
mod hot_entity;
#[path = "../examples/reminder.rs"]
mod reminder;
#[path = "../examples/saga.rs"]
mod saga;
#[path = "../examples/strategies.rs"]
mod strategies;

#[test]
fn a_cart_that_crashes_goes_on_and_is_replayed() {
    crash_and_replay::main();
    let said = crash_and_replay::shared::said();
    assert_eq!(
        said,
        [
            "tea is in, 1 in the cart",
            "tea is out again",
            "attempt 1 to take from the empty cart: the command was not committed: the command crashed (not-committed)",
            "attempt 2 to take from the empty cart: the command was not committed: the command crashed (not-committed)",
            "attempt 3 to take from the empty cart: the command is quarantined (command-quarantined)",
            "the cart goes on: milk is in, 1 in the cart",
            "-- the process ends, another one starts",
            "replayed from 3 events: [\"milk\"]",
            "click 4 again: 1 in the cart, replayed: true",
            "click 3 again: the command is quarantined",
        ]
    );
}

#[test]
fn strategies_and_policies_say_what_restarts() {
    strategies::main();
    let said = strategies::shared::said();
    assert_eq!(
        said,
        [
            "OneForOne, b is killed: +b",
            "OneForAll, b is killed: -c -a +a +b +c",
            "RestForOne, b is killed: -c +b +c",
            "Permanent, killed once: Running after 1 restarts",
            "Transient, killed once: Running after 1 restarts",
            "Temporary, killed once: Failed after 0 restarts",
            "Escalate, always failing: Failed, not tried again; its sibling is Stopped",
            "Degrade, always failing: Degraded, tried again later; its sibling is Running",
        ]
    );
}

#[test]
fn a_trip_is_booked_as_a_whole_or_undone_as_a_whole() {
    saga::main();
    let said = saga::shared::said();
    assert_eq!(
        said,
        [
            "first trip, Booked: started, step 0 reserved, step 1 reserved",
            "second trip, Cancelled: started, step 0 reserved, step 1 refused: nothing is left, step 0 undone",
            "of 5 seats and 1 room are left: 4 seats, 0 rooms",
            "5 effects took 6 deliveries",
        ]
    );
}

#[test]
fn a_timer_rings_after_the_process_that_set_it_is_gone() {
    reminder::main();
    let said = reminder::shared::said();
    assert_eq!(
        said,
        [
            "2026-01-01T00:00:00Z: two reservations are held for an hour",
            "one of them is paid",
            "-- the process ends; nothing runs for two hours",
            "2026-01-01T02:00:00Z: reminders that wait in the journal: 1",
            "the next process finds it and expires the unpaid one within a second",
            "an hour later the unpaid one is expired, after 2 events",
            "an hour later the paid one is paid, after 2 events",
        ]
    );
}

#[test]
fn a_thousand_callers_of_one_entity_share_few_commits() {
    hot_entity::main();
    let said = hot_entity::shared::said();
    let [alone, at_once, total] = &said[..] else { panic!("{said:?}") };
    assert_eq!(alone, "one after another: 1 commands per commit");
    let per_commit = at_once.split_whitespace().find_map(|word| word.parse::<u64>().ok());
    assert!(per_commit.is_some_and(|commands| commands > 50), "{at_once}");
    assert_eq!(total, "the counter stands at 1000, after 1000 events");
}
