//! The way to inboxes.

use std::ops::Deref;
use std::sync::Arc;

use amazoff_supervisor::{Answer, AskError, Committed, Directory, Envelope, ReadError, Timestamp, Version};
use tokio::sync::watch;

use super::{Command, Inbox, Matter, Preferences, Receipt, Rejection, Unsubscribe};
use crate::ids::UserId;

/// All inboxes. Cheap to clone.
#[derive(Clone)]
pub struct Inboxes {
    directory: Directory<Inbox>,
}

/// An inbox as last committed. All who read it share it.
#[derive(Clone, Debug)]
pub struct Shown(Arc<Committed<Inbox>>);

impl Shown {
    /// How many events led to it.
    pub fn version(&self) -> Version {
        self.0.version
    }
}

impl Deref for Shown {
    type Target = Inbox;
    fn deref(&self) -> &Inbox {
        &self.0.state
    }
}

type Answered = Result<Answer<Receipt>, AskError<Rejection>>;

impl Inboxes {
    /// Inboxes over their directory.
    pub fn new(directory: Directory<Inbox>) -> Self {
        Self { directory }
    }

    /// A person's inbox as last committed; an empty one when nothing was ever put there.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn get(&self, user: UserId) -> Result<Shown, ReadError> {
        Ok(Shown(self.directory.read(user.uuid()).await?.unwrap_or_default()))
    }

    /// Tells of each commit of an inbox from now on: subscribe first, then read.
    pub fn watch(&self, user: UserId) -> watch::Receiver<Version> {
        self.directory.watch(user.uuid())
    }

    /// Tells a person something. For effects of other entities: a repeat under the same envelope is no second notice.
    ///
    /// # Errors
    /// When it was not committed.
    pub async fn put(&self, user: UserId, (matter, at): (Matter, Timestamp), envelope: Envelope) -> Answered {
        self.directory.execute(user.uuid(), Command::Put { matter, at }, envelope).await
    }

    /// Notes that a person has read everything up to a number.
    ///
    /// # Errors
    /// `notification-not-arrived`.
    pub async fn mark_read(&self, user: UserId, upto: u64, envelope: Envelope) -> Answered {
        self.directory.execute(user.uuid(), Command::MarkRead { upto }, envelope).await
    }

    /// Says which letters a person wants.
    ///
    /// # Errors
    /// When it was not committed.
    pub async fn prefer(&self, user: UserId, preferences: Preferences, envelope: Envelope) -> Answered {
        self.directory.execute(user.uuid(), Command::SetPreferences { preferences }, envelope).await
    }

    /// Sends no more letters of a kind, as whoever got one may ask.
    ///
    /// # Errors
    /// When it was not committed.
    pub async fn unsubscribe(&self, of: Unsubscribe, envelope: Envelope) -> Answered {
        self.directory.execute(of.user.uuid(), Command::Mute { kind: of.kind }, envelope).await
    }
}
