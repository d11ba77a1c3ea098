//! Payment: one attempt to pay one order through one provider.
//!
//! A second card is a second payment, never a second call of the same one. The provider is called only by an effect whose
//! idempotency key was committed before, so a call that is repeated after a crash moves no money twice.
//!
//! | state            | Authorize | Confirm | Capture | Void             | Sync  | answers to    |
//! |------------------|-----------|---------|---------|------------------|-------|---------------|
//! | Created          | asks      | unknown | unknown | unknown          | –     | –             |
//! | Authorizing      | repeat    | refused | refused | remembered       | –     | Authorize     |
//! | RequiresAction   | repeat    | asks    | refused | asks             | asks  | –             |
//! | Confirming       | repeat    | repeat  | refused | remembered       | –     | Confirm       |
//! | Authorized       | repeat    | repeat  | asks    | asks             | –     | –             |
//! | Capturing        | repeat    | repeat  | repeat  | refused          | –     | Capture       |
//! | Voiding          | repeat    | refused | refused | repeat           | –     | Void          |
//! | Unknown          | repeat    | by op   | by op   | remembered by op | asks  | the lookup    |
//! | Captured         | repeat    | repeat  | repeat  | refused          | –     | –             |
//! | Voided, Failed, IntegrityFailure | repeat | refused | refused | repeat | – | –           |
//!
//! *asks* = calls the provider; *repeat* = nothing happens, the view is answered; *remembered* = done once the fate is known.
//! `Authorize` with other terms is refused in every state.
//!
//! Invariants:
//! - PAY-1 Money is captured at most once, exactly the authorized amount, and only after it was authorized.
//! - PAY-2 At most one operation is under way at the provider.
//! - PAY-3 Terminal states (Captured, Voided, Failed, IntegrityFailure) never change.
//! - PAY-4 Every operation has one key for ever; an answer that stays away is looked up by that key, never guessed.
//! - PAY-5 An answer over another amount or currency ends in IntegrityFailure, never in Authorized or Captured.
//! - PAY-6 Postings sum to zero: a capture moves `provider:<name>` → `clearing:captured`.
//! - PAY-7 Each settled step is told to the checkout once.
//!
//! It does not refund, store cards or know stock. The checkout process commands it; shoppers only confirm.

mod answer;
mod apply;
mod command;
mod deliver;
mod event;
mod expiry;
mod handle;
mod intake;
mod known;
mod observe;
mod part;
mod parts;
mod projection;
mod provider;
mod rejection;
mod reserve;
mod state;
mod sync;
#[cfg(test)]
mod tests;
mod view;

pub use answer::CLEARING;
pub use command::{Call, Command, Effect, Outcome, Terms, Update};
pub use deliver::PaymentDelivery;
pub use event::Event;
pub use handle::Payments;
pub use intake::{Intake, IntakeError, Stray, Webhooks};
pub use observe::DISPUTES;
pub use part::{Ask, Dispute, Doubt, Part, PartId, PartState, Taking};
pub use parts::REFUNDS;
pub use projection::{PAYMENTS, PaymentCard, PaymentProjection};
pub use provider::{
    Confirmation, Found, Intent, IntentKey, Lookup, News, Operation, PaymentProvider, ProviderAnswer,
    ProviderError, ProviderRecord, Providers, RecordPage, RecordState, WebhookError, WebhookEvent,
};
pub use rejection::Rejection;
pub use state::{Payment, Stage};
pub use view::{Status, View};
