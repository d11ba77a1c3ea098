use std::time::Duration;

use amazoff_actors::mail::{Letter, MailError};
use amazoff_actors::user::Role;
use amazoff_http::HttpSettings;
use axum::http::Method;
use serde_json::{Value, json};

use crate::sessions::{closed, login, socket, without_heartbeats};
use crate::support::{Answered, TestApp};

const ANN: &str = "ann@example.org";
const OLD: &str = "correct horse battery";
const NEW: &str = "staple wrong zebra";

async fn follow(app: &TestApp, token: &str) -> Answered {
    app.post("/v1/auth/verify-email", &json!({"token": token})).send().await
}

async fn forgot(app: &TestApp, email: &str) -> Answered {
    app.post("/v1/auth/password-reset", &json!({"email": email})).send().await
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Answered {
    let form = json!({"token": token, "password": password});
    app.post("/v1/auth/password-reset/confirm", &form).send().await
}

async fn me(app: &TestApp, token: &str) -> Value {
    app.get("/v1/me").bearer(token).send().await.expect(200).json
}

#[tokio::test]
async fn an_address_is_verified_by_the_link_that_was_sent_there_once() {
    let app = TestApp::start().await;
    let token = app.registered(ANN).await.text_at("/access_token");
    assert_eq!(me(&app, &token).await["email_verified"], false);
    let link = app.link(ANN, Letter::VerifyEmail).await;
    // A link for another purpose, another person or with another seal is none.
    let altered =
        [link.replace(".v.", ".r."), link.replace("ml_", "ml_0"), format!("{link}0"), String::new()];
    for bad in altered {
        follow(&app, &bad).await.refused(422, "link-invalid");
    }
    reset(&app, &link, NEW).await.refused(422, "link-invalid");
    assert_eq!(follow(&app, &link).await.expect(200).json["outcome"], "verified");
    assert_eq!(me(&app, &token).await["email_verified"], true);
    follow(&app, &link).await.refused(422, "link-invalid");
    // Nothing is left to verify, so nothing is sent.
    let resend = app.ask(Method::POST, "/v1/auth/verify-email/resend").bearer(&token).send().await;
    resend.expect(202);
    assert_eq!(app.letters(ANN).await, [Letter::VerifyEmail]);
}

#[tokio::test]
async fn a_link_that_has_just_left_is_not_sent_again() {
    let app = TestApp::start().await;
    let token = app.registered(ANN).await.text_at("/access_token");
    for _ in 0..3 {
        let resend = app.ask(Method::POST, "/v1/auth/verify-email/resend").bearer(&token).send().await;
        resend.expect(202);
    }
    assert_eq!(app.letters(ANN).await, [Letter::VerifyEmail]);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_everything_else_ends() {
    let app = without_heartbeats().await;
    let token = app.registered(ANN).await.text_at("/access_token");
    let form = json!({"name": "program", "access": "write", "days": 1});
    let key = app.post("/v1/me/api-keys", &form).fresh_key().bearer(&token).send().await.expect(201);
    let mut open = socket(&app, &token).await;
    forgot(&app, "ANN@example.org").await.expect(202);
    let link = app.link(ANN, Letter::ResetPassword).await;
    let weak = reset(&app, &link, "short").await.refused(422, "password-too-short");
    assert_eq!(weak.json["errors"][0]["pointer"], "/password");
    reset(&app, &link, NEW).await.expect(204);
    assert_eq!(closed(&mut open).await, 4001);
    app.get("/v1/me").bearer(&token).send().await.refused(401, "token-invalid");
    app.get("/v1/me").bearer(&key.text_at("/secret")).send().await.refused(401, "token-invalid");
    login(&app, ANN, OLD).await.refused(401, "invalid-credentials");
    let entered = login(&app, ANN, NEW).await.expect(200);
    assert_eq!(entered.json["user"]["email_verified"], true, "the link came by mail");
    reset(&app, &link, OLD).await.refused(422, "link-invalid");
    assert_eq!(app.letters(ANN).await.last(), Some(&Letter::PasswordReset));
}

#[tokio::test]
async fn nobody_learns_from_a_reset_who_has_an_account() {
    let app = TestApp::start().await;
    app.registered(ANN).await;
    let (known, unknown) = (forgot(&app, ANN).await, forgot(&app, "nobody@example.org").await);
    let odd = forgot(&app, "no address").await;
    for answer in [&known, &unknown, &odd] {
        assert_eq!(answer.status.as_u16(), 202);
        assert_eq!(answer.text, known.text);
        assert_eq!(answer.header_names(), known.header_names());
    }
    assert!(app.letters("nobody@example.org").await.is_empty());
    assert!(app.letters(ANN).await.contains(&Letter::ResetPassword));
}

#[tokio::test]
async fn resets_are_counted_per_name_whether_or_not_it_exists() {
    let app = TestApp::start_with(HttpSettings::at("http://shop.test")).await;
    app.registered(ANN).await;
    for email in [ANN, "nobody@example.org"] {
        for _ in 0..5 {
            forgot(&app, email).await.expect(202);
        }
        let refused = forgot(&app, email).await.refused(429, "rate-limited");
        assert!(!refused.header("retry-after").is_empty());
    }
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it_and_other_sessions_end() {
    let app = TestApp::start().await;
    let here = app.registered(ANN).await.text_at("/access_token");
    let there = login(&app, ANN, OLD).await.expect(200).text_at("/access_token");
    let change = |old: &str, new: &str| {
        app.post("/v1/me/password", &json!({"old_password": old, "password": new})).bearer(&here).send()
    };
    change("something else", NEW).await.refused(401, "invalid-credentials");
    change(OLD, "password123").await.refused(422, "password-too-common");
    change(OLD, NEW).await.expect(204);
    app.get("/v1/me").bearer(&here).send().await.expect(200);
    app.get("/v1/me").bearer(&there).send().await.refused(401, "token-invalid");
    login(&app, ANN, OLD).await.refused(401, "invalid-credentials");
    login(&app, ANN, NEW).await.expect(200);
    assert_eq!(app.letters(ANN).await.last(), Some(&Letter::PasswordChanged));
}

#[tokio::test]
async fn another_address_counts_once_it_is_confirmed_and_both_are_told() {
    let app = TestApp::start().await;
    let token = app.registered(ANN).await.text_at("/access_token");
    app.registered("ben@example.org").await;
    let change = |email: &str| app.post("/v1/me/email", &json!({"email": email})).bearer(&token).send();
    change("ben@example.org").await.refused(409, "email-taken");
    change("none").await.refused(422, "email-invalid");
    change("zoe@example.org").await.expect(202);
    change("other@example.org").await.refused(429, "mail-just-sent");
    login(&app, "zoe@example.org", OLD).await.refused(401, "invalid-credentials");
    assert_eq!(me(&app, &token).await["email"], ANN);
    assert_eq!(app.letters(ANN).await.last(), Some(&Letter::EmailChangeAsked));
    let link = app.link("zoe@example.org", Letter::ConfirmEmailChange).await;
    assert_eq!(follow(&app, &link).await.expect(200).json["outcome"], "changed");
    let now = me(&app, &token).await;
    assert_eq!((&now["email"], &now["email_verified"]), (&json!("zoe@example.org"), &json!(true)));
    login(&app, ANN, OLD).await.refused(401, "invalid-credentials");
    login(&app, "zoe@example.org", OLD).await.expect(200);
    for told in [ANN, "zoe@example.org"] {
        assert_eq!(app.letters(told).await.last(), Some(&Letter::EmailChanged), "{told}");
    }
    // The old address is free again, and nobody has two.
    app.registered(ANN).await;
    follow(&app, &link).await.refused(422, "link-invalid");
}

#[tokio::test]
async fn an_address_that_somebody_took_meanwhile_is_theirs() {
    let app = TestApp::start().await;
    let token = app.registered(ANN).await.text_at("/access_token");
    app.post("/v1/me/email", &json!({"email": "zoe@example.org"})).bearer(&token).send().await.expect(202);
    app.registered("zoe@example.org").await;
    let link = app.link("zoe@example.org", Letter::ConfirmEmailChange).await;
    follow(&app, &link).await.refused(409, "email-taken");
    assert_eq!(me(&app, &token).await["email"], ANN);
    login(&app, ANN, OLD).await.expect(200);
}

/// T-N2: what the mail server refuses for now is tried again under the same id; what it refuses for good is not, and is
/// noted; and nobody waits for either.
#[tokio::test]
async fn a_mail_that_is_refused_for_now_is_tried_again_and_one_for_good_is_not() {
    let app = TestApp::start().await;
    app.mails.fail_next((0..3).map(|_| MailError::Later("451".to_owned())));
    app.registered(ANN).await; // answered, whatever becomes of the mail
    assert_eq!(app.letters(ANN).await, [Letter::VerifyEmail]);
    let attempts = app.mails.attempts();
    assert_eq!(attempts.len(), 4);
    assert!(attempts.iter().all(|id| *id == attempts[0]), "it is the same mail: {attempts:?}");

    app.mails.fail_next([MailError::Refused("550".to_owned())]);
    let ben = app.registered("ben@example.org").await;
    assert!(app.letters("ben@example.org").await.is_empty());
    tokio::time::sleep(Duration::from_millis(300)).await; // longer than the first pauses between attempts
    assert_eq!(app.mails.attempts().len(), 5, "not tried again");
    let support = app.token_of(Role::Support).await;
    let path = format!("/admin/v1/users/{}", ben.text_at("/user/id"));
    let file = app.get(&path).bearer(&support).send().await.expect(200);
    assert!(file.json["mail_refused_at"].is_string(), "{}", file.text);
}

/// T-U2: whoever has a copy of a login loses it, and the person is told.
#[tokio::test]
async fn a_stolen_login_is_told() {
    let app = TestApp::start().await;
    let stolen = app.registered(ANN).await.text_at("/refresh_token");
    let refresh = |token: &str| app.post("/v1/auth/refresh", &json!({"refresh_token": token})).send();
    let second = refresh(&stolen).await.expect(200).text_at("/refresh_token");
    refresh(&second).await.expect(200);
    refresh(&stolen).await.refused(401, "refresh-token-reused");
    assert_eq!(app.letters(ANN).await.last(), Some(&Letter::SessionStolen));
}

#[tokio::test]
async fn the_pages_behind_the_links_change_nothing_until_a_button_is_pressed() {
    let app = TestApp::start().await;
    let token = app.registered(ANN).await.text_at("/access_token");
    let link = app.link(ANN, Letter::VerifyEmail).await;
    let page = app.get(&format!("/confirm-email?token={link}")).header("accept", "text/html").send().await;
    assert!(page.expect(200).text.contains(&link));
    assert_eq!(me(&app, &token).await["email_verified"], false, "programs open links, too");
    let press = |path: &str, body: String| {
        let form = "application/x-www-form-urlencoded";
        app.ask(Method::POST, path)
            .raw(body)
            .header("content-type", form)
            .header("accept", "text/html")
            .send()
    };
    press("/confirm-email", format!("token={link}")).await.expect(200);
    assert_eq!(me(&app, &token).await["email_verified"], true);
    assert!(
        press("/confirm-email", format!("token={link}")).await.expect(422).text.contains("This link is over")
    );
    app.get("/forgot-password").header("accept", "text/html").send().await.expect(200);
    press("/forgot-password", "email=".to_owned()).await.expect(422);
    press("/forgot-password", format!("email={ANN}")).await.expect(200);
    let link = app.link(ANN, Letter::ResetPassword).await;
    let page = app.get(&format!("/new-password?token={link}")).header("accept", "text/html").send().await;
    assert!(page.expect(200).text.contains("new-password"));
    let weak = press("/new-password", format!("token={link}&password=short")).await.expect(422);
    assert!(weak.text.contains("Take at least 10 characters."));
    press("/new-password", format!("token={link}&password=staple+wrong+zebra")).await.expect(200);
    login(&app, ANN, NEW).await.expect(200);
    let hostile =
        app.get("/confirm-email?token=%22%3E%3Cscript%3E").header("accept", "text/html").send().await;
    assert!(!hostile.expect(200).text.contains("\"><script>"));
}
