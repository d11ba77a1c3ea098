//! Names to addresses, for the connections themselves: only those that may be called.

use std::io;
use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Reach;

/// Resolves names, and refuses those of which any address may not be called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guarded(pub(super) Reach);

impl Guarded {
    /// The addresses of a name.
    ///
    /// # Errors
    /// When it has none, or any that may not be called.
    pub(super) async fn addresses(self, name: &str) -> io::Result<Vec<SocketAddr>> {
        let found: Vec<SocketAddr> = tokio::net::lookup_host((name, 0)).await?.collect();
        if found.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
        }
        if found.iter().any(|address| !self.0.allows(address.ip())) {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "the address is not out in the world",
            ));
        }
        Ok(found)
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let guarded = *self;
        Box::pin(async move {
            let found = guarded.addresses(name.as_str()).await?;
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
