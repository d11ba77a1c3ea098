//! What is said of scenarios that cannot be used. The program's words are what is tested, so they are written out.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use amazoff_loadtest::cli::{dry_run, schema};

use crate::Desk;

const GOOD: &str = "name = 'x'\n[[journeys]]\nname = 'j'\n[[journeys.steps]]\nname = 's'\nget = '/'\n\
                    [[executors]]\nname = 'e'\nmodel = 'open'\nstages = [{ duration = '1s', rate = 1 }]\n";

/// An executor beside the one of [`GOOD`].
const SECOND: &str = "[[executors]]\nname = 'd'\nmodel = 'open'\nstages = [{ duration = '1s', rate = 1 }]\n";
const UNIQUE: &str = "[[feeders]]\nname = 'f'\nrows = [{ n = 1 }]\npick = 'unique'\n";

/// What is said, without the folder.
fn said(scenario: &str) -> String {
    let desk = Desk::with(scenario);
    let path = desk.file("scenario.toml");
    let error = dry_run(path.to_str().unwrap()).unwrap_err().to_string();
    error.replace(&format!("{}/", path.parent().unwrap().display()), "")
}

/// A scenario with so many executors that have a thread of their own.
fn own_threads(count: usize) -> String {
    let (head, executor) = GOOD.split_at(GOOD.find("[[executors]]").unwrap());
    let one = |number| executor.replace("'e'", &format!("'e{number}'\nown_thread = true"));
    head.to_owned() + &(0..count).map(one).collect::<String>()
}

#[test]
fn faults_are_told_with_line_column_and_hint() {
    let cases = [
        (
            GOOD.replace("get = '/'", "gett = '/'"),
            "scenario.toml:6:1: unknown field `gett`\n    hint: did you mean `get`?",
        ),
        (
            GOOD.replace("model = 'open'", "model = 'opne'"),
            "scenario.toml:9:9: unknown variant `opne`\n    hint: did you mean `open`?",
        ),
        (
            GOOD.replace("'1s'", "'1 day'"),
            "scenario.toml:10:24: `1 day` is no time; write a number and a unit: 250ms, 10s, 2m, 1h",
        ),
        (
            GOOD.replace("get = '/'", "get = '/{{serch}}'\n[variables]\nsearch = 'a'"),
            "scenario.toml:6:1: `{{serch}}` has no value here\n    hint: did you mean `search`?",
        ),
        (
            GOOD.replace("get = '/'", "get = '/'\npost = '/'"),
            "scenario.toml:5:1: step `s` needs exactly one action, it has get and post\n    hint: name one of `get`, `post`, \
             `put`, `patch`, `delete`, `socket`, `command`, `pause`",
        ),
        (
            GOOD.replace("rate = 1 ", "users = 1 "),
            "scenario.toml:10:13: a stage of an open executor has a `rate` and no `users`\n    hint: closed executors have \
             users: `model = \"closed\"`",
        ),
        (
            format!("{GOOD}[[thresholds]]\ncheck = 'p99<50'\n"),
            "scenario.toml:12:1: `p99` is a time; its bound needs one of us, ms, s",
        ),
        (
            format!("{GOOD}[[thresholds]]\ncheck = 'p99<50ms'\nstep = 'zzz'\n"),
            "scenario.toml:13:1: there is no `zzz`\n    hint: known are s",
        ),
        (
            format!("{GOOD}[[thresholds]]\ncheck = 'p99<3x'\njourney = 'j'\nthan = 's'\n"),
            "scenario.toml:14:1: there is no `s`\n    hint: known are j",
        ),
        (
            format!("{GOOD}[[thresholds]]\ncheck = 'p99<3x'\nstep = 's'\n"),
            "scenario.toml:12:1: a multiple needs `than`: the step that it is a multiple of",
        ),
        (
            GOOD.replace("rate = 1 ", "rate = 1000000 "),
            "scenario.toml:7:3: 1000000 arrivals per second are more than 20000\n    hint: lower the rates",
        ),
        (
            own_threads(17),
            "scenario.toml:7:3: 17 executors with `own_thread` are more than 16\n    hint: keep it for those whose times must not \
             depend on the others",
        ),
        (
            format!(
                "{}{UNIQUE}",
                GOOD.replace("get = '/'", "get = '/{{f.n}}'")
                    .replace("[[executors]]", &format!("{SECOND}[[executors]]"))
            ),
            "scenario.toml:18:1: rows of `f` are unique within one executor, but journeys of d and e use them\n    hint: give each \
             executor journeys and a feeder of its own",
        ),
    ];
    for (scenario, expected) in cases {
        assert_eq!(said(&scenario), expected);
    }
    // Rows of which one executor has none are unique to the other.
    for fine in [own_threads(16), GOOD.replace("[[executors]]", &format!("{UNIQUE}{SECOND}[[executors]]"))] {
        let desk = Desk::with(&fine);
        dry_run(desk.file("scenario.toml").to_str().unwrap()).unwrap();
    }
}

#[test]
fn several_faults_are_told_at_once() {
    let said = said(&GOOD.replace("get = '/'", "get = 'x'\nprobability = 2.0"));
    assert_eq!(said.matches("scenario.toml:").count(), 2, "{said}");
}

#[test]
fn a_missing_file_leads_to_the_shipped_name_that_was_meant() {
    let error = dry_run("brwose").unwrap_err();
    assert!(error.to_string().ends_with("did you mean `browse`?"), "{error}");
}

#[tokio::test]
async fn what_is_wrong_with_the_script_or_the_command_ends_with_2() {
    let code = |desk: Desk, words: &'static [&'static str]| async move { desk.run(words).await };
    assert_eq!(code(Desk::with("nonsense"), &["--check"]).await, ExitCode::from(2));
    assert_eq!(code(Desk::with(GOOD), &["--check"]).await, ExitCode::SUCCESS);
    assert_eq!(code(Desk::with(GOOD), &["--target", "http://example.org"]).await, ExitCode::from(2));
    let elsewhere = Desk::with(&GOOD.replace("get = '/'", "get = 'http://shop.invalid/'"));
    assert_eq!(code(elsewhere, &[]).await, ExitCode::from(2));
    assert_eq!(code(Desk::with(GOOD), &["--scale-load", "1e9"]).await, ExitCode::from(2));
    assert_eq!(code(Desk::with(GOOD), &["--set", "a=b"]).await, ExitCode::from(2));
    assert_eq!(code(Desk::with(GOOD), &["--baseline", "none.json"]).await, ExitCode::from(2));
}

#[test]
fn the_checked_in_schema_is_the_programs() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenario.schema.json");
    let schema = schema().unwrap();
    if std::env::var_os("AMAZOFF_REFRESH_SCHEMA").is_some() {
        std::fs::write(&file, &schema).unwrap();
    }
    let checked_in = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        checked_in == schema,
        "run the test again with AMAZOFF_REFRESH_SCHEMA=1 and look at the difference"
    );
}

#[test]
fn an_agent_listens_to_this_machine_only() {
    let refused = Command::new(env!("CARGO_BIN_EXE_amazoff-load"))
        .args(["agent", "--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("loopback only"));
}
