//! Browsers without a script, and what their cookies open: bags, and orders that guests bought.

use std::collections::BTreeMap;

use axum::http::Method;
use uuid::Uuid;

use crate::support::{Answered, Shelf, TestApp};

const PASSWORD: &str = "correct horse battery";
const BAG: &str = "amazoff_cart";
const SESSION: &str = "amazoff_session";

/// A browser: it keeps cookies, and sends forms.
struct Browser<'a> {
    app: &'a TestApp,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    fn of(app: &'a TestApp) -> Self {
        Self { app, cookies: BTreeMap::new() }
    }

    async fn ask(&mut self, method: Method, path: &str, fields: &[(&str, &str)]) -> Answered {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let body: Vec<_> =
            fields.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
        let asking = self.app.ask(method, path).header("accept", "text/html").raw(body.join("&"));
        let asking = asking.header("content-type", "application/x-www-form-urlencoded");
        let answer = asking.header("cookie", &cookies.join("; ")).send().await;
        for set in answer.headers.get_all("set-cookie") {
            let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
            let (value, attributes) = rest.split_once(';').unwrap();
            match attributes.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    async fn open(&mut self, path: &str) -> Answered {
        self.ask(Method::GET, path, &[]).await
    }

    async fn add(&mut self, shelf: Shelf, quantity: &str) -> Answered {
        let (key, variant) = (Uuid::now_v7().to_string(), shelf.variant.to_string());
        let form = [("key", key.as_str()), ("slug", ""), ("variant_id", &variant), ("quantity", quantity)];
        self.ask(Method::POST, "/cart/lines", &form).await.expect(303)
    }

    async fn log_in(&mut self, email: &str) {
        let form = [("email", email), ("password", PASSWORD)];
        self.ask(Method::POST, "/login", &form).await.expect(303);
    }

    async fn log_out(&mut self) {
        self.ask(Method::POST, "/logout", &[]).await.expect(303);
    }

    /// A guest bought with this browser; the order's page.
    async fn bought(&mut self) -> String {
        let (cart, total) = self.app.full_cart(2000).await;
        let order = self.app.complete(&cart, total, "tok_ok").await.expect(200).text_at("/id");
        self.cookies.insert(BAG.to_owned(), format!("{}.{}", cart.id, cart.token));
        format!("/orders/{order}")
    }
}

#[tokio::test]
async fn what_a_guest_bought_stays_theirs_to_see_after_logging_in_and_out() {
    let app = TestApp::start().await;
    app.registered("ann@example.org").await;
    app.registered("bob@example.org").await;
    let shelf = app.stocked("teapot", 1999, 10).await;
    let mut elsewhere = Browser::of(&app);
    elsewhere.log_in("ann@example.org").await;
    elsewhere.add(shelf, "1").await;
    app.projected().await;
    // One has a bag of her own, the other has none.
    for email in ["ann@example.org", "bob@example.org"] {
        let mut browser = Browser::of(&app);
        let order = browser.bought().await;
        browser.open(&order).await.expect(200);
        browser.log_in(email).await;
        browser.open(&order).await.expect(200);
        browser.log_out().await;
        browser.open(&order).await.expect(200);
        Browser::of(&app).open(&order).await.expect(404);
    }
}

#[tokio::test]
async fn whoever_logs_in_over_another_session_carries_an_own_bag() {
    let app = TestApp::start().await;
    app.registered("ann@example.org").await;
    app.registered("bob@example.org").await;
    let (teapot, lamp) = (app.stocked("teapot", 1999, 10).await, app.stocked("lamp", 999, 10).await);
    let (mut ann, mut bob) = (Browser::of(&app), Browser::of(&app));
    for (browser, email, shelf) in
        [(&mut ann, "ann@example.org", teapot), (&mut bob, "bob@example.org", lamp)]
    {
        browser.log_in(email).await;
        browser.add(shelf, "1").await;
    }
    app.projected().await;
    ann.log_in("bob@example.org").await;
    let bag = ann.open("/cart").await.expect(200).text;
    assert!(bag.contains("€9.99 each") && !bag.contains("€19.99 each"), "{bag}");
}

#[tokio::test]
async fn a_session_that_ends_on_the_way_to_the_till_leads_to_the_log_in_and_back() {
    let app = TestApp::start().await;
    app.registered("ann@example.org").await;
    let shelf = app.stocked("teapot", 1999, 10).await;
    let mut ann = Browser::of(&app);
    ann.log_in("ann@example.org").await;
    ann.add(shelf, "2").await;
    ann.open("/checkout").await.expect(200);
    ann.cookies.remove(SESSION);
    let key = Uuid::now_v7().to_string();
    let pay =
        ann.ask(Method::POST, "/checkout", &[("key", key.as_str()), ("email", "ann@example.org")]).await;
    assert_eq!(pay.expect(303).header("location"), "/login?next=/checkout");
    assert_eq!(ann.open("/checkout").await.expect(303).header("location"), "/login?next=/checkout");
    assert!(ann.open("/cart").await.expect(200).text.contains("You are logged out"));
    ann.log_in("ann@example.org").await;
    ann.open("/checkout").await.expect(200);

    // Who has no secret of the bag is told nothing of it, nor who has none at all.
    let id = ann.cookies[BAG].split_once('.').unwrap().0.to_owned();
    let mut stranger = Browser::of(&app);
    stranger.cookies.insert(BAG.to_owned(), format!("{id}.made-up"));
    for mut browser in [stranger, Browser::of(&app)] {
        assert_eq!(browser.open("/checkout").await.expect(303).header("location"), "/cart");
        assert!(!browser.open("/cart").await.expect(200).text.contains("You are logged out"));
    }
}

#[tokio::test]
async fn a_form_that_comes_again_with_other_content_is_refused_and_does_not_pretend() {
    let app = TestApp::start().await;
    let (teapot, lamp) = (app.stocked("teapot", 1999, 10).await, app.stocked("lamp", 999, 10).await);
    let mut browser = Browser::of(&app);
    let (key, teapot, lamp) =
        (Uuid::now_v7().to_string(), teapot.variant.to_string(), lamp.variant.to_string());
    let form = |variant, quantity| [("key", key.as_str()), ("variant_id", variant), ("quantity", quantity)];
    for _ in 0..2 {
        browser.ask(Method::POST, "/cart/lines", &form(&teapot, "1")).await.expect(303);
    }
    browser.ask(Method::POST, "/cart/lines", &form(&teapot, "2")).await.expect(422);
    browser.ask(Method::POST, "/cart/lines", &form(&lamp, "1")).await.expect(422);
    let bag = browser.open("/cart").await.expect(200).text;
    assert!(bag.contains("€19.99 each") && !bag.contains("€9.99 each"), "{bag}");
    assert!(bag.contains(r#"max="99" value="1""#), "{bag}");
}

/// Neither by a body nor by a header.
#[tokio::test]
async fn the_pages_do_not_tell_who_has_an_account() {
    let app = TestApp::start().await;
    app.registered("ann@example.org").await;
    for (path, status) in [("/login", 401), ("/forgot-password", 200)] {
        let mut seen = Vec::new();
        for email in ["ann@example.org", "nobody@example.org"] {
            let form = [("email", email), ("password", "wrong wrong wrong")];
            let answer = Browser::of(&app).ask(Method::POST, path, &form).await.expect(status);
            seen.push((answer.text.replace(email, ""), answer.header_names()));
        }
        assert_eq!(seen[0], seen[1], "{path}");
    }
}
