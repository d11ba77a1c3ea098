//! What must hold of the target after the run. A fast run that breaks one fails.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use crate::judge::{Rule, Seen, cut};
use crate::run::prepare::Chores;
use crate::scenario::{Invariant, Scenario};
use crate::seed::INVARIANTS;
use crate::shopper::run;
use crate::template::Template;

/// The pause between two tries, usually.
const EVERY: Duration = Duration::from_millis(500);
/// How long a command may take.
const COMMAND_MAX: Duration = Duration::from_secs(600);

/// Whether an invariant holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Held {
    /// Its name.
    pub name: String,
    /// Whether it holds.
    pub holds: bool,
    /// What was seen instead; empty when it holds.
    pub seen: String,
}

/// Looks at each.
pub(crate) async fn hold(scenario: &Scenario, chores: &mut Chores<'_>) -> Vec<Held> {
    let mut held = Vec::new();
    for (number, invariant) in (0..).zip(&scenario.invariants) {
        let seen = look(invariant, chores, number).await;
        held.push(Held {
            name: invariant.name.clone(),
            holds: seen.is_ok(),
            seen: seen.err().unwrap_or_default(),
        });
    }
    held
}

async fn look(invariant: &Invariant, chores: &Chores<'_>, number: u64) -> Result<(), String> {
    let limit = Instant::now() + invariant.within.unwrap_or_default().0;
    let every = invariant.every.map_or(EVERY, |span| span.0);
    loop {
        let found = once(invariant, chores, number).await;
        if found.is_ok() || Instant::now() + every > limit {
            return found;
        }
        sleep(every).await;
    }
}

async fn once(invariant: &Invariant, chores: &Chores<'_>, number: u64) -> Result<(), String> {
    let mut hands = chores.hands(INVARIANTS, number);
    let Some(command) = &invariant.command else {
        let done = chores.perform(&invariant.steps, &mut hands).await;
        return done.map_err(|(step, why)| format!("{step}: {why}"));
    };
    let mut words = Vec::new();
    for word in command {
        let word = Template::parse(word)?.text(&mut hands.scope);
        words.push(word.map_err(|missing| missing.to_string())?);
    }
    let (code, written) = run(&words, COMMAND_MAX).await?;
    if code != invariant.exit_code {
        return Err(format!(
            "exit code {code}, not {}: {}",
            invariant.exit_code,
            cut(&String::from_utf8_lossy(&written))
        ));
    }
    let headers = HeaderMap::new();
    let seen = Seen::new(0, &headers, &written);
    for assert in &invariant.assert {
        Rule::new(assert)?.check(&seen, &mut hands.scope)?;
    }
    Ok(())
}
