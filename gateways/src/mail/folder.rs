//! Mails as files, for a shop without a mail server: somebody who tries it out finds the links there. Those to a person who is
//! erased are removed.

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use amazoff_actors::mail::{MailError, Mailer, Message};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::RwLock;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::compose::{Sender, compose};

/// Puts each mail into a file of its own, `<person>.<id>.eml`, which only the owner of the folder reads.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    from: Sender,
    /// Who was erased while this program runs: 16 bytes each. Afterwards nobody can make a mail to them.
    forgotten: Arc<RwLock<HashSet<Uuid>>>,
}

impl Folder {
    /// Over a folder, which is made with the first mail.
    pub fn new(path: PathBuf, from: Sender) -> Self {
        Self { path, from, forgotten: Arc::default() }
    }

    async fn put(&self, message: &Message) -> Result<(), MailError> {
        let forgotten = Arc::clone(&self.forgotten).read_owned().await;
        if forgotten.contains(&message.person) {
            return Ok(());
        }
        let bytes = compose(&self.from, message)?.formatted();
        let file = self.path.join(format!("{}{}.eml", prefix(message.person), message.id.simple()));
        let folder = self.path.clone();
        let written = spawn_blocking(move || {
            let written = write(&folder, &file, &bytes);
            drop(forgotten); // also when nobody waits for it any more
            written
        })
        .await;
        written.map_err(io::Error::other).flatten().map_err(|error| MailError::Later(error.to_string()))
    }
}

/// How the files of a person's mails begin.
fn prefix(person: Uuid) -> String {
    format!("{}.", person.simple())
}

async fn remove(folder: &Path, prefix: &str) -> io::Result<()> {
    let mut files = match tokio::fs::read_dir(folder).await {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    while let Some(file) = files.next_entry().await? {
        if file.file_name().to_string_lossy().starts_with(prefix) {
            tokio::fs::remove_file(file.path()).await?;
        }
    }
    Ok(())
}

/// Writes a file whole, in a folder that is made when it is missing.
fn write(folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    let half = file.with_extension("half");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut open = match options.open(&half) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            options.open(&half)?
        }
        opened => opened?,
    };
    open.write_all(bytes)?;
    std::fs::rename(&half, file)
}

impl Mailer for Folder {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), MailError>> {
        self.put(message).boxed()
    }

    fn forget(&self, person: Uuid) -> BoxFuture<'_, Result<(), MailError>> {
        async move {
            // Whoever is writing to the person just now ends first.
            self.forgotten.write().await.insert(person);
            let removed = remove(&self.path, &prefix(person)).await;
            removed.map_err(|error| MailError::Later(error.to_string()))
        }
        .boxed()
    }
}
