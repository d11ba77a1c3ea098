//! The sandbox: a payment provider that lives in this program and moves no money. Its tokens show every way a payment goes.
//!
//! | token                    | authorize                              | then                                                      |
//! |--------------------------|----------------------------------------|-----------------------------------------------------------|
//! | `tok_ok`                 | approved                               | captures and voids are approved                           |
//! | `tok_decline`            | declined, `card_declined`              |                                                           |
//! | `tok_insufficient_funds` | declined, `insufficient_funds`         |                                                           |
//! | `tok_action`             | asks the shopper to `/sandbox/3ds/…`   | confirm: approve → approved, decline → declined, `authentication_failed` |
//! | `tok_stall`              | approved, but the answer gets lost     | the first lookup says "pending", every later one "approved" |
//! | `tok_wrong_amount`       | approved, but of one minor unit more   |                                                           |
//! | `tok_capture_decline`    | approved                               | captures are declined, `capture_declined`                 |
//! | `tok_refund_decline`     | approved                               | refunds are declined, `refund_declined`                   |
//! | `tok_short`              | approved for one minute                | then captures are declined, `authorization_expired`       |
//! | any other                | declined, `unknown_token`              |                                                           |
//!
//! Like a real provider it is idempotent by key: the first answer to a key is appended to a ledger file before it is given, and
//! every repeat gets the same answer, also after a restart. The ledger is the outside oracle of the shop's books: one JSON
//! object per line, one line per key.
//!
//! Reservations hold for seven days, may be taken in parts, and taken money may be given back in parts. Its messages are JSON
//! ([`Message`]) with a signature ([`sign`]) that is good for [`TOLERANCE_S`] seconds.
//!
//! It keeps every answer in memory. It is for trying the shop out, not for running one.

mod ledger;
mod provider;
mod records;
mod rules;
#[cfg(test)]
mod tests;
mod webhook;

pub use ledger::{Entry, Outcome, SandboxError, entries};
pub use provider::{NAME, SECRET, Sandbox};
pub use webhook::{Message, SIGNATURE, TOLERANCE_S, sign};
