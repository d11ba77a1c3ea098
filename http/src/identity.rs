//! Who asks: a person with a session, a program with a person's API key, or a guest; and which carts' secrets they hold.
//!
//! A bearer token that does not hold is refused at once. A cookie that does not hold makes its browser a guest again, after
//! its refresh token was tried.

use amazoff_actors::cart::Owner;
use amazoff_actors::ids::{CartId, OrderId, UserId};
use amazoff_actors::order;
use amazoff_actors::user::{KeyAccess, Roles};
use amazoff_supervisor::Principal;
use axum::extract::{FromRequestParts, Request};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};

use crate::auth::cookies::{CartCookie, SessionCookie};
use crate::auth::{Auth, KeyRef, Proof, RefreshGrant, SessionRef, Shown};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;

/// The one path that the metrics' token opens.
const METRICS: &str = "/metrics";
/// The header that carries a guest cart's secret.
pub const X_CART_TOKEN: HeaderName = HeaderName::from_static("x-cart-token");

/// How a person is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// They logged in.
    Session(SessionRef),
    /// A program shows a key of theirs.
    Key(KeyRef),
}

impl Login {
    /// Whose it is.
    pub fn user(self) -> UserId {
        match self {
            Self::Session(session) => session.user,
            Self::Key(key) => key.user,
        }
    }

    /// What its bearer may do now: a role that was taken away is gone at once.
    pub(crate) async fn roles(self, platform: &Platform) -> Result<Roles, Problem> {
        let users = &platform.shop.users;
        match self {
            Self::Session(session) => Ok(users.roles(session.user).await?),
            Self::Key(KeyRef { user, key }) => {
                Ok(users.key_grant(user, key).await?.map(|grant| grant.roles).unwrap_or_default())
            }
        }
    }

    async fn alive(self, platform: &Platform) -> Result<bool, Problem> {
        match self {
            Self::Session(session) => alive(platform, session).await,
            Self::Key(KeyRef { user, key }) => Ok(platform.shop.users.key_grant(user, key).await?.is_some()),
        }
    }
}

/// Who asks.
#[derive(Clone, Debug, Default)]
pub struct Shopper {
    /// How the person is known, if one is.
    pub login: Option<Login>,
    /// Whether the person showed the password lately, not only something that a device keeps.
    pub confirmed: bool,
    /// Whether it is the scraper of metrics.
    pub(crate) scrapes: bool,
    token: Option<String>,
    carts: Vec<CartCookie>,
}

impl Shopper {
    /// The person, when logged in.
    pub fn user(&self) -> Option<UserId> {
        self.login.map(Login::user)
    }
    /// How the person is known.
    ///
    /// # Errors
    /// `login-required`
    pub fn logged_in(&self) -> Result<Login, Problem> {
        self.login.ok_or_else(Problem::login_required)
    }
    /// The session, for what no program may do in a person's name.
    ///
    /// # Errors
    /// `login-required`, `session-required`
    pub fn own_session(&self) -> Result<SessionRef, Problem> {
        match self.logged_in()? {
            Login::Session(session) => Ok(session),
            Login::Key(_) => Err(Problem::session_required()),
        }
    }
    /// Whether the asker holds the secret of a guest's cart.
    pub fn holds(&self, platform: &Platform, cart: CartId) -> bool {
        let from_cookies = self.carts.iter().filter(|held| held.cart == cart).map(|held| held.token.as_str());
        self.token
            .as_deref()
            .into_iter()
            .chain(from_cookies)
            .any(|token| platform.auth.holds_cart(cart, token))
    }
    /// The same with the secret of one more cart, where one was given.
    pub(crate) fn holding(mut self, cart: CartId, token: Option<String>) -> Self {
        self.carts.extend(token.map(|token| CartCookie { cart, token }));
        self
    }
    /// Whether something of this owner, that came from this cart, is the asker's to see.
    pub fn may_see(&self, platform: &Platform, owner: Owner, cart: CartId) -> bool {
        match owner {
            Owner::Guest => self.holds(platform, cart),
            Owner::User(owner) => self.user() == Some(owner),
        }
    }
    /// An order that is the asker's to see; another person's is as absent as one that does not exist.
    ///
    /// # Errors
    /// `order-not-found`, or the read's own failure.
    pub async fn order(&self, platform: &Platform, id: OrderId) -> Result<order::View, Problem> {
        let owner = platform.shop.orders.owner(id).await?;
        let view = platform.shop.orders.get(id).await?;
        match (owner, view) {
            (Some(owner), Some(view)) if self.may_see(platform, owner, view.cart_id) => Ok(view),
            _ => Err(Problem::missing("order-not-found")),
        }
    }
    /// Whether the session or key that the asker came with has ended. While nobody knows, and for guests, it has not.
    pub(crate) async fn login_is_over(&self, platform: &Platform) -> bool {
        match self.login {
            Some(login) => matches!(login.alive(platform).await, Ok(false)),
            None => false,
        }
    }
    /// As whom commands are sent.
    pub fn principal(&self) -> Principal {
        self.user().map_or(Principal::Guest, |user| Principal::User(user.uuid()))
    }
}

/// Finds out who asks, and leaves a [`Shopper`] in the request.
pub(crate) async fn resolve<F: Future<Output = Response>>(
    platform: &Platform,
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let limit = platform.settings.request_limit;
    if request.uri().path() == METRICS && is_scraper(platform, request.headers()) {
        request.extensions_mut().insert(Shopper { scrapes: true, ..Shopper::default() });
        return next(request).await;
    }
    let identified = tokio::time::timeout(limit, identify(platform, request.headers())).await;
    let Identified { login, confirmed, access, renewed } =
        match identified.unwrap_or_else(|_elapsed| Err(Problem::busy("No answer in time."))) {
            Ok(identified) => identified,
            Err(problem) => return problem.into_response(),
        };
    if access == KeyAccess::Read && !request.method().is_safe() {
        return Problem::api_key_reads_only().into_response();
    }
    let token = request.headers().get(X_CART_TOKEN).and_then(|token| token.to_str().ok()).map(str::to_owned);
    let carts = platform.settings.cookies().carts(request.headers());
    request.extensions_mut().insert(Shopper { login, confirmed, token, carts, scrapes: false });
    let mut response = next(request).await;
    if let Some(cookie) = renewed
        && !platform.settings.cookies().sets_session(response.headers())
    {
        let headers = response.headers_mut();
        headers.append(SET_COOKIE, cookie);
        // What carries one person's session must not be kept for others, whatever it shows.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    response
}

/// What was proven.
struct Identified {
    login: Option<Login>,
    confirmed: bool,
    access: KeyAccess,
    /// The cookie, when the browser must learn a new session or forget one.
    renewed: Option<HeaderValue>,
}

impl Identified {
    fn guest(renewed: Option<HeaderValue>) -> Self {
        Self { login: None, confirmed: false, access: KeyAccess::Write, renewed }
    }

    fn session(Proof { of, confirmed }: Proof, renewed: Option<HeaderValue>) -> Self {
        Self { login: Some(Login::Session(of)), confirmed, access: KeyAccess::Write, renewed }
    }
}

async fn identify(platform: &Platform, headers: &HeaderMap) -> Result<Identified, Problem> {
    match bearer(headers) {
        Some(token) => by_token(platform, token).await,
        None => by_cookie(platform, headers).await,
    }
}

/// Whether the bearer token is the one for metrics, which is good for nothing else.
fn is_scraper(platform: &Platform, headers: &HeaderMap) -> bool {
    let known = platform.settings.metrics_token.as_ref().map(SecretString::expose_secret);
    let shown = bearer(headers);
    known.zip(shown).is_some_and(|(known, shown)| platform.auth.same_secret(known, shown))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION)?;
    let (scheme, token) = header.to_str().ok().and_then(|text| text.split_once(' ')).unwrap_or_default();
    Some(if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" })
}

async fn by_token(platform: &Platform, token: &str) -> Result<Identified, Problem> {
    if Auth::is_api_key(token) {
        return by_key(platform, token).await;
    }
    let proof = platform.auth.verify_access(token).map_err(|_refusal| Problem::token_invalid())?;
    let alive = alive(platform, proof.of).await?;
    if alive { Ok(Identified::session(proof, None)) } else { Err(Problem::token_invalid()) }
}

async fn by_key(platform: &Platform, token: &str) -> Result<Identified, Problem> {
    let of = platform.auth.verify_api_key(token).ok_or_else(Problem::token_invalid)?;
    let grant = platform.shop.users.key_grant(of.user, of.key).await?;
    let access = grant.ok_or_else(Problem::token_invalid)?.access;
    Ok(Identified { login: Some(Login::Key(of)), confirmed: false, access, renewed: None })
}

async fn by_cookie(platform: &Platform, headers: &HeaderMap) -> Result<Identified, Problem> {
    let cookies = platform.settings.cookies();
    let Some(cookie) = cookies.session(headers) else { return Ok(Identified::guest(None)) };
    if let Ok(proof) = platform.auth.verify_access(&cookie.access) {
        let alive = alive(platform, proof.of).await?;
        return Ok(match alive {
            true => Identified::session(proof, None),
            false => Identified::guest(Some(cookies.clear_session())),
        });
    }
    match platform.auth.verify_refresh(&cookie.refresh) {
        Some(grant) => renew(platform, grant).await,
        None => Ok(Identified::guest(Some(cookies.clear_session()))),
    }
}

async fn renew(platform: &Platform, grant: RefreshGrant) -> Result<Identified, Problem> {
    let cookies = platform.settings.cookies();
    let RefreshGrant { of, generation } = grant;
    match platform.shop.users.refresh(of.user, of.session, generation).await {
        Ok(renewed) => {
            let grant = RefreshGrant { of, generation: renewed.generation };
            let cookie = platform.session_cookie(grant, Shown::RefreshToken)?;
            Ok(Identified::session(Proof { of, confirmed: false }, Some(cookies.set_session(&cookie))))
        }
        Err(error) => {
            let problem = Problem::from(error);
            if problem.is_about_credentials() {
                Ok(Identified::guest(Some(cookies.clear_session())))
            } else {
                Err(problem)
            }
        }
    }
}

async fn alive(platform: &Platform, session: SessionRef) -> Result<bool, Problem> {
    Ok(platform.shop.users.session_alive(session.user, session.session).await?)
}

impl Platform {
    /// The tokens of a session's generation, as a browser keeps them.
    ///
    /// # Errors
    /// A defect of the signer.
    pub fn session_cookie(&self, grant: RefreshGrant, shown: Shown) -> Result<SessionCookie, Problem> {
        Ok(SessionCookie {
            access: self.auth.access_token(grant.of, shown)?,
            refresh: self.auth.refresh_token(grant),
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Shopper {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::bug("a route without identification"))
    }
}

/// A cart that is the asker's to use.
#[derive(Clone, Debug)]
pub struct CartAccess {
    /// Which cart.
    pub id: CartId,
    /// Who asks.
    pub shopper: Shopper,
}

impl CartAccess {
    /// Checks that a cart is the asker's; another person's is as absent as one that does not exist.
    ///
    /// # Errors
    /// `cart-not-found`, or the read's own failure.
    pub async fn check(platform: &Platform, shopper: Shopper, id: CartId) -> Result<Self, Problem> {
        let cart = platform.shop.carts.get(id).await?;
        match cart {
            Some(cart) if shopper.may_see(platform, cart.state.owner, id) => Ok(Self { id, shopper }),
            _ => Err(Problem::missing("cart-not-found")),
        }
    }
}

impl FromRequestParts<Platform> for CartAccess {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let shopper = <Shopper as FromRequestParts<Platform>>::from_request_parts(parts, platform).await?;
        let Id(id) = Id::<CartId>::from_request_parts(parts, platform).await?;
        Self::check(platform, shopper, id).await
    }
}
