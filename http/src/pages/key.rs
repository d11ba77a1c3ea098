//! Keys of forms: a page draws one for each form that does something, so that a double click, a reload or a repeat after a
//! lost answer does it once. The key becomes the command's id, as the `Idempotency-Key` does in the API.

use std::time::Duration;

use amazoff_actors::ids::UserId;
use amazoff_supervisor::{CommandId, Envelope, Principal};
use uuid::Uuid;

use super::visit::Visit;
use crate::problem::Problem;

/// How long a command of a form may take.
const WITHIN: Duration = Duration::from_secs(8);
/// Strangers share one name space until they have a bag: a key must be long enough that nobody guesses another's.
const LENGTH: std::ops::RangeInclusive<usize> = 16..=64;

/// A key that nobody has used.
pub(super) fn fresh() -> String {
    Uuid::now_v7().simple().to_string()
}

/// The envelope that takes a guest's bag along at login; the bag refuses whoever is not allowed, so a repeat is harmless.
pub(super) fn adoption(user: UserId) -> Envelope {
    Envelope::new(CommandId::new(), Principal::User(user.uuid()), WITHIN)
}

/// The key that a form carried.
#[derive(Clone, Debug)]
pub(super) struct Key(String);

impl Key {
    /// Reads a form's key.
    ///
    /// # Errors
    /// `idempotency-key-missing`, `idempotency-key-invalid`
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        if text.is_empty() {
            return Err(Problem::idempotency_key_missing());
        }
        if !LENGTH.contains(&text.len())
            || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return Err(Problem::idempotency_key_invalid(
                "The form's key is not one of ours. Load the page again.",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The envelope of the command that `operation` sends within `scope`: a person, a bag or, for strangers, nothing.
    /// The same key with another `content` is refused.
    pub(super) fn envelope(&self, visit: &Visit, scope: &str, operation: &str, content: &str) -> Envelope {
        let parts = [b"pages".as_slice(), scope.as_bytes(), operation.as_bytes(), self.0.as_bytes()];
        Envelope::new(CommandId::derived(&parts), visit.shopper.principal(), WITHIN)
            .with_fingerprint(visit.platform.auth.fingerprint(content.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_key_is_a_key_and_never_the_same() {
        assert!(Key::read(&fresh()).is_ok());
        assert_ne!(fresh(), fresh());
    }

    #[test]
    fn a_short_long_or_odd_key_is_refused() {
        assert_eq!(Key::read("").unwrap_err().code(), "idempotency-key-missing");
        for odd in ["abc", &"x".repeat(65), "0123456789abcdef\n", "0123456789abcdé0"] {
            assert_eq!(Key::read(odd).unwrap_err().code(), "idempotency-key-invalid", "{odd}");
        }
    }
}
