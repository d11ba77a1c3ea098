//! A ZIP archive of JSON files that leaves in pieces.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use serde::Serialize;
use tokio::sync::mpsc;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::Cut;

/// What was written and has not left.
#[derive(Clone, Default)]
struct Pending(Arc<Mutex<Vec<u8>>>);

impl Pending {
    fn take(&self) -> Vec<u8> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An archive under way.
pub(super) struct Archive {
    zip: ZipWriter<StreamWriter<Pending>>,
    pending: Pending,
    to: mpsc::Sender<Result<Bytes, io::Error>>,
    /// Whether the list that is open has an item.
    has_item: bool,
}

impl Archive {
    /// Leaves through a channel.
    pub(super) fn new(to: mpsc::Sender<Result<Bytes, io::Error>>) -> Self {
        let pending = Pending::default();
        Self { zip: ZipWriter::new_stream(pending.clone()), pending, to, has_item: false }
    }

    fn begin(&mut self, file: &str) -> Result<(), Cut> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(0o600);
        self.zip.start_file(file, options).map_err(io::Error::other)?;
        Ok(())
    }

    /// Hands over what is ready; waits while the reader is slow.
    async fn leave(&mut self) -> Result<(), Cut> {
        let piece = self.pending.take();
        if piece.is_empty() {
            return Ok(());
        }
        self.to.send(Ok(Bytes::from(piece))).await.map_err(|_gone| Cut::Gone)
    }

    /// A file with one value.
    pub(super) async fn file(&mut self, name: &str, value: &impl Serialize) -> Result<(), Cut> {
        self.begin(name)?;
        serde_json::to_writer_pretty(&mut self.zip, value)?;
        self.leave().await
    }

    /// Begins a file with a list.
    pub(super) fn list(&mut self, name: &str) -> Result<(), Cut> {
        self.begin(name)?;
        self.has_item = false;
        self.zip.write_all(b"[")?;
        Ok(())
    }

    /// Adds an item to the list that was begun.
    pub(super) async fn item(&mut self, item: &impl Serialize) -> Result<(), Cut> {
        let before: &[u8] = if mem::replace(&mut self.has_item, true) { b",\n" } else { b"\n" };
        self.zip.write_all(before)?;
        serde_json::to_writer_pretty(&mut self.zip, item)?;
        self.leave().await
    }

    /// Ends it.
    pub(super) async fn end_list(&mut self) -> Result<(), Cut> {
        self.zip.write_all(b"\n]\n")?;
        self.leave().await
    }

    /// Ends the archive.
    pub(super) async fn end(self) -> Result<(), Cut> {
        self.zip.finish().map_err(io::Error::other)?;
        let rest = self.pending.take();
        self.to.send(Ok(Bytes::from(rest))).await.map_err(|_gone| Cut::Gone)
    }
}
