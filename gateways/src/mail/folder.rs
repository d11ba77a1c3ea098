//! Mails as files, for a shop without a mail server: somebody who tries it out finds the links there.

use std::path::{Path, PathBuf};

use amazoff_actors::mail::{MailError, Mailer, Message};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::io::AsyncWriteExt;

use super::compose::{Sender, compose};

/// Puts each mail into a file of its own, `<id>.eml`, which only the owner of the folder reads.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    from: Sender,
}

impl Folder {
    /// Over a folder, which is made with the first mail.
    pub fn new(path: PathBuf, from: Sender) -> Self {
        Self { path, from }
    }

    async fn put(&self, message: &Message) -> Result<(), MailError> {
        let bytes = compose(&self.from, message)?.formatted();
        let file = self.path.join(format!("{}.eml", message.id.simple()));
        write(&self.path, &file, &bytes).await.map_err(|error| MailError::Later(error.to_string()))
    }
}

async fn write(folder: &Path, file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).await?;
    let half = file.with_extension("half");
    let mut options = tokio::fs::OpenOptions::new();
    let mut open = options.write(true).create(true).truncate(true).mode(0o600).open(&half).await?;
    open.write_all(bytes).await?;
    open.flush().await?;
    tokio::fs::rename(&half, file).await
}

impl Mailer for Folder {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), MailError>> {
        self.put(message).boxed()
    }
}
