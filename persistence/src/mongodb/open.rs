//! What a URL may say, how the client is set up, and why a database cannot be used.

use std::net::IpAddr;
use std::time::Duration;

use mongodb::options::{
    Acknowledgment, ClientOptions, ConnectionString, ReadConcern, ReadPreference, SelectionCriteria,
    ServerAddress, ServerApi, ServerApiVersion, Tls, WriteConcern,
};

const APP_NAME: &str = "amazoff";
/// The database of a URL that names none.
const DATABASE: &str = "amazoff";

/// Why documents cannot be kept in a MongoDB.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The configured URL cannot be understood. It is not repeated here: it may hold a password.
    #[error("the URL of the documents is unusable: {reason}; write mongodb://host:27017/database")]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// Documents would cross a network in plain text.
    #[error(
        "MongoDB at {host} would be spoken to without TLS: add tls=true to its URL, or tls=false to allow it"
    )]
    Insecure {
        /// The remote host.
        host: String,
    },
    /// No server answers now. *When to use me*: waiting helps.
    #[error("MongoDB cannot be reached: {reason}")]
    Unreachable {
        /// What the driver said.
        reason: String,
    },
    /// A server answers, but documents cannot be kept there. *When to use me*: only an operator can help.
    #[error("MongoDB cannot be used: {reason}")]
    Unusable {
        /// What an operator has to change.
        reason: String,
    },
}

/// How much is used of a MongoDB, and how long it may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Connections to one server, at most.
    pub connections_max: u32,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long to look for a server that can serve, such as a new primary.
    pub selection_timeout: Duration,
    /// How long the server may work on one command (`maxTimeMS`, `wtimeout`). The client gives up
    /// [`Options::selection_timeout`] later, whatever the server does.
    pub operation_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections_max: 16,
            connect_timeout: Duration::from_secs(2),
            selection_timeout: Duration::from_secs(2),
            operation_timeout: Duration::from_secs(5),
        }
    }
}

impl Options {
    /// When the client gives up on one command.
    pub(super) fn client_timeout(&self) -> Duration {
        self.operation_timeout.saturating_add(self.selection_timeout)
    }

    /// How often each server is asked how it is: a server that is back, or has become primary, is found while a call still
    /// looks for one. The driver takes no less than half a second.
    fn heartbeat(&self) -> Duration {
        (self.selection_timeout / 2).max(Duration::from_millis(500))
    }

    /// What every acknowledged write has been through: a majority of the members, and their journals.
    pub(super) fn write_concern(&self) -> WriteConcern {
        let majority = WriteConcern::builder().w(Acknowledgment::Majority).journal(true);
        majority.w_timeout(self.operation_timeout).build()
    }
}

/// Turns a URL into the options of the driver, and the name of the database.
///
/// Where the documents are, who may see them and how connections are protected is the URL's to say. What the port promises
/// (concerns, retries, the API version) is not, so the URL is overruled there.
///
/// # Errors
/// [`OpenError::Url`] and [`OpenError::Insecure`].
pub(super) async fn parse(url: &str, options: &Options) -> Result<(ClientOptions, String), OpenError> {
    let unusable = |error: mongodb::error::Error| OpenError::Url { reason: error.kind.to_string() };
    let parsed = ConnectionString::parse(url).map_err(unusable)?;
    let mut client = ClientOptions::parse(parsed).await.map_err(unusable)?;
    if let Some(host) = unprotected(&client) {
        return Err(OpenError::Insecure { host });
    }
    let database = client.default_database.clone().unwrap_or_else(|| DATABASE.to_owned());
    client.app_name.get_or_insert_with(|| APP_NAME.to_owned());
    client.max_pool_size.get_or_insert(options.connections_max);
    client.connect_timeout.get_or_insert(options.connect_timeout);
    client.server_selection_timeout.get_or_insert(options.selection_timeout);
    client.heartbeat_freq.get_or_insert(options.heartbeat());
    client.retry_reads = Some(true);
    client.retry_writes = Some(true);
    client.read_concern = Some(ReadConcern::majority());
    client.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    client.write_concern = Some(options.write_concern());
    client.server_api = Some(ServerApi::builder().version(ServerApiVersion::V1).strict(true).build());
    Ok((client, database))
}

/// A remote host that would be spoken to in plain text without anybody having said so.
fn unprotected(client: &ClientOptions) -> Option<String> {
    match &client.tls {
        Some(Tls::Enabled(_) | Tls::Disabled) => None,
        None => client.hosts.iter().find(|host| !is_local(host)).map(ToString::to_string),
    }
}

fn is_local(server: &ServerAddress) -> bool {
    match server {
        ServerAddress::Tcp { host, .. } => {
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            bare == "localhost" || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        // A socket file.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn opened(url: &str) -> Result<(ClientOptions, String), OpenError> {
        parse(url, &Options::default()).await
    }

    #[tokio::test]
    async fn a_remote_host_needs_tls_or_a_word_that_it_does_not() {
        for url in
            ["mongodb://db.example/shop", "mongodb://127.0.0.1:1,10.0.0.7:1/shop", "mongodb://[::2]/shop"]
        {
            assert!(matches!(opened(url).await, Err(OpenError::Insecure { .. })), "{url}");
        }
        for url in [
            "mongodb://localhost/shop",
            "mongodb://127.0.0.1:27117/shop",
            "mongodb://[::1]:27117/shop",
            "mongodb://db.example/shop?tls=true",
            "mongodb://db.example/shop?tls=false",
        ] {
            assert!(opened(url).await.is_ok(), "{url}");
        }
    }

    #[tokio::test]
    async fn the_url_does_not_weaken_what_the_port_promises() {
        let url = "mongodb://localhost/shop?w=1&journal=false&readConcernLevel=local&retryWrites=false&readPreference=secondary";
        let (client, database) = opened(url).await.unwrap();
        assert_eq!(database, "shop");
        assert_eq!(client.write_concern, Some(Options::default().write_concern()));
        assert_eq!(client.read_concern, Some(ReadConcern::majority()));
        assert_eq!((client.retry_reads, client.retry_writes), (Some(true), Some(true)));
        assert!(client.server_api.unwrap().strict.unwrap());
    }

    #[tokio::test]
    async fn another_url_is_refused_without_its_password() {
        for url in [
            "mysql://root:hunter2@localhost/shop",
            "mongodb://root:hunter2@",
            "mongodb+srv://x:hunter2@db.example/",
            "mongodb://root:/hunter2@localhost/",
            "mongodb://root:@hunter2@localhost/",
            "mongodb://root:hunter2%@localhost/",
            "mongodb://root:x:hunter2@localhost/",
            "mongodb://root:hunter2@local:port/",
        ] {
            let refusal = opened(url).await.unwrap_err().to_string();
            assert!(refusal.contains("mongodb://host") && !refusal.contains("hunter2"), "{refusal}");
        }
    }
}
