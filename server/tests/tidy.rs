//! House rules that no compiler knows.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest file of program text, tests not counted.
const LINES_MAX: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in a workspace").to_owned()
}

/// Every text file that is, or will be, under version control: path below the root and content.
fn files() -> BTreeMap<String, String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).unwrap();
    let read = |name: &str| Some((name.to_owned(), std::fs::read_to_string(root().join(name)).ok()?));
    names.lines().filter_map(read).collect()
}

fn is_test(name: &str) -> bool {
    name.contains("/tests/")
        || name.contains("/examples/")
        || name.starts_with("testkit/")
        || name.ends_with("/tests.rs")
        || name.contains("/contract")
}

/// Program text without its trailing unit tests.
fn program(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

/// Rust files that are built into the program: path and program text.
fn sources(files: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    files
        .iter()
        .filter(|(name, _)| name.ends_with(".rs") && !is_test(name))
        .map(|(name, text)| (name.as_str(), program(text)))
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let files = files();
    let scripts = files
        .iter()
        .filter(|(name, _)| {
            [".js", ".mjs", ".sh", ".css"].iter().any(|end| name.ends_with(end)) && !is_test(name)
        })
        .map(|(name, text)| (name.as_str(), text.as_str()));
    let long: Vec<_> = sources(&files)
        .chain(scripts)
        .filter(|(_, text)| text.lines().count() > LINES_MAX)
        .map(|(name, text)| format!("{name}: {}", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn no_file_names_a_folder_of_somebodys_machine() {
    let folders = ["work", "root", "home", "Users"].map(|folder| format!("/{folder}/"));
    let mut found = Vec::new();
    for (name, text) in files().iter().filter(|(name, _)| !name.ends_with("package-lock.json")) {
        for (number, line) in text.lines().enumerate() {
            let starts = |folder: &String| {
                line.match_indices(folder.as_str()).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    !before.is_some_and(|c| {
                        c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '}' | ')' | '<')
                    })
                })
            };
            if folders.iter().any(starts) {
                found.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The text literals in a piece of program.
fn literals(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && text.starts_with(|first: char| first.is_ascii_lowercase())
}

/// The body of the function that starts here: from its first brace to the matching one.
fn body(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return &text[..at],
            b'}' => depth -= 1,
            b';' if depth == 0 => return "",
            _ => {}
        }
    }
    text
}

/// Error codes: what `Fault::code` answers, and what the edge itself refuses with.
fn codes(files: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut codes = BTreeMap::new();
    for (name, text) in sources(files) {
        let answered = text.match_indices("fn code(").flat_map(|(at, _)| literals(body(&text[at..])));
        let edge =
            text.match_indices("::edge(").filter_map(|(at, call)| literals(&text[at + call.len()..]).next());
        for code in answered.chain(edge).filter(|code| is_code(code)) {
            codes.insert(code.to_owned(), name.to_owned());
        }
    }
    codes
}

#[test]
fn every_error_code_has_a_page_and_every_page_a_code() {
    let files = files();
    let codes = codes(&files);
    assert!(codes.len() > 30, "only {} codes were found: has the style changed?", codes.len());
    let pages: BTreeSet<&str> = files
        .keys()
        .filter_map(|name| name.strip_prefix("docs/problems/")?.strip_suffix(".md"))
        .filter(|page| *page != "README")
        .collect();
    let missing: Vec<_> = codes.iter().filter(|(code, _)| !pages.contains(code.as_str())).collect();
    assert!(missing.is_empty(), "codes without a page in docs/problems: {missing:?}");
    let spoken: BTreeSet<&str> = sources(&files).flat_map(|(_, text)| literals(text)).collect();
    let idle: Vec<_> = pages.iter().filter(|page| !spoken.contains(**page)).collect();
    assert!(idle.is_empty(), "pages in docs/problems that no code leads to: {idle:?}");
}

#[test]
fn every_problem_page_says_what_to_do() {
    for (name, text) in files().iter().filter(|(name, _)| name.starts_with("docs/problems/")) {
        assert!(text.starts_with("# "), "{name} has no title");
        assert!(text.lines().count() >= 3, "{name} explains nothing");
    }
}

#[test]
fn the_env_example_is_the_table_of_variables() {
    let printed = Command::new(env!("CARGO_BIN_EXE_amazoff")).args(["config", "--example"]).output().unwrap();
    let example = std::fs::read_to_string(root().join(".env.example")).unwrap();
    assert_eq!(example, String::from_utf8(printed.stdout).unwrap(), "run `make env-example`");
}

#[test]
fn no_program_text_carries_a_leftover() {
    let marks = ["TO", "FIX", "XX"].iter().zip(["DO", "ME", "X"]).map(|(head, tail)| format!("{head}{tail}"));
    let marks: Vec<_> = marks.collect();
    let left: Vec<_> = sources(&files())
        .flat_map(|(name, text)| text.lines().map(move |line| (name.to_owned(), line.to_owned())))
        .filter(|(_, line)| marks.iter().any(|mark| line.contains(mark.as_str())))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
