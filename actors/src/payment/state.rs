//! A payment's life.

use std::collections::{BTreeMap, VecDeque};

use amazoff_supervisor::{Claim, Context, Decision, Entity, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::command::{Command, Effect, Terms};
use super::event::Event;
use super::known::{EXPIRY, Known, SYNC};
use super::part::{Ask, Dispute, Part, PartId, PartState, Taking};
use super::provider::{Confirmation, Operation};
use super::rejection::Rejection;
use super::view::{Status, View};
use super::{answer, expiry, observe, parts, reserve, sync};
use crate::ids::PaymentId;
use crate::money::Money;

/// A payment: one attempt to pay one order.
///
/// What was taken follows from the events alone, so a snapshot that does not say it must not be read: its events are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// What is to be paid; set by the first event.
    pub terms: Option<Terms>,
    /// The provider's name for the authorization.
    pub reference: Option<String>,
    /// Where the reservation stands.
    pub stage: Stage,
    /// Whether what is not taken is to be given up as soon as nothing else is under way.
    pub void_wanted: bool,
    /// How often the provider refused to give up what is not taken.
    pub voids_refused: u32,
    /// How often an operation that the provider never received was sent again.
    pub repeats: u32,
    /// When it was asked for first; absent in payments of old programs.
    pub created_at: Option<Timestamp>,
    /// When the last operation on the reservation was decided on; absent in payments of old programs.
    pub began: Option<Timestamp>,
    /// Until when what is reserved can be taken, where the provider says so.
    pub expires_at: Option<Timestamp>,
    /// Whether money was ever reserved.
    pub reserved: bool,
    /// What was taken, capture by capture.
    pub takings: Vec<Taking>,
    /// Partial captures and refunds, in the order in which they were asked for.
    pub parts: Vec<Part>,
    /// Money that card owners take back, by the provider's name for the dispute.
    pub disputes: BTreeMap<String, Dispute>,
    /// The newest messages of the provider that were taken in.
    pub seen: VecDeque<String>,
}

/// Where the reservation stands. At most one call to the provider is under way; the stage names it, or a part does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nothing was asked yet.
    #[default]
    Created,
    /// The provider is asked to reserve the money.
    Authorizing,
    /// The shopper must act.
    RequiresAction {
        /// Where.
        url: String,
    },
    /// The provider is told how the shopper acted.
    Confirming {
        /// How.
        result: Confirmation,
    },
    /// The money is reserved, and perhaps taken in part.
    Authorized,
    /// The provider is asked to take all of the money.
    Capturing,
    /// Money is taken, and nothing is reserved any more. Only refunds and disputes follow.
    Captured,
    /// The provider is asked to give up what is not taken.
    Voiding,
    /// The reservation is given up; nothing was taken. Terminal.
    Voided,
    /// The reservation ran out; nothing was taken. Terminal.
    Expired,
    /// The provider refused. Terminal.
    Failed {
        /// Why.
        code: String,
    },
    /// The answer to an operation on the reservation is missing.
    Unknown {
        /// To which one.
        operation: Operation,
        /// What the shopper decided, when that was the operation.
        confirmation: Option<Confirmation>,
        /// How often the provider was asked without learning it.
        asked: u32,
        /// Whether the provider is being asked right now.
        asking: bool,
    },
    /// The provider acted on another amount; a person must look. Terminal.
    IntegrityFailure {
        /// What it says it acted on.
        reported: Money,
    },
}

impl Stage {
    /// Whether nothing can change it any more, but for a refund of another amount than asked.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Captured
            | Self::Voided
            | Self::Expired
            | Self::Failed { .. }
            | Self::IntegrityFailure { .. } => true,
            Self::Created
            | Self::Authorizing
            | Self::RequiresAction { .. }
            | Self::Confirming { .. }
            | Self::Authorized
            | Self::Capturing
            | Self::Voiding
            | Self::Unknown { .. } => false,
        }
    }
}

impl Payment {
    /// The payment as its payer may see it; `None` before the first command.
    pub fn view(&self, id: PaymentId) -> Option<View> {
        self.terms.as_ref().map(|terms| self.view_of(id, terms))
    }

    pub(super) fn view_of(&self, id: PaymentId, terms: &Terms) -> View {
        let action_url =
            if let Stage::RequiresAction { url } = &self.stage { Some(url.clone()) } else { None };
        let decline_code = if let Stage::Failed { code } = &self.stage { Some(code.clone()) } else { None };
        let money = |amount: i64| (amount != 0).then(|| Money::new(amount, terms.amount.currency));
        View {
            id,
            order_id: terms.order,
            status: Status::from(&self.stage),
            amount: terms.amount,
            captured: money(self.captured()),
            refunded: money(self.refunded()),
            disputed: money(self.disputed()),
            action_url,
            decline_code,
        }
    }

    /// How much was taken, in minor units.
    pub fn captured(&self) -> i64 {
        sum(self.takings.iter().map(|taking| taking.amount))
    }

    /// How much of that was given back.
    pub fn refunded(&self) -> i64 {
        sum(self.takings.iter().map(|taking| taking.refunded))
    }

    /// How much card owners have taken back, or hold until a dispute is over.
    pub fn disputed(&self) -> i64 {
        sum(self.disputes.values().filter(|dispute| dispute.won != Some(true)).map(|of| of.amount.amount))
    }

    /// How much is reserved, not taken, and not about to be.
    pub fn capturable(&self) -> i64 {
        let total = self.terms.as_ref().map_or(0, |terms| terms.amount.amount);
        let pending = self.open_parts(Operation::Capture).map(|part| part.amount.amount - part.done);
        total.saturating_sub(self.captured()).saturating_sub(sum(pending))
    }

    /// How much can be given back yet.
    pub fn refundable(&self) -> i64 {
        let pending = self.open_parts(Operation::Refund).map(|part| part.amount.amount - part.done);
        let gone = self.refunded().saturating_add(sum(pending)).saturating_add(self.disputed());
        self.captured().saturating_sub(gone)
    }

    /// The part of that name.
    pub fn part(&self, id: PartId) -> Option<&Part> {
        self.parts.iter().find(|part| part.id == id)
    }

    /// The part that the provider is asked about.
    pub fn part_under_way(&self) -> Option<(&Part, &Ask)> {
        self.parts.iter().find_map(|part| part.ask().map(|ask| (part, ask)))
    }

    /// The parts that wait for their turn, the next one first.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.state == PartState::Waiting)
    }

    fn open_parts(&self, operation: Operation) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(move |part| part.is_open() && part.id.operation() == operation)
    }

    /// Whether a call to the provider that moves money is under way or its answer missing.
    pub fn is_busy(&self) -> bool {
        let stage = match self.stage {
            Stage::Authorizing
            | Stage::Confirming { .. }
            | Stage::Capturing
            | Stage::Voiding
            | Stage::Unknown { .. } => true,
            Stage::Created
            | Stage::RequiresAction { .. }
            | Stage::Authorized
            | Stage::Captured
            | Stage::Voided
            | Stage::Expired
            | Stage::Failed { .. }
            | Stage::IntegrityFailure { .. } => false,
        };
        stage || self.part_under_way().is_some()
    }
}

pub(super) fn sum(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}

impl Entity for Payment {
    const KIND: &'static str = "payment";
    const SCHEMA: u16 = 3;
    type Command = Command;
    type Event = Event;
    type Reply = View;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        let id = PaymentId::from(context.entity.id);
        if let (Command::Authorize(terms), None) = (command, &self.terms) {
            let known = Known { payment: self, terms, id, now: context.now };
            return Ok(reserve::authorize(&known));
        }
        let terms = self.terms.as_ref().ok_or(Rejection::NotFound)?;
        let known = Known { payment: self, terms, id, now: context.now };
        match command {
            Command::Authorize(asked) if asked == terms => Ok(known.unchanged()),
            Command::Authorize(_) => Err(Rejection::TermsDiffer),
            Command::Confirm { result } => reserve::confirm(&known, *result),
            Command::Capture => reserve::capture(&known),
            Command::Void => reserve::void(&known),
            Command::CapturePart { capture, amount } => parts::capture(&known, *capture, *amount),
            Command::Refund { refund, amount } => parts::refund(&known, *refund, *amount),
            Command::Sync => Ok(sync::ask(&known)),
            Command::Compare => Ok(sync::compare(&known)),
            Command::CheckExpiry => Ok(expiry::check(&known)),
            Command::Observe { event, news, .. } => observe::take_in(&known, event, news),
            Command::Record { operation, key, outcome } => {
                Ok(answer::record(&known, (*operation, key.as_ref()), outcome))
            }
            Command::RecordSync { operation, key, found } => {
                Ok(sync::record(&known, (*operation, key.as_ref()), found))
            }
        }
    }

    fn apply(&mut self, event: &Event) {
        super::apply::apply(self, event);
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::TermsDiffer // a payment claims nothing
    }

    fn reminded(name: &str) -> Option<Command> {
        match name {
            SYNC => Some(Command::Sync),
            EXPIRY => Some(Command::CheckExpiry),
            _ => None,
        }
    }

    fn destination(effect: &Effect) -> String {
        match effect {
            Effect::CallProvider { provider, .. } => format!("provider:{provider}"),
            Effect::TellCheckout { .. } => "checkout".to_owned(),
            Effect::TellOrder { .. } => "order".to_owned(),
        }
    }

    /// Schema 1 stored these facts without anything about them.
    fn upcast(schema: u16, payload: Value) -> Result<Value, String> {
        const BARE: [&str; 3] = ["capture_requested", "captured", "void_requested"];
        match payload.as_str() {
            Some(name) if schema < 2 && BARE.contains(&name) => Ok(json!({ name: {} })),
            Some(_) | None => Ok(payload),
        }
    }
}
