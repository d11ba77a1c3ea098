use amazoff_testkit::golden;

use super::*;

/// What a vault made of a text once; nobody has its key any more.
const CIPHERTEXT: &str = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0Vng";

const REASONS: [Reason; 6] =
    [Reason::Spam, Reason::Offensive, Reason::OffTopic, Reason::PersonalData, Reason::Fake, Reason::Other];
const STATUSES: [Status; 7] = [
    Status::Absent,
    Status::Submitted,
    Status::Published,
    Status::Flagged,
    Status::Rejected,
    Status::Removed,
    Status::Withdrawn,
];

fn erased(number: u32) -> Revision {
    Revision { text: Sealed::Erased, ..said(number, 4, CIPHERTEXT) }
}

fn events() -> Vec<Event> {
    let (by, at) = (user(9), at(9));
    let mut events = vec![
        Event::Submitted { product: product(), author: author(), revision: said(1, 5, CIPHERTEXT) },
        Event::Submitted { product: product(), author: author(), revision: erased(1) },
        Event::Edited { revision: said(2, 1, CIPHERTEXT) },
        Event::Withdrawn { at },
        Event::Published { at, by },
        Event::Removed { reason: Reason::Fake, at, by },
        Event::Restored { at, by },
        Event::Voted { by },
        Event::VoteTakenBack { by },
        bought(1, true),
        bought(1, false),
        Event::Counted { turn: 7 },
    ];
    events.extend(REASONS.map(|reason| Event::Rejected { reason, at, by }));
    events.extend(REASONS.map(|reason| Event::Flagged { reason, at, by }));
    events
}

fn receipts() -> Vec<Receipt> {
    let full = |status| Receipt {
        status,
        revision: 3,
        stars: Some(stars(2)),
        verified: true,
        helpful: 7,
        written_at: at(3),
        created_at: at(0),
    };
    let nothing = Receipt { revision: 0, stars: None, verified: false, ..full(Status::Absent) };
    STATUSES.into_iter().map(full).chain([nothing]).collect()
}

#[test]
fn everything_that_a_review_ever_stored_can_be_read() {
    let by = user(9);
    let delta = Delta { review: id(), turn: 2, from: Some(stars(5)), to: None };
    golden::<Review>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events(events())
        .commands([
            submit(5),
            Command::Edit(Edit { revision: 1, stars: Some(stars(1)), text: None }),
            Command::Edit(Edit { revision: 2, stars: None, text: Some(sealed(CIPHERTEXT)) }),
            Command::Withdraw,
            Command::Vote { by },
            Command::TakeVoteBack { by },
            Command::Flag { by, reason: Reason::Spam },
            Command::Approve { revision: 1, by },
            Command::Reject { revision: 1, reason: Reason::OffTopic, by },
            Command::Remove { reason: Reason::PersonalData, by },
            Command::Restore { by },
            note(1, true),
            note(1, false),
            Command::NoteCounted { turn: 1 },
        ])
        .replies(receipts())
        .rejections(STATUSES.map(|status| Rejection::NotOpen { status }).into_iter().chain([
            Rejection::NotFound,
            Rejection::Exists,
            Rejection::Removed,
            Rejection::Own,
            Rejection::Changed { revision: 2 },
            Rejection::TooManyRevisions,
            Rejection::TooManyVotes,
            Rejection::Invalid { field: "title".to_owned(), reason: "is empty".to_owned() },
        ]))
        .effects([Effect::Count { product: product(), delta }])
        .check();
}
