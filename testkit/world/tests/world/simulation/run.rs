//! One seed: a shop, its shoppers, its troubles, and the reckoning.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use amazoff_actors::order::Status;
use amazoff_supervisor::{chance, faults};
use amazoff_testkit::faults::{FaultPlan, Kind, Trace};
use amazoff_world::{Trouble, World, paused};

use super::chaos::{self, CRASH, JUMP, KILL, RESTART};
use super::notes::Notes;
use super::shopper::{Mall, Shopper};

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

/// What a run came to.
pub(crate) struct Report {
    pub(crate) operations: u64,
    pub(crate) bought: u64,
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
        // From here on things go wrong.
        let plan = TROUBLES.iter().fold(plan, |plan, (kind, share)| plan.often(*kind, *share));
        plan.hook();
        let mall = Mall {
            world,
            shelves,
            notes: Notes::default(),
            family: std::sync::Mutex::default(),
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
        let placed = stored.orders.values().filter(|order| order.status() == Status::Placed);
        let bought = u64::try_from(placed.count()).unwrap_or(u64::MAX);
        let recorded = trace.look();
        Report {
            operations: mall.operations.load(Ordering::Relaxed),
            bought,
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
