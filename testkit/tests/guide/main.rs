//! The code of `docs/testing.md`: what stands there stands here, and runs.
#![allow(clippy::unwrap_used, reason = "a test ends where it is surprised")]

mod any_sequence;
mod parking;
mod rules;
mod runtime;
mod stored;

const GUIDE: &str = include_str!("../../../docs/testing.md");
const SOURCES: [&str; 5] = [
    include_str!("parking.rs"),
    include_str!("rules.rs"),
    include_str!("any_sequence.rs"),
    include_str!("stored.rs"),
    include_str!("runtime.rs"),
];

/// The code blocks of the guide.
fn blocks() -> Vec<String> {
    let parts: Vec<&str> = GUIDE.split("\n```").collect();
    parts.iter().filter_map(|part| part.strip_prefix("rust\n")).map(str::to_owned).collect()
}

/// Lines without their indentation; empty ones say nothing.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_code_block_of_the_guide_is_compiled_and_run_here() {
    let blocks = blocks();
    assert!(blocks.len() >= 6, "only {} blocks were found", blocks.len());
    for block in &blocks {
        let wanted = lines(block);
        let found =
            SOURCES.iter().any(|source| lines(source).windows(wanted.len()).any(|text| text == wanted));
        assert!(found, "no file of testkit/tests/guide has this block of docs/testing.md:\n{block}");
    }
}
