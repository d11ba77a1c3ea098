//! Answers that anyone may see, kept until what they show has changed.
//!
//! A handler of the catalogue says what its answer shows ([`Shown`]): the entities, each with the receiver of its commits,
//! and the lists. An answer is good until one of them tells of something new, so nothing is outdated for a time that somebody
//! guessed; a minute is the limit of what may be missed. Of many who want an answer that is not there, one makes it and the
//! others wait; of many who want one that has changed, one makes it anew and the others get the old one meanwhile.
//!
//! Kept is only what says `Cache-Control: public`, was answered 200 to a GET of [`ROUTES`] and sets no cookie. The key is path
//! and query, and nothing else of a request reaches the handlers but its entity tags, which are judged here. Whoever shows a
//! `Consistency-Token` has seen something newer, perhaps, and is never answered from here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use amazoff_supervisor::Version;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    AGE, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, RANGE,
    SET_COOKIE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, request, response};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use moka::future::Cache;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::conditional;
use crate::layers::consistency::CONSISTENCY_TOKEN;
use crate::prefer::PREFER;
use crate::problem::Problem;

/// The routes whose answers are kept.
pub(crate) const ROUTES: [&str; 5] = [
    "/v1/products",
    "/v1/products/{product}",
    "/v1/products/{product}/recommendations",
    "/v1/categories",
    "/v1/search/suggestions",
];
/// How long an answer is kept whatever happens.
const LIFETIME: Duration = Duration::from_secs(60);
/// For how long an answer that has changed is still given while it is being made anew.
const REFRESH_LIMIT: Duration = Duration::from_secs(2);
/// Bytes of all answers together, and of the longest path and query that is a key.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
const KEY_BYTES_MAX: usize = 512;
/// The longest answer that is kept.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

const SURROGATE_KEY: HeaderName = HeaderName::from_static("surrogate-key");
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// What an answer shows; a handler puts it into the extensions of its response.
#[derive(Clone, Default)]
pub(crate) struct Shown {
    tags: Vec<String>,
    entities: Vec<watch::Receiver<Version>>,
    lists: Vec<watch::Receiver<u64>>,
}

impl Shown {
    /// Also an entity. Its receiver must be older than the read.
    pub(crate) fn entity(mut self, tag: String, mut commits: watch::Receiver<Version>) -> Self {
        commits.borrow_and_update();
        self.tags.push(tag);
        self.entities.push(commits);
        self
    }
    /// Also a list. Its receiver must be older than the read.
    pub(crate) fn list(mut self, tag: &str, mut turns: watch::Receiver<u64>) -> Self {
        turns.borrow_and_update();
        self.tags.push(tag.to_owned());
        self.lists.push(turns);
        self
    }
    /// The answer with this knowledge, and with the tags by which a CDN is told to drop it.
    pub(crate) fn of(self, mut response: Response) -> Response {
        if let Ok(tags) = HeaderValue::try_from(self.tags.join(" ")) {
            response.headers_mut().insert(SURROGATE_KEY, tags);
        }
        response.extensions_mut().insert(self);
        response
    }
    /// Whether it is known that nothing of it has changed. A source that is gone counts as changed.
    fn holds(&self) -> bool {
        let told = !self.entities.is_empty() || !self.lists.is_empty();
        let entity = |commits: &watch::Receiver<Version>| matches!(commits.has_changed(), Ok(false));
        let list = |turns: &watch::Receiver<u64>| matches!(turns.has_changed(), Ok(false));
        told && self.entities.iter().all(entity) && self.lists.iter().all(list)
    }
}

/// An answer as it was.
struct Kept {
    head: response::Parts,
    body: Bytes,
    /// Absent when it is good for nobody else.
    shown: Option<Shown>,
    since: Instant,
    /// Since when somebody makes it anew.
    refreshing: Mutex<Option<Instant>>,
}

impl Kept {
    fn is_fresh(&self) -> bool {
        self.shown.as_ref().is_some_and(Shown::holds)
    }

    /// Whether somebody else is making it anew; if nobody is, the caller is from now on.
    fn is_being_refreshed(&self) -> bool {
        let mut since = self.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if since.is_some_and(|since| now.duration_since(since) < REFRESH_LIMIT) {
            return true;
        }
        *since = Some(now);
        false
    }

    fn answer(&self, asked: &HeaderMap, how: &'static str) -> Response {
        let tag = self.head.headers.get(ETAG).and_then(|tag| tag.to_str().ok());
        let known =
            self.head.status == StatusCode::OK && tag.is_some_and(|tag| conditional::matches(asked, tag));
        let mut response = if known {
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            response.headers_mut().clone_from(&self.head.headers);
            response.headers_mut().remove(CONTENT_TYPE);
            response
        } else {
            Response::from_parts(self.head.clone(), Body::from(self.body.clone()))
        };
        if self.shown.is_some() {
            let headers = response.headers_mut();
            headers.insert(CACHE_STATUS, HeaderValue::from_static(how));
            headers.insert(AGE, HeaderValue::from(self.since.elapsed().as_secs()));
        }
        response
    }
}

/// The answers that are kept. Clones share them.
#[derive(Clone)]
pub struct ResponseCache {
    kept: Cache<String, Arc<Kept>>,
    counts: Arc<Counts>,
}

/// How requests were answered.
#[derive(Default)]
struct Counts {
    hits: AtomicU64,
    stale: AtomicU64,
    misses: AtomicU64,
}

impl Default for ResponseCache {
    fn default() -> Self {
        let weight = |key: &String, kept: &Arc<Kept>| {
            let bytes = key.len() + kept.body.len() + 1024;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let kept = Cache::builder().max_capacity(BYTES_MAX).weigher(weight).time_to_live(LIFETIME).build();
        Self { kept, counts: Arc::default() }
    }
}

impl ResponseCache {
    /// Requests by how they were answered: from here, from here although something new is being made, or made.
    pub(crate) fn counts(&self) -> [(&'static str, u64); 3] {
        let Counts { hits, stale, misses } = &*self.counts;
        [("hit", hits), ("stale", stale), ("miss", misses)]
            .map(|(how, count)| (how, count.load(Ordering::Relaxed)))
    }

    async fn answer(&self, key: String, request: Request, next: Next) -> Response {
        let count = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
        match self.kept.get(&key).await {
            Some(kept) if kept.is_fresh() => {
                count(&self.counts.hits);
                return kept.answer(request.headers(), "amazoff; hit");
            }
            Some(kept) if kept.shown.is_some() && kept.is_being_refreshed() => {
                count(&self.counts.stale);
                return kept.answer(request.headers(), "amazoff; hit; detail=refreshing");
            }
            Some(_) | None => {}
        }
        let asked = request.headers().clone();
        let (asking, _no_body) = request.into_parts();
        let made = async { Arc::new(make(asking.clone(), next.clone()).await) };
        let entry = self.kept.entry(key.clone()).or_insert_with_if(made, |old| !old.is_fresh()).await;
        let own = entry.is_fresh();
        count(if own { &self.counts.misses } else { &self.counts.hits });
        let mut kept = entry.into_value();
        if kept.shown.is_none() {
            self.kept.invalidate(&key).await;
            // Whoever waited for it gets an answer of their own.
            if !own {
                kept = Arc::new(make(asking, next).await);
            }
        }
        kept.answer(&asked, "amazoff; fwd=miss; stored")
    }
}

/// Has the handler answer, as if nobody had anything yet.
async fn make(mut asking: request::Parts, next: Next) -> Kept {
    for conditional in [IF_NONE_MATCH, IF_MODIFIED_SINCE, RANGE] {
        asking.headers.remove(conditional);
    }
    asking.method = Method::GET;
    let (mut head, body) = next.run(Request::from_parts(asking, Body::empty())).await.into_parts();
    let shown = head.extensions.remove::<Shown>();
    let public = head.headers.get(CACHE_CONTROL).is_some_and(|cache| cache.as_bytes().starts_with(b"public"));
    let keeps = head.status == StatusCode::OK && public && !head.headers.contains_key(SET_COOKIE);
    head.headers.remove(CONTENT_LENGTH);
    let (head, body, shown) = match to_bytes(body, ANSWER_BYTES_MAX).await {
        Ok(body) => (head, body, shown.filter(|_| keeps)),
        Err(error) => {
            let problem = Problem::bug(format!("an answer of the catalogue cannot be kept: {error}"));
            let (head, _) = problem.into_response().into_parts();
            (head, Bytes::new(), None)
        }
    };
    Kept { head, body, shown, since: Instant::now(), refreshing: Mutex::new(None) }
}

/// Answers from what is kept, where that is allowed.
pub(crate) async fn kept(cache: &ResponseCache, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let key = request.uri().path_and_query().map(|key| key.as_str().to_owned());
    let key = key.filter(|key| key.len() <= KEY_BYTES_MAX);
    // Whoever has seen something newer, perhaps, and whoever wants to be answered in some other way.
    let own = [CONSISTENCY_TOKEN, PREFER].iter().any(|name| request.headers().contains_key(name));
    let key = key.filter(|_| reads && ROUTES.contains(&route) && !own);
    match key {
        Some(key) => cache.answer(key, request, next).await,
        None => next.run(request).await,
    }
}

#[cfg(test)]
mod tests;
