//! The rules of sessions.

use std::time::Duration;

use amazoff_supervisor::{Decision, Timestamp};
use serde::{Deserialize, Serialize};

use super::{CloseReason, Event, Rejection, Reply, SessionGrant, User};
use crate::ids::SessionId;
use crate::mail::Letter;

/// How long after a rotation the generation before is still answered (USER-2).
pub const REFRESH_GRACE: Duration = Duration::from_secs(30);
/// How long an unused session lives.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(30 * 24);
/// How many sessions a person has (USER-3).
pub const SESSIONS_MAX: usize = 20;

/// A login that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The newest generation of its refresh token.
    pub generation: u32,
    /// When it was handed out.
    pub rotated_at: Timestamp,
    /// When the person logged in.
    pub opened_at: Timestamp,
    /// Until when it lives, unless it is used.
    pub expires_at: Timestamp,
}

impl Session {
    /// Whether it is not over yet.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

impl User {
    /// Whether a session is open and not expired.
    pub fn session_alive(&self, session: SessionId, now: Timestamp) -> bool {
        self.sessions.get(&session).is_some_and(|session| session.is_alive(now))
    }

    pub(super) fn open(&self, id: SessionId, now: Timestamp) -> Decision<Self> {
        if let Some(known) = self.sessions.get(&id) {
            return Decision::reply(granted(id, known.generation, known.expires_at));
        }
        let expires_at = now.plus(SESSION_LIFETIME);
        let reply = granted(id, 0, expires_at);
        self.room_for_one(now)
            .into_iter()
            .fold(Decision::reply(reply), Decision::and)
            .and(Event::SessionOpened { session: id, at: now, expires_at })
    }

    /// Closes what is expired, then the oldest, until another session fits.
    fn room_for_one(&self, now: Timestamp) -> Vec<Event> {
        let closed = |session, reason| Event::SessionClosed { session, reason };
        let expired = self.sessions.iter().filter(|(_, session)| !session.is_alive(now));
        let mut events: Vec<Event> = expired.map(|(id, _)| closed(*id, CloseReason::Expired)).collect();
        let mut alive: Vec<_> = self.sessions.iter().filter(|(_, session)| session.is_alive(now)).collect();
        alive.sort_by_key(|(id, session)| (session.opened_at, **id));
        let surplus = (alive.len() + 1).saturating_sub(SESSIONS_MAX);
        events.extend(alive.into_iter().take(surplus).map(|(id, _)| closed(*id, CloseReason::TooMany)));
        events
    }

    pub(super) fn rotate(
        &self,
        id: SessionId,
        generation: u32,
        now: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        let session = self.sessions.get(&id).filter(|session| session.is_alive(now));
        let session = session.ok_or(Rejection::SessionUnknown)?;
        if generation > session.generation {
            return Err(Rejection::SessionUnknown); // never handed out
        }
        if generation == session.generation {
            let (generation, expires_at) = (generation.saturating_add(1), now.plus(SESSION_LIFETIME));
            let rotated = Event::SessionRotated { session: id, generation, at: now, expires_at };
            return Ok(Decision::event(rotated, granted(id, generation, expires_at)));
        }
        let just_before = generation.saturating_add(1) == session.generation;
        if just_before && now.since(session.rotated_at) <= REFRESH_GRACE {
            return Ok(Decision::reply(granted(id, session.generation, session.expires_at)));
        }
        let closed = Event::SessionClosed { session: id, reason: CloseReason::TokenReused };
        let decision = Decision::event(closed, Reply::TokenReused);
        Ok(self.tell(decision, Letter::SessionStolen, now))
    }

    pub(super) fn close(&self, only: Option<SessionId>) -> Decision<Self> {
        let chosen = self.sessions.keys().filter(|id| only.is_none_or(|only| only == **id));
        chosen
            .map(|id| Event::SessionClosed { session: *id, reason: CloseReason::LoggedOut })
            .fold(Decision::reply(Reply::Closed), Decision::and)
    }

    /// The ends of all sessions but perhaps one.
    pub(super) fn closed_but(&self, keep: Option<SessionId>, reason: CloseReason) -> Vec<Event> {
        let ending = self.sessions.keys().filter(|id| keep != Some(**id));
        ending.map(|id| Event::SessionClosed { session: *id, reason }).collect()
    }

    pub(super) fn close_others(&self, keep: SessionId) -> Decision<Self> {
        let ends = self.closed_but(Some(keep), CloseReason::EndedElsewhere);
        ends.into_iter().fold(Decision::reply(Reply::Closed), Decision::and)
    }
}

fn granted(session: SessionId, generation: u32, expires_at: Timestamp) -> Reply {
    Reply::Granted(SessionGrant { session, generation, expires_at })
}
