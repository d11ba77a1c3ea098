//! A virtual shopper: goes from step to step, waits as people do, and is measured.

mod act;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rand::Rng as _;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

pub(crate) use act::{Hands, Verdict, ready, run};

use crate::engine::Shift;
use crate::engine::plan::{Act, Path, Plan};
use crate::feed::{Feed, Row, row_of};
use crate::record::{Key, Recorder, Sample};
use crate::seed::{Whose, chance};
use crate::template::Scope;

/// What the element of a step's turn is called.
pub(crate) const ITEM: &str = "item";
/// Most elements that a step is done for.
const TURNS_MAX: usize = 10_000;

/// What all shoppers of a process share.
#[derive(Debug)]
pub(crate) struct World {
    /// What they do.
    pub plan: Plan,
    /// Where paths begin: `http://host:port`.
    pub base: String,
    /// Where they are measured.
    pub recorder: Recorder,
    /// Variables, and what setup extracted.
    pub shared: Arc<BTreeMap<String, Value>>,
    /// Rows.
    pub feeds: Vec<Feed>,
    /// What tells this run from others.
    pub run: u64,
    /// When the run began, for the warm-up.
    pub begin: Instant,
}

impl World {
    /// Whether what was meant for this moment belongs to the warm-up.
    pub(crate) fn warms_up(&self, intended: Instant) -> bool {
        intended < self.begin + self.plan.warm_up
    }
}

/// One journey to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    /// The executor's place.
    pub executor: u64,
    /// The arrival or the shopper.
    pub number: u64,
    /// The shopper's how many-th journey.
    pub round: u64,
    /// Which row of sequential and unique feeders it sees.
    pub row: u64,
    /// When it is meant to start.
    pub intended: Instant,
}

/// How a journey went so far.
#[derive(Debug, Default)]
struct Course {
    response: Duration,
    service: Duration,
    failed: Option<String>,
}

/// Makes one journey and records it.
pub(crate) async fn shop(shift: &Shift, ticket: Ticket) {
    let Shift { world, target, crew, .. } = shift;
    let whose = Whose { executor: ticket.executor, number: ticket.number, round: ticket.round };
    let mut chance = chance(world.plan.seed, whose);
    let Some(path) = crew.choose(&mut chance) else { return };
    let warming = world.warms_up(ticket.intended);
    let mut rows = BTreeMap::new();
    for feed in &world.feeds {
        let Some(row) = feed.row(ticket.row, &mut chance) else {
            world.recorder.drops(warming);
            return;
        };
        rows.insert(feed.name.clone(), row);
    }
    let scope = Scope {
        shared: Arc::clone(&world.shared),
        own: BTreeMap::new(),
        rows,
        chance,
        shopper: format!("{}-{}-{}", ticket.executor, ticket.number, ticket.round),
        run: world.run,
    };
    world.recorder.starts(warming);
    let mut hands = Hands::new(Arc::clone(target), world.base.clone(), scope);
    let course = walk(world, path, &mut hands, ticket.intended).await;
    world.recorder.take(Sample {
        key: Key::Journey(path.name.clone()),
        response: course.response,
        service: course.service,
        verdict: course.failed.map_or(Ok(None), Err),
        warming,
    });
    world.recorder.ends();
}

async fn walk(world: &World, path: &Path, hands: &mut Hands, intended: Instant) -> Course {
    let mut course = Course::default();
    let mut due = intended;
    let mut first = true;
    for act in &path.steps {
        for turn in turns(act, &mut hands.scope) {
            hands.scope.rows.extend(turn.map(|row| (ITEM.to_owned(), row)));
            if !first {
                let think = act.think.as_ref().or(path.think.as_ref());
                due = Instant::now()
                    + think.map_or(Duration::ZERO, |think| think.draw(&mut hands.scope.chance));
                sleep_until(due).await;
            }
            first = false;
            if !step(world, act, hands, (due, &mut course)).await {
                return course;
            }
        }
        if act.leave.is_some_and(|likely| hands.scope.chance.random::<f64>() < likely) {
            return course;
        }
    }
    course
}

/// The turns of a step: how often it is done now, with an element each where it says so. Chance is asked whatever comes of it, so that
/// later decisions stay the same.
pub(crate) fn turns(act: &Act, scope: &mut Scope) -> Vec<Option<Arc<Row>>> {
    let likely = act.probability.is_none_or(|likely| scope.chance.random::<f64>() < likely);
    let times = act.repeat.map_or(1, |[least, most]| scope.chance.random_range(least..=most.max(least)));
    let known = act.when.as_ref().is_none_or(|name| scope.get(name).is_some_and(|value| !value.is_null()));
    if !likely || !known {
        return Vec::new();
    }
    let elements = act.for_each.as_ref().map(|name| match scope.get(name) {
        Some(Value::Array(items)) => {
            items.iter().take(TURNS_MAX).map(|item| Some(Arc::new(row_of(item)))).collect()
        }
        _ => Vec::new(),
    });
    let once = elements.unwrap_or_else(|| vec![None]);
    (0..times).flat_map(|_| once.clone()).collect()
}

/// Does a step and records it; whether the journey goes on.
async fn step(world: &World, act: &Act, hands: &mut Hands, (due, course): (Instant, &mut Course)) -> bool {
    if let crate::engine::plan::Action::Pause(think) = &act.action {
        let pause = think.draw(&mut hands.scope.chance);
        sleep_until(due + pause).await;
        return true;
    }
    let began = Instant::now();
    let done = hands.perform(act).await;
    let (response, service) =
        (done.ended.saturating_duration_since(due), done.ended.saturating_duration_since(began));
    course.response += response;
    course.service += service;
    let (verdict, goes_on) = match done.verdict {
        Verdict::Good { outcome, ends } => (Ok(outcome), !ends),
        Verdict::Bad(why) => {
            course.failed.get_or_insert_with(|| format!("{}: {why}", act.name));
            (Err(why), act.go_on)
        }
    };
    world.recorder.take(Sample {
        key: Key::Step(act.name.clone()),
        response,
        service,
        verdict,
        warming: world.warms_up(due),
    });
    goes_on
}
