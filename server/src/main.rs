//! Binary `amazoff`: a shop in which every cart, order and payment is a durable, supervised actor.

mod books;
mod boot;
mod checker;
mod config;
mod erasures;
mod health;
mod mails;
mod node;
mod open_files;
mod providers;
mod seed;
mod shutdown;
mod signals;
mod stores;
mod telemetry;
mod tools;
mod waiting;

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;

use amazoff_loadtest::cli::{LoadAction, LoadCommand};
use clap::{Parser, Subcommand};

use config::{Config, ConfigError, Sources};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit code for a configuration or command line that cannot be used.
const EXIT_USAGE: u8 = 2;

/// Exit code of a process whose shards another one has taken: start it again, and it stands by. (`EX_TEMPFAIL` of sysexits.)
const EXIT_LOST: u8 = 75;

/// A complete shop in one program. Without a command it serves.
#[derive(Parser)]
#[command(name = "amazoff", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the shop until it is told to stop (the default).
    Serve,
    /// Prints every variable, what it is set to and where that comes from.
    Config {
        /// Prints the file .env.example instead.
        #[arg(long)]
        example: bool,
    },
    /// Shows what happened, straight from the database; also while the shop runs.
    Journal {
        #[command(subcommand)]
        command: tools::journal::Command,
    },
    /// Shows who did what, and checks the trail of it; also while the shop runs. Ends with 3 when the trail is broken.
    Audit {
        #[command(subcommand)]
        command: tools::audit::Command,
    },
    /// Checks everything that is stored against everything else; also while the shop runs. Ends with 3 when something
    /// contradicts itself.
    Fsck(tools::fsck::Arguments),
    /// Copies everything that cannot be made again, as of one moment; also while the shop runs.
    Backup(tools::backup::BackupArguments),
    /// Writes the catalogue into a file and reads it from one. Ends with 3 when a product of a file was refused.
    Catalogue {
        #[command(subcommand)]
        command: tools::catalogue::Command,
    },
    /// Fills empty databases, of whatever kind, from a backup.
    Restore(tools::backup::RestoreArguments),
    /// Tries out how well recommendations foretell orders, on orders that are made up or read from a file.
    Recommend {
        #[command(subcommand)]
        command: tools::recommend::Command,
    },
    /// Looks for what is stored of a person in clear. Ends with 1 when there is something.
    Privacy {
        #[command(subcommand)]
        command: tools::privacy::Command,
    },
    /// Runs a payment provider that moves no money, for trying Stripe and PayPal out; prints the variables that a shop uses it by.
    Paysim(tools::paysim::PaysimArguments),
    /// Puts a shop under load as a scenario says, and judges what comes of it: 0 when all holds, 1 when it could not run, 2 for a
    /// scenario that cannot be used, 99 for a broken threshold.
    Load {
        #[command(subcommand)]
        action: LoadAction,
    },
    /// Asks a running shop whether it is ready: ends with 0 when it is.
    Health {
        /// Where it listens; else what AMAZOFF_LISTEN says.
        address: Option<SocketAddr>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(),
        Command::Config { example: true } => print(&config::table::example()),
        Command::Config { example: false } => show_config(),
        Command::Health { address } => health(address),
        Command::Load { action } => return put_under_load(action),
        Command::Audit { command } => return tool(tools::audit::run(command)),
        Command::Journal { command } => return tool(tools::journal::run(command)),
        Command::Backup(arguments) => return tool(tools::backup::back_up(arguments)),
        Command::Catalogue { command } => return tool(tools::catalogue::run(command)),
        Command::Restore(arguments) => return tool(tools::backup::restore_into(arguments)),
        Command::Recommend { command } => return tool(tools::recommend::run(command)),
        Command::Paysim(arguments) => return tool(tools::paysim::run(arguments)),
        Command::Privacy { command } => return tool(tools::privacy::run(command)),
        Command::Fsck(arguments) => return tool(tools::fsck::run(arguments)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            match failure {
                Failure::Config(_) => ExitCode::from(EXIT_USAGE),
                Failure::Run(error) if error.is_lost() => ExitCode::from(EXIT_LOST),
                Failure::NotReady(_) | Failure::Output(_) | Failure::Run(_) => ExitCode::FAILURE,
            }
        }
    }
}

fn put_under_load(action: LoadAction) -> ExitCode {
    open_files::take_all_allowed();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(amazoff_loadtest::cli::main(LoadCommand { action })),
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Runs a tool: 0 when all is well, 1 when it could not run, 2 for a configuration that cannot be used, 3 for findings.
fn tool(running: impl Future<Output = Result<tools::Verdict, tools::ToolError>>) -> ExitCode {
    let ended = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match ended.map_err(tools::ToolError::from).and_then(|runtime| runtime.block_on(running)) {
        Ok(verdict) => verdict.into(),
        // Whoever reads has seen enough, such as `head`.
        Err(tools::ToolError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&error.to_string());
            if matches!(error, tools::ToolError::Config(_)) {
                ExitCode::from(EXIT_USAGE)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

/// Why the program ended early.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The shop that was asked is not ready.
    #[error(transparent)]
    NotReady(#[from] health::NotReady),
    /// Nobody takes the output.
    #[error("cannot print: {0}")]
    Output(#[from] std::io::Error),
    /// The shop could not start, or ended with a failure.
    #[error("the shop stopped: {0}")]
    Run(Box<boot::BootError>),
}

fn serve() -> Result<(), Failure> {
    let config = Config::from_sources(&Sources::read()?)?;
    let tls = config.load_tls()?;
    let shipping = telemetry::start(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let lost = shipping.as_ref().map(telemetry::Shipping::lost);
        let shipped = shipping.map(telemetry::Shipping::begin);
        let ended = Box::pin(boot::run(config, tls, lost)).await;
        if let Some(shipped) = shipped {
            shipped.finish().await;
        }
        ended
    });
    ended.map_err(|error| Failure::Run(Box::new(error)))
}

fn health(address: Option<SocketAddr>) -> Result<(), Failure> {
    let sources = Sources::read()?;
    let over_tls = sources.given(config::table::TLS_CERT).is_some();
    let address = match address {
        Some(address) => address,
        None => Config::from_sources(&sources)?.listen,
    };
    Ok(health::check(address, over_tls)?)
}

fn show_config() -> Result<(), Failure> {
    let sources = Sources::read()?;
    Config::from_sources(&sources)?;
    print(&sources.describe())
}

fn print(text: &str) -> Result<(), Failure> {
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}

/// One line on standard error, so that the reason stands at the end of any log.
fn complain(failure: &Failure) {
    say(&failure.to_string());
}

fn say(text: &str) {
    let line = text.replace('\n', "; ");
    // Nobody is left to tell when standard error is closed too.
    drop(writeln!(std::io::stderr(), "{line}"));
}
