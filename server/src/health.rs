//! `amazoff health`: asks a running shop whether it is ready. For container engines, whose images have no `curl`.

use std::io::{self, Read as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};

/// How long the shop may take to accept, and to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// As much of the answer as the status line can take.
const STATUS_LINE_BYTES: u64 = 64;

/// Why the shop is not ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReady {
    /// Nobody answers.
    #[error("{address} does not answer: {source}")]
    Silent {
        /// Who was asked.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The shop says that it is not, or something else listens there.
    #[error("{address} answered {status:?} to /health/ready")]
    Answered {
        /// Who was asked.
        address: SocketAddr,
        /// First line of the answer.
        status: String,
    },
}

/// Asks the shop that listens on `address`.
///
/// # Errors
/// When it does not answer in time, or with anything but 200.
pub(crate) fn check(address: SocketAddr, over_tls: bool) -> Result<(), NotReady> {
    let address = reachable(address);
    let status = ask(address, over_tls).map_err(|source| NotReady::Silent { address, source })?;
    if status.split(' ').nth(1) == Some("200") { Ok(()) } else { Err(NotReady::Answered { address, status }) }
}

/// Where a listener on all addresses is reached from the same machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn ask(address: SocketAddr, over_tls: bool) -> io::Result<String> {
    let stream = TcpStream::connect_timeout(&address, ANSWER_LIMIT)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    stream.set_write_timeout(Some(ANSWER_LIMIT))?;
    if over_tls { asked(StreamOwned::new(client(address)?, stream), address) } else { asked(stream, address) }
}

fn asked(mut stream: impl io::Read + io::Write, address: SocketAddr) -> io::Result<String> {
    let request = format!("GET /health/ready HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(STATUS_LINE_BYTES).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

fn client(address: SocketAddr) -> io::Result<ClientConnection> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let anyone = Arc::new(Anyone(Arc::clone(&provider)));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(anyone)
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), ServerName::from(address.ip())).map_err(io::Error::other)
}

/// Takes any certificate: it names the shop, not this machine, and what is asked here is no secret, nor is the answer.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
