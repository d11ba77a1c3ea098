//! Sizes, medians, memory, tables.

use std::time::Duration;

use tokio::runtime::Builder;

/// How often what is compared takes turns; figures are medians of the turns.
pub(crate) const TURNS: usize = 5;

/// A size, divided by `BENCH_SCALE`.
pub(crate) fn scaled(size: usize) -> usize {
    let scale = std::env::var("BENCH_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    (size / scale).max(1)
}

/// How long a rate is measured.
pub(crate) fn scaled_time(seconds: u64) -> Duration {
    Duration::from_millis(scaled(seconds as usize * 1_000) as u64)
}

/// Runs a section on a runtime like the server's.
pub(crate) fn run(section: impl Future<Output = ()>) {
    Builder::new_multi_thread().enable_all().build().unwrap().block_on(section);
}

/// Runs what is measured as a task, on a worker as everything in the server does.
pub(crate) async fn on_a_worker<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(work);
    tasks.join_all().await.remove(0)
}

/// The value below which `percent` of the values lie.
pub(crate) fn percentile(values: &mut [f64], percent: usize) -> f64 {
    assert!(!values.is_empty(), "nothing was measured");
    values.sort_unstable_by(f64::total_cmp);
    values[(values.len() - 1) * percent / 100]
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    percentile(&mut values, 50)
}

pub(crate) fn us(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

pub(crate) fn rate(count: usize, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64()
}

/// Memory of this process that is in RAM.
pub(crate) fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

/// Processor time that this process has used, in seconds: it tells two versions apart also on a machine that is shared.
pub(crate) fn cpu_seconds() -> f64 {
    /// What Linux counts in.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The name in brackets may hold spaces; user and system time are the 14th and 15th field of the line.
    let fields = stat.rsplit_once(')').unwrap().1;
    let ticks = fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<f64>().unwrap());
    ticks.sum::<f64>() / TICKS_PER_SECOND
}

/// A number with its thousands apart.
pub(crate) fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A table in Markdown.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(columns: &[&str]) -> Self {
        Self { rows: vec![columns.iter().map(ToString::to_string).collect()] }
    }

    pub(crate) fn row(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(ToString::to_string).collect());
    }

    /// Columns of equal width, so that it can also be read as it is.
    pub(crate) fn print(&self, title: &str) {
        println!("\n### {title}\n");
        let columns = self.rows.first().map_or(0, Vec::len);
        let widths: Vec<usize> = (0..columns)
            .map(|column| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
            .collect();
        for (n, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            println!("| {} |", cells.join(" | "));
            if n == 0 {
                let lines: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                println!("|-{}-|", lines.join("-|-"));
            }
        }
    }
}
