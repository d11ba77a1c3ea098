//! One seed: a shop, its shoppers, its troubles, and the reckoning.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use amazoff_supervisor::{chance, faults};
use amazoff_testkit::faults::{FaultPlan, Kind, Trace};
use amazoff_world::{Stored, Trouble, World, paused};

use super::chaos::{self, CRASH, JUMP, KILL, RESTART};
use super::notes::Notes;
use super::shopper::{CODES, Mall, Shopper};

/// People at the same time, and what each does: together more than 200 operations.
const SHOPPERS: u64 = 5;
const THINGS: u32 = 45;

/// How often each kind of trouble comes, in 10,000 occasions.
const TROUBLES: [(Kind, u32); 24] = [
    (Kind::AppendUnavailable, 80),
    (Kind::AppendLostBefore, 60),
    (Kind::AppendLostAfter, 60),
    (Kind::AppendStalled, 60),
    (Kind::AppendPanicsBefore, 15),
    (Kind::AppendPanicsAfter, 15),
    (Kind::LoadFailed, 100),
    (Kind::OutboxReadFailed, 200),
    (Kind::OutboxReadPanics, 100),
    (Kind::ReminderReadFailed, 40),
    (Kind::ReminderReadPanics, 20),
    (Kind::ReadFailed, 100),
    (Kind::ReadStalled, 40),
    (Kind::NoteFailed, 300),
    (Kind::DocumentFailed, 100),
    (Kind::DeliveryRepeated, 500),
    (Kind::DeliveryDelayed, 300),
    (Kind::DeliveryPanics, 40),
    (Kind::DecidePanics, 40),
    (Trouble::UNAVAILABLE, 200),
    (Trouble::UNHEARD, 200),
    (Trouble::LOST, 200),
    (Trouble::STALLED, 100),
    (Trouble::PANICS, 60),
];

/// Every kind of trouble that a run may have.
pub(crate) fn kinds() -> impl Iterator<Item = Kind> {
    TROUBLES.iter().map(|(kind, _)| *kind).chain([CRASH, RESTART, KILL, JUMP])
}

/// What was done to the orders of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Done {
    pub(crate) bought: u64,
    pub(crate) discounted: u64,
    pub(crate) called_off: u64,
    pub(crate) given_back: u64,
    pub(crate) sent: u64,
}

impl std::ops::AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.bought += other.bought;
        self.discounted += other.discounted;
        self.called_off += other.called_off;
        self.given_back += other.given_back;
        self.sent += other.sent;
    }
}

impl Done {
    /// Whether each was done at least once.
    pub(crate) fn is_all(self) -> bool {
        [self.bought, self.discounted, self.called_off, self.given_back, self.sent]
            .iter()
            .all(|times| *times > 0)
    }

    fn of(stored: &Stored) -> Self {
        let mut done = Self::default();
        for order in stored.orders.values().filter(|order| order.placed_at.is_some()) {
            let totals = order.draft.as_ref().map(|draft| draft.totals);
            done.bought += 1;
            done.discounted += u64::from(totals.is_some_and(|totals| totals.discount.amount > 0));
            done.called_off += u64::from(order.canceled.is_some());
            done.given_back += u64::from(order.canceled.is_none() && order.refunded() > 0);
            done.sent += u64::from(!order.shipments.is_empty());
        }
        done
    }
}

/// What a run came to.
pub(crate) struct Report {
    pub(crate) operations: u64,
    pub(crate) done: Done,
    pub(crate) fired: BTreeMap<Kind, u64>,
    pub(crate) violations: Vec<String>,
    pub(crate) parts: u64,
    pub(crate) hash: u64,
    pub(crate) lines: Vec<String>,
}

pub(crate) struct Simulation {
    seed: u64,
    bug: Option<&'static str>,
    lines: bool,
}

impl Simulation {
    pub(crate) fn of(seed: u64) -> Self {
        Self { seed, bug: None, lines: false }
    }
    pub(crate) fn with_bug(self, bug: &'static str) -> Self {
        Self { bug: Some(bug), ..self }
    }
    pub(crate) fn keeping_lines(self) -> Self {
        Self { lines: true, ..self }
    }

    pub(crate) fn run(&self) -> Report {
        chance::seed(self.seed);
        faults::plant(self.bug);
        let report = paused(self.course());
        faults::hook(None);
        faults::plant(None);
        chance::unseed();
        report
    }

    async fn course(&self) -> Report {
        let seed = self.seed;
        let plan = FaultPlan::seeded(seed);
        let trace = if self.lines { Trace::with_lines() } else { Trace::new() };
        let world = World::traced(plan.clone(), trace.clone()).await;
        let mut shelves = Vec::new();
        for (cents, pieces) in [(1_999, 12), (500, 30), (4_200, 6), (90, 60)] {
            shelves.push(world.stock(cents, pieces).await);
        }
        for (code, limit) in CODES {
            world.coupon(code, limit).await;
        }
        // From here on things go wrong.
        let plan = TROUBLES.iter().fold(plan, |plan, (kind, share)| plan.often(*kind, *share));
        plan.hook();
        let mall = Mall {
            world,
            shelves,
            notes: Notes::default(),
            family: std::sync::Mutex::default(),
            orders: std::sync::Mutex::default(),
            operations: 0.into(),
        };
        let mall = Arc::new(mall);
        let shoppers = (1..=SHOPPERS).map(|number| {
            let shopper = Shopper::new(Arc::clone(&mall), seed.wrapping_mul(1_000).wrapping_add(number));
            shopper.shop(THINGS)
        });
        tokio::select! {
            biased;
            _ = futures::future::join_all(shoppers) => {}
            () = chaos::rage(Arc::clone(&mall), seed.wrapping_mul(7_919)) => {}
        }
        self.reckon(&mall, &plan, &trace).await
    }

    /// Heals everything, lets it come to rest and compares.
    async fn reckon(&self, mall: &Mall, plan: &FaultPlan, trace: &Trace) -> Report {
        let world = &mall.world;
        if !plan.fired().contains_key(&CRASH) {
            chaos::crash(mall).await;
        }
        plan.heal();
        // The last shopper may have left in the middle of a restart.
        if !world.is_up() {
            world.boot().await;
        }
        let mut violations = Vec::new();
        violations.extend(world.try_pass_patience().await.err());
        let stored = world.stored().await;
        let checked = world.invariants().await.and_at_rest(&stored, &world.provider);
        violations.extend(checked.violations);
        violations.extend(mall.notes.violations(&*world.journal(), trace).await);
        let done = Done::of(&stored);
        let recorded = trace.look();
        Report {
            operations: mall.operations.load(Ordering::Relaxed),
            done,
            fired: plan.fired(),
            violations,
            parts: recorded.parts,
            lines: recorded.lines.clone().unwrap_or_default(),
            hash: {
                drop(recorded);
                trace.hash()
            },
        }
    }
}
