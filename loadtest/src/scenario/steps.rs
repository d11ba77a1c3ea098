//! One step of a journey.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Think;
use super::values::{OneOrMany, Span};

/// A step: one request, one action of the shopper's WebSocket, or a command. Exactly one of `get`, `post`, `put`, `patch`, `delete`,
/// `socket`, `command`, `pause`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// Its name in reports; equal names are counted together.
    pub name: String,
    /// A path of the target, or a whole address.
    pub get: Option<String>,
    /// A path of the target, or a whole address.
    pub post: Option<String>,
    /// A path of the target, or a whole address.
    pub put: Option<String>,
    /// A path of the target, or a whole address.
    pub patch: Option<String>,
    /// A path of the target, or a whole address.
    pub delete: Option<String>,
    /// Something done with the shopper's WebSocket.
    pub socket: Option<SocketStep>,
    /// A program and its arguments, no shell; setup, teardown and journeys that break things on purpose.
    pub command: Option<Vec<String>>,
    /// Nothing but a pause.
    pub pause: Option<Think>,
    /// Added to the scenario's headers; templates are filled in.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Added to the path, encoded.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// A JSON body. A text that is nothing but `{{name}}` becomes that value, of whatever type.
    pub json: Option<Value>,
    /// A body as it is.
    pub body: Option<String>,
    /// The pause before it, in the place of the journey's.
    pub think: Option<Think>,
    /// How likely it is done at all, 0 to 1.
    pub probability: Option<f64>,
    /// Done only where this name has a value.
    pub when: Option<String>,
    /// How often it is done: from the first to the second, alike.
    pub repeat: Option<[u32; 2]>,
    /// Done once for each element of this extracted array; the element's members are `{{item.member}}`, a plain one `{{item.value}}`.
    pub for_each: Option<String>,
    /// Names for values of the answer.
    #[serde(default)]
    pub extract: BTreeMap<String, Extract>,
    /// What must hold of the answer; a status of 400 or more is an error unless something here, or an outcome, speaks of it.
    #[serde(default)]
    pub assert: Vec<Assert>,
    /// Kinds of good answers, counted apart: the first that fits. When there are any, an answer that fits none is an error.
    #[serde(default)]
    pub outcomes: Vec<Outcome>,
    /// How likely the shopper leaves after it, 0 to 1: the journey ends well.
    pub leave: Option<f64>,
    /// Whether it is repeated until its asserts hold.
    pub until: Option<Poll>,
    /// The longest wait, in the place of the scenario's.
    pub timeout: Option<Span>,
    /// Whether the journey goes on when it fails.
    #[serde(default)]
    pub go_on: bool,
}

/// Something done with a WebSocket. Exactly one of `connect`, `send`, `expect`, `close`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SocketStep {
    /// Opens it: a path of the target, or a whole address.
    pub connect: Option<String>,
    /// Sends a JSON frame.
    pub send: Option<Value>,
    /// Reads frames until one for which all of this holds; the step's asserts and extracts are about that one.
    pub expect: Option<Vec<Assert>>,
    /// Closes it.
    pub close: Option<bool>,
}

/// Where a value comes from. Exactly one of `pointer`, `header`, `regex`, `status`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extract {
    /// A JSON pointer into the body (RFC 6901).
    pub pointer: Option<String>,
    /// A header's value.
    pub header: Option<String>,
    /// The first group of this expression in the body, or all of what it finds.
    pub regex: Option<String>,
    /// Whether a value that is not there is fine.
    #[serde(default)]
    pub optional: bool,
    /// What it is when it is not there.
    pub default: Option<Value>,
    /// Of an array: which elements. `random` takes one, `all` (usual) the whole.
    #[serde(default)]
    pub take: Take,
}

/// Which elements of an array are extracted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Take {
    /// The value as it is.
    #[default]
    All,
    /// One of the elements, by chance.
    Random,
    /// How many there are.
    Count,
}

/// What must hold: of a status, a header, a place in the JSON body, or the body as text; then what must be true of it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assert {
    /// The status is one of these.
    pub status: Option<OneOrMany<u16>>,
    /// About this header.
    pub header: Option<String>,
    /// About this place of the JSON body (RFC 6901).
    pub pointer: Option<String>,
    /// It is found in the value, or in the body.
    pub regex: Option<String>,
    /// It is exactly this; templates are filled in.
    pub equals: Option<Value>,
    /// It is one of these.
    pub one_of: Option<Vec<Value>>,
    /// Whether it is there.
    pub exists: Option<bool>,
    /// A number of at least this.
    pub at_least: Option<f64>,
    /// A number of at most this.
    pub at_most: Option<f64>,
    /// Looked at only for these statuses.
    pub when_status: Option<OneOrMany<u16>>,
}

/// A kind of good answer.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outcome {
    /// What it is counted as.
    pub name: String,
    /// Its status.
    pub status: OneOrMany<u16>,
    /// What else must hold.
    #[serde(default)]
    pub assert: Vec<Assert>,
    /// Whether the journey ends here, as it should.
    #[serde(default)]
    pub ends: bool,
}

/// Asking again.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Poll {
    /// The pause between two tries.
    pub every: Span,
    /// When it is given up, from the first try.
    pub within: Span,
}
