//! The load tester as its command line is used, against a small server of the test's own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]

mod agents;
mod end_to_end;
mod messages;
mod server;
mod shipped;

use std::path::PathBuf;
use std::process::ExitCode;

use amazoff_loadtest::cli::{LoadCommand, main as load};
use clap::Parser as _;
use serde_json::Value;
use tempfile::TempDir;

/// A scenario file and what runs of it write.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    /// One with this scenario.
    pub fn with(scenario: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("scenario.toml"), scenario).unwrap();
        Self { folder }
    }

    /// A file beside the scenario.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs it with these further words.
    pub async fn run(&self, words: &[&str]) -> ExitCode {
        let scenario = self.file("scenario.toml");
        let json = self.file("report.json");
        let mut all =
            vec!["load", "run", scenario.to_str().unwrap(), "--quiet", "--json", json.to_str().unwrap()];
        all.extend(words);
        load(LoadCommand::try_parse_from(all).unwrap()).await
    }

    /// The last run's report.
    pub fn report(&self) -> Value {
        serde_json::from_str(&std::fs::read_to_string(self.file("report.json")).unwrap()).unwrap()
    }
}

/// The row of a step or journey in a report.
pub fn row<'a>(report: &'a Value, of: &str, name: &str) -> &'a Value {
    report[of].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap()
}
