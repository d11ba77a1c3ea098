//! Bytes in GridFS, in the bucket `media`; what is derived from them, which is small, in the collection `media.derived`.
//!
//! The id of a file is its name, the hash of its content. Everything that is written follows from the content alone, so
//! writers of the same bytes write the same, in whatever order, and one that is killed leaves a part of what the next one
//! writes whole. That is why the driver's upload is not used: the loser of a race takes the winner's chunks away with its
//! own. Reading is the driver's.

use std::sync::Arc;

use amazoff_supervisor::Timestamp;
use amazoff_supervisor::documents::{Blobs, QUERY_LIMIT_MAX, StoredBlob};
use amazoff_supervisor::journal::JournalError;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, DateTime, RawArrayBuf, RawDocumentBuf, doc, rawdoc};
use futures::future::BoxFuture;
use futures::{AsyncReadExt, TryStreamExt};
use mongodb::IndexModel;
use mongodb::error::Error;
use mongodb::gridfs::GridFsBucket;
use mongodb::options::{CommitQuorum, GridFsBucketOptions, IndexOptions};
use tokio::sync::OnceCell;

use super::errors::{Damage, unsayable};
use super::server::Server;
use crate::files::{check_derived, content, is_derived, is_name, name_of, proven};

const BUCKET: &str = "media";
const FILES: &str = "media.files";
const CHUNKS: &str = "media.chunks";
const DERIVED: &str = "media.derived";
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

    async fn page(&self, after: &str, limit: usize) -> Result<Vec<StoredBlob>, JournalError> {
        let limit = i64::try_from(limit.min(QUERY_LIMIT_MAX)).unwrap_or(i64::MAX);
        if limit == 0 {
            // To MongoDB that is no limit.
            return Ok(Vec::new());
        }
        let files = self.server.collection(FILES);
        let find = files
            .find(doc! { "_id": { "$gt": after } })
            .projection(doc! { "length": 1, "uploadDate": 1 })
            .sort(doc! { "_id": 1 })
            .limit(limit)
            .max_time(self.server.options().operation_timeout);
        let found: Vec<RawDocumentBuf> = self.server.read(async { find.await?.try_collect().await }).await?;
        found.iter().map(stored).collect()
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

    fn list<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<StoredBlob>, JournalError>> {
        Box::pin(self.page(after.unwrap_or_default(), limit))
    }

    fn put_derived<'a>(
        &'a self,
        name: &'a str,
        form: &'a str,
        bytes: &'a [u8],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            check_derived(name, form)?;
            let data = Binary { subtype: BinarySubtype::Generic, bytes: proven(bytes) };
            let statement = rawdoc! {
                "q": { "_id": format!("{name}.{form}") },
                "u": { "$set": { "data": data } },
                "upsert": true,
            };
            self.server.update(DERIVED, std::iter::once(statement).collect()).await
        })
    }

    fn get_derived<'a>(
        &'a self,
        name: &'a str,
        form: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        Box::pin(async move {
            if !is_derived(name, form) {
                return Ok(None);
            }
            let stored = self.server.collection(DERIVED);
            let find = stored
                .find_one(doc! { "_id": format!("{name}.{form}") })
                .max_time(self.server.options().operation_timeout);
            let found = self.server.read(find.into_future()).await?;
            Ok(found.and_then(|found| content(found.get_binary("data").ok()?.bytes.to_vec())))
        })
    }
}

/// A file as it is listed.
fn stored(file: &RawDocumentBuf) -> Result<StoredBlob, JournalError> {
    let read = || {
        let name = file.get_str("_id").ok()?.to_owned();
        let bytes = u64::try_from(file.get_i64("length").ok()?).ok()?;
        let stored_at = Timestamp::from_unix_ms(file.get_datetime("uploadDate").ok()?.timestamp_millis());
        Some(StoredBlob { name, bytes, stored_at })
    };
    read().ok_or_else(|| JournalError::Corrupt {
        entity: "a file of the bucket media".to_owned(),
        reason: "it has no name, length or date".to_owned(),
    })
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
