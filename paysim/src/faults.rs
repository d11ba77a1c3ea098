//! What goes wrong on demand, and how often it did.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many plans may wait.
pub(crate) const PLANS_MAX: usize = 10_000;
/// How long a stall may last, in milliseconds.
pub(crate) const STALL_MS_MAX: u64 = 120_000;

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// The question waits before it is heard, and is heard even if nobody waits for the answer any more. Its idempotency key is
    /// busy meanwhile.
    StallBefore {
        /// How long, in milliseconds.
        ms: u64,
    },
    /// It is done at once, but the answer waits.
    StallAfter {
        /// How long, in milliseconds.
        ms: u64,
    },
    /// The connection is reset, and nothing was done.
    ResetBefore,
    /// It is done, then the connection is reset.
    ResetAfter,
    /// A 500 that did nothing and that no key remembers.
    #[serde(rename = "error_500")]
    Error500,
    /// A 500 that the key repeats from now on, as Stripe's do. PayPal's forget it and say what was done.
    #[serde(rename = "error_500_stored")]
    Error500Stored {
        /// Whether the operation was done all the same.
        done: bool,
    },
    /// A 502 in HTML, as proxies write it.
    #[serde(rename = "html_502")]
    Html502 {
        /// Whether the operation was done all the same.
        done: bool,
    },
    /// It is done, but only half of the answer arrives.
    Truncated,
    /// It is done, but the answer speaks of another amount.
    WrongAmount {
        /// What is added to the amounts, in the smallest unit.
        delta: i64,
    },
    /// 429; nothing was done.
    RateLimited {
        /// What `Retry-After` says, in seconds.
        retry_after_s: u32,
    },
}

impl Fault {
    /// Its name, as the counters have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::StallBefore { .. } => "stall_before",
            Self::StallAfter { .. } => "stall_after",
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::Error500 => "error_500",
            Self::Error500Stored { .. } => "error_500_stored",
            Self::Html502 { .. } => "html_502",
            Self::Truncated => "truncated",
            Self::WrongAmount { .. } => "wrong_amount",
            Self::RateLimited { .. } => "rate_limited",
        }
    }

    /// The same fault, its stall within bounds.
    pub(crate) fn bounded(self) -> Self {
        match self {
            Self::StallBefore { ms } => Self::StallBefore { ms: ms.min(STALL_MS_MAX) },
            Self::StallAfter { ms } => Self::StallAfter { ms: ms.min(STALL_MS_MAX) },
            other => other,
        }
    }
}

/// When a fault strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What goes wrong.
    #[serde(flatten)]
    pub fault: Fault,
    /// Of which operation: `stripe.intent.capture`, or a beginning such as `stripe.`; all when empty.
    #[serde(default)]
    pub operation: String,
    /// How many matching requests pass before it.
    #[serde(default)]
    pub skip: u32,
    /// How many it then strikes.
    #[serde(default = "once")]
    pub times: u32,
}

fn once() -> u32 {
    1
}

impl Plan {
    /// Strikes the next request of an operation.
    pub fn next(operation: &str, fault: Fault) -> Self {
        Self { fault, operation: operation.to_owned(), skip: 0, times: 1 }
    }
}

/// The plans that wait, and what has struck.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    plans: Vec<Plan>,
    fired: BTreeMap<String, u64>,
    asked: BTreeMap<String, u64>,
}

impl Faults {
    /// Adds a plan; `false` when there are too many.
    pub(crate) fn plan(&mut self, mut plan: Plan) -> bool {
        plan.fault = plan.fault.bounded();
        let room = self.plans.len() < PLANS_MAX;
        if room {
            self.plans.push(plan);
        }
        room
    }
    pub(crate) fn clear(&mut self) {
        self.plans.clear();
    }
    pub(crate) fn waiting(&self) -> &[Plan] {
        &self.plans
    }
    /// How often each fault struck.
    pub(crate) fn fired(&self) -> &BTreeMap<String, u64> {
        &self.fired
    }
    /// How often each operation was asked, whatever came of it.
    pub(crate) fn asked(&self) -> &BTreeMap<String, u64> {
        &self.asked
    }
    /// What strikes this request: what it asks for itself, else the first plan that fits.
    pub(crate) fn strike(&mut self, operation: &str, own: Option<Fault>) -> Option<Fault> {
        *self.asked.entry(operation.to_owned()).or_default() += 1;
        let fault = own.map(Fault::bounded).or_else(|| self.planned(operation))?;
        *self.fired.entry(fault.name().to_owned()).or_default() += 1;
        Some(fault)
    }
    fn planned(&mut self, operation: &str) -> Option<Fault> {
        let fits = |plan: &&mut Plan| operation.starts_with(&plan.operation);
        let plan = self.plans.iter_mut().find(fits)?;
        if plan.skip > 0 {
            plan.skip -= 1;
            return None;
        }
        plan.times = plan.times.saturating_sub(1);
        let fault = plan.fault;
        self.plans.retain(|plan| plan.times > 0);
        Some(fault)
    }
}
