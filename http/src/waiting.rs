//! The room in which a process waits for its database, or for its turn: alive, not ready, and polite to whoever comes.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use tokio::sync::watch;

use crate::layers::{self, Intake};
use crate::metrics::Requests;
use crate::problem::Problem;
use crate::routes::health;
use crate::settings::HttpSettings;

/// Why a process does not serve yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WaitingFor {
    /// It has just started.
    #[default]
    Start,
    /// Its database does not answer.
    Database,
    /// Another node owns the shards; this one stands by.
    Turn,
}

impl WaitingFor {
    fn detail(&self) -> &'static str {
        match self {
            Self::Start => "The shop is starting.",
            Self::Database => "The shop is waiting for its database.",
            Self::Turn => "This node is a standby: another node serves.",
        }
    }
}

/// `/health/live` answers 200; all else answers 503 `not-ready` with the reason and `Retry-After`.
pub fn waiting_room(reason: watch::Receiver<WaitingFor>, settings: &HttpSettings) -> Router {
    let room = Router::new()
        .route("/health/live", get(health::live))
        .fallback(not_yet)
        .method_not_allowed_fallback(not_yet)
        .with_state(reason);
    layers::finished(room, settings, &Intake::default(), &Requests::default())
}

async fn not_yet(State(reason): State<watch::Receiver<WaitingFor>>) -> Result<Json<()>, Problem> {
    let detail = reason.borrow().detail();
    Err(Problem::not_ready(detail).detailed(detail))
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_process_that_waits_is_alive_and_says_why_it_does_not_serve() {
        let (tell, reason) = watch::channel(WaitingFor::Database);
        let room = waiting_room(reason, &HttpSettings::at("http://localhost"));
        let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
        assert_eq!(room.clone().oneshot(get("/health/live")).await.unwrap().status(), StatusCode::OK);
        for path in ["/health", "/health/ready", "/v1/products", "/"] {
            let answer = room.clone().oneshot(get(path)).await.unwrap();
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert!(answer.headers().contains_key("retry-after"), "{path}");
            let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            assert!(body.contains("not-ready") && body.contains("waiting for its database"), "{body}");
        }
        tell.send_replace(WaitingFor::Turn);
        let post = Request::post("/v1/carts").body(Body::empty()).unwrap();
        let answer = room.oneshot(post).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
        assert!(String::from_utf8(body.to_vec()).unwrap().contains("standby"));
    }
}
