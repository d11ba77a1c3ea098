//! The master key in the data folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::TryRngCore as _;
use secrecy::{ExposeSecret as _, SecretBox};

use super::ConfigError;
use super::parse::{self, MASTER_KEY_BYTES};

type MasterKey = SecretBox<[u8; MASTER_KEY_BYTES]>;

/// Another holder of the same key.
pub(super) fn copy(key: &MasterKey) -> MasterKey {
    SecretBox::new(Box::new(*key.expose_secret()))
}

/// Reads the key, or makes one for a new shop. It is written aside, synced and then renamed, so a crash leaves a whole key or none.
pub(super) fn load_or_create(path: &Path, new: bool) -> Result<MasterKey, ConfigError> {
    let refused = |reason: String| ConfigError::KeyFile { path: path.display().to_string(), reason };
    match fs::read_to_string(path) {
        Ok(text) => parse::master_key(&text)
            .or(Err(refused(format!("does not hold {MASTER_KEY_BYTES} bytes in base64")))),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !new => {
            // A new key would make everything that the old one sealed unreadable, and strangers of all who registered.
            let advice = "is missing, and the data beside it was sealed with it: restore it, or set AMAZOFF_MASTER_KEY";
            Err(refused(advice.to_owned()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            create(path).map_err(|error| refused(format!("cannot be made: {error}")))
        }
        Err(error) => Err(refused(format!("cannot be read: {error}"))),
    }
}

fn create(path: &Path) -> io::Result<MasterKey> {
    let mut bytes = Box::new([0; MASTER_KEY_BYTES]);
    rand::rngs::OsRng.try_fill_bytes(bytes.as_mut_slice()).map_err(io::Error::other)?;
    let key = SecretBox::new(bytes);
    let aside = path.with_extension("key.new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
    writeln!(file, "{}", STANDARD.encode(key.expose_secret()))?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(key)
}
