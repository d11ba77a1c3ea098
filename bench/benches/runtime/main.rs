//! Figures of the runtime beside other actor runtimes, and of the hottest entity of the shop: `make bench`.
//!
//! Each section runs in a process of its own, so that none inherits another's memory, and prints a table in Markdown. Within
//! a section, what is compared takes turns. `BENCH_SCALE=10` divides every size by ten; names of sections as arguments run
//! only those.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::as_conversions,
    reason = "a measuring tool: a surprise ends it, figures are printed"
)]

mod asks;
mod bytes;
mod figures;
mod flood;
mod hot;
mod lives;
mod peers;
mod restarts;
mod world;

use std::process::Command;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tells a process of its own which section it runs.
const SECTION: &str = "BENCH_SECTION";

type Section = (&'static str, fn());

const SECTIONS: &[Section] = &[
    ("round-trip", || figures::run(asks::round_trip())),
    ("random-asks", || figures::run(asks::random())),
    ("lives", || figures::run(lives::lives())),
    ("bytes", bytes::bytes),
    ("restarts", || figures::run(restarts::restarts())),
    ("hot", || figures::run(hot::hot())),
    ("flood", || figures::run(flood::flood())),
];

fn main() {
    if let Ok(name) = std::env::var(SECTION) {
        if let Some((_, section)) = SECTIONS.iter().find(|(section, _)| *section == name) {
            section();
        }
        return;
    }
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let unknown = |name: &&String| !SECTIONS.iter().any(|(section, _)| section == name);
    assert!(!wanted.iter().any(|name| unknown(&name)), "sections: {:?}", SECTIONS.map_names());
    let myself = std::env::current_exe().unwrap();
    for (name, _) in SECTIONS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            let status = Command::new(&myself).env(SECTION, name).status().unwrap();
            assert!(status.success(), "section {name} failed: {status}");
        }
    }
}

trait Names {
    fn map_names(&self) -> Vec<&'static str>;
}

impl Names for [Section] {
    fn map_names(&self) -> Vec<&'static str> {
        self.iter().map(|(name, _)| *name).collect()
    }
}
