//! Personal data at rest: sealed with a key per person, so that destroying the key erases it everywhere at once.
//!
//! Domains carry [`Sealed`] values through commands, events and state without ever opening them; edges seal what comes
//! in and open what goes out, through a [`Vault`]. Each value is encrypted with XChaCha20-Poly1305 under the person's
//! data key (random 24-byte nonce, the person's id as associated data); data keys are wrapped the same way by a subkey
//! of the master key. Subkeys are HMAC-SHA256(master key, label).

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, Key, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use dashmap::DashMap;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::chance;
use crate::clock::Timestamp;
use crate::fault::{Fault, FaultKind};
use crate::journal::{JournalError, KeyTable, WrappedKey};

const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;
/// Persons' keys of which one must open for the master key to be the right one: any of them may be damaged.
const KEYS_TRIED: u32 = 8;
/// Unwrapped keys kept in memory; beyond that the cache starts anew.
const CACHED_KEYS_MAX: usize = 10_000;

/// A personal value: readable only with its person's key, or erased for ever.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", bound = "")]
pub enum Sealed<T> {
    /// Ciphertext.
    Box {
        /// Whose key.
        person: Uuid,
        /// Base64 of nonce and ciphertext of the value's JSON.
        data: String,
        /// What it opens to.
        #[serde(skip)]
        shape: PhantomData<fn() -> T>,
    },
    /// The value is gone.
    Erased,
}

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Box { person, data, shape } => {
                Self::Box { person: *person, data: data.clone(), shape: *shape }
            }
            Self::Erased => Self::Erased,
        }
    }
}

impl<T> PartialEq for Sealed<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Box { person, data, .. }, Self::Box { person: their_person, data: their_data, .. }) => {
                person == their_person && data == their_data
            }
            (Self::Erased, Self::Erased) => true,
            (Self::Box { .. }, Self::Erased) | (Self::Erased, Self::Box { .. }) => false,
        }
    }
}

impl<T> Eq for Sealed<T> {}

/// The secret that everything else is derived from: 32 bytes from the configuration.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; KEY_BYTES]>);

impl MasterKey {
    /// Takes the key's bytes.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }
    fn subkey(&self, label: &str) -> Zeroizing<[u8; KEY_BYTES]> {
        Zeroizing::new(mac(&*self.0, &[label.as_bytes()]))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(REDACTED)")
    }
}

/// HMAC-SHA256 over length-prefixed parts.
fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; KEY_BYTES] {
    // HMAC takes keys of any length, so the error cannot occur; an all-zero MAC would match nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; KEY_BYTES] };
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Why a personal value cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key store is away.
    #[error(transparent)]
    Keys(#[from] JournalError),
    /// The person was erased: nothing more may be stored about them.
    #[error("this person was erased")]
    PersonErased,
    /// The ciphertext does not fit its key, or the value its type.
    #[error("sealed value is damaged")]
    Damaged,
}

impl Fault for VaultError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Keys(_) => FaultKind::Unavailable,
            Self::PersonErased => FaultKind::NotFound,
            Self::Damaged => FaultKind::Bug,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Keys(_) => "storage-unavailable",
            Self::PersonErased => "person-erased",
            Self::Damaged => "internal-error",
        }
    }
}

/// Seals and opens personal values, and derives the program's other keys. Cheap to clone.
///
/// ```
/// use amazoff_persistence::MemoryStore;
/// use amazoff_supervisor::{Clock, MasterKey, Sealed, SystemClock, Vault};
/// use uuid::Uuid;
///
/// # futures::executor::block_on(async {
/// let keys = MemoryStore::new().key_table();
/// let vault = Vault::new(MasterKey::new([7; 32]), keys.clone());
/// let ann = Uuid::from_u128(1);
///
/// // At the edge, on the way in. Commands, events and state carry the sealed value and never open it.
/// let name: Sealed<String> = vault.seal(ann, &"Ann".to_owned()).await.unwrap();
/// assert!(!serde_json::to_string(&name).unwrap().contains("Ann"));
/// // At the edge, on the way out.
/// assert_eq!(vault.open(&name).await.unwrap().as_deref(), Some("Ann"));
/// // Where equality must be found without the value: a keyed digest, for example as a claim's key.
/// assert_eq!(vault.blind("email", "ann@example.org"), vault.blind("email", "ann@example.org"));
///
/// // Erasing destroys the key: what was ever stored about the person can no longer be read.
/// vault.erase(ann, SystemClock.now()).await.unwrap();
/// assert_eq!(vault.open(&name).await.unwrap(), None);
/// # });
/// ```
#[derive(Clone)]
pub struct Vault {
    master: MasterKey,
    keys: Arc<dyn KeyTable>,
    unwrapped: Arc<DashMap<Uuid, Zeroizing<Vec<u8>>>>,
    /// How many keys were forgotten: whoever read one meanwhile does not keep it.
    forgotten: Arc<AtomicU64>,
}

impl Vault {
    /// A vault over a master key and the table of wrapped personal keys.
    pub fn new(master: MasterKey, keys: Arc<dyn KeyTable>) -> Self {
        Self { master, keys, unwrapped: Arc::default(), forgotten: Arc::default() }
    }

    /// A key for one purpose (`jwt`, `cursor`, …), stable for this master key.
    pub fn subkey(&self, label: &str) -> [u8; KEY_BYTES] {
        *self.master.subkey(label)
    }

    /// A keyed digest (hex) that stands for a personal value where equality must be found without storing it.
    pub fn blind(&self, namespace: &str, value: &str) -> String {
        let digest = mac(&*self.master.subkey("blind-index"), &[namespace.as_bytes(), value.as_bytes()]);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Seals a value for a person, making the person's key at first use.
    ///
    /// # Errors
    /// [`VaultError::PersonErased`] when the person was erased, [`VaultError::Keys`] when the key store is away.
    pub async fn seal<T: Serialize>(&self, person: Uuid, value: &T) -> Result<Sealed<T>, VaultError> {
        let key = self.key_for_sealing(person).await?;
        let clear = Zeroizing::new(serde_json::to_vec(value).map_err(|_unserialisable| VaultError::Damaged)?);
        let data = BASE64.encode(encrypt(&key, person.as_bytes(), &clear)?);
        Ok(Sealed::Box { person, data, shape: PhantomData })
    }

    /// Opens a value; `None` when it or its person was erased.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] when the ciphertext was tampered with, [`VaultError::Keys`] when the key store is away.
    pub async fn open<T: DeserializeOwned>(&self, sealed: &Sealed<T>) -> Result<Option<T>, VaultError> {
        let Sealed::Box { person, data, .. } = sealed else { return Ok(None) };
        let Some(key) = self.key_for_opening(*person).await? else { return Ok(None) };
        let bytes = BASE64.decode(data).map_err(|_not_base64| VaultError::Damaged)?;
        let clear = Zeroizing::new(decrypt(&key, person.as_bytes(), &bytes)?);
        let text = std::str::from_utf8(&clear).map_err(|_no_text| VaultError::Damaged)?;
        serde_json::from_str(text).map(Some).map_err(|_other_shape| VaultError::Damaged)
    }

    async fn key_for_sealing(&self, person: Uuid) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        if let Some(key) = self.unwrapped.get(&person) {
            return Ok(key.clone());
        }
        let before = self.forgotten.load(Ordering::SeqCst);
        let mut fresh = Key::<XChaCha20Poly1305>::default();
        chance::fill(&mut fresh);
        let wrapped = encrypt(&*self.master.subkey("wrap"), person.as_bytes(), &fresh)?;
        let kept = self.keys.put_if_absent(person, &wrapped).await?.ok_or(VaultError::PersonErased)?;
        self.unwrap_and_cache(person, &kept, before)
    }

    async fn key_for_opening(&self, person: Uuid) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        if let Some(key) = self.unwrapped.get(&person) {
            return Ok(Some(key.clone()));
        }
        let before = self.forgotten.load(Ordering::SeqCst);
        match self.keys.get(person).await? {
            Some(wrapped) => self.unwrap_and_cache(person, &wrapped, before).map(Some),
            None => Ok(None),
        }
    }

    fn unwrap_and_cache(
        &self,
        person: Uuid,
        wrapped: &[u8],
        before: u64,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let key = Zeroizing::new(decrypt(&*self.master.subkey("wrap"), person.as_bytes(), wrapped)?);
        if self.unwrapped.len() >= CACHED_KEYS_MAX {
            self.unwrapped.clear();
        }
        self.unwrapped.insert(person, key.clone());
        if self.forgotten.load(Ordering::SeqCst) != before {
            self.unwrapped.remove(&person); // it may have been destroyed since it was read
        }
        Ok(key)
    }

    /// Whether the master key is the one that what is stored was sealed with; `true` while nothing is.
    ///
    /// # Errors
    /// [`VaultError::Keys`] when the key store is away.
    pub async fn fits(&self) -> Result<bool, VaultError> {
        let (wrap, known) = (self.master.subkey("wrap"), self.keys.some(KEYS_TRIED).await?);
        let opens = |(person, wrapped): &WrappedKey| decrypt(&*wrap, person.as_bytes(), wrapped).is_ok();
        Ok(known.is_empty() || known.iter().any(opens))
    }

    /// Forgets a person's unwrapped key, after it was destroyed in the table.
    pub fn forget(&self, person: Uuid) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.unwrapped.remove(&person);
    }

    /// Destroys a person's key: what was ever sealed for them can be read by nobody any more, and nothing more can be sealed.
    /// Erasing again changes nothing.
    ///
    /// # Errors
    /// [`VaultError::Keys`] when the key store is away; then the person is not erased.
    pub async fn erase(&self, person: Uuid, at: Timestamp) -> Result<(), VaultError> {
        self.keys.erase(person, at).await?;
        self.forget(person);
        Ok(())
    }

    /// As [`Vault::erase`], where there is a key to destroy; whether there was.
    ///
    /// # Errors
    /// As [`Vault::erase`].
    pub async fn erase_if_any(&self, person: Uuid, at: Timestamp) -> Result<bool, VaultError> {
        let is_there = self.keys.get(person).await?.is_some();
        if is_there {
            self.erase(person, at).await?;
        }
        Ok(is_there)
    }
}

fn encrypt(key: &[u8], aad: &[u8], clear: &[u8]) -> Result<Vec<u8>, VaultError> {
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_length| VaultError::Damaged)?;
    let mut nonce = XNonce::default();
    chance::fill(&mut nonce);
    let boxed = cipher.encrypt(&nonce, Payload { msg: clear, aad }).map_err(|_aead| VaultError::Damaged)?;
    Ok([nonce.as_slice(), &boxed].concat())
}

fn decrypt(key: &[u8], aad: &[u8], boxed: &[u8]) -> Result<Vec<u8>, VaultError> {
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_length| VaultError::Damaged)?;
    let (nonce, boxed) = boxed.split_at_checked(NONCE_BYTES).ok_or(VaultError::Damaged)?;
    let nonce = XNonce::try_from(nonce).map_err(|_length| VaultError::Damaged)?;
    cipher.decrypt(&nonce, Payload { msg: boxed, aad }).map_err(|_aead| VaultError::Damaged)
}
