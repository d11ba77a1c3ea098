//! Consistency tokens: how a reader says what it has already seen, so that documents which follow later do not contradict it.
//!
//! Whatever is answered or read from an entity has a position: its shard, and the number of its newest event there. A
//! [`scope`] collects the positions of one request. Inside it, documents are read only after the projections that feed
//! them have passed what the caller presented and what the request itself has changed; bounded by [`WAIT_MAX`], then the
//! read fails with [`JournalError::NotYet`](crate::journal::JournalError::NotYet). Outside of a scope nothing waits.
//!
//! A token outlives no restore of an older backup: positions that the journal does not have (any more) are never reached.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::fault::{Fault, FaultKind};
use crate::ids::{SHARD_COUNT, ShardId};

/// How long a read of documents waits for what its scope has seen.
pub const WAIT_MAX: Duration = Duration::from_secs(2);
/// Longest text that is taken for a token, in bytes.
pub const TEXT_BYTES_MAX: usize = 4_096;

const FORMAT: u8 = 1;
const MAC_BYTES: usize = 16;
const HMAC_BLOCK_BYTES: usize = 64;

/// Up to where somebody has seen each shard. At most one entry per shard, so never more than 256.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token(BTreeMap<ShardId, u64>);

/// The text is no token of this shop: forged, garbled, cut or too long. Repeating it fails again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this consistency token was not given out here, or was altered")]
pub struct TokenInvalid;

impl Fault for TokenInvalid {
    fn kind(&self) -> FaultKind {
        FaultKind::Invalid
    }
    fn code(&self) -> &'static str {
        "consistency-token-invalid"
    }
}

impl Token {
    /// Whether it demands nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Adds a position; of two in one shard the later counts.
    pub fn note(&mut self, shard: ShardId, shard_seq: u64) {
        if shard_seq > 0 {
            let seen = self.0.entry(shard).or_default();
            *seen = shard_seq.max(*seen);
        }
    }
    /// Adds all positions of another token.
    pub fn merge(&mut self, other: &Self) {
        for (shard, shard_seq) in other.positions() {
            self.note(shard, shard_seq);
        }
    }
    /// The positions, by shard.
    pub fn positions(&self) -> impl Iterator<Item = (ShardId, u64)> {
        self.0.iter().map(|(shard, shard_seq)| (*shard, *shard_seq))
    }

    /// Its text: URL-safe base64 of the positions and a truncated HMAC-SHA256 over them. At most [`TEXT_BYTES_MAX`].
    pub fn sign(&self, key: &[u8; 32]) -> String {
        let mut bytes = vec![FORMAT];
        for (shard, shard_seq) in self.positions() {
            put_varint(&mut bytes, shard.number().into());
            put_varint(&mut bytes, shard_seq);
        }
        let mac = mac(key, &bytes).finalize().into_bytes();
        bytes.extend(mac.iter().take(MAC_BYTES));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a text made by [`Token::sign`] with the same key.
    ///
    /// # Errors
    /// [`TokenInvalid`] for anything else.
    pub fn parse(text: &str, key: &[u8; 32]) -> Result<Self, TokenInvalid> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(TokenInvalid);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_not_base64| TokenInvalid)?;
        let body_bytes = bytes.len().checked_sub(MAC_BYTES).ok_or(TokenInvalid)?;
        let (body, seal) = bytes.split_at(body_bytes);
        mac(key, body).verify_truncated_left(seal).map_err(|_forged| TokenInvalid)?;
        read(body).ok_or(TokenInvalid)
    }
}

fn mac(key: &[u8; 32], bytes: &[u8]) -> Hmac<Sha256> {
    let mut block = [0; HMAC_BLOCK_BYTES]; // HMAC itself pads a shorter key with zeros to its block
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(bytes);
    mac
}

fn read(body: &[u8]) -> Option<Token> {
    let (format, mut rest) = body.split_first()?;
    let mut token = Token::default();
    if *format != FORMAT {
        return None;
    }
    while !rest.is_empty() && token.0.len() < usize::from(SHARD_COUNT) {
        let shard = ShardId::from_number(u16::try_from(take_varint(&mut rest)?).ok()?)?;
        token.note(shard, take_varint(&mut rest)?);
    }
    rest.is_empty().then_some(token)
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn put_varint(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        number |= bits << shift;
        if (bits << shift) >> shift != bits {
            return None;
        }
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

tokio::task_local! {
    static SCOPE: Scope;
}

/// Which projections must have passed a position before the same request reads their documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    /// None: it was only read.
    Nobody,
    /// Those that follow this kind.
    Followers(&'static str),
    /// Every one.
    Everybody,
}

/// What one request demands and has seen.
struct Scope {
    required: Token,
    seen: Mutex<BTreeMap<(Binds, ShardId), u64>>,
}

impl Scope {
    fn seen(&self) -> MutexGuard<'_, BTreeMap<(Binds, ShardId), u64>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn note(&self, binds: Binds, shard: ShardId, shard_seq: u64) {
        if shard_seq > 0 {
            let mut all = self.seen();
            let seen = all.entry((binds, shard)).or_default();
            *seen = shard_seq.max(*seen);
        }
    }
    /// What a projection of these kinds must have passed: what the caller demands, and what was done that concerns it.
    fn wanted(&self, kinds: &[&str]) -> Token {
        let mut token = self.required.clone();
        for ((binds, shard), shard_seq) in &*self.seen() {
            let bound = match binds {
                Binds::Nobody => false,
                Binds::Followers(kind) => kinds.contains(kind),
                Binds::Everybody => true,
            };
            if bound {
                token.note(*shard, *shard_seq);
            }
        }
        token
    }
}

/// Runs a request: documents that it reads include what `required` and the request itself have seen. Returns the output,
/// and `required` merged with all that was noted: the token of the reply.
///
/// The scope belongs to this future, not to tasks that it spawns. An inner scope knows nothing of an outer one.
pub async fn scope<F: Future>(required: Option<Token>, future: F) -> (F::Output, Token) {
    let scope = Scope { required: required.unwrap_or_default(), seen: Mutex::default() };
    let collecting = async {
        let output = future.await;
        let token = SCOPE.with(|scope| {
            let mut token = scope.required.clone();
            for ((_, shard), shard_seq) in &*scope.seen() {
                token.note(*shard, *shard_seq);
            }
            token
        });
        (output, token)
    };
    SCOPE.scope(scope, Box::pin(collecting)).await
}

/// Notes that the current scope, if any, has seen a shard up to a position; every projection must have passed it.
pub fn note(shard: ShardId, shard_seq: u64) {
    let _ = SCOPE.try_with(|scope| scope.note(Binds::Everybody, shard, shard_seq));
}

/// Notes that the current scope, if any, has changed an entity of a kind. Within this scope only projections that follow
/// the kind must have passed it, so that nobody's cart waits for the catalogue.
pub fn note_of(kind: &'static str, shard: ShardId, shard_seq: u64) {
    let _ = SCOPE.try_with(|scope| scope.note(Binds::Followers(kind), shard, shard_seq));
}

/// Notes that the current scope, if any, has read an entity. It travels in the token, so the next request that presents it
/// sees no less; within this scope nothing waits for it, or whoever looks at one thing would wait for a list of others.
pub fn note_read(shard: ShardId, shard_seq: u64) {
    let _ = SCOPE.try_with(|scope| scope.note(Binds::Nobody, shard, shard_seq));
}

/// What a projection of these kinds must have passed before the current scope reads its documents; `None` when nothing.
pub(crate) fn wanted(kinds: &[&str]) -> Option<Token> {
    SCOPE.try_with(|scope| scope.wanted(kinds)).ok().filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn shard(number: u16) -> ShardId {
        ShardId::from_number(number).unwrap()
    }

    proptest! {
        #[test]
        fn a_signed_token_reads_the_same(positions in prop::collection::btree_map(0..SHARD_COUNT, 1..=u64::MAX, 0..=256)) {
            let mut token = Token::default();
            for (number, shard_seq) in &positions {
                token.note(shard(*number), *shard_seq);
            }
            let text = token.sign(&KEY);
            prop_assert!(text.len() <= TEXT_BYTES_MAX);
            prop_assert_eq!(Token::parse(&text, &KEY), Ok(token));
        }

        #[test]
        fn no_altered_token_is_taken(at in 0_usize..27, flip in 1_u8..=255) {
            let mut token = Token::default();
            token.note(shard(3), 70_000);
            token.note(shard(255), 1);
            let mut bytes = URL_SAFE_NO_PAD.decode(token.sign(&KEY)).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            prop_assert_eq!(Token::parse(&URL_SAFE_NO_PAD.encode(bytes), &KEY), Err(TokenInvalid));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            prop_assert_eq!(Token::parse(&text, &KEY), Err(TokenInvalid));
        }
    }

    #[test]
    fn other_keys_long_texts_and_cut_ones_are_refused() {
        let mut token = Token::default();
        token.note(shard(9), 5);
        let text = token.sign(&KEY);
        assert_eq!(Token::parse(&text, &[8; 32]), Err(TokenInvalid));
        assert_eq!(Token::parse(&text[..text.len() - 2], &KEY), Err(TokenInvalid));
        assert_eq!(Token::parse(&"A".repeat(TEXT_BYTES_MAX + 4), &KEY), Err(TokenInvalid));
        assert_eq!(Token::parse("", &KEY), Err(TokenInvalid));
    }

    #[test]
    fn what_is_signed_but_no_token_is_refused() {
        for body in [&[2_u8, 1, 1][..], &[1, 0x80], &[1, 0x80, 2, 1], &[1, 5], &[]] {
            let mut bytes = body.to_vec();
            bytes.extend(mac(&KEY, body).finalize().into_bytes().iter().take(MAC_BYTES));
            let text = URL_SAFE_NO_PAD.encode(bytes);
            assert_eq!(Token::parse(&text, &KEY), Err(TokenInvalid), "{body:?}");
        }
    }

    #[tokio::test]
    async fn a_scope_merges_what_was_demanded_with_what_was_seen() {
        let mut required = Token::default();
        required.note(shard(1), 10);
        required.note(shard(2), 3);
        let ((), token) = scope(Some(required), async {
            note(shard(1), 4);
            note_of("cart", shard(2), 9);
            note_of("order", shard(3), 1);
            note(shard(4), 0);
            note_read(shard(5), 7);
            let of_orders = wanted(&["order"]).unwrap();
            assert_eq!(
                of_orders.positions().collect::<Vec<_>>(),
                [(shard(1), 10), (shard(2), 3), (shard(3), 1)]
            );
        })
        .await;
        let all = [(shard(1), 10), (shard(2), 9), (shard(3), 1), (shard(5), 7)];
        assert_eq!(token.positions().collect::<Vec<_>>(), all);
        note(shard(1), 4);
        assert_eq!(wanted(&["order"]), None, "outside of a scope nothing is noted");
    }
}
