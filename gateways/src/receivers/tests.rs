use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use amazoff_actors::endpoint::{CallRequest, Caller};
use amazoff_supervisor::spawn_guarded;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::call::signatures;
use super::resolver::Guarded;
use super::*;

fn request(url: &str) -> CallRequest {
    CallRequest {
        url: url.to_owned(),
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned(),
        timestamp_s: 1_614_265_330,
        body: r#"{"test": 2432232314}"#.to_owned(),
        secrets: vec![[7; 32]],
    }
}

/// The example that the libraries of Standard Webhooks test themselves with.
#[test]
fn a_signature_is_the_one_that_everybody_computes() {
    let secret = BASE64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let body = r#"{"test": 2432232314}"#;
    let signed = format!("msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{body}");
    use hmac::{Hmac, KeyInit, Mac};
    let tag = |secret: &[u8]| {
        let mac = Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap().chain_update(signed.as_bytes());
        BASE64.encode(mac.finalize().into_bytes())
    };
    assert_eq!(tag(&secret), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    // Ours signs the same text, with each of its secrets.
    let two = CallRequest { secrets: vec![[7; 32], [8; 32]], ..request("https://hooks.example") };
    assert_eq!(signatures(&two), format!("v1,{} v1,{}", tag(&[7; 32]), tag(&[8; 32])));
}

#[test]
fn only_addresses_out_in_the_world_are_called() {
    let inside = [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::1",
        "2002:a00:1::1",
        "100::1",
        "2001::1",
    ];
    for text in inside {
        let address: IpAddr = text.parse().unwrap();
        assert!(!Reach::World.allows(address), "{text}");
    }
    for text in ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700:4700::1111", "64:ff9b::101:101"] {
        let address: IpAddr = text.parse().unwrap();
        assert!(Reach::World.allows(address), "{text}");
    }
    let here: IpAddr = "127.0.0.1".parse().unwrap();
    assert!(Reach::WorldAndHere.allows(here) && !Reach::WorldAndHere.allows("10.0.0.1".parse().unwrap()));
}

#[test]
fn urls_that_lead_elsewhere_are_refused_however_they_are_written() {
    let refused = [
        "",
        "hooks.example",
        "http://hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "https://",
        "https://user:password@hooks.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://[::ffff:7f00:1]/",
        "https://10.0.0.1:8443/x",
        "javascript:x",
    ];
    for url in refused {
        assert!(Reach::World.read(url).is_err(), "{url}");
    }
    let long = format!("https://hooks.example/{}", "x".repeat(2_000));
    assert!(Reach::World.read(&long).is_err());
    for url in ["https://hooks.example/shop?x=1", "https://hooks.example:8443/", "https://1.1.1.1/"] {
        assert!(Reach::World.read(url).is_ok(), "{url}");
    }
    assert!(Reach::WorldAndHere.read("http://127.0.0.1:9/").is_ok());
    assert!(Reach::WorldAndHere.read("http://192.168.1.1/").is_err());
}

/// A name that leads to this machine is refused where connections are made, not only where addresses are read.
#[tokio::test]
async fn a_name_that_leads_inside_is_refused_when_it_is_looked_at_and_when_it_is_called() {
    let refused = Guarded(Reach::World).addresses("localhost").await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::PermissionDenied);
    assert!(Guarded(Reach::WorldAndHere).addresses("localhost").await.is_ok());
    let outside = Receivers::new(Reach::World).unwrap();
    assert!(outside.check("https://localhost/").await.is_err());
    // As if the name had led elsewhere when it was looked at.
    let server = Server::answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let heard = outside.call(&request(&format!("https://localhost:{}/", server.address.port()))).await;
    assert_eq!((heard.status, heard.excerpt.as_str()), (None, "the address is not out in the world"));
    assert!(server.heard().is_empty());
}

/// Answers every request the same, and keeps what it was sent.
struct Server {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn answering(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Arc::<Mutex<Vec<String>>>::default();
        let (kept, answer) = (Arc::clone(&taken), answer.to_owned());
        spawn_guarded("receiver", async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut text = Vec::new();
                let mut part = [0; 4096];
                while !String::from_utf8_lossy(&text).contains(r#"{"test""#) {
                    match socket.read(&mut part).await {
                        Ok(n) if n > 0 => text.extend_from_slice(&part[..n]),
                        Ok(_) | Err(_) => break,
                    }
                }
                kept.lock().unwrap().push(String::from_utf8_lossy(&text).into_owned());
                let _ = socket.write_all(answer.as_bytes()).await; // a reader that has enough hangs up
            }
        });
        Self { address, taken }
    }

    fn heard(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }

    async fn call(&self) -> amazoff_actors::endpoint::Heard {
        let url = format!("http://{}/hooks", self.address);
        Receivers::new(Reach::WorldAndHere).unwrap().call(&request(&url)).await
    }
}

#[tokio::test]
async fn a_receiver_gets_id_time_and_signature_and_is_quoted_briefly() {
    let body = format!("thank\r\nyou{}", "!".repeat(100_000));
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let server = Server::answering(&answer).await;
    let heard = server.call().await;
    assert_eq!(heard.status, Some(200));
    assert!(
        heard.excerpt.starts_with("thank  you!") && heard.excerpt.chars().count() == 256,
        "{}",
        heard.excerpt
    );
    let sent = &server.heard()[0];
    assert!(sent.starts_with("POST /hooks HTTP/1.1\r\n"), "{sent}");
    for line in [
        "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\n".to_owned(),
        "webhook-timestamp: 1614265330\r\n".to_owned(),
        format!("webhook-signature: {}\r\n", signatures(&request(""))),
        "content-type: application/json\r\n".to_owned(),
    ] {
        assert!(sent.contains(&line), "{line} in {sent}");
    }
    assert!(sent.ends_with(r#"{"test": 2432232314}"#), "{sent}");
}

#[tokio::test]
async fn redirects_are_an_answer_and_nothing_else() {
    let inside = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let answer =
        format!("HTTP/1.1 307 Away\r\nlocation: http://{}/\r\ncontent-length: 0\r\n\r\n", inside.address);
    let server = Server::answering(&answer).await;
    assert_eq!(server.call().await.status, Some(307));
    assert!(inside.heard().is_empty());
}

#[tokio::test]
async fn a_receiver_says_how_long_it_wants_to_be_left_alone() {
    let busy = "HTTP/1.1 429 Busy\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(Server::answering(busy).await.call().await.retry_after_s, Some(120));
    let odd = "HTTP/1.1 503 Busy\r\nretry-after: tomorrow\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(Server::answering(odd).await.call().await.retry_after_s, None);
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let heard = Receivers::new(Reach::WorldAndHere).unwrap().call(&request(&format!("http://{gone}/"))).await;
    assert_eq!((heard.status, heard.excerpt.as_str()), (None, "there is no connection"));
}
