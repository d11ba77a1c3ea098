//! E-mail: letters as text and HTML, handed to a mail server ([`Smtp`]) or, while there is none, put into a folder
//! ([`Folder`]).
//!
//! Both make the same message from the same letter: its Message-ID is the letter's id, its date that of what it tells, so a
//! repeat is the same mail. Nothing of a letter is logged.

mod compose;
mod folder;
mod orders;
mod smtp;
#[cfg(test)]
mod tests;
mod words;

pub use compose::{Sender, SenderInvalid};
pub use folder::Folder;
pub use smtp::{Smtp, SmtpUrlInvalid};
