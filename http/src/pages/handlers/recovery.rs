//! Links from mails. Opening one changes nothing, because programs open links too: a button does.

use amazoff_actors::user::LinkUse;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::limits::client::Client;
use crate::pages::markup::recovery::{LinkForm, LinkPage};
use crate::pages::markup::{Field, Notice, form};
use crate::pages::page::{Page, Sent};
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// What a link carries, and what its page sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Link {
    token: String,
    password: String,
}

/// Whoever forgot a password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Forgotten {
    email: String,
}

const GONE: &str =
    "This link is not good any more: it was used, it is too old, or a newer one was sent. Ask for another.";
const TOO_OFTEN: &str = "That was tried too often. Wait a while, then try again.";

fn page(visit: &Visit, heading: &'static str, words: &'static str, form: Option<LinkForm>) -> LinkPage {
    LinkPage { frame: visit.frame(heading), heading, words, form }
}

/// Asks whether the address is to be confirmed.
pub(crate) async fn confirm_form(visit: Visit, Query(Link { token, .. }): Query<Link>) -> Page<LinkPage> {
    let form = LinkForm { action: "/confirm-email", token, fields: Vec::new(), button: "Yes, it is mine" };
    Page::ok(page(&visit, "Is this your e-mail address?", "", Some(form)))
}

/// Confirms an address.
pub(crate) async fn confirm(visit: Visit, Sent(Link { token, .. }): Sent<Link>) -> Result<Response, Problem> {
    let followed = visit.platform.shop.users.follow(&token).await.map_err(Problem::from);
    let words = match followed {
        Ok(LinkUse::Verified) => "Thank you, we know now that you read what we write to you.",
        Ok(LinkUse::Changed) => "From now on you log in with this address, and we write to it.",
        Err(problem) if problem.code() == "link-invalid" => {
            return Ok(Page(problem.status(), page(&visit, "This link is over", GONE, None)).into_response());
        }
        Err(problem) => return Err(problem),
    };
    Ok(Page::ok(page(&visit, "That is settled", words, None)).into_response())
}

/// Asks whose password was forgotten.
pub(crate) async fn forgot_form(visit: Visit) -> Page<LinkPage> {
    Page::ok(forgotten(&visit, &Forgotten::default()))
}

fn forgotten(visit: &Visit, typed: &Forgotten) -> LinkPage {
    let fields = vec![Field::email("email", "E-mail", "username").filled(&typed.email)];
    let words = "Tell us the e-mail address of your account. We send a link there, with which you take another password.";
    let form = LinkForm { action: "/forgot-password", token: String::new(), fields, button: "Send the link" };
    page(visit, "Forgot your password?", words, Some(form))
}

/// Sends the link, and says the same whether or not there is an account.
pub(crate) async fn forgot(
    visit: Visit,
    client: Client,
    Sent(typed): Sent<Forgotten>,
) -> Result<Response, Problem> {
    let mut asking = forgotten(&visit, &typed);
    if !asking.form.as_mut().is_some_and(|form| form::complete(&mut form.fields)) {
        return Ok(Page(axum::http::StatusCode::UNPROCESSABLE_ENTITY, asking).into_response());
    }
    if let Err(problem) = visit.platform.may_write(&typed.email, client) {
        asking.frame.notice = Some(Notice::bad(TOO_OFTEN));
        return Ok(Page(problem.status(), asking).into_response());
    }
    visit.platform.ask_reset(&typed.email).await?;
    let words = "If there is an account with this address, a mail with a link is on its way. It is good for half an hour.";
    Ok(Page::ok(page(&visit, "Look into your mailbox", words, None)).into_response())
}

/// Asks for another password.
pub(crate) async fn new_password_form(
    visit: Visit,
    Query(Link { token, .. }): Query<Link>,
) -> Page<LinkPage> {
    Page::ok(new_password_page(&visit, token))
}

fn new_password_page(visit: &Visit, token: String) -> LinkPage {
    let field = Field::password("password", "New password", "new-password")
        .hinting("At least 10 characters. A few odd words are best.");
    let form = LinkForm { action: "/new-password", token, fields: vec![field], button: "Use this password" };
    page(visit, "Take another password", "Every device is logged out then.", Some(form))
}

/// Takes another password.
pub(crate) async fn new_password(
    visit: Visit,
    Sent(Link { token, password }): Sent<Link>,
) -> Result<Response, Problem> {
    let taken = visit.platform.shop.users.reset_password(&token, &password).await.map_err(Problem::from);
    let problem = match taken {
        Ok(()) => {
            let words = "Your new password is good from now on. Please log in with it.";
            return Ok(Page::ok(page(&visit, "That is settled", words, None)).into_response());
        }
        Err(problem) => problem,
    };
    let message = match problem.code() {
        "link-invalid" => {
            return Ok(Page(problem.status(), page(&visit, "This link is over", GONE, None)).into_response());
        }
        "password-too-short" => "Take at least 10 characters.",
        "password-too-long" => "Take at most 128 characters.",
        "password-too-common" => "This is one of the first that anybody would guess. Take another.",
        _ => return Err(problem),
    };
    let mut again = new_password_page(&visit, token);
    if let Some(asked) = &mut again.form
        && let Err(message) = form::blame(&mut asked.fields, "password", message)
    {
        again.frame.notice = Some(Notice::bad(message));
    }
    Ok(Page(problem.status(), again).into_response())
}
