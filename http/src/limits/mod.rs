//! How often somebody may ask, and how much is taken in at once.
//!
//! Every class of routes has a budget of its own per person or, for guests, per address, so that browsing starves no
//! checkout ([`rates`], by the generic cell rate algorithm). Whoever asks from one address is counted before anything is
//! known of them, and log-ins are counted per name as well ([`login`]). Apart from who asks, only so many requests run at
//! once, and the less urgent are turned away first ([`shed`]). Sockets and streams, which stay, are counted apart
//! ([`seats`]).

pub(crate) mod client;
pub(crate) mod layer;
pub(crate) mod login;
pub(crate) mod mails;
pub(crate) mod places;
pub(crate) mod rates;
pub(crate) mod seats;
pub(crate) mod shed;

use axum::http::Method;

/// Routes that share a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Class {
    /// Everything from one address, whoever asks.
    Address,
    /// Reading.
    Browse,
    /// Changing a cart, a profile, an order.
    Change,
    /// Paying.
    Checkout,
    /// Logging in, registering, renewing.
    Login,
    /// The back office and the operators.
    Staff,
    /// Messages of payment providers.
    Webhook,
}

impl Class {
    /// All of them.
    pub(crate) const ALL: [Self; 7] =
        [Self::Address, Self::Browse, Self::Change, Self::Checkout, Self::Login, Self::Staff, Self::Webhook];

    /// Its name in `RateLimit` headers and in the configuration.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Browse => "browse",
            Self::Change => "change",
            Self::Checkout => "checkout",
            Self::Login => "login",
            Self::Staff => "staff",
            Self::Webhook => "webhook",
        }
    }

    /// The class of a route; `None` for what is never limited: health, metrics, and files that browsers keep.
    pub(crate) fn of(method: &Method, route: &str) -> Option<Self> {
        let within = |parent: &str| {
            route.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if ["/health", "/metrics", "/assets"].iter().any(|free| within(free)) {
            return None;
        }
        if within("/admin") || within("/ops") {
            return Some(Self::Staff);
        }
        if within("/v1/webhooks") {
            return Some(Self::Webhook);
        }
        // Named by their content, and kept for ever by whoever got them.
        if within("/v1/media") {
            return Some(Self::Address);
        }
        let reads = method.is_safe();
        Some(match route {
            "/v1/auth/register"
            | "/v1/auth/login"
            | "/v1/auth/refresh"
            | "/v1/auth/step-up"
            | "/v1/auth/verify-email"
            | "/v1/auth/verify-email/resend"
            | "/v1/auth/password-reset"
            | "/v1/auth/password-reset/confirm"
            | "/v1/me/password"
            | "/v1/me/email"
            | "/login"
            | "/register"
            | "/confirm-email"
            | "/forgot-password"
            | "/new-password"
                if !reads =>
            {
                Self::Login
            }
            "/v1/carts/{cart_id}/complete"
            | "/v1/orders/{order_id}/payments"
            | "/v1/payments/{payment_id}/confirm"
            | "/checkout"
            | "/sandbox/3ds/{payment_id}"
                if !reads =>
            {
                Self::Checkout
            }
            _ if reads => Self::Browse,
            _ => Self::Change,
        })
    }
}
