//! What may happen next, by chance.

use std::time::Duration;

use amazoff_actors::ids::{CaptureId, RefundId};
use amazoff_actors::money::Money;
use amazoff_actors::payment::{Command, Confirmation};
use amazoff_paysim::{Act, Fault, Plan};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use uuid::Uuid;

use super::A_DAY;

/// What may happen next.
pub(crate) enum Step {
    /// Somebody asks something of the payment.
    Command(Command),
    /// The next effect is delivered.
    Deliver,
    /// The next effect is delivered, but the program ends before it notes the answer.
    DeliverAndCrash,
    /// Something will go wrong.
    Fault(Plan),
    /// A message of the provider's arrives; kept, it arrives again later.
    Message { keep: bool },
    /// Messages get lost for ever.
    LoseMessages,
    /// The shopper answers the bank.
    Act(Act),
    /// The card's owner takes money back.
    Dispute { amount: Option<i64> },
    /// A dispute ends.
    CloseDispute { won: bool },
    /// A refund that waits ends.
    EndRefund { fails: bool },
    /// A refund that was done fails after all.
    FailRefund,
    /// The provider forgets keys, as it may after a day: so a day passes.
    ForgetKeys,
    /// Time passes.
    Wait(Duration),
}

pub(crate) struct Dice(StdRng);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }
    pub(crate) fn between(&mut self, range: std::ops::Range<usize>) -> usize {
        self.0.random_range(range)
    }
    pub(crate) fn below(&mut self, count: usize) -> usize {
        if count == 0 { 0 } else { self.0.random_range(0..count) }
    }
    pub(crate) fn once_in(&mut self, times: u32) -> bool {
        self.0.random_range(0..times) == 0
    }
    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub(crate) fn token(&mut self) -> &'static str {
        self.one_of(&[
            "pm_card_visa",
            "pm_card_visa",
            "pm_card_visa",
            "pm_card_visa",
            "pm_card_capturedOnce",
            "pm_card_authenticationRequired",
            "pm_card_authenticationRequired",
            "pm_card_createDispute",
            "pm_card_pendingRefund",
            "pm_card_chargeDeclined",
        ])
    }

    pub(crate) fn step(&mut self) -> Step {
        match self.below(100) {
            0..25 => Step::Command(self.command()),
            25..60 => Step::Deliver,
            60..64 => Step::DeliverAndCrash,
            64..74 => Step::Fault(self.plan()),
            74..84 => Step::Message { keep: self.once_in(3) },
            84..86 => Step::LoseMessages,
            86..91 => {
                Step::Act(self.one_of(&[Act::Approve, Act::Approve, Act::Decline, Act::ApproveWithABadCard]))
            }
            91..93 => Step::Dispute { amount: self.once_in(2).then(|| self.amount()) },
            93..94 => Step::CloseDispute { won: self.once_in(2) },
            94..96 => Step::EndRefund { fails: self.once_in(3) },
            96..98 => Step::FailRefund,
            98..99 if self.once_in(3) => Step::ForgetKeys,
            _ => Step::Wait(self.pause()),
        }
    }

    fn pause(&mut self) -> Duration {
        let seconds = self.one_of(&[1, 5, 60, 600, 3_600, 8 * 3_600]);
        if self.once_in(40) { A_DAY * 7 } else { Duration::from_secs(seconds) }
    }

    fn amount(&mut self) -> i64 {
        if self.once_in(5) { super::desk::WHOLE } else { self.0.random_range(1..3_000) }
    }

    fn command(&mut self) -> Command {
        let part = Uuid::from_u128(self.0.random_range(0..4));
        let amount = Money::eur(self.amount());
        match self.below(20) {
            0..2 => Command::Confirm { result: self.one_of(&[Confirmation::Approve, Confirmation::Decline]) },
            2..4 => Command::Capture,
            4..10 => Command::CapturePart { capture: CaptureId::from(part), amount },
            10..16 => Command::Refund { refund: RefundId::from(part), amount },
            16 => Command::Void,
            17 => Command::CheckExpiry,
            18 => Command::Compare,
            _ => Command::Sync,
        }
    }

    fn plan(&mut self) -> Plan {
        let operation = self.one_of(&[
            "stripe.intent.create",
            "stripe.intent.capture",
            "stripe.intent.cancel",
            "stripe.refund.create",
            "stripe.intent.show",
            "stripe.",
        ]);
        let fault = match self.below(40) {
            0..6 => Fault::ResetBefore,
            6..14 => Fault::ResetAfter,
            14..18 => Fault::Truncated,
            18..21 => Fault::Error500,
            21..23 => Fault::Error500Stored { done: false },
            23..27 => Fault::Error500Stored { done: true },
            27..30 => Fault::Html502 { done: false },
            30..34 => Fault::Html502 { done: true },
            34..38 => Fault::RateLimited { retry_after_s: 1 },
            38 => Fault::StallAfter { ms: 400 },
            _ => Fault::WrongAmount { delta: -1 },
        };
        Plan { fault, operation: operation.to_owned(), skip: 0, times: 1 }
    }
}
