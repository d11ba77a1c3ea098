//! Cookies of the pages: the session and the carts of a guest. HttpOnly, SameSite=Lax, `__Host-` where TLS allows it.

use std::time::Duration;

use amazoff_actors::ids::CartId;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};

/// How long a browser keeps a cart or a session.
pub const COOKIE_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// How many carts of the past a guest's browser keeps, so that their orders stay readable.
const PAST_CARTS_MAX: usize = 5;
const SESSION: &str = "amazoff_session";
const CART: &str = "amazoff_cart";
const PAST_CARTS: &str = "amazoff_past_carts";
const SEEN: &str = "amazoff_seen";
/// For how long a browser's list of orders waits for what it has just seen.
const SEEN_LIFETIME: Duration = Duration::from_secs(30);
/// Longest consistency token that is kept in a browser; a longer one spans most shards, and is left out.
const SEEN_BYTES_MAX: usize = 2_048;

/// Reads and writes the shop's cookies.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    secure: bool,
}

/// The two tokens of a logged-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCookie {
    /// The short-lived one.
    pub access: String,
    /// The one that renews it.
    pub refresh: String,
}

/// A guest's cart and its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartCookie {
    /// Which cart.
    pub cart: CartId,
    /// Its secret, not yet checked.
    pub token: String,
}

impl CartCookie {
    fn parse(text: &str) -> Option<Self> {
        let (cart, token) = text.split_once('.')?;
        Some(Self { cart: cart.parse().ok()?, token: token.to_owned() })
    }
    fn text(&self) -> String {
        format!("{}.{}", self.cart, self.token)
    }
}

impl Cookies {
    /// With `secure`, browsers keep them to TLS and to this host alone.
    pub const fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// The session, when the request carries one.
    pub fn session(self, headers: &HeaderMap) -> Option<SessionCookie> {
        let text = self.get(headers, SESSION)?;
        let (access, refresh) = text.split_once('~')?;
        Some(SessionCookie { access: access.to_owned(), refresh: refresh.to_owned() })
    }
    /// Sets the session.
    pub fn set_session(self, session: &SessionCookie) -> HeaderValue {
        self.set(SESSION, &format!("{}~{}", session.access, session.refresh))
    }
    /// Ends the session in the browser.
    pub fn clear_session(self) -> HeaderValue {
        self.clear(SESSION)
    }

    /// Whether an answer sets or ends the session.
    pub(crate) fn sets_session(self, headers: &HeaderMap) -> bool {
        let start = format!("{}=", self.name(SESSION));
        headers.get_all(SET_COOKIE).iter().any(|cookie| cookie.as_bytes().starts_with(start.as_bytes()))
    }

    /// The current cart, when the request carries one.
    pub fn cart(self, headers: &HeaderMap) -> Option<CartCookie> {
        CartCookie::parse(self.get(headers, CART)?)
    }
    /// Sets the current cart.
    pub fn set_cart(self, cart: &CartCookie) -> HeaderValue {
        self.set(CART, &cart.text())
    }
    /// Forgets the current cart.
    pub fn clear_cart(self) -> HeaderValue {
        self.clear(CART)
    }

    /// Every cart that the browser holds, the current one first.
    pub fn carts(self, headers: &HeaderMap) -> Vec<CartCookie> {
        let past = self.get(headers, PAST_CARTS).unwrap_or_default();
        self.cart(headers)
            .into_iter()
            .chain(past.split('~').filter_map(CartCookie::parse).take(PAST_CARTS_MAX))
            .collect()
    }
    /// Moves a bought cart to the past: it stays the key to its order.
    pub fn keep_past_cart(self, headers: &HeaderMap, bought: &CartCookie) -> HeaderValue {
        let past = self.get(headers, PAST_CARTS).unwrap_or_default();
        let older = past.split('~').filter_map(CartCookie::parse).filter(|cart| cart.cart != bought.cart);
        let kept: Vec<String> = std::iter::once(bought.clone())
            .chain(older)
            .take(PAST_CARTS_MAX)
            .map(|cart| cart.text())
            .collect();
        self.set(PAST_CARTS, &kept.join("~"))
    }

    /// The consistency token, when the request carries one.
    pub fn seen(self, headers: &HeaderMap) -> Option<&str> {
        find(headers, SEEN)
    }
    /// Sets the consistency token, for the pages of orders alone: no other page waits for it.
    pub fn set_seen(self, token: &str) -> Option<HeaderValue> {
        let (lifetime_s, secure) = (SEEN_LIFETIME.as_secs(), if self.secure { "; Secure" } else { "" });
        let text =
            format!("{SEEN}={token}; Path=/orders; Max-Age={lifetime_s}; HttpOnly; SameSite=Lax{secure}");
        (token.len() <= SEEN_BYTES_MAX).then(|| HeaderValue::try_from(text).ok()).flatten()
    }

    fn name(self, name: &str) -> String {
        if self.secure { format!("__Host-{name}") } else { name.to_owned() }
    }
    fn get<'h>(self, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
        find(headers, &self.name(name))
    }
    fn set(self, name: &str, value: &str) -> HeaderValue {
        self.header(name, value, COOKIE_LIFETIME.as_secs())
    }
    fn clear(self, name: &str) -> HeaderValue {
        self.header(name, "", 0)
    }
    fn header(self, name: &str, value: &str, max_age_s: u64) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.name(name);
        let text = format!("{name}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}");
        // Values are ids and base64 of ours; anything else would be a broken cookie, so none is set.
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("amazoff_none=; Max-Age=0"))
    }
}

fn find<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == wanted).then_some(value))
}
