//! Runs: the undisturbed one, from which the steps are learned, and one for each fault at each step.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use amazoff_actors::payment::{Call, Effect};
use amazoff_supervisor::faults::{self, Action, Point};
use amazoff_supervisor::journal::{OutboxKey, Part};
use amazoff_supervisor::{Entity as _, chance};
use amazoff_testkit::faults::{FaultPlan, Kind, Trace};
use amazoff_world::{Trouble, World, paused};

use super::course::Course;
use super::fault::{Fault, Step, Strike};

/// How late a late delivery is: later than those that were sent after it.
const LATE: Duration = Duration::from_secs(7);

/// Every run draws the same, so that a step is the same in each.
const SEED: u64 = 5;

/// A row of the page: a step, and a cell for each fault.
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) cells: Vec<String>,
}

/// Runs a course with every fault at every step.
pub(crate) fn matrix(course: Course) -> Vec<Row> {
    let (steps, undisturbed) = learn(course);
    assert!(steps.len() > 5, "{course:?} has only {} steps", steps.len());
    let mut rows =
        vec![Row { label: "(nothing fails)".to_owned(), cells: vec![undisturbed; Fault::ALL.len()] }];
    rows.extend(steps.iter().map(|step| {
        let cell = |fault| match step.strike(fault) {
            Ok(strike) => run(course, &strike),
            Err(reason) => format!("– ({reason})"),
        };
        Row { label: step.label.clone(), cells: Fault::ALL.into_iter().map(cell).collect() }
    }));
    rows
}

/// Runs the course undisturbed.
fn learn(course: Course) -> (Vec<Step>, String) {
    chance::seed(SEED);
    let (plan, trace) = (FaultPlan::new(), Trace::with_parts());
    let delivered: Rc<RefCell<Vec<OutboxKey>>> = Rc::default();
    let seen = Rc::clone(&delivered);
    let learned = paused(async {
        let world = World::traced(plan.clone(), trace.clone()).await;
        let scene = course.prepare(&world).await;
        world.settled().await;
        let before = occasions(&plan);
        faults::hook(Some(Rc::new(move |point: Point<'_>| {
            if let Point::Deliver(key) = point {
                seen.borrow_mut().push(key.clone());
            }
            None
        })));
        let told = course.act(&world, &scene).await;
        world.pass_patience().await;
        let parts = trace.look().kept.clone().unwrap_or_default();
        let end = course.end(&world, &scene).await;
        (before, parts, format!("{told} → {end}"))
    });
    faults::hook(None);
    chance::unseed();
    let (before, parts, cell) = learned;
    let parts: Vec<_> = parts.into_iter().filter(|(number, _)| *number > before.transactions).collect();
    (steps_of(&parts, &delivered.borrow(), before), cell)
}

/// How much has happened before a course begins.
#[derive(Clone, Copy)]
struct Before {
    transactions: u64,
    troubles: u64,
    away: u64,
}

fn occasions(plan: &FaultPlan) -> Before {
    Before {
        transactions: plan.occasions(Kind::AppendUnavailable),
        troubles: plan.occasions(Trouble::LOST),
        away: plan.occasions(Trouble::UNAVAILABLE),
    }
}

/// The transactions as steps, with the provider's occasions by the order in which calls are delivered.
fn steps_of(parts: &[(u64, Part)], delivered: &[OutboxKey], before: Before) -> Vec<Step> {
    let mut calls: Vec<(OutboxKey, (u64, u64))> = Vec::new();
    let (mut any, mut away) = (before.troubles, before.away);
    for key in delivered {
        match called(parts, key) {
            Some(Call::Find { .. }) => away += 1,
            Some(_) => {
                any += 1;
                away += 1;
                calls.push((key.clone(), (any, away)));
            }
            None => {}
        }
    }
    let mut steps: Vec<Step> = Vec::new();
    for (transaction, part) in parts {
        let label = label(part);
        let first = part.outbox.first();
        let call = part.outbox.iter().find_map(|row| calls.iter().find(|(key, _)| *key == row.key));
        match steps.last_mut().filter(|last| last.transaction == *transaction) {
            // Parts of one transaction are one step.
            Some(last) => {
                last.label = format!("{}; {label}", last.label);
                last.command = last.command.or(part.commands.first().map(|record| record.command_id));
                last.effect = last.effect.take().or(first.map(|row| row.key.clone()));
                last.call = last.call.or(call.map(|(_, occasions)| *occasions));
            }
            None => steps.push(Step {
                label,
                transaction: *transaction,
                command: part.commands.first().map(|record| record.command_id),
                effect: first.map(|row| row.key.clone()),
                call: call.map(|(_, occasions)| *occasions),
            }),
        }
    }
    steps
}

/// The call to a provider that an effect is.
fn called(parts: &[(u64, Part)], key: &OutboxKey) -> Option<Call> {
    if key.entity.kind.as_str() != amazoff_actors::payment::Payment::KIND {
        return None;
    }
    let row = parts.iter().flat_map(|(_, part)| &part.outbox).find(|row| row.key == *key)?;
    match serde_json::from_str(&row.payload) {
        Ok(Effect::CallProvider { call, .. }) => Some(call),
        Ok(_) | Err(_) => None,
    }
}

/// What a part stores, as the page names it: the kind and its events.
fn label(part: &Part) -> String {
    let mut names: Vec<String> = Vec::new();
    for event in &part.events {
        let name = match serde_json::from_str(&event.payload) {
            Ok(serde_json::Value::String(name)) => name,
            Ok(serde_json::Value::Object(event)) => event.keys().next().cloned().unwrap_or_default(),
            _ => "?".to_owned(),
        };
        names.push(name);
    }
    let done = if names.is_empty() { "nothing new".to_owned() } else { names.join(" + ") };
    format!("{}: {done}", part.entity.kind)
}

/// Runs the course with one fault.
fn run(course: Course, strike: &Strike) -> String {
    chance::seed(SEED);
    let fired = Rc::new(Cell::new(false));
    let cell = paused(async {
        let plan = FaultPlan::new().pausing(LATE, LATE);
        let world = World::with(plan.clone()).await;
        let scene = course.prepare(&world).await;
        world.settled().await;
        let plan = arrange(plan, strike, &fired);
        let machine = world.machine();
        let mut told = None;
        tokio::select! {
            biased;
            () = machine.power.lost() => {}
            () = async {
                told = Some(course.act(&world, &scene).await);
                world.pass_patience().await;
            } => {}
        }
        if !machine.power.is_on() {
            world.boot().await;
            world.pass_patience().await;
        }
        assert!(fired.get() || matches!(strike, Strike::At(..)), "{course:?}: {strike:?} never came");
        plan.assert_all_fired();
        let end = course.end(&world, &scene).await;
        assert!(end == "nothing began" || course.may_end(end), "{course:?} {strike:?}: {end}");
        format!("{} → {end}", told.as_deref().unwrap_or("no answer"))
    });
    faults::hook(None);
    chance::unseed();
    cell
}

fn arrange(plan: FaultPlan, strike: &Strike, fired: &Rc<Cell<bool>>) -> FaultPlan {
    let (strike, fired) = (strike.clone(), Rc::clone(fired));
    let (command, effect) = match strike {
        Strike::At(kind, nth) => return plan.at(kind, nth),
        Strike::Decide(command) => (Some(command), None),
        Strike::Deliver(key, kind) => (None, Some((key, kind))),
    };
    faults::hook(Some(Rc::new(move |point: Point<'_>| {
        let action = match (point, command, &effect) {
            (Point::Decide(_, id), Some(command), _) if id == command => Action::Panic,
            (Point::Deliver(at), _, Some((key, kind))) if at == key => match kind {
                Kind::DeliveryRepeated => Action::Twice,
                Kind::DeliveryDelayed => Action::Delay(LATE),
                _ => Action::Panic,
            },
            _ => return None,
        };
        // Once: what comes again is the recovery.
        (!fired.replace(true)).then_some(action)
    })));
    plan
}
