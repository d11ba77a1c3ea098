use std::time::Duration;

use axum::http::{Method, StatusCode};

use super::*;

#[test]
fn names_and_labels_are_written_as_the_format_wants_them() {
    let mut text = Text::default();
    text.family("a_total", Kind::Counter, "One\nline \\ only.")
        .sample(&[("x", "say \"\\\n\""), ("y", "")], 3);
    text.family("b", Kind::Gauge, "None.");
    let expected = "# HELP a_total One\\nline \\\\ only.\n# TYPE a_total counter\n\
                    a_total{x=\"say \\\"\\\\\\n\\\"\",y=\"\"} 3\n# HELP b None.\n# TYPE b gauge\n";
    assert_eq!(text.finish(), expected);
}

#[test]
fn requests_are_counted_by_status_and_timed_by_route() {
    let requests = Requests::default();
    let served = |status, ms| {
        requests.served(&Method::GET, "/v1/x/{id}", status, Duration::from_millis(ms));
    };
    served(StatusCode::OK, 3);
    served(StatusCode::OK, 60_000);
    served(StatusCode::NOT_FOUND, 5);
    requests.served(&"BREW".parse().unwrap(), "unmatched", StatusCode::NOT_FOUND, Duration::ZERO);
    let mut text = Text::default();
    requests.write(&mut text);
    let text = text.finish();
    let line = |start: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(start));
        found.unwrap_or_else(|| panic!("{start} is not in {text}")).trim().to_owned()
    };
    assert_eq!(line("amazoff_http_requests_total{method=\"GET\",route=\"/v1/x/{id}\",status=\"200\"}"), "2");
    assert_eq!(line("amazoff_http_requests_total{method=\"other\",route=\"unmatched\",status=\"404\"}"), "1");
    let of = |le: &str| {
        line(&format!(
            "amazoff_http_request_duration_seconds_bucket{{method=\"GET\",route=\"/v1/x/{{id}}\",le=\"{le}\"}}"
        ))
    };
    assert_eq!([of("0.001"), of("0.005"), of("10"), of("+Inf")], ["0", "2", "2", "3"]);
    let sum = "amazoff_http_request_duration_seconds_sum{method=\"GET\",route=\"/v1/x/{id}\"}";
    assert_eq!(line(sum), "60.008");
}
