//! Agents that a run starts by itself, as processes of the same program.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::error::LoadError;

/// How long a process may take to say where it listens.
const START_MAX: Duration = Duration::from_secs(30);
/// What an agent's first line begins with.
pub(crate) const GREETING: &str = "agent listens on ";

/// How this program is started as an agent.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// The program.
    pub path: PathBuf,
    /// What comes before `agent`: `load`, when the load tester is mounted in another program.
    pub before: Vec<String>,
}

impl Program {
    /// This program, as it was started itself.
    ///
    /// # Errors
    /// When the system does not say which file it is.
    pub(crate) fn own() -> Result<Self, LoadError> {
        let path =
            std::env::current_exe().map_err(|error| LoadError::failed("finding this program", error))?;
        let before = std::env::args().skip(1).take_while(|word| word != "run").collect();
        Ok(Self { path, before })
    }
}

/// Agents that end with this value.
#[derive(Debug, Default)]
pub(crate) struct Children(Vec<Child>);

impl Children {
    /// Starts so many and answers where they listen.
    pub(crate) async fn start(
        program: &Program,
        count: usize,
        allow: &[String],
    ) -> Result<(Self, Vec<SocketAddr>), LoadError> {
        let (mut children, mut addresses) = (Self::default(), Vec::new());
        for _ in 0..count {
            let mut command = Command::new(&program.path);
            command.args(&program.before).args(["agent", "--listen", "127.0.0.1:0", "--once"]);
            for host in allow {
                command.args(["--allow-host", host]);
            }
            // Ctrl-C in a terminal reaches this process alone, which lets them end in order and tells what they measured.
            command.process_group(0);
            command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
            let mut child = command.spawn().map_err(|error| LoadError::failed("starting an agent", error))?;
            let out = child.stdout.take();
            children.0.push(child);
            let mut line = String::new();
            if let Some(out) = out {
                let mut out = BufReader::new(out);
                let read = tokio::time::timeout(START_MAX, out.read_line(&mut line)).await;
                drop(read.map_err(|late| LoadError::failed("starting an agent", late))?);
            }
            let address = line.trim().strip_prefix(GREETING).and_then(|address| address.parse().ok());
            addresses.push(
                address.ok_or_else(|| {
                    LoadError::failed("starting an agent", "it does not say where it listens")
                })?,
            );
        }
        Ok((children, addresses))
    }
}
