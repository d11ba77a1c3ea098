//! What a test needs to know of a running MongoDB: where it is, and a database of one's own in it.

use std::net::SocketAddr;

use bson::{Document, doc};
use url::Url;

use crate::access::{Database, Server, fresh_name};
use crate::running::Reach;
use crate::{Error, blocking, wire};

/// An address of a MongoDB server.
#[derive(Clone, Debug)]
pub struct MongoAccess {
    url: Url,
}

impl MongoAccess {
    /// The server behind `mongodb://host:port/?options`. Several hosts in one URL are not understood.
    ///
    /// # Errors
    /// When this is not such a URL; `variable` is named then.
    pub fn parse(url: &str, variable: &'static str) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::Url { variable, reason: reason.to_owned() };
        let url = Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
        if url.scheme() != "mongodb" || url.host_str().is_none_or(str::is_empty) {
            return Err(wrong("expected mongodb://host:port/?options"));
        }
        Ok(Self { url })
    }

    /// Host and port.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}:{}", self.url.host_str().unwrap_or_default(), self.url.port().unwrap_or(27017))
    }

    /// URL of the server itself.
    #[must_use]
    pub fn admin(&self) -> String {
        self.url.to_string()
    }

    /// URL of a database, with the options of the server's URL.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(database);
        url.to_string()
    }

    /// URL of a database through another address, such as a proxy's, which the driver must not find a way around.
    #[must_use]
    pub fn url_at(&self, address: SocketAddr, database: &str) -> String {
        format!("mongodb://{address}/{database}?directConnection=true")
    }

    /// Names a database for one test; MongoDB makes it with the first write. It is dropped with the value, as far as
    /// the server is up then.
    #[must_use]
    pub fn database(&self) -> Database {
        let name = fresh_name();
        Database { url: self.url(&name), name, server: Server::Mongo(self.clone()) }
    }

    /// Runs one command in a database and gives back the server's reply.
    ///
    /// # Errors
    /// When the server refuses it (which it also does when it wants a login), or is down.
    pub async fn run_command(&self, database: &str, command: Document) -> Result<Document, Error> {
        let (address, database) = (self.address(), database.to_owned());
        blocking(move || wire::command(&address, &database, command)).await
    }

    pub(crate) fn drop_database(&self, name: &str) -> Result<(), Error> {
        wire::command(&self.address(), name, doc! { "dropDatabase": 1 }).map(drop)
    }
}

impl Reach for MongoAccess {
    /// Whether the server takes writes.
    fn is_ready(&self) -> bool {
        wire::command(&self.address(), "admin", doc! { "hello": 1 })
            .is_ok_and(|reply| reply.get_bool("isWritablePrimary").unwrap_or(false))
    }
}
