//! The database's URL: where the server is, and how far the way to it is trusted.

use std::net::IpAddr;
use std::str::FromStr as _;

use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};

use super::options::MariaDbError;

/// The parameters that may be in the URL. Others would be passed over in silence, a misspelt `ssl-mode` too.
const KNOWN: [&str; 5] = ["ssl-mode", "ssl-ca", "ssl-cert", "ssl-key", "socket"];

/// The server that a URL names.
#[derive(Clone)]
pub(super) struct Server {
    /// How to connect to it.
    pub(super) options: MySqlConnectOptions,
    /// Its name without the password: `host:port/database`.
    pub(super) name: String,
}

impl Server {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// [`MariaDbError::Url`] when it is none, names no database, or would send data over a network unprotected.
    pub(super) fn parse(url: &str) -> Result<Self, MariaDbError> {
        if !url.starts_with("mysql://") {
            return wrong("must look like mysql://user:password@host:3306/database");
        }
        let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
        let names: Vec<&str> = parameters
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name))
            .collect();
        if let Some(unknown) = names.iter().find(|name| !KNOWN.contains(name)) {
            return wrong(&format!("has the parameter `{unknown}`; known are {}", KNOWN.join(", ")));
        }
        // The message of a URL that is none may repeat it, password and all.
        let Ok(options) = MySqlConnectOptions::from_str(url) else {
            return wrong(
                "must look like mysql://user:password@host:3306/database, special characters percent-encoded",
            );
        };
        let Some(database) = options.get_database() else {
            return wrong("names no database: write mysql://user:password@host:3306/database");
        };
        let host = options.get_host();
        let name = format!("{host}:{}/{database}", options.get_port());
        let nearby = options.get_socket().is_some() || is_this_machine(host);
        let options = if names.contains(&"ssl-mode") {
            let verified =
                matches!(options.get_ssl_mode(), MySqlSslMode::VerifyCa | MySqlSslMode::VerifyIdentity);
            let refused = !nearby && !verified && !matches!(options.get_ssl_mode(), MySqlSslMode::Disabled);
            if refused {
                return wrong(&unprotected(host));
            }
            options
        } else if nearby {
            options.ssl_mode(MySqlSslMode::Disabled)
        } else {
            return wrong(&unprotected(host));
        };
        Ok(Self { options, name })
    }

    /// No connection to it.
    pub(super) fn unreachable(&self, source: sqlx::Error) -> MariaDbError {
        MariaDbError::Connect { server: self.name.clone(), source }
    }
}

fn wrong<T>(reason: &str) -> Result<T, MariaDbError> {
    Err(MariaDbError::Url { reason: reason.to_owned() })
}

fn unprotected(host: &str) -> String {
    format!(
        "leaves the way to {host} open to eavesdroppers: add ssl-mode=VERIFY_IDENTITY (and ssl-ca=FILE for a CA of your \
         own), or ssl-mode=DISABLED on a network that you trust"
    )
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        Server::parse(url).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_server_of_this_machine_needs_no_tls() {
        for host in ["localhost", "127.0.0.1", "127.1.2.3:3307", "[::1]:3306"] {
            let server = Server::parse(&format!("mysql://shop:geheim@{host}/shop")).unwrap();
            assert!(matches!(server.options.get_ssl_mode(), MySqlSslMode::Disabled), "{host}");
            assert!(server.name.ends_with("/shop") && !server.name.contains("geheim"), "{}", server.name);
        }
        let socket = "mysql://shop@db.example/shop?socket=/run/mysqld/mysqld.sock";
        assert!(Server::parse(socket).is_ok());
    }

    #[test]
    fn a_server_elsewhere_is_verified_or_said_to_be_trusted() {
        for (mode, fine) in [
            ("", false),
            ("?ssl-mode=PREFERRED", false),
            ("?ssl-mode=REQUIRED", false),
            ("?ssl-mode=DISABLED", true),
            ("?ssl-mode=VERIFY_CA", true),
            ("?ssl-mode=VERIFY_IDENTITY&ssl-ca=ca.pem", true),
        ] {
            let line = refusal(&format!("mysql://shop:geheim@10.0.0.7:3306/shop{mode}"));
            assert_eq!(line.is_empty(), fine, "{mode}: {line}");
            assert!(fine || line.contains("ssl-mode=VERIFY_IDENTITY") && line.contains("10.0.0.7"), "{line}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused_without_its_password() {
        for (url, hint) in [
            ("sqlite:///data/journal.db", "mysql://user"),
            ("mysql://shop:geheim@localhost", "names no database"),
            ("mysql://shop:geheim@localhost/", "names no database"),
            ("mysql://shop:geheim@localhost/shop?ssl_mode=VERIFY_CA", "`ssl_mode`"),
            ("mysql://shop:geheim@localhost/shop?charset=latin1", "`charset`"),
            ("mysql://shop:geheim@localhost/shop?ssl-mode=MAYBE", "percent-encoded"),
            ("mysql://shop:ge#heim@local host/shop", "percent-encoded"),
        ] {
            let line = refusal(url);
            assert!(line.contains(hint) && !line.contains("heim"), "{url}: {line}");
        }
    }
}
