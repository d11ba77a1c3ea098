//! Whatever happens to lines, processes and clocks: no two owners, and no write of a former one.

use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::journal::{LaneWriter, NewEvent, Part, PartRefusal, Shards as _};
use amazoff_supervisor::{CommandId, EntityId, Epoch, Timestamp, Version};
use proptest::prelude::*;
use tokio::time::sleep;
use uuid::Uuid;

use crate::line::Weather;
use crate::world::{Machine, TTL};

const MACHINES: usize = 3;
const SLICE: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, Debug)]
enum Act {
    Weather(Weather),
    Freeze,
    Thaw,
    Kill,
    Start,
    Release,
}

/// What happens to which machine, and how many slices later the next thing happens.
type Step = (usize, Act, u32);

fn act() -> impl Strategy<Value = Act> {
    let slow = |ms: u64| Duration::from_millis(ms);
    prop_oneof![
        3 => Just(Act::Weather(Weather::Fine)),
        2 => Just(Act::Weather(Weather::Cut)),
        1 => Just(Act::Weather(Weather::Hangs)),
        1 => Just(Act::Weather(Weather::AnswerLost)),
        2 => (1_u64..12_000).prop_map(move |ms| Act::Weather(Weather::SlowThere(slow(ms)))),
        2 => (1_u64..12_000).prop_map(move |ms| Act::Weather(Weather::SlowBack(slow(ms)))),
        3 => Just(Act::Freeze),
        3 => Just(Act::Thaw),
        1 => Just(Act::Kill),
        4 => Just(Act::Start),
        1 => Just(Act::Release),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..MACHINES, act(), 0_u32..200), 1..40)
}

/// Machines over one database, and what they were seen to do.
struct Cluster {
    store: MemoryStore,
    machines: Vec<Machine>,
    lane: Box<dyn LaneWriter>,
    entity: EntityId,
    stored: u64,
    /// The newest epoch under which something was stored, and every epoch that was seen.
    newest: Epoch,
    epochs: Vec<Epoch>,
    /// Whether the database's clock may have jumped lately, so that leases mean nothing.
    clock_is_true: bool,
}

impl Cluster {
    async fn new() -> Self {
        let store = MemoryStore::new();
        let machines = (0..MACHINES).map(|_| Machine::on(&store)).collect();
        let lane = store.journal().lane(0).await.unwrap();
        let entity = EntityId::new("cart", Uuid::now_v7());
        let (newest, epochs) = (Epoch(0), Vec::new());
        Self { store, machines, lane, entity, stored: 0, newest, epochs, clock_is_true: true }
    }

    async fn act(&mut self, machine: usize, act: Act) {
        let machine = &mut self.machines[machine];
        match act {
            Act::Weather(weather) => machine.weather(weather),
            Act::Freeze => machine.freeze(),
            Act::Thaw => machine.thaw(),
            Act::Kill => machine.kill().await,
            Act::Start if machine.runs() && machine.end().is_none() => {}
            Act::Start => {
                machine.kill().await;
                machine.start();
            }
            Act::Release => {
                // From here, as the process itself may be frozen or cut off.
                if let Some(node) = machine.node() {
                    let _ = tokio::time::timeout(SLICE, node.release()).await;
                }
            }
        }
    }

    async fn append(&mut self, epoch: Epoch) -> Result<(), PartRefusal> {
        let mut part = Part::empty(self.entity.clone(), Version(self.stored), epoch, Timestamp::default());
        let (command_id, payload) = (CommandId::new(), "{}".to_owned());
        part.events.push(NewEvent {
            schema: 1,
            payload,
            command_id,
            causation: None,
            correlation: command_id,
        });
        self.lane.append(&[part]).await.unwrap().remove(0)?;
        self.stored += 1;
        Ok(())
    }

    /// Whoever thinks that it owns writes; all others try as well, with epochs of the past.
    async fn check(&mut self) -> Result<(), TestCaseError> {
        let owners = self.machines.iter().filter(|machine| machine.owns()).count();
        prop_assert!(owners <= 1 || !self.clock_is_true, "{owners} nodes answer as owners");
        let shard = self.entity.shard();
        let claimed = self.machines.iter().filter_map(|machine| machine.node()?.epoch(shard));
        let claimed: Vec<Epoch> = claimed.collect();
        for epoch in claimed {
            let stored = self.append(epoch).await;
            prop_assert!(stored.is_ok() || !self.clock_is_true, "the owner was refused");
            if stored.is_ok() {
                prop_assert!(epoch >= self.newest, "{epoch:?} has written after {:?}", self.newest);
                self.newest = epoch;
            }
            if !self.epochs.contains(&epoch) {
                self.epochs.push(epoch);
            }
        }
        for epoch in self.epochs.clone() {
            if epoch < self.newest {
                prop_assert_eq!(self.append(epoch).await, Err(PartRefusal::ShardLost(shard)));
            }
        }
        Ok(())
    }

    async fn pass(&mut self, slices: u32) -> Result<(), TestCaseError> {
        for _ in 0..slices {
            self.check().await?;
            sleep(SLICE).await;
        }
        self.check().await
    }

    /// When all is well again, somebody owns.
    async fn recovers(&mut self) -> Result<(), TestCaseError> {
        for machine in 0..MACHINES {
            self.act(machine, Act::Weather(Weather::Fine)).await;
            self.act(machine, Act::Thaw).await;
        }
        // Whoever has lost its shards has noticed after this.
        self.pass(200).await?;
        for machine in 0..MACHINES {
            self.act(machine, Act::Start).await;
        }
        self.pass(400).await?;
        self.clock_is_true = true;
        self.check().await?;
        prop_assert_eq!(self.machines.iter().filter(|machine| machine.owns()).count(), 1);
        Ok(())
    }

    async fn end(mut self) {
        for machine in &mut self.machines {
            machine.kill().await;
        }
    }
}

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn there_are_never_two_owners(steps in steps()) {
        paused().block_on(async move {
            let mut cluster = Cluster::new().await;
            for (machine, act, slices) in steps {
                cluster.act(machine, act).await;
                cluster.pass(slices).await?;
            }
            cluster.recovers().await?;
            cluster.end().await;
            Ok::<(), TestCaseError>(())
        })?;
    }

    /// A clock that jumps may end leases too early, so two nodes may answer for a while; what is stored stays right.
    #[test]
    fn a_clock_that_jumps_costs_no_write(
        steps in steps(),
        jumps in prop::collection::vec(-30_000_i64..30_000, 1..8),
    ) {
        paused().block_on(async move {
            let mut cluster = Cluster::new().await;
            cluster.clock_is_true = false;
            let mut jumps = jumps.into_iter();
            for (number, (machine, act, slices)) in steps.into_iter().enumerate() {
                if number % 4 == 0 {
                    cluster.store.shift_lease_clock(jumps.next().unwrap_or(0));
                }
                cluster.act(machine, act).await;
                cluster.pass(slices).await?;
            }
            // A lease that a jump has made longer ends at last.
            cluster.pass(u32::try_from(Duration::from_secs(60).as_millis() / SLICE.as_millis()).unwrap()).await?;
            cluster.recovers().await?;
            cluster.end().await;
            Ok::<(), TestCaseError>(())
        })?;
    }
}

/// A line that swallows a question swallows no node: found by the schedules above.
#[test]
fn a_claim_that_is_never_answered_is_made_again() {
    paused().block_on(async {
        let mut cluster = Cluster::new().await;
        for machine in 0..MACHINES {
            cluster.act(machine, Act::Weather(Weather::Hangs)).await;
            cluster.act(machine, Act::Start).await;
        }
        cluster.pass(10).await.unwrap();
        cluster.recovers().await.unwrap();
        cluster.end().await;
    });
}

#[test]
fn the_schedules_reach_what_they_are_about() {
    // An owner is lost to another, both in what a schedule can do: freeze it for longer than its lease.
    paused().block_on(async {
        let mut cluster = Cluster::new().await;
        cluster.act(0, Act::Start).await;
        cluster.pass(10).await.unwrap();
        cluster.act(1, Act::Start).await;
        cluster.pass(10).await.unwrap();
        cluster.act(0, Act::Freeze).await;
        let slices = u32::try_from((TTL * 2).as_millis() / SLICE.as_millis()).unwrap();
        cluster.pass(slices).await.unwrap();
        assert!(cluster.machines[1].owns() && cluster.newest == Epoch(2) && cluster.epochs.len() == 2);
        cluster.end().await;
    });
}
