//! Our tree and OTP's supervisor, side by side on the same scripts of crashes.
//!
//! Both read `scenarios.txt`. `answers.txt` records what OTP did; where `escript` is installed it is asked again. What is
//! compared is who came, who was stopped, in which order, and how it ended, as the workers themselves note it.
//! Where we mean to differ, the script says why and what we answer instead.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]

mod play;
mod script;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use script::Scenario;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/erlang").join(name)
}

fn scenarios() -> Vec<Scenario> {
    script::parse(&std::fs::read_to_string(file("scenarios.txt")).unwrap())
}

fn recording() -> String {
    std::fs::read_to_string(file("answers.txt")).unwrap()
}

/// The recorded lines of each scenario.
fn answers() -> BTreeMap<String, Vec<String>> {
    let text = recording();
    let parts = text.split("\n\n").filter_map(|part| part.trim().strip_prefix("scenario "));
    parts
        .map(|part| {
            let mut lines = part.lines().map(ToOwned::to_owned);
            (lines.next().unwrap(), lines.collect())
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn our_tree_does_what_erlang_does_or_says_why_not() {
    let answers = answers();
    let mut wrong = Vec::new();
    for scenario in scenarios() {
        let erlang = &answers[&scenario.name];
        let ours = play::play(&scenario).await;
        let expected = if scenario.differs.is_empty() { erlang } else { &scenario.ours };
        if ours != *expected {
            wrong.push(format!("{}\n  expected {expected:#?}\n  got {ours:#?}", scenario.name));
        }
        if !scenario.differs.is_empty() && ours == *erlang {
            wrong.push(format!("{}: the difference is none any more", scenario.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_policy_meets_each_exit_under_each_strategy() {
    let scenarios = scenarios();
    let plain: Vec<_> =
        scenarios.iter().filter(|it| it.crashes.len() == 1 && it.children.len() == 3).collect();
    for strategy in ["one_for_one", "one_for_all", "rest_for_one"] {
        for restart in ["permanent", "transient", "temporary"] {
            for how in ["normal", "shutdown", "error", "panic", "kill"] {
                let met = plain.iter().any(|it| {
                    let crash = &it.crashes[0];
                    let child = it.children.iter().find(|child| child.path == crash.path).unwrap();
                    (it.root.strategy.as_str(), child.restart.as_str(), crash.how.as_str())
                        == (strategy, restart, how)
                });
                assert!(met, "{strategy}, {restart}, {how}");
            }
        }
    }
}

#[test]
fn every_scenario_is_recorded_under_a_name_of_its_own() {
    let names: Vec<String> = scenarios().into_iter().map(|it| it.name).collect();
    let mut distinct = names.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), names.len(), "a name stands twice");
    assert_eq!(answers().into_keys().collect::<Vec<_>>(), distinct, "answers.txt is of another script");
}

#[test]
fn erlang_still_answers_what_is_recorded() {
    let asked = Command::new("escript").arg(file("supervisor.escript")).arg(file("scenarios.txt")).output();
    let asked = match asked {
        Ok(asked) => asked,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("no escript on this machine: the recording is taken at its word");
            return;
        }
        Err(error) => panic!("escript: {error}"),
    };
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let (live, recorded) = (String::from_utf8(asked.stdout).unwrap(), recording());
    for (number, (live, recorded)) in live.lines().zip(recorded.lines()).enumerate() {
        assert_eq!(live, recorded, "answers.txt:{}", number + 1);
    }
    assert_eq!(live.lines().count(), recorded.lines().count());
}
