//! The limits as layers of the router.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::Class;
use super::client::{Client, Peer, TrustedProxies};
use super::login::Logins;
use super::mails::Mails;
use super::rates::{Budget, Budgets, Caller, Exceeded, Rates, WINDOW_S};
use super::seats::SocketLimits;
use super::shed::Room;
use crate::identity::Shopper;
use crate::problem::Problem;

pub(crate) const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(crate) const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What a deployment decides about limits.
#[derive(Clone, Debug)]
pub struct LimitSettings {
    /// Requests per minute of each class.
    pub rates: Rates,
    /// Requests that run at once.
    pub requests_max: usize,
    /// Sockets and streams that stay open.
    pub sockets: SocketLimits,
    /// Whose word is taken on where a request comes from.
    pub proxies: TrustedProxies,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            rates: Rates::default(),
            requests_max: 512,
            sockets: SocketLimits::default(),
            proxies: TrustedProxies::default(),
        }
    }
}

/// All limits. Clones share them.
#[derive(Clone)]
pub struct Limiting(Arc<Inner>);

struct Inner {
    proxies: TrustedProxies,
    budgets: Budgets,
    /// Absent where nothing is limited.
    logins: Option<Logins>,
    /// The same.
    mails: Option<Mails>,
    room: Room,
}

impl Limiting {
    pub(crate) fn new(settings: &LimitSettings) -> Self {
        Self(Arc::new(Inner {
            proxies: settings.proxies.clone(),
            budgets: Budgets::new(&settings.rates),
            logins: (settings.rates != Rates::off()).then(Logins::new),
            mails: (settings.rates != Rates::off()).then(Mails::new),
            room: Room::of(settings.requests_max),
        }))
    }
    /// The counter of log-ins.
    pub(crate) fn logins(&self) -> Option<&Logins> {
        self.0.logins.as_ref()
    }
    /// The counter of mails that somebody asks for.
    pub(crate) fn mails(&self) -> Option<&Mails> {
        self.0.mails.as_ref()
    }
}

/// Before anything is known of who asks: finds out from where, and keeps one address from taking everything.
pub(crate) async fn by_address<F: Future<Output = Response>>(
    limits: &Limiting,
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let peer = request.extensions().get::<Peer>().map_or(Client::NOBODY, |peer| peer.0);
    let client = Client(limits.0.proxies.client(peer, request.headers()));
    request.extensions_mut().insert(client);
    let Some(class) = class_of(&request) else { return next(request).await };
    if let Some(Err(exceeded)) = limits.0.budgets.take(Class::Address, Caller::Guest(client.network())) {
        return refused(&exceeded);
    }
    match limits.0.room.enter(class) {
        Some(_place) => next(request).await,
        None => Problem::busy("Too many requests at once.").into_response(),
    }
}

/// Once it is known who asks: takes the request from their budget for routes of its class, and tells what is left of it.
pub(crate) async fn by_caller<F: Future<Output = Response>>(
    limits: &Limiting,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let Some(class) = class_of(&request).filter(|class| *class != Class::Address) else {
        return next(request).await;
    };
    let person = request.extensions().get::<Shopper>().and_then(Shopper::user);
    let client = request.extensions().get::<Client>().copied().unwrap_or(Client(Client::NOBODY));
    // Whoever logs in is nobody yet, whatever else they show.
    let person = person.filter(|_| class != Class::Login);
    let caller = person.map_or(Caller::Guest(client.network()), Caller::Person);
    match limits.0.budgets.take(class, caller) {
        None => next(request).await,
        Some(Err(exceeded)) => refused(&exceeded),
        Some(Ok(budget)) => {
            let mut response = next(request).await;
            tell(&budget, &mut response);
            response
        }
    }
}

/// The answer to whoever has asked too often.
fn refused(exceeded: &Exceeded) -> Response {
    let mut response = Problem::from(*exceeded).into_response();
    tell(&exceeded.0, &mut response);
    response
}

fn class_of(request: &Request) -> Option<Class> {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    Class::of(request.method(), route)
}

/// draft-ietf-httpapi-ratelimit-headers-11.
fn tell(budget: &Budget, response: &mut Response) {
    let name = budget.class.name();
    let texts = [
        (RATELIMIT_POLICY, format!("\"{name}\";q={};w={WINDOW_S}", budget.quota)),
        (RATELIMIT, format!("\"{name}\";r={};t={}", budget.remaining, seconds(budget.reset))),
    ];
    for (header, text) in texts {
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().insert(header, value);
        }
    }
}

/// Whole seconds, rounded up.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

impl From<Exceeded> for Problem {
    fn from(Exceeded(budget): Exceeded) -> Self {
        Self::rate_limited(budget.class.name(), Duration::from_secs(seconds(budget.reset).max(1)))
    }
}
