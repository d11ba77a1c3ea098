mod golden;

use amazoff_supervisor::Timestamp;
use amazoff_testkit::{Life, given};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::OrderId;
use crate::order::{News, NewsKind};

const AT: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);

fn matter(n: u128) -> Matter {
    Matter::Order { order: OrderId::from(Uuid::from_u128(n)), news: News::Placed }
}

fn put(n: u128) -> Command {
    Command::Put { matter: matter(n), at: AT }
}

fn arrived(seq: u64) -> Event {
    Event::Arrived { notice: Notice { seq, matter: matter(u128::from(seq)), at: AT } }
}

fn seqs(inbox: &Inbox, after: u64) -> Option<Vec<u64>> {
    Some(inbox.since(after)?.map(|notice| notice.seq).collect())
}

/// INBOX-1.
#[test]
fn notices_are_numbered_from_one_on() {
    given::<Inbox>([])
        .when(put(1))
        .at(AT)
        .then_events([arrived(1)])
        .then_reply(Receipt { newest: 1, read_upto: 0, unread: 1 })
        .when(put(2))
        .then_events([arrived(2)])
        .then_reply(Receipt { newest: 2, read_upto: 0, unread: 2 });
}

/// INBOX-3.
#[test]
fn what_was_read_stays_read_and_nobody_reads_ahead() {
    given::<Inbox>([arrived(1), arrived(2)])
        .when(Command::MarkRead { upto: 3 })
        .then_rejects(Rejection::NotArrived { newest: 2 })
        .when(Command::MarkRead { upto: 2 })
        .at(AT)
        .then_events([Event::Read { upto: 2, at: AT }])
        .then_reply(Receipt { newest: 2, read_upto: 2, unread: 0 })
        .when(Command::MarkRead { upto: 1 })
        .then_nothing_happens();
}

/// INBOX-2, and T-N3: whoever missed what is gone is not handed a list with a hole.
#[test]
fn the_newest_are_kept_and_a_hole_is_never_hidden() {
    let mut inbox = Life::<Inbox>::new(Uuid::from_u128(1));
    let most = u64::try_from(NOTICES_MAX).unwrap();
    for n in 1..=most + 10 {
        inbox.run(put(n.into())).unwrap();
    }
    let inbox = inbox.state();
    assert_eq!((inbox.notices.len(), inbox.oldest(), inbox.newest), (NOTICES_MAX, 11, most + 10));
    assert_eq!(seqs(inbox, 9), None);
    assert_eq!(seqs(inbox, 10).map(|seqs| seqs.len()), Some(NOTICES_MAX));
    assert_eq!(seqs(inbox, most + 9), Some(vec![most + 10]));
    assert_eq!(seqs(inbox, most + 10), Some(vec![]));
    assert_eq!(seqs(inbox, most + 11), None, "of another history");
    let page: Vec<u64> = inbox.before(13, 100).iter().map(|notice| notice.seq).collect();
    assert_eq!(page, [11, 12]);
    assert_eq!(inbox.before(u64::MAX, 1)[0].seq, most + 10);
    assert_eq!(seqs(&Inbox::default(), 0), Some(vec![]));
}

#[test]
fn all_letters_are_wanted_until_somebody_says_otherwise() {
    let muted = Preferences::without([NewsKind::Shipped]);
    given::<Inbox>([])
        .when(Command::SetPreferences { preferences: Preferences::default() })
        .then_nothing_happens()
        .when(Command::SetPreferences { preferences: muted.clone() })
        .at(AT)
        .then_events([Event::PreferencesSet { preferences: muted, at: AT }])
        .when(Command::Mute { kind: NewsKind::Shipped })
        .then_nothing_happens()
        .when(Command::Mute { kind: NewsKind::Paid })
        .then_state(|inbox| {
            for kind in NewsKind::ALL {
                let wanted = !matches!(kind, NewsKind::Shipped | NewsKind::Paid);
                assert_eq!(!inbox.preferences.is_muted(kind), wanted, "{kind:?}");
            }
        });
}

proptest! {
    /// INBOX-1, INBOX-2, INBOX-3.
    #[test]
    fn any_sequence_leaves_numbers_without_a_gap(
        steps in proptest::collection::vec(prop_oneof![Just(None), (0..40_u64).prop_map(Some)], 0..120),
    ) {
        let mut inbox = Life::<Inbox>::new(Uuid::from_u128(1));
        let (mut count, mut read) = (0_u64, 0_u64);
        for step in steps {
            match step {
                None => {
                    inbox.run(put(1)).unwrap();
                    count += 1;
                }
                Some(upto) => {
                    let accepted = inbox.run(Command::MarkRead { upto }).is_ok();
                    prop_assert_eq!(accepted, upto <= count);
                    read = if accepted { read.max(upto) } else { read };
                }
            }
            let state = inbox.state();
            prop_assert_eq!(state.receipt(), Receipt { newest: count, read_upto: read, unread: count - read });
            prop_assert_eq!(seqs(state, 0), Some((1..=count).collect()));
        }
    }
}
