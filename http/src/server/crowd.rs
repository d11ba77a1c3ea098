//! How many connections one place may have: whoever opens them all would keep everybody else at the door.

use std::net::IpAddr;

use crate::limits::client::{Network, TrustedProxies};
use crate::limits::places::{Place, Places};

/// Who has how many. As large as there are connections, which have a limit of their own.
pub(super) struct Crowd {
    max: usize,
    /// Many come through these.
    proxies: TrustedProxies,
    held: Places<Network>,
}

/// A place in the crowd; nobody counts those of a proxy.
pub(super) struct Standing {
    _place: Option<Place<Network>>,
}

impl Crowd {
    pub(super) fn new(max: usize, proxies: TrustedProxies) -> Self {
        Self { max, proxies, held: Places::default() }
    }

    /// A place for one more connection from there; `None` when there are enough.
    pub(super) fn enter(&self, from: IpAddr) -> Option<Standing> {
        if self.proxies.trusts(from) {
            return Some(Standing { _place: None });
        }
        let place = self.held.take(Network::of(from), self.max)?;
        Some(Standing { _place: Some(place) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_only_so_many_connections_and_a_proxy_all() {
        let at = |last| IpAddr::from([192, 0, 2, last]);
        let crowd = Crowd::new(2, "192.0.2.9".parse().unwrap());
        let first = crowd.enter(at(1)).unwrap();
        let second = crowd.enter(at(1)).unwrap();
        assert!(crowd.enter(at(1)).is_none());
        let other = crowd.enter(at(2)).unwrap();
        drop(first);
        let again = crowd.enter(at(1)).unwrap();
        let _many: Vec<_> = (0..100).map(|_| crowd.enter(at(9)).unwrap()).collect();
        drop((again, second, other));
        assert!(crowd.held.is_empty(), "nothing is kept of whoever has gone");
    }
}
