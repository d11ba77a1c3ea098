//! A provider that is idempotent by key and otherwise does what it wants.

use std::collections::BTreeMap;

use super::dice::Dice;
use super::world::Fail;
use crate::checkout::Step;
use crate::money::Money;
use crate::payment::{
    Call, Command, Confirmation, Found, Intent, IntentKey, Operation, Outcome, ProviderAnswer,
};

#[derive(Default)]
pub(super) struct Provider {
    answers: BTreeMap<IntentKey, ProviderAnswer>,
    /// What it always says to an authorization, whatever the dice say.
    pub(super) always: Option<ProviderAnswer>,
    /// How many captures it did.
    pub(super) captures: u32,
}

pub(super) fn approves(amount: Money) -> ProviderAnswer {
    ProviderAnswer::approved("ref", amount)
}

pub(super) fn declines() -> ProviderAnswer {
    ProviderAnswer::Declined { code: "card_declined".to_owned() }
}

pub(super) fn asks_shopper() -> ProviderAnswer {
    ProviderAnswer::ActionRequired { reference: "ref".to_owned(), url: "/3ds".to_owned() }
}

impl Provider {
    /// What a call leads to; nothing when the payment hears of it later or never.
    pub(super) fn answer(&mut self, call: &Call, fail: &mut Fail, dice: &mut Dice) -> Option<Command> {
        let (operation, intent) = match call {
            Call::Authorize { intent, .. } => (Operation::Authorize, intent),
            Call::Confirm { intent, .. } => (Operation::Confirm, intent),
            Call::Capture { intent } => (Operation::Capture, intent),
            Call::Void { intent } => (Operation::Void, intent),
            Call::Refund { intent } => (Operation::Refund, intent),
            Call::Find { operation, intent, .. } => {
                let found = self.answers.get(&intent.key).cloned().map_or(Found::Nothing, Found::Answered);
                let found = if dice.below(4) == 3 { Found::Pending } else { found };
                return Some(Command::RecordSync {
                    operation: *operation,
                    key: Some(intent.key.clone()),
                    found,
                });
            }
        };
        let key = || Some(intent.key.clone());
        // The question, or its answer, may get lost.
        let lost = match dice.below(6) {
            4 => Some(false),
            5 => Some(true),
            _ => (operation == Operation::Capture && fail.fires(Step::Capture)).then_some(true),
        };
        if lost == Some(false) {
            return Some(Command::Record { operation, key: key(), outcome: Outcome::Unknown });
        }
        let answer = self.decide(call, operation, intent, (fail, dice));
        let outcome = if lost.is_some() { Outcome::Unknown } else { Outcome::Answered(answer) };
        Some(Command::Record { operation, key: key(), outcome })
    }

    fn decide(
        &mut self,
        call: &Call,
        operation: Operation,
        intent: &Intent,
        (fail, dice): (&mut Fail, &mut Dice),
    ) -> ProviderAnswer {
        if let Some(known) = self.answers.get(&intent.key) {
            return known.clone();
        }
        let answer = match operation {
            Operation::Authorize if fail.fires(Step::Authorize) => declines(),
            Operation::Authorize => match (&self.always, dice.below(8)) {
                (Some(always), _) => always.clone(),
                (None, 5) => declines(),
                (None, 6) => asks_shopper(),
                (None, 7) => approves(Money::eur(1)),
                (None, _) => approves(intent.amount),
            },
            Operation::Confirm if matches!(call, Call::Confirm { result: Confirmation::Decline, .. }) => {
                declines()
            }
            Operation::Capture if dice.below(8) == 7 => declines(),
            Operation::Confirm | Operation::Capture | Operation::Void | Operation::Refund => {
                approves(intent.amount)
            }
        };
        if operation == Operation::Capture && answer != declines() {
            self.captures += 1;
        }
        self.answers.insert(intent.key.clone(), answer.clone());
        answer
    }
}
