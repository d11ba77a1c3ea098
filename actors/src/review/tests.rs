mod golden;

use std::marker::PhantomData;
use std::time::Duration;

use amazoff_supervisor::{Entity, Sealed, Timestamp};
use amazoff_testkit::{Given, Life};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::{OrderId, ProductId, ReviewId, UserId};
use crate::rating::{Delta, Stars, Tally};

const NOON: Timestamp = Timestamp::from_unix_ms(1_767_268_800_000);

fn at(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

fn stars(n: u8) -> Stars {
    Stars::try_from(n).unwrap()
}

fn user(n: u128) -> UserId {
    UserId::from(Uuid::from_u128(n))
}

fn author() -> UserId {
    user(1)
}

fn product() -> ProductId {
    ProductId::from(Uuid::from_u128(2))
}

fn id() -> ReviewId {
    ReviewId::of(author(), product())
}

/// The review after these events.
fn review(events: impl IntoIterator<Item = Event>) -> Given<Review> {
    amazoff_testkit::given(events).entity(id().uuid())
}

fn sealed(data: &str) -> Sealed<Text> {
    Sealed::Box { person: author().uuid(), data: data.to_owned(), shape: PhantomData }
}

fn said(number: u32, n: u8, data: &str) -> Revision {
    Revision { number, stars: stars(n), text: sealed(data), at: NOON }
}

fn submitted(n: u8) -> Event {
    Event::Submitted { product: product(), author: author(), revision: said(1, n, "text") }
}

fn submit(n: u8) -> Command {
    let text = sealed("text");
    Command::Submit(Submission { product: product(), author: author(), stars: stars(n), text })
}

fn edit(revision: u32, n: Option<u8>, text: Option<&str>) -> Command {
    Command::Edit(Edit { revision, stars: n.map(stars), text: text.map(sealed) })
}

fn published() -> Event {
    Event::Published { at: NOON, by: user(9) }
}

fn approve(revision: u32) -> Command {
    Command::Approve { revision, by: user(9) }
}

fn counted(turn: u64) -> Event {
    Event::Counted { turn }
}

fn count(turn: u64, from: Option<u8>, to: Option<u8>) -> Effect {
    let delta = Delta { review: id(), turn, from: from.map(stars), to: to.map(stars) };
    Effect::Count { product: product(), delta }
}

fn order(n: u128) -> OrderId {
    OrderId::from(Uuid::from_u128(100 + n))
}

fn bought(n: u128, stands: bool) -> Event {
    Event::PurchaseNoted { order: order(n), buyer: author(), product: product(), stands }
}

fn note(n: u128, stands: bool) -> Command {
    Command::NotePurchase { order: order(n), buyer: author(), product: product(), stands }
}

/// A review with five stars that everybody sees.
fn seen() -> Vec<Event> {
    vec![submitted(5), published(), counted(1)]
}

fn and(mut events: Vec<Event>, more: impl IntoIterator<Item = Event>) -> Vec<Event> {
    events.extend(more);
    events
}

#[test]
fn a_review_waits_for_a_moderator_and_nothing_is_counted() {
    review([])
        .when(submit(5))
        .at(NOON)
        .then_events([submitted(5)])
        .then_effects([])
        .then_state(|review| assert_eq!((review.status, review.shown.is_some()), (Status::Submitted, false)));
}

/// REV-1: the id follows from person and product, so a second one is the same entity.
#[test]
fn a_person_has_one_review_of_a_product() {
    for events in [vec![submitted(5)], seen(), and(seen(), [flagged(3)])] {
        review(events).when(submit(1)).then_rejects(Rejection::Exists);
    }
    amazoff_testkit::given::<Review>([])
        .entity(Uuid::from_u128(77))
        .when(submit(1))
        .then_rejects(Rejection::NotFound);
    assert_ne!(ReviewId::of(user(3), product()), id());
}

fn flagged(by: u128) -> Event {
    Event::Flagged { reason: Reason::Spam, at: NOON, by: user(by) }
}

/// REV-2, T-R1: the rating counts first, then the review is shown.
#[test]
fn what_is_approved_is_counted_before_it_is_shown() {
    review([submitted(5)])
        .when(approve(1))
        .at(NOON)
        .then_events([published()])
        .then_effects([count(1, None, Some(5))])
        .then_state(|review| assert_eq!(review.shown, None));
    review([submitted(5), published()])
        .when(Command::NoteCounted { turn: 1 })
        .then_events([counted(1)])
        .then_state(|review| assert_eq!(review.shown.as_ref().unwrap().revision, said(1, 5, "text")));
}

/// REV-2 and REV-3: an edit takes the old text away only after its stars are no longer counted, and shows nothing new.
#[test]
fn an_edit_is_read_again_and_what_was_shown_goes_after_its_stars() {
    let edited = Event::Edited { revision: Revision { at: at(5), ..said(2, 2, "other") } };
    review(seen())
        .when(edit(1, Some(2), Some("other")))
        .at(at(5))
        .then_events([edited.clone()])
        .then_effects([count(2, Some(5), None)])
        .then_state(|review| {
            assert_eq!(review.status, Status::Submitted);
            assert_eq!(review.shown.as_ref().unwrap().revision, said(1, 5, "text"));
        });
    review(and(seen(), [edited.clone()]))
        .when(Command::NoteCounted { turn: 2 })
        .then_state(|review| assert_eq!(review.shown, None));
    review(and(seen(), [edited]))
        .when(approve(2))
        .then_effects([count(3, None, Some(2))])
        .then_state(|review| assert_eq!(review.revisions.len(), 2, "the history is kept"));
}

#[test]
fn an_answer_to_an_older_change_shows_nothing() {
    let removed = Event::Removed { reason: Reason::Spam, at: NOON, by: user(9) };
    review([submitted(5), published(), removed])
        .when(Command::NoteCounted { turn: 1 })
        .then_events([counted(1)])
        .then_state(|review| assert_eq!(review.shown, None));
    review(seen()).when(Command::NoteCounted { turn: 1 }).then_nothing_happens();
}

#[test]
fn an_edit_that_changes_nothing_is_not_read_again() {
    review(seen()).when(edit(1, Some(5), None)).then_nothing_happens();
    review(seen()).when(edit(3, Some(4), None)).then_rejects(Rejection::Changed { revision: 1 });
}

#[test]
fn a_moderator_judges_the_version_that_was_read() {
    let edited = Event::Edited { revision: said(2, 5, "worse") };
    review([submitted(5), edited.clone()]).when(approve(1)).then_rejects(Rejection::Changed { revision: 2 });
    review([submitted(5), edited])
        .when(Command::Reject { revision: 1, reason: Reason::Spam, by: user(9) })
        .then_rejects(Rejection::Changed { revision: 2 });
}

#[test]
fn a_rejected_review_can_be_changed_or_approved_after_all() {
    let rejected = Event::Rejected { reason: Reason::OffTopic, at: NOON, by: user(9) };
    review([submitted(5), rejected.clone()]).when(approve(1)).then_effects([count(1, None, Some(5))]);
    review([submitted(5), rejected.clone()])
        .when(edit(1, None, Some("better")))
        .then_state(|review| assert_eq!((review.status, review.refused), (Status::Submitted, None)));
    review([submitted(5), rejected])
        .when(Command::Remove { reason: Reason::Spam, by: user(9) })
        .then_rejects(Rejection::NotOpen { status: Status::Rejected });
}

#[test]
fn a_removed_review_stays_removed_for_its_author_but_can_be_restored() {
    let removed = Event::Removed { reason: Reason::Offensive, at: NOON, by: user(9) };
    let gone = and(seen(), [removed]);
    for command in [submit(5), edit(1, Some(1), None), Command::Withdraw] {
        review(gone.clone()).when(command).then_rejects(Rejection::Removed);
    }
    review(gone.clone()).when(Command::Vote { by: user(3) }).then_rejects(Rejection::NotFound);
    review(gone)
        .when(Command::Restore { by: user(9) })
        .then_effects([count(3, None, Some(5))])
        .then_state(|review| assert_eq!(review.status, Status::Published));
}

#[test]
fn a_withdrawn_review_is_absent_and_can_be_handed_in_again() {
    review(seen())
        .when(Command::Withdraw)
        .at(NOON)
        .then_events([Event::Withdrawn { at: NOON }])
        .then_effects([count(2, Some(5), None)]);
    let gone = and(seen(), [Event::Withdrawn { at: NOON }, counted(2)]);
    review(gone.clone()).when(Command::Withdraw).then_nothing_happens();
    review(gone.clone()).when(approve(1)).then_rejects(Rejection::NotFound);
    review(gone.clone()).when(edit(1, Some(1), None)).then_rejects(Rejection::NotFound);
    review(gone).when(submit(3)).then_state(|review| {
        assert_eq!((review.status, review.newest().unwrap().number), (Status::Submitted, 2));
    });
}

/// REV-5.
#[test]
fn others_find_it_helpful_once() {
    review(seen())
        .when(Command::Vote { by: user(3) })
        .then_events([Event::Voted { by: user(3) }])
        .then_effects([])
        .then_state(|review| assert_eq!(review.helpful(), 1));
    let voted = and(seen(), [Event::Voted { by: user(3) }]);
    review(voted.clone()).when(Command::Vote { by: user(3) }).then_nothing_happens();
    review(voted)
        .when(Command::TakeVoteBack { by: user(3) })
        .then_state(|review| assert_eq!(review.helpful(), 0));
    review(seen()).when(Command::TakeVoteBack { by: user(3) }).then_nothing_happens();
    review(seen()).when(Command::Vote { by: author() }).then_rejects(Rejection::Own);
    review([submitted(5)]).when(Command::Vote { by: user(3) }).then_rejects(Rejection::NotFound);
}

#[test]
fn a_complaint_sends_it_to_a_moderator_and_leaves_it_counted() {
    review(seen())
        .when(Command::Flag { by: user(3), reason: Reason::Spam })
        .at(NOON)
        .then_events([flagged(3)])
        .then_effects([])
        .then_state(|review| assert!(review.status == Status::Flagged && review.shown.is_some()));
    let restored = and(seen(), [flagged(3), Event::Restored { at: NOON, by: user(9) }]);
    review(restored.clone())
        .when(Command::Flag { by: user(3), reason: Reason::Other })
        .then_nothing_happens();
    review(restored)
        .when(Command::Flag { by: user(4), reason: Reason::Other })
        .then_state(|review| assert_eq!((review.status, review.flags.len()), (Status::Flagged, 1)));
    review(seen()).when(Command::Flag { by: author(), reason: Reason::Spam }).then_rejects(Rejection::Own);
}

#[test]
fn a_new_text_can_be_complained_about_again() {
    let edited = Event::Edited { revision: said(2, 5, "other") };
    review(and(seen(), [flagged(3), edited, published()]))
        .when(Command::Flag { by: user(3), reason: Reason::Spam })
        .then_state(|review| assert_eq!(review.status, Status::Flagged));
}

/// REV-4.
#[test]
fn it_is_verified_while_an_order_stands_whenever_that_is_told() {
    review([bought(1, true)]).when(submit(5)).then_state(|review| assert!(review.is_verified()));
    review(and(seen(), [bought(1, true)]))
        .when(note(1, false))
        .then_effects([])
        .then_state(|review| assert!(!review.is_verified()));
    review([bought(1, true), bought(2, true)])
        .when(note(1, false))
        .then_state(|review| assert!(review.is_verified()));
    review([bought(1, false)]).when(note(1, false)).then_nothing_happens();
    // An order of somebody else's, or of something else.
    amazoff_testkit::given::<Review>([])
        .entity(Uuid::from_u128(77))
        .when(note(1, true))
        .then_nothing_happens();
}

/// REV-6.
#[test]
fn everything_that_grows_has_an_end() {
    let mut review = Life::<Review>::new(id().uuid());
    review.run(submit(1)).unwrap();
    for number in 1..u32::try_from(REVISIONS_MAX).unwrap() {
        review.run(edit(number, Some(u8::from(number % 2 == 1) + 1), None)).unwrap();
    }
    let last = u32::try_from(REVISIONS_MAX).unwrap();
    let refused = review.run(edit(last, Some(5), None));
    assert!(matches!(refused, Err(Rejection::TooManyRevisions)), "{refused:?}");
    for n in 0..=PURCHASES_MAX {
        review.run(note(u128::try_from(n).unwrap(), true)).unwrap();
    }
    assert_eq!(review.state().purchases.len(), PURCHASES_MAX);
    review.run(approve(last)).unwrap();
    for n in 0..=FLAGS_MAX {
        let by = user(1_000 + u128::try_from(n).unwrap());
        review.run(Command::Flag { by, reason: Reason::Spam }).unwrap();
    }
    assert_eq!(review.state().flags.len(), FLAGS_MAX);
    let mut full = review.state().clone();
    full.votes = (0..VOTES_MAX).map(|n| user(5_000 + u128::try_from(n).unwrap())).collect();
    assert_eq!(full.vote(user(3), &context()).map(|_| ()), Err(Rejection::TooManyVotes));
    assert!(full.vote(user(5_000), &context()).is_ok(), "who voted before has voted");
}

fn context() -> amazoff_supervisor::Context {
    amazoff_supervisor::Context {
        entity: amazoff_supervisor::EntityId::new(Review::KIND, id().uuid()),
        now: NOON,
        command_id: amazoff_supervisor::CommandId::derived(&[b"x"]),
        principal: amazoff_supervisor::Principal::System,
    }
}

#[test]
fn a_text_has_bounds_and_no_control_characters() {
    let text = |title: &str, body: &str, name: Option<&str>| Text {
        title: title.to_owned(),
        body: body.to_owned(),
        name: name.map(str::to_owned),
    };
    let good = text("  Good ", "It holds.\r\nFor now.\n", Some(" Ann "));
    assert_eq!(good.checked(), Ok(text("Good", "It holds.\nFor now.", Some("Ann"))));
    let long = "x".repeat(BODY_CHARS_MAX + 1);
    for (bad, field) in [
        (text("", "b", None), "title"),
        (text("a\nb", "b", None), "title"),
        (text(&"ä".repeat(TITLE_CHARS_MAX + 1), "b", None), "title"),
        (text("t", " \n ", None), "body"),
        (text("t", &long, None), "body"),
        (text("t", "a\u{7}b", None), "body"),
        (text("t", "b", Some("")), "name"),
        (text("t", "b", Some(&"n".repeat(NAME_CHARS_MAX + 1))), "name"),
    ] {
        let refused = bad.checked().unwrap_err();
        assert!(matches!(&refused, Rejection::Invalid { field: of, .. } if of == field), "{refused:?}");
    }
    assert!(text(&"ä".repeat(TITLE_CHARS_MAX), "b", None).checked().is_ok());
}

#[test]
fn a_change_says_what_it_changes() {
    let old = Text { title: "t".to_owned(), body: "b".to_owned(), name: Some("Ann".to_owned()) };
    let change = |title: Option<&str>, name: Option<Option<&str>>| Change {
        title: title.map(str::to_owned),
        name: name.map(|name| name.map(str::to_owned)),
        ..Change::default()
    };
    assert_eq!(change(None, None).of(&old), Ok(None));
    assert_eq!(change(Some(" t "), Some(Some("Ann"))).of(&old), Ok(None));
    assert_eq!(change(None, Some(None)).of(&old).unwrap().unwrap(), Text { name: None, ..old.clone() });
    assert!(change(Some(""), None).of(&old).is_err());
}

fn any_command() -> impl Strategy<Value = Command> {
    let who = || (1..5_u128).prop_map(user);
    let revision = || 1..5_u32;
    prop_oneof![
        2 => (1..=5_u8).prop_map(submit),
        2 => (revision(), proptest::option::of(1..=5_u8), proptest::option::of("[a-c]"))
            .prop_map(|(revision, stars, text)| edit(revision, stars, text.as_deref())),
        1 => Just(Command::Withdraw),
        1 => who().prop_map(|by| Command::Vote { by }),
        1 => who().prop_map(|by| Command::TakeVoteBack { by }),
        1 => who().prop_map(|by| Command::Flag { by, reason: Reason::Spam }),
        3 => revision().prop_map(approve),
        1 => revision().prop_map(|revision| Command::Reject { revision, reason: Reason::Other, by: user(9) }),
        1 => Just(Command::Remove { reason: Reason::Fake, by: user(9) }),
        1 => Just(Command::Restore { by: user(9) }),
        1 => (0..3_u128, any::<bool>()).prop_map(|(n, stands)| note(n, stands)),
    ]
}

proptest! {
    /// Whatever is asked, and however late the rating answers: its changes add up to what is to be counted (T-R2), and what is
    /// shown was approved and is counted (T-R1).
    #[test]
    fn what_is_shown_is_counted_whenever_the_rating_answers(
        steps in proptest::collection::vec((any_command(), 0..3_usize), 0..60),
    ) {
        let mut review = Life::<Review>::new(id().uuid());
        let mut under_way = std::collections::VecDeque::new();
        let mut tally = Tally::default();
        let mut approved = std::collections::BTreeSet::new();
        for (command, answers) in steps {
            let judged =
                if let Command::Approve { revision, .. } = &command { Some(*revision) } else { None };
            if let Ok(decision) = review.run(command) {
                approved.extend(judged);
                under_way.extend(decision.effects);
            }
            for _ in 0..answers {
                let Some(Effect::Count { delta, .. }) = under_way.pop_front() else { break };
                tally = tally.moved(delta.from, delta.to).expect("what it takes away is counted");
                prop_assert!(tally.count() <= 1, "one review counts once");
                review.run(Command::NoteCounted { turn: delta.turn }).unwrap();
            }
            let state = review.state();
            if let Some(shown) = &state.shown {
                prop_assert_eq!(tally.of(shown.revision.stars), 1, "what is shown is counted");
                prop_assert!(approved.contains(&shown.revision.number), "what is shown was approved");
            }
            if under_way.is_empty() {
                let due = state.newest().filter(|_| state.status.is_public()).map(|newest| newest.stars);
                prop_assert_eq!(tally, Tally::default().moved(None, due).unwrap());
                prop_assert_eq!(state.shown.as_ref().map(|shown| shown.revision.stars), due);
            }
            prop_assert!(!state.votes.contains(&author()) && !state.flags.contains_key(&author()));
        }
    }
}
