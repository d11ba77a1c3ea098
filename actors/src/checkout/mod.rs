//! Checkout: the process that turns a cart into a paid order. One per cart, with the cart's UUID.
//!
//! It is an event-sourced process manager: every step is an effect that was committed before it leaves, its answer is a
//! command, and a process that is killed anywhere goes on where it was. One file per concern in `steps/`; `deliver/` turns
//! each effect into one command to one entity, and that entity's answer, also a refusal, into one command back.
//!
//! | phase            | waits for            | on success → next question        | on failure                      |
//! |------------------|----------------------|-----------------------------------|---------------------------------|
//! | ClaimingCart     | RecordCart           | PricingLines → PriceLines         | failed, or ReleasingCart        |
//! | PricingLines     | RecordQuote          | HoldingStock → HoldStock per line | ReleasingCart, with new prices  |
//! | HoldingStock     | RecordHold per line  | DraftingOrder → DraftOrder        | ReleasingStock                  |
//! | DraftingOrder    | RecordDraft          | ClaimingCoupons → ClaimCoupon per code; without any, as below | ReleasingStock |
//! | ClaimingCoupons  | RecordCoupon per code | Paying → Authorize               | ReleasingStock                  |
//! | Paying           | PaymentUpdate, Wake  | CommittingStock → CommitStock, ConfirmCoupon | ReleasingStock, or Voiding |
//! | CommittingStock  | RecordCommitted, RecordCouponConfirmed | PlacingOrder → PlaceOrder | a person              |
//! | PlacingOrder     | RecordPlaced         | Capturing → Capture; when shipping takes the money, CompletingCart | a person |
//! | Capturing        | PaymentUpdate        | MarkingPaid → MarkPaid            | CompletingCart, and a person    |
//! | MarkingPaid      | RecordPaid           | CompletingCart → CompleteCart     | a person                        |
//! | CompletingCart   | RecordCompleted      | done                              | a person                        |
//! | Voiding          | PaymentUpdate        | ReleasingStock → ReleaseStock, ReleaseCoupon | –                    |
//! | ReleasingStock   | RecordReleased, RecordCouponReleased | ReleasingCart → ReleaseCart       | a person                        |
//! | ReleasingCart    | RecordCartReleased   | failed                            | a person                        |
//!
//! Every other command in a phase, and every command of another attempt, is answered and changes nothing. `Start` answers the
//! attempt that runs, or the order.
//!
//! Invariants:
//! - CHK-1 At most one attempt runs; a cart becomes at most one order; a repeated `Start` names its own attempt.
//! - CHK-2 What is charged is the total that the shopper saw, computed from today's prices while the cart is locked.
//! - CHK-3 An answer that is late, repeated or of another attempt changes nothing.
//! - CHK-4 An attempt that fails leaves nothing held: codes, stock and cart are free before the failure is final.
//! - CHK-5 Once money is reserved nothing is undone by guessing: only a payment that is certainly over frees the stock.
//! - CHK-6 A payment that takes longer than [`PATIENCE_FOR`] is asked for, then voided; time alone frees nothing.
//! - CHK-7 Money that turns up for an attempt that failed is given up.
//! - CHK-8 A code is used up before the money is reserved, by the order and the attempt; its use is final once the money is
//!   reserved, and given back when the attempt fails. An attempt that loses a code is not charged.
//! - CHK-9 The quote is made once, inside the claim, and frozen onto the order: amount, capture policy and codes follow from it.
//!
//! It does not know providers, cards or addresses in clear. Shoppers start it through [`Checkouts`]; payments and overdue
//! holds wake it.

mod apply;
mod command;
mod deliver;
mod effect;
mod event;
mod handle;
mod outcome;
mod processes;
mod projection;
mod reach;
mod rejection;
mod state;
mod step;
mod steps;
#[cfg(test)]
mod tests;

pub use command::{CartAnswer, Command, PaymentChoice, Priced, Reply, Start};
pub use deliver::CheckoutDelivery;
pub use effect::Effect;
pub use event::Event;
pub use handle::{Checkouts, CompleteError, CompleteForm};
pub use outcome::{AttemptOutcome, Failure, Outcome};
pub use processes::{Process, Processes, STUCK_AFTER};
pub use projection::{CheckoutProjection, PROCESSES};
pub(crate) use reach::Reached;
pub use rejection::{ATTEMPTS_MAX, Rejection};
pub use state::{Checkout, Phase, Run, WaitsFor};
pub use step::{STEPS, Step};
pub use steps::{GRACE_FOR, PATIENCE_FOR};
