//! One file per part of the shop: extract, ask a handle, show a page.

pub(super) mod account;
pub(super) mod bank;
pub(super) mod cart;
pub(super) mod catalogue;
pub(super) mod checkout;
pub(super) mod docs;
pub(super) mod orders;
pub(super) mod problems;
pub(super) mod recovery;
pub(super) mod staff;
