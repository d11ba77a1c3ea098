//! The server as a process.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use amazoff_paysim::{Options, Running};
use tempfile::TempDir;

use super::gate::Gate;

/// E-mail address of the owner account in tests.
pub const OWNER_EMAIL: &str = "owner@example.com";
/// Password of the owner account in tests.
pub const OWNER_PASSWORD: &str = "an owner's long password";

/// How long a start, a seed included, may take.
const START_LIMIT: Duration = Duration::from_secs(180);
/// How long a stop may take.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// What the server is started with.
pub struct Setup {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Default for Setup {
    fn default() -> Self {
        let setup = Self { folder: tempfile::tempdir().expect("a folder of our own"), variables: Vec::new() };
        setup
            .with("AMAZOFF_LISTEN", "127.0.0.1:0")
            .with("AMAZOFF_SEED", "small")
            // Everybody in these tests asks from one address, and faster than people do.
            .with("AMAZOFF_RATE_LIMITS", "off")
            .with("AMAZOFF_OWNER_EMAIL", OWNER_EMAIL)
            .with("AMAZOFF_OWNER_PASSWORD", OWNER_PASSWORD)
            .with("AMAZOFF_SANDBOX_LATENCY_MS", "20")
    }
}

impl Setup {
    /// Sets a variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }
    /// With accounts at the simulators of Stripe and PayPal.
    pub fn with_providers(self, sim: &Running) -> Self {
        let Options {
            stripe_secret_key,
            stripe_webhook_secret,
            paypal_client_id,
            paypal_secret,
            paypal_webhook_id,
            ..
        } = Options::default();
        self.with("AMAZOFF_STRIPE_SECRET_KEY", &stripe_secret_key)
            .with("AMAZOFF_STRIPE_WEBHOOK_SECRET", &stripe_webhook_secret)
            .with("AMAZOFF_STRIPE_URL", &sim.url())
            .with("AMAZOFF_PAYPAL_CLIENT_ID", &paypal_client_id)
            .with("AMAZOFF_PAYPAL_SECRET", &paypal_secret)
            .with("AMAZOFF_PAYPAL_WEBHOOK_ID", &paypal_webhook_id)
            .with("AMAZOFF_PAYPAL_URL", &sim.url())
    }
    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
    /// The URL of the database server that it is told to use; `None` for the embedded default.
    pub fn database_url(&self) -> Option<&str> {
        let given = self.variables.iter().find(|(name, _)| name == "AMAZOFF_DATABASE_URL");
        given.map(|(_, url)| url.as_str()).filter(|url| url.starts_with("mysql:"))
    }
    fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }
    /// All that the server logged, over all its lives.
    pub fn log_text(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }
    /// The command that would start it, with a clean environment.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amazoff"));
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AMAZOFF_"))
        {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path()).env("AMAZOFF_DATA_DIR", self.data());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
    /// What a person should look at in the log, and its end: for the message of a failed test.
    pub fn log_tail(&self) -> String {
        let text = self.log_text();
        let lines: Vec<_> = text.lines().collect();
        let (before, end) = lines.split_at(lines.len().saturating_sub(10));
        let mut shown: Vec<_> =
            before.iter().filter(|line| line.contains("ERROR") || line.contains("WARN")).collect();
        shown.truncate(40);
        shown.extend(end);
        shown.into_iter().copied().collect::<Vec<_>>().join("\n")
    }
}

/// A running server; it dies with its owner.
pub struct Server {
    child: Child,
    /// Its address.
    pub base: String,
}

impl Server {
    /// Starts it and waits until it serves.
    ///
    /// # Errors
    /// With the end of the log when it ends or does not serve within the limit.
    pub async fn start(setup: &Setup) -> Result<Self, String> {
        let from = std::fs::metadata(setup.log()).map_or(0, |log| log.len());
        let mut server = Self::spawn(setup, "");
        let limit = Instant::now() + START_LIMIT;
        loop {
            if let Some(status) = server.child.try_wait().expect("the child can be waited for") {
                return Err(format!("the server ended with {status}:\n{}", setup.log_tail()));
            }
            if let Some(base) = address(&setup.log(), from) {
                server.base = base;
                if is_ready(&server.base).await {
                    return Ok(server);
                }
            }
            if Instant::now() > limit {
                return Err(format!("the server does not serve:\n{}", setup.log_tail()));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Starts it and waits for nothing; it is told to listen at `base`.
    pub fn spawn(setup: &Setup, base: &str) -> Self {
        let log =
            OpenOptions::new().create(true).append(true).open(setup.log()).expect("the log can be written");
        let mut command = setup.command();
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a second handle")).stderr(log);
        Self { child: command.spawn().expect("the binary exists"), base: base.to_owned() }
    }

    /// Starts it and opens the gate.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn start_behind(setup: &Setup, gate: &Gate) -> Result<Self, String> {
        let server = Self::start(setup).await?;
        gate.open(&server.base);
        Ok(server)
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What the process has in memory, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux says it");
        let kilobytes = line.split_whitespace().next().and_then(|number| number.parse::<u64>().ok());
        kilobytes.expect("a number") * 1024
    }

    /// Sends it a signal by its short name.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent =
            Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("kill is everywhere");
        assert!(sent.success(), "SIG{name} could not be sent");
    }

    /// How it ended; `None` while it runs.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the child can be waited for")
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.child.kill().expect("the child can be killed");
        self.child.wait().expect("the child can be waited for");
    }

    /// Asks it to stop and waits until it has.
    ///
    /// # Errors
    /// When it does not stop within the limit.
    pub async fn stop(&mut self) -> Result<ExitStatus, String> {
        self.signal("TERM");
        let limit = Instant::now() + STOP_LIMIT;
        while Instant::now() < limit {
            if let Some(status) = self.child.try_wait().expect("the child can be waited for") {
                return Ok(status);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err("the server does not stop".to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The address that the server logged after a position of its log.
fn address(log: &Path, from: u64) -> Option<String> {
    let mut file = File::open(log).ok()?;
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    let (_, rest) = text.split_once("listening on http")?;
    let end =
        rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '[' | ']' | '/')))?;
    Some(format!("http{}", &rest[..end]))
}

/// Whether the certificate is right is for tests of it to find out. Made once: it reads all roots of the machine.
static ASKING: LazyLock<reqwest::Client> = LazyLock::new(|| {
    let client = reqwest::Client::builder().tls_danger_accept_invalid_certs(true).pool_max_idle_per_host(0);
    client.build().expect("a client")
});

async fn is_ready(base: &str) -> bool {
    let answer = ASKING.get(format!("{base}/health/ready")).send().await;
    answer.is_ok_and(|response| response.status().is_success())
}
