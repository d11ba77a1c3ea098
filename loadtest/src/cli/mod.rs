//! The command line: `amazoff load …`.
//!
//! A program mounts it with [`LoadCommand`] as a subcommand and [`main`] as what it does.

mod dry;
mod run;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use schemars::schema_for;

use crate::agent::local::GREETING;
use crate::agent::serve::{AgentOptions, bind, serve};
use crate::error::LoadError;
use crate::scenario::{Scenario, read};
use crate::shipped;

pub use dry::dry_run;

/// Puts a server under load and judges what comes of it.
#[derive(Debug, Parser)]
#[command(name = "load")]
pub struct LoadCommand {
    /// What to do.
    #[command(subcommand)]
    pub action: LoadAction,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum LoadAction {
    /// Run a scenario: a file, or one of those that `list` shows.
    Run(Box<RunArgs>),
    /// List the scenarios that come with the program.
    List,
    /// Print a scenario that comes with the program, to begin an own one with.
    Show {
        /// Its name.
        name: String,
    },
    /// Print the JSON schema of scenario files, for editors.
    Schema,
    /// Wait for a run on another terminal and take a part of its work.
    Agent(AgentArgs),
}

/// How a scenario is run.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// A scenario file, or the name of a shipped scenario.
    pub scenario: String,
    /// Only check the scenario and what it names.
    #[arg(long)]
    pub check: bool,
    /// Only print what one shopper of each journey would send.
    #[arg(long, conflicts_with = "check")]
    pub dry_run: bool,
    /// Where requests go, in the place of the scenario's target.
    #[arg(long)]
    pub target: Option<String>,
    /// A host beside this machine that may be put under load; repeatable. Only what is yours.
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,
    /// The seed, in the place of the scenario's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// 16 hex digits of an earlier report's `run`: repeats its UUIDs too. A target may take them for repeated requests.
    #[arg(long, value_name = "HEX")]
    pub run_id: Option<String>,
    /// A variable's value, as `name=value`; repeatable.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Stretches all stages, delays and the warm-up by this factor: 0.1 for a short trial.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub scale_time: f64,
    /// Multiplies rates and shoppers by this factor.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub scale_load: f64,
    /// An agent that shares the work; repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub agent: Vec<SocketAddr>,
    /// How many processes of this machine share the work.
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    pub processes: usize,
    /// Accept what the others measured when an agent is lost.
    #[arg(long)]
    pub allow_lost_agents: bool,
    /// Write the report as JSON; a later run can be compared with it.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the report as one HTML page.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the report as Markdown.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Compare with the JSON report of an earlier run.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// With --baseline: end with 99 when something became slower beyond the noise, or was measured too seldom to know.
    #[arg(long, requires = "baseline")]
    pub fail_when_slower: bool,
    /// Show nothing while it runs.
    #[arg(long, short)]
    pub quiet: bool,
}

/// How an agent is started.
#[derive(Args, Debug)]
pub struct AgentArgs {
    /// Where to wait for the leader; loopback addresses only.
    #[arg(long, default_value = "127.0.0.1:7070")]
    pub listen: SocketAddr,
    /// A host beside this machine that may be put under load; repeatable.
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,
    /// End after one run.
    #[arg(long)]
    pub once: bool,
}

/// Does what was asked for. Exit codes: 0 fine, 1 the run failed, 2 the scenario or the command is wrong, 99 a threshold or an
/// invariant is broken, 130 it was ended at once by hand.
pub async fn main(command: LoadCommand) -> ExitCode {
    let done = match command.action {
        LoadAction::Run(args) => run::run(*args).await,
        LoadAction::List => list(),
        LoadAction::Show { name } => match shipped::text(&name) {
            Some(text) => print(text),
            None => {
                Err(LoadError::Unreadable { what: name, why: "no shipped scenario has this name".to_owned() })
            }
        },
        LoadAction::Schema => schema().and_then(|text| print(&text)),
        LoadAction::Agent(args) => agent(args).await,
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // There is nobody else to tell it.
            drop(writeln!(std::io::stderr(), "{error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

/// The JSON schema of scenario files.
///
/// # Errors
/// When it cannot be written as text.
pub fn schema() -> Result<String, LoadError> {
    let mut schema = schema_for!(Scenario);
    schema.insert("title".to_owned(), "A load scenario of Amazoff".into());
    let text = serde_json::to_string_pretty(&schema);
    text.map(|text| text + "\n").map_err(|error| LoadError::failed("writing the schema", error))
}

fn list() -> Result<u8, LoadError> {
    let mut lines = String::new();
    for name in shipped::names() {
        let scenario = read::read(&read::find(name)?)?;
        lines.push_str(&format!("{name:<12} {}\n", scenario.description));
    }
    print(&lines)
}

async fn agent(args: AgentArgs) -> Result<u8, LoadError> {
    let options = AgentOptions { listen: args.listen, allow_host: args.allow_host, once: args.once };
    let listener = bind(&options).await?;
    let address = listener.local_addr().map_err(|error| LoadError::failed("listening", error))?;
    print(&format!("{GREETING}{address}\n"))?;
    serve(listener, options).await.map(|()| 0)
}

/// Writes to the standard output.
fn print(text: &str) -> Result<u8, LoadError> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map(|()| 0).map_err(|error| LoadError::failed("writing to the standard output", error))
}
