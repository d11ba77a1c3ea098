//! Failing every step of a process in turn: the power is cut around each of its commits, none is sampled.

use amazoff_testkit::faults::{FaultPlan, Kind};

use crate::world::World;

/// Where the power is cut, seen from one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Before it is stored.
    BeforeCommit,
    /// When it is stored, before anybody is told.
    AfterCommit,
    /// When its answer is given, before what follows from it is done.
    AfterAnswer,
}

impl Cut {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::BeforeCommit, Self::AfterCommit, Self::AfterAnswer];

    fn kind(self) -> Kind {
        match self {
            Self::BeforeCommit => Kind::PowerCutBeforeCommit,
            Self::AfterCommit => Kind::PowerCutAfterCommit,
            Self::AfterAnswer => Kind::PowerCutAfterAnswer,
        }
    }
}

/// Runs a process once undisturbed to count its commits, then once for each commit and each [`Cut`] in a world of its own;
/// after each cut the shop boots anew and must bring the process to its end by itself.
///
/// `process` prepares a world and runs the process in it: it must bear that the shop goes away under it, for good as far as
/// it knows. `begin` in its world counts commits from there on. `check` sees the world at rest. Returns how many cuts were
/// made.
///
/// # Panics
/// When a cut never came, the world never came to rest, or `check` fails.
pub fn fail_each_step<T>(
    prepare: impl AsyncFn(&World) -> T,
    process: impl AsyncFn(&World, &T),
    check: impl AsyncFn(&World, &T, Option<(u64, Cut)>),
) -> usize {
    let commits = crate::paused(async {
        let world = World::start().await;
        let prepared = prepare(&world).await;
        let before = world.plan.occasions(Kind::PowerCutBeforeCommit);
        process(&world, &prepared).await;
        world.pass_patience().await;
        check(&world, &prepared, None).await;
        world.plan.occasions(Kind::PowerCutBeforeCommit) - before
    });
    assert!(commits > 0, "the process commits nothing");
    let mut cuts = 0;
    for step in 1..=commits {
        for cut in Cut::ALL {
            crate::paused(async {
                let world = World::with(FaultPlan::new()).await;
                let prepared = prepare(&world).await;
                let nth = world.plan.occasions(cut.kind()) + step;
                let plan = world.plan.clone().at(cut.kind(), nth);
                let machine = world.machine();
                tokio::select! {
                    biased;
                    () = machine.power.lost() => {}
                    () = async {
                        process(&world, &prepared).await;
                        world.pass_patience().await;
                    } => {}
                }
                if machine.power.is_on() {
                    // Chance of the schedule: this run needed fewer transactions. Nothing more would ever happen.
                    assert!(step > 1, "no power cut came");
                    return;
                }
                plan.assert_all_fired();
                world.boot().await;
                world.pass_patience().await;
                check(&world, &prepared, Some((step, cut))).await;
                cuts += 1;
            });
        }
    }
    cuts
}
