//! What a payment's effects do: calls to providers and news for the checkout.

use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::{Clock, Deliver, Delivered, Delivery, Directory};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::answer::INTEGRITY;
use super::command::{Call, Command, Effect, Outcome, Update};
use super::known::is_old;
use super::provider::{
    Found, Intent, Lookup, Operation, PaymentProvider, ProviderAnswer, ProviderError, Providers,
};
use super::state::Payment;
use crate::checkout::{self, Checkout, Reached};
use crate::ids::{CartId, OrderId, PaymentId};
use crate::order::{self, Fact, Order};

/// How long a provider may think before its answer counts as missing.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// How often an unreachable provider is tried before the question is treated as perhaps heard.
const TRIES_MAX: u32 = 5;
/// From this many fruitless questions on, a person is told.
const ALERT_AFTER: u32 = 10;

/// Delivers the effects of payments.
pub struct PaymentDelivery {
    providers: Providers,
    checkouts: Directory<Checkout>,
    orders: Directory<Order>,
    clock: Arc<dyn Clock>,
}

impl PaymentDelivery {
    /// Calls these providers and tells these checkouts and orders.
    pub fn new(
        providers: Providers,
        checkouts: Directory<Checkout>,
        orders: Directory<Order>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { providers, checkouts, orders, clock }
    }

    async fn call(&self, provider: &str, call: &Call, attempts: u32) -> Delivered<Command> {
        let Some(provider) = self.providers.get(provider) else {
            return unknown_provider(call);
        };
        if let Some(answer) = of_nothing(call) {
            return answer;
        }
        let intent = intent_of(call);
        // It lay here for so long that the provider may have forgotten the key: it is looked up instead.
        let is_find = matches!(call, Call::Find { .. });
        if !is_find && is_old(intent.asked_at, self.clock.now()) {
            return Delivered::Answer(recorded(operation_of(call), intent, Outcome::Unknown));
        }
        ask(provider.as_ref(), (call, intent), attempts).await
    }

    async fn tell(
        &self,
        delivery: &Delivery<'_, Effect>,
        cart: CartId,
        update: &Update,
    ) -> Delivered<Command> {
        let payment = PaymentId::from(delivery.key.entity.id);
        if *update == Update::IntegrityFailure {
            tracing::error!(payment.id = %payment, "the provider acted on another amount than payment {payment} asked");
        }
        let command = checkout::Command::PaymentUpdate { payment, update: update.clone() };
        match Reached::from(self.checkouts.execute(cart.uuid(), command, delivery.envelope()).await) {
            Reached::Accepted(_) => Delivered::Done,
            Reached::Refused(refusal) => {
                tracing::error!(payment.id = %payment, %refusal, "checkout refused news of payment {payment}: {refusal}");
                Delivered::Dead { reason: refusal.to_string() }
            }
            Reached::Poisoned(reason) => Delivered::Dead { reason },
            Reached::NotNow(reason) => Delivered::Retry { reason },
        }
    }

    async fn tell_order(
        &self,
        delivery: &Delivery<'_, Effect>,
        order: OrderId,
        (payment, fact): (PaymentId, &Fact),
    ) -> Delivered<Command> {
        if let Fact::RefundReturned { amount, code, .. } = fact {
            tracing::error!(payment.id = %payment, %code, "a refund of {amount} by payment {payment} failed after it was done: {code}");
        }
        if matches!(fact, Fact::Paying { update: Update::IntegrityFailure }) {
            tracing::error!(payment.id = %payment, "the provider acted on another amount than payment {payment} asked");
        }
        if let Fact::CaptureFailed { code, .. } | Fact::RefundFailed { code, .. } = fact {
            if code == INTEGRITY {
                tracing::error!(payment.id = %payment, "the provider acted on another amount than payment {payment} asked");
            } else {
                tracing::warn!(payment.id = %payment, %code, "the provider refuses a part of payment {payment}: {code}");
            }
        }
        let command = order::Command::NoteFact { payment, fact: fact.clone() };
        match Reached::from(self.orders.execute(order.uuid(), command, delivery.envelope()).await) {
            Reached::Accepted(_) => Delivered::Done,
            Reached::Refused(refusal) => {
                tracing::error!(payment.id = %payment, %refusal, "order {order} refused news of payment {payment}: {refusal}");
                Delivered::Dead { reason: refusal.to_string() }
            }
            Reached::Poisoned(reason) => Delivered::Dead { reason },
            Reached::NotNow(reason) => Delivered::Retry { reason },
        }
    }
}

impl Deliver<Payment> for PaymentDelivery {
    fn deliver<'a>(&'a self, delivery: Delivery<'a, Effect>) -> BoxFuture<'a, Delivered<Command>> {
        async move {
            match delivery.effect {
                Effect::CallProvider { provider, call } => self.call(provider, call, delivery.attempts).await,
                Effect::TellCheckout { cart, update } => self.tell(&delivery, *cart, update).await,
                Effect::TellOrder { order, payment, fact } => {
                    self.tell_order(&delivery, *order, (*payment, fact)).await
                }
            }
        }
        .boxed()
    }
}

/// Where nothing is to be paid there is nothing to reserve, and providers refuse to: nobody is asked.
pub(super) fn of_nothing(call: &Call) -> Option<Delivered<Command>> {
    let intent = intent_of(call);
    if intent.amount.amount != 0 {
        return None;
    }
    let named = || format!("nothing-{}", intent.payment.uuid().simple());
    let reference = intent.reference.clone().unwrap_or_else(named);
    let answer = ProviderAnswer::approved(reference, intent.amount);
    Some(Delivered::Answer(match call {
        Call::Find { operation, intent, .. } => {
            let (operation, key, found) = (*operation, Some(intent.key.clone()), Found::Answered(answer));
            Command::RecordSync { operation, key, found }
        }
        Call::Authorize { .. }
        | Call::Confirm { .. }
        | Call::Capture { .. }
        | Call::Void { .. }
        | Call::Refund { .. } => recorded(operation_of(call), intent, Outcome::Answered(answer)),
    }))
}

fn intent_of(call: &Call) -> &Intent {
    match call {
        Call::Authorize { intent, .. }
        | Call::Confirm { intent, .. }
        | Call::Capture { intent }
        | Call::Void { intent }
        | Call::Refund { intent }
        | Call::Find { intent, .. } => intent,
    }
}

/// A provider that is not configured was certainly not asked.
fn unknown_provider(call: &Call) -> Delivered<Command> {
    match call {
        Call::Authorize { intent, .. } => {
            let outcome = Outcome::Answered(ProviderAnswer::declined("provider-unknown"));
            Delivered::Answer(recorded(Operation::Authorize, intent, outcome))
        }
        // It was configured when the money was reserved: somebody must put it back.
        Call::Confirm { .. }
        | Call::Capture { .. }
        | Call::Void { .. }
        | Call::Refund { .. }
        | Call::Find { .. } => {
            Delivered::Retry { reason: "the payment's provider is not configured any more".to_owned() }
        }
    }
}

fn operation_of(call: &Call) -> Operation {
    match call {
        Call::Authorize { .. } => Operation::Authorize,
        Call::Confirm { .. } => Operation::Confirm,
        Call::Capture { .. } => Operation::Capture,
        Call::Void { .. } => Operation::Void,
        Call::Refund { .. } => Operation::Refund,
        Call::Find { operation, .. } => *operation,
    }
}

fn recorded(operation: Operation, intent: &Intent, outcome: Outcome) -> Command {
    Command::Record { operation, key: Some(intent.key.clone()), outcome }
}

pub(super) async fn ask(
    provider: &dyn PaymentProvider,
    (call, intent): (&Call, &Intent),
    attempts: u32,
) -> Delivered<Command> {
    let answer = match call {
        Call::Authorize { token, .. } => provider.authorize(intent, token),
        Call::Confirm { result, .. } => provider.confirm(intent, *result),
        Call::Capture { .. } => provider.capture(intent),
        Call::Void { .. } => provider.void(intent),
        Call::Refund { .. } => provider.refund(intent),
        Call::Find { operation, asked, .. } => return find(provider, *operation, intent, *asked).await,
    };
    let outcome = match tokio::time::timeout(CALL_TIMEOUT, answer).await {
        Ok(Ok(answer)) => Outcome::Answered(answer),
        Ok(Err(ProviderError::Unavailable(reason))) if attempts < TRIES_MAX => {
            return Delivered::Retry { reason };
        }
        // An earlier try of this effect may have been heard just before a crash, so giving up is not a refusal.
        Ok(Err(ProviderError::Unavailable(_) | ProviderError::Unknown(_))) | Err(_) => Outcome::Unknown,
    };
    if let (Call::Void { .. }, Outcome::Answered(ProviderAnswer::Declined { code })) = (call, &outcome) {
        let payment = intent.payment;
        tracing::error!(payment.id = %payment, %code, "the provider does not give up what payment {payment} reserved: {code}");
    }
    Delivered::Answer(recorded(operation_of(call), intent, outcome))
}

pub(super) async fn find(
    provider: &dyn PaymentProvider,
    operation: Operation,
    intent: &Intent,
    asked: u32,
) -> Delivered<Command> {
    if asked >= ALERT_AFTER {
        let payment = intent.payment;
        tracing::error!(payment.id = %payment, asked, "the outcome of payment {payment} is unknown after {asked} questions");
    }
    let lookup = Lookup { operation, intent: intent.clone() };
    match tokio::time::timeout(CALL_TIMEOUT, provider.find(&lookup)).await {
        Ok(Ok(found)) => {
            Delivered::Answer(Command::RecordSync { operation, key: Some(intent.key.clone()), found })
        }
        Ok(Err(error)) => Delivered::Retry { reason: error.to_string() },
        Err(_) => Delivered::Retry { reason: "the provider did not answer in time".to_owned() },
    }
}
