//! Names of things: entities, commands, shards, versions, epochs.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Number of shards. It is part of the stored format: every journal row carries its shard.
pub const SHARD_COUNT: u16 = 256;

/// The kind of an entity, such as `cart`; also the first part of its stored key.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(Cow<'static, str>);

impl Kind {
    /// A kind known at compile time.
    pub const fn of(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }
    /// A kind read from storage.
    pub fn stored(name: String) -> Self {
        Self(Cow::Owned(name))
    }
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One entity: its kind and its 16-byte id.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntityId {
    /// The domain.
    pub kind: Kind,
    /// The id within the domain.
    pub id: Uuid,
}

impl EntityId {
    /// Names an entity of a kind known at compile time.
    pub const fn new(kind: &'static str, id: Uuid) -> Self {
        Self { kind: Kind::of(kind), id }
    }
    /// The shard that holds it: a function of the id alone, so entities that share an id (a cart and its checkout) share a shard.
    pub fn shard(&self) -> ShardId {
        ShardId::of(self.id)
    }
}

impl fmt::Debug for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind, self.id.simple())
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind, self.id.simple())
    }
}

/// A shard: the unit of ownership and of journal order. Always below [`SHARD_COUNT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShardId(u16);

impl ShardId {
    /// The shard of an id (its hash modulo [`SHARD_COUNT`]).
    pub fn of(id: Uuid) -> Self {
        let digest = Sha256::digest(id.as_bytes());
        Self(u16::from_be_bytes([digest[0], digest[1]]) % SHARD_COUNT)
    }
    /// A shard by number; `None` when out of range.
    pub fn from_number(number: u16) -> Option<Self> {
        (number < SHARD_COUNT).then_some(Self(number))
    }
    /// Its number.
    pub fn number(self) -> u16 {
        self.0
    }
    /// Every shard, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..SHARD_COUNT).map(Self)
    }
}

/// How often a shard changed hands; a writer with an older epoch is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// The number of events an entity has: 0 before its first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Identifies a command for ever: a repeat with the same id gets the stored outcome.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandId(pub Uuid);

impl CommandId {
    /// Stands for every command of an entity: while it is in quarantine, the entity is suspended.
    pub const EVERY: Self = Self(Uuid::max());

    /// A fresh id for a command that nobody will repeat.
    #[expect(clippy::new_without_default, reason = "a random default would surprise")]
    pub fn new() -> Self {
        Self(crate::chance::uuid())
    }
    /// An id derived from what names the command; the same parts give the same id.
    /// Parts are length-prefixed, so `["ab","c"]` and `["a","bc"]` differ.
    pub fn derived(parts: &[&[u8]]) -> Self {
        Self(derive_uuid(parts))
    }
    /// An id for something that this command creates, the same at every repeat, with the command's time, see
    /// [`derive_uuid_of`].
    pub fn derive(self, label: &str) -> Uuid {
        derive_uuid_of(self.0, &[self.0.as_bytes(), label.as_bytes()])
    }
}

impl fmt::Debug for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

/// A UUIDv8 (RFC 9562) over the SHA-256 of length-prefixed parts.
pub fn derive_uuid(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The bytes of a UUIDv7 that are its time.
const TIME_BYTES: usize = 6;

/// As [`derive_uuid`], but what comes from a UUIDv7 is one itself, of the same time; the other 74 bits are of the hash. What
/// belongs together then stands together in a store that is sorted by ids, and what is new at its end.
pub fn derive_uuid_of(origin: Uuid, parts: &[&[u8]]) -> Uuid {
    let derived = derive_uuid(parts);
    if origin.get_version() != Some(uuid::Version::SortRand) {
        return derived;
    }
    let (mut bytes, time) = (derived.into_bytes(), origin.into_bytes());
    bytes[..TIME_BYTES].copy_from_slice(&time[..TIME_BYTES]);
    uuid::Builder::from_bytes(bytes)
        .with_variant(uuid::Variant::RFC4122)
        .with_version(uuid::Version::SortRand)
        .into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_derived_has_the_time_of_its_origin_if_that_has_one() {
        let origin = Uuid::now_v7();
        let (one, other) = (derive_uuid_of(origin, &[b"a"]), derive_uuid_of(origin, &[b"b"]));
        assert_ne!(one, other);
        assert_eq!(one, derive_uuid_of(origin, &[b"a"]));
        for derived in [one, other] {
            assert_eq!((derived.get_version_num(), derived.get_variant()), (7, uuid::Variant::RFC4122));
            assert_eq!(derived.get_timestamp().unwrap().to_unix(), origin.get_timestamp().unwrap().to_unix());
        }
        // All that is no time is of the hash.
        let (low, hashed) = (one.as_u128() & u128::from(u64::MAX >> 2), derive_uuid(&[b"a"]).as_u128());
        assert_eq!(low, hashed & u128::from(u64::MAX >> 2));
        for untimed in [Uuid::new_v8([7; 16]), Uuid::nil(), Uuid::max(), derive_uuid(&[b"origin"])] {
            assert_eq!(derive_uuid_of(untimed, &[b"a"]), derive_uuid(&[b"a"]));
        }
        let command = CommandId(origin);
        assert_eq!(command.derive("cart").get_version_num(), 7);
    }
}
