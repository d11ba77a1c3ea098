//! Many seeds, one after the other, and what they add up to.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::time::Instant;

use amazoff_testkit::faults::Kind;

use super::run::{Done, Report, Simulation, kinds};
use super::{BATCHES, SEEDS};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

/// Planned panics are no news; all others are told as usual.
pub(crate) fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let text = panic.payload_as_str().unwrap_or_default();
            if !text.contains("as planned") && !text.contains("injected panic") {
                usual(panic);
            }
        }));
    });
}

/// Runs a batch's share of the seeds.
pub(crate) fn run(batch: u64) {
    quiet();
    let seeds: Vec<u64> = match number("SIM_SEED") {
        Some(seed) if batch == 0 => vec![seed],
        Some(_) => return,
        None => (0..number("SIM_SEEDS").unwrap_or(SEEDS)).filter(|seed| seed % BATCHES == batch).collect(),
    };
    let began = Instant::now();
    let (mut operations, mut commits, mut done) = (0, 0, Done::default());
    let mut fired: BTreeMap<Kind, u64> = BTreeMap::new();
    for seed in &seeds {
        let report = judged(*seed);
        operations += report.operations;
        commits += report.parts;
        done += report.done;
        for (kind, times) in report.fired {
            *fired.entry(kind).or_default() += times;
        }
    }
    println!(
        "{} seeds, {operations} operations, {commits} commits, {done:?}, {} faults in {:?}: {fired:?}",
        seeds.len(),
        fired.values().sum::<u64>(),
        began.elapsed()
    );
    if seeds.len() >= 100 {
        let never: Vec<_> = kinds().filter(|kind| !fired.contains_key(kind)).collect();
        assert!(never.is_empty(), "never happened in this batch: {never:?}");
        assert!(done.is_all(), "something was never done: {done:?}");
    }
}

/// Runs one seed; a failure names it and how to see it again.
fn judged(seed: u64) -> Report {
    let again = format!(
        "SIM_SEED={seed} cargo test -p amazoff-world --features amazoff-world/fault-points --test world \
         whatever_goes_wrong_1 -- --nocapture"
    );
    match catch_unwind(AssertUnwindSafe(|| Simulation::of(seed).run())) {
        Ok(report) if report.violations.is_empty() => report,
        Ok(report) => {
            panic!("seed {seed} breaks the shop:\n  {}\nagain: {again}", report.violations.join("\n  "))
        }
        Err(panic) => {
            eprintln!("seed {seed} ended in a panic\nagain: {again}");
            std::panic::resume_unwind(panic)
        }
    }
}
