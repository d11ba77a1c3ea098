//! The load tester as a program of its own: `cargo run -p amazoff-loadtest -- run smoke`.

use std::process::ExitCode;

use amazoff_loadtest::cli::{LoadCommand, main as load};
use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    load(LoadCommand::parse()).await
}
