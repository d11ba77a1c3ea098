//! A virtual shopper: goes from step to step, waits as people do, and is measured.

mod act;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rand::Rng as _;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use act::Done;
pub(crate) use act::{Hands, Verdict, ready, run};

use crate::engine::Shift;
use crate::engine::plan::{Act, Action, Path, Plan};
use crate::feed::{Feed, Row, row_of};
use crate::record::{Key, Recorder, Sample};
use crate::run::hosts::Reach;
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
    /// Where paths begin, and where else requests may go.
    pub reach: Arc<Reach>,
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
    /// Whether it was ended where it was.
    cut: bool,
}

/// Makes one journey and records it; whether there can be a next one: not when a row was missing, since later ones are missing too.
pub(crate) async fn shop(shift: &Shift, ticket: Ticket) -> bool {
    let Shift { world, target, crew, .. } = shift;
    let whose = Whose { executor: ticket.executor, number: ticket.number, round: ticket.round };
    let mut chance = chance(world.plan.seed, whose);
    let Some(path) = crew.choose(&mut chance) else { return false };
    let warming = world.warms_up(ticket.intended);
    let mut rows = BTreeMap::new();
    for feed in world.feeds.iter().filter(|feed| path.names.contains(&feed.name)) {
        let Some(row) = feed.row(ticket.row, &mut chance) else {
            world.recorder.drops(warming);
            return false;
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
    let mut hands = Hands::new(Arc::clone(target), Arc::clone(&world.reach), scope);
    let course = walk(shift, path, &mut hands, ticket.intended).await;
    // Who was cut while he paused has waited for nothing that failed, but has not finished well either.
    if !course.cut || course.failed.is_some() {
        world.recorder.take(Sample {
            key: Key::Journey(path.name.clone()),
            response: course.response,
            service: course.service,
            verdict: course.failed.map_or(Ok(None), Err),
            warming,
        });
    }
    if course.cut {
        world.recorder.cuts_short(1);
    } else {
        world.recorder.ends();
    }
    true
}

async fn walk(shift: &Shift, path: &Path, hands: &mut Hands, intended: Instant) -> Course {
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
            }
            first = false;
            course.cut = !rest(shift, due).await;
            if course.cut || !step(shift, act, hands, (due, &mut course)).await {
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

/// Waits for a moment; whether the journey goes on then. A moment that is there needs no timer: that would take a millisecond.
async fn rest(shift: &Shift, until: Instant) -> bool {
    if until > Instant::now() {
        tokio::select! {
            () = shift.cut.cancelled() => {}
            () = sleep_until(until) => {}
        }
    }
    !shift.cut.is_cancelled()
}

/// Does a step and records it; whether the journey goes on.
async fn step(shift: &Shift, act: &Act, hands: &mut Hands, (due, course): (Instant, &mut Course)) -> bool {
    if let Action::Pause(think) = &act.action {
        let pause = think.draw(&mut hands.scope.chance);
        course.cut = !rest(shift, due + pause).await;
        return !course.cut;
    }
    let began = Instant::now();
    // What is not answered in time was no good answer: it is counted like one that says so.
    let done = tokio::select! {
        biased;
        done = hands.perform(act) => done,
        () = shift.cut.cancelled() => {
            course.cut = true;
            Done { ended: Instant::now(), verdict: Verdict::Bad("cut short".to_owned()) }
        }
    };
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
    shift.world.recorder.take(Sample {
        key: Key::Step(act.name.clone()),
        response,
        service,
        verdict,
        warming: shift.world.warms_up(due),
    });
    goes_on
}
