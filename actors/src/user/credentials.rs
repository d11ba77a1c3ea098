//! What an e-mail address, a name and a password must look like.

use super::Rejection;

/// The fewest characters of a password.
pub(super) const PASSWORD_CHARS_MIN: usize = 10;
/// The most characters of a password.
pub(super) const PASSWORD_CHARS_MAX: usize = 128;
/// Longer passwords are not even looked at.
pub(super) const PASSWORD_BYTES_MAX: usize = 1024;
const EMAIL_BYTES_MAX: usize = 254;
const LOCAL_BYTES_MAX: usize = 64;
const NAME_CHARS_MAX: usize = 100;

/// What people who must invent a password of ten characters take first.
const COMMON_PASSWORDS: &[&str] = &[
    "0123456789",
    "0987654321",
    "1111111111",
    "123123123123",
    "1234567890",
    "12345678910",
    "123456789a",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "abc1234567",
    "abcd123456",
    "abcdefghij",
    "adminadmin",
    "administrator",
    "amazoff123",
    "asdfghjkl1",
    "basketball",
    "changeme123",
    "football123",
    "iloveyou12",
    "iloveyou123",
    "letmein123",
    "letmein1234",
    "password01",
    "password12",
    "password123",
    "password1234",
    "passwordpassword",
    "q1w2e3r4t5",
    "qazwsxedcrfv",
    "qwerty1234",
    "qwerty12345",
    "qwerty123456",
    "qwertyuiop",
    "starwars123",
    "welcome123",
    "welcome1234",
];

/// An e-mail address that could be one. Whether it is, only a message to it can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    written: String,
    normalised: String,
}

impl Email {
    /// Reads an address; blanks around it are left out.
    ///
    /// # Errors
    /// `email-invalid` unless it has exactly one `@` between a name of up to 64 bytes and a host, no blanks or control
    /// characters, and at most 254 bytes.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let written = text.trim();
        let odd = |c: char| c.is_whitespace() || c.is_control();
        let (local, host) = written.split_once('@').ok_or(Rejection::EmailInvalid)?;
        let host_ok =
            !host.is_empty() && !host.contains('@') && host.split('.').all(|label| !label.is_empty());
        let local_ok = !local.is_empty() && local.len() <= LOCAL_BYTES_MAX;
        if written.len() > EMAIL_BYTES_MAX || written.contains(odd) || !host_ok || !local_ok {
            return Err(Rejection::EmailInvalid);
        }
        Ok(Self { written: written.to_owned(), normalised: written.to_lowercase() })
    }
    /// As the person writes it.
    pub fn written(&self) -> &str {
        &self.written
    }
    /// In lower case: two addresses that differ by that only are one person's.
    pub fn normalised(&self) -> &str {
        &self.normalised
    }
}

/// Checks a new password.
///
/// # Errors
/// `password-too-short`, `password-too-long` or `password-too-common`.
pub fn check_password(password: &str) -> Result<(), Rejection> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(Rejection::PasswordTooLong);
    }
    match password.chars().count() {
        0..PASSWORD_CHARS_MIN => return Err(Rejection::PasswordTooShort),
        PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX => {}
        _ => return Err(Rejection::PasswordTooLong),
    }
    let lower = password.to_lowercase();
    let one_character = password.chars().all(|c| password.starts_with(c));
    if one_character || COMMON_PASSWORDS.contains(&lower.as_str()) {
        return Err(Rejection::PasswordTooCommon);
    }
    Ok(())
}

/// Checks a name; returns it without blanks around it.
///
/// # Errors
/// `name-invalid` when it is empty, longer than 100 characters, or contains control characters.
pub fn check_name(name: &str) -> Result<&str, Rejection> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX;
    if fits && !name.contains(char::is_control) { Ok(name) } else { Err(Rejection::NameInvalid) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_at_and_nothing_odd() {
        for good in ["a@b", "Ann.Other+shop@Example.ORG", "ü@exämple.de", " padded@example.org\n"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        let longer = format!("a@{}.org", "b".repeat(260));
        let bad = ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a\u{7}@b", "a@.b", "a@b.", "a@b..c"];
        for bad in bad.into_iter().chain([long.as_str(), longer.as_str()]) {
            assert_eq!(Email::parse(bad), Err(Rejection::EmailInvalid), "{bad}");
        }
    }

    #[test]
    fn case_and_blanks_do_not_make_another_address() {
        let (one, other) =
            (Email::parse(" Ann@Example.org ").unwrap(), Email::parse("ann@example.ORG").unwrap());
        assert_eq!(one.normalised(), other.normalised());
        assert_eq!(one.written(), "Ann@Example.org");
    }

    #[test]
    fn a_password_is_counted_in_characters() {
        assert_eq!(check_password("äöüäöüäöü"), Err(Rejection::PasswordTooShort));
        assert_eq!(check_password("äöüäöüäöüß"), Ok(()));
        assert_eq!(check_password(&"xy".repeat(64)), Ok(()));
        assert_eq!(check_password(&"xy".repeat(65)), Err(Rejection::PasswordTooLong));
        assert_eq!(check_password(&"x".repeat(1_000_000)), Err(Rejection::PasswordTooLong));
    }

    #[test]
    fn first_guesses_are_refused() {
        for common in ["PassWord123", "qwertyuiop", "zzzzzzzzzzzz", "          "] {
            assert_eq!(check_password(common), Err(Rejection::PasswordTooCommon), "{common}");
        }
    }

    #[test]
    fn the_list_of_first_guesses_is_sorted_and_long_enough_to_matter() {
        assert!(COMMON_PASSWORDS.is_sorted());
        assert!(COMMON_PASSWORDS.iter().all(|common| common.chars().count() >= PASSWORD_CHARS_MIN));
    }

    #[test]
    fn a_name_is_not_blank() {
        assert_eq!(check_name("  Zoë  "), Ok("Zoë"));
        for bad in ["", "   ", "a\nb", &"x".repeat(101)] {
            assert_eq!(check_name(bad), Err(Rejection::NameInvalid));
        }
    }
}
