use axum::http::header::RETRY_AFTER;
use serde_json::json;

use super::*;

#[derive(Debug, thiserror::Error)]
#[error("{0:?} in /secret/path")]
struct Sample(FaultKind);

impl Fault for Sample {
    fn kind(&self) -> FaultKind {
        self.0
    }
    fn code(&self) -> &'static str {
        "cart-changed"
    }
    fn facts(&self) -> Value {
        json!({"current_total": 5})
    }
}

#[test]
fn a_defect_tells_nothing_but_its_name() {
    let problem = Problem::from(Sample(FaultKind::Bug));
    let body = serde_json::to_value(problem.body()).unwrap();
    assert_eq!(body["code"], "internal-error");
    assert!(!body.to_string().contains("secret"), "{body}");
    assert!(body.get("current_total").is_none());
    assert!(problem.cause().contains("secret"), "the log still gets it");
}

#[test]
fn an_outage_does_not_name_what_is_broken() {
    for kind in [FaultKind::Unavailable, FaultKind::OutcomeUnknown] {
        let body = serde_json::to_string(&Problem::from(Sample(kind)).body()).unwrap();
        assert!(!body.contains("secret"), "{body}");
    }
}

#[test]
fn a_refusal_carries_its_facts_beside_the_standard_members() {
    let body = serde_json::to_value(Problem::from(Sample(FaultKind::Conflict)).body()).unwrap();
    assert_eq!(body["status"], 409);
    assert_eq!(body["type"], "/problems/cart-changed");
    assert_eq!(body["title"], "Cart changed");
    assert_eq!(body["current_total"], 5);
}

#[test]
fn an_overloaded_entity_says_when_to_come_back() {
    let error: AskError<Sample> = AskError::Overloaded { retry_after: Duration::from_millis(20) };
    let response = Problem::asked(error).into_response();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[RETRY_AFTER], "1");
}

#[test]
fn a_replayed_refusal_says_so() {
    let error = AskError::Refused { refusal: Sample(FaultKind::Conflict), replayed: true };
    assert_eq!(Problem::asked(error).into_response().headers()[IDEMPOTENT_REPLAYED], "true");
}
