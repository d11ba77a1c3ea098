//! Reconciliation: what providers say against what payments say, both ways.
//!
//! | finding               | means                                                                              |
//! |-----------------------|------------------------------------------------------------------------------------|
//! | `charged_without_order` | the provider has money that belongs to no payment of ours, or to no placed order |
//! | `order_without_charge`  | we say that money was taken, the provider does not                               |
//! | `amount_mismatch`       | both know the payment, with other sums                                           |
//! | `state_mismatch`        | both know the payment; one says reserved, the other over                         |
//!
//! What differs at the first look is looked at again: the payment, the provider's record, and the payment once more. What
//! moved meanwhile is under way and no finding. A payment that differs is also told to ask its provider, which heals what a
//! lost message left behind; the finding is reported all the same. Nothing here moves money or changes an order.
//!
//! A report is a document. It is written once, at the end of a run; runs never overlap on a node.

mod compare;
mod report;
mod run;
#[cfg(test)]
mod tests;

pub use report::{Finding, Findings, Kind, REPORTS, Report};
pub use run::{Reconciliations, WINDOW};
