//! What the processes of a run tell each other: JSON, a message per line, over a connection of the loopback interface.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::feed::Row;
use crate::record::Slice;
use crate::scenario::Scenario;

/// The protocol's version; both sides must speak the same.
pub(crate) const PROTOCOL: u32 = 3;
/// Longest line, in bytes.
const LINE_MAX: u64 = 256 * 1024 * 1024;

/// A process's part of a run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Job {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// The whole scenario.
    pub scenario: Box<Scenario>,
    /// Where paths begin.
    pub base: String,
    /// Variables, and what setup extracted.
    pub shared: BTreeMap<String, Value>,
    /// The rows of every feeder, in the scenario's order.
    pub rows: Vec<Vec<Row>>,
    /// What tells this run from others.
    pub run: u64,
    /// Which part, from 0.
    pub part: u64,
    /// Of how many.
    pub of: u64,
}

/// What the leader says.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// Get ready.
    Job(Job),
    /// Begin.
    Go,
    /// No more journeys.
    Stop,
}

/// What an agent says.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Word {
    /// The job is understood.
    Ready,
    /// A second of the run.
    Slice(Box<Slice>),
    /// The part is done.
    Done,
    /// The part cannot be done.
    Failed(String),
}

/// Sends a message.
pub(crate) async fn say<T: Serialize + Sync>(
    to: &mut (impl AsyncWrite + Unpin + Send),
    message: &T,
) -> Result<(), String> {
    let mut line = serde_json::to_vec(message).map_err(|error| error.to_string())?;
    line.push(b'\n');
    to.write_all(&line).await.map_err(|error| error.to_string())?;
    to.flush().await.map_err(|error| error.to_string())
}

/// The next message; nothing when the other side has hung up.
pub(crate) async fn hear<T: for<'de> Deserialize<'de>>(
    from: &mut (impl AsyncBufRead + Unpin + Send),
) -> Result<Option<T>, String> {
    let mut line = Vec::new();
    let read = from.take(LINE_MAX).read_until(b'\n', &mut line).await.map_err(|error| error.to_string())?;
    if read == 0 {
        return Ok(None);
    }
    serde_json::from_slice(&line).map(Some).map_err(|error| error.to_string())
}

/// Histograms as text: HdrHistogram's V2 format, deflated, in base64.
pub(crate) mod histogram {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::{Deserializer as Reader, Serializer as _, V2DeflateSerializer};
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// As text.
    pub(crate) fn text(histogram: &Histogram<u64>) -> Result<String, String> {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(histogram, &mut bytes).map_err(|error| error.to_string())?;
        Ok(STANDARD.encode(bytes))
    }

    /// From text.
    pub(crate) fn read(text: &str) -> Result<Histogram<u64>, String> {
        let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
        let mut histogram: Histogram<u64> =
            Reader::new().deserialize(&mut bytes.as_slice()).map_err(|error| error.to_string())?;
        histogram.auto(true);
        Ok(histogram)
    }

    pub(crate) fn serialize<S: Serializer>(histogram: &Histogram<u64>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&text(histogram).map_err(S::Error::custom)?)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Histogram<u64>, D::Error> {
        let text = String::deserialize(from)?;
        read(&text).map_err(D::Error::custom)
    }
}
