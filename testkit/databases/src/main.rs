//! Binary `amazoff-databases`: starts both servers, runs a command that finds them in its environment, stops both.

use std::io::Write as _;
use std::process::ExitCode;

use amazoff_databases::{
    Error, MARIADB_VARIABLE, MONGODB_VARIABLE, MariaDb, MariaDbOptions, Mongo, MongoOptions,
};
use clap::{Parser, Subcommand, ValueEnum};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

/// Private MariaDB and MongoDB servers for as long as a command runs.
#[derive(Parser)]
#[command(name = "amazoff-databases")]
struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Runs a command with AMAZOFF_TEST_MARIADB and AMAZOFF_TEST_MONGODB set, and ends with its exit code.
    ///
    /// A server whose variable is set already is not started.
    Run {
        /// Starts only this one.
        #[arg(long)]
        only: Option<Kind>,
        /// Keeps the files on disk, not in memory.
        #[arg(long)]
        disk: bool,
        /// The command and its arguments, after `--`.
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Mariadb,
    Mongodb,
}

/// Exit code when no server or no command could be started.
const EXIT_UNABLE: u8 = 125;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Action::Run { only, disk, command } = Arguments::parse().action;
    match run(only, disk, &command).await {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // Nobody is left to tell when standard error is closed too.
            drop(writeln!(std::io::stderr(), "amazoff-databases: {error}"));
            ExitCode::from(EXIT_UNABLE)
        }
    }
}

async fn run(only: Option<Kind>, disk: bool, words: &[String]) -> Result<u8, Error> {
    let wanted =
        |kind, variable| only.is_none_or(|only| only == kind) && std::env::var_os(variable).is_none();
    let program = words.first().map(String::as_str).unwrap_or_default();
    let mut command = Command::new(program);
    command.args(words.iter().skip(1));

    let mut mariadb = None;
    if wanted(Kind::Mariadb, MARIADB_VARIABLE) {
        let options = if disk { MariaDbOptions::on_disk() } else { MariaDbOptions::default() };
        let server = MariaDb::start(options).await?;
        command.env(MARIADB_VARIABLE, server.access().admin());
        mariadb = Some(server);
    }
    let mut mongo = None;
    if wanted(Kind::Mongodb, MONGODB_VARIABLE) {
        let options = if disk { MongoOptions::on_disk() } else { MongoOptions::default() };
        let server = Mongo::start(options).await?;
        command.env(MONGODB_VARIABLE, server.access().admin());
        mongo = Some(server);
    }

    let failed = |source| Error::Program { program: program.to_owned(), source };
    let child = command.spawn().map_err(failed)?;
    let code = wait(child).await.map_err(failed)?;
    drop((mariadb, mongo)); // kills both and removes their folders
    Ok(code)
}

/// Waits for the command. A terminal sends Ctrl-C to it as well; SIGTERM is passed on.
async fn wait(mut child: Child) -> std::io::Result<u8> {
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    loop {
        tokio::select! {
            status = child.wait() => {
                // A command that a signal ended has no code of its own.
                return Ok(status?.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(EXIT_UNABLE));
            }
            _ = interrupts.recv() => {}
            _ = terminations.recv() => {
                // A command that is gone already ends the loop by itself.
                pid.map(|pid| kill_process(pid, Signal::TERM).ok());
            }
        }
    }
}
