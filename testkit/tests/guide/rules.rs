//! Given, when, then.

use std::time::Duration;

use amazoff_supervisor::{ReminderChange, Timestamp};
use amazoff_testkit::{Life, given};
use uuid::Uuid;

use crate::parking::{Command, Event, Parking, Rejection};

fn at(minute: u64) -> Timestamp {
    Timestamp::from_unix_ms(1_767_225_600_000).plus(Duration::from_secs(60) * u32::try_from(minute).unwrap())
}

#[test]
fn paying_holds_the_place_and_sets_a_reminder() {
    given::<Parking>([])
        .when(Command::Pay { minutes: 30 })
        .at(at(0))
        .then_events([Event::Paid { until: at(30) }])
        .then_reminders([ReminderChange::Set { name: "check".to_owned(), due_at: at(30) }])
        .then_reply(Some(at(30)))
        .then_state(|place| assert_eq!(place.fines, 0));
}

#[test]
fn paying_again_adds_to_what_is_left() {
    given::<Parking>([Event::Paid { until: at(30) }])
        .when(Command::Pay { minutes: 10 })
        .at(at(20))
        .then_events([Event::Paid { until: at(40) }]);
}

#[test]
fn a_free_place_cannot_be_left() {
    given::<Parking>([]).when(Command::Leave).then_rejects(Rejection::Free);
}

#[test]
fn a_reminder_that_is_out_of_date_does_nothing() {
    given::<Parking>([Event::Paid { until: at(30) }]).when(Command::Check).at(at(29)).then_nothing_happens();
}

#[test]
fn a_stay_from_the_first_coin_to_the_fine() {
    let mut place = Life::<Parking>::new(Uuid::from_u128(1));
    place.run(Command::Pay { minutes: 30 }).unwrap();
    place.advance(Duration::from_secs(31 * 60));
    place.run(Command::Check).unwrap();
    place.run(Command::Leave).unwrap();
    assert_eq!(place.state().fines, 1);
    assert_eq!(place.events().len(), 3);
}
