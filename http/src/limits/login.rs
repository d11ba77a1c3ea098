//! Log-ins per name. Guessing one person's password is slow from one place, and in all places together; but nobody can lock
//! a person out of a place where that person has logged in before.

use std::num::NonZeroU32;
use std::time::Duration;

use amazoff_actors::ids::UserId;
use amazoff_actors::user::SessionGrant;
use governor::Quota;
use moka::sync::Cache;

use super::Class;
use super::client::{Client, Network};
use super::rates::{Counter, Exceeded};
use crate::platform::Platform;
use crate::problem::Problem;

/// Tries for one name from one place, in a minute.
const FROM_ONE_PLACE: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// Tries for one name from all places where it is a stranger, in an hour.
const FROM_ANYWHERE: NonZeroU32 = NonZeroU32::new(100).unwrap();
/// For how long a place stays known, and how many are.
const KNOWN_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);
const KNOWN_MAX: u64 = 100_000;

/// A keyed hash of a name, see [`crate::auth::Auth::fingerprint`]: names are not kept.
pub(crate) type NameHash = u64;

/// Counts tries to log in.
pub(crate) struct Logins {
    places: Counter<(NameHash, Network)>,
    names: Counter<NameHash>,
    known: Cache<(NameHash, Network), ()>,
}

impl Logins {
    pub(crate) fn new() -> Self {
        Self {
            places: Counter::new(Class::Login, Quota::per_minute(FROM_ONE_PLACE)),
            names: Counter::new(Class::Login, Quota::per_hour(FROM_ANYWHERE)),
            known: Cache::builder().max_capacity(KNOWN_MAX).time_to_live(KNOWN_FOR).build(),
        }
    }

    /// Counts one try, before it is made.
    pub(crate) fn attempt(&self, name: NameHash, from: Network) -> Result<(), Exceeded> {
        self.places.take(&(name, from))?;
        if !self.known.contains_key(&(name, from)) {
            self.names.take(&name)?;
        }
        Ok(())
    }

    /// It was the right password.
    pub(crate) fn succeeded(&self, name: NameHash, from: Network) {
        self.known.insert((name, from), ());
    }
}

impl Platform {
    /// Checks a name and a password, unless they were tried too often; opens a session.
    ///
    /// # Errors
    /// `invalid-credentials`, `rate-limited`; when passwords cannot be checked now.
    pub(crate) async fn log_in(
        &self,
        email: &str,
        password: &str,
        from: Client,
    ) -> Result<(UserId, SessionGrant), Problem> {
        let name = self.auth.fingerprint(email.trim().to_lowercase().as_bytes());
        let place = from.network();
        if let Some(logins) = self.limits.logins() {
            logins.attempt(name, place)?;
        }
        let entered = self.shop.users.login(email, password).await.map_err(Problem::asked)?;
        if let Some(logins) = self.limits.logins() {
            logins.succeeded(name, place);
        }
        Ok(entered)
    }

    /// Checks the password of somebody who is logged in, unless it was tried too often.
    ///
    /// # Errors
    /// `invalid-credentials`, `rate-limited`; when passwords cannot be checked now.
    pub(crate) async fn confirm(&self, user: UserId, password: &str, from: Client) -> Result<(), Problem> {
        let name = self.auth.fingerprint(user.uuid().as_bytes());
        if let Some(logins) = self.limits.logins() {
            logins.attempt(name, from.network())?;
        }
        self.shop.users.confirm(user, password).await.map_err(Problem::asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(n: u8) -> Network {
        Network::of(std::net::IpAddr::from([10, 0, 0, n]))
    }

    #[test]
    fn guessing_is_slow_and_locks_nobody_out_at_home() {
        let logins = Logins::new();
        logins.attempt(7, place(200)).unwrap();
        logins.succeeded(7, place(200));
        for n in 0..9 {
            for _ in 0..10 {
                logins.attempt(7, place(n)).unwrap();
            }
            assert!(logins.attempt(7, place(n)).is_err(), "ten tries from one place");
        }
        let mut taken = 0;
        while logins.attempt(7, place(100 + taken)).is_ok() {
            taken += 1;
        }
        assert!(taken <= 9, "a hundred tries from all places, {taken} more");
        logins.attempt(7, place(200)).expect("the person at home");
        logins.attempt(8, place(100)).expect("another name");
    }
}
