//! The effect of domains that have none.

use serde::{Deserialize, Serialize};

/// An effect that cannot exist: what this domain decides concerns nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoEffect {}
