//! One deployment of MongoDB: whether it can be used, and commands with limits.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};

use amazoff_supervisor::journal::JournalError;
use bson::{Document, RawArrayBuf, RawDocumentBuf, doc};
use mongodb::{Client, Collection, Database};
use tokio::time::timeout;

use super::errors::Failure;
use super::open::{self, OpenError, Options};

/// The wire version of MongoDB 5.0, the first with the stable API.
const WIRE_VERSION_MIN: i32 = 13;

/// A deployment, perhaps not reachable now.
pub(super) struct Server {
    client: Client,
    database: Database,
    options: Options,
    /// Set once a server has said that it is of the right kind.
    usable: AtomicBool,
}

impl Server {
    /// Prepares the client; connects to nothing yet.
    pub(super) async fn new(url: &str, options: Options) -> Result<Self, OpenError> {
        let (driver, database) = open::parse(url, &options).await?;
        let unusable = |error: mongodb::error::Error| OpenError::Url { reason: error.kind.to_string() };
        let client = Client::with_options(driver).map_err(unusable)?;
        Ok(Self { database: client.database(&database), client, options, usable: AtomicBool::new(false) })
    }

    /// Asks what kind of deployment this is.
    pub(super) async fn check(&self) -> Result<(), OpenError> {
        if self.usable.load(Ordering::Acquire) {
            return Ok(());
        }
        let hello = self.limited(async { Ok(self.database.run_command(doc! { "hello": 1 }).await?) }).await;
        match hello {
            Ok(hello) => judge(&hello).map_err(|reason| OpenError::Unusable { reason })?,
            Err(failure) if failure.is_unreachable() => {
                return Err(OpenError::Unreachable { reason: failure.to_string() });
            }
            Err(failure) => return Err(OpenError::Unusable { reason: failure.to_string() }),
        }
        self.usable.store(true, Ordering::Release);
        Ok(())
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// A collection whose documents are read as they are stored.
    pub(super) fn collection(&self, name: &str) -> Collection<RawDocumentBuf> {
        self.database.collection(name)
    }

    /// Reads, within the limits. The driver repeats a read that another member may serve.
    pub(super) async fn read<T>(
        &self,
        work: impl Future<Output = Result<T, mongodb::error::Error>> + Send,
    ) -> Result<T, JournalError> {
        self.find(work).await?.map_err(|failure| failure.of_read())
    }

    /// Reads, within the limits; leaves the judgement of what failed to the caller.
    pub(super) async fn find<T>(
        &self,
        work: impl Future<Output = Result<T, mongodb::error::Error>> + Send,
    ) -> Result<Result<T, Failure>, JournalError> {
        self.usable().await?;
        Ok(self.limited(async { Ok(work.await?) }).await)
    }

    /// Writes, within the limits. What may pass is tried a second time: all writes here can be repeated.
    pub(super) async fn write<T, F>(&self, attempt: impl Fn() -> F + Send + Sync) -> Result<T, JournalError>
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        self.usable().await?;
        let first = match self.limited(attempt()).await {
            Ok(done) => return Ok(done),
            Err(failure) if failure.is_passing() => failure,
            Err(failure) => return Err(failure.of_write()),
        };
        tracing::debug!(error = %first, "a write to mongodb is tried again");
        self.limited(attempt()).await.map_err(|second| match second.of_write() {
            // The second attempt did nothing, but perhaps the first did.
            JournalError::Unavailable(reason) if !first.is_without_effect() => {
                JournalError::OutcomeUnknown(reason)
            }
            error => error,
        })
    }

    /// Runs statements in one command, in any order.
    pub(super) async fn update(&self, collection: &str, statements: RawArrayBuf) -> Result<(), JournalError> {
        let limit_ms = i64::try_from(self.options.operation_timeout.as_millis()).unwrap_or(i64::MAX);
        let mut command = bson::rawdoc! { "update": collection };
        command.append(bson::cstr!("updates"), statements);
        command.append(bson::cstr!("ordered"), false);
        command.append(bson::cstr!("maxTimeMS"), limit_ms);
        command.append(
            bson::cstr!("writeConcern"),
            bson::rawdoc! { "w": "majority", "j": true, "wtimeout": limit_ms },
        );
        self.write(|| async { verdict(&self.database.run_raw_command(command.clone()).await?) }).await
    }

    /// Ends all connections; later calls find the server unavailable.
    pub(super) async fn close(&self) {
        self.client.clone().shutdown().immediate(true).await;
    }

    /// Does not let anything be stored where it would not be safe.
    async fn usable(&self) -> Result<(), JournalError> {
        self.check().await.map_err(|error| JournalError::Unavailable(error.to_string()))
    }

    async fn limited<T>(&self, work: impl Future<Output = Result<T, Failure>> + Send) -> Result<T, Failure> {
        // The driver's futures are large.
        timeout(self.options.client_timeout(), Box::pin(work)).await.unwrap_or(Err(Failure::Elapsed))
    }
}

/// Judges the answer to `hello`.
fn judge(hello: &Document) -> Result<(), String> {
    let is_set = hello.contains_key("setName");
    let is_router = hello.get_str("msg").is_ok_and(|message| message == "isdbgrid");
    if !is_set && !is_router {
        return Err(
            "it is a standalone server, which cannot promise that a write survives: start mongod with \
                    --replSet and run rs.initiate()"
                .to_owned(),
        );
    }
    match hello.get_i32("maxWireVersion") {
        Ok(version) if version >= WIRE_VERSION_MIN => Ok(()),
        _ => Err("it is older than MongoDB 5.0".to_owned()),
    }
}

/// Judges the answer to an `update` of many statements: it is an answer also when some of them failed.
fn verdict(reply: &Document) -> Result<(), Failure> {
    let statement = reply.get_array("writeErrors").ok().and_then(|errors| errors.first()?.as_document());
    match statement.or_else(|| reply.get_document("writeConcernError").ok()) {
        None => Ok(()),
        Some(error) => Err(Failure::Reply {
            code: error.get_i32("code").unwrap_or_default(),
            message: error.get_str("errmsg").unwrap_or("a write failed").to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_replica_sets_and_routers_of_a_fit_version_are_usable() {
        assert!(judge(&doc! { "setName": "rs0", "maxWireVersion": 17 }).is_ok());
        assert!(judge(&doc! { "msg": "isdbgrid", "maxWireVersion": 13 }).is_ok());
        assert!(judge(&doc! { "maxWireVersion": 17 }).unwrap_err().contains("--replSet"));
        assert!(judge(&doc! { "setName": "rs0", "maxWireVersion": 9 }).unwrap_err().contains("5.0"));
    }

    #[test]
    fn a_reply_with_any_error_is_a_failure() {
        assert!(verdict(&doc! { "ok": 1, "n": 3 }).is_ok());
        let statement =
            doc! { "ok": 1, "writeErrors": [{ "index": 0, "code": 17419, "errmsg": "too large" }] };
        assert!(matches!(verdict(&statement), Err(Failure::Reply { code: 17419, .. })));
        let concern = doc! { "ok": 1, "writeConcernError": { "code": 91, "errmsg": "shutting down" } };
        assert!(verdict(&concern).unwrap_err().is_passing());
    }
}
