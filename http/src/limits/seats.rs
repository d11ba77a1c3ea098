//! How many sockets and streams of events somebody may have open at once: a person from wherever, and whoever asks from one
//! place together. Guests count for their place only; nothing tells two of one place apart that one could not have twice.

use std::str::FromStr;
use std::time::Duration;

use amazoff_actors::ids::UserId;

use super::client::Network;
use super::places::{Place, Places};
use crate::problem::Problem;
use crate::settings::parts;

/// What whoever has too many open is told to wait; one that breaks off is noticed by then.
const RETRY_AFTER: Duration = Duration::from_secs(60);
/// The most that a limit may be.
const LIMIT_MAX: usize = 1_000_000;

/// Sockets and streams at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketLimits {
    /// Of one person.
    person: usize,
    /// From one IPv4 address or IPv6 /64.
    address: usize,
    /// Sockets of everybody together, on this node. Each is an open file, and takes some kB of memory.
    node: usize,
}

/// Why a text is no set of limits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not person=, address= or node= with a number from 1 to 1000000")]
pub struct SocketLimitsInvalid(String);

impl SocketLimits {
    /// No limits.
    pub fn off() -> Self {
        Self { person: usize::MAX, address: usize::MAX, node: usize::MAX }
    }

    /// How many sockets a node may have.
    pub fn node(&self) -> usize {
        self.node
    }
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self { person: 20, address: 200, node: 10_000 }
    }
}

/// `off`, or what differs from the usual limits, such as `person=50,address=1000`.
impl FromStr for SocketLimits {
    type Err = SocketLimitsInvalid;
    fn from_str(text: &str) -> Result<Self, SocketLimitsInvalid> {
        if text == "off" {
            return Ok(Self::off());
        }
        let mut limits = Self::default();
        for part in parts(text) {
            let invalid = || SocketLimitsInvalid(part.to_owned());
            let (name, number) = part.split_once('=').ok_or_else(invalid)?;
            let number = number.trim().parse().ok().filter(|number| (1..=LIMIT_MAX).contains(number));
            match name.trim() {
                "person" => limits.person = number.ok_or_else(invalid)?,
                "address" => limits.address = number.ok_or_else(invalid)?,
                "node" => limits.node = number.ok_or_else(invalid)?,
                _ => return Err(invalid()),
            }
        }
        Ok(limits)
    }
}

/// For whom a seat counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Sitter {
    Person(UserId),
    Network(Network),
}

/// The seats that are taken. As large as there are sockets and streams, which have a limit of their own. Clones share them.
#[derive(Clone)]
pub(crate) struct Seats {
    limits: SocketLimits,
    taken: Places<Sitter>,
}

/// A seat, free again when it is dropped.
pub(crate) struct Seat {
    _of_the_person: Option<Place<Sitter>>,
    _of_the_network: Place<Sitter>,
}

impl Seats {
    pub(crate) fn new(limits: SocketLimits) -> Self {
        Self { limits, taken: Places::default() }
    }

    /// A seat for somebody.
    ///
    /// # Errors
    /// `rate-limited` when the person, or everybody from there, has too many.
    pub(crate) fn take(&self, person: Option<UserId>, from: Network) -> Result<Seat, Problem> {
        let SocketLimits { person: own, address, .. } = self.limits;
        let place = |of: Sitter, max: usize| {
            self.taken.take(of, max).ok_or_else(|| Problem::rate_limited("sockets", RETRY_AFTER))
        };
        let of_the_person = person.map(|person| place(Sitter::Person(person), own)).transpose()?;
        let of_the_network = place(Sitter::Network(from), address)?;
        Ok(Seat { _of_the_person: of_the_person, _of_the_network: of_the_network })
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use uuid::Uuid;

    use super::*;

    fn place(last: u8) -> Network {
        Network::of(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn limits_are_the_usual_ones_but_for_what_is_said() {
        assert_eq!("".parse(), Ok(SocketLimits::default()));
        assert_eq!("off".parse(), Ok(SocketLimits::off()));
        assert_eq!("person=3".parse(), Ok(SocketLimits { person: 3, ..SocketLimits::default() }));
        assert_eq!("node=20000".parse(), Ok(SocketLimits { node: 20_000, ..SocketLimits::default() }));
        assert_eq!(
            "address=9, person=3".parse(),
            Ok(SocketLimits { person: 3, address: 9, ..SocketLimits::default() })
        );
        for odd in [
            "on",
            "person",
            "person=0",
            "person=-1",
            "address=1000001",
            "node=0",
            "guest=5",
            "person=1;address=2",
        ] {
            assert!(odd.parse::<SocketLimits>().is_err(), "{odd}");
        }
    }

    #[test]
    fn a_person_has_few_from_anywhere_and_a_place_has_few_for_all() {
        let seats = Seats::new(SocketLimits { person: 2, address: 3, ..SocketLimits::default() });
        let ann = Some(UserId::from(Uuid::from_u128(1)));
        let bob = Some(UserId::from(Uuid::from_u128(2)));
        let held = [seats.take(ann, place(1)).unwrap(), seats.take(ann, place(2)).unwrap()];
        assert!(seats.take(ann, place(3)).is_err(), "wherever the person goes");
        let more = [seats.take(bob, place(1)).unwrap(), seats.take(None, place(1)).unwrap()];
        assert!(seats.take(None, place(1)).is_err(), "the place is full");
        assert!(seats.take(bob, place(1)).is_err(), "for everybody");
        assert!(seats.take(bob, place(2)).is_ok(), "a refusal takes nothing from a person");
        drop(held);
        assert!(seats.take(ann, place(1)).is_ok());
        drop(more);
        assert!(seats.taken.is_empty(), "nothing is kept of whoever has gone");
    }
}
