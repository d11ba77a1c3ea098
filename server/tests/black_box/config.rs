//! A wrong configuration is refused in one line, with exit code 2, before anything is touched.

use std::process::{Command, Output};

use crate::common::Setup;

fn run(command: &mut Command) -> Output {
    command.output().expect("the binary exists")
}

/// Runs the server with one wrong variable; the line it leaves.
fn refusal(name: &str, value: &str) -> String {
    let setup = Setup::default().with(name, value);
    let output = run(&mut setup.command());
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{name}={value}: {line}");
    assert_eq!(line.lines().count(), 1, "{name}={value}: {line}");
    assert!(line.starts_with(&format!("{name}: ")), "{line}");
    assert!(output.stdout.is_empty());
    assert!(!setup.data().exists(), "{name}={value} touched the data folder");
    line.trim_end().to_owned()
}

#[test]
fn a_wrong_value_is_refused_in_one_line_with_exit_code_2() {
    assert_eq!(
        refusal("AMAZOFF_LISTEN", "foo"),
        r#"AMAZOFF_LISTEN: "foo" is not an address like 127.0.0.1:8080"#
    );
    for (name, value) in [
        ("AMAZOFF_DATABASE_URL", "postgres://localhost"),
        ("AMAZOFF_DOCUMENTS_URL", "mongodb"),
        ("AMAZOFF_OWNER_EMAIL", "nobody"),
        ("AMAZOFF_OWNER_PASSWORD", "short"),
        ("AMAZOFF_LOG", "a=b=c"),
        ("AMAZOFF_LOG", "inof"),
        ("AMAZOFF_LOG", "info,amazoff_http="),
        ("AMAZOFF_LOG_FORMAT", "xml"),
        ("AMAZOFF_MASTER_KEY", "c2hvcnQ="),
        ("AMAZOFF_PUBLIC_URL", "shop.example"),
        ("AMAZOFF_SANDBOX_LATENCY_MS", "fast"),
        ("AMAZOFF_SECURE_COOKIES", "maybe"),
        ("AMAZOFF_SEED", "lots"),
    ] {
        refusal(name, value);
    }
}

#[test]
fn an_unknown_variable_is_refused() {
    let slip = refusal("AMAZOFF_LISTNE", "127.0.0.1:0");
    assert_eq!(slip, "AMAZOFF_LISTNE: unknown variable; did you mean AMAZOFF_LISTEN?");
    assert!(refusal("AMAZOFF_COLOUR_OF_THE_SHOP", "green").contains("amazoff config --example"));
}

#[test]
fn a_broken_env_file_is_refused_without_repeating_its_line() {
    let setup = Setup::default();
    let folder = setup.data().parent().unwrap().to_owned();
    std::fs::write(folder.join(".env"), "AMAZOFF_OWNER_PASSWORD=\"hunter2\n").unwrap();
    let output = run(&mut setup.command());
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{line}");
    assert!(line.starts_with(".env: ") && !line.contains("hunter2"), "{line}");
}

#[test]
fn the_env_file_counts_and_the_environment_wins() {
    let setup = Setup::default().with("AMAZOFF_LOG", "warn");
    let folder = setup.data().parent().unwrap().to_owned();
    std::fs::write(folder.join(".env"), "AMAZOFF_LOG=debug\nAMAZOFF_PUBLIC_URL=https://shop.example\n")
        .unwrap();
    let output = run(setup.command().arg("config"));
    let shown = String::from_utf8(output.stdout).unwrap();
    let line = |name: &str| shown.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("AMAZOFF_LOG ").contains("warn") && line("AMAZOFF_LOG ").contains("environment"), "{shown}");
    assert!(line("AMAZOFF_PUBLIC_URL").contains("https://shop.example"), "{shown}");
    assert!(line("AMAZOFF_PUBLIC_URL").contains(".env"), "{shown}");
    assert!(!shown.contains(crate::common::server::OWNER_PASSWORD), "{shown}");
}

#[test]
fn a_tool_that_finds_no_shop_says_where_it_looked() {
    let setup = Setup::default();
    let output = run(setup.command().arg("fsck"));
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{line}");
    assert!(line.contains("journal.db is missing: is AMAZOFF_DATA_DIR right"), "{line}");
}

#[test]
fn an_unknown_command_is_refused_with_exit_code_2() {
    let setup = Setup::default();
    assert_eq!(run(setup.command().arg("sell-everything")).status.code(), Some(2));
}
