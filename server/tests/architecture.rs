//! The arrows between the crates, and what each may import.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

const PREFIX: &str = "amazoff-";

/// Which of our crates each of them may build on. A new crate is added here, or the test fails.
const ARROWS: &[(&str, &[&str])] = &[
    ("supervisor", &[]),
    ("persistence", &["supervisor"]),
    ("cluster", &["supervisor"]),
    ("actors", &["supervisor"]),
    ("fsck", &["actors", "supervisor"]),
    ("backup", &["supervisor"]),
    ("gateways", &["actors", "supervisor"]),
    ("http", &["actors", "supervisor"]),
    ("loadtest", &[]),
    ("paysim", &[]),
    ("search", &["actors", "supervisor"]),
    (
        "server",
        &[
            "actors",
            "backup",
            "cluster",
            "fsck",
            "gateways",
            "http",
            "loadtest",
            "paysim",
            "persistence",
            "search",
            "supervisor",
        ],
    ),
    ("testkit", &["supervisor"]),
    ("databases", &[]),
    ("world", &["actors", "fsck", "http", "persistence", "supervisor", "testkit"]),
    ("bench", &[]),
];

/// Crates for tests: only each other may build on them.
const FOR_TESTS: &[&str] = &["databases", "testkit", "world"];

/// Who alone may import what.
const RESERVED: &[(&str, &[&str])] = &[
    ("ractor", &["supervisor"]),
    ("actix", &["supervisor"]),
    ("sqlx", &["persistence"]),
    ("rusqlite", &["persistence"]),
    ("axum", &["http", "paysim"]),
    ("argon2", &["gateways"]),
    ("resvg", &["gateways"]),
    ("image", &["gateways"]),
    ("webp", &["gateways"]),
    ("tantivy", &["search"]),
];

/// What nobody may import.
const BANNED: &[&str] = &["ractor_cluster", "openssl", "native-tls"];

fn metadata() -> Metadata {
    MetadataCommand::new().no_deps().exec().expect("cargo describes the workspace")
}

fn short(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)
}

/// What a package builds on in its normal build.
fn imports(package: &Package) -> BTreeSet<String> {
    let normal =
        package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
    normal.map(|dependency| dependency.name.clone()).collect()
}

#[test]
fn the_crates_build_only_on_those_below_them() {
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    for package in metadata().workspace_packages() {
        let name = short(&package.name).expect("every crate is called amazoff-something").to_owned();
        let below = allowed.get(name.as_str()).unwrap_or_else(|| panic!("{name} has no line in ARROWS"));
        for import in imports(package).iter().filter_map(|import| short(import)) {
            assert!(below.contains(&import), "{name} must not build on {import}");
        }
    }
}

#[test]
fn the_test_crates_are_only_dev_dependencies() {
    for package in metadata().workspace_packages() {
        let name = short(&package.name).unwrap().to_owned();
        for import in imports(package).iter().filter_map(|import| short(import)) {
            let fine = FOR_TESTS.contains(&name.as_str()) || !FOR_TESTS.contains(&import);
            assert!(fine, "{name} builds on {import}");
        }
    }
}

#[test]
fn frameworks_and_drivers_stay_where_they_belong() {
    for package in metadata().workspace_packages() {
        let name = short(&package.name).unwrap().to_owned();
        for import in imports(package) {
            if let Some((_, owners)) = RESERVED.iter().find(|(reserved, _)| *reserved == import) {
                assert!(owners.contains(&name.as_str()), "{name} must not import {import}");
            }
            assert!(
                !import.starts_with("mongodb") || name == "persistence",
                "{name} must not import {import}"
            );
        }
    }
}

#[test]
fn no_banned_crate_is_anywhere_in_the_tree() {
    let lock = std::fs::read_to_string(metadata().workspace_root.join("Cargo.lock")).unwrap();
    for banned in BANNED {
        assert!(!lock.contains(&format!("name = \"{banned}\"\n")), "{banned} is in Cargo.lock");
    }
}

#[test]
fn ractors_cluster_feature_stays_off() {
    for package in metadata().workspace_packages() {
        for dependency in package.dependencies.iter().filter(|dependency| dependency.name == "ractor") {
            assert!(!dependency.features.iter().any(|feature| feature == "cluster"), "{}", package.name);
        }
    }
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    for package in metadata().workspace_packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", package.name);
    }
}
