//! The end of a sequence: everything comes to rest, and is compared.

use amazoff_actors::payment::{Command, Stage};
use amazoff_paysim::{Account, Act};

use super::desk::Desk;
use super::dice::Dice;

/// How many rounds everything may take to come to rest. A doubt that only a person can end goes on for ever, once an hour.
const ROUNDS_MAX: usize = 80;
/// How many calls and messages a round may need.
const CALLS_MAX: u32 = 2_000;

/// Nothing goes wrong any more: answers arrive, the shopper answers, refunds end, reminders ring. What is still reserved is given
/// up at the end.
pub(super) async fn settle(desk: &mut Desk, dice: &mut Dice) {
    desk.sim.clear_plans();
    come_to_rest(desk, dice).await;
    desk.command(Command::Void);
    come_to_rest(desk, dice).await;
    // What lost messages would have told is found when the records are compared.
    desk.command(Command::Compare);
    come_to_rest(desk, dice).await;
}

async fn come_to_rest(desk: &mut Desk, dice: &mut Dice) {
    for _ in 0..ROUNDS_MAX {
        if matches!(desk.stage(), Stage::RequiresAction { .. }) {
            desk.act(if dice.once_in(2) { Act::Approve } else { Act::Decline });
            desk.command(Command::Sync);
        }
        let mut left = CALLS_MAX;
        while desk.end_refund(dice.once_in(4)) {}
        while desk.has_messages() || !desk.is_quiet() {
            left = left.checked_sub(1).expect("calls and messages come to an end");
            desk.message(dice, false).await;
            desk.deliver(false).await;
        }
        match desk.next_reminder() {
            Some(pause) if !is_over(desk) => desk.wait(pause),
            Some(_) | None if desk.has_messages() => {}
            Some(_) | None => return,
        }
    }
}

/// Whether nothing is open that a reminder could bring on. What a provider does not give up stays reserved until it runs out.
fn is_over(desk: &Desk) -> bool {
    let is_kept = *desk.stage() == Stage::Authorized && desk.payment().voids_refused > 0;
    !desk.is_in_doubt() && !is_kept
}

/// Our books against the ledger.
pub(super) fn compare(desk: &Desk) {
    let books = desk.sim.books();
    assert_eq!(books.broken, Vec::<String>::new());
    let id = desk.id().to_string();
    let accounts: Vec<_> = books.of_payment(&id).map(|(_, account)| account).collect();
    assert!(accounts.len() <= 1, "reserved {} times: {accounts:?}", accounts.len());
    let none = Account::default();
    let theirs = accounts.first().copied().unwrap_or(&none);
    let (payment, life) = (desk.payment(), desk.life());
    let told = || format!("ours {payment:#?}\ntheirs {theirs:#?}\n{:#?}", books.movements);
    if matches!(payment.stage, Stage::IntegrityFailure { .. }) {
        assert!(desk.wrong_amounts_fired() > 0, "the amounts were right: {}", told());
        return; // a person must look
    }
    assert_eq!(payment.captured(), theirs.captured, "captured: {}", told());
    assert_eq!(payment.refunded(), theirs.refunded, "refunded: {}", told());
    assert_eq!(payment.disputed(), theirs.disputed, "disputed: {}", told());
    let left = life.balance("provider:stripe", "EUR");
    assert_eq!(left, theirs.refunded + theirs.disputed - theirs.captured, "postings: {}", told());
    match payment.stage {
        Stage::Captured | Stage::Voided | Stage::Expired | Stage::Failed { .. } => {
            assert_eq!(theirs.held(), 0, "money is still set aside: {}", told());
        }
        Stage::Authorized | Stage::Unknown { .. } => {
            assert!(desk.faults_fired() > 0 || desk.lay_long(), "it is stuck: {}", told())
        }
        Stage::Created
        | Stage::Authorizing
        | Stage::RequiresAction { .. }
        | Stage::Confirming { .. }
        | Stage::Capturing
        | Stage::Voiding
        | Stage::IntegrityFailure { .. } => panic!("it does not come to rest: {}", told()),
    }
}
