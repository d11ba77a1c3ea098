//! Tickets: random, short-lived, good once.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dashmap::DashMap;
use tokio::time::Instant;

use crate::identity::Shopper;

/// Tickets at once.
const TICKETS_MAX: usize = 10_000;

/// Tickets that were given out and not used yet.
#[derive(Default)]
pub(super) struct Tickets {
    open: DashMap<String, Ticket>,
}

struct Ticket {
    shopper: Shopper,
    good_until: Instant,
}

impl Tickets {
    pub(super) fn issue(&self, shopper: Shopper, lifetime: Duration) -> Option<String> {
        if self.open.len() >= TICKETS_MAX {
            let now = Instant::now();
            self.open.retain(|_, ticket| ticket.good_until > now);
        }
        if self.open.len() >= TICKETS_MAX {
            return None;
        }
        let name = format!("tk_{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
        self.open.insert(name.clone(), Ticket { shopper, good_until: Instant::now() + lifetime });
        Some(name)
    }

    pub(super) fn redeem(&self, name: &str) -> Option<Shopper> {
        let (_, ticket) = self.open.remove(name)?;
        (ticket.good_until > Instant::now()).then_some(ticket.shopper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_ticket_is_good_once_and_not_for_long() {
        let tickets = Tickets::default();
        let lifetime = Duration::from_secs(30);
        let ticket = tickets.issue(Shopper::default(), lifetime).unwrap();
        assert!(tickets.redeem(&ticket).is_some());
        assert!(tickets.redeem(&ticket).is_none());
        let late = tickets.issue(Shopper::default(), lifetime).unwrap();
        tokio::time::advance(lifetime).await;
        assert!(tickets.redeem(&late).is_none());
        assert!(tickets.redeem("tk_unknown").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn there_are_only_so_many_until_old_ones_lapse() {
        let tickets = Tickets::default();
        for _ in 0..TICKETS_MAX {
            assert!(tickets.issue(Shopper::default(), Duration::from_secs(30)).is_some());
        }
        assert!(tickets.issue(Shopper::default(), Duration::from_secs(30)).is_none());
        tokio::time::advance(Duration::from_secs(31)).await;
        assert!(tickets.issue(Shopper::default(), Duration::from_secs(30)).is_some());
    }
}
