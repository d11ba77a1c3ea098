mod golden;

use amazoff_testkit::{Life, given};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::ReviewId;

fn stars(n: u8) -> Stars {
    Stars::try_from(n).unwrap()
}

fn delta(review: u128, from: Option<u8>, to: Option<u8>) -> Delta {
    let review = ReviewId::from(Uuid::from_u128(review));
    Delta { review, turn: 1, from: from.map(stars), to: to.map(stars) }
}

fn counted(review: u128, from: Option<u8>, to: Option<u8>) -> Event {
    Event::Counted(delta(review, from, to))
}

#[test]
fn stars_are_one_to_five() {
    for wrong in [0, 6, u8::MAX] {
        assert_eq!(Stars::try_from(wrong), Err(NoStars));
        assert!(serde_json::from_str::<Stars>(&wrong.to_string()).is_err());
    }
    assert_eq!(Stars::ALL.map(Stars::get), [1, 2, 3, 4, 5]);
}

#[test]
fn what_is_said_of_a_rating_follows_from_its_histogram() {
    given::<Rating>([counted(1, None, Some(5)), counted(2, None, Some(4))])
        .when(Command::Count(delta(3, None, Some(4))))
        .then_events([counted(3, None, Some(4))])
        .then_state(|rating| {
            assert_eq!((rating.tally.count(), rating.tally.sum()), (3, 13));
            assert_eq!(rating.tally.average_hundredths(), Some(433));
            assert_eq!(rating.tally.histogram(), [0, 0, 0, 2, 1]);
        });
    assert_eq!(Tally::default().average_hundredths(), None);
}

#[test]
fn an_average_is_rounded_to_the_nearest_hundredth() {
    let twice_five_once_four = [Some(5), Some(5), Some(4)].map(|to| counted(1, None, to));
    given::<Rating>(twice_five_once_four)
        .when(Command::Count(delta(1, Some(5), Some(5))))
        .then_nothing_happens()
        .then_state(|rating| assert_eq!(rating.tally.average_hundredths(), Some(467)));
}

#[test]
fn a_change_takes_away_what_was_counted() {
    given::<Rating>([counted(1, None, Some(5))])
        .when(Command::Count(delta(1, Some(5), Some(2))))
        .then_state(|rating| assert_eq!(rating.tally.histogram(), [0, 1, 0, 0, 0]));
    given::<Rating>([counted(1, None, Some(5))])
        .when(Command::Count(delta(1, Some(5), None)))
        .then_state(|rating| assert_eq!(rating.tally, Tally::default()));
}

#[test]
fn what_nobody_gives_cannot_be_taken_away() {
    given::<Rating>([counted(1, None, Some(5))])
        .when(Command::Count(delta(1, Some(4), None)))
        .then_rejects(Rejection::NotCounted);
}

proptest! {
    /// RATING-1 and RATING-2 against a plain list of who gives what.
    #[test]
    fn any_sequence_of_changes_leaves_what_a_recount_gives(
        steps in proptest::collection::vec((0..6_usize, proptest::option::of(1..=5_u8)), 0..60),
    ) {
        let mut rating = Life::<Rating>::new(Uuid::from_u128(1));
        let mut given = [None; 6];
        for (who, to) in steps {
            let review = u128::try_from(who).unwrap();
            rating.run(Command::Count(delta(review, given[who], to))).unwrap();
            given[who] = to;
            let tally = rating.state().tally;
            let shown: Vec<u64> = given.iter().flatten().map(|stars| u64::from(*stars)).collect();
            prop_assert_eq!(tally.count(), u64::try_from(shown.len()).unwrap());
            prop_assert_eq!(tally.sum(), shown.iter().sum::<u64>());
            for stars in Stars::ALL {
                let recount = shown.iter().filter(|given| **given == u64::from(stars.get())).count();
                prop_assert_eq!(tally.of(stars), u32::try_from(recount).unwrap());
            }
        }
    }
}
