//! Reminders: a ring takes only the reminder that it was, and a broken domain delays no other.

use std::sync::Arc;
use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::journal::Reminder;
use amazoff_supervisor::tree::{ChildSpec, SupervisorSpec, TreeHandle};
use amazoff_supervisor::{
    Assembly, CellLimits, Claim, Context, Decision, Entity, Fault, FaultKind, Ports, Reminded, Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::tally::{Command, TokioClock};
use crate::world::{World, envelope};

async fn due(world: &World) -> Vec<Reminder> {
    let far = world.now().plus(Duration::from_hours(10_000));
    world.store.journal().reminders_due("tally", far, 9).await.expect("readable")
}

#[tokio::test(start_paused = true)]
async fn a_reminder_that_was_set_later_while_the_old_one_rang_is_kept() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let at = |hours| world.now().plus(Duration::from_hours(hours));
    world.ask(id, Command::RemindAt(at(1))).await.expect("accepted");
    // What the clock read before the entity changed its mind.
    let read = due(&world).await.remove(0);
    let later = at(100);
    world.ask(id, Command::RemindAt(later)).await.expect("accepted");
    let member = world.runtime.member("tally").expect("registered");
    assert_eq!(member.remind(&read).await, Reminded::Given);
    assert_eq!(due(&world).await.iter().map(|reminder| reminder.due_at).collect::<Vec<_>>(), [later]);
    // A second ring of the same reminder means nothing, and takes nothing either.
    assert_eq!(member.remind(&read).await, Reminded::Lapsed);
    assert_eq!(due(&world).await.len(), 1);
    assert_eq!(member.remind(&due(&world).await[0]).await, Reminded::Given);
    assert_eq!(due(&world).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_reminder_that_is_set_again_for_a_moment_that_has_rung_rings_again() {
    let world = World::start().await;
    let id = Uuid::now_v7();
    let at = world.now().plus(Duration::from_secs(1));
    for rung in 1..=3 {
        world.ask(id, Command::RemindAt(at)).await.expect("accepted");
        tokio::time::sleep(Duration::from_secs(5)).await;
        let notes = world.notes(id).await;
        assert_eq!(notes.iter().filter(|note| *note == "rung").count(), rung, "{notes:?}");
    }
}

/// Rings when it is reminded; a cracked one crashes instead.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Bell<const CRACKED: bool> {
    rung: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum BellCommand {
    RemindAt(Timestamp),
    Ring,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum BellEvent {
    Reminded,
    Rung,
}

#[derive(Clone, Debug, thiserror::Error, Serialize, Deserialize)]
#[error("never")]
struct Never;

impl Fault for Never {
    fn kind(&self) -> FaultKind {
        FaultKind::Bug
    }
    fn code(&self) -> &'static str {
        "internal-error"
    }
}

impl<const CRACKED: bool> Entity for Bell<CRACKED> {
    const KIND: &'static str = if CRACKED { "cracked" } else { "bell" };
    type Command = BellCommand;
    type Event = BellEvent;
    type Reply = ();
    type Rejection = Never;
    type Effect = ();

    fn decide(&self, command: &BellCommand, _context: &Context) -> Result<Decision<Self>, Never> {
        match command {
            BellCommand::RemindAt(at) => Ok(Decision::event(BellEvent::Reminded, ()).remind("ring", *at)),
            BellCommand::Ring if CRACKED => panic!("a cracked bell"),
            BellCommand::Ring => Ok(Decision::event(BellEvent::Rung, ())),
        }
    }
    fn apply(&mut self, event: &BellEvent) {
        self.rung += u32::from(matches!(event, BellEvent::Rung));
    }
    fn claim_taken(_claim: &Claim) -> Never {
        Never
    }
    fn reminded(_name: &str) -> Option<BellCommand> {
        Some(BellCommand::Ring)
    }
    fn destination(_effect: &()) -> String {
        String::new()
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_domain_with_thousands_of_due_reminders_delays_no_other() {
    const BROKEN: usize = 2_000;
    let store = MemoryStore::new();
    let clock = TokioClock(tokio::time::Instant::now());
    let ports = Ports {
        journal: store.journal(),
        documents: store.documents(),
        clock: Arc::new(clock.clone()),
        shards: store.take_all("test"),
        keys: store.key_table(),
        audit: store.audit(),
    };
    let mut assembly = Assembly::new(&ports);
    let bells = assembly.directory::<Bell<false>>(CellLimits::default());
    let cracked = assembly.directory::<Bell<true>>(CellLimits::default());
    assembly.register(&bells);
    assembly.register(&cracked);
    let runtime = assembly.finish();
    let mut spec = SupervisorSpec::one_for_one("test");
    for lane in runtime.lanes() {
        spec = spec.child(lane);
    }
    spec = spec
        .child(runtime.reminders())
        .child(ChildSpec::domain(bells.host()))
        .child(ChildSpec::domain(cracked.host()));
    let tree = TreeHandle::start(spec).await.expect("the tree starts");

    let now = amazoff_supervisor::Clock::now(&clock);
    let soon = now.plus(Duration::from_secs(60));
    for _ in 0..BROKEN {
        cracked.execute(Uuid::now_v7(), BellCommand::RemindAt(soon), envelope()).await.expect("accepted");
    }
    // Due a little later than all of them.
    let bell = Uuid::now_v7();
    let at = soon.plus(Duration::from_secs(2));
    bells.execute(bell, BellCommand::RemindAt(at), envelope()).await.expect("accepted");
    let wait = at.since(amazoff_supervisor::Clock::now(&clock)) + Duration::from_secs(1);
    tokio::time::sleep(wait).await;
    let rung = bells.read(bell).await.expect("readable").map(|committed| committed.state.rung);
    assert_eq!(rung, Some(1), "the bell did not ring within a second");
    let far = at.plus(Duration::from_hours(1));
    let left = store.journal().reminders_due("cracked", far, usize::MAX).await.expect("readable").len();
    assert!(left > 1_000, "the broken domain was not broken enough: {left} left");
    tree.stop().await;
}
