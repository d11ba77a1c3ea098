//! Charts as inline SVG.

use std::fmt::Write as _;

use crate::numbers::float;

/// A chart's inner size, and the room for its axes.
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 64.0;
const BELOW: f64 = 24.0;
const ABOVE: f64 = 10.0;

/// A line of a chart.
#[derive(Debug)]
pub(super) struct Series {
    /// What it is.
    pub name: &'static str,
    /// Its colour's class: `a` to `d`.
    pub class: &'static str,
    /// A value per second.
    pub values: Vec<f64>,
}

fn frame(title: &str, seconds: usize, inside: &str) -> String {
    let mut svg = format!(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{title}\">{inside}",
        LEFT + WIDTH + 24.0,
        ABOVE + HEIGHT + BELOW
    );
    let last = float(crate::numbers::count(seconds.saturating_sub(1))).max(1.0);
    for part in 0..=4 {
        let share = f64::from(part) / 4.0;
        let x = LEFT + share * WIDTH;
        // Writing to a string does not fail.
        let _ = write!(
            svg,
            "<text x=\"{x:.0}\" y=\"{:.0}\" class=\"x\">{:.0} s</text>",
            ABOVE + HEIGHT + 16.0,
            share * last
        );
    }
    svg + "</svg>"
}

/// Lines over time. `log` when values of very different size must be told apart.
pub(super) fn lines(title: &str, unit: &str, series: &[Series], log: bool) -> String {
    let top = series.iter().flat_map(|series| &series.values).copied().fold(0.0, f64::max).max(1e-3);
    let bottom = if log {
        let least = series.iter().flat_map(|series| &series.values).copied().filter(|value| *value > 0.0);
        10.0_f64.powf(least.fold(top, f64::min).log10().floor())
    } else {
        0.0
    };
    let top = if log { 10.0_f64.powf(top.log10().ceil()).max(bottom * 10.0) } else { round_up(top) };
    let place = |value: f64| {
        let share =
            if log { (value.max(bottom) / bottom).log10() / (top / bottom).log10() } else { value / top };
        ABOVE + HEIGHT * (1.0 - share.clamp(0.0, 1.0))
    };
    let mut inside = String::new();
    for value in ticks(bottom, top, log) {
        let y = place(value);
        let _ = write!(
            inside,
            "<line x1=\"{LEFT}\" x2=\"{:.0}\" y1=\"{y:.1}\" y2=\"{y:.1}\" class=\"g\"/><text x=\"{:.0}\" y=\"{:.1}\" class=\"y\">{}{unit}</text>",
            LEFT + WIDTH,
            LEFT - 6.0,
            y + 4.0,
            short(value)
        );
    }
    let seconds = series.iter().map(|series| series.values.len()).max().unwrap_or(0);
    let step = WIDTH / float(crate::numbers::count(seconds.saturating_sub(1))).max(1.0);
    for series in series {
        // Where nothing was measured there is no time: the line goes on to the next one.
        let measured = series.values.iter().zip(0_u32..).filter(|(value, _)| !log || **value > 0.0);
        let points =
            measured.map(|(value, at)| format!("{:.1},{:.1}", LEFT + f64::from(at) * step, place(*value)));
        let points: Vec<_> = points.collect();
        let _ = write!(inside, "<polyline points=\"{}\" class=\"{}\"/>", points.join(" "), series.class);
    }
    frame(title, seconds, &inside)
}

/// A legend for lines.
pub(super) fn legend(series: &[Series]) -> String {
    let entry = |series: &Series| format!("<span class=\"k {}\">{}</span>", series.class, series.name);
    format!("<p class=\"legend\">{}</p>", series.iter().map(entry).collect::<String>())
}

/// A heat map: a column per second, a row per class of times, darker where more fell into it.
pub(super) fn heat(title: &str, columns: &[Vec<u64>], end_ms: impl Fn(usize) -> f64) -> String {
    let used = |row: usize| columns.iter().any(|column| column.get(row).is_some_and(|count| *count > 0));
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
    let first = (0..rows).find(|row| used(*row)).unwrap_or(0);
    let last = (0..rows).rev().find(|row| used(*row)).unwrap_or(0);
    let many = float(crate::numbers::count(last - first + 1));
    let (width, height) = (WIDTH / float(crate::numbers::count(columns.len())).max(1.0), HEIGHT / many);
    let most = columns.iter().flatten().copied().max().unwrap_or(1);
    let depth = (1.0 + float(most)).ln();
    let mut inside = String::new();
    for (column, at) in columns.iter().zip(0_u32..) {
        for (row, up) in (first..=last).zip(1_u32..) {
            let count = column.get(row).copied().unwrap_or(0);
            if count > 0 {
                let _ = write!(
                    inside,
                    "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" fill-opacity=\"{:.2}\" class=\"h\"><title>second {at}, up to {} ms: {count}</title></rect>",
                    LEFT + f64::from(at) * width,
                    ABOVE + HEIGHT - f64::from(up) * height,
                    width,
                    height,
                    0.12 + 0.88 * (1.0 + float(count)).ln() / depth,
                    short(end_ms(row)),
                );
            }
        }
    }
    let every = (last - first).div_ceil(5).max(1);
    for (row, up) in (first..=last).zip(0_u32..).step_by(every) {
        let y = ABOVE + HEIGHT - f64::from(up) * height;
        let _ = write!(
            inside,
            "<text x=\"{:.0}\" y=\"{y:.1}\" class=\"y\">{} ms</text>",
            LEFT - 6.0,
            short(end_ms(row))
        );
    }
    frame(title, columns.len(), &inside)
}

fn ticks(bottom: f64, top: f64, log: bool) -> Vec<f64> {
    if log {
        let decades = (top / bottom).log10().round();
        return (0_u32..=12)
            .map(f64::from)
            .take_while(|n| *n <= decades)
            .map(|n| bottom * 10.0_f64.powf(n))
            .collect();
    }
    (0..=4).map(|n| top * f64::from(n) / 4.0).collect()
}

fn round_up(value: f64) -> f64 {
    let power = 10.0_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 4.0, 5.0, 8.0, 10.0];
    steps.iter().map(|step| step * power).find(|bound| *bound >= value).unwrap_or(value)
}

fn short(value: f64) -> String {
    if value >= 10_000.0 {
        format!("{:.0}k", value / 1_000.0)
    } else if value >= 10.0 || value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}
