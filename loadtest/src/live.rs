//! What is seen while a run goes on: one line each second, renewed in place on a terminal.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::collect::{Collector, Moment};
use crate::numbers::millis;
use crate::scenario::Scenario;

/// Shows how a run goes.
#[derive(Debug)]
pub(crate) struct Live {
    bar: Option<ProgressBar>,
    quiet: bool,
    shown: Option<u64>,
    warm_up: u64,
}

impl Live {
    /// Begins; on a terminal with a bar of the run's length.
    pub(crate) fn new(scenario: &Scenario, quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(
                Some(scenario.totals().duration.as_secs()),
                ProgressDrawTarget::stderr(),
            );
            let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} s\n{msg}");
            bar.set_style(style.unwrap_or_else(|_wrong| ProgressStyle::default_bar()));
            bar
        });
        Self { bar, quiet, shown: None, warm_up: scenario.warm_up.0.as_secs() }
    }

    /// Shows the newest second, once.
    pub(crate) fn show(&mut self, collected: &Collector, processes: usize) {
        let Some(moment) = collected.latest() else { return };
        // A second that several processes tell in turn is shown when the next one begins, on a terminal at once.
        if self.bar.is_none() && self.shown == Some(moment.second) {
            return;
        }
        self.shown = Some(moment.second);
        let warming = if moment.second < self.warm_up { "  warming up" } else { "" };
        let others = if processes > 1 { format!("  {processes} processes") } else { String::new() };
        let line = format!("{}{others}{warming}", line(&moment));
        match &self.bar {
            Some(bar) => {
                bar.set_position(moment.second);
                let errors: Vec<_> =
                    moment.errors.iter().take(5).map(|(what, n)| format!("  {n} × {what}")).collect();
                bar.set_message(if errors.is_empty() {
                    line
                } else {
                    format!("{line}\n{}", errors.join("\n"))
                });
            }
            None => self.tell(&line),
        }
    }

    /// Tells something that stays.
    pub(crate) fn tell(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            // A reader that went away is no reason to end the run.
            None if !self.quiet => drop(writeln!(std::io::stderr(), "{line}")),
            None => {}
        }
    }

    /// Ends.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn line(moment: &Moment) -> String {
    let target = if moment.target > 0.0 { format!("/{:.0}", moment.target) } else { String::new() };
    let sockets = if moment.sockets > 0 { format!("  sockets {}", moment.sockets) } else { String::new() };
    format!(
        "{:>4} s  starts {}{target}/s  steps {}/s  in flight {}  p50 {:.1} p95 {:.1} p99 {:.1} ms  errors {}  dropped {}{sockets}",
        moment.second + 1,
        moment.started,
        moment.all.count,
        moment.in_flight,
        millis(moment.all.p50),
        millis(moment.all.p95),
        millis(moment.all.p99),
        moment.failed,
        moment.dropped,
    )
}
