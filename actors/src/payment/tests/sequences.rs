//! Any sequence of commands keeps the invariants.

use amazoff_testkit::Life;
use proptest::prelude::*;

use super::super::*;
use super::{approves, approves_of, asks_shopper, declines, id, terms};

fn operations() -> impl Strategy<Value = Operation> {
    prop_oneof![
        Just(Operation::Authorize),
        Just(Operation::Confirm),
        Just(Operation::Capture),
        Just(Operation::Void),
    ]
}

fn answers() -> impl Strategy<Value = ProviderAnswer> {
    prop_oneof![6 => Just(approves()), 1 => Just(approves_of(1)), 1 => Just(declines()), 3 => Just(asks_shopper())]
}

fn lookups() -> impl Strategy<Value = Found> {
    prop_oneof![Just(Found::Nothing), Just(Found::Pending), answers().prop_map(Found::Answered)]
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    prop_oneof![2 => answers().prop_map(Outcome::Answered), 1 => Just(Outcome::Unknown)]
}

fn confirmations() -> impl Strategy<Value = Confirmation> {
    prop_oneof![Just(Confirmation::Approve), Just(Confirmation::Decline)]
}

fn commands() -> impl Strategy<Value = Command> {
    prop_oneof![
        2 => Just(Command::Authorize(terms())),
        2 => confirmations().prop_map(|result| Command::Confirm { result }),
        3 => Just(Command::Capture),
        1 => Just(Command::Void),
        2 => Just(Command::Sync),
        8 => (operations(), outcomes()).prop_map(|(operation, outcome)| Command::Record { operation, outcome }),
        4 => (operations(), lookups()).prop_map(|(operation, found)| Command::RecordSync { operation, found }),
    ]
}

/// The operation of a call that moves money, and the key under which it goes.
fn moves(effect: &Effect) -> Option<(Operation, &Intent)> {
    match effect {
        Effect::CallProvider { call, .. } => match call {
            Call::Authorize { intent, .. } => Some((Operation::Authorize, intent)),
            Call::Confirm { intent, .. } => Some((Operation::Confirm, intent)),
            Call::Capture { intent } => Some((Operation::Capture, intent)),
            Call::Void { intent } => Some((Operation::Void, intent)),
            Call::Find { .. } => None,
        },
        Effect::TellCheckout { .. } => None,
    }
}

proptest! {
    /// PAY-1 to PAY-6.
    #[test]
    fn every_sequence_keeps_the_invariants(commands in proptest::collection::vec(commands(), 1..60)) {
        let mut life = Life::<Payment>::new(id().uuid());
        let mut under_way: Option<Operation> = None;
        let mut was_authorized = false;
        for command in commands {
            let before = life.state().clone();
            if let Command::Record { operation, .. } = &command && under_way == Some(*operation) {
                under_way = None;
            }
            let Ok(decision) = life.run(command) else { continue };
            was_authorized |= decision.events.iter().any(|event| matches!(event, Event::Authorized { .. }));
            if before.stage.is_terminal() {
                prop_assert_eq!(life.state(), &before, "PAY-3");
            }
            for (operation, intent) in decision.effects.iter().filter_map(moves) {
                prop_assert_eq!(under_way, None, "PAY-2: {:?} while another is under way", operation);
                prop_assert_eq!(&intent.key, &IntentKey::of(id(), operation), "PAY-4");
                under_way = Some(operation);
            }
            let captured = life.balance(CLEARING, "EUR");
            let wanted = if life.state().stage == Stage::Captured { terms().amount.amount } else { 0 };
            prop_assert_eq!(captured, wanted, "PAY-1, PAY-6");
            prop_assert_eq!(life.balance("provider:sandbox", "EUR"), -captured, "PAY-6");
            prop_assert!(captured == 0 || was_authorized, "PAY-1");
        }
    }
}
