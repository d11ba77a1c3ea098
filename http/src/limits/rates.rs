//! Budgets per class of routes, by the generic cell rate algorithm.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use amazoff_actors::ids::UserId;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::Class;
use super::client::Network;
use crate::settings::parts;

/// The window of every budget.
pub(crate) const WINDOW_S: u32 = 60;
/// From so many callers of a class on, further ones share budgets.
const CALLERS_MAX: usize = 100_000;
/// Budgets that further callers share.
const CROWDS: u64 = 1024;
/// How often, in checks, callers with a full budget are forgotten.
const SWEEP_EVERY: u64 = 4096;

/// Requests per minute of each class; a class that is not in it is not limited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates(BTreeMap<Class, NonZeroU32>);

/// Why a text is no set of rates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not one of address, browse, change, checkout, login, staff, webhook, with = and a number from 0 to 1000000"
)]
pub struct RatesInvalid(String);

impl Rates {
    /// No limits at all.
    pub fn off() -> Self {
        Self(BTreeMap::new())
    }
}

impl Default for Rates {
    fn default() -> Self {
        let usual = [
            (Class::Address, 6_000),
            (Class::Browse, 600),
            (Class::Change, 240),
            (Class::Checkout, 30),
            (Class::Login, 30),
            (Class::Staff, 1_200),
            (Class::Webhook, 3_000),
        ];
        Self(usual.into_iter().filter_map(|(class, rate)| Some((class, NonZeroU32::new(rate)?))).collect())
    }
}

/// `off`, or the classes that differ from the usual rates, such as `browse=1200,checkout=60`; 0 does not limit a class.
impl FromStr for Rates {
    type Err = RatesInvalid;
    fn from_str(text: &str) -> Result<Self, RatesInvalid> {
        if text == "off" {
            return Ok(Self::off());
        }
        let mut rates = Self::default();
        for part in parts(text) {
            let invalid = || RatesInvalid(part.to_owned());
            let (name, number) = part.split_once('=').ok_or_else(invalid)?;
            let class =
                Class::ALL.into_iter().find(|class| class.name() == name.trim()).ok_or_else(invalid)?;
            let number: u32 = number.trim().parse().map_err(|_error| invalid())?;
            match NonZeroU32::new(number) {
                Some(rate) if number <= 1_000_000 => drop(rates.0.insert(class, rate)),
                Some(_) => return Err(invalid()),
                None => drop(rates.0.remove(&class)),
            }
        }
        Ok(rates)
    }
}

/// Whose budget it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Caller {
    /// Somebody who is logged in, from wherever.
    Person(UserId),
    /// Whoever asks from there.
    Guest(Network),
    /// One of many, while there are too many to tell apart.
    Crowd(u64),
}

/// What a caller has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    /// Of which class.
    pub(crate) class: Class,
    /// Requests per window.
    pub(crate) quota: u32,
    /// Requests that are left at once.
    pub(crate) remaining: u32,
    /// Until all of them are there again or, when none is left, until the next one is.
    pub(crate) reset: Duration,
}

/// A caller has asked too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded(pub(crate) Budget);

type Cells<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// Counts what callers of one class ask.
pub(crate) struct Counter<K: Hash + Eq + Clone> {
    class: Class,
    quota: Quota,
    cells: Cells<K>,
    clock: DefaultClock,
    checks: AtomicU64,
    crowded: AtomicBool,
}

impl<K: Hash + Eq + Clone> Counter<K> {
    pub(crate) fn new(class: Class, quota: Quota) -> Self {
        let cells = RateLimiter::dashmap(quota).with_middleware();
        let (checks, crowded) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { class, quota, cells, clock: DefaultClock::default(), checks, crowded }
    }

    /// Whether there are so many callers that further ones share budgets.
    pub(crate) fn is_crowded(&self) -> bool {
        self.crowded.load(Ordering::Relaxed)
    }

    /// Takes one request from a caller's budget.
    pub(crate) fn take(&self, caller: &K) -> Result<Budget, Exceeded> {
        self.sweep();
        let quota = self.quota.burst_size().get();
        let budget = |remaining, reset| Budget { class: self.class, quota, remaining, reset };
        match self.cells.check_key(caller) {
            Ok(left) => {
                let remaining = left.remaining_burst_capacity();
                let used = quota.saturating_sub(remaining);
                Ok(budget(remaining, self.quota.replenish_interval().saturating_mul(used)))
            }
            Err(until) => Err(Exceeded(budget(0, until.wait_time_from(self.clock.now())))),
        }
    }

    /// Forgets now and then whoever has not asked for a while.
    fn sweep(&self) {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.cells.retain_recent();
            self.cells.shrink_to_fit();
            self.crowded.store(self.cells.len() >= CALLERS_MAX, Ordering::Relaxed);
        }
    }
}

/// The budgets of all classes.
pub(crate) struct Budgets(BTreeMap<Class, Counter<Caller>>);

impl Budgets {
    pub(crate) fn new(rates: &Rates) -> Self {
        let counter = |class, rate| (class, Counter::new(class, Quota::per_minute(rate)));
        Self(rates.0.iter().map(|(class, rate)| counter(*class, *rate)).collect())
    }

    /// Takes one request from a caller's budget of a class; `None` when the class is not limited.
    pub(crate) fn take(&self, class: Class, caller: Caller) -> Option<Result<Budget, Exceeded>> {
        let counter = self.0.get(&class)?;
        let caller = match caller {
            Caller::Guest(network) if counter.is_crowded() => Caller::Crowd(network.spread() % CROWDS),
            Caller::Person(_) | Caller::Guest(_) | Caller::Crowd(_) => caller,
        };
        Some(counter.take(&caller))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guest(last: u8) -> Caller {
        Caller::Guest(Network::of(std::net::IpAddr::from([10, 0, 0, last])))
    }

    #[test]
    fn rates_are_the_usual_ones_but_for_what_is_said() {
        let rates: Rates = "browse=10, checkout=0".parse().unwrap();
        assert_eq!(rates.0.get(&Class::Browse).map(|rate| rate.get()), Some(10));
        assert_eq!(rates.0.get(&Class::Checkout), None);
        assert_eq!(rates.0.get(&Class::Login), Rates::default().0.get(&Class::Login));
        assert_eq!("off".parse(), Ok(Rates::off()));
        assert_eq!("".parse(), Ok(Rates::default()));
        for odd in ["on", "browse", "browse=", "browse=-1", "browse=1000001", "read=5", "browse=1;login=2"] {
            assert!(odd.parse::<Rates>().is_err(), "{odd}");
        }
    }

    #[test]
    fn a_budget_is_each_callers_own_and_each_classs_own() {
        let budgets = Budgets::new(&"browse=3,checkout=1".parse().unwrap());
        for left in [2, 1, 0] {
            let budget = budgets.take(Class::Browse, guest(1)).unwrap().unwrap();
            assert_eq!((budget.quota, budget.remaining), (3, left));
        }
        let Exceeded(budget) = budgets.take(Class::Browse, guest(1)).unwrap().unwrap_err();
        assert_eq!(budget.remaining, 0);
        assert!(
            budget.reset > Duration::from_secs(15) && budget.reset <= Duration::from_secs(20),
            "{budget:?}"
        );
        assert!(budgets.take(Class::Browse, guest(2)).unwrap().is_ok());
        assert!(
            budgets.take(Class::Checkout, guest(1)).unwrap().is_ok(),
            "browsing takes nothing from a checkout"
        );
        let person = Caller::Person(UserId::from(uuid::Uuid::from_u128(1)));
        assert!(budgets.take(Class::Browse, person).unwrap().is_ok());
    }

    #[test]
    fn a_flood_of_addresses_takes_no_memory_without_end() {
        let counter = Counter::new(Class::Browse, Quota::per_minute(NonZeroU32::MIN));
        for n in 0..u32::try_from(CALLERS_MAX).unwrap() + u32::try_from(SWEEP_EVERY).unwrap() {
            let network = Network::of(std::net::IpAddr::from((n + (10 << 24)).to_be_bytes()));
            let _ = counter.take(&Caller::Guest(network));
        }
        assert!(counter.is_crowded());
        let budgets = Budgets([(Class::Browse, counter)].into());
        let before = budgets.0[&Class::Browse].cells.len();
        for n in 0..5_000_u32 {
            let network = Network::of(std::net::IpAddr::from((n + (11 << 24)).to_be_bytes()));
            let _ = budgets.take(Class::Browse, Caller::Guest(network));
        }
        assert!(budgets.0[&Class::Browse].cells.len() <= before + usize::try_from(CROWDS).unwrap());
    }
}
