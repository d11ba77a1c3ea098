//! One call to a provider over HTTP: within a time, up to a size, and with a verdict on what a missing answer means.
//!
//! | what happened                                         | verdict                                     |
//! |-------------------------------------------------------|---------------------------------------------|
//! | no connection                                         | unavailable: nothing was heard              |
//! | 429, with its `Retry-After`                           | unavailable: nothing was done               |
//! | 401, 403                                              | unavailable, and the operator is told       |
//! | time out, reset or half an answer after sending       | unknown                                     |
//! | 3xx, 5xx, no JSON, too large                          | unknown                                     |
//! | JSON with any other status                            | an answer: the adapter reads it             |

use std::time::Duration;

use amazoff_actors::payment::ProviderError;
use reqwest::{Client, RequestBuilder, Response, StatusCode, header, redirect};
use serde_json::Value;

/// How long a call may take: less than payments wait for it.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The largest answer that is read.
const ANSWER_MAX: usize = 4 * 1024 * 1024;

/// Why an adapter cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the provider's adapter cannot be made: {0}")]
pub struct SetupError(String);

impl SetupError {
    pub(crate) fn new(reason: String) -> Self {
        Self(reason)
    }
}

/// How an adapter calls.
pub(crate) fn client(timeout: Duration) -> Result<Client, SetupError> {
    let builder = Client::builder()
        .timeout(timeout)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(redirect::Policy::none())
        .user_agent(concat!("amazoff/", env!("CARGO_PKG_VERSION")));
    builder.build().map_err(|error| SetupError(error.to_string()))
}

/// What a provider answered.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) status: StatusCode,
    /// Null where there is no body.
    pub(crate) body: Value,
}

impl Heard {
    /// Text at a place of the body.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.body.pointer(pointer).and_then(Value::as_str)
    }
}

/// Sends a request and reads its answer.
///
/// # Errors
/// As the table above says.
pub(crate) async fn send(request: RequestBuilder) -> Result<Heard, ProviderError> {
    let response = request.send().await.map_err(|error| lost(&error))?;
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(ProviderError::Unavailable(too_many(&response)));
    }
    if status.is_server_error() || status.is_redirection() {
        return Err(ProviderError::Unknown(format!("it answered {status}")));
    }
    let text = read(response).await?;
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        tracing::error!(%status, "a payment provider does not accept the shop's credentials: {status}");
        return Err(ProviderError::Unavailable(format!(
            "it does not accept the shop's credentials: {status}"
        )));
    }
    if text.is_empty() {
        return Ok(Heard { status, body: Value::Null });
    }
    let no_json = |_| ProviderError::Unknown(format!("it answered {status} with something that is not JSON"));
    Ok(Heard { status, body: serde_json::from_slice(&text).map_err(no_json)? })
}

/// What a call without an answer means. Only one that never had a connection was certainly not heard.
fn lost(error: &reqwest::Error) -> ProviderError {
    if error.is_connect() || error.is_builder() {
        return ProviderError::Unavailable("there is no connection".to_owned());
    }
    ProviderError::Unknown(
        if error.is_timeout() { "it took too long" } else { "the connection broke" }.to_owned(),
    )
}

fn too_many(response: &Response) -> String {
    let after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    match after.and_then(|text| text.parse::<u32>().ok()) {
        Some(seconds) => format!("it has too much to do; again after {seconds} s"),
        None => "it has too much to do".to_owned(),
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, ProviderError> {
    let mut text = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| lost(&error))? {
        if text.len().saturating_add(part.len()) > ANSWER_MAX {
            return Err(ProviderError::Unknown("its answer is too large".to_owned()));
        }
        text.extend_from_slice(&part);
    }
    Ok(text)
}
