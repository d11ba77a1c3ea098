//! What `docs/security.md` and `deny.toml` say is so.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, Package};
use serde::Deserialize;
use spdx::{Expression, LicenseReq, Licensee};

/// The classes of attack that must have tests.
const CLASSES: [&str; 26] = [
    "Tokens",
    "Refresh",
    "Login",
    "Sessions",
    "Links in mails, passwords, addresses",
    "E-mail",
    "Roles, deactivation",
    "Cookies, CSRF, CORS",
    "Whose is it",
    "Mass assignment, excess data",
    "Money and quantities",
    "Races",
    "Idempotency",
    "Webhooks in",
    "Webhooks out (SSRF)",
    "Injection",
    "Pages",
    "Sockets",
    "HTTPS",
    "Slow clients, HTTP/2",
    "Resources",
    "Uploads",
    "Response cache",
    "Logs, metrics",
    "Audit",
    "Supply and defaults",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in a workspace").to_owned()
}

/// The tests of a row: each name in backquotes, up to `in` and the file.
fn tests_of(row: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in row.split(';') {
        let Some((names, file)) = part.rsplit_once(" in `") else { continue };
        let file = file.split('`').next().unwrap_or_default();
        let names = names.split('`').skip(1).step_by(2);
        found.extend(names.map(|name| (name.to_owned(), file.to_owned())));
    }
    found
}

/// Whether a file has a test of that name.
fn exists(name: &str, file: &str) -> bool {
    let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
    text.lines().any(|line| line.contains(&format!("fn {name}(")))
}

#[test]
fn every_class_of_attack_names_tests_that_exist() {
    let page = std::fs::read_to_string(root().join("docs/security.md")).expect("the page is there");
    for class in CLASSES {
        let row = page.lines().find_map(|line| line.strip_prefix(&format!("| {class} | ")));
        let tests = tests_of(row.unwrap_or_default());
        assert!(!tests.is_empty(), "nothing tries {class}");
        for (name, file) in tests {
            assert!(exists(&name, &file), "{class}: there is no `{name}` in {file}");
        }
    }
}

/// How many sections each chapter of ASVS 5.0 has, of those that apply.
const SECTIONS: [(&str, usize); 13] = [
    ("V1", 5),
    ("V2", 4),
    ("V3", 7),
    ("V4", 4),
    ("V5", 4),
    ("V6", 8),
    ("V7", 6),
    ("V8", 4),
    ("V9", 2),
    ("V13", 4),
    ("V14", 3),
    ("V15", 4),
    ("V16", 5),
];

#[test]
fn every_section_of_the_standard_has_a_verdict_and_names_tests_that_exist() {
    let page = std::fs::read_to_string(root().join("docs/asvs.md")).expect("the page is there");
    for (chapter, sections) in SECTIONS {
        for number in 1..=sections {
            let section = format!("{chapter}.{number}");
            let row = page.lines().find_map(|line| line.strip_prefix(&format!("| {section} ")));
            let row = row.unwrap_or_else(|| panic!("{section} has no row"));
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            let verdict = cells.get(1).copied().unwrap_or_default();
            let known = ["holds", "partly", "does not hold", "nothing here"].contains(&verdict);
            assert!(known, "{section}: {verdict:?} is no verdict");
            for (name, file) in tests_of(row) {
                assert!(exists(&name, &file), "{section}: there is no `{name}` in {file}");
            }
        }
    }
}

#[test]
fn a_row_is_read_as_it_is_written() {
    let row = "`one_test`, `other_test` in `a/b.rs`; [a page](cases.md); `third` in `c.rs` |";
    let wanted = [("one_test", "a/b.rs"), ("other_test", "a/b.rs"), ("third", "c.rs")];
    assert_eq!(tests_of(row), wanted.map(|(name, file)| (name.to_owned(), file.to_owned())));
    assert!(!exists("one_test", "server/tests/nowhere.rs"));
}

/// The part of cargo-deny's file that is used here.
#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Deserialize)]
struct Banned {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

/// What is wrong with a package that is built in.
fn faults(package: &Package, deny: &Deny, allowed: &[Licensee]) -> Vec<String> {
    let mut faults = Vec::new();
    let of = format!("{} {}", package.name, package.version);
    let is_allowed = |wanted: &LicenseReq| allowed.iter().any(|licensee| licensee.satisfies(wanted));
    let text = package.license.as_deref().unwrap_or_default().replace('/', " OR ");
    match Expression::parse(&text) {
        Ok(licences) if licences.evaluate(is_allowed) => {}
        Ok(_) => faults.push(format!("{of}: the licence {text} is not allowed")),
        Err(error) => faults.push(format!("{of}: the licence {text:?} cannot be read: {error}")),
    }
    if deny.bans.deny.iter().any(|banned| banned.name == package.name.as_str()) {
        faults.push(format!("{of} is banned"));
    }
    let source = package.source.as_ref().map(|source| source.repr.clone());
    let known =
        |source: &String| deny.sources.allow_registry.iter().any(|url| *source == format!("registry+{url}"));
    if source.as_ref().is_some_and(|source| !known(source)) {
        faults.push(format!("{of} comes from {source:?}"));
    }
    faults
}

fn built_in() -> Metadata {
    MetadataCommand::new()
        .other_options(["--locked".to_owned()])
        .exec()
        .expect("cargo describes the workspace")
}

#[test]
fn every_licence_and_source_is_allowed_and_nothing_banned_is_built_in() {
    let text = std::fs::read_to_string(root().join("deny.toml")).expect("the file is there");
    let deny: Deny = toml::from_str(&text).expect("the file can be read");
    let licensee = |text: &String| Licensee::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let allowed: Vec<_> = deny.licenses.allow.iter().map(licensee).collect();
    let metadata = built_in();
    assert!(metadata.packages.len() > 300, "everything is listed: {}", metadata.packages.len());
    let faults: BTreeSet<_> =
        metadata.packages.iter().flat_map(|package| faults(package, &deny, &allowed)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn what_is_not_allowed_is_noticed() {
    let metadata = built_in();
    let package = metadata.packages.iter().find(|package| package.name.as_str() == "serde").expect("serde");
    let strict = Deny {
        licenses: Licenses { allow: vec!["ISC".to_owned()] },
        bans: Bans { deny: vec![Banned { name: "serde".to_owned() }] },
        sources: Sources { allow_registry: vec!["https://example.org/index".to_owned()] },
    };
    assert_eq!(faults(package, &strict, &[Licensee::parse("ISC").unwrap()]).len(), 3);
}
