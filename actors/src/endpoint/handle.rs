//! The way to endpoints.

use std::collections::BTreeSet;
use std::sync::Arc;

use amazoff_supervisor::journal::{Journal, JournalError};
use amazoff_supervisor::{Answer, AskError, Clock, Directory, Entity, Envelope, ReadError, Vault};
use serde_json::json;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    Caller, Command, Endpoint, EndpointView, EventType, MessageView, Rejection, Reply, TargetRefused,
};
use crate::asking::not_read;
use crate::ids::{EndpointId, MessageId, UserId};

/// How many endpoints there may be.
pub(super) const ENDPOINTS_MAX: usize = 20;
/// Ids that are read from the journal at once.
const PAGE: usize = 100;

/// All endpoints. Cheap to clone.
#[derive(Clone)]
pub struct Endpoints {
    pub(super) directory: Directory<Endpoint>,
    journal: Arc<dyn Journal>,
    caller: Arc<dyn Caller>,
    vault: Vault,
    clock: Arc<dyn Clock>,
    /// All that were ever made, and some that perhaps were not; read from the journal at first. One is added before it is made,
    /// so that none is missing, whatever becomes of the command.
    known: Arc<Mutex<Option<BTreeSet<EndpointId>>>>,
}

/// What somebody wants an endpoint to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointForm {
    /// Where events are sent.
    pub url: String,
    /// Which.
    pub events: BTreeSet<EventType>,
}

type Refused = AskError<Rejection>;

/// The secret of an endpoint by its number. It is kept nowhere.
pub(super) fn secret(vault: &Vault, endpoint: EndpointId, generation: u32) -> [u8; 32] {
    vault.subkey(&format!("webhook-secret {endpoint} {generation}"))
}

impl Endpoints {
    /// Endpoints over their directory. The journal is asked only which there are.
    pub fn new(
        directory: Directory<Endpoint>,
        journal: Arc<dyn Journal>,
        caller: Arc<dyn Caller>,
        (vault, clock): (Vault, Arc<dyn Clock>),
    ) -> Self {
        Self { directory, journal, caller, vault, clock, known: Arc::default() }
    }

    /// Makes an endpoint. Its id follows from the command's, so a repeat makes the same one.
    ///
    /// # Errors
    /// `endpoint-url-refused`, `too-many-endpoints`.
    pub async fn create(
        &self,
        form: EndpointForm,
        by: UserId,
        envelope: Envelope,
    ) -> Result<Answer<EndpointId>, Refused> {
        let EndpointForm { url, events } = form;
        let refused = |TargetRefused(reason)| refused(Rejection::UrlRefused { reason });
        self.caller.check(&url).await.map_err(refused)?;
        let id = EndpointId::from(envelope.command_id.derive("endpoint"));
        self.admit(id).await?;
        let answer = self.directory.execute(id.uuid(), Command::Create { url, events, by }, envelope).await?;
        let Answer { replayed, version, position, .. } = answer;
        Ok(Answer { reply: id, replayed, version, position })
    }

    /// Counts the endpoints that there are, and adds one to those that are known.
    async fn admit(&self, id: EndpointId) -> Result<(), Refused> {
        let mut known = self.known.lock().await;
        let ids = match known.take() {
            Some(ids) => ids,
            None => self.stored().await.map_err(away)?,
        };
        let there = self.views(&ids).await;
        let ids = known.insert(ids);
        let there = there.map_err(not_read)?;
        if there.len() >= ENDPOINTS_MAX && !there.iter().any(|view| view.id == id) {
            return Err(refused(Rejection::TooManyEndpoints));
        }
        ids.insert(id);
        Ok(())
    }

    async fn stored(&self) -> Result<BTreeSet<EndpointId>, JournalError> {
        let (mut ids, mut after): (BTreeSet<EndpointId>, Option<Uuid>) = (BTreeSet::new(), None);
        loop {
            let page = self.journal.entities(Endpoint::KIND, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(ids) };
            after = Some(*last);
            ids.extend(page.into_iter().map(EndpointId::from));
        }
    }

    pub(super) async fn ids(&self) -> Result<BTreeSet<EndpointId>, ReadError> {
        let mut known = self.known.lock().await;
        if let Some(ids) = &*known {
            return Ok(ids.clone());
        }
        let stored = self.stored().await.map_err(|error| ReadError::Unavailable(error.to_string()))?;
        Ok(known.insert(stored).clone())
    }

    async fn views(&self, ids: &BTreeSet<EndpointId>) -> Result<Vec<EndpointView>, ReadError> {
        let mut views = Vec::new();
        for id in ids {
            views.extend(self.get(*id).await?);
        }
        views.sort_by_key(|view| (view.created_at, view.id));
        Ok(views)
    }

    /// All endpoints, the oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn list(&self) -> Result<Vec<EndpointView>, ReadError> {
        self.views(&self.ids().await?).await
    }

    /// An endpoint; `None` when there is none, or no more.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn get(&self, id: EndpointId) -> Result<Option<EndpointView>, ReadError> {
        let Some(endpoint) = self.directory.read(id.uuid()).await? else { return Ok(None) };
        let state = &endpoint.state;
        Ok(state.config.as_ref().map(|config| EndpointView {
            id,
            url: config.url.clone(),
            events: config.events.clone(),
            disabled: state.disabled,
            failing_since: state.failing_since,
            old_secret_until: state.old_until.filter(|until| *until > self.clock.now()),
            pending: state.pending(),
            created_at: config.created_at,
        }))
    }

    /// The secret of an endpoint: what messages are signed with.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn secret(&self, id: EndpointId) -> Result<Option<[u8; 32]>, ReadError> {
        let endpoint = self.directory.read(id.uuid()).await?;
        let there = endpoint.filter(|endpoint| endpoint.state.config.is_some());
        Ok(there.map(|endpoint| secret(&self.vault, id, endpoint.state.generation)))
    }

    /// The messages of an endpoint that are kept, the newest first; `None` when there is no such endpoint.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn deliveries(&self, id: EndpointId) -> Result<Option<Vec<MessageView>>, ReadError> {
        let endpoint = self.directory.read(id.uuid()).await?;
        let Some(endpoint) = endpoint.filter(|endpoint| endpoint.state.config.is_some()) else {
            return Ok(None);
        };
        let view = |(id, message): (&MessageId, &super::Message)| MessageView {
            id: *id,
            kind: message.kind,
            body: message.body.clone(),
            created_at: message.created_at,
            stage: message.stage,
            attempts: message.attempts.iter().cloned().collect(),
        };
        let mut views: Vec<MessageView> = endpoint.state.messages.iter().map(view).collect();
        views.sort_by_key(|view| std::cmp::Reverse((view.created_at, view.id)));
        Ok(Some(views))
    }

    /// Turns an endpoint on; what waits for it goes on.
    ///
    /// # Errors
    /// `endpoint-not-found`.
    pub async fn enable(&self, id: EndpointId, envelope: Envelope) -> Result<Answer<Reply>, Refused> {
        self.execute(id, Command::Enable, envelope).await
    }

    /// Turns an endpoint off.
    ///
    /// # Errors
    /// `endpoint-not-found`.
    pub async fn disable(&self, id: EndpointId, envelope: Envelope) -> Result<Answer<Reply>, Refused> {
        self.execute(id, Command::Disable, envelope).await
    }

    /// Replaces the secret of an endpoint; the one before signs for 24 hours more.
    ///
    /// # Errors
    /// `endpoint-not-found`.
    pub async fn rotate_secret(&self, id: EndpointId, envelope: Envelope) -> Result<[u8; 32], Refused> {
        let answer = self.execute(id, Command::RotateSecret, envelope).await?;
        Ok(secret(&self.vault, id, answer.reply.generation))
    }

    /// Deletes an endpoint with its messages.
    ///
    /// # Errors
    /// `endpoint-not-found`.
    pub async fn delete(&self, id: EndpointId, envelope: Envelope) -> Result<Answer<Reply>, Refused> {
        self.execute(id, Command::Delete, envelope).await
    }

    /// Sends an event that says nothing.
    ///
    /// # Errors
    /// `endpoint-not-found`, `endpoint-disabled`, `too-many-deliveries`.
    pub async fn send_test(&self, id: EndpointId, envelope: Envelope) -> Result<Answer<Reply>, Refused> {
        let kind = EventType::Test.name();
        let body = json!({ "type": kind, "data": { "endpoint_id": id } }).to_string();
        self.execute(id, Command::SendTest { body }, envelope).await
    }

    /// Sends a message once more, under its id.
    ///
    /// # Errors
    /// `endpoint-not-found`, `endpoint-disabled`, `delivery-not-found`.
    pub async fn replay(
        &self,
        (id, message): (EndpointId, MessageId),
        envelope: Envelope,
    ) -> Result<Answer<Reply>, Refused> {
        self.execute(id, Command::Replay { message }, envelope).await
    }

    async fn execute(
        &self,
        id: EndpointId,
        command: Command,
        envelope: Envelope,
    ) -> Result<Answer<Reply>, Refused> {
        self.directory.execute(id.uuid(), command, envelope).await
    }
}

fn refused(refusal: Rejection) -> Refused {
    AskError::Refused { refusal, replayed: false }
}

fn away(error: JournalError) -> Refused {
    AskError::Unavailable { cause: error.to_string() }
}
