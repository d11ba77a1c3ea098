use axum::http::HeaderValue;
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its parsing is of interest")]
struct NewLine {
    variant_id: String,
    quantity: u16,
    #[serde(default)]
    address: Option<Address>,
}
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its parsing is of interest")]
struct Address {
    city: String,
}
impl Form for NewLine {}

fn json_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers
}

async fn refused(body: impl Into<Body>) -> Problem {
    match read(&json_headers(), body.into()).await.and_then(typed::<NewLine>) {
        Ok(form) => panic!("accepted {form:?}"),
        Err(problem) => problem,
    }
}

#[tokio::test]
async fn each_bad_body_has_its_code_and_pointer() {
    let table = [
        (r#"{"variant_id":"a","quantity":-5}"#, "/quantity", "invalid-value"),
        (r#"{"variant_id":"a","quantity":70000}"#, "/quantity", "invalid-value"),
        (r#"{"variant_id":"a","quantity":1.5}"#, "/quantity", "wrong-type"),
        (r#"{"variant_id":"a","quantity":18446744073709551616}"#, "/quantity", "wrong-type"),
        (r#"{"variant_id":"a","quantity":"3"}"#, "/quantity", "wrong-type"),
        (r#"{"variant_id":{"$ne":1},"quantity":3}"#, "/variant_id", "wrong-type"),
        (r#"{"variant_id":"a"}"#, "/quantity", "missing-field"),
        ("", "/variant_id", "missing-field"),
        (r#"{"variant_id":"a","quantity":1,"price":1}"#, "/price", "unknown-field"),
        (r#"{"variant_id":"a","quantity":1,"address":{}}"#, "/address/city", "missing-field"),
        (
            r#"{"variant_id":"a","quantity":1,"address":{"city":"x","a/b~":1}}"#,
            "/address/a~1b~0",
            "unknown-field",
        ),
        (r#"{"variant_id":"a","quantity":1,"address":["x"]}"#, "/address", "wrong-type"),
        (r#"{"variant_id":"a","quantity":1e300}"#, "/quantity", "wrong-type"),
        ("[]", "", "wrong-type"),
        ("null", "", "wrong-type"),
        (r#"["a",1]"#, "", "wrong-type"),
    ];
    for (body, pointer, code) in table {
        let problem = refused(body).await;
        assert_eq!(problem.code(), "validation-failed", "{body}");
        assert_eq!(
            (problem.errors()[0].pointer.as_str(), problem.errors()[0].code.as_str()),
            (pointer, code),
            "{body}"
        );
        let shown = serde_json::to_string(&problem.body()).unwrap();
        for leak in ["u16", "NewLine", "struct", "expected", "String"] {
            assert!(!shown.contains(leak), "{leak} in {shown}");
        }
    }
}

#[tokio::test]
async fn broken_ambiguous_and_deep_json_is_refused_before_it_is_typed() {
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    let bodies = [
        "{",
        "{}{}",
        "nul",
        r#"{"a":1,"a":2}"#,
        r#"{"x":{"a":1,"a":2}}"#,
        r#"{"a":"\u0000"}"#,
        r#"{"a":1e999}"#,
        "\u{feff}{}",
        &deep,
    ];
    for body in bodies {
        assert_eq!(refused(body.to_owned()).await.code(), "broken-json", "{body}");
    }
    assert_eq!(refused(vec![b'"', 0xff, b'"']).await.code(), "broken-json");
}

#[tokio::test]
async fn an_oversize_body_is_refused_whether_declared_or_not() {
    let mut declared = json_headers();
    declared.insert(CONTENT_LENGTH, HeaderValue::from_static("10000000"));
    assert_eq!(read(&declared, Body::empty()).await.unwrap_err().code(), "payload-too-large");
    assert_eq!(refused(vec![b' '; BODY_BYTES_MAX + 1]).await.code(), "payload-too-large");
}

#[tokio::test]
async fn a_body_must_be_declared_once_as_plain_json() {
    let mut twice = json_headers();
    twice.append(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut packed = json_headers();
    packed.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    let mut latin = HeaderMap::new();
    latin.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=latin1"));
    for headers in [HeaderMap::new(), twice, packed, latin] {
        assert_eq!(read(&headers, Body::from("{}")).await.unwrap_err().code(), "unsupported-media-type");
    }
    let mut good = HeaderMap::new();
    good.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
    assert!(read(&good, Body::from("{}")).await.is_ok());
}

#[tokio::test]
async fn a_whole_number_may_be_written_with_a_point() {
    let value = read(&json_headers(), r#"{"a":29.0,"b":-3e2,"c":0.5,"d":9007199254740994.0}"#.into()).await;
    let value = value.map_err(|problem| problem.code()).unwrap();
    assert_eq!(value["a"], Value::from(29));
    assert_eq!(value["b"], Value::from(-300));
    assert!(value["c"].is_f64() && value["d"].is_f64(), "{value}");
}
