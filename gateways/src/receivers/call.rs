//! One request to a receiver.

use std::time::{Duration, Instant};

use amazoff_actors::endpoint::{CallRequest, Caller, Heard, TargetRefused};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures::FutureExt;
use futures::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Response, header, redirect};
use sha2::Sha256;
use url::Host;

use super::Reach;
use super::resolver::Guarded;
use crate::remote::SetupError;

/// How long a receiver may take, from the connection to the end of its answer.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a name may take before an endpoint is made.
const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(5);
/// How much of an answer is read, in bytes, and shown, in characters.
const ANSWER_BYTES_MAX: usize = 4 * 1024;
const EXCERPT_CHARS_MAX: usize = 256;

/// Calls receivers over HTTP.
#[derive(Clone, Debug)]
pub struct Receivers {
    client: Client,
    reach: Reach,
}

impl Receivers {
    /// A caller that goes so far and no further.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(reach: Reach) -> Result<Self, SetupError> {
        let client = Client::builder()
            .timeout(CALL_TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(redirect::Policy::none())
            .no_proxy() // it would connect in our place, to whatever it likes
            .dns_resolver(Guarded(reach))
            .pool_max_idle_per_host(0) // each attempt looks where it goes
            .user_agent(concat!("amazoff-webhooks/", env!("CARGO_PKG_VERSION")))
            .build();
        let client = client.map_err(|error| SetupError::new(error.to_string()))?;
        Ok(Self { client, reach })
    }

    async fn look(&self, url: &str) -> Result<(), TargetRefused> {
        let url = self.reach.read(url)?;
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        let looked = tokio::time::timeout(LOOK_UP_TIMEOUT, Guarded(self.reach).addresses(name)).await;
        match looked {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                Err(TargetRefused(error.to_string()))
            }
            Ok(Err(_)) | Err(_) => Err(TargetRefused("the name of the host cannot be resolved".to_owned())),
        }
    }

    async fn send(&self, request: &CallRequest) -> Result<Heard, String> {
        let url = self.reach.read(&request.url).map_err(|TargetRefused(reason)| reason)?;
        let sending = self
            .client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &request.id)
            .header("webhook-timestamp", request.timestamp_s.to_string())
            .header("webhook-signature", signatures(request))
            .body(request.body.clone());
        let answer = sending.send().await.map_err(|error| why(&error))?;
        let status = Some(answer.status().as_u16());
        let retry_after_s = retry_after(&answer);
        let excerpt = excerpt(answer).await;
        Ok(Heard { status, retry_after_s, excerpt, latency_ms: 0 })
    }
}

/// The signatures of a request, one for each secret.
pub(super) fn signatures(request: &CallRequest) -> String {
    let CallRequest { id, timestamp_s, body, secrets, .. } = request;
    let signed = format!("{id}.{timestamp_s}.{body}");
    let sign = |secret: &[u8; 32]| {
        // HMAC takes keys of any length, so there is always a signature.
        let mac = Hmac::<Sha256>::new_from_slice(secret).map(|mac| mac.chain_update(signed.as_bytes()));
        let tag = mac.map(|mac| mac.finalize().into_bytes()).unwrap_or_default();
        format!("v1,{}", BASE64.encode(tag))
    };
    secrets.iter().map(sign).collect::<Vec<_>>().join(" ")
}

fn retry_after(answer: &Response) -> Option<u32> {
    let wanted = matches!(answer.status().as_u16(), 429 | 503);
    let text = answer.headers().get(header::RETRY_AFTER).filter(|_| wanted)?;
    text.to_str().ok()?.trim().parse().ok()
}

/// The beginning of an answer, on one line. The rest is never read.
async fn excerpt(mut answer: Response) -> String {
    let mut read = Vec::new();
    while read.len() < ANSWER_BYTES_MAX {
        let Ok(Some(part)) = answer.chunk().await else { break };
        let room = ANSWER_BYTES_MAX.saturating_sub(read.len());
        read.extend(part.iter().take(room));
    }
    let text = String::from_utf8_lossy(&read);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(EXCERPT_CHARS_MAX).collect()
}

/// Why there was no answer, without what the address itself may hold.
fn why(error: &reqwest::Error) -> String {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = cause {
        let io = current.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::PermissionDenied) {
            return "the address is not out in the world".to_owned();
        }
        cause = current.source();
    }
    if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "there is no connection".to_owned()
    } else {
        "the connection broke".to_owned()
    }
}

impl Caller for Receivers {
    fn check<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<(), TargetRefused>> {
        self.look(url).boxed()
    }

    fn call<'a>(&'a self, request: &'a CallRequest) -> BoxFuture<'a, Heard> {
        async move {
            let began = Instant::now();
            let heard = self.send(request).await;
            let latency_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
            match heard {
                Ok(heard) => Heard { latency_ms, ..heard },
                Err(excerpt) => Heard { latency_ms, excerpt, ..Heard::default() },
            }
        }
        .boxed()
    }
}
