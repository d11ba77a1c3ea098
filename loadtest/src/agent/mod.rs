//! Processes that share a run.

pub(crate) mod local;
pub(crate) mod remote;
pub(crate) mod serve;
pub(crate) mod wire;
pub(crate) mod work;
