//! A server as a child process: start, kill, stop, pause and start again on the same port and files.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use crate::Error;
use crate::folder::Folder;
use crate::port::Port;

/// How long a server may take to answer after its start. Generous: the machine may be busy with a build.
const READY_MAX: Duration = Duration::from_secs(90);

/// How long a server may take to end after it was told to.
const STOP_MAX: Duration = Duration::from_secs(60);

/// Between two looks at a server.
const POLL: Duration = Duration::from_millis(20);

/// Lines of the log that an error shows.
const LOG_LINES: usize = 15;

/// How a server is started, and how to see that it answers.
#[derive(Debug)]
pub(crate) struct Recipe {
    /// For messages.
    pub(crate) server: &'static str,
    /// Program and arguments.
    pub(crate) command: Vec<String>,
    /// Where the server writes its log.
    pub(crate) log: PathBuf,
}

/// A server of this test. Dropped, it is killed and its folder removed.
#[derive(Debug)]
pub(crate) struct Process {
    recipe: Recipe,
    child: Mutex<Option<Child>>,
    port: Port,
    // After the child, which is killed in `drop`.
    _folder: Folder,
}

impl Process {
    /// A server that is not running yet.
    pub(crate) fn new(recipe: Recipe, port: Port, folder: Folder) -> Self {
        Self { recipe, child: Mutex::new(None), port, _folder: folder }
    }

    /// Number of its port.
    pub(crate) fn port(&self) -> u16 {
        self.port.number()
    }

    /// Its process number, unless it is down.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child().as_ref().map(Child::id)
    }

    /// Starts the server and waits until `ready` says so. A server that ended by itself is started again.
    pub(crate) fn start(&self, ready: impl Fn() -> bool) -> Result<(), Error> {
        {
            let mut child = self.child();
            let running = child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)));
            if !running {
                *child = Some(spawn(self.recipe.command.clone())?);
            }
        }
        let deadline = Instant::now() + READY_MAX;
        while !ready() {
            if let Some(status) = self.ended() {
                return Err(self.not_ready(format!("ended at its start: {status}")));
            }
            if Instant::now() > deadline {
                return Err(self.not_ready(format!("did not answer within {} s", READY_MAX.as_secs())));
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    /// Ends the server as a power cut would, without a chance to write anything.
    pub(crate) fn kill_9(&self) -> Result<(), Error> {
        let mut child = self.child().take().ok_or(Error::NotRunning(self.recipe.server))?;
        child.kill().and_then(|()| child.wait()).map_err(|source| self.signal_error(source))?;
        Ok(())
    }

    /// Tells the server to end and waits for it.
    pub(crate) fn stop(&self) -> Result<(), Error> {
        self.resume()?;
        self.signal(Signal::TERM)?;
        let deadline = Instant::now() + STOP_MAX;
        while self.ended().is_none() {
            if Instant::now() > deadline {
                return Err(self.not_ready(format!("did not end within {} s", STOP_MAX.as_secs())));
            }
            std::thread::sleep(POLL);
        }
        *self.child() = None;
        Ok(())
    }

    /// Stops the server in mid-step: connections stay open and nothing is answered. Returns once it stands still.
    pub(crate) fn pause(&self) -> Result<(), Error> {
        self.signal(Signal::STOP)?;
        let deadline = Instant::now() + STOP_MAX;
        while !self.stands_still()? {
            if Instant::now() > deadline {
                return Err(self.not_ready(format!("did not stand still within {} s", STOP_MAX.as_secs())));
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    /// Whether all its threads are stopped. A signal only asks for it: until then one of them may still answer.
    fn stands_still(&self) -> Result<bool, Error> {
        let child = self.child();
        let child = child.as_ref().ok_or(Error::NotRunning(self.recipe.server))?;
        let look = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let seen = waitid(WaitId::Pid(Pid::from_child(child)), look);
        Ok(seen.map_err(|error| self.signal_error(error.into()))?.is_some())
    }

    /// Lets a paused server go on.
    pub(crate) fn resume(&self) -> Result<(), Error> {
        self.signal(Signal::CONT)
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the server ended, if it did.
    fn ended(&self) -> Option<ExitStatus> {
        self.child().as_mut().and_then(|child| child.try_wait().ok().flatten())
    }

    fn signal(&self, signal: Signal) -> Result<(), Error> {
        let child = self.child();
        let child = child.as_ref().ok_or(Error::NotRunning(self.recipe.server))?;
        kill_process(Pid::from_child(child), signal).map_err(|error| self.signal_error(error.into()))
    }

    fn signal_error(&self, source: std::io::Error) -> Error {
        Error::Signal { server: self.recipe.server, source }
    }

    fn not_ready(&self, what: String) -> Error {
        Error::NotReady { server: self.recipe.server, what, log: tail(&self.recipe.log) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.child().take() {
            // A server that is gone already needs no end.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Last lines of a log.
fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}

type Order = (Vec<String>, Sender<std::io::Result<Child>>);

/// Starts a child that the kernel kills when this process ends, however it ends.
///
/// The kernel watches the *thread* that started the child, so one thread that lives as long as the process starts all.
fn spawn(command: Vec<String>) -> Result<Child, Error> {
    static STARTER: OnceLock<Sender<Order>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (orders, taken) = channel::<Order>();
        std::thread::spawn(move || {
            for (command, answer) in taken {
                // Whoever asked may have given up.
                drop(answer.send(spawn_here(&command)));
            }
        });
        orders
    });
    let program = command.first().cloned().unwrap_or_default();
    let (answer, child) = channel();
    starter.send((command, answer)).map_err(|error| Error::Panicked(error.to_string()))?;
    child.recv().map_err(|error| Error::Panicked(error.to_string()))?.map_err(Error::program(&program))
}

fn spawn_here(command: &[String]) -> std::io::Result<Child> {
    Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "--"])
        .args(command)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0) // Ctrl-C in a terminal must reach the test first
        .spawn()
}

/// Runs a program to its end and gives back what it printed.
pub(crate) fn run(command: &mut Command) -> Result<String, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(Error::program(&program))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    Err(Error::Failed { program, output: said.trim().to_owned() })
}
