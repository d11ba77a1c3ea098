//! Where a checkout stands.

use std::collections::BTreeSet;

use amazoff_supervisor::{Claim, CommandId, Context, Decision, Entity, Timestamp};
use serde::{Deserialize, Serialize};

use super::command::{Command, Priced, Reply, Start, payment_of};
use super::effect::Effect;
use super::event::Event;
use super::outcome::{AttemptOutcome, Failure, Outcome};
use super::rejection::Rejection;
use super::steps;
use crate::cart::Owner;
use crate::ids::{CartId, OrderId, VariantId};
use crate::order::Line;
use crate::pricebook::CapturePolicy;
use crate::pricing::Totals;

/// The checkout of one cart: the attempt that runs, and how the earlier ones ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkout {
    /// The attempt that runs.
    pub run: Option<Box<Run>>,
    /// The attempts that are over, oldest first.
    pub attempts: Vec<AttemptOutcome>,
}

/// An attempt that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its number, from 1.
    pub attempt: u32,
    /// The command that started it.
    pub command: CommandId,
    /// What the shopper agreed to.
    pub start: Start,
    /// Whose cart it is.
    pub owner: Owner,
    /// What is bought, sorted by variant.
    pub lines: Vec<Line>,
    /// What it costs, once priced.
    pub totals: Option<Totals>,
    /// How the totals came about; attempts of old do not know.
    #[serde(default)]
    pub priced: Option<Box<Priced>>,
    /// The codes that were asked for.
    #[serde(default)]
    pub coupons: BTreeSet<String>,
    /// Which answers it waits for.
    pub phase: Phase,
}

/// What an attempt waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The cart's answer to the claim.
    ClaimingCart,
    /// Today's prices.
    PricingLines,
    /// The stock's answers.
    HoldingStock {
        /// The variants that are held.
        held: BTreeSet<VariantId>,
    },
    /// The order's answer.
    DraftingOrder,
    /// The coupons' answers.
    ClaimingCoupons {
        /// The codes that the order may use.
        claimed: BTreeSet<String>,
    },
    /// The money's reservation.
    Paying {
        /// What the shopper or the provider owes.
        waits_for: WaitsFor,
        /// When patience is over.
        patience_until: Timestamp,
        /// Whether the provider was asked a last time.
        asked: bool,
    },
    /// The stock's promises and the coupons' confirmations.
    CommittingStock {
        /// The variants that are promised.
        committed: BTreeSet<VariantId>,
        /// The codes whose use is final.
        #[serde(default)]
        confirmed: BTreeSet<String>,
    },
    /// The order's binding.
    PlacingOrder,
    /// The money. From here on the order binds.
    Capturing,
    /// The order's knowledge of it.
    MarkingPaid,
    /// The cart's closing.
    CompletingCart,
    /// The end of a reservation that took too long.
    Voiding,
    /// The stock's and the coupons' confirmations that everything is given up.
    ReleasingStock {
        /// Why the attempt fails.
        failure: Failure,
        /// The variants that are given up.
        released: BTreeSet<VariantId>,
        /// The codes that are given back.
        #[serde(default)]
        coupons: BTreeSet<String>,
    },
    /// The cart's opening.
    ReleasingCart {
        /// Why the attempt fails.
        failure: Failure,
    },
}

/// Whom a payment waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// The provider, as usual.
    Provider,
    /// The provider, whose answer got lost.
    LostAnswer,
    /// The shopper.
    Shopper {
        /// Where to act.
        url: String,
    },
}

impl Run {
    /// When the money is to be taken.
    pub fn capture(&self) -> CapturePolicy {
        self.priced.as_ref().map_or(CapturePolicy::OnPlacement, |priced| priced.capture)
    }
}

impl Checkout {
    /// The number that the next attempt gets.
    pub(super) fn next_attempt(&self) -> u32 {
        self.attempts.last().map_or(1, |last| last.attempt + 1)
    }

    /// Whether the cart has become an order and the process is over.
    pub fn is_done(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.failure.is_none())
    }

    /// What can be told about an attempt; `None` while there is nothing to tell.
    pub fn outcome(&self, cart: CartId, attempt: u32) -> Option<Outcome> {
        let order = OrderId::of_cart(cart);
        if let Some(past) = self.attempts.iter().find(|past| past.attempt == attempt) {
            return Some(past.failure.clone().map_or(Outcome::Placed { order }, Outcome::Failed));
        }
        let run = self.run.as_deref().filter(|run| run.attempt == attempt)?;
        match &run.phase {
            Phase::Paying { waits_for: WaitsFor::Shopper { url }, .. } => {
                let payment = payment_of(cart, attempt);
                Some(Outcome::RequiresAction { order, payment, url: url.clone() })
            }
            Phase::Paying { waits_for: WaitsFor::LostAnswer, .. } => Some(Outcome::Processing { order }),
            Phase::Capturing | Phase::MarkingPaid | Phase::CompletingCart => Some(Outcome::Placed { order }),
            Phase::ClaimingCart
            | Phase::PricingLines
            | Phase::HoldingStock { .. }
            | Phase::DraftingOrder
            | Phase::ClaimingCoupons { .. }
            | Phase::Paying { waits_for: WaitsFor::Provider, .. }
            | Phase::CommittingStock { .. }
            | Phase::PlacingOrder
            | Phase::Voiding
            | Phase::ReleasingStock { .. }
            | Phase::ReleasingCart { .. } => None,
        }
    }

    /// The newest attempt's number.
    pub fn newest(&self) -> Option<u32> {
        let running = self.run.as_ref().map(|run| run.attempt);
        running.or_else(|| self.attempts.last().map(|past| past.attempt))
    }
}

impl Entity for Checkout {
    const KIND: &'static str = "checkout";
    /// 2: the whole quote, and coupons.
    const SCHEMA: u16 = 2;
    type Command = Command;
    type Event = Event;
    type Reply = Reply;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        steps::decide(self, command, context)
    }

    fn apply(&mut self, event: &Event) {
        super::apply::apply(self, event);
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::TooManyAttempts // a checkout claims nothing
    }

    fn reminded(name: &str) -> Option<Command> {
        (name == steps::PATIENCE).then_some(Command::Wake)
    }

    fn destination(effect: &Effect) -> String {
        effect.destination()
    }
}
