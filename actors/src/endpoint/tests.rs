mod golden;

use std::collections::BTreeSet;
use std::time::Duration;

use amazoff_supervisor::{ReminderChange, Timestamp};
use amazoff_testkit::{Life, given};
use proptest::prelude::*;
use uuid::Uuid;

use super::rules::RETRY;
use super::*;
use crate::ids::{MessageId, UserId};

const AT: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);

fn owner() -> UserId {
    UserId::from(Uuid::from_u128(10))
}

fn wanted() -> BTreeSet<EventType> {
    [EventType::OrderPlaced, EventType::OrderPaid].into()
}

fn url() -> String {
    "https://hooks.example/shop".to_owned()
}

fn created() -> Event {
    Event::Created { url: url(), events: wanted(), by: owner(), at: AT }
}

fn enqueue(kind: EventType) -> Command {
    Command::Enqueue { kind, body: "{}".to_owned() }
}

fn attempt(at: Timestamp, status: Option<u16>) -> Attempt {
    Attempt { at, status, latency_ms: 12, excerpt: "ok".to_owned() }
}

/// An endpoint that was just made.
fn fresh() -> Life<Endpoint> {
    let mut life = Life::new(Uuid::from_u128(1));
    life.set_now(AT);
    life.happened([created()]);
    life
}

/// Sends an event; its message.
fn sends(life: &mut Life<Endpoint>) -> MessageId {
    life.run(enqueue(EventType::OrderPlaced)).unwrap().reply.message.unwrap()
}

/// An attempt ends now; whatever was under way.
fn hears(life: &mut Life<Endpoint>, message: MessageId, status: Option<u16>, now: Timestamp) -> Vec<Event> {
    life.set_now(now);
    let call = life.state().messages[&message].calls;
    let attempt = attempt(now, status);
    life.run(Command::NoteAttempt { message, call, attempt, retry_after_s: None }).unwrap().events
}

fn next_of(events: &[Event]) -> Next {
    let Event::Attempted { next, .. } = &events[0] else { panic!("an attempt was expected: {events:?}") };
    *next
}

#[test]
fn an_event_that_is_wanted_is_sent_and_others_are_not() {
    let mut life = fresh();
    let sent = life.run(enqueue(EventType::OrderPaid)).unwrap();
    let message = sent.reply.message.unwrap();
    assert_eq!(sent.effects, [Effect::Call { message, call: 1 }]);
    assert_eq!(life.state().messages[&message].stage, Stage::Calling);
    let other = life.run(enqueue(EventType::OrderCanceled)).unwrap();
    assert!(other.events.is_empty() && other.effects.is_empty());
    given::<Endpoint>([]).when(enqueue(EventType::OrderPaid)).then_rejects(Rejection::NotFound);
}

#[test]
fn attempts_are_repeated_with_the_recommended_pauses_and_then_given_up() {
    let mut life = fresh();
    let message = sends(&mut life);
    let mut now = AT;
    for seconds in [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000_u64] {
        let Next::Again { at } = next_of(&hears(&mut life, message, Some(500), now)) else {
            panic!("given up after less than all attempts")
        };
        let (pause, most) = (at.since(now), Duration::from_millis(seconds * 1_100));
        assert!(pause >= Duration::from_secs(seconds) && pause <= most, "{pause:?}");
        // Not before its time.
        life.set_now(Timestamp::from_unix_ms(at.unix_ms() - 1));
        assert!(life.run(Command::Retry).unwrap().events.is_empty());
        life.set_now(at);
        let call = life.state().messages[&message].calls + 1;
        assert_eq!(life.run(Command::Retry).unwrap().effects, [Effect::Call { message, call }]);
        now = at;
    }
    assert_eq!(next_of(&hears(&mut life, message, None, now)), Next::GivenUp);
    let state = life.state();
    assert_eq!((state.messages[&message].attempts.len(), state.pending()), (8, 0));
}

#[test]
fn a_receiver_is_left_alone_as_long_as_it_asks() {
    let mut life = fresh();
    let message = sends(&mut life);
    let note = |retry_after_s| Command::NoteAttempt {
        message,
        call: 1,
        attempt: attempt(AT, Some(429)),
        retry_after_s: Some(retry_after_s),
    };
    let mut patient = fresh();
    assert_eq!(sends(&mut patient), message);
    let events = life.run(note(600)).unwrap().events;
    assert_eq!(next_of(&events), Next::Again { at: AT.plus(Duration::from_mins(10)) });
    let events = patient.run(note(u32::MAX)).unwrap().events;
    assert_eq!(
        next_of(&events),
        Next::Again { at: AT.plus(Duration::from_hours(24)) },
        "and no longer than a day"
    );
}

/// HOOK-2: what is told twice, or too late, changes nothing.
#[test]
fn an_attempt_counts_once() {
    let mut life = fresh();
    let message = sends(&mut life);
    let note =
        |call| Command::NoteAttempt { message, call, attempt: attempt(AT, Some(204)), retry_after_s: None };
    assert!(life.run(note(2)).unwrap().events.is_empty());
    assert_eq!(next_of(&life.run(note(1)).unwrap().events), Next::Delivered);
    assert!(life.run(note(1)).unwrap().events.is_empty());
    assert!(life.run(Command::Retry).unwrap().events.is_empty());
}

#[test]
fn a_receiver_that_takes_nothing_for_five_days_is_turned_off_and_its_owner_told() {
    let mut life = fresh();
    let first = sends(&mut life);
    hears(&mut life, first, Some(500), AT);
    let nearly = Timestamp::from_unix_ms(AT.plus(FAILING_MAX).unix_ms() - 1);
    life.set_now(nearly);
    let second = sends(&mut life);
    assert_eq!(hears(&mut life, second, Some(500), nearly).len(), 1);
    let later = AT.plus(FAILING_MAX);
    life.set_now(later);
    let third = sends(&mut life);
    let note =
        Command::NoteAttempt { message: third, call: 1, attempt: attempt(later, None), retry_after_s: None };
    let decision = life.run(note).unwrap();
    assert_eq!(decision.events[1], Event::Disabled { why: DisabledFor::Failing, at: later });
    assert_eq!(decision.effects, [Effect::Tell { user: owner(), at: later }]);
    assert_eq!(decision.reminders, [ReminderChange::Clear { name: RETRY.to_owned() }], "HOOK-4");
    assert!(life.run(enqueue(EventType::OrderPaid)).unwrap().events.is_empty());
    assert_eq!(life.run(Command::Replay { message: first }).unwrap_err(), Rejection::Disabled);
    // What waits goes on when it is on again.
    let enabled = life.run(Command::Enable).unwrap();
    assert!(matches!(enabled.reminders[..], [ReminderChange::Set { .. }]));
    assert_eq!(life.state().failing_since, None);
    let due = life.run(Command::Retry).unwrap();
    assert!(due.effects.contains(&Effect::Call { message: first, call: 2 }), "{:?}", due.effects);
}

#[test]
fn one_that_is_taken_in_between_begins_the_days_anew() {
    let mut life = fresh();
    let first = sends(&mut life);
    hears(&mut life, first, Some(500), AT);
    let later = AT.plus(FAILING_MAX);
    life.set_now(later);
    let second = sends(&mut life);
    hears(&mut life, second, Some(200), later);
    let third = sends(&mut life);
    assert_eq!(hears(&mut life, third, Some(500), later).len(), 1);
    assert_eq!(life.state().failing_since, Some(later));
}

#[test]
fn a_receiver_that_is_gone_is_turned_off_at_once() {
    let mut life = fresh();
    let message = sends(&mut life);
    let events = hears(&mut life, message, Some(410), AT);
    assert_eq!(next_of(&events), Next::GivenUp);
    assert_eq!(events[1], Event::Disabled { why: DisabledFor::Gone, at: AT });
}

#[test]
fn a_message_is_sent_anew_under_its_own_id() {
    let mut life = fresh();
    let message = sends(&mut life);
    let replay = || Command::Replay { message };
    assert!(life.run(replay()).unwrap().events.is_empty(), "it is just being sent");
    hears(&mut life, message, Some(200), AT);
    assert_eq!(life.run(replay()).unwrap().effects, [Effect::Call { message, call: 2 }]);
    assert_eq!(life.state().pending(), 1);
    assert_eq!(next_of(&hears(&mut life, message, Some(200), AT)), Next::Delivered);
    assert_eq!((life.state().pending(), life.state().done.len()), (0, 1));
    let unknown = MessageId::from(Uuid::from_u128(99));
    assert_eq!(life.run(Command::Replay { message: unknown }).unwrap_err(), Rejection::DeliveryNotFound);
}

/// HOOK-5.
#[test]
fn a_secret_is_replaced_and_the_one_before_counts_for_a_day() {
    given::<Endpoint>([created()])
        .when(Command::RotateSecret)
        .at(AT)
        .then_events([Event::SecretRotated { old_until: AT.plus(OLD_SECRET_FOR) }])
        .then_reply(Reply { generation: 1, message: None })
        .then_state(|endpoint| assert_eq!(endpoint.old_until, Some(AT.plus(Duration::from_hours(24)))));
}

#[test]
fn what_is_deleted_is_gone_for_good() {
    let mut life = fresh();
    let message = sends(&mut life);
    life.run(Command::Delete).unwrap();
    let late =
        Command::NoteAttempt { message, call: 1, attempt: attempt(AT, Some(200)), retry_after_s: None };
    assert!(life.run(late).unwrap().events.is_empty());
    let create = Command::Create { url: url(), events: wanted(), by: owner() };
    for command in [create, Command::Enable, Command::Disable, Command::RotateSecret, Command::Delete] {
        assert_eq!(life.run(command).unwrap_err(), Rejection::NotFound);
    }
    assert!(life.state().messages.is_empty());
}

/// HOOK-3.
#[test]
fn only_so_many_messages_wait_and_are_kept() {
    let mut life = fresh();
    let sent: Vec<MessageId> = (0..PENDING_MAX).map(|_| sends(&mut life)).collect();
    assert_eq!(life.run(enqueue(EventType::OrderPaid)).unwrap_err(), Rejection::TooManyDeliveries);
    for message in &sent {
        hears(&mut life, *message, Some(200), AT);
    }
    let state = life.state();
    assert_eq!((state.pending(), state.messages.len(), state.done.len()), (0, DONE_MAX, DONE_MAX));
    assert!(state.messages.contains_key(&sent[PENDING_MAX - 1]) && !state.messages.contains_key(&sent[0]));
}

proptest! {
    /// HOOK-2, HOOK-3: whatever happens, what waits and what is done make up all that is kept, and no call is begun twice.
    #[test]
    fn any_sequence_keeps_the_books_of_an_endpoint(steps in proptest::collection::vec((0..7_u8, 0..6_usize), 0..80)) {
        let mut life = fresh();
        let (mut sent, mut calls, mut now) = (Vec::new(), BTreeSet::new(), AT);
        for (step, pick) in steps {
            let message = sent.get(pick).copied();
            let known = message.and_then(|message| life.state().messages.get(&message).map(|known| known.calls));
            let command = match (step, message.zip(known)) {
                (0, _) => enqueue(EventType::OrderPlaced),
                (1, _) => Command::Retry,
                (2, Some((message, _))) => Command::Replay { message },
                (3, Some((message, call))) => {
                    Command::NoteAttempt { message, call, attempt: attempt(now, Some(200)), retry_after_s: None }
                }
                (4, Some((message, call))) => {
                    Command::NoteAttempt { message, call, attempt: attempt(now, None), retry_after_s: Some(9) }
                }
                (5, _) => Command::Disable,
                (6, _) => Command::Enable,
                _ => continue,
            };
            now = now.plus(Duration::from_hours(3));
            life.set_now(now);
            if let Ok(decision) = life.run(command) {
                sent.extend(decision.reply.message.filter(|message| !sent.contains(message)));
                for effect in decision.effects {
                    if let Effect::Call { message, call } = effect {
                        prop_assert!(calls.insert((message, call)), "{} is called twice", call);
                    }
                }
            }
            let state = life.state();
            let done = |stage| matches!(stage, Stage::Delivered | Stage::GivenUp);
            let counted = state.messages.values().filter(|message| done(message.stage)).count();
            prop_assert_eq!(counted, state.done.len());
        }
    }
}
