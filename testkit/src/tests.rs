//! A harness that never complains proves nothing: each check must catch an entity that breaks it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use amazoff_supervisor::{Claim, Context, Decision, Entity, Fault, FaultKind, Posting, Principal, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Life, given};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Counter {
    count: u32,
    #[serde(skip)]
    forgotten: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Command {
    Add,
    Refuse,
    Forget,
    Fickle,
    Lossy,
    Unreadable,
    Unbalanced,
    Eventless,
    ClaimTwice,
    Shout,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Event {
    #[default]
    Added,
    Forgotten,
    Lossy {
        #[serde(skip_serializing_if = "is_seven", default)]
        n: u32,
    },
    #[serde(skip_deserializing)]
    Unreadable,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
enum Rejection {
    #[error("refused")]
    Refused,
    #[error("REFUSED")]
    Shouted,
}

fn is_seven(n: &u32) -> bool {
    *n == 7
}

static CALLS: AtomicU64 = AtomicU64::new(0);

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        FaultKind::Conflict
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Shouted => "REFUSED",
        }
    }
}

impl Entity for Counter {
    const KIND: &'static str = "counter";
    type Command = Command;
    type Event = Event;
    type Reply = u64;
    type Rejection = Rejection;
    type Effect = String;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        let claim = Claim { namespace: "name".to_owned(), key: "ann".to_owned() };
        let added = Decision::event(Event::Added, context.now.unix_ms().unsigned_abs());
        match command {
            Command::Add if context.principal == Principal::Guest => Err(Rejection::Refused),
            Command::Add => Ok(added.effect("tell".to_owned()).transfer("EUR", 5, "a", "b")),
            Command::Refuse => Err(Rejection::Refused),
            Command::Forget => Ok(Decision::event(Event::Forgotten, 0)),
            Command::Fickle => Ok(Decision::reply(CALLS.fetch_add(1, Ordering::SeqCst))),
            Command::Lossy => Ok(Decision::event(Event::Lossy { n: 7 }, 0)),
            Command::Unreadable => Ok(Decision::event(Event::Unreadable, 0)),
            Command::Unbalanced => {
                let mut decision = added.transfer("EUR", 5, "a", "b");
                decision.postings[0].amount = -4;
                Ok(decision)
            }
            Command::Eventless => Ok(Decision::reply(0).effect("tell".to_owned())),
            Command::ClaimTwice => Ok(added.claim(claim.clone()).claim(claim)),
            Command::Shout => Err(Rejection::Shouted),
        }
    }

    fn apply(&mut self, event: &Event) {
        self.count += 1;
        if *event == Event::Forgotten {
            self.forgotten = self.count;
        }
        if self.forgotten != 0 {
            self.count = 2 * self.forgotten;
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::Refused
    }

    fn destination(effect: &String) -> String {
        effect.clone()
    }
}

/// The text of the panic that a case must end in.
#[track_caller]
pub(crate) fn complaint(case: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(case)).expect_err("the harness did not complain");
    panic
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_else(|| (*panic.downcast_ref::<&str>().unwrap()).to_owned())
}

#[test]
fn broken_entities_are_found_out() {
    let cases = [
        (vec![Command::Forget, Command::Add], "the state forgets something when it is stored"),
        (vec![Command::Fickle], "depends on more than its stored state"),
        (vec![Command::Lossy], "comes back changed"),
        (vec![Command::Unreadable], "cannot be read back"),
        (vec![Command::Unbalanced], "the postings of EUR sum to 1"),
        (vec![Command::Eventless], "the effect comes without an event"),
        (vec![Command::ClaimTwice], "changes the claim name/ann twice"),
        (vec![Command::Shout], "\"REFUSED\" is no kebab-case code"),
    ];
    for (commands, wanted) in cases {
        let mut life = Life::<Counter>::new(Uuid::from_u128(1));
        let got = complaint(|| commands.into_iter().for_each(|command| drop(life.run(command))));
        assert!(got.contains(wanted), "{wanted}: {got}");
    }
}

#[test]
fn wrong_expectations_are_found_out() {
    let add = || given::<Counter>([]).when(Command::Add);
    let refuse = || given::<Counter>([]).when(Command::Refuse);
    assert!(complaint(|| drop(add().then_events([]))).contains("the events differ"));
    assert!(complaint(|| drop(add().then_effects([]))).contains("the effects differ"));
    assert!(complaint(|| drop(add().then_postings([]))).contains("the postings differ"));
    assert!(complaint(|| drop(add().then_reply(1))).contains("the reply differs"));
    assert!(complaint(|| drop(add().then_nothing_happens())).contains("the events differ"));
    assert!(complaint(|| drop(add().then_rejects(Rejection::Refused))).contains("is accepted, not refused"));
    assert!(complaint(|| drop(refuse().then_events([]))).contains("is refused: refused"));
    assert!(complaint(|| drop(refuse().then_rejects(Rejection::Shouted))).contains("the refusal differs"));
}

#[test]
fn time_asker_and_postings_are_those_that_the_test_sets() {
    given::<Counter>([Event::Added])
        .when(Command::Add)
        .at(Timestamp::from_unix_ms(42))
        .then_reply(42)
        .then_effects(["tell".to_owned()])
        .then_postings([posting("a", -5), posting("b", 5)])
        .then_state(|counter| assert_eq!(counter.count, 2))
        .when(Command::Add)
        .by(Principal::Guest)
        .then_rejects(Rejection::Refused)
        .then_state(|counter| assert_eq!(counter.count, 2));
    let mut life = Life::<Counter>::new(Uuid::from_u128(1));
    life.run(Command::Add).unwrap();
    life.run(Command::Add).unwrap();
    assert_eq!((life.balance("a", "EUR"), life.balance("b", "EUR"), life.balance("c", "EUR")), (-10, 10, 0));
}

fn posting(account: &str, amount: i64) -> Posting {
    Posting { account: account.to_owned(), asset: "EUR".to_owned(), amount }
}
