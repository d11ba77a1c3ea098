//! Puts together what the processes of a run measured.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::record::{Figures, Key, Slice, histogram, join};

/// How many seconds late a process's slice may be and still be told apart by step.
const LATE_MAX: u64 = 20;
/// Rows of the heat map: times are told apart by quarters of a power of two, from 64 µs.
pub(crate) const HEAT_ROWS: usize = 60;
/// The first row's upper end, in microseconds.
const HEAT_FIRST: f64 = 64.0;

/// The times of a group in a second, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Beat {
    /// How many.
    pub count: u64,
    /// Half are faster.
    pub p50: u64,
    /// 95 of 100 are faster.
    pub p95: u64,
    /// 99 of 100 are faster.
    pub p99: u64,
}

impl Beat {
    fn of(histogram: &Histogram<u64>) -> Self {
        let at = |share| histogram.value_at_quantile(share);
        Self { count: histogram.len(), p50: at(0.5), p95: at(0.95), p99: at(0.99) }
    }
}

/// A second of the run, over all processes.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Moment {
    /// Which, from 0.
    pub second: u64,
    /// Starts per second asked for; 0 where only closed executors run.
    pub target: f64,
    /// Journeys started.
    pub started: u64,
    /// Starts that could not be made in time.
    pub dropped: u64,
    /// Journeys under way at its end.
    pub in_flight: u64,
    /// Sockets open at its end.
    pub sockets: u64,
    /// Steps that failed.
    pub failed: u64,
    /// Response times of all steps.
    pub all: Beat,
    /// By step.
    pub steps: BTreeMap<String, Beat>,
    /// Failures by what was wrong.
    pub errors: BTreeMap<String, u64>,
    /// How many steps fell into each row of the heat map.
    pub heat: Vec<u64>,
}

/// All that was measured.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    /// What counts.
    pub totals: BTreeMap<Key, Figures>,
    /// Steps during the warm-up: how many, and how many failed.
    pub warming: (u64, u64),
    /// Journeys started after the warm-up.
    pub started: u64,
    /// Starts that could not be made in time, after the warm-up.
    pub dropped: u64,
    /// Journeys cut short at the end.
    pub cut_short: u64,
    open: BTreeMap<u64, Slice>,
    closed: Vec<Moment>,
}

impl Collector {
    /// Takes a slice of a process.
    pub(crate) fn take(&mut self, slice: &Slice) {
        for (key, figures) in &slice.measured {
            self.totals.entry(key.clone()).or_default().add(figures);
        }
        for (key, figures) in &slice.warming {
            if matches!(key, Key::Step(_)) {
                self.warming.0 += figures.count;
                self.warming.1 += figures.failed;
            }
        }
        self.started += slice.started - slice.warming_started;
        self.dropped += slice.dropped - slice.warming_dropped;
        self.cut_short += slice.cut_short;
        let of = self
            .open
            .entry(slice.second)
            .or_insert_with(|| Slice { second: slice.second, ..Slice::default() });
        of.add(slice);
        let newest = self.open.last_key_value().map_or(0, |(second, _)| *second);
        while let Some(oldest) = self.open.first_entry().filter(|entry| entry.key() + LATE_MAX < newest) {
            self.closed.push(moment(&oldest.remove()));
        }
    }

    /// The newest second, as far as it is told.
    pub(crate) fn latest(&self) -> Option<Moment> {
        self.open.last_key_value().map(|(_, slice)| moment(slice))
    }

    /// All seconds.
    pub(crate) fn timeline(&self) -> Vec<Moment> {
        let mut moments = self.closed.clone();
        moments.extend(self.open.values().map(moment));
        moments
    }

    /// All steps together.
    pub(crate) fn everything(&self) -> Figures {
        let mut all = Figures::default();
        for (_, figures) in self.totals.iter().filter(|(key, _)| matches!(key, Key::Step(_))) {
            all.add(figures);
        }
        all
    }
}

fn moment(slice: &Slice) -> Moment {
    let mut moment = Moment {
        second: slice.second,
        target: slice.target,
        started: slice.started,
        dropped: slice.dropped,
        in_flight: slice.in_flight,
        sockets: slice.sockets,
        ..Moment::default()
    };
    let mut steps: BTreeMap<&str, Histogram<u64>> = BTreeMap::new();
    let mut all = histogram();
    for (key, figures) in slice.measured.iter().chain(&slice.warming) {
        let Key::Step(name) = key else { continue };
        join(steps.entry(name).or_insert_with(histogram), &figures.response);
        join(&mut all, &figures.response);
        moment.failed += figures.failed;
        for (error, count) in &figures.errors {
            *moment.errors.entry(error.clone()).or_default() += count;
        }
    }
    moment.heat = heat(&all);
    moment.all = Beat::of(&all);
    moment.steps = steps.iter().map(|(name, times)| ((*name).to_owned(), Beat::of(times))).collect();
    moment
}

/// The upper end of a row of the heat map, in microseconds.
pub(crate) fn heat_end(row: usize) -> f64 {
    HEAT_FIRST * 2.0_f64.powf(f64::from(u32::try_from(row).unwrap_or(u32::MAX)) / 4.0)
}

fn heat(times: &Histogram<u64>) -> Vec<u64> {
    let mut rows = vec![0; HEAT_ROWS];
    for bucket in times.iter_recorded() {
        let us = crate::numbers::float(bucket.value_iterated_to());
        let row = ((us / HEAT_FIRST).log2() * 4.0).ceil().max(0.0);
        let row = crate::numbers::index(crate::numbers::whole(row)).min(HEAT_ROWS - 1);
        if let Some(count) = rows.get_mut(row) {
            *count += bucket.count_at_value();
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::record::{Recorder, Sample};

    fn sample(name: &str, ms: u64) -> Sample {
        Sample {
            key: Key::Step(name.to_owned()),
            response: Duration::from_millis(ms),
            service: Duration::from_millis(ms / 2),
            verdict: if ms.is_multiple_of(10) { Err("503".to_owned()) } else { Ok(Some("won".to_owned())) },
            warming: false,
        }
    }

    #[test]
    fn histograms_of_many_processes_merge_to_the_one_that_one_process_would_have() {
        let (one, left, right) = (Recorder::default(), Recorder::default(), Recorder::default());
        for ms in 1..2_000 {
            one.take(sample("a", ms));
            if ms.is_multiple_of(3) { left.take(sample("a", ms)) } else { right.take(sample("a", ms)) }
        }
        let (mut whole, mut parts) = (Collector::default(), Collector::default());
        whole.take(&one.second(0));
        for part in [left, right] {
            // As it comes over a connection.
            let text = serde_json::to_string(&part.second(0)).unwrap();
            parts.take(&serde_json::from_str(&text).unwrap());
        }
        let (whole, parts) = (whole.everything(), parts.everything());
        assert_eq!(whole.response, parts.response);
        assert_eq!(whole.service, parts.service);
        assert_eq!((whole.count, whole.failed), (parts.count, parts.failed));
        assert_eq!((whole.errors, whole.outcomes), (parts.errors, parts.outcomes));
        assert_eq!(whole.response.len(), 1_999);
    }

    #[test]
    fn seconds_are_closed_in_order_and_none_is_lost() {
        let mut collector = Collector::default();
        for second in 0..100 {
            for _process in 0..2 {
                let recorder = Recorder::default();
                recorder.take(sample("a", 5));
                collector.take(&recorder.second(second));
            }
        }
        let timeline = collector.timeline();
        assert_eq!(timeline.len(), 100);
        assert!(
            timeline.iter().zip(0..).all(|(moment, second)| moment.second == second && moment.all.count == 2)
        );
        assert_eq!(timeline[0].heat.iter().sum::<u64>(), 2);
    }

    #[test]
    fn the_heat_map_puts_a_time_below_its_rows_end() {
        let mut times = histogram();
        times.record(1_000).unwrap();
        let row = heat(&times).iter().position(|count| *count == 1).unwrap();
        assert!(heat_end(row) >= 1_000.0 && heat_end(row - 1) < 1_000.0);
    }
}
