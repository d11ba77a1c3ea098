//! HTTPS by real handshakes with certificates made here.

use std::path::PathBuf;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;

const LIMIT: Duration = Duration::from_secs(5);

/// Where certificate and key lie.
struct Files(TempDir);

impl Files {
    fn new() -> (Self, CertificateDer<'static>) {
        let files = Self(tempfile::tempdir().unwrap());
        let certificate = files.renew();
        (files, certificate)
    }
    fn certificate(&self) -> PathBuf {
        self.0.path().join("shop.crt")
    }
    fn key(&self) -> PathBuf {
        self.0.path().join("shop.key")
    }
    /// Writes a new certificate and its key.
    fn renew(&self) -> CertificateDer<'static> {
        let (certificate, key, der) = made();
        std::fs::write(self.certificate(), certificate).unwrap();
        std::fs::write(self.key(), key).unwrap();
        der
    }
    fn load(&self) -> Result<Tls, TlsError> {
        Tls::load(&self.certificate(), &self.key())
    }
}

/// A certificate for localhost and its key, as PEM; and the certificate as its clients trust it.
fn made() -> (String, String, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem(), made.cert.der().clone())
}

fn patient() -> Limits {
    Limits { look_every: Duration::from_millis(20), ..Limits::default() }
}

/// A connection by a client that trusts this certificate only.
async fn connected(
    server: &Listening,
    trusted: &CertificateDer<'static>,
    protocols: &[&[u8]],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let stream = TcpStream::connect(server.address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Asks, and reads until the answer is there; the connection stays.
async fn asked(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut got = Vec::new();
    let reading = async {
        while !got.ends_with(b"hello") {
            assert_ne!(stream.read_buf(&mut got).await.unwrap(), 0, "the connection must go on");
        }
    };
    tokio::time::timeout(LIMIT, reading).await.expect("an answer must come");
    String::from_utf8(got).unwrap()
}

#[tokio::test]
async fn a_client_that_checks_the_certificate_is_answered() {
    let (files, certificate) = Files::new();
    let server = listening_with(patient(), Some(files.load().unwrap())).await;
    let mut stream = connected(&server, &certificate, &[]).await.unwrap();
    assert!(asked(&mut stream).await.starts_with("HTTP/1.1 200"));
    let (_, _, stranger) = made();
    assert!(connected(&server, &stranger, &[]).await.is_err(), "the client does check");
}

#[tokio::test]
async fn http_2_is_chosen_where_the_client_knows_it() {
    let (files, certificate) = Files::new();
    let server = listening_with(patient(), Some(files.load().unwrap())).await;
    let old = connected(&server, &certificate, &[b"http/1.1"]).await.unwrap();
    assert_eq!(old.get_ref().1.alpn_protocol(), Some(b"http/1.1".as_slice()));
    let new = connected(&server, &certificate, &[b"http/1.1", b"h2"]).await.unwrap();
    assert_eq!(new.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let (mut client, going) = h2::client::handshake(new).await.unwrap();
    spawn_guarded("h2", async move { going.await.unwrap_or_default() });
    let request = Request::get("https://localhost/").body(()).unwrap();
    let (answered, _) = client.send_request(request, true).unwrap();
    let answered = tokio::time::timeout(LIMIT, answered).await.expect("an answer must come").unwrap();
    assert_eq!(answered.status(), 200);
}

#[tokio::test]
async fn a_new_certificate_counts_for_new_connections_and_old_ones_go_on() {
    let (files, before) = Files::new();
    let server = listening_with(patient(), Some(files.load().unwrap())).await;
    let mut old = connected(&server, &before, &[]).await.unwrap();
    asked(&mut old).await;
    let after = files.renew();
    let taken = async {
        loop {
            if let Ok(stream) = connected(&server, &after, &[]).await {
                return stream;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let mut new = tokio::time::timeout(LIMIT, taken).await.expect("the new certificate must be taken");
    asked(&mut new).await;
    asked(&mut old).await;
    assert!(connected(&server, &before, &[]).await.is_err(), "the old certificate is shown to nobody");
}

#[tokio::test]
async fn a_new_certificate_that_cannot_be_used_changes_nothing() {
    let (files, before) = Files::new();
    let tls = files.load().unwrap();
    let server = listening_with(Limits::default(), Some(tls.clone())).await;
    let (certificate, key, after) = made();
    for bad in ["", "no PEM at all", &certificate] {
        std::fs::write(files.certificate(), bad).unwrap();
        tls.look();
        let mut stream = connected(&server, &before, &[]).await.expect("the old one stays in force");
        asked(&mut stream).await;
    }
    std::fs::write(files.key(), key).unwrap();
    tls.look();
    asked(&mut connected(&server, &after, &[]).await.expect("now they fit")).await;
    std::fs::remove_file(files.key()).unwrap();
    tls.look();
    asked(&mut connected(&server, &after, &[]).await.expect("a file that is gone changes nothing")).await;
}

#[test]
fn files_that_cannot_be_used_are_refused_by_name() {
    let (files, _) = Files::new();
    files.load().unwrap();
    let (_, other_key, _) = made();
    std::fs::write(files.key(), other_key).unwrap();
    assert!(matches!(files.load(), Err(TlsError::Unusable { .. })));
    std::fs::write(files.key(), "-----BEGIN NOTHING-----").unwrap();
    assert!(matches!(files.load(), Err(TlsError::NotPem { file: TlsFile::Key, .. })));
    std::fs::remove_file(files.key()).unwrap();
    let refused = files.load().unwrap_err();
    assert!(matches!(refused, TlsError::Unreadable { file: TlsFile::Key, .. }), "{refused:?}");
    let text = refused.to_string();
    assert!(text.contains("shop.key") && text.contains("readable by the shop's user"), "{text}");
    std::fs::write(files.certificate(), "").unwrap();
    assert!(matches!(files.load(), Err(TlsError::NotPem { file: TlsFile::Certificate, .. })));
    std::fs::remove_file(files.certificate()).unwrap();
    assert!(matches!(files.load(), Err(TlsError::Unreadable { file: TlsFile::Certificate, .. })));
}

#[tokio::test]
async fn whoever_speaks_plain_http_to_the_tls_port_is_let_go_cleanly() {
    let (files, certificate) = Files::new();
    let server = listening_with(patient(), Some(files.load().unwrap())).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut got = Vec::new();
    let reading = tokio::time::timeout(LIMIT, stream.read_to_end(&mut got)).await;
    reading.expect("the connection must end").expect("by an orderly close, not a reset");
    assert!(!String::from_utf8_lossy(&got).contains("hello"), "nothing is answered in clear text");
    asked(&mut connected(&server, &certificate, &[]).await.unwrap()).await;
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_cut_off() {
    let (files, _) = Files::new();
    let limits = Limits { handshake_limit: Duration::from_millis(150), ..Limits::default() };
    let server = listening_with(limits, Some(files.load().unwrap())).await;
    for begun in [b"".as_slice(), b"\x16", b"\x16\x03\x01\x02\x00"] {
        until_closed(server.address, begun).await;
    }
}
