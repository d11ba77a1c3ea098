//! HTTPS by the listener itself: certificate and key from files, and their successors as soon as they lie there.
//!
//! A connection keeps what it was made with; the next one gets what is in force. Files that cannot be used change nothing.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// What is spoken over TLS, the preferred first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsFile {
    /// The certificate and those that lead to a known authority.
    Certificate,
    /// The private key.
    Key,
}

impl fmt::Display for TlsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "the certificate",
            Self::Key => "the private key",
        })
    }
}

/// Why files cannot be used for TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{file} {path} cannot be read: {source}; it must exist, and be readable by the shop's user")]
    Unreadable {
        /// Which file.
        file: TlsFile,
        /// Where.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{path} does not hold {file} as PEM ({source}); it should begin with -----BEGIN")]
    NotPem {
        /// Which file.
        file: TlsFile,
        /// Where.
        path: String,
        /// Why.
        source: PemError,
    },
    /// They do not belong together, or are of a kind that is not supported.
    #[error(
        "{certificate} and {key} cannot be used together: {source}; the key must be that of the first certificate"
    )]
    Unusable {
        /// Where the certificate is.
        certificate: String,
        /// Where the key is.
        key: String,
        /// Why.
        source: rustls::Error,
    },
}

/// What tells that a file has changed: when it was written, and how long it is.
type Mark = [Option<(SystemTime, u64)>; 2];

struct InForce {
    config: Arc<ServerConfig>,
    seen: Mark,
}

struct Inner {
    certificate: PathBuf,
    key: PathBuf,
    in_force: Mutex<InForce>,
}

/// The listener's certificate and key. Clones share them.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").field(&self.0.certificate).finish()
    }
}

impl Tls {
    /// Reads both files.
    ///
    /// # Errors
    /// When one cannot be read or holds something else, or when they do not belong together.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let seen = mark(certificate, key);
        let config = read(certificate, key)?;
        let (certificate, key) = (certificate.to_owned(), key.to_owned());
        Ok(Self(Arc::new(Inner { certificate, key, in_force: Mutex::new(InForce { config, seen }) })))
    }

    /// What the next connection is made with.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let in_force = self.0.in_force.lock().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&in_force.config))
    }

    /// Looks at the files again and again, for ever.
    pub(super) async fn watch(&self, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            self.look();
        }
    }

    /// Takes what the files hold when one of them has changed. Whoever writes one after the other may be met in between:
    /// then the pair does not fit, and the second file is a change of its own.
    pub(super) fn look(&self) {
        let Inner { certificate, key, in_force } = &*self.0;
        // Before reading, so that what is written meanwhile is a change again.
        let now = mark(certificate, key);
        {
            let mut in_force = in_force.lock().unwrap_or_else(PoisonError::into_inner);
            if in_force.seen == now {
                return;
            }
            in_force.seen = now;
        }
        match read(certificate, key) {
            Ok(config) => {
                in_force.lock().unwrap_or_else(PoisonError::into_inner).config = config;
                tracing::info!("new connections get the new certificate");
            }
            Err(error) => {
                tracing::error!(%error, "the new certificate cannot be used, the old one stays in force: {error}");
            }
        }
    }
}

fn mark(certificate: &Path, key: &Path) -> Mark {
    [certificate, key].map(|path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.modified().ok()?, found.len()))
    })
}

fn read(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let not_pem = |file, path: &Path, error| {
        let path = path.display().to_string();
        match error {
            PemError::Io(source) => TlsError::Unreadable { file, path, source },
            source => TlsError::NotPem { file, path, source },
        }
    };
    let bad_certificate = |error| not_pem(TlsFile::Certificate, certificate, error);
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect).map_err(bad_certificate)?;
    if chain.is_empty() {
        return Err(bad_certificate(PemError::NoItemsFound));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| not_pem(TlsFile::Key, key, error))?;
    let unusable = |source| TlsError::Unusable {
        certificate: certificate.display().to_string(),
        key: key.display().to_string(),
        source,
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|versions| versions.with_no_client_auth().with_single_cert(chain, private))
        .map_err(unusable)?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(Arc::new(config))
}
