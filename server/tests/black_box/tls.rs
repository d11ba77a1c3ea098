//! The program as an HTTPS server: certificate and key from files, renewed while it runs.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use reqwest::{Certificate, Client, Version};
use tempfile::TempDir;

use crate::common::{Server, Setup};

/// How long a new certificate may take to count: the files are looked at every ten seconds.
const RENEWAL_LIMIT: Duration = Duration::from_secs(30);

struct Files(TempDir);

impl Files {
    fn certificate(&self) -> PathBuf {
        self.0.path().join("shop.crt")
    }
    fn key(&self) -> PathBuf {
        self.0.path().join("shop.key")
    }
    /// Writes a new certificate and its key; who trusts it.
    fn renew(&self) -> Client {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        std::fs::write(self.certificate(), made.cert.pem()).unwrap();
        std::fs::write(self.key(), made.signing_key.serialize_pem()).unwrap();
        let trusted = Certificate::from_der(made.cert.der()).unwrap();
        Client::builder().tls_certs_only([trusted]).build().unwrap()
    }
}

fn with_certificate() -> (Files, Setup, Client) {
    let files = Files(tempfile::tempdir().unwrap());
    let client = files.renew();
    let setup = Setup::default()
        .with("AMAZOFF_TLS_CERT", files.certificate().to_str().unwrap())
        .with("AMAZOFF_TLS_KEY", files.key().to_str().unwrap());
    (files, setup, client)
}

#[tokio::test]
async fn a_shop_with_a_certificate_speaks_https_and_takes_the_next_one_while_it_runs() {
    let (files, setup, client) = with_certificate();
    let server = Server::start(&setup).await.unwrap();
    assert!(server.base.starts_with("https://127.0.0.1:"), "{}", server.base);
    let url = format!("{}/v1/products", server.base);
    let answer = client.get(&url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
    assert!(answer.headers().contains_key("strict-transport-security"));
    let address = server.base.strip_prefix("https://").unwrap();
    let ready = setup.command().args(["health", address]).output().unwrap();
    assert!(ready.status.success(), "{}", String::from_utf8_lossy(&ready.stderr));

    // Browsers say no `Host` over HTTP/2, and may know the shop by another name than it knows itself.
    let here = server.base.replace("127.0.0.1", "localhost");
    for (origin, expected) in [(here.as_str(), 201), ("https://evil.example", 403)] {
        let write = client.post(format!("{here}/v1/carts")).header("origin", origin).body("{}");
        let write =
            write.header("content-type", "application/json").header("idempotency-key", "a-key-of-this-test");
        let answer = write.send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.version()), (expected, Version::HTTP_2), "{origin}");
    }

    let next = files.renew();
    let limit = Instant::now() + RENEWAL_LIMIT;
    while next.get(&url).send().await.is_err() {
        assert!(Instant::now() < limit, "the new certificate is never shown:\n{}", setup.log_tail());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // The first client has its connection still: it would refuse another handshake.
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    assert!(setup.log_text().contains("new connections get the new certificate"));
}

#[tokio::test]
async fn without_a_certificate_nothing_is_said_of_https() {
    let setup = Setup::default();
    let server = Server::start(&setup).await.unwrap();
    let answer = reqwest::get(format!("{}/v1/products", server.base)).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(!answer.headers().contains_key("strict-transport-security"));
}

#[test]
fn files_that_cannot_be_used_are_refused_at_the_start_with_what_to_do() {
    let (files, setup, _client) = with_certificate();
    let refused = |advice: &str| {
        let output = setup.command().output().unwrap();
        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(line.starts_with("AMAZOFF_TLS_CERT, AMAZOFF_TLS_KEY: ") && line.contains(advice), "{line}");
        assert!(!setup.data().exists(), "nothing was touched");
    };
    std::fs::write(files.key(), "a key").unwrap();
    refused("should begin with -----BEGIN");
    std::fs::remove_file(files.key()).unwrap();
    refused("must exist, and be readable by the shop's user");
}
