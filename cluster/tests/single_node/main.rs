//! One node at a time has the data, and what an earlier one left in flight is refused.

#[cfg(test)]
mod lock_and_epochs;
