//! What the README shows works as it stands there.

use std::process::Command;

use serde_json::Value;

use crate::common::{Server, Setup};

/// The block of the README in which a guest buys something, made a script against another address.
fn purchase(base: &str) -> String {
    let readme = std::fs::read_to_string("../README.md").unwrap();
    let block =
        readme.split("```sh\n").find(|block| block.contains("/complete")).expect("the README buys something");
    let script = block.split("```").next().unwrap().replace("http://127.0.0.1:8080", base);
    assert!(script.contains(base));
    format!("set -euo pipefail\nTOKEN=\n{script}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_buys_something_with_the_readmes_commands() {
    let mut server = Server::start(&Setup::default().with("AMAZOFF_SEED", "on")).await.unwrap();
    let script = purchase(&server.base);
    let ran = tokio::task::block_in_place(|| Command::new("bash").args(["-c", &script]).output().unwrap());
    let (out, complaints) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{out}{complaints}");
    let mut answers = serde_json::Deserializer::from_str(&out).into_iter::<Value>();
    let order = answers.by_ref().last().unwrap().unwrap();
    assert!(order["number"].as_str().is_some_and(|number| number.starts_with("AZ-")), "{order}");
    assert_eq!(order["status"], "placed", "{order}");
    server.stop().await.unwrap();
}
