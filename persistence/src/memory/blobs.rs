//! Blobs in memory.

use std::collections::HashMap;
use std::sync::Mutex;

use amazoff_supervisor::documents::Blobs;
use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;

use super::locked;
use crate::files::name_of;

/// Immutable bytes by the hex SHA-256 of their content.
#[derive(Debug, Default)]
pub struct MemoryBlobs {
    blobs: Mutex<HashMap<String, Vec<u8>>>,
}

impl Blobs for MemoryBlobs {
    fn put<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, Result<String, JournalError>> {
        Box::pin(async move {
            let name = name_of(bytes);
            locked(&self.blobs).insert(name.clone(), bytes.to_vec());
            Ok(name)
        })
    }

    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        Box::pin(async move { Ok(locked(&self.blobs).get(name).cloned()) })
    }
}
