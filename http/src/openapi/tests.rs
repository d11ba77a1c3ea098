use std::path::Path;

use super::*;

fn snapshot() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json")
}

/// Refresh with `AMAZOFF_REFRESH_OPENAPI=1 cargo nextest run -p amazoff-http openapi`, and look at the difference.
#[test]
fn the_document_in_the_repository_is_the_one_that_is_served() {
    let served = document();
    let served = format!("{}\n", serde_json::to_string_pretty(&served).unwrap());
    if std::env::var_os("AMAZOFF_REFRESH_OPENAPI").is_some() {
        std::fs::write(snapshot(), &served).unwrap();
    }
    let kept = std::fs::read_to_string(snapshot()).unwrap_or_default();
    assert!(
        kept == served,
        "http/openapi.json is not what the routes say; refresh it with \
         AMAZOFF_REFRESH_OPENAPI=1 cargo nextest run -p amazoff-http openapi"
    );
}

#[test]
fn every_code_that_the_document_names_has_a_page() {
    let document = document();
    let pages = crate::problem::docs::codes();
    let mut named = 0;
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                // What the connection answers has no code.
                if status.as_str() < "400" || response.get("content").is_none() {
                    continue;
                }
                for code in response["description"].as_str().unwrap().split(", ") {
                    let code = code.split(' ').next().unwrap().to_owned();
                    assert!(pages.contains(&code), "docs/problems/{code}.md is missing");
                    named += 1;
                }
            }
        }
    }
    assert!(named > 100, "the test looked at {named} codes");
}

#[test]
fn every_reference_of_the_document_resolves() {
    let document = document();
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer} does not exist");
    }
}

/// What generators of clients need of every operation.
#[test]
fn every_operation_has_a_name_of_its_own_and_says_what_it_answers_and_to_whom() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{method} {path} is called {name}, as another one is");
            assert!(operation["security"].is_array(), "{method} {path} does not say for whom it is");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let description = response["description"].as_str().unwrap_or_default();
                assert!(!description.is_empty(), "{method} {path} does not say what {status} means");
            }
        }
    }
    assert!(names.len() > 100 && names.contains("orders_cancel"), "{names:?}");
}

#[test]
fn every_request_body_has_an_example_and_is_closed() {
    let document = document();
    let mut seen = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for body in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                assert!(body.1["example"].is_object(), "{method} {path} has no example");
                let reference = body.1["schema"]["$ref"].as_str().unwrap();
                let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
                assert_eq!(schema["additionalProperties"], false, "{reference} takes anything");
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen}");
}

/// A rule that is about a field which was renamed would be lost without a word.
#[test]
fn every_rule_is_about_something() {
    let document = document();
    for pointer in rules::pointers() {
        let schema = document.pointer(&format!("/components/schemas{pointer}"));
        assert!(schema.is_some(), "{pointer} is not in the document");
    }
}
