//! A payment's life and the rules of its commands.

use std::time::Duration;

use amazoff_supervisor::{Claim, Context, Decision, Entity, Timestamp};
use serde::{Deserialize, Serialize};

use super::apply::confirmation_of;
use super::command::{Call, Command, Effect, Outcome, Terms, Update};
use super::event::Event;
use super::provider::{Confirmation, Intent, IntentKey, Operation};
use super::rejection::Rejection;
use super::view::{Status, View};
use super::{answer, sync};
use crate::ids::PaymentId;
use crate::money::Money;

/// A payment: one attempt to pay one order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// What is to be paid; set by the first event.
    pub terms: Option<Terms>,
    /// The provider's name for the authorization.
    pub reference: Option<String>,
    /// Where it stands.
    pub stage: Stage,
    /// Whether the reservation is to be given up as soon as its fate is known.
    pub void_wanted: bool,
    /// How often an operation that the provider never received was sent again.
    pub repeats: u32,
}

/// Where a payment stands. At most one call to the provider is under way, and the stage names it.
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
    /// The money is reserved.
    Authorized,
    /// The provider is asked to take the money.
    Capturing,
    /// The money is taken. Terminal.
    Captured,
    /// The provider is asked to give the reservation up.
    Voiding,
    /// The reservation is given up. Terminal.
    Voided,
    /// The provider refused. Terminal.
    Failed {
        /// Why.
        code: String,
    },
    /// The answer to an operation is missing.
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
    /// Whether nothing can change it any more.
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Captured | Self::Voided | Self::Failed { .. } | Self::IntegrityFailure { .. } => true,
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

    fn view_of(&self, id: PaymentId, terms: &Terms) -> View {
        let action_url =
            if let Stage::RequiresAction { url } = &self.stage { Some(url.clone()) } else { None };
        let decline_code = if let Stage::Failed { code } = &self.stage { Some(code.clone()) } else { None };
        let status = Status::from(&self.stage);
        View { id, order_id: terms.order, status, amount: terms.amount, action_url, decline_code }
    }
}

/// A payment whose terms are fixed, and the command's context: what every rule but the first needs.
pub(super) struct Known<'a> {
    pub(super) payment: &'a Payment,
    pub(super) terms: &'a Terms,
    pub(super) id: PaymentId,
    pub(super) now: Timestamp,
}

impl Known<'_> {
    /// The decision that nothing happens.
    pub(super) fn unchanged(&self) -> Decision<Payment> {
        Decision::reply(self.payment.view_of(self.id, self.terms))
    }

    /// The decision that these events happen.
    pub(super) fn happens(&self, events: Vec<Event>) -> Decision<Payment> {
        let reply = self.payment.after(&events).view_of(self.id, self.terms);
        Decision { events, ..Decision::reply(reply) }
    }

    /// News for the checkout.
    pub(super) fn tell(&self, update: Update) -> Effect {
        Effect::TellCheckout { cart: self.terms.cart, update }
    }

    /// A call under the operation's own key; `reference` is what the provider named the authorization.
    pub(super) fn call(&self, operation: Operation, reference: Option<String>) -> Effect {
        let intent = self.intent(operation, reference);
        let call = match operation {
            Operation::Authorize => Call::Authorize { intent, token: self.terms.token.clone() },
            Operation::Confirm => Call::Confirm { intent, result: self.confirmation() },
            Operation::Capture => Call::Capture { intent },
            Operation::Void | Operation::Refund => Call::Void { intent },
        };
        self.provider(call)
    }

    /// A call to look an operation up.
    pub(super) fn find(&self, operation: Operation, asked: u32) -> Effect {
        let intent = self.intent(operation, self.payment.reference.clone());
        self.provider(Call::Find { operation, intent, asked })
    }

    pub(super) fn provider(&self, call: Call) -> Effect {
        Effect::CallProvider { provider: self.terms.provider.clone(), call }
    }

    pub(super) fn intent(&self, operation: Operation, reference: Option<String>) -> Intent {
        let key = IntentKey::of(self.id, operation);
        Intent {
            key,
            payment: self.id,
            order: Some(self.terms.order),
            asked_at: None,
            amount: self.terms.amount,
            reference,
            capture_reference: None,
        }
    }

    /// What the shopper decided, as far as it is known; a doubtful answer never approves.
    fn confirmation(&self) -> Confirmation {
        confirmation_of(&self.payment.stage).unwrap_or(Confirmation::Decline)
    }

    fn confirm(&self, result: Confirmation) -> Result<Decision<Payment>, Rejection> {
        match &self.payment.stage {
            Stage::RequiresAction { .. } => {
                let intent = self.intent(Operation::Confirm, self.payment.reference.clone());
                let call = self.provider(Call::Confirm { intent, result });
                Ok(self.happens(vec![Event::ConfirmationRequested { result }]).effect(call))
            }
            Stage::Confirming { .. }
            | Stage::Authorized
            | Stage::Capturing
            | Stage::Captured
            | Stage::Unknown { operation: Operation::Confirm | Operation::Capture, .. } => {
                Ok(self.unchanged())
            }
            Stage::Created
            | Stage::Authorizing
            | Stage::Voiding
            | Stage::Voided
            | Stage::Failed { .. }
            | Stage::Unknown {
                operation: Operation::Authorize | Operation::Void | Operation::Refund, ..
            }
            | Stage::IntegrityFailure { .. } => Err(Rejection::NothingToConfirm),
        }
    }

    fn capture(&self) -> Result<Decision<Payment>, Rejection> {
        match &self.payment.stage {
            Stage::Authorized => {
                let call = self.call(Operation::Capture, self.payment.reference.clone());
                Ok(self.happens(vec![Event::CaptureRequested]).effect(call))
            }
            Stage::Capturing | Stage::Captured | Stage::Unknown { operation: Operation::Capture, .. } => {
                Ok(self.unchanged())
            }
            Stage::Created
            | Stage::Authorizing
            | Stage::RequiresAction { .. }
            | Stage::Confirming { .. }
            | Stage::Voiding
            | Stage::Voided
            | Stage::Failed { .. }
            | Stage::Unknown {
                operation: Operation::Authorize | Operation::Confirm | Operation::Void | Operation::Refund,
                ..
            }
            | Stage::IntegrityFailure { .. } => Err(Rejection::NotAuthorized),
        }
    }

    fn void(&self) -> Result<Decision<Payment>, Rejection> {
        match &self.payment.stage {
            Stage::Authorized | Stage::RequiresAction { .. } => {
                let call = self.call(Operation::Void, self.payment.reference.clone());
                Ok(self.happens(vec![Event::VoidRequested]).effect(call))
            }
            Stage::Authorizing
            | Stage::Confirming { .. }
            | Stage::Unknown { operation: Operation::Authorize | Operation::Confirm, .. } => {
                if self.payment.void_wanted {
                    return Ok(self.unchanged());
                }
                Ok(self.happens(vec![Event::VoidWanted]))
            }
            Stage::Created
            | Stage::Voiding
            | Stage::Voided
            | Stage::Failed { .. }
            | Stage::Unknown { operation: Operation::Void | Operation::Refund, .. }
            | Stage::IntegrityFailure { .. } => Ok(self.unchanged()),
            Stage::Capturing | Stage::Captured | Stage::Unknown { operation: Operation::Capture, .. } => {
                Err(Rejection::AlreadyCaptured)
            }
        }
    }
}

/// The reminder that asks the provider again.
pub(super) const SYNC: &str = "sync";

/// When to ask again after so many questions: one second, doubled each time, five minutes at most.
pub(super) fn ask_again_after(asked: u32) -> Duration {
    Duration::from_secs(1u64 << asked.min(8)).min(Duration::from_mins(5))
}

impl Entity for Payment {
    const KIND: &'static str = "payment";
    type Command = Command;
    type Event = Event;
    type Reply = View;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        let id = PaymentId::from(context.entity.id);
        if let (Command::Authorize(terms), None) = (command, &self.terms) {
            let known = Known { payment: self, terms, id, now: context.now };
            let call = known.call(Operation::Authorize, None);
            return Ok(known.happens(vec![Event::AuthorizationRequested(terms.clone())]).effect(call));
        }
        let terms = self.terms.as_ref().ok_or(Rejection::NotFound)?;
        let known = Known { payment: self, terms, id, now: context.now };
        match command {
            Command::Authorize(asked) if asked == terms => Ok(known.unchanged()),
            Command::Authorize(_) => Err(Rejection::TermsDiffer),
            Command::Confirm { result } => known.confirm(*result),
            Command::Capture => known.capture(),
            Command::Void => known.void(),
            Command::Sync => Ok(sync::ask(&known)),
            Command::Record { operation, outcome } => Ok(record(&known, *operation, outcome)),
            Command::RecordSync { operation, found } => Ok(sync::record(&known, *operation, found)),
        }
    }

    fn apply(&mut self, event: &Event) {
        super::apply::apply(self, event);
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::TermsDiffer // a payment claims nothing
    }

    fn reminded(name: &str) -> Option<Command> {
        (name == SYNC).then_some(Command::Sync)
    }

    fn destination(effect: &Effect) -> String {
        match effect {
            Effect::CallProvider { provider, .. } => format!("provider:{provider}"),
            Effect::TellCheckout { .. } => "checkout".to_owned(),
        }
    }
}

/// Takes in how a call ended; an answer to a call that is not under way is outdated and changes nothing.
fn record(known: &Known<'_>, operation: Operation, outcome: &Outcome) -> Decision<Payment> {
    if under_way(&known.payment.stage) != Some(operation) {
        return known.unchanged();
    }
    match outcome {
        Outcome::Answered(answer) => answer::settle(known, operation, answer),
        Outcome::Unknown => known
            .happens(vec![Event::OutcomeUnknown { operation }])
            .effect(known.tell(Update::Unknown))
            .remind(SYNC, known.now.plus(ask_again_after(0))),
    }
}

/// The operation that the provider is working on.
fn under_way(stage: &Stage) -> Option<Operation> {
    match stage {
        Stage::Authorizing => Some(Operation::Authorize),
        Stage::Confirming { .. } => Some(Operation::Confirm),
        Stage::Capturing => Some(Operation::Capture),
        Stage::Voiding => Some(Operation::Void),
        Stage::Created
        | Stage::RequiresAction { .. }
        | Stage::Authorized
        | Stage::Captured
        | Stage::Voided
        | Stage::Failed { .. }
        | Stage::Unknown { .. }
        | Stage::IntegrityFailure { .. } => None,
    }
}
