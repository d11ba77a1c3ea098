//! A real server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use reqwest::{Client, redirect};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};

use super::pump::Pumped;
use super::{Ask, Reply, Socket, Target, Trouble};
use crate::error::LoadError;
use crate::limits;

/// How long a connection may take to come about.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// A real server, reached over a pool of connections that all shoppers share.
#[derive(Debug)]
pub(crate) struct Server {
    client: Client,
    sockets: Arc<AtomicU32>,
    sockets_max: u32,
}

/// How many sockets are open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Open(Arc<AtomicU32>);

impl Open {
    /// At the moment.
    pub(crate) fn now(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A place among the sockets; dropping it frees it.
#[derive(Debug)]
pub(super) struct Place(Arc<AtomicU32>);

impl Place {
    fn take(sockets: &Arc<AtomicU32>, most: u32) -> Result<Self, Trouble> {
        let place = Self(Arc::clone(sockets));
        if sockets.fetch_add(1, Ordering::Relaxed) < most { Ok(place) } else { Err(Trouble::TooManySockets) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Server {
    /// A client of any server; how many sockets it may open at once, and where it counts them.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub(crate) fn new(sockets_max: u32, open: &Open) -> Result<Self, LoadError> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_MAX)
            .pool_max_idle_per_host(usize::MAX)
            .no_proxy()
            .user_agent(concat!("amazoff-loadtest/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| LoadError::failed("the HTTP client cannot be set up", chain(&error)))?;
        Ok(Self { client, sockets: Arc::clone(&open.0), sockets_max })
    }

    async fn exchange(&self, ask: Ask) -> Result<Reply, Trouble> {
        let mut request = self.client.request(ask.method, ask.address);
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        if let Some(body) = ask.body {
            request = request.body(body);
        }
        let mut response = request.send().await.map_err(|error| trouble(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| trouble(&error))? {
            if body.len() + chunk.len() > limits::BODY_MAX {
                return Err(Trouble::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, headers, body })
    }

    async fn connect(&self, ask: Ask) -> Result<Box<dyn Socket>, Trouble> {
        let place = Place::take(&self.sockets, self.sockets_max)?;
        let address = match ask.address.strip_prefix("http") {
            Some(rest) => format!("ws{rest}"),
            None => ask.address,
        };
        let mut request =
            address.into_client_request().map_err(|error| Trouble::Request(error.to_string()))?;
        for (name, value) in &ask.headers {
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|error| Trouble::Request(error.to_string()))?;
            let value = HeaderValue::from_str(value).map_err(|error| Trouble::Request(error.to_string()))?;
            request.headers_mut().insert(name, value);
        }
        let (stream, _) = tokio_tungstenite::connect_async(request).await.map_err(|error| match error {
            tokio_tungstenite::tungstenite::Error::Http(answer) => {
                Trouble::Connect(format!("socket refused with {}", answer.status().as_u16()))
            }
            error => Trouble::Connect(error.to_string()),
        })?;
        Ok(Box::new(Pumped::start(stream, place)))
    }
}

impl Target for Server {
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Result<Reply, Trouble>> {
        Box::pin(async move {
            let limit = ask.timeout;
            tokio::time::timeout(limit, self.exchange(ask)).await.unwrap_or(Err(Trouble::Timeout))
        })
    }

    fn open(&self, ask: Ask) -> BoxFuture<'_, Result<Box<dyn Socket>, Trouble>> {
        Box::pin(async move {
            let limit = ask.timeout;
            tokio::time::timeout(limit, self.connect(ask)).await.unwrap_or(Err(Trouble::Timeout))
        })
    }
}

fn trouble(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        Trouble::Timeout
    } else if error.is_connect() {
        Trouble::Connect(chain(error))
    } else if error.is_builder() {
        Trouble::Request(chain(error))
    } else {
        Trouble::Broken(chain(error))
    }
}

/// The innermost cause, which names no address and so is the same for alike failures.
fn chain(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
