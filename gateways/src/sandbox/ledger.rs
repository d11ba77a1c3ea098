//! The sandbox's memory: a file of one JSON object per line, one line per key.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::{Currency, Money};
use amazoff_actors::payment::{IntentKey, Operation, ProviderAnswer};
use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

/// Why the sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The ledger cannot be opened or read.
    #[error("the sandbox's ledger {} cannot be used: {error}", path.display())]
    File {
        /// Where it is.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A line is not what the sandbox wrote.
    #[error("line {line} of the sandbox's ledger {} cannot be read: {error}", path.display())]
    Line {
        /// Where it is.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// Why.
        error: serde_json::Error,
    },
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is done.
    Approved,
    /// The shopper must act.
    ActionRequired,
    /// It is refused.
    Declined,
}

/// One operation, as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The idempotency key.
    pub key: IntentKey,
    /// What was asked.
    pub operation: Operation,
    /// Of which payment.
    pub payment: PaymentId,
    /// How much, in minor units.
    pub amount: i64,
    /// Of which currency.
    pub currency: Currency,
    /// When.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it was declined, or where the shopper acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The token, where it decides later operations too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Whether the answer got lost on the way, so that it must be looked up.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stalled: bool,
}

/// How long a reservation holds.
const VALID: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long one of `tok_short` holds.
const SHORT: Duration = Duration::from_secs(60);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl Entry {
    /// The sandbox's name for the authorization.
    pub(super) fn reference(&self) -> String {
        format!("sandbox-{}", self.payment.uuid().simple())
    }

    /// Whether it is an operation of that kind which was done.
    pub(super) fn did(&self, operation: Operation) -> bool {
        self.operation == operation && self.outcome == Outcome::Approved
    }

    /// Until when a reservation holds; `None` for what reserves nothing.
    pub(super) fn valid_until(&self) -> Option<Timestamp> {
        let valid = if self.token.as_deref() == Some("tok_short") { SHORT } else { VALID };
        let reserves = self.did(Operation::Authorize) || self.did(Operation::Confirm);
        reserves.then(|| self.at.plus(valid))
    }

    /// The answer that every repeat of the key gets.
    pub fn answer(&self) -> ProviderAnswer {
        let detail = self.detail.clone().unwrap_or_default();
        let authorization = self.reference();
        let own = format!("sandbox-{}-{}", self.operation.name(), self.key);
        let reference = if self.operation == Operation::Refund { own.clone() } else { authorization };
        match self.outcome {
            Outcome::Approved => ProviderAnswer::Approved {
                reference,
                amount: Money::new(self.amount, self.currency),
                expires_at: self.valid_until(),
                capture_reference: (self.operation == Operation::Capture).then_some(own),
            },
            Outcome::ActionRequired => ProviderAnswer::ActionRequired { reference, url: detail },
            Outcome::Declined => ProviderAnswer::Declined { code: detail },
        }
    }
}

/// What stands in a ledger now, whoever has it open. An unfinished last line is left out. Without a file there is nothing.
///
/// # Errors
/// When it cannot be read.
pub fn entries(path: &Path) -> Result<Vec<Entry>, SandboxError> {
    match std::fs::read_to_string(path) {
        Ok(text) => read_lines(path, &text).map(|(entries, _)| entries),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(SandboxError::File { path: path.to_owned(), error }),
    }
}

/// The entries of whole lines, and how many bytes those are.
fn read_lines(path: &Path, text: &str) -> Result<(Vec<Entry>, usize), SandboxError> {
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let lines = (1..).zip(text[..whole].lines()).map(|(line, text)| {
        let unreadable = |error| SandboxError::Line { path: path.to_owned(), line, error };
        serde_json::from_str(text).map_err(unreadable)
    });
    Ok((lines.collect::<Result<_, _>>()?, whole))
}

/// How long another process may hold the file.
const HELD_MAX: Duration = Duration::from_millis(200);
const HELD_PAUSE: Duration = Duration::from_millis(2);

/// The ledger: the file, and all of it in memory. Several processes may share the file.
pub(super) struct Ledger {
    path: PathBuf,
    file: File,
    /// How many bytes of the file are known.
    known_bytes: u64,
    entries: BTreeMap<IntentKey, Entry>,
    /// The keys of each payment, in the order of the file.
    keys: HashMap<PaymentId, Vec<IntentKey>>,
}

impl Ledger {
    /// Opens or creates the file and reads it back. An unfinished last line, which no answer can have followed, is cut off.
    pub(super) fn open(path: &Path) -> Result<Self, SandboxError> {
        let failed = |error| SandboxError::File { path: path.to_owned(), error };
        let file = OpenOptions::new().create(true).read(true).append(true).open(path).map_err(failed)?;
        let mut ledger = Self {
            path: path.to_owned(),
            file,
            known_bytes: 0,
            entries: BTreeMap::new(),
            keys: HashMap::new(),
        };
        ledger.alone(|_| Ok(()))?;
        Ok(ledger)
    }

    /// Does something while no other process does, and knowing what others have written.
    ///
    /// # Errors
    /// When another holds the file for too long, it cannot be read, or `work` fails.
    pub(super) fn alone<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> io::Result<T>,
    ) -> Result<T, SandboxError> {
        self.lock().map_err(|error| self.failed(error))?;
        let done = self.catch_up().and_then(|()| work(self).map_err(|error| self.failed(error)));
        self.file.unlock().map_err(|error| self.failed(error))?;
        done
    }

    fn failed(&self, error: io::Error) -> SandboxError {
        SandboxError::File { path: self.path.clone(), error }
    }

    fn lock(&self) -> io::Result<()> {
        let began = Instant::now();
        loop {
            match self.file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) if began.elapsed() < HELD_MAX => std::thread::sleep(HELD_PAUSE),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Reads what was written since the last look.
    fn catch_up(&mut self) -> Result<(), SandboxError> {
        let mut text = String::new();
        let read = self.file.seek(SeekFrom::Start(self.known_bytes));
        read.and_then(|_| self.file.read_to_string(&mut text)).map_err(|error| self.failed(error))?;
        let (entries, whole) = read_lines(&self.path, &text)?;
        self.known_bytes += u64::try_from(whole).unwrap_or(0);
        if whole < text.len() {
            tracing::warn!(path = %self.path.display(), "the sandbox's ledger ended in half a line, which is cut off");
            self.file.set_len(self.known_bytes).map_err(|error| self.failed(error))?;
        }
        for entry in entries {
            self.keep(entry);
        }
        Ok(())
    }

    /// What is known of a key.
    pub(super) fn get(&self, key: &IntentKey) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// What is known of an operation of a payment.
    pub(super) fn of(&self, payment: PaymentId, operation: Operation) -> Option<&Entry> {
        self.entries.get(&IntentKey::of(payment, operation))
    }

    /// Keeps an operation: the whole line in one appending write, before anybody learns of it.
    pub(super) fn append(&mut self, entry: Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.known_bytes += u64::try_from(line.len()).unwrap_or(0);
        self.keep(entry);
        Ok(())
    }

    fn keep(&mut self, entry: Entry) {
        let (payment, key) = (entry.payment, entry.key.clone());
        if self.entries.insert(key.clone(), entry).is_none() {
            self.keys.entry(payment).or_default().push(key);
        }
    }

    /// Every operation.
    pub(super) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Whether a payment had an operation of that kind done.
    pub(super) fn did(&self, payment: PaymentId, operation: Operation) -> bool {
        self.of_payment(payment).any(|entry| entry.did(operation))
    }

    /// How much the done operations of a kind moved for a payment.
    pub(super) fn sum(&self, payment: PaymentId, operation: Operation) -> i64 {
        let done = self.of_payment(payment).filter(|entry| entry.did(operation));
        done.map(|entry| entry.amount).fold(0, i64::saturating_add)
    }

    fn of_payment(&self, payment: PaymentId) -> impl Iterator<Item = &Entry> {
        let keys = self.keys.get(&payment).map(Vec::as_slice).unwrap_or_default();
        keys.iter().filter_map(|key| self.entries.get(key))
    }
}
