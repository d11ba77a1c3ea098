//! What a thread of the pool does with one password.

use amazoff_actors::user::passwords::PasswordError;
use amazoff_supervisor::compute::Job;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::try_generate_salt;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroizing;

/// Memory in KiB, passes and lanes of new hashes, as OWASP recommends for argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// The most memory in KiB that a stored hash may ask for: more is not ours.
const MEMORY_MAX: u32 = 4 * COST.0;

/// A password and what to do with it.
pub(super) struct PasswordJob {
    pub(super) password: Zeroizing<String>,
    pub(super) task: Task,
}

pub(super) enum Task {
    /// Hash it with a fresh salt.
    Hash,
    /// Compare it with a hash.
    Verify {
        /// The stored PHC string.
        hash: String,
    },
}

/// What came out.
pub(super) enum Hash {
    /// A PHC string.
    Made(String),
    /// Whether they are the same.
    Compared(bool),
}

/// The working memory of one thread.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

impl Memory {
    fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.0.len() < count {
            self.0.resize_with(count, Block::default);
        }
        &mut self.0[..count]
    }
}

impl Job for PasswordJob {
    type Output = Result<Hash, PasswordError>;
    type Scratch = Memory;
    const POOL: &'static str = "passwords";

    fn run(self, memory: &mut Memory) -> Self::Output {
        match self.task {
            Task::Hash => hash(&self.password, memory).map(Hash::Made),
            Task::Verify { hash } => verify(&self.password, &hash, memory).map(Hash::Compared),
        }
    }
}

fn failed(error: impl std::fmt::Display) -> PasswordError {
    PasswordError::Failed(error.to_string())
}

fn hash(password: &str, memory: &mut Memory) -> Result<String, PasswordError> {
    let (memory_kib, passes, lanes) = COST;
    let params = Params::new(memory_kib, passes, lanes, Some(Params::DEFAULT_OUTPUT_LEN)).map_err(failed)?;
    let salt = Salt::new(&try_generate_salt().map_err(failed)?).map_err(failed)?;
    let described = ParamsString::try_from(&params).map_err(failed)?;
    let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
    let output = compute(&Argon2::new(algorithm, version, params), password, &salt, memory)?;
    let made = PasswordHash {
        algorithm: algorithm.ident(),
        version: Some(version.into()),
        params: described,
        salt: Some(salt),
        hash: Some(output),
    };
    Ok(made.to_string())
}

fn verify(password: &str, stored: &str, memory: &mut Memory) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(failed)?;
    let params = Params::try_from(&stored).map_err(failed)?;
    if params.m_cost() > MEMORY_MAX {
        return Err(failed("the stored hash asks for too much memory"));
    }
    let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else {
        return Err(failed("the stored hash is incomplete"));
    };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(failed)?;
    let version = stored.version.map_or(Ok(Version::default()), Version::try_from).map_err(failed)?;
    let output = compute(&Argon2::new(algorithm, version, params), password, &salt, memory)?;
    Ok(output == expected) // in constant time
}

fn compute(
    argon2: &Argon2<'_>,
    password: &str,
    salt: &Salt,
    memory: &mut Memory,
) -> Result<Output, PasswordError> {
    let params = argon2.params();
    let mut buffer = Zeroizing::new([0; Output::MAX_LENGTH]);
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let output = buffer.get_mut(..length).ok_or_else(|| failed("the hash is too long"))?;
    let blocks = memory.blocks(params.block_count());
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, blocks).map_err(failed)?;
    Output::new(output).map_err(failed)
}
