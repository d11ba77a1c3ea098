//! What is seen while a run goes on: one line each second, renewed in place on a terminal.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::collect::{Collector, Moment};
use crate::numbers::millis;
use crate::scenario::{Scenario, Step};

/// Shows how a run goes.
#[derive(Debug)]
pub(crate) struct Live {
    bar: Option<ProgressBar>,
    quiet: bool,
    shown: Option<u64>,
    warm_up: u64,
    /// The steps that wait for a frame.
    frames: Vec<String>,
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
        let waits = |step: &&Step| step.socket.as_ref().is_some_and(|socket| socket.expect.is_some());
        let frames = scenario.steps().filter(waits).map(|step| step.name.clone()).collect();
        Self { bar, quiet, shown: None, warm_up: scenario.warm_up.0.as_secs(), frames }
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
        let line = format!("{}{others}{warming}", line(&moment, &self.frames));
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

/// A second in a line. The lag of sockets is the longest of the 99th percentiles of what waits for frames.
fn line(moment: &Moment, frames: &[String]) -> String {
    let target = if moment.target > 0.0 { format!("/{:.0}", moment.target) } else { String::new() };
    let lag = frames.iter().filter_map(|name| moment.steps.get(name)).map(|beat| beat.p99).max();
    let lag = lag.map(|p99| format!(" lag {:.1} ms", millis(p99))).unwrap_or_default();
    let sockets = match moment.sockets > 0 || !lag.is_empty() {
        true => format!("  sockets {}{lag}", moment.sockets),
        false => String::new(),
    };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::Beat;

    #[test]
    fn the_line_tells_how_long_frames_are_waited_for() {
        let beat = |p99| Beat { count: 1, p99, ..Beat::default() };
        let steps = [("hello", beat(2_000)), ("order is paid", beat(31_500)), ("list", beat(900_000))];
        let steps = steps.map(|(name, beat)| (name.to_owned(), beat)).into();
        let moment = Moment { sockets: 7, steps, ..Moment::default() };
        let frames = ["hello", "order is paid", "never"].map(ToOwned::to_owned);
        assert!(line(&moment, &frames).ends_with("  sockets 7 lag 31.5 ms"));
        assert!(line(&moment, &[]).ends_with("  sockets 7"));
        assert!(line(&Moment::default(), &frames).ends_with("dropped 0"));
    }
}
