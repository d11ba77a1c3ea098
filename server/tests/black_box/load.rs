//! `amazoff load` against the real binary: the shipped smoke scenario holds, and a promise that cannot be kept is told.

use std::process::Output;

use serde_json::Value;

use crate::common::{OWNER_EMAIL, OWNER_PASSWORD, Server, Setup};

fn load(setup: &Setup, arguments: &[&str]) -> Output {
    setup.command().arg("load").args(arguments).output().expect("the binary runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smoke_scenario_holds_and_a_broken_threshold_ends_with_99() {
    let setup = Setup::default().with("AMAZOFF_SEED", "on").with("AMAZOFF_RATE_LIMITS", "off");
    let mut server = Server::start(&setup).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let owner = [format!("owner={OWNER_EMAIL}"), format!("password={OWNER_PASSWORD}")];
    let run = |scenario: &str, scale: &str, more: &[&str]| {
        let mut words = vec!["run", scenario, "--target", &server.base, "--scale-time", scale];
        owner.iter().for_each(|value| words.extend(["--set", value.as_str()]));
        words.extend(more);
        tokio::task::block_in_place(|| load(&setup, &words))
    };
    let output = run("smoke", "0.3", &["--json", report.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let report: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    assert!(report["steps"].as_array().is_some_and(|steps| steps.len() >= 5), "{report:#}");

    let scenario = std::fs::read_to_string("../loadtest/scenarios/smoke.toml").unwrap();
    let file = folder.path().join("impossible.toml");
    std::fs::write(&file, format!("{scenario}\n[[thresholds]]\ncheck = \"rate>=1000000/s\"\n")).unwrap();
    let output = run(file.to_str().unwrap(), "0.1", &[]);
    assert_eq!(output.status.code(), Some(99), "{}", told(&output));
    server.stop().await.unwrap();
}
