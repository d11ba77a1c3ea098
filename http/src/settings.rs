//! What a deployment decides about the edge.

use std::time::Duration;

use secrecy::SecretString;

use crate::auth::cookies::Cookies;
use crate::layers::cors::Origins;
use crate::limits::layer::LimitSettings;

/// Settings of the HTTP edge.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Where people reach the shop, such as `https://shop.example`, without a slash at the end. Links and the origin check use it.
    pub public_url: String,
    /// Whether cookies are kept to TLS.
    pub secure_cookies: bool,
    /// How long a request may take.
    pub request_limit: Duration,
    /// How long a checkout waits for its outcome before it answers "processing".
    pub checkout_wait: Duration,
    /// How often a socket is pinged.
    pub heartbeat: Duration,
    /// Threads that serve sockets and nothing else; with 0 they are served among all else.
    pub socket_threads: usize,
    /// What a scraper shows as its bearer token to read `/metrics`; without it only operators may.
    pub metrics_token: Option<SecretString>,
    /// Other sites whose scripts may use the API.
    pub origins: Origins,
    /// How often somebody may ask, and how much is taken in at once.
    pub limits: LimitSettings,
}

/// The parts of a setting that is a list with commas; empty ones do not count.
pub(crate) fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

impl HttpSettings {
    /// The usual limits for a shop at `public_url`.
    pub fn at(public_url: &str) -> Self {
        Self {
            public_url: public_url.trim_end_matches('/').to_owned(),
            secure_cookies: public_url.starts_with("https://"),
            request_limit: Duration::from_secs(10),
            checkout_wait: Duration::from_secs(6),
            heartbeat: Duration::from_secs(25),
            socket_threads: 0,
            metrics_token: None,
            origins: Origins::default(),
            limits: LimitSettings::default(),
        }
    }
    /// How long a command may take: less than its request, so that the refusal still reaches the caller.
    pub fn ask_limit(&self) -> Duration {
        self.request_limit * 4 / 5
    }
    /// The cookies of this deployment.
    pub fn cookies(&self) -> Cookies {
        Cookies::new(self.secure_cookies)
    }
}
