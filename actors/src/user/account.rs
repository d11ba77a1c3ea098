//! The way to a person's own sessions, name and addresses.

use amazoff_supervisor::{Answer, CommandId, Envelope, ReadError};

use super::handle::{Refused, Users, refused};
use super::{AddressView, Command, Rejection, Reply, SessionView, check_name};
use crate::asking::{fingerprinted, not_opened, not_read, not_sealed};
use crate::cart::Address;
use crate::ids::{AddressId, SessionId, UserId};
use crate::order::Contact;

impl Users {
    /// A person's open sessions, the newest login first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn sessions(&self, user: UserId) -> Result<Vec<SessionView>, ReadError> {
        let now = self.clock.now();
        let Some(known) = self.read(user).await? else { return Ok(Vec::new()) };
        let alive = known.state.sessions.iter().filter(|(_, session)| session.is_alive(now));
        let mut views: Vec<SessionView> = alive
            .map(|(id, session)| SessionView {
                id: *id,
                opened_at: session.opened_at,
                renewed_at: session.rotated_at,
                expires_at: session.expires_at,
            })
            .collect();
        views.sort_by_key(|view| (std::cmp::Reverse(view.opened_at), view.id));
        Ok(views)
    }

    /// Ends one of a person's sessions.
    ///
    /// # Errors
    /// `session-not-found` when it is not open, or not this person's.
    pub async fn end_session(&self, user: UserId, session: SessionId) -> Result<(), Refused> {
        if !self.session_alive(user, session).await.map_err(not_read)? {
            return Err(refused(Rejection::SessionGone));
        }
        self.logout(user, session).await
    }

    /// Ends all sessions of a person but one.
    ///
    /// # Errors
    /// `session-unknown` when there is no such user.
    pub async fn logout_others(&self, user: UserId, keep: SessionId) -> Result<(), Refused> {
        self.execute(user, Command::CloseOtherSessions { keep }, CommandId::new()).await.map(drop)
    }

    /// Calls a person something else.
    ///
    /// # Errors
    /// `name-invalid`.
    pub async fn rename(&self, user: UserId, name: &str, envelope: Envelope) -> Result<(), Refused> {
        let name = check_name(name).map_err(refused)?.to_owned();
        let envelope = fingerprinted(envelope, &self.vault.blind("rename", &name));
        let name = self.vault.seal(user.uuid(), &name).await.map_err(not_sealed)?;
        self.directory.execute(user.uuid(), Command::Rename { name }, envelope).await.map(drop)
    }

    /// A person's addresses, the oldest first.
    ///
    /// # Errors
    /// When journal or keys cannot be read.
    pub async fn addresses(&self, user: UserId) -> Result<Vec<AddressView>, ReadError> {
        let Some(known) = self.read(user).await? else { return Ok(Vec::new()) };
        let mut saved: Vec<_> = known.state.addresses.iter().collect();
        saved.sort_by_key(|(id, saved)| (saved.added_at, saved.place, **id));
        let mut views = Vec::new();
        for (id, saved) in saved {
            let contact = self.vault.open(&saved.address.contact).await;
            let contact = contact.map_err(|error| not_opened(user.uuid(), error))?;
            views.extend(contact.map(|contact| AddressView {
                id: *id,
                address: contact.in_part(saved.address.destination.subdivision.clone()),
                default: known.state.default_address == Some(*id),
            }));
        }
        Ok(views)
    }

    /// Keeps one more address. Its id derives from the command's, so a repeat keeps it once.
    ///
    /// # Errors
    /// `too-many-addresses`.
    pub async fn add_address(
        &self,
        user: UserId,
        (new, default): (&Contact, bool),
        envelope: Envelope,
    ) -> Result<Answer<AddressId>, Refused> {
        let id = AddressId::from(envelope.command_id.derive("address"));
        let envelope = fingerprinted(envelope, &(new, default));
        let address = self.seal_address(user, new).await?;
        let answer = self.put(user, Command::AddAddress { id, address, default }, envelope).await?;
        Ok(Answer {
            reply: id,
            replayed: answer.replayed,
            version: answer.version,
            position: answer.position,
        })
    }

    /// Changes an address.
    ///
    /// # Errors
    /// `address-not-found`.
    pub async fn change_address(
        &self,
        (user, id): (UserId, AddressId),
        (new, default): (&Contact, bool),
        envelope: Envelope,
    ) -> Result<(), Refused> {
        let envelope = fingerprinted(envelope, &(new, default));
        let address = self.seal_address(user, new).await?;
        self.put(user, Command::ChangeAddress { id, address, default }, envelope).await.map(drop)
    }

    /// Keeps an address no more.
    ///
    /// # Errors
    /// `address-not-found`.
    pub async fn remove_address(&self, user: UserId, id: AddressId) -> Result<(), Refused> {
        self.execute(user, Command::RemoveAddress { id }, CommandId::new()).await.map(drop)
    }

    async fn seal_address(&self, user: UserId, new: &Contact) -> Result<Address, Refused> {
        let contact = self.vault.seal(user.uuid(), new).await.map_err(not_sealed)?;
        Ok(Address { contact, destination: new.destination() })
    }

    async fn put(
        &self,
        user: UserId,
        command: Command,
        envelope: Envelope,
    ) -> Result<Answer<Reply>, Refused> {
        self.directory.execute(user.uuid(), command, envelope).await
    }
}
