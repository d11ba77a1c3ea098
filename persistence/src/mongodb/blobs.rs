//! Bytes in GridFS, in the bucket `media`.
//!
//! The id of a file is its name, the hash of its content. Everything that is written follows from the content alone, so
//! writers of the same bytes write the same, in whatever order, and one that is killed leaves a part of what the next one
//! writes whole. That is why the driver's upload is not used: the loser of a race takes the winner's chunks away with its
//! own. Reading is the driver's.

use std::sync::Arc;

use amazoff_supervisor::documents::Blobs;
use amazoff_supervisor::journal::JournalError;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, DateTime, RawArrayBuf, doc, rawdoc};
use futures::AsyncReadExt;
use futures::future::BoxFuture;
use mongodb::IndexModel;
use mongodb::error::Error;
use mongodb::gridfs::GridFsBucket;
use mongodb::options::{CommitQuorum, GridFsBucketOptions, IndexOptions};
use tokio::sync::OnceCell;

use super::errors::{Damage, unsayable};
use super::server::Server;
use crate::files::{is_name, name_of};

const BUCKET: &str = "media";
const FILES: &str = "media.files";
const CHUNKS: &str = "media.chunks";
/// GridFS's usual size: with its frame a chunk fills 256 KiB.
const CHUNK_BYTES: usize = 255 * 1024;
/// Chunks in one command.
const COMMAND_CHUNKS: usize = 32;

/// The bucket of media.
pub(super) struct MongoBlobs {
    server: Arc<Server>,
    bucket: GridFsBucket,
    /// Whether the chunks' index was seen to.
    indexed: OnceCell<()>,
}

impl MongoBlobs {
    pub(super) fn over(server: Arc<Server>) -> Self {
        let options = GridFsBucketOptions::builder().bucket_name(BUCKET.to_owned()).build();
        let bucket = server.database().gridfs_bucket(options);
        Self { server, bucket, indexed: OnceCell::new() }
    }

    /// Sees to GridFS's index, which finds the chunks of a file and keeps each number single.
    async fn with_index(&self) -> Result<(), JournalError> {
        let make = || async {
            let options = IndexOptions::builder().unique(true).build();
            let index = IndexModel::builder().keys(doc! { "files_id": 1, "n": 1 }).options(options).build();
            let chunks = self.server.collection(CHUNKS);
            self.server
                .write(async || {
                    Ok(chunks.create_index(index.clone()).commit_quorum(CommitQuorum::Majority).await?)
                })
                .await
                .map(drop)
        };
        self.indexed.get_or_try_init(make).await.map(drop)
    }

    async fn store(&self, bytes: &[u8]) -> Result<String, JournalError> {
        let name = name_of(bytes);
        match self.read(&name).await {
            Ok(Some(_)) => return Ok(name),
            // What is missing or broken is written whole.
            Ok(None) | Err(JournalError::Corrupt { .. }) => {}
            Err(error) => return Err(error),
        }
        self.with_index().await?;
        let chunks: Vec<&[u8]> = bytes.chunks(CHUNK_BYTES).collect();
        let count = position(chunks.len())?;
        for (part, numbers) in chunks.chunks(COMMAND_CHUNKS).zip((0..).step_by(COMMAND_CHUNKS)) {
            self.server.update(CHUNKS, statements(&name, part, numbers)?).await?;
        }
        let (collection, beyond) =
            (self.server.collection(CHUNKS), doc! { "files_id": &name, "n": { "$gte": count } });
        self.server.write(async || Ok(collection.delete_many(beyond.clone()).await?)).await?;
        self.finish(&name, bytes.len()).await?;
        Ok(name)
    }

    /// Makes the file appear: its chunks are stored.
    async fn finish(&self, name: &str, length: usize) -> Result<(), JournalError> {
        let length = i64::try_from(length).map_err(|error| unsayable(error.to_string()))?;
        let statement = rawdoc! {
            "q": { "_id": name },
            "u": {
                "_id": name,
                "length": length,
                "chunkSize": position(CHUNK_BYTES)?,
                "uploadDate": DateTime::now(),
                "filename": name,
            },
            "upsert": true,
        };
        self.server.update(FILES, std::iter::once(statement).collect()).await
    }

    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, JournalError> {
        let corrupt = |reason: String| JournalError::Corrupt { entity: format!("blob {name}"), reason };
        let reading = async {
            let mut bytes = Vec::new();
            let mut stream = self.bucket.open_download_stream(Bson::from(name)).await?;
            stream.read_to_end(&mut bytes).await.map_err(cause)?;
            Ok(bytes)
        };
        match self.server.find(reading).await? {
            Ok(bytes) if name_of(&bytes) == name => Ok(Some(bytes)),
            Ok(_) => Err(corrupt("the content does not match its name".to_owned())),
            Err(failure) => match failure.damage() {
                Some(Damage::Missing) => Ok(None),
                Some(Damage::Broken(reason)) => Err(corrupt(reason)),
                None => Err(failure.of_read()),
            },
        }
    }
}

impl Blobs for MongoBlobs {
    fn put<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, Result<String, JournalError>> {
        Box::pin(self.store(bytes))
    }

    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        Box::pin(async move { if is_name(name) { self.read(name).await } else { Ok(None) } })
    }
}

/// Each chunk by its number, whether it is there or not.
fn statements(name: &str, chunks: &[&[u8]], from: usize) -> Result<RawArrayBuf, JournalError> {
    let statement = |(bytes, n): (&&[u8], usize)| {
        let data = Binary { subtype: BinarySubtype::Generic, bytes: bytes.to_vec() };
        Ok(rawdoc! {
            "q": { "files_id": name, "n": position(n)? },
            "u": { "$set": { "data": data } },
            "upsert": true,
        })
    };
    chunks.iter().zip(from..).map(statement).collect()
}

/// A number as GridFS counts: 31 bits.
fn position(number: usize) -> Result<i32, JournalError> {
    i32::try_from(number).map_err(|_beyond| unsayable("the bytes are too many for GridFS"))
}

/// What the driver said inside an error of its stream.
fn cause(error: std::io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(cause) => cause,
        Err(error) => error.into(),
    }
}
