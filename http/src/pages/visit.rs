//! Somebody looks at a page: who it is, and which bag they carry.

use amazoff_actors::cart::{Owner, Shown, Status, View};
use amazoff_actors::ids::{CartId, UserId};
use amazoff_actors::pricing::ShippingOption;
use axum::extract::FromRequestParts;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::key::Key;
use super::markup::Frame;
use super::present::bag;
use crate::auth::cookies::CartCookie;
use crate::identity::Shopper;
use crate::platform::Platform;
use crate::problem::Problem;

/// Somebody who looks at a page.
#[derive(Clone)]
pub(super) struct Visit {
    /// The shop.
    pub platform: Platform,
    /// Who it is.
    pub shopper: Shopper,
    /// What the browser sent.
    pub headers: HeaderMap,
    /// The first name, when logged in.
    name: Option<String>,
    carried: Result<Carried, Problem>,
}

/// What a browser carries.
#[derive(Clone)]
enum Carried {
    /// No bag, or one that is not (any more) the shopper's.
    Nothing,
    /// A bag of the shopper's.
    Bag { owner: Owner, shown: Box<Shown> },
    /// The bag of a person who was logged in here and is not any more.
    Locked,
}

impl Carried {
    fn shown(&self) -> Option<&Shown> {
        match self {
            Self::Bag { shown, .. } => Some(shown),
            Self::Nothing | Self::Locked => None,
        }
    }
}

impl Visit {
    /// The bag; `None` when there is none yet, or when it was bought or is over.
    ///
    /// # Errors
    /// When it cannot be read now.
    pub(super) fn bag(&self) -> Result<Option<&View>, Problem> {
        Ok(self.any_bag()?.filter(|bag| !bag::is_bought(bag) && !bag::is_over(bag)))
    }
    /// The bag that the browser carries, also when it was bought.
    ///
    /// # Errors
    /// When it cannot be read now.
    pub(super) fn any_bag(&self) -> Result<Option<&View>, Problem> {
        Ok(self.carried.as_ref().map_err(Clone::clone)?.shown().map(|shown| &shown.view))
    }
    /// The bag that somebody who logs in takes along: a guest's, or an own one.
    pub(super) fn bag_of(&self, user: UserId) -> Option<CartId> {
        let is_mine = self.is_guests() || self.is_of(Owner::User(user));
        self.bag().ok().flatten().filter(|_| is_mine).map(|bag| bag.id)
    }
    /// Whether the bag is one that waits for its owner to log in.
    pub(super) fn is_locked(&self) -> bool {
        matches!(self.carried, Ok(Carried::Locked))
    }
    fn is_guests(&self) -> bool {
        self.is_of(Owner::Guest)
    }
    fn is_of(&self, whose: Owner) -> bool {
        matches!(self.carried, Ok(Carried::Bag { owner, .. }) if owner == whose)
    }
    /// The ways in which the bag can be sent where it goes.
    pub(super) fn ways_to_send(&self) -> &[ShippingOption] {
        let price = self.carried.as_ref().ok().and_then(|carried| carried.shown()?.price.as_ref());
        price.map_or(&[], |price| &price.shipping_options)
    }
    /// The same visit after the bag changed.
    pub(super) fn with_bag(mut self, bag: Shown) -> Self {
        self.carried = Ok(Carried::Bag { owner: self.owner(), shown: Box::new(bag) });
        self
    }
    fn owner(&self) -> Owner {
        self.shopper.user().map_or(Owner::Guest, Owner::User)
    }
    /// The frame of a page. What is being paid is in the bag no more, unless it comes back.
    pub(super) fn frame(&self, title: &str) -> Frame {
        let open = self.bag().ok().flatten().filter(|bag| !bag::is_being_paid(bag));
        let bag_count = open.map_or(0, bag::count);
        Frame { shopper: self.name.clone(), bag_count, ..Frame::default() }.titled(title)
    }
    /// Within what keys are unique: a person's account, or a guest's bag.
    pub(super) fn scope(&self, bag: CartId) -> String {
        self.shopper.user().map_or_else(|| bag.to_string(), |user| user.to_string())
    }

    /// The bag to put something in, made now when there is none. Also answers the cookies that the browser must learn.
    ///
    /// # Errors
    /// When the bag cannot be read or made now.
    pub(super) async fn open_bag(&self, key: &Key) -> Result<(CartId, Vec<HeaderValue>), Problem> {
        if let Some(bag) = self.bag()? {
            return Ok((bag.id, Vec::new()));
        }
        let owner = self.owner();
        let scope = self.shopper.user().map(|user| user.to_string()).unwrap_or_default();
        let envelope = key.envelope(self, &scope, "POST /cart", "");
        let id = CartId::from(envelope.command_id.derive("cart"));
        self.platform.shop.carts.create(id, owner, envelope).await?;
        let learned = std::iter::once(self.platform.settings.cookies().set_cart(&self.held(id)));
        Ok((id, learned.chain(self.keep_bought()).collect()))
    }

    /// What lets a browser that forgets its bag keep the key to the order that a guest buys with it.
    pub(super) fn keep_bought(&self) -> Option<HeaderValue> {
        let is_order = |bag: &&View| bag::is_bought(bag) || bag::is_being_paid(bag);
        let bought = self.any_bag().ok().flatten().filter(is_order).filter(|_| self.is_guests())?;
        Some(self.platform.settings.cookies().keep_past_cart(&self.headers, &self.held(bought.id)))
    }

    /// What the browser is to remember of a cart.
    pub(super) fn held(&self, cart: CartId) -> CartCookie {
        CartCookie { cart, token: self.platform.auth.cart_token(cart) }
    }
}

impl FromRequestParts<Platform> for Visit {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let shopper = <Shopper as FromRequestParts<Platform>>::from_request_parts(parts, platform).await?;
        let name = match shopper.user() {
            // A name that cannot be read now is no reason to show no page.
            Some(user) => Some(
                platform
                    .shop
                    .users
                    .get(user)
                    .await
                    .ok()
                    .flatten()
                    .map_or_else(|| "Account".to_owned(), |person| first_name(&person.name)),
            ),
            None => None,
        };
        let carried = carried(platform, &shopper, &parts.headers).await;
        Ok(Self { platform: platform.clone(), shopper, headers: parts.headers.clone(), name, carried })
    }
}

async fn carried(platform: &Platform, shopper: &Shopper, headers: &HeaderMap) -> Result<Carried, Problem> {
    let Some(CartCookie { cart, .. }) = platform.settings.cookies().cart(headers) else {
        return Ok(Carried::Nothing);
    };
    let Some(found) = platform.shop.carts.get(cart).await? else { return Ok(Carried::Nothing) };
    let owner = found.state.owner;
    if shopper.may_see(platform, owner, cart) {
        let shown = platform.shop.carts.show(cart).await?;
        return Ok(shown.map_or(Carried::Nothing, |shown| Carried::Bag { owner, shown: Box::new(shown) }));
    }
    // Whoever has the bag's secret is in its owner's browser.
    let is_open = found.state.status == Status::Open;
    let is_left = shopper.login.is_none() && shopper.holds(platform, cart);
    Ok(if is_open && is_left { Carried::Locked } else { Carried::Nothing })
}

fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or("You").to_owned()
}

/// A response that also teaches the browser some cookies.
pub(super) fn teaching(cookies: Vec<HeaderValue>, response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
