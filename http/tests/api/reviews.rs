use amazoff_actors::cart::{NewLine, Owner};
use amazoff_actors::ids::{CartId, ReviewId, UserId};
use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Answered, Asking, Shelf, TestApp};

/// A shop with a lamp, somebody who writes, somebody who reads, and a moderator.
struct Desk {
    app: TestApp,
    shelf: Shelf,
    author: String,
    reader: String,
    moderator: String,
}

fn good() -> Value {
    json!({"rating": 5, "title": " Bright ", "body": "It shines.\nStill.", "author_name": "Ann O."})
}

impl Desk {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let shelf = app.stocked("lamp", 2000, 10).await;
        let author = app.token_of(Role::Shopper).await;
        let reader = app.token_of(Role::Shopper).await;
        let moderator = app.token_of(Role::Support).await;
        Self { app, shelf, author, reader, moderator }
    }

    fn submit(&self, body: &Value) -> Asking {
        self.app.post("/v1/products/lamp/reviews", body).bearer(&self.author).fresh_key()
    }

    async fn submitted(&self) -> String {
        self.submit(&good()).send().await.expect(201).text_at("/id")
    }

    fn judge(&self, id: &str, what: &str, body: &Value) -> Asking {
        let path = format!("/admin/v1/reviews/{id}/{what}");
        self.app.post(&path, body).bearer(&self.moderator).fresh_key()
    }

    /// A review that everybody sees.
    async fn published(&self) -> String {
        let id = self.submitted().await;
        self.judge(&id, "approve", &json!({"revision": 1})).send().await.expect(200);
        self.until(1).await;
        id
    }

    fn change(&self, id: &str, body: &Value) -> Asking {
        self.app.ask(Method::PATCH, &format!("/v1/reviews/{id}")).json(body).bearer(&self.author)
    }

    fn voice(&self, method: Method, id: &str, what: &str) -> Asking {
        self.app.ask(method, &format!("/v1/reviews/{id}/{what}")).bearer(&self.reader).fresh_key()
    }

    async fn list(&self, query: &str) -> Answered {
        self.app.projected().await;
        self.app.get(&format!("/v1/products/{}/reviews{query}", self.shelf.product)).send().await
    }

    /// The list once so many reviews are shown.
    async fn until(&self, count: usize) -> Value {
        let waiting = async {
            loop {
                let list = self.list("").await.expect(200).json;
                if list["items"].as_array().unwrap().len() == count && list["rating"]["count"] == count {
                    return list;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(crate::support::PATIENCE, waiting).await.expect("the list must become so")
    }

    async fn queue(&self, status: &str) -> Value {
        self.app.projected().await;
        let path = format!("/admin/v1/reviews?status={status}");
        self.app.get(&path).bearer(&self.moderator).send().await.expect(200).json
    }
}

#[tokio::test]
async fn a_review_is_read_by_a_moderator_then_listed_and_counted() {
    let desk = Desk::new().await;
    let made = desk.submit(&good()).send().await.expect(201);
    let id = made.text_at("/id");
    assert_eq!(made.header("location"), format!("/v1/reviews/{id}"));
    for (field, value) in [
        ("status", json!("submitted")),
        ("title", json!("Bright")),
        ("revision", json!(1)),
        ("verified", json!(false)),
        ("product_id", json!(desk.shelf.product)),
    ] {
        assert_eq!(made.json[field], value, "{field}");
    }
    let nothing = desk.list("").await.expect(200).json;
    assert_eq!((&nothing["items"], &nothing["rating"]["average"]), (&json!([]), &Value::Null));
    let waiting = desk.queue("submitted").await;
    assert_eq!(waiting["items"][0]["id"], json!(id));
    assert_eq!(waiting["items"][0]["body"], "It shines.\nStill.");

    let approved = desk.judge(&id, "approve", &json!({"revision": 1})).send().await.expect(200);
    assert_eq!(approved.json["status"], "published");
    let list = desk.until(1).await;
    let shown = &list["items"][0];
    assert_eq!(
        (&shown["id"], &shown["rating"], &shown["author_name"]),
        (&json!(id), &json!(5), &json!("Ann O."))
    );
    assert!(shown.get("author_id").is_none() && shown.get("product_id").is_none());
    assert_eq!(list["rating"], json!({"count": 1, "average": 5.0, "histogram": [0, 0, 0, 0, 1]}));
    assert_eq!(desk.queue("submitted").await["items"], json!([]));

    let product = desk.app.get("/v1/products/lamp").send().await.expect(200).json;
    assert_eq!(product["rating"], list["rating"]);
    let cards = desk.app.get("/v1/products").send().await.expect(200).json;
    assert_eq!(cards["items"][0]["rating"], json!({"count": 1, "average": 5.0}));
    let own = desk.app.get("/v1/me/reviews").bearer(&desk.author).send().await.expect(200).json;
    assert_eq!((&own["items"][0]["id"], &own["items"][0]["status"]), (&json!(id), &json!("published")));
    let others = desk.app.get("/v1/me/reviews").bearer(&desk.reader).send().await.expect(200).json;
    assert_eq!(others["items"], json!([]));
}

/// The page in the response cache goes when the rating changes.
#[tokio::test]
async fn a_cached_product_page_is_made_anew_when_its_rating_changes() {
    let desk = Desk::new().await;
    let page = async || desk.app.get("/v1/products/lamp").send().await.expect(200);
    assert_eq!(page().await.json["rating"]["count"], 0);
    assert!(page().await.header("cache-status").contains("hit"));
    desk.published().await;
    assert_eq!(page().await.json["rating"]["count"], 1);
}

#[tokio::test]
async fn the_same_key_is_the_same_review_and_a_second_one_is_refused() {
    let desk = Desk::new().await;
    let again = || desk.app.post("/v1/products/lamp/reviews", &good()).bearer(&desk.author).key("k").send();
    let first = again().await.expect(201);
    let second = again().await.expect(201);
    assert_eq!((second.header("idempotent-replayed"), &second.json), ("true", &first.json));
    desk.submit(&good()).send().await.refused(409, "review-exists");
    let mut other = good();
    other["rating"] = json!(1);
    let reused =
        desk.app.post("/v1/products/lamp/reviews", &other).bearer(&desk.author).key("k").send().await;
    reused.refused(422, "idempotency-key-reused");
    let keyless = desk.app.post("/v1/products/lamp/reviews", &good()).bearer(&desk.reader).send().await;
    keyless.refused(400, "idempotency-key-missing");
}

#[tokio::test]
async fn what_breaks_a_rule_is_named() {
    let desk = Desk::new().await;
    for (field, value, code, pointer) in [
        ("rating", json!(0), "validation-failed", "/rating"),
        ("rating", json!(6), "validation-failed", "/rating"),
        ("title", json!(" "), "review-invalid", "/title"),
        ("body", json!("x".repeat(5_001)), "review-invalid", "/body"),
        ("author_name", json!("a\u{7}b"), "review-invalid", "/author_name"),
        ("stars", json!(5), "validation-failed", "/stars"),
    ] {
        let mut body = good();
        body[field] = value;
        let refused = desk.submit(&body).send().await.refused(422, code);
        assert_eq!(refused.text_at("/errors/0/pointer"), pointer);
    }
    let nowhere = desk.app.post("/v1/products/no-such/reviews", &good()).bearer(&desk.author).fresh_key();
    nowhere.send().await.refused(404, "product-not-found");
    desk.app.get("/v1/products/no-such/reviews").send().await.refused(404, "product-not-found");
    let guest = desk.app.post("/v1/products/lamp/reviews", &good()).fresh_key().send().await;
    guest.refused(401, "login-required");
    for query in ["?rating=6", "?rating=x", "?sort=oldest", "?limit=0", "?odd=1"] {
        desk.list(query).await.refused(400, "invalid-query");
    }
    desk.list("?cursor=x").await.refused(400, "cursor-invalid");
}

#[tokio::test]
async fn an_edit_goes_to_a_moderator_again_and_an_old_page_cannot_approve_it() {
    let desk = Desk::new().await;
    let id = desk.published().await;
    let edited = desk.change(&id, &json!({"rating": 2, "author_name": null})).send().await.expect(200);
    assert_eq!(
        (
            &edited.json["status"],
            &edited.json["revision"],
            &edited.json["title"],
            &edited.json["author_name"]
        ),
        (&json!("submitted"), &json!(2), &json!("Bright"), &Value::Null)
    );
    desk.until(0).await;
    let old = desk.judge(&id, "approve", &json!({"revision": 1})).send().await.refused(409, "review-changed");
    assert_eq!(old.json["revision"], 2);
    desk.judge(&id, "approve", &json!({"revision": 2})).send().await.expect(200);
    let list = desk.until(1).await;
    assert_eq!((&list["items"][0]["edited"], &list["rating"]["average"]), (&json!(true), &json!(2.0)));
    let unchanged = desk.change(&id, &json!({"rating": 2})).send().await.expect(200);
    assert_eq!((&unchanged.json["status"], &unchanged.json["revision"]), (&json!("published"), &json!(2)));
}

#[tokio::test]
async fn another_persons_review_is_as_absent_as_one_that_does_not_exist() {
    let desk = Desk::new().await;
    let id = desk.submitted().await;
    let stranger = |method: Method, path: &str| {
        desk.app.ask(method, &format!("/v1/reviews/{path}")).bearer(&desk.reader).fresh_key()
    };
    let nobody = ReviewId::from(uuid::Uuid::from_u128(7)).to_string();
    for id in [id.as_str(), nobody.as_str(), "rev_x"] {
        stranger(Method::PATCH, id).json(&json!({})).send().await.refused(404, "review-not-found");
        stranger(Method::DELETE, id).send().await.refused(404, "review-not-found");
        stranger(Method::POST, &format!("{id}/votes"))
            .json(&json!({}))
            .send()
            .await
            .refused(404, "review-not-found");
        stranger(Method::DELETE, &format!("{id}/votes")).send().await.refused(404, "review-not-found");
        let flag = stranger(Method::POST, &format!("{id}/flags")).json(&json!({"reason": "spam"}));
        flag.send().await.refused(404, "review-not-found");
    }
}

#[tokio::test]
async fn it_is_taken_back_and_can_be_written_anew() {
    let desk = Desk::new().await;
    let id = desk.published().await;
    let withdraw = || desk.app.ask(Method::DELETE, &format!("/v1/reviews/{id}")).bearer(&desk.author).send();
    withdraw().await.expect(204);
    withdraw().await.expect(204);
    assert_eq!(desk.until(0).await["rating"]["histogram"], json!([0, 0, 0, 0, 0]));
    let own = desk.app.get("/v1/me/reviews").bearer(&desk.author).send().await.expect(200).json;
    assert_eq!(own["items"], json!([]));
    let anew = desk.submit(&good()).send().await.expect(201);
    assert_eq!((anew.text_at("/id"), &anew.json["revision"]), (id, &json!(2)));
}

#[tokio::test]
async fn others_vote_once_and_the_most_helpful_comes_first() {
    let desk = Desk::new().await;
    let id = desk.published().await;
    let second =
        desk.app.post("/v1/products/lamp/reviews", &json!({"rating": 1, "title": "Dark", "body": "No."}));
    let second = second.bearer(&desk.reader).fresh_key().send().await.expect(201).text_at("/id");
    desk.judge(&second, "approve", &json!({"revision": 1})).send().await.expect(200);
    desk.until(2).await;
    for _ in 0..3 {
        let voted = desk.voice(Method::POST, &id, "votes").json(&json!({})).send().await.expect(200);
        assert_eq!(voted.json, json!({"helpful": 1}));
    }
    let own = desk.app.post(&format!("/v1/reviews/{id}/votes"), &json!({})).bearer(&desk.author).fresh_key();
    own.send().await.refused(403, "review-own");
    let order = async |query: &str| {
        let list = desk.list(query).await.expect(200).json;
        let ids = list["items"].as_array().unwrap().iter().map(|of| of["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(order("?sort=helpful").await, [id.clone(), second.clone()]);
    assert_eq!(order("?sort=newest").await, [second.clone(), id.clone()]);
    assert_eq!(order("?rating=1").await, std::slice::from_ref(&second));
    assert_eq!(order("?rating=3").await, Vec::<String>::new());
    let first = desk.list("?sort=helpful&limit=1").await.expect(200).json;
    assert_eq!(first["rating"]["count"], 2);
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(order(&format!("?sort=helpful&limit=1&cursor={cursor}")).await, [second]);
    desk.list(&format!("?sort=newest&cursor={cursor}")).await.refused(400, "cursor-invalid");
    desk.voice(Method::DELETE, &id, "votes").send().await.expect(204);
    assert_eq!(desk.list("?rating=5").await.expect(200).json["items"][0]["helpful"], 0);
}

#[tokio::test]
async fn a_complaint_is_looked_at_and_removal_is_final_for_the_author() {
    let desk = Desk::new().await;
    let id = desk.published().await;
    for _ in 0..2 {
        desk.voice(Method::POST, &id, "flags").json(&json!({"reason": "spam"})).send().await.expect(204);
    }
    let odd = desk.voice(Method::POST, &id, "flags").json(&json!({"reason": "boring"})).send().await;
    assert_eq!(odd.refused(422, "validation-failed").text_at("/errors/0/pointer"), "/reason");
    let flagged = desk.queue("flagged").await;
    assert_eq!((&flagged["items"][0]["id"], &flagged["items"][0]["flags"]), (&json!(id), &json!(["spam"])));
    desk.until(1).await;
    let restored = desk.judge(&id, "restore", &json!({})).send().await.expect(200);
    assert_eq!((&restored.json["status"], &restored.json["flags"]), (&json!("published"), &json!([])));

    let remove = json!({"reason": "offensive"});
    let removed = desk.judge(&id, "remove", &remove).send().await.expect(200);
    assert_eq!((&removed.json["status"], &removed.json["refused"]), (&json!("removed"), &json!("offensive")));
    desk.until(0).await;
    desk.change(&id, &json!({"rating": 1})).send().await.refused(409, "review-removed");
    desk.submit(&good()).send().await.refused(409, "review-removed");
    let own = desk.app.ask(Method::DELETE, &format!("/v1/reviews/{id}")).bearer(&desk.author).send().await;
    own.refused(409, "review-removed");
    let reject = desk.judge(&id, "reject", &json!({"revision": 1, "reason": "fake"})).send().await;
    assert_eq!(reject.refused(409, "review-not-open").json["state"], "removed");
    desk.judge(&id, "restore", &json!({})).send().await.expect(200);
    desk.until(1).await;
}

#[tokio::test]
async fn a_rejected_review_says_why_and_can_be_changed() {
    let desk = Desk::new().await;
    let id = desk.submitted().await;
    let reject = json!({"revision": 1, "reason": "off_topic"});
    desk.judge(&id, "reject", &reject).send().await.expect(200);
    desk.app.projected().await;
    let own = desk.app.get("/v1/me/reviews").bearer(&desk.author).send().await.expect(200).json;
    assert_eq!(
        (&own["items"][0]["status"], &own["items"][0]["refused"]),
        (&json!("rejected"), &json!("off_topic"))
    );
    let changed = desk.change(&id, &json!({"body": "About the lamp."})).send().await.expect(200);
    assert_eq!((&changed.json["status"], &changed.json["refused"]), (&json!("submitted"), &Value::Null));
}

#[tokio::test]
async fn moderation_is_for_support_and_admins() {
    let desk = Desk::new().await;
    let id = desk.submitted().await;
    let approve = format!("/admin/v1/reviews/{id}/approve");
    for role in [Role::Shopper, Role::Ops] {
        let token = desk.app.token_of(role).await;
        let judged = desk.app.post(&approve, &json!({"revision": 1})).bearer(&token).fresh_key().send().await;
        judged.refused(403, "role-missing");
        desk.app.get("/admin/v1/reviews").bearer(&token).send().await.refused(403, "role-missing");
    }
    let queue = desk.app.get("/admin/v1/reviews?status=withdrawn").bearer(&desk.moderator).send().await;
    queue.refused(400, "invalid-query");
    let admin = desk.app.token_of(Role::Admin).await;
    desk.app.post(&approve, &json!({"revision": 1})).bearer(&admin).fresh_key().send().await.expect(200);
}

#[tokio::test]
async fn whoever_got_the_product_from_here_is_verified() {
    let desk = Desk::new().await;
    let me = desk.app.get("/v1/me").bearer(&desk.author).send().await.expect(200).text_at("/id");
    let user: UserId = me.parse().unwrap();
    let shop = &desk.app.platform.shop;
    let within = || amazoff_supervisor::Envelope::system(crate::support::PATIENCE);
    let cart = CartId::from(uuid::Uuid::now_v7());
    shop.carts.create(cart, Owner::User(user), within()).await.unwrap();
    let line = NewLine { variant: desk.shelf.variant, quantity: amazoff_actors::money::Quantity::ONE };
    shop.carts.add_line(cart, line, within()).await.unwrap();
    let button = crate::support::button(2490, "tok_ok"); // and the parcel
    let complete = desk.app.post(&format!("/v1/carts/{cart}/complete"), &button).bearer(&desk.author);
    let order = complete.fresh_key().send().await.expect(200).text_at("/id");
    let path = format!("/admin/v1/orders/{order}");
    let ask = |rest: &str, body: &Value| {
        let asking = desk.app.post(&format!("{path}{rest}"), body).bearer(&desk.moderator).fresh_key();
        asking.header("if-match", "*").send()
    };
    let shown = desk.app.get(&path).bearer(&desk.moderator).send().await.expect(200).json;
    let lines = json!([{"line_id": shown["lines"][0]["id"], "quantity": 1}]);
    let sent = ask("/ship", &json!({"lines": lines})).await.expect(200);
    ask("/deliver", &json!({"shipment_id": sent.text_at("/shipments/0/id")})).await.expect(200);
    let id = desk.published().await;
    let waiting = async {
        while desk.list("").await.expect(200).json["items"][0]["verified"] != true {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(crate::support::PATIENCE, waiting).await.expect("the review must become verified");
    let own = desk.app.get("/v1/me/reviews").bearer(&desk.author).send().await.expect(200).json;
    assert_eq!((&own["items"][0]["id"], &own["items"][0]["verified"]), (&json!(id), &json!(true)));
}
