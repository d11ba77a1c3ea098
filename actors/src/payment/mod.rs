//! Payment: one attempt to pay one order through one provider.
//!
//! A second card is a second payment, never a second call of the same one. The provider is called only by an effect whose
//! idempotency key was committed before, so a call that is repeated after a crash moves no money twice.
//!
//! The reservation has a stage; partial captures and refunds are *parts* beside it, each with a name and a state of its own
//! (waiting → asked → done or failed). One call to the provider is under way at a time: of the stage or of a part. Whatever
//! is asked meanwhile waits in the order it came, a bounded number; beyond that it is refused as busy.
//!
//! | stage            | Authorize | Confirm | Capture | CapturePart | Refund  | Void       | Sync  | answers to |
//! |------------------|-----------|---------|---------|-------------|---------|------------|-------|------------|
//! | Created          | asks      | unknown | unknown | unknown     | unknown | unknown    | –     | –          |
//! | Authorizing      | repeat    | refused | refused | refused     | refused | remembered | –     | Authorize  |
//! | RequiresAction   | repeat    | asks    | refused | refused     | refused | asks       | asks  | –          |
//! | Confirming       | repeat    | repeat  | refused | refused     | refused | remembered | –     | Confirm    |
//! | Authorized       | repeat    | repeat  | asks ¹  | asks ²      | asks ²  | asks ³     | asks  | parts      |
//! | Capturing        | repeat    | repeat  | repeat  | refused     | refused | refused    | –     | Capture    |
//! | Voiding          | repeat    | refused | refused | refused     | waits   | repeat     | –     | Void       |
//! | Unknown          | repeat    | by op   | by op   | refused     | by op   | by op      | asks  | the lookup |
//! | Captured         | repeat    | repeat  | repeat  | refused     | asks ²  | refused ⁴  | –     | parts      |
//! | Voided, Expired, Failed | repeat | refused | refused | refused | refused | repeat     | –     | –          |
//! | IntegrityFailure | repeat    | refused | refused | refused     | refused | repeat     | –     | –          |
//!
//! *asks* = calls the provider; *waits* = asked once nothing else is under way; *repeat* = nothing happens, the view is
//! answered; *remembered* = done once the fate is known. `Authorize` with other terms is refused in every stage, and so is a
//! part under the name of another one. ¹ Refused once a part was asked for. ² Waits while a call is under way; a part that
//! is known already is a repeat. ³ Remembered while a part is asked or waits. ⁴ Repeat where it was taken in parts.
//! `Compare` asks like Sync, and about every refund that was done; so does a message that one failed, about that one.
//! `CheckExpiry` (the reminder of a reservation's end) and a provider's message (`Observe`) ask like Sync does; a message
//! about a dispute is taken in at every stage but Created. A part whose answer is missing is asked about like a stage.
//!
//! Invariants:
//! - PAY-1 Money is captured only after it was authorized, and never more than was.
//! - PAY-2 At most one operation is under way at the provider.
//! - PAY-3 Voided, Expired, Failed and IntegrityFailure never change. After Captured only refunds and disputes follow; a
//!   refund of another amount than asked ends in IntegrityFailure.
//! - PAY-4 Every operation has one key for ever; an answer that stays away is looked up by that key, never guessed. A key
//!   of a day is looked up, never sent: providers forget them.
//! - PAY-5 An answer over another amount or currency ends in IntegrityFailure, never in money that counts as moved.
//! - PAY-6 Postings sum to zero: a capture moves `provider:<name>` → `clearing:captured`, a refund `clearing:refunds` →
//!   `provider:<name>`, a dispute `disputes` → `provider:<name>` and, when it is won, back.
//! - PAY-7 Each settled step is told once: how the reservation goes to whoever began the payment, the checkout or the
//!   order, and everything else to the order.
//! - PAY-8 Refunds, done and promised, never exceed what was captured; money in dispute is not given back.
//! - PAY-9 A refund that fails after it was done is turned back once, when its provider says so to a question by its key.
//!
//! It does not store cards or know stock, and decides about no refund: the checkout and the order command it; shoppers only
//! confirm. What its provider says of its own accord comes through [`Webhooks`].

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
mod returned;
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
pub use part::{Ask, Dispute, Doubt, Part, PartId, PartState, RefundCall, Taking};
pub use parts::REFUNDS;
pub use projection::{PAYMENTS, PaymentCard, PaymentProjection};
pub use provider::{
    Confirmation, Found, Intent, IntentKey, Lookup, News, Operation, PaymentProvider, ProviderAnswer,
    ProviderError, ProviderRecord, Providers, RecordPage, RecordState, WebhookError, WebhookEvent,
};
pub use rejection::Rejection;
pub use state::{Payment, Stage};
pub use view::{Status, View};
