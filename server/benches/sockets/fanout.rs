//! How soon sockets are told: one person of what they did, and ten thousand sockets of one thing, beside a bare axum room.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::routing::{get, post};
use futures::StreamExt as _;
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinSet;
use tokio_tungstenite::connect_async;

use crate::beside::Beside;
use crate::common::{Auth, Client, Request, Server, shopping};
use crate::opening::{OPENING, Socket, followers};
use crate::{MEASURE, buying, order_as};

/// The variable that makes this program the bare room.
pub(crate) const ROOM: &str = "SOCKETS_BENCH_ROOM";
/// Sockets that are told one thing, and how often.
const MEMBERS: usize = 10_000;
const ROUNDS: u64 = 20;
/// Notices that the person marks as read one by one.
const OWN: u64 = 180;
/// How long all may take to be told.
const LIMIT: Duration = Duration::from_secs(30);
/// What tells the frame that is waited for from others.
const MARK: &str = r#""type":"read""#;

/// Sockets that wait for one frame after the other.
struct Crowd {
    heard: mpsc::UnboundedReceiver<Instant>,
    /// Ends with it, and with them their sockets.
    listening: JoinSet<()>,
}

impl Crowd {
    fn of(sockets: Vec<Socket>) -> Self {
        let (tell, heard) = mpsc::unbounded_channel();
        let mut listening = JoinSet::new();
        for socket in sockets {
            listening.spawn(listen(socket, tell.clone()));
        }
        Self { heard, listening }
    }

    /// Says something, and waits until all have heard it; each time counts from before it was said.
    async fn told(&mut self, say: impl Future<Output = ()>, times: &mut Histogram<u64>) {
        let said = Instant::now();
        say.await;
        for _ in 0..self.listening.len() {
            let heard = tokio::time::timeout(LIMIT, self.heard.recv()).await;
            let at = heard.expect("all are told within the limit").expect("the sockets stay");
            times.record(micros(at - said)).unwrap();
        }
    }

    /// Says one thing after the other; the first counts for nothing.
    async fn rounds(&mut self, mut say: impl AsyncFnMut(u64)) -> Histogram<u64> {
        let mut times = Histogram::new(3).unwrap();
        for round in 0..ROUNDS {
            let counted = if round == 0 { &mut Histogram::new(3).unwrap() } else { &mut times };
            self.told(say(round), counted).await;
        }
        times
    }
}

async fn listen(mut socket: Socket, tell: mpsc::UnboundedSender<Instant>) {
    while let Some(Ok(frame)) = socket.next().await {
        let at = Instant::now();
        let is_it = frame.to_text().is_ok_and(|text| text.contains(MARK));
        if is_it && tell.send(at).is_err() {
            return;
        }
    }
}

/// The bare room: what is posted goes to all who are in it. Its sockets keep as little as they can.
pub(crate) async fn room() {
    let (said, _) = broadcast::channel::<Utf8Bytes>(16);
    let door = said.clone();
    let enter = move |upgrade: WebSocketUpgrade| {
        let heard = door.subscribe();
        let small = upgrade.read_buffer_size(4_096).write_buffer_size(0);
        std::future::ready(small.on_upgrade(move |socket| member(socket, heard)))
    };
    let say = move |text: String| {
        let told = said.send(text.into()).unwrap_or_default();
        std::future::ready(told.to_string())
    };
    let router = Router::new().route("/room", get(enter)).route("/", post(say));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    axum::serve(listener, router).await.unwrap();
}

async fn member(mut socket: WebSocket, mut heard: broadcast::Receiver<Utf8Bytes>) {
    loop {
        tokio::select! {
            text = heard.recv() => {
                let Ok(text) = text else { return };
                if socket.send(Message::Text(text)).await.is_err() {
                    return;
                }
            }
            frame = socket.recv() => {
                if frame.is_none_or(|frame| frame.is_err()) {
                    return;
                }
            }
        }
    }
}

pub(crate) async fn measure(server: &Server, client: &Client, variants: &[String]) {
    let owner = shopping::owner(client).await;
    let has = noticed(client, &owner, &variants[0]).await;
    let from = has - (OWN + ROUNDS);
    let own = own_push(server, (client, &owner), &variants[0], from);
    let (_, last) = tokio::join!(buying(server, variants), own);
    let (shop, text) = to_many(server, (client, &owner), last).await;
    let bare = in_a_room(&text).await;
    print(&format!("{MEMBERS} sockets of the shop are told"), &shop);
    print("as many of a bare axum room", &bare);
    let times = |q| millis(&shop, q) / millis(&bare, q);
    println!(
        "  beside the room                    p50 {:.2} times   p99 {:.2} times",
        times(0.5),
        times(0.99)
    );
}

/// Buys until the inbox has enough that can be marked as read one by one; the number of its newest notice.
async fn noticed(client: &Client, owner: &Auth, variant: &str) -> u64 {
    for _ in 0..OWN + ROUNDS {
        order_as(client, variant, owner).await;
    }
    let begun = Instant::now();
    let mut newest = 0;
    loop {
        let path = "/v1/me/notifications?limit=1";
        let reply = client.send(&Request::get(path).by(owner)).await.expect("an answer");
        let number = reply.body["items"][0]["seq"].as_u64().unwrap_or_else(|| panic!("{}", reply.body));
        if number == newest && number >= OWN + ROUNDS {
            return number;
        }
        assert!(begun.elapsed() < LIMIT, "{}", reply.body);
        newest = number;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Marks one more notice as read.
async fn mark(client: &Client, owner: &Auth, upto: u64) -> Value {
    let read = Request::post("/v1/me/notifications/read", json!({ "upto": upto })).by(owner);
    let reply = client.send(&read).await.expect("an answer");
    assert!(reply.is_success(), "{}", reply.body);
    reply.body
}

/// A person marks notices as read and is told of it on a socket, and adds a line to a cart, in turns, while others buy. Returns
/// up to where they came.
async fn own_push(server: &Server, (client, owner): (&Client, &Auth), variant: &str, from: u64) -> u64 {
    let mut own = Crowd::of(followers(server, client, (owner, 1)).await);
    let (mut pushes, mut adds) = (Histogram::new(3).unwrap(), Histogram::new(3).unwrap());
    let (until, mut upto) = (Instant::now() + MEASURE, from);
    while Instant::now() < until && upto < from + OWN {
        upto += 1;
        own.told(async { drop(mark(client, owner, upto).await) }, &mut pushes).await;
        let (cart, auth) = shopping::open_cart(client, None).await.expect("a cart is opened");
        let begun = Instant::now();
        let reply = client.send(&shopping::add_line(&cart, variant, 1).by(&auth)).await.expect("an answer");
        assert!(reply.is_success(), "{}", reply.body);
        adds.record(micros(begun.elapsed())).unwrap();
    }
    println!("while {} others buy, {} times:", crate::SHOPPERS, pushes.len());
    print("a line is added", &adds);
    print("a person is told what they did", &pushes);
    upto
}

/// All sockets of a person are told that one more notice is read; with it, what they were told last.
async fn to_many(server: &Server, (client, owner): (&Client, &Auth), from: u64) -> (Histogram<u64>, String) {
    let mut crowd = Crowd::of(followers(server, client, (owner, MEMBERS)).await);
    assert_eq!(crowd.listening.len(), MEMBERS, "the machine has too few open files");
    let mut body = Value::Null;
    let times = crowd.rounds(async |round| body = mark(client, owner, from + round + 1).await).await;
    (times, json!({ "data": body, "topic": "notifications", "type": "read" }).to_string())
}

/// The same in a bare room, with a text of the same length.
async fn in_a_room(text: &str) -> Histogram<u64> {
    let room = Beside::start(ROOM, "");
    let entering = (0..MEMBERS).map(|_| connect_async(format!("ws://{}/room", room.address)));
    let entered = futures::stream::iter(entering).buffer_unordered(OPENING);
    let sockets = entered.map(|entered| entered.unwrap().0).collect::<Vec<_>>().await;
    let mut crowd = Crowd::of(sockets);
    let (http, url) = (reqwest::Client::new(), format!("http://{}/", room.address));
    let say = async |_round| {
        let told = http.post(&url).body(text.to_owned()).send().await.unwrap().text().await.unwrap();
        assert_eq!(told, MEMBERS.to_string());
    };
    crowd.rounds(say).await
}

pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap()
}

fn millis(times: &Histogram<u64>, quantile: f64) -> f64 {
    Duration::from_micros(times.value_at_quantile(quantile)).as_secs_f64() * 1e3
}

fn print(what: &str, times: &Histogram<u64>) {
    println!("  {what:<34} p50 {:>6.1} ms   p99 {:>6.1} ms", millis(times, 0.5), millis(times, 0.99));
}
