//! What goes wrong, and when.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::Kind;

/// Says at each occasion whether something goes wrong: at the n-th, or by chance from a seed. Cheap to clone; clones
/// count together.
#[derive(Clone, Default)]
pub struct FaultPlan(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    draws: Option<StdRng>,
    scripted: BTreeSet<(Kind, u64)>,
    per_10_000: BTreeMap<Kind, u32>,
    pause: Option<(Duration, Duration)>,
    occasions: BTreeMap<Kind, u64>,
    fired: BTreeMap<Kind, u64>,
    healed: bool,
    #[cfg(feature = "fault-points")]
    panicked: BTreeSet<amazoff_supervisor::CommandId>,
}

/// How long a stall takes, unless the plan says otherwise.
const PAUSE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(2));

impl FaultPlan {
    /// Nothing goes wrong.
    pub fn new() -> Self {
        Self::default()
    }
    /// Nothing goes wrong yet; what [`Self::often`] adds is drawn from this seed.
    pub fn seeded(seed: u64) -> Self {
        let plan = Self::default();
        plan.state().draws = Some(StdRng::seed_from_u64(seed));
        plan
    }
    /// Has the n-th occasion of this kind go wrong, counted from 1.
    #[must_use]
    pub fn at(self, kind: Kind, nth: u64) -> Self {
        self.state().scripted.insert((kind, nth));
        self
    }
    /// Has about so many of 10,000 occasions of this kind go wrong.
    ///
    /// # Panics
    /// When the plan has no seed.
    #[must_use]
    pub fn often(self, kind: Kind, per_10_000: u32) -> Self {
        {
            let mut state = self.state();
            assert!(
                state.draws.is_some(),
                "a plan without a seed leaves nothing to chance: use FaultPlan::seeded"
            );
            state.per_10_000.insert(kind, per_10_000);
        }
        self
    }
    /// How long stalls and delays take: from `least` to `most`.
    #[must_use]
    pub fn pausing(self, least: Duration, most: Duration) -> Self {
        self.state().pause = Some((least, most));
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic is an ordinary event here.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An occasion of these kinds: which of them goes wrong, if any.
    pub fn next(&self, kinds: &[Kind]) -> Option<Kind> {
        let mut state = self.state();
        if state.healed {
            return None;
        }
        let mut chosen = None;
        for kind in kinds {
            let occasion = state.occasions.entry(*kind).or_default();
            *occasion += 1;
            let occasion = *occasion;
            if state.scripted.remove(&(*kind, occasion)) {
                chosen = chosen.or(Some(*kind));
            }
        }
        if chosen.is_none() && !state.per_10_000.is_empty() {
            chosen = state.draw(kinds);
        }
        if let Some(kind) = chosen {
            *state.fired.entry(kind).or_default() += 1;
        }
        chosen
    }

    /// Counts trouble that the test made itself.
    pub fn made(&self, kind: Kind) {
        *self.state().fired.entry(kind).or_default() += 1;
    }

    /// How long the next stall takes.
    pub fn pause(&self) -> Duration {
        let mut state = self.state();
        let (least, most) = state.pause.unwrap_or(PAUSE);
        state.draws.as_mut().map_or(most, |draws| draws.random_range(least..=most))
    }

    /// From now on nothing goes wrong.
    pub fn heal(&self) {
        self.state().healed = true;
    }

    /// How often there was an occasion of a kind.
    pub fn occasions(&self, kind: Kind) -> u64 {
        self.state().occasions.get(&kind).copied().unwrap_or(0)
    }

    /// How often each kind that ever fired did.
    pub fn fired(&self) -> BTreeMap<Kind, u64> {
        self.state().fired.clone()
    }

    /// Panics unless everything scripted has fired, and every kind that was left to chance at least once.
    #[track_caller]
    pub fn assert_all_fired(&self) {
        let state = self.state();
        assert!(state.scripted.is_empty(), "there was no occasion for {:?}", state.scripted);
        let never: Vec<_> = state.per_10_000.keys().filter(|kind| !state.fired.contains_key(kind)).collect();
        assert!(never.is_empty(), "never happened: {never:?}");
    }

    /// Has the decisions and deliveries of this thread go wrong as planned. No command panics twice: it would be
    /// quarantined, and a person would have to come.
    #[cfg(feature = "fault-points")]
    pub fn hook(&self) {
        use amazoff_supervisor::faults::{self, Action, Point};
        let plan = self.clone();
        faults::hook(Some(std::rc::Rc::new(move |point: Point<'_>| match point {
            Point::Decide(_, command) => {
                if plan.state().panicked.contains(&command) {
                    return None;
                }
                plan.next(&[Kind::DecidePanics]).map(|_| {
                    plan.state().panicked.insert(command);
                    Action::Panic
                })
            }
            Point::Deliver(_) => {
                match plan.next(&[Kind::DeliveryRepeated, Kind::DeliveryDelayed, Kind::DeliveryPanics])? {
                    Kind::DeliveryRepeated => Some(Action::Twice),
                    Kind::DeliveryDelayed => Some(Action::Delay(plan.pause())),
                    _ => Some(Action::Panic),
                }
            }
        })));
    }
}

impl State {
    /// One draw for all kinds of an occasion, so that a plan with more kinds does not draw more.
    fn draw(&mut self, kinds: &[Kind]) -> Option<Kind> {
        let mut drawn = self.draws.as_mut()?.random_range(0..10_000_u32);
        for kind in kinds {
            let share = self.per_10_000.get(kind).copied().unwrap_or(0);
            match drawn.checked_sub(share) {
                Some(left) => drawn = left,
                None => return Some(*kind),
            }
        }
        None
    }
}
