//! Pictures that nobody names: uploaded, and then not used.

use std::collections::BTreeMap;
use std::time::Duration;

use amazoff_supervisor::Timestamp;
use amazoff_supervisor::documents::{Blobs, QUERY_LIMIT_MAX, StoredBlob};
use amazoff_supervisor::journal::JournalError;

use crate::finding::{Code, Report};

/// How long a picture may wait for somebody to use it.
const UNUSED_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// Digits of a name.
const DIGITS: usize = 64;

/// Pictures that have been kept for long and that no event has named so far.
#[derive(Debug, Default)]
pub(crate) struct Unnamed(BTreeMap<String, StoredBlob>);

impl Unnamed {
    /// All pictures that have been kept for long. Those that are listed before the truth is read can only be named by more
    /// events than are read then, never by fewer.
    pub(crate) async fn of(blobs: &dyn Blobs, now: Timestamp) -> Result<Self, JournalError> {
        let mut unnamed = BTreeMap::new();
        let mut after: Option<String> = None;
        loop {
            let page = blobs.list(after.as_deref(), QUERY_LIMIT_MAX).await?;
            let Some(last) = page.last() else { return Ok(Self(unnamed)) };
            after = Some(last.name.clone());
            let old = page.into_iter().filter(|blob| now.since(blob.stored_at) > UNUSED_AFTER);
            unnamed.extend(old.map(|blob| (blob.name.clone(), blob)));
        }
    }

    /// Whatever stands in an event and has the form of a name is taken for one.
    pub(crate) fn named_in(&mut self, payload: &[u8]) {
        if self.0.is_empty() {
            return;
        }
        let Ok(text) = std::str::from_utf8(payload) else { return };
        for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() == DIGITS) {
            self.0.remove(word);
        }
    }

    /// Tells of those that no event named.
    pub(crate) fn tell(&self, report: &mut Report) {
        for blob in self.0.values() {
            let StoredBlob { name, bytes, stored_at } = blob;
            let detail = format!("{bytes} bytes, kept since {stored_at}, are named by no event");
            report.note(Code::MediaUnused, format!("picture {name}"), detail);
        }
    }
}
