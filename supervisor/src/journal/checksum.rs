//! Checksums of stored rows: CRC-32 over what gives an event or a snapshot its meaning. Part of the stored format.

use crate::ids::EntityId;

/// The checksum of an event: over kind, id, sequence, schema and payload.
pub fn event_checksum(entity: &EntityId, seq: u64, schema: u16, payload: &[u8]) -> u32 {
    let mut hasher = start(entity, seq);
    hasher.update(&schema.to_be_bytes());
    hasher.update(payload);
    hasher.finalize()
}

/// The checksum of a snapshot: over kind, id, sequence and state.
pub fn snapshot_checksum(entity: &EntityId, seq: u64, state: &[u8]) -> u32 {
    let mut hasher = start(entity, seq);
    hasher.update(state);
    hasher.finalize()
}

fn start(entity: &EntityId, seq: u64) -> crc32fast::Hasher {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(entity.kind.as_str().as_bytes());
    // Kinds contain no zero byte, so kind and id cannot run into each other.
    hasher.update(&[0]);
    hasher.update(entity.id.as_bytes());
    hasher.update(&seq.to_be_bytes());
    hasher
}
