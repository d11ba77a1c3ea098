//! The account that may do everything, made at the first start.

use std::collections::BTreeSet;
use std::io::{self, Write};

use amazoff_actors::Shop;
use amazoff_actors::user::{self, RegisterForm, Role};
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{AskError, AuditNote, AuditTable, Clock as _, ReadError, SystemClock};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret as _, SecretString};

use super::envelope;
use crate::config::Config;

/// Groups in a drawn password.
const GROUPS: usize = 5;
/// Letters in a group.
const GROUP_LETTERS: usize = 4;
/// Letters that are not mistaken for others: 32, so that five bits of chance make one.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// What became of the owner account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// It was made now.
    Created,
    /// It was there already; its password is as it was.
    Present,
}

/// Why there is no owner account.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OwnerError {
    /// The account was refused.
    #[error("the owner account cannot be made: {0}")]
    Refused(#[from] AskError<user::Rejection>),
    /// The address belongs to a shopper.
    #[error("AMAZOFF_OWNER_EMAIL: this address belongs to a shopper without the role admin; choose another")]
    Powerless,
    /// The shop cannot be read.
    #[error("the shop cannot be read: {0}")]
    Read(#[from] ReadError),
    /// The trail cannot be written.
    #[error("the owner account cannot be written down: {0}")]
    Trail(#[from] JournalError),
    /// No password could be drawn or shown.
    #[error("the owner's password cannot be drawn or printed: {0}")]
    Output(#[from] io::Error),
}

/// Makes the owner account unless somebody has its e-mail address.
///
/// A drawn password is printed to the terminal before the account is made: a crash between the two costs nothing,
/// because the next start draws and prints another one. It never enters the log. That the account was made stands in the log
/// and in the audit trail.
///
/// # Errors
/// When the account is refused, or the password cannot be printed.
pub(crate) async fn owner(shop: &Shop, trail: &dyn AuditTable, config: &Config) -> Result<Owner, OwnerError> {
    let email = &config.owner_email;
    if let Some(user) = shop.users.find(email).await? {
        let roles = shop.users.roles(user).await?;
        if !roles.contains(&Role::Admin) {
            return Err(OwnerError::Powerless);
        }
        if config.owner_password.is_some() {
            tracing::info!(
                "the owner's account is there: AMAZOFF_OWNER_PASSWORD counted when it was made, its password is as it is"
            );
        }
        return Ok(Owner::Present);
    }
    let password = match &config.owner_password {
        Some(given) => given.clone(),
        None => {
            let drawn = draw()?;
            announce(&mut io::stdout().lock(), email, &drawn)?;
            drawn
        }
    };
    let form = RegisterForm {
        email: email.clone(),
        password: password.expose_secret().to_owned(),
        name: "Owner".to_owned(),
        roles: BTreeSet::from([Role::Shopper, Role::Support, Role::Ops, Role::Admin]),
    };
    // Before it is done, as every act of an operator.
    let note = AuditNote {
        at: SystemClock.now(),
        actor: "amazoff".to_owned(),
        action: "owner-create".to_owned(),
        subject: "the address of AMAZOFF_OWNER_EMAIL".to_owned(),
        detail: "{}".to_owned(),
    };
    trail.append(&note).await?;
    match shop.users.register(form, envelope("owner", email)).await {
        Ok(_) => {
            tracing::info!("the owner's account was made, with every role");
            Ok(Owner::Created)
        }
        Err(AskError::Refused { refusal: user::Rejection::EmailTaken, .. }) => Ok(Owner::Present),
        Err(error) => Err(error.into()),
    }
}

fn announce(terminal: &mut impl Write, email: &str, password: &SecretString) -> io::Result<()> {
    writeln!(terminal, "\n  The owner account, shown this once:\n")?;
    writeln!(terminal, "    e-mail    {email}\n    password  {}\n", password.expose_secret())?;
    terminal.flush()
}

/// A hundred bits of chance in letters that can be read aloud.
fn draw() -> io::Result<SecretString> {
    let mut bytes = [0; GROUPS * GROUP_LETTERS];
    OsRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
    let letters: Vec<char> =
        bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
    let groups: Vec<String> = letters.chunks(GROUP_LETTERS).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-").into())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::{announce, draw};

    #[test]
    fn drawn_passwords_are_long_and_differ() {
        let (one, other) = (draw().unwrap(), draw().unwrap());
        assert_eq!(one.expose_secret().len(), 24);
        assert_ne!(one.expose_secret(), other.expose_secret());
    }

    #[test]
    fn the_terminal_shows_address_and_password() {
        let mut shown = Vec::new();
        announce(&mut shown, "owner@amazoff.local", &"secret-words".into()).unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.contains("owner@amazoff.local") && shown.contains("secret-words"));
    }
}
