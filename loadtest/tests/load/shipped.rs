//! The scenarios that come with the program fit the API that they talk to.

use std::collections::BTreeSet;
use std::path::PathBuf;

use amazoff_loadtest::cli::dry_run;
use serde_json::Value;

const NAMES: [&str; 8] =
    ["browse", "chaos", "flash-sale", "marketplace", "order", "shop", "smoke", "ws-soak"];

fn api() -> Value {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../http/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// The operation of a request.
fn operation<'a>(api: &'a Value, method: &str, path: &str) -> Option<&'a Value> {
    let fits = |template: &str| {
        let (ours, theirs): (Vec<_>, Vec<_>) = (path.split('/').collect(), template.split('/').collect());
        ours.len() == theirs.len()
            && ours.iter().zip(&theirs).all(|(our, their)| their.starts_with('{') || our == their)
    };
    let paths = api["paths"].as_object().unwrap();
    let exact = paths.get(path).and_then(|methods| methods.get(method));
    exact.or_else(|| {
        paths.iter().filter(|(template, _)| fits(template)).find_map(|(_, methods)| methods.get(method))
    })
}

/// The schema of a body, references followed.
fn schema<'a>(api: &'a Value, mut schema: &'a Value) -> &'a Value {
    while let Some(name) = schema["$ref"].as_str() {
        schema = api.pointer(name.trim_start_matches('#')).unwrap();
    }
    schema
}

/// Members that the body must not or must have.
fn misfits(api: &Value, operation: &Value, body: &Value) -> Vec<String> {
    let schema = schema(api, &operation["requestBody"]["content"]["application/json"]["schema"]);
    let Some(known) = schema["properties"].as_object() else { return Vec::new() };
    let given: BTreeSet<_> = body.as_object().unwrap().keys().collect();
    let unknown =
        given.iter().filter(|name| !known.contains_key(**name)).map(|name| format!("unknown {name}"));
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let missing = required.filter(|name| !body.as_object().unwrap().contains_key(*name));
    unknown.chain(missing.map(|name| format!("missing {name}"))).collect()
}

#[test]
fn every_request_of_every_shipped_scenario_is_one_of_the_api() {
    let api = api();
    for name in NAMES {
        let told = dry_run(name).unwrap();
        let mut requests = 0;
        let mut lines = told.lines().peekable();
        while let Some(line) = lines.next() {
            let Some((method, rest)) = line.split_once(' ') else { continue };
            if !["GET", "POST", "PUT", "PATCH", "DELETE", "SOCKET"].contains(&method) {
                continue;
            }
            let method = if method == "SOCKET" { "get".to_owned() } else { method.to_lowercase() };
            let address = url::Url::parse(rest.split("    #").next().unwrap().trim()).unwrap();
            let path = address.path().replace("%3C", "<").replace("%3E", ">");
            let operation = operation(&api, &method, &path);
            let operation = operation.unwrap_or_else(|| panic!("{name}: {method} {path} is not in the API"));
            for pair in address.query_pairs() {
                let known = operation["parameters"].as_array().unwrap();
                assert!(
                    known.iter().any(|parameter| parameter["name"] == *pair.0) || path == "/v1/realtime",
                    "{name}: {path} knows no {}",
                    pair.0
                );
            }
            requests += 1;
            while let Some(more) = lines.next_if(|line| line.starts_with("    ")) {
                let more = more.trim().split("    #").next().unwrap();
                if let Ok(body @ Value::Object(_)) = serde_json::from_str::<Value>(more) {
                    assert_eq!(
                        misfits(&api, operation, &body),
                        Vec::<String>::new(),
                        "{name}: {method} {path}"
                    );
                }
            }
        }
        assert!(requests > 5, "{name} sends only {requests} requests:\n{told}");
    }
}

#[test]
fn a_dry_run_says_what_a_shopper_would_send() {
    let told = dry_run("smoke").unwrap();
    assert!(told.contains("# buy\nPOST http://127.0.0.1:8080/v1/carts\n"), "{told}");
    assert!(told.contains("    X-Cart-Token: <token>"));
    assert!(told.contains(r#""expected_total":"<total>""#));
    assert!(told.contains(r#""password":"<AMAZOFF_OWNER_PASSWORD>""#), "what may be a secret is not told");
}
