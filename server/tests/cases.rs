//! The cases: what shoppers and shopkeepers of other shops reported, and which tests keep it from happening here.
//!
//! A test names its cases in its doc comment (`/// T-C1 …`), or its whole file does in the comment at its head. Every case has
//! one at least; `docs/cases.md` lists them, and
//! `CASES=write` writes it anew.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The cases that must have a test.
const CASES: [(&str, &str); 33] = [
    ("T-C1", "a hundred additions of one thing at once add up"),
    ("T-C2", "what is added while a checkout runs is in the order or still in a cart"),
    ("T-C3", "quantities that are none change nothing"),
    ("T-C4", "what is paid is what the order costs, whatever another tab does"),
    ("T-C5", "merging carts loses nothing, doubles nothing, and happens once"),
    ("T-C6", "a price that changed is told before anything is paid"),
    ("T-C8", "a checkout that failed leaves an open cart"),
    ("T-P1", "lines and shipping sum to the total, and that is what is paid"),
    ("T-P3", "a discount larger than the cart makes it free, never negative"),
    ("T-P4", "canceling a line moves no discount to the others"),
    ("T-P5", "a coupon is used as often as it may be, also when many try at once"),
    ("T-O1", "one cart becomes one order, however often the button is pressed"),
    ("T-O2", "message and returning shopper together settle a payment once"),
    ("T-O4", "a purchase that is cut off after its money moved is finished by the shop itself"),
    ("T-O5", "a shopper who leaves the bank's page gets the cart back, and the stock is free"),
    ("T-O6", "money that comes too late is given back once"),
    ("T-O7", "a late word of expiry cancels no paid order"),
    ("T-O9", "a second payment settles the order"),
    ("T-O10", "nothing is shipped on an authorization that has expired"),
    ("T-S1", "the last piece is sold once"),
    ("T-S3", "whatever undoes a checkout frees its stock"),
    ("T-S4", "canceling gives stock back once"),
    ("T-S5", "a hold that is overdue while the shopper pays is honoured"),
    ("T-S6", "a clock that jumps frees no stock that is held"),
    ("T-S7", "carts that want the same things in another order never wait for each other"),
    ("T-Y1", "an answer that got lost charges nobody twice"),
    ("T-Y2", "a refund is made once, however often it is asked for"),
    ("T-Y3", "refunds never exceed what was taken"),
    ("T-Y5", "messages that are repeated, reordered, forged, stale or huge do no harm"),
    ("T-Y7", "a message that never comes is not needed"),
    ("T-Y8", "a provider that answers nonsense, late or not at all is asked again, never guessed"),
    ("T-Y9", "a card that failed can be followed by another one"),
    ("T-Y10", "an amount that is not ours makes no order"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in a workspace").to_owned()
}

/// Rust files under version control.
fn sources() -> Vec<(String, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "*.rs"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    let names = String::from_utf8(listed.stdout).unwrap();
    let read = |name: &str| Some((name.to_owned(), std::fs::read_to_string(root().join(name)).ok()?));
    names.lines().filter_map(read).collect()
}

/// Cases named in a line of a doc comment.
fn named(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|word| word.starts_with("T-") && word.len() > 3)
}

/// The tests of a file by case: each test function with the doc comment above it, also in macros that make them.
fn tests_of<'a>(file: &str, text: &'a str, found: &mut BTreeMap<&'a str, BTreeSet<String>>) {
    let of_file: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("//!")).flat_map(named).collect();
    let mut pending: Vec<&str> = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("///") {
            pending.extend(named(comment));
        } else if line.starts_with("#[") {
            is_test |= line.contains("test");
        } else {
            let name = line.trim_start_matches("pub ").trim_start_matches("async ").strip_prefix("fn ");
            if let Some(name) = name.filter(|_| is_test) {
                let name = name.split('(').next().unwrap_or_default();
                for case in pending.drain(..).chain(of_file.iter().copied()) {
                    found.entry(case).or_default().insert(format!("`{name}` in `{file}`"));
                }
            }
            pending.clear();
            is_test = false;
        }
    }
}

#[test]
fn every_case_has_its_tests_and_the_page_names_them() {
    let sources = sources();
    let mut found = BTreeMap::new();
    for (file, text) in sources.iter().filter(|(file, _)| !file.ends_with("/cases.rs")) {
        tests_of(file, text, &mut found);
    }
    let mut page =
        "# Cases\n\nWhat shoppers and shopkeepers of other shops reported, and the tests that keep it from \
                    happening here. Made by `server/tests/cases.rs`; `CASES=write` writes it.\n"
            .to_owned();
    let mut missing = Vec::new();
    for (case, what) in CASES {
        let tests = found.get(case).cloned().unwrap_or_default();
        if tests.is_empty() {
            missing.push(case);
        }
        let _ = write!(page, "\n## {case}: {what}\n\n");
        for test in tests {
            let _ = writeln!(page, "- {test}");
        }
    }
    assert!(missing.is_empty(), "no test names {missing:?}");
    let path = root().join("docs/cases.md");
    if std::env::var("CASES").is_ok_and(|what| what == "write") {
        std::fs::write(path, page).unwrap();
    } else {
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == page, "docs/cases.md differs from the tests; CASES=write writes it");
    }
}
