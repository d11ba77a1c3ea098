//! Logging in and out, joining, the account.

use std::time::Duration;

use amazoff_actors::cart::MergeStrategy;
use amazoff_actors::ids::{CartId, UserId};
use amazoff_actors::user::{RegisterForm, Role, SessionGrant};
use axum::extract::Query;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::access;
use crate::auth::{RefreshGrant, SessionRef, Shown};
use crate::identity;
use crate::limits::client::Client;
use crate::pages::key::{self, Key};
use crate::pages::markup::account::{AccountPage, InboxPage, LoginPage, RegisterPage};
use crate::pages::markup::{Field, Notice, form};
use crate::pages::page::{Page, Sent, see, within};
use crate::pages::present::day;
use crate::pages::visit::{Visit, teaching};
use crate::problem::Problem;

/// How long a log-in waits for two bags to become one; they go on by themselves.
const MERGE_WAIT: Duration = Duration::from_secs(2);

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Next {
    next: String,
}

/// What the log-in page sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Login {
    email: String,
    password: String,
    next: String,
}

/// What the page to make an account sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Register {
    key: String,
    name: String,
    email: String,
    password: String,
    next: String,
}

/// What the buttons to leave send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Leave {
    everywhere: String,
}

/// The account.
pub(crate) async fn show(visit: Visit) -> Result<Page<AccountPage>, Problem> {
    let login = visit.shopper.logged_in()?;
    let (user, roles) = (login.user(), login.roles(&visit.platform).await?);
    let person = visit.platform.shop.users.get(user).await?.ok_or_else(Problem::login_required)?;
    let since = day(person.created_at);
    Ok(Page::ok(AccountPage {
        frame: visit.frame("Your account"),
        name: person.name,
        email: person.email,
        since,
        is_desk: access::DESK.is_for(&roles),
        is_ops: access::OPS.is_for(&roles),
    }))
}

/// What the person was told.
pub(crate) async fn inbox(visit: Visit) -> Result<Page<InboxPage>, Problem> {
    visit.shopper.logged_in()?;
    Ok(Page::ok(InboxPage { frame: visit.frame("Inbox") }))
}

/// The log-in page.
pub(crate) async fn login_form(visit: Visit, Query(Next { next }): Query<Next>) -> Page<LoginPage> {
    Page::ok(login_page(&visit, &Login { next, ..Login::default() }))
}

fn login_page(visit: &Visit, typed: &Login) -> LoginPage {
    LoginPage {
        frame: visit.frame("Log in"),
        fields: vec![
            Field::email("email", "E-mail", "username").filled(&typed.email),
            Field::password("password", "Password", "current-password"),
        ],
        next: within(&typed.next).to_owned(),
    }
}

/// Logs in, and takes the bag along.
pub(crate) async fn login(
    visit: Visit,
    client: Client,
    Sent(typed): Sent<Login>,
) -> Result<Response, Problem> {
    let mut page = login_page(&visit, &typed);
    if let Some(password) = page.fields.last_mut() {
        password.value.clone_from(&typed.password);
    }
    let complete = form::complete(&mut page.fields);
    if let Some(password) = page.fields.last_mut() {
        password.value.clear();
    }
    if !complete {
        return Ok(Page(StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    match visit.platform.log_in(&typed.email, &typed.password, client).await {
        Ok((user, grant)) => Ok(teaching(enter(&visit, user, grant).await?, see(within(&typed.next)))),
        Err(problem) => {
            page.frame.notice = Some(Notice::bad(match problem.code() {
                "invalid-credentials" => {
                    "E-mail and password do not belong together. Check both and try again."
                }
                "account-deactivated" => {
                    "This account is deactivated. Write to us if you think that it should not be."
                }
                "rate-limited" => "That was tried too often. Wait a few minutes, then try again.",
                _ => return Err(problem),
            }));
            Ok(Page(problem.status(), page).into_response())
        }
    }
}

/// The cookies of a log-in: the session's, and that of the bag where it is another one from now on.
async fn enter(visit: &Visit, user: UserId, grant: SessionGrant) -> Result<Vec<HeaderValue>, Problem> {
    let SessionGrant { session, generation, .. } = grant;
    let grant = RefreshGrant { of: SessionRef { user, session }, generation };
    let cookie = visit.platform.session_cookie(grant, Shown::Password)?;
    let cookies = visit.platform.settings.cookies();
    let mut learned = vec![cookies.set_session(&cookie)];
    if let Some(bag) = take_along(visit, user).await {
        learned.push(cookies.set_cart(&visit.held(bag)));
        learned.extend(visit.keep_bought());
    }
    Ok(learned)
}

/// A guest's bag becomes the person's; when the person has one already, what is in the guest's goes there. Answers the bag
/// that the browser is to carry, where that is another one. Whatever goes wrong, the person is logged in, and the guest's bag
/// stays one that this browser holds. A bag of somebody else who is logged in here stays theirs.
async fn take_along(visit: &Visit, user: UserId) -> Option<CartId> {
    let carts = &visit.platform.shop.carts;
    let own = carts.of_person(user).await.unwrap_or_default();
    let Some(bag) = visit.bag_of(user) else { return own };
    let taken = match own.filter(|own| *own != bag) {
        None => carts.adopt(bag, user, key::adoption(user)).await.map(|_answer| None),
        Some(own) => {
            let into = (own, MergeStrategy::SumCapped);
            carts.merge(bag, into, key::adoption(user), MERGE_WAIT).await.map(|_merging| Some(own))
        }
    };
    taken.unwrap_or_else(|error| {
        tracing::info!(cart.id = %bag, %error, "bag {bag} was not taken along at login: {error}");
        None
    })
}

/// The page to make an account.
pub(crate) async fn register_form(visit: Visit, Query(Next { next }): Query<Next>) -> Page<RegisterPage> {
    Page::ok(register_page(&visit, &Register { next, ..Register::default() }))
}

fn register_page(visit: &Visit, typed: &Register) -> RegisterPage {
    RegisterPage {
        frame: visit.frame("Make an account"),
        fields: vec![
            Field::text("name", "Full name", "name").filled(&typed.name),
            Field::email("email", "E-mail", "username").filled(&typed.email),
            Field::password("password", "Password", "new-password")
                .hinting("At least 10 characters. A few odd words are best."),
        ],
        next: within(&typed.next).to_owned(),
        key: key::fresh(),
    }
}

/// Makes an account, and logs in.
pub(crate) async fn register(visit: Visit, Sent(typed): Sent<Register>) -> Result<Response, Problem> {
    let key = Key::read(&typed.key)?;
    let users = &visit.platform.shop.users;
    let Register { email, password, name, .. } = &typed;
    let form = RegisterForm {
        email: email.trim().to_owned(),
        password: password.clone(),
        name: name.trim().to_owned(),
        roles: [Role::Shopper].into(),
    };
    let envelope = key.envelope(&visit, "", "POST /register", email.trim());
    match users.register(form, envelope).await.map_err(Problem::from) {
        Ok(_) => {
            let (user, grant) = users.login(email, password).await?;
            Ok(teaching(enter(&visit, user, grant).await?, see(within(&typed.next))))
        }
        Err(problem) => refused(register_page(&visit, &typed), problem),
    }
}

/// The form again, with the refusal at the field that it is about.
fn refused(mut page: RegisterPage, problem: Problem) -> Result<Response, Problem> {
    let (field, message) = match problem.code() {
        "email-taken" => ("email", "There is an account with this address. Log in instead?"),
        "email-invalid" => ("email", "This does not look like an e-mail address."),
        "name-invalid" => ("name", "Tell us a name of 1 to 100 characters."),
        "password-too-short" => ("password", "Take at least 10 characters."),
        "password-too-long" => ("password", "Take at most 128 characters."),
        "password-too-common" => {
            ("password", "This is one of the first that anybody would guess. Take another.")
        }
        _ => return Err(problem),
    };
    if let Err(message) = form::blame(&mut page.fields, field, message) {
        page.frame.notice = Some(Notice::bad(message));
    }
    Ok(Page(problem.status(), page).into_response())
}

/// Logs out, here or everywhere. Who is logged out already is as good as logged out.
pub(crate) async fn logout(
    visit: Visit,
    Sent(Leave { everywhere }): Sent<Leave>,
) -> Result<Response, Problem> {
    let users = &visit.platform.shop.users;
    if let Some(identity::Login::Session(SessionRef { user, session })) = visit.shopper.login {
        if everywhere == "yes" {
            users.logout_all(user).await?;
        } else {
            users.logout(user, session).await?;
        }
    }
    let cookies = visit.platform.settings.cookies();
    let learned = [cookies.clear_session(), cookies.clear_cart()].into_iter().chain(visit.keep_bought());
    Ok(teaching(learned.collect(), see("/")))
}
