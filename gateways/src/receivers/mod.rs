//! Receivers of webhooks: requests as Standard Webhooks describes them, to addresses that are out in the world.
//!
//! An address is looked at twice. Before an endpoint is made its name is resolved, and refused when any of its addresses is
//! private, local or reserved. At every attempt the name is resolved anew by the resolver that makes the connection, which
//! hands over only addresses that pass the same test; so no name can be public when it is looked at and private when it is
//! called. Redirects are not followed, proxies of the environment not asked, and of an answer only the beginning is read.

mod address;
mod call;
mod resolver;
#[cfg(test)]
mod tests;

pub use address::Reach;
pub use call::Receivers;
