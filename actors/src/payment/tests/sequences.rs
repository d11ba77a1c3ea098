//! Any sequence of commands and answers keeps the invariants.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use amazoff_supervisor::Decision;
use amazoff_testkit::Life;
use proptest::prelude::*;
use uuid::Uuid;

use super::super::*;
use super::{approves_of, asks_shopper, declines, id, terms};
use crate::ids::{CaptureId, RefundId};
use crate::money::Money;
use crate::order::Fact;

/// What may happen next.
#[derive(Clone, Debug)]
enum Step {
    /// Somebody asks.
    Command(Command),
    /// The call that is under way ends.
    Answer(Reply),
    /// The lookup that is under way ends.
    Look(Reply),
    /// An answer comes again that was given before.
    Echo(usize),
    /// Time passes.
    Wait(Duration),
}

/// What the provider makes of a call.
#[derive(Clone, Copy, Debug)]
enum Reply {
    Approves,
    ApprovesOther,
    Declines,
    AsksShopper,
    Lost,
    Pending,
}

fn replies() -> impl Strategy<Value = Reply> {
    prop_oneof![
        12 => Just(Reply::Approves),
        1 => Just(Reply::ApprovesOther),
        2 => Just(Reply::Declines),
        2 => Just(Reply::AsksShopper),
        4 => Just(Reply::Lost),
        1 => Just(Reply::Pending),
    ]
}

fn amounts() -> impl Strategy<Value = Money> {
    prop_oneof![4 => 1_i64..3_000, 1 => Just(5_490_i64), 1 => Just(0_i64), 1 => Just(i64::MAX)]
        .prop_map(Money::eur)
}

fn disputes() -> impl Strategy<Value = News> {
    let name = (0_u8..3).prop_map(|n| format!("dp_{n}"));
    (name, 1_i64..2_000, 0_u8..3).prop_map(|(dispute, amount, way)| match (Money::eur(amount), way) {
        (amount, 0) => News::Disputed { dispute, amount },
        (amount, way) => News::DisputeClosed { dispute, amount, won: way == 1 },
    })
}

fn news() -> impl Strategy<Value = News> {
    let failed = || Just(News::RefundFailed { reference: "ref".to_owned() });
    prop_oneof![3 => Just(News::Look), 2 => failed(), 1 => Just(News::Irrelevant), 2 => disputes()]
}

fn commands() -> impl Strategy<Value = Command> {
    let capture = || (0_u128..4).prop_map(|n| CaptureId::from(Uuid::from_u128(n)));
    let refund = || (0_u128..4).prop_map(|n| RefundId::from(Uuid::from_u128(n)));
    let confirmations = prop_oneof![Just(Confirmation::Approve), Just(Confirmation::Decline)];
    prop_oneof![
        3 => Just(Command::Authorize(terms())),
        2 => confirmations.prop_map(|result| Command::Confirm { result }),
        2 => Just(Command::Capture),
        4 => (capture(), amounts()).prop_map(|(capture, amount)| Command::CapturePart { capture, amount }),
        4 => (refund(), amounts()).prop_map(|(refund, amount)| Command::Refund { refund, amount }),
        1 => Just(Command::Void),
        3 => Just(Command::Sync),
        2 => Just(Command::Compare),
        1 => Just(Command::CheckExpiry),
        2 => (0_u8..6, news()).prop_map(|(n, news)| Command::Observe { event: format!("evt_{n}"), news, at: super::NOW }),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => commands().prop_map(Step::Command),
        8 => replies().prop_map(Step::Answer),
        6 => replies().prop_map(Step::Look),
        2 => (0_usize..20).prop_map(Step::Echo),
        1 => (0_u64..30 * 3_600).prop_map(|seconds| Step::Wait(Duration::from_secs(seconds))),
    ]
}

/// The calls that left and did not end yet, and what is held against them.
#[derive(Default)]
struct Desk {
    under_way: Option<(Operation, Intent)>,
    lookup: Option<(Operation, Intent)>,
    answers: Vec<Command>,
    amounts: BTreeMap<IntentKey, Money>,
    settled: BTreeSet<Uuid>,
    captured: i64,
    refunded: i64,
}

impl Desk {
    /// What a provider may say again. That nothing was heard is noted by the effect itself, whose repeat has the name of the
    /// command before it, and so decides nothing.
    fn heard(&self) -> impl Iterator<Item = &Command> {
        self.answers.iter().filter(|answer| {
            !matches!(
                answer,
                Command::Record { outcome: Outcome::Unknown, .. }
                    | Command::RecordSync { found: Found::Nothing | Found::Pending, .. }
            )
        })
    }

    /// The command that ends a call.
    fn end(&mut self, step: Step) -> Option<Command> {
        let command = match step {
            Step::Command(command) => return Some(command),
            Step::Echo(at) => return self.heard().nth(at % self.heard().count().max(1)).cloned(),
            Step::Wait(_) => return None,
            Step::Answer(reply) => {
                let (operation, intent) = self.under_way.take()?;
                let outcome = answer(reply, intent.amount).map_or(Outcome::Unknown, Outcome::Answered);
                Command::Record { operation, key: Some(intent.key), outcome }
            }
            Step::Look(reply) => {
                let (operation, intent) = self.lookup.take()?;
                let found = match reply {
                    Reply::Lost => Found::Nothing,
                    Reply::Pending => Found::Pending,
                    Reply::Approves | Reply::ApprovesOther | Reply::Declines | Reply::AsksShopper => {
                        answer(reply, intent.amount).map_or(Found::Nothing, Found::Answered)
                    }
                };
                Command::RecordSync { operation, key: Some(intent.key), found }
            }
        };
        self.answers.push(command.clone());
        Some(command)
    }

    fn follow(&mut self, decision: &Decision<Payment>) -> Result<(), TestCaseError> {
        for effect in &decision.effects {
            match effect {
                Effect::CallProvider { call, .. } => self.called(call)?,
                Effect::TellOrder { fact, .. } => self.told(fact)?,
                Effect::TellCheckout { .. } => {}
            }
        }
        Ok(())
    }

    fn called(&mut self, call: &Call) -> Result<(), TestCaseError> {
        let (operation, intent) = match call {
            Call::Find { operation, intent, .. } => {
                self.lookup = Some((*operation, intent.clone()));
                return Ok(());
            }
            Call::Authorize { intent, .. } => (Operation::Authorize, intent),
            Call::Confirm { intent, .. } => (Operation::Confirm, intent),
            Call::Capture { intent } => (Operation::Capture, intent),
            Call::Void { intent } => (Operation::Void, intent),
            Call::Refund { intent } => (Operation::Refund, intent),
        };
        prop_assert!(self.under_way.is_none(), "PAY-2: {:?} while another is under way", operation);
        prop_assert!(intent.amount.amount > 0, "PAY-1: nothing is asked for: {:?}", intent);
        let amount = *self.amounts.entry(intent.key.clone()).or_insert(intent.amount);
        prop_assert_eq!(amount, intent.amount, "PAY-4: one key, two amounts");
        self.under_way = Some((operation, intent.clone()));
        Ok(())
    }

    fn told(&mut self, fact: &Fact) -> Result<(), TestCaseError> {
        let part = match fact {
            Fact::Captured { capture, amount } => {
                self.captured += amount.amount;
                capture.uuid()
            }
            Fact::CaptureFailed { capture, .. } => capture.uuid(),
            Fact::Refunded { refund, amount } => {
                self.refunded += amount.amount;
                Uuid::from_u128(refund.uuid().as_u128() + 100)
            }
            Fact::RefundFailed { refund, .. } => Uuid::from_u128(refund.uuid().as_u128() + 100),
            Fact::RefundReturned { returned, amount, .. } => {
                self.refunded -= amount.amount;
                returned.uuid()
            }
            Fact::Paying { .. }
            | Fact::Voided
            | Fact::Expired
            | Fact::DisputeOpened { .. }
            | Fact::DisputeClosed { .. } => {
                return Ok(());
            }
        };
        prop_assert!(self.settled.insert(part), "PAY-7: told twice: {:?}", fact);
        Ok(())
    }
}

fn answer(reply: Reply, amount: Money) -> Option<ProviderAnswer> {
    match reply {
        Reply::Approves => Some(approves_of(amount.amount)),
        Reply::ApprovesOther => Some(approves_of(1_000_000)),
        Reply::Declines => Some(declines()),
        Reply::AsksShopper => Some(asks_shopper()),
        Reply::Lost | Reply::Pending => None,
    }
}

/// Whether a stage may follow a terminal one: only refunds of another amount reach out of it.
fn stays(before: &Stage, after: &Stage) -> bool {
    let broken = matches!(after, Stage::IntegrityFailure { .. }) && *before == Stage::Captured;
    !before.is_terminal() || before == after || broken
}

fn money_adds_up(life: &Life<Payment>) -> Result<(), TestCaseError> {
    let payment = life.state();
    let (captured, refunded, disputed) = (payment.captured(), payment.refunded(), payment.disputed());
    prop_assert!((0..=terms().amount.amount).contains(&captured), "PAY-1: {} captured", captured);
    prop_assert!((0..=captured).contains(&refunded), "PAY-8: {} of {} refunded", refunded, captured);
    prop_assert!(captured == 0 || payment.reserved, "PAY-1");
    prop_assert!(payment.capturable() >= 0, "PAY-1: promised more than is reserved");
    let disputes = !payment.disputes.is_empty();
    prop_assert!(disputes || payment.refundable() >= 0, "PAY-8: promised more than was taken");
    prop_assert_eq!(life.balance(CLEARING, "EUR"), captured, "PAY-6");
    prop_assert_eq!(life.balance(REFUNDS, "EUR"), -refunded, "PAY-6");
    prop_assert_eq!(life.balance(DISPUTES, "EUR"), -disputed, "PAY-6");
    prop_assert_eq!(life.balance("provider:sandbox", "EUR"), refunded + disputed - captured, "PAY-6");
    Ok(())
}

proptest! {
    /// PAY-1 to PAY-8, T-Y3.
    #[test]
    fn every_sequence_keeps_the_invariants(steps in proptest::collection::vec(steps(), 1..90)) {
        let mut life = Life::<Payment>::new(id().uuid());
        let mut desk = Desk::default();
        for step in steps {
            if let Step::Wait(pause) = step {
                life.advance(pause);
            }
            let Some(command) = desk.end(step) else { continue };
            let before = life.state().stage.clone();
            let Ok(decision) = life.run(command) else { continue };
            prop_assert!(stays(&before, &life.state().stage), "PAY-3: {:?} after {:?}", life.state().stage, before);
            desk.follow(&decision)?;
            money_adds_up(&life)?;
        }
        let payment = life.state();
        let in_parts = payment.parts.iter().any(|part| matches!(part.id, PartId::Capture(_)));
        prop_assert!(!in_parts || desk.captured == payment.captured(), "PAY-7");
        let split = payment.parts.iter().any(|part| part.is_open() && part.done > 0);
        prop_assert!(split || desk.refunded == payment.refunded(), "PAY-7");
    }
}
