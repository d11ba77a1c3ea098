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
    /// The newest second and its line as far as it is told; without a bar it is shown when it is complete.
    newest: Option<(u64, String)>,
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
        Self { bar, quiet, newest: None, warm_up: scenario.warm_up.0.as_secs(), frames }
    }

    /// Shows the newest second: on a terminal at once, else when the next one begins, since processes tell of it in turn.
    pub(crate) fn show(&mut self, collected: &Collector, processes: usize) {
        let Some(moment) = collected.latest() else { return };
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
            None => {
                if let Some(complete) = self.renew(moment.second, line) {
                    self.tell(&complete);
                }
            }
        }
    }

    /// Keeps a second's line, newer than the one of the same second; answers the one of the second before, which is complete.
    fn renew(&mut self, second: u64, line: String) -> Option<String> {
        let before = self.newest.replace((second, line));
        before.filter(|(other, _)| *other != second).map(|(_, line)| line)
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

    /// Ends; without a bar with the last second.
    pub(crate) fn end(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if let Some((_, line)) = self.newest.take() {
            self.tell(&line);
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
    fn without_a_terminal_a_second_is_told_once_all_processes_told_theirs() {
        let scenario = "name = 'x'\njourneys = []\nexecutors = []";
        let mut live = Live::new(&toml::from_str(scenario).unwrap(), true);
        let mut told = |second, line: &str| live.renew(second, line.to_owned());
        assert_eq!(told(0, "0 of one"), None);
        assert_eq!(told(0, "0 of both"), None);
        assert_eq!(told(1, "1 of one").as_deref(), Some("0 of both"));
        assert_eq!(told(1, "1 of both"), None);
        assert_eq!(told(3, "3 of one").as_deref(), Some("1 of both"));
    }

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
