//! The door for requests. Once it is closed, running requests end and every further one is told to come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::response::{IntoResponse, Response};
use tokio::sync::Notify;

use crate::problem::Problem;

/// What stays open for load balancers and operators while the rest is closed.
const ALWAYS_OPEN: [&str; 2] = ["/health", "/metrics"];

/// Whether requests are taken in, and how many are running. Clones share it.
#[derive(Clone, Default)]
pub struct Intake(Arc<Door>);

#[derive(Default)]
struct Door {
    closed: AtomicBool,
    running: AtomicUsize,
    empty: Notify,
}

/// A running request.
struct Running(Arc<Door>);

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.empty.notify_waiters();
        }
    }
}

impl Intake {
    /// Takes in nothing any more.
    pub fn close(&self) {
        self.0.closed.store(true, Ordering::SeqCst);
    }
    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.0.closed.load(Ordering::SeqCst)
    }
    /// Waits until no request is running. WebSockets do not count: their request ended with the upgrade.
    pub async fn drained(&self) {
        loop {
            let empty = self.0.empty.notified();
            if self.0.running.load(Ordering::SeqCst) == 0 {
                return;
            }
            empty.await;
        }
    }
    /// A place for one more request; counted before the door is looked at, so that none slips through while it closes.
    fn enter(&self) -> Option<Running> {
        self.0.running.fetch_add(1, Ordering::SeqCst);
        let running = Running(Arc::clone(&self.0));
        (!self.is_closed()).then_some(running)
    }
}

pub(super) async fn guard<F: Future<Output = Response>>(
    intake: &Intake,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let path = request.uri().path();
    if ALWAYS_OPEN
        .iter()
        .any(|open| path == *open || path.strip_prefix(open).is_some_and(|rest| rest.starts_with('/')))
    {
        return next(request).await;
    }
    match intake.enter() {
        Some(_running) => next(request).await,
        None => {
            let mut refused = Problem::not_ready("shutting down").into_response();
            // The peer must look for another node, not ask this one again.
            refused.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            refused
        }
    }
}
