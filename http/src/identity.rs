//! Who asks: a person with a session, or a guest; and which carts' secrets they hold.
//!
//! A bearer token that does not hold is refused at once. A cookie that does not hold makes its browser a guest again, after
//! its refresh token was tried.

use amazoff_actors::cart::Owner;
use amazoff_actors::ids::{CartId, OrderId, UserId};
use amazoff_actors::order;
use amazoff_supervisor::Principal;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};

use crate::auth::cookies::{CartCookie, SessionCookie};
use crate::auth::{Proof, RefreshGrant, SessionRef, Shown};
use crate::path::Id;
use crate::platform::Platform;
use crate::problem::Problem;

/// The one path that the metrics' token opens.
const METRICS: &str = "/metrics";
/// The header that carries a guest cart's secret.
pub const X_CART_TOKEN: HeaderName = HeaderName::from_static("x-cart-token");

/// Who asks.
#[derive(Clone, Debug, Default)]
pub struct Shopper {
    /// The session, when a person is logged in.
    pub session: Option<SessionRef>,
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
        self.session.map(|session| session.user)
    }
    /// The session.
    ///
    /// # Errors
    /// When nobody is logged in.
    pub fn logged_in(&self) -> Result<SessionRef, Problem> {
        self.session.ok_or_else(Problem::login_required)
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
    /// Whether the session that the asker came with has ended. While nobody knows, and for guests, it has not.
    pub(crate) async fn session_is_over(&self, platform: &Platform) -> bool {
        match self.session {
            Some(session) => matches!(alive(platform, session).await, Ok(false)),
            None => false,
        }
    }
    /// As whom commands are sent.
    pub fn principal(&self) -> Principal {
        self.user().map_or(Principal::Guest, |user| Principal::User(user.uuid()))
    }
}

/// Finds out who asks, and leaves a [`Shopper`] in the request.
pub async fn resolve(State(platform): State<Platform>, mut request: Request, next: Next) -> Response {
    let limit = platform.settings.request_limit;
    if request.uri().path() == METRICS && is_scraper(&platform, request.headers()) {
        request.extensions_mut().insert(Shopper { scrapes: true, ..Shopper::default() });
        return next.run(request).await;
    }
    let identified = tokio::time::timeout(limit, identify(&platform, request.headers())).await;
    let (proof, renewed) =
        match identified.unwrap_or_else(|_elapsed| Err(Problem::busy("No answer in time."))) {
            Ok(identified) => identified,
            Err(problem) => return problem.into_response(),
        };
    let token = request.headers().get(X_CART_TOKEN).and_then(|token| token.to_str().ok()).map(str::to_owned);
    let carts = platform.settings.cookies().carts(request.headers());
    let session = proof.map(|proof| proof.of);
    let confirmed = proof.is_some_and(|proof| proof.confirmed);
    request.extensions_mut().insert(Shopper { session, confirmed, token, carts, scrapes: false });
    let mut response = next.run(request).await;
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

/// What was proven and, when the browser must learn a new session, its cookie.
type Identified = (Option<Proof>, Option<HeaderValue>);

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
    let proof = platform.auth.verify_access(token).map_err(|_refusal| Problem::token_invalid())?;
    if alive(platform, proof.of).await? { Ok((Some(proof), None)) } else { Err(Problem::token_invalid()) }
}

async fn by_cookie(platform: &Platform, headers: &HeaderMap) -> Result<Identified, Problem> {
    let cookies = platform.settings.cookies();
    let Some(cookie) = cookies.session(headers) else { return Ok((None, None)) };
    if let Ok(proof) = platform.auth.verify_access(&cookie.access) {
        let alive = alive(platform, proof.of).await?;
        return Ok(if alive { (Some(proof), None) } else { (None, Some(cookies.clear_session())) });
    }
    match platform.auth.verify_refresh(&cookie.refresh) {
        Some(grant) => renew(platform, grant).await,
        None => Ok((None, Some(cookies.clear_session()))),
    }
}

async fn renew(platform: &Platform, grant: RefreshGrant) -> Result<Identified, Problem> {
    let cookies = platform.settings.cookies();
    let RefreshGrant { of, generation } = grant;
    match platform.shop.users.refresh(of.user, of.session, generation).await {
        Ok(renewed) => {
            let grant = RefreshGrant { of, generation: renewed.generation };
            let cookie = platform.session_cookie(grant, Shown::RefreshToken)?;
            Ok((Some(Proof { of, confirmed: false }), Some(cookies.set_session(&cookie))))
        }
        Err(error) => {
            let problem = Problem::from(error);
            if problem.is_about_credentials() {
                Ok((None, Some(cookies.clear_session())))
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
