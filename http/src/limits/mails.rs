//! Mails that anybody can have sent: nobody's mailbox is flooded through the shop, and no place writes to many.

use std::num::NonZeroU32;

use amazoff_supervisor::consistency;
use governor::Quota;

use super::Class;
use super::client::{Client, Network};
use super::login::NameHash;
use super::rates::{Counter, Exceeded};
use crate::platform::Platform;
use crate::problem::Problem;

/// Mails to one address, in an hour.
const TO_ONE_NAME: NonZeroU32 = NonZeroU32::new(5).unwrap();
/// Mails that are asked for from one place, in an hour.
const FROM_ONE_PLACE: NonZeroU32 = NonZeroU32::new(30).unwrap();

/// Counts mails that somebody asks for.
pub(crate) struct Mails {
    names: Counter<NameHash>,
    places: Counter<Network>,
}

impl Mails {
    pub(crate) fn new() -> Self {
        Self {
            names: Counter::new(Class::Login, Quota::per_hour(TO_ONE_NAME)),
            places: Counter::new(Class::Login, Quota::per_hour(FROM_ONE_PLACE)),
        }
    }

    /// Counts one, before it is sent. The place first: who writes to many uses up nobody's mails but a few.
    fn ask(&self, name: NameHash, from: Network) -> Result<(), Exceeded> {
        self.places.take(&from)?;
        self.names.take(&name)?;
        Ok(())
    }
}

impl Platform {
    /// Counts a mail to somebody, whether or not there is such a person.
    ///
    /// # Errors
    /// `rate-limited`
    pub(crate) fn may_write(&self, to: &str, from: Client) -> Result<(), Problem> {
        let name = self.auth.fingerprint(to.trim().to_lowercase().as_bytes());
        match self.limits.mails() {
            Some(mails) => Ok(mails.ask(name, from.network())?),
            None => Ok(()),
        }
    }

    /// Sends a link that replaces a forgotten password, if there is such a person.
    ///
    /// # Errors
    /// When it cannot be known now.
    pub(crate) async fn ask_reset(&self, email: &str) -> Result<(), Problem> {
        // In a scope of its own: a consistency token in the answer would tell that there was something to change.
        let (asked, _seen) = consistency::scope(None, self.shop.users.ask_reset(email)).await;
        asked.map_err(Problem::asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(n: u8) -> Network {
        Network::of(std::net::IpAddr::from([10, 0, 0, n]))
    }

    #[test]
    fn a_mailbox_is_not_flooded_and_a_place_does_not_write_to_many() {
        let mails = Mails::new();
        for n in 0..5 {
            mails.ask(7, place(n)).unwrap();
        }
        assert!(mails.ask(7, place(9)).is_err(), "five in an hour, from wherever");
        for name in 0..30 {
            mails.ask(100 + name, place(50)).unwrap();
        }
        assert!(mails.ask(999, place(50)).is_err(), "thirty in an hour, to whomever");
        mails.ask(999, place(51)).unwrap();
    }
}
