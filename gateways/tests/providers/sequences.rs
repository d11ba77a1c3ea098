//! Any sequence of commands, messages, lost answers and passing time, through the real payment and its real delivery to the
//! simulator: at the end the shop's books and the simulator's ledger agree.
//!
//! `PAYSIM_SEQUENCES` says how many (500), `PAYSIM_SEED` where to begin (1). A failure prints one line that repeats it.

mod desk;
mod dice;
mod settle;

use std::time::Duration;

use amazoff_actors::payment::{Command, News, Stage};

use self::desk::Desk;
use self::dice::{Dice, Step};

/// Sequences that share a simulator.
const TOGETHER: u64 = 25;
/// Steps of a sequence.
const STEPS: std::ops::Range<usize> = 15..60;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Says how to repeat what fails while it lives.
struct Repeat(u64);

impl Drop for Repeat {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.0;
            println!(
                "repeat it: PAYSIM_SEED={seed} PAYSIM_SEQUENCES=1 cargo nextest run -p amazoff-gateways --test providers sequences --no-capture"
            );
        }
    }
}

#[tokio::test]
async fn whatever_happens_our_books_and_the_providers_ledger_agree() {
    let (first, count) = (number("PAYSIM_SEED", 1), number("PAYSIM_SEQUENCES", 500));
    let mut seen = Seen::default();
    let mut desk = Desk::open();
    for seed in first..first.saturating_add(count) {
        if (seed - first) % TOGETHER == 0 {
            desk = Desk::open();
        }
        let repeat = Repeat(seed);
        run(&mut desk, seed, &mut seen).await;
        drop(repeat);
    }
    println!("{seen:?}");
    // A test whose sequences do nothing would agree with everything.
    if count >= 100 {
        let all = [
            seen.captured,
            seen.refunded,
            seen.returned,
            seen.disputed,
            seen.voided,
            seen.faults,
            seen.doubts,
            seen.actions,
        ];
        assert!(all.iter().all(|times| *times > 0), "something never happened: {seen:?}");
    }
}

/// What happened in all sequences, so that nobody has to take their word for it.
#[derive(Debug, Default)]
struct Seen {
    captured: u64,
    refunded: u64,
    returned: u64,
    disputed: u64,
    voided: u64,
    expired: u64,
    failed: u64,
    actions: u64,
    doubts: u64,
    integrity: u64,
    faults: u64,
}

async fn run(desk: &mut Desk, seed: u64, seen: &mut Seen) {
    let mut dice = Dice::of(seed);
    desk.begin(seed);
    desk.command(Command::Authorize(desk.terms(dice.token())));
    for _ in 0..dice.between(STEPS) {
        let step = dice.step();
        take(desk, &mut dice, step).await;
        seen.actions += u64::from(matches!(desk.stage(), Stage::RequiresAction { .. }));
        seen.doubts += u64::from(desk.is_in_doubt());
    }
    settle::settle(desk, &mut dice).await;
    settle::compare(desk);
    let payment = desk.payment();
    seen.captured += u64::from(payment.captured() > 0);
    seen.refunded += u64::from(payment.refunded() > 0);
    seen.returned += u64::from(payment.parts.iter().any(|part| part.returned().is_some()));
    seen.disputed += u64::from(!payment.disputes.is_empty());
    seen.voided += u64::from(payment.stage == Stage::Voided);
    seen.expired += u64::from(payment.stage == Stage::Expired);
    seen.failed += u64::from(matches!(payment.stage, Stage::Failed { .. }));
    seen.integrity += u64::from(matches!(payment.stage, Stage::IntegrityFailure { .. }));
    seen.faults += desk.faults_fired();
}

async fn take(desk: &mut Desk, dice: &mut Dice, step: Step) {
    match step {
        Step::Command(command) => drop(desk.command(command)),
        Step::Deliver => desk.deliver(false).await,
        Step::DeliverAndCrash => desk.deliver(true).await,
        Step::Fault(plan) => desk.plan(plan),
        Step::Message { keep } => desk.message(dice, keep).await,
        Step::LoseMessages => desk.lose_messages(dice),
        Step::Act(act) => desk.act(act),
        Step::Dispute { amount } => desk.dispute(amount),
        Step::CloseDispute { won } => desk.close_dispute(won),
        Step::EndRefund { fails } => drop(desk.end_refund(fails)),
        Step::FailRefund => desk.fail_refund(dice),
        Step::ForgetKeys => desk.forget_keys(),
        Step::Wait(pause) => desk.wait(pause),
    }
}

/// Whether a message must not get lost: only a message tells of a dispute.
fn is_needed(news: &str) -> bool {
    news.starts_with("charge.dispute.")
}

/// The command that a message means.
fn observed(event: amazoff_actors::payment::WebhookEvent) -> Option<Command> {
    if event.news == News::Irrelevant {
        return None;
    }
    Some(Command::Observe { event: format!("stripe:{}", event.id), news: event.news, at: event.at })
}

/// A day and a little: keys are old then.
const A_DAY: Duration = Duration::from_hours(25);
