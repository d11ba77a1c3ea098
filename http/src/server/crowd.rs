//! How many connections one place may have: whoever opens them all would keep everybody else at the door.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::limits::client::{Network, TrustedProxies};

type Held = Arc<Mutex<HashMap<Network, usize>>>;

/// Who has how many. As large as there are connections, which have a limit of their own.
pub(super) struct Crowd {
    max: usize,
    /// Many come through these.
    proxies: TrustedProxies,
    held: Held,
}

/// A place in the crowd; free again when it is dropped.
pub(super) struct Standing(Option<(Network, Held)>);

impl Crowd {
    pub(super) fn new(max: usize, proxies: TrustedProxies) -> Self {
        Self { max, proxies, held: Held::default() }
    }

    /// A place for one more connection from there; `None` when there are enough.
    pub(super) fn enter(&self, from: IpAddr) -> Option<Standing> {
        if self.proxies.trusts(from) {
            return Some(Standing(None));
        }
        let network = Network::of(from);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(network).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(Standing(Some((network, Arc::clone(&self.held)))))
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        let Some((network, held)) = self.0.take() else { return };
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&network) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                held.remove(&network);
            }
        }
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
        assert!(crowd.held.lock().unwrap().is_empty(), "nothing is kept of whoever has gone");
    }
}
