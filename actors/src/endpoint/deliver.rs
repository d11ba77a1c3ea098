//! What an endpoint's effects do: one attempt to hand a message over, or a word to whoever made the endpoint.

use std::sync::Arc;

use amazoff_supervisor::{Clock, Deliver, Delivered, Delivery, Directory, Timestamp, Vault};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::handle::secret;
use super::{Attempt, CallRequest, Caller, Command, Effect, Endpoint};
use crate::checkout::Reached;
use crate::ids::{EndpointId, MessageId, UserId};
use crate::inbox::{Inboxes, Matter};

/// Delivers the effects of endpoints.
pub struct EndpointDelivery {
    /// The endpoints, as they are when an attempt is made.
    pub endpoints: Directory<Endpoint>,
    /// What people are told.
    pub inboxes: Inboxes,
    /// Calls receivers.
    pub caller: Arc<dyn Caller>,
    /// Derives secrets.
    pub vault: Vault,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Deliver<Endpoint> for EndpointDelivery {
    fn deliver<'a>(&'a self, sent: Delivery<'a, Effect>) -> BoxFuture<'a, Delivered<Command>> {
        async move {
            let id = EndpointId::from(sent.key.entity.id);
            match sent.effect {
                Effect::Call { message, call } => self.call(id, (*message, *call)).await,
                Effect::Tell { user, at } => self.tell((id, *user), *at, &sent).await,
            }
        }
        .boxed()
    }
}

impl EndpointDelivery {
    /// One attempt. What comes of it is an answer in any case: when the next one is made is the endpoint's to say.
    async fn call(&self, id: EndpointId, (message, call): (MessageId, u32)) -> Delivered<Command> {
        let endpoint = match self.endpoints.read(id.uuid()).await {
            Ok(Some(endpoint)) => endpoint,
            Ok(None) => return Delivered::Done,
            Err(error) => return Delivered::Retry { reason: error.to_string() },
        };
        let state = &endpoint.state;
        let (Some(config), Some(sent)) = (&state.config, state.messages.get(&message)) else {
            return Delivered::Done; // deleted meanwhile
        };
        let now = self.clock.now();
        let old = state.old_until.filter(|until| *until > now).and_then(|_| state.generation.checked_sub(1));
        let secrets = [Some(state.generation), old].into_iter().flatten();
        let request = CallRequest {
            url: config.url.clone(),
            id: message.to_string(),
            timestamp_s: now.unix_ms().div_euclid(1_000),
            body: sent.body.clone(),
            secrets: secrets.map(|generation| secret(&self.vault, id, generation)).collect(),
        };
        let heard = self.caller.call(&request).await;
        let (status, latency_ms, retry_after_s) = (heard.status, heard.latency_ms, heard.retry_after_s);
        let attempt = Attempt { at: now, status, latency_ms, excerpt: heard.excerpt };
        if !attempt.succeeded() {
            tracing::info!(endpoint.id = %id, message.id = %message, ?status, "{id} has not taken {message}");
        }
        Delivered::Answer(Command::NoteAttempt { message, call, attempt, retry_after_s })
    }

    async fn tell(
        &self,
        (id, user): (EndpointId, UserId),
        at: Timestamp,
        sent: &Delivery<'_, Effect>,
    ) -> Delivered<Command> {
        tracing::warn!(endpoint.id = %id, "{id} takes nothing and was disabled");
        let told =
            self.inboxes.put(user, (Matter::EndpointDisabled { endpoint: id }, at), sent.envelope()).await;
        match Reached::from(told) {
            Reached::Accepted(_) => Delivered::Done,
            Reached::Refused(refusal) => Delivered::Dead { reason: refusal.to_string() },
            Reached::Poisoned(reason) => Delivered::Dead { reason },
            Reached::NotNow(reason) => Delivered::Retry { reason },
        }
    }
}
