//! T-U5: whoever is erased is nowhere in clear, in no file, table or collection, also after a restore of a backup that was made
//! before; and `amazoff privacy scan`, which says so.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::backup::{carry_over, ended, tool};
use crate::common::{Auth, Client, Gate, Request, Server, Servers, Setup, shopping};

const EMAIL: &str = "Quenby.Erasable@example.org";
const PASSWORD: &str = "a very long password";
/// Everything that the person says, but for country and postal code, which the archive of orders keeps.
const TEXTS: [&str; 9] = [
    EMAIL,
    "Quenby Erasable",
    "Zyxwvut Straße 17",
    "Hinterhof Nowhere",
    "Erasableville",
    "Quenby's teapot title",
    "The lid of Quenby's teapot fits.",
    "Quenby E. of Erasableville",
    "Remark about Quenby",
];
const LIMIT: Duration = Duration::from_secs(60);

/// What is outside of the data folder.
struct Desk {
    _folder: TempDir,
    texts: PathBuf,
    backup: PathBuf,
    keys: PathBuf,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (texts, backup, keys) = (at("texts"), at("backup"), at("keys.gz"));
        std::fs::write(&texts, TEXTS.join("\n")).unwrap();
        Self { texts, backup, keys, _folder: folder }
    }

    /// Scans a shop's data, and the backup too if there is one.
    fn scan(&self, setup: &Setup) -> std::process::Output {
        let [texts, backup] = [&self.texts, &self.backup].map(|path| path.to_str().unwrap());
        let mut arguments = vec!["privacy", "scan", "--person-text", texts];
        if self.backup.exists() {
            arguments.extend(["--also", backup]);
        }
        tool(setup, &arguments)
    }

    #[track_caller]
    fn finds_nothing(&self, setup: &Setup) {
        let told = tokio::task::block_in_place(|| ended(&self.scan(setup), 0));
        assert!(told.contains("; 0 hits"), "{told}");
        let rows: u64 = told.split(" files and ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        assert!(rows > 100, "it looks into the tables: {told}");
    }
}

/// Asks until the answer is as wanted.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let limit = Instant::now() + LIMIT;
    while !holds().await {
        assert!(Instant::now() < limit, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn sent(client: &Client, request: Request, status: u16) -> serde_json::Value {
    let reply = client.send(&request).await.expect("an answer");
    assert_eq!(reply.status, status, "{}", reply.body);
    reply.body
}

/// Somebody who registers, orders, writes a review and is remarked on; who they are and what they ordered.
async fn somebody(client: &Client, owner: &Auth) -> (Auth, String, String) {
    let form = json!({ "email": EMAIL, "password": PASSWORD, "name": TEXTS[1] });
    let joined = sent(client, Request::post("/v1/auth/register", form), 201).await;
    let auth = Auth { bearer: Some(shopping::text(&joined["access_token"])), cart_token: None };
    let recipient = json!({
        "email": EMAIL, "name": TEXTS[1],
        "address": {"line1": TEXTS[2], "line2": TEXTS[3], "city": TEXTS[4], "postal_code": "10115", "country": "DE"},
    });
    let kept = Request::post("/v1/me/addresses", json!({ "recipient": recipient })).by(&auth);
    sent(client, kept, 201).await;

    let variant = shopping::plenty(client).await;
    let (cart, cart_auth) = shopping::open_cart(client, auth.bearer.as_deref()).await.expect("a cart");
    let added = sent(client, shopping::add_line(&cart, &variant, 1).by(&cart_auth), 200).await;
    let mut button = recipient.clone();
    button["expected_total"] = shopping::cart_of(&added)["totals"]["total"].clone();
    button["payment"] = json!({ "provider": "sandbox", "token": shopping::CARD_OK });
    let complete = Request::post(format!("/v1/carts/{cart}/complete"), button).by(&cart_auth);
    let placed = shopping::settle(client, &complete).await.expect("an answer");
    assert_eq!(placed.status, 200, "{}", placed.body);
    let order = shopping::text(&placed.body["id"]);
    let note = Request::post(format!("/admin/v1/orders/{order}/notes"), json!({ "text": TEXTS[8] }));
    sent(client, note.by(owner).if_match("*"), 200).await;

    let list = sent(client, Request::get("/v1/products?limit=1"), 200).await;
    let product = shopping::text(&list["items"][0]["id"]);
    let review = json!({ "rating": 5, "title": TEXTS[5], "body": TEXTS[6], "author_name": TEXTS[7] });
    let written = Request::post(format!("/v1/products/{product}/reviews"), review).by(&auth);
    let written = shopping::text(&sent(client, written, 201).await["id"]);
    let approve = Request::post(format!("/admin/v1/reviews/{written}/approve"), json!({ "revision": 1 }));
    sent(client, approve.by(owner), 200).await;
    (auth, shopping::text(&joined["user"]["id"]), order)
}

async fn erased_everywhere(from: &Setup, to: &Setup) {
    let desk = Desk::new();
    let gate = Arc::new(Gate::default());
    let client = Client::new(Arc::clone(&gate));
    let mut server = Server::start_behind(from, &gate).await.unwrap();
    let boss = shopping::owner(&client).await;
    let (auth, person, order) = somebody(&client, &boss).await;

    // Without a mail server mails are files, and the scan sees them.
    let mails = from.data().join("mail");
    until("a mail is written", async || mails.read_dir().is_ok_and(|files| files.count() > 0)).await;
    let told = tokio::task::block_in_place(|| ended(&desk.scan(from), 1));
    assert!(told.contains("mail") && told.contains("text 1"), "{told}");
    assert!(!told.contains("Quenby"), "it does not repeat what it looks for: {told}");
    let [backup, keys] = [&desk.backup, &desk.keys].map(|path| path.to_str().unwrap());
    tokio::task::block_in_place(|| ended(&tool(from, &["backup", backup, "--keys", keys]), 0));

    sent(&client, Request::delete("/v1/me").by(&auth), 202).await;
    let list = from.data().join("erasures.ndjson");
    let id = uuid::Uuid::try_parse(person.trim_start_matches("usr_")).unwrap().to_string();
    until("the erasure is listed", async || {
        std::fs::read_to_string(&list).is_ok_and(|text| text.contains(&id))
    })
    .await;
    // The list is written first; the key is gone when the order's page does not know whom it goes to.
    let shown = Request::get(format!("/admin/v1/orders/{order}")).by(&boss);
    until("the key is destroyed", async || {
        let shown = client.send(&shown).await.expect("an answer");
        assert_eq!(shown.status, 200, "{}", shown.body);
        shown.body["contact"].is_null()
    })
    .await;
    desk.finds_nothing(from);
    server.stop().await.unwrap();
    desk.finds_nothing(from);
    let log = from.log_text().to_lowercase();
    let told: Vec<_> = TEXTS.iter().filter(|text| log.contains(&text.to_lowercase())).collect();
    assert!(told.is_empty(), "the log tells {told:?}");

    // The backup is older than the erasure.
    for file in ["master.key", "erasures.ndjson", "sandbox-ledger.jsonl"] {
        carry_over(from, to, file);
    }
    // The erasure gave the order up and its money back, of which a backup from before cannot know.
    let restored = tool(to, &["restore", backup, "--keys", keys, "--accept-findings"]);
    let told = tokio::task::block_in_place(|| ended(&restored, 3));
    assert!(told.contains("stay erased"), "{told}");
    let mut server = Server::start_behind(to, &gate).await.unwrap();
    assert!(shopping::login(&client, EMAIL, PASSWORD).await.is_none(), "{EMAIL} is back");
    let boss = shopping::owner(&client).await;
    let shown = Request::get(format!("/admin/v1/orders/{order}")).by(&boss);
    let shown = sent(&client, shown, 200).await;
    assert!(shown["contact"].is_null(), "{shown}");
    // The account ends again, so the address is anybody's; the token of before opens nothing.
    until("the account ends again", async || {
        let found = Request::get(format!("/admin/v1/users/{person}")).by(&boss);
        let old = client.send(&Request::get("/v1/me").by(&auth)).await.expect("an answer");
        client.send(&found).await.expect("an answer").status == 404 && old.status == 401
    })
    .await;
    server.stop().await.unwrap();
    desk.finds_nothing(to);
    let mut server = Server::start_behind(to, &gate).await.unwrap();
    let form = json!({ "email": EMAIL, "password": PASSWORD, "name": "Somebody" });
    sent(&client, Request::post("/v1/auth/register", form), 201).await;
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_is_nowhere_in_clear_in_files() {
    erased_everywhere(&Setup::default(), &Setup::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_is_nowhere_in_clear_in_mariadb_and_mongodb() {
    let (servers, others) = tokio::join!(Servers::start(), Servers::start());
    erased_everywhere(&servers.setup(), &others.setup()).await;
}

/// The scan finds what is there, in tables of both kinds of databases too: what is public is stored in clear.
#[tokio::test(flavor = "multi_thread")]
async fn the_scan_finds_what_is_stored_in_clear_in_every_store() {
    let servers = Servers::start().await;
    for setup in [Setup::default(), servers.setup()] {
        let gate = Arc::new(Gate::default());
        let client = Client::new(Arc::clone(&gate));
        let mut server = Server::start_behind(&setup, &gate).await.unwrap();
        let list = sent(&client, Request::get("/v1/products?limit=1"), 200).await;
        let title = shopping::text(&list["items"][0]["title"]);
        assert!(title.len() > 3, "{list}");
        let desk = Desk::new();
        std::fs::write(&desk.texts, &title).unwrap();
        server.stop().await.unwrap();
        let told = tokio::task::block_in_place(|| ended(&desk.scan(&setup), 1));
        let (truth, views) = match setup.database_url() {
            Some(_) => ("mariadb journal: row", "mongodb "),
            None => ("journal.db journal: row", "documents.db "),
        };
        assert!(told.contains(truth) && told.contains(views), "{told}");
        std::fs::write(&desk.texts, "Ann\n").unwrap();
        let told = tokio::task::block_in_place(|| ended(&desk.scan(&setup), 1));
        assert!(told.contains("line 1"), "{told}");
    }
}
