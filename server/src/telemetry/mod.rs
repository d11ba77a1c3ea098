//! The log: one line per event on standard error, as text for people or JSON for machines; and for a collector, if there is
//! one.

mod record;
mod shipping;

use std::io::{self, IsTerminal as _, Write};

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::config::{Config, LogFormat};
pub(crate) use shipping::{Collector, Shipping};

/// Starts the log. Later calls change nothing. What goes to a collector is the caller's to [begin](Shipping::begin).
pub(crate) fn start(config: &Config) -> Option<Shipping> {
    // Every actor has a span of its own; they come first, so that what the operator says overrides it.
    let filter = EnvFilter::new(format!("ractor=warn,{}", config.log));
    let lines = fmt::layer().with_writer(|| OneLine(io::stderr()));
    let lines = match config.log_format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).boxed(),
    };
    let (queue, shipping) = config.collector.clone().map(shipping::queue).unzip();
    if let Err(error) = tracing_subscriber::registry().with(filter).with(lines).with(queue).try_init() {
        tracing::debug!(%error, "the log was already started");
    }
    shipping
}

/// Keeps an event on one line: the text that shoppers send cannot forge a second one.
/// (Escape sequences are escaped by the formatter, JSON needs no help.) Each write is one event.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(&one_line(event))?;
        Ok(event.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn one_line(event: &[u8]) -> Vec<u8> {
    let body = event.strip_suffix(b"\n").unwrap_or(event);
    let mut line = Vec::with_capacity(event.len() + 1);
    for byte in body {
        match byte {
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            other => line.push(*other),
        }
    }
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn an_event_with_line_breaks_stays_one_line() {
        assert_eq!(one_line(b"name=a\r\nERROR forged\n"), b"name=a\\r\\nERROR forged\n");
        assert_eq!(one_line(b"plain\n"), b"plain\n");
    }
}
