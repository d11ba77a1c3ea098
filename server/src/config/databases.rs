//! Which database holds what, from the two URLs.

use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use super::{ConfigError, parse, table};

/// Where the transactional truth is.
#[derive(Clone, Debug)]
pub(crate) enum TruthAt {
    /// A file.
    Sqlite(PathBuf),
    /// A MariaDB server: the URL, with its password.
    MariaDb(SecretString),
}

/// Where the read models are.
#[derive(Clone, Debug)]
pub(crate) enum DocumentsAt {
    /// A file.
    Sqlite(PathBuf),
    /// A MongoDB replica set: the URL, with its password. It holds the media, too.
    MongoDb(SecretString),
}

impl fmt::Display for TruthAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "SQLite, {}", file.display()),
            Self::MariaDb(url) => write!(f, "MariaDB, {}", masked(url.expose_secret())),
        }
    }
}

impl fmt::Display for DocumentsAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "SQLite, {}", file.display()),
            Self::MongoDb(url) => write!(f, "MongoDB, {}", masked(url.expose_secret())),
        }
    }
}

/// `AMAZOFF_DATABASE_URL`, or a file in the data folder.
pub(super) fn truth(value: Option<&str>, data_dir: &Path) -> Result<TruthAt, ConfigError> {
    const EXPECTED: &str =
        "is not a URL like sqlite:./data/journal.db or mysql://user:password@host:3306/database";
    match value {
        Some(url) if scheme(url, "mysql") => {
            let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
            let database = path.and_then(|(_, rest)| rest.split(['?', '#']).next()).unwrap_or_default();
            if database.is_empty() {
                let expected = "names no database: write mysql://user:password@host:3306/database";
                return Err(parse::wrong(table::DATABASE_URL, &masked(url), expected));
            }
            Ok(TruthAt::MariaDb(url.into()))
        }
        value => file(value, data_dir.join("journal.db"))
            .map(TruthAt::Sqlite)
            .ok_or_else(|| parse::wrong(table::DATABASE_URL, &masked(value.unwrap_or_default()), EXPECTED)),
    }
}

/// `AMAZOFF_DOCUMENTS_URL`, or a file in the data folder.
pub(super) fn documents(value: Option<&str>, data_dir: &Path) -> Result<DocumentsAt, ConfigError> {
    const EXPECTED: &str =
        "is not a URL like sqlite:./data/documents.db or mongodb://host:27017/database?replicaSet=rs0";
    match value {
        Some(url) if scheme(url, "mongodb") || scheme(url, "mongodb+srv") => {
            Ok(DocumentsAt::MongoDb(url.into()))
        }
        value => file(value, data_dir.join("documents.db"))
            .map(DocumentsAt::Sqlite)
            .ok_or_else(|| parse::wrong(table::DOCUMENTS_URL, &masked(value.unwrap_or_default()), EXPECTED)),
    }
}

fn scheme(url: &str, scheme: &str) -> bool {
    url.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://")).is_some_and(|rest| !rest.is_empty())
}

/// The file of a `sqlite:` URL; `usual` without a URL, `None` when it names no file.
fn file(value: Option<&str>, usual: PathBuf) -> Option<PathBuf> {
    let Some(value) = value else { return Some(usual) };
    let rest = value.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    (!path.is_empty() && !path.contains(['?', '#'])).then(|| PathBuf::from(path))
}

/// A URL without its password, fit to be shown.
pub(crate) fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // The last `@`: a password that holds a bare one must not show its tail.
    let Some((user, host)) = rest[..end].rsplit_once('@') else { return url.to_owned() };
    match user.split_once(':') {
        Some((name, _password)) => format!("{scheme}://{name}:***@{host}{}", &rest[end..]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_url_finds_its_database() {
        let here = Path::new("here");
        assert!(
            matches!(truth(None, here), Ok(TruthAt::Sqlite(file)) if file == Path::new("here/journal.db"))
        );
        assert!(
            matches!(truth(Some("sqlite:///x.db"), here), Ok(TruthAt::Sqlite(file)) if file == Path::new("/x.db"))
        );
        assert!(matches!(truth(Some("mysql://u:p@h:1/shop"), here), Ok(TruthAt::MariaDb(_))));
        for url in ["mongodb://h/shop?replicaSet=rs0", "mongodb+srv://h/shop"] {
            assert!(matches!(documents(Some(url), here), Ok(DocumentsAt::MongoDb(_))), "{url}");
        }
    }

    #[test]
    fn a_url_of_the_wrong_database_is_refused_without_its_password() {
        let here = Path::new("here");
        for url in ["mongodb://u:geheim@h/d", "mysql://u:geheim@h:1", "mysql://u:geheim@h:1/?a=b", "mysql://"]
        {
            let line = truth(Some(url), here).unwrap_err().to_string();
            assert!(line.starts_with("AMAZOFF_DATABASE_URL: ") && !line.contains("geheim"), "{line}");
        }
        for url in ["mysql://u:geheim@h/d", "mongodb:", "mongodb://"] {
            let line = documents(Some(url), here).unwrap_err().to_string();
            assert!(line.starts_with("AMAZOFF_DOCUMENTS_URL: ") && !line.contains("geheim"), "{line}");
        }
    }

    #[test]
    fn a_masked_url_keeps_all_but_the_password() {
        assert_eq!(masked("mysql://ann:s:e@c@db:3306/shop?x=1"), "mysql://ann:***@db:3306/shop?x=1");
        assert_eq!(masked("mongodb://h1,h2/shop"), "mongodb://h1,h2/shop");
        assert_eq!(masked("sqlite:./journal.db"), "sqlite:./journal.db");
    }
}
