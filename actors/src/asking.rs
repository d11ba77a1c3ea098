//! What the handles share: failures of reads on the way to a command, and fingerprints that survive a repeat.

use amazoff_supervisor::{AskError, Envelope, Fault, ReadError, VaultError, derive_uuid};
use serde::Serialize;
use uuid::Uuid;

/// A command that could not be prepared, because something could not be read. Nothing happened.
pub(crate) fn not_read<R: Fault>(error: ReadError) -> AskError<R> {
    match error {
        ReadError::Unavailable(cause) => AskError::Unavailable { cause },
        ReadError::NotYet => AskError::Unavailable { cause: error.to_string() },
        ReadError::Corrupt(_) => AskError::NotCommitted { cause: error.to_string() },
    }
}

/// Something that could not be sealed or opened on the way to a command. Nothing happened.
pub(crate) fn not_sealed<R: Fault>(error: VaultError) -> AskError<R> {
    match error {
        VaultError::Keys(error) => AskError::Unavailable { cause: error.to_string() },
        VaultError::PersonErased | VaultError::Damaged => AskError::NotCommitted { cause: error.to_string() },
    }
}

/// Something sealed in an entity that could not be opened, for another reason than that its person was erased.
pub(crate) fn not_opened(entity: Uuid, error: VaultError) -> ReadError {
    match error {
        VaultError::Keys(error) => ReadError::Unavailable(error.to_string()),
        VaultError::PersonErased | VaultError::Damaged => ReadError::Corrupt(entity),
    }
}

/// Gives an envelope without a fingerprint that of what was asked. Needed where a handle adds to the command what changes
/// from one repeat to the next, such as a price or a salt.
pub(crate) fn fingerprinted(envelope: Envelope, asked: &impl Serialize) -> Envelope {
    if envelope.fingerprint != 0 {
        return envelope;
    }
    let asked = serde_json::to_vec(asked).unwrap_or_default();
    let (fingerprint, _) = derive_uuid(&[&asked]).as_u64_pair();
    envelope.with_fingerprint(fingerprint)
}
