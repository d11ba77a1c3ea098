//! Who may call what: one table, looked up by method and route. A route that is not in it is refused, and a test says so.

use amazoff_actors::user::{Role, Roles};
use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::response::{IntoResponse, Response};

use crate::identity::Shopper;
use crate::platform::Platform;
use crate::problem::Problem;

/// What a route asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing: it shows what anyone may see.
    Anyone,
    /// To own the object, or to hold its secret: the handler's extractor decides, and 404 is the answer to others.
    Holder,
    /// To be logged in.
    Person,
    /// To be logged in, with the password shown for the token at hand; no API key will do.
    ConfirmedPerson,
    /// To be logged in with one of these roles.
    Staff(&'static [Role]),
    /// The same, and to have shown the password for the token at hand: a device that was left open, or a refresh token that was
    /// stolen, is not enough.
    Confirmed(&'static [Role]),
    /// To be an operator, or to hold the token for metrics.
    Scraper,
}

const OPERATORS: &[Role] = &[Role::Ops, Role::Admin];
/// For operators, and programs in their name.
pub(crate) const OPS: Access = Access::Staff(OPERATORS);
/// For those who look after shoppers and their orders, and look into the back office.
pub(crate) const DESK: Access = Access::Staff(&[Role::Support, Role::Admin]);
/// For what only admins see, or do without showing the password because it can be changed again; programs may with a key.
const OFFICE: Access = Access::Staff(&[Role::Admin]);
/// For what cannot be undone, or takes something away from everybody.
const ADMIN: Access = Access::Confirmed(&[Role::Admin]);

/// The authorisation table of the API.
pub const TABLE: &[(Method, &str, Access)] = &[
    (Method::GET, "/openapi.json", Access::Anyone),
    (Method::GET, "/.well-known/jwks.json", Access::Anyone),
    (Method::GET, "/health", Access::Anyone),
    (Method::GET, "/health/live", Access::Anyone),
    (Method::GET, "/health/ready", Access::Anyone),
    (Method::GET, "/v1/products", Access::Anyone),
    (Method::GET, "/v1/products/{product}", Access::Anyone),
    (Method::GET, "/v1/products/{product}/recommendations", Access::Anyone),
    (Method::GET, "/v1/products/{product}/reviews", Access::Anyone),
    (Method::POST, "/v1/products/{product}/reviews", Access::Person),
    (Method::GET, "/v1/search/suggestions", Access::Anyone),
    (Method::GET, "/v1/categories", Access::Anyone),
    (Method::GET, "/v1/media/{sha256}", Access::Anyone),
    (Method::GET, "/v1/media/{sha256}/{rendition}", Access::Anyone),
    (Method::POST, "/v1/carts", Access::Anyone),
    (Method::GET, "/v1/carts/{cart_id}", Access::Holder),
    (Method::POST, "/v1/carts/{cart_id}/lines", Access::Holder),
    (Method::PATCH, "/v1/carts/{cart_id}/lines/{line_id}", Access::Holder),
    (Method::DELETE, "/v1/carts/{cart_id}/lines/{line_id}", Access::Holder),
    (Method::GET, "/v1/carts/{cart_id}/quote", Access::Holder),
    (Method::GET, "/v1/carts/{cart_id}/recommendations", Access::Holder),
    (Method::PUT, "/v1/carts/{cart_id}/address", Access::Holder),
    (Method::PUT, "/v1/carts/{cart_id}/shipping", Access::Holder),
    (Method::PUT, "/v1/carts/{cart_id}/coupons/{code}", Access::Holder),
    (Method::DELETE, "/v1/carts/{cart_id}/coupons/{code}", Access::Holder),
    (Method::POST, "/v1/carts/{cart_id}/merge", Access::Holder),
    (Method::GET, "/v1/me/cart", Access::Person),
    (Method::POST, "/v1/carts/{cart_id}/complete", Access::Holder),
    (Method::GET, "/v1/orders", Access::Person),
    (Method::GET, "/v1/orders/{order_id}", Access::Holder),
    (Method::GET, "/v1/orders/{order_id}/events", Access::Holder),
    (Method::POST, "/v1/orders/{order_id}/cancel", Access::Holder),
    (Method::POST, "/v1/orders/{order_id}/payments", Access::Holder),
    (Method::POST, "/v1/orders/{order_id}/returns", Access::Holder),
    (Method::POST, "/v1/orders/{order_id}/returns/{return_id}/cancel", Access::Holder),
    (Method::GET, "/v1/payments/{payment_id}", Access::Holder),
    (Method::POST, "/v1/payments/{payment_id}/confirm", Access::Holder),
    (Method::POST, "/v1/webhooks/{provider}", Access::Anyone),
    (Method::POST, "/v1/auth/register", Access::Anyone),
    (Method::POST, "/v1/auth/login", Access::Anyone),
    (Method::POST, "/v1/auth/refresh", Access::Anyone),
    (Method::POST, "/v1/auth/step-up", Access::Person),
    (Method::POST, "/v1/auth/logout", Access::Person),
    (Method::GET, "/v1/me", Access::Person),
    (Method::POST, "/v1/auth/verify-email", Access::Anyone),
    (Method::POST, "/v1/auth/verify-email/resend", Access::Person),
    (Method::POST, "/v1/auth/password-reset", Access::Anyone),
    (Method::POST, "/v1/auth/password-reset/confirm", Access::Anyone),
    (Method::PATCH, "/v1/me", Access::Person),
    (Method::DELETE, "/v1/me", Access::ConfirmedPerson),
    (Method::GET, "/v1/me/export", Access::Person),
    (Method::POST, "/v1/me/export", Access::ConfirmedPerson),
    (Method::GET, "/v1/me/export/archive", Access::ConfirmedPerson),
    (Method::GET, "/v1/me/consents", Access::Person),
    (Method::PUT, "/v1/me/consents", Access::Person),
    (Method::POST, "/v1/me/password", Access::Person),
    (Method::POST, "/v1/me/email", Access::ConfirmedPerson),
    (Method::GET, "/v1/me/sessions", Access::Person),
    (Method::DELETE, "/v1/me/sessions", Access::Person),
    (Method::DELETE, "/v1/me/sessions/{session_id}", Access::Person),
    (Method::GET, "/v1/me/addresses", Access::Person),
    (Method::POST, "/v1/me/addresses", Access::Person),
    (Method::PUT, "/v1/me/addresses/{address_id}", Access::Person),
    (Method::DELETE, "/v1/me/addresses/{address_id}", Access::Person),
    (Method::GET, "/v1/me/api-keys", Access::Person),
    (Method::POST, "/v1/me/api-keys", Access::ConfirmedPerson),
    (Method::DELETE, "/v1/me/api-keys/{key_id}", Access::Person),
    (Method::GET, "/v1/me/reviews", Access::Person),
    (Method::GET, "/v1/me/notifications", Access::Person),
    (Method::GET, "/v1/me/notifications/events", Access::Person),
    (Method::POST, "/v1/me/notifications/read", Access::Person),
    (Method::GET, "/v1/me/notification-preferences", Access::Person),
    (Method::PUT, "/v1/me/notification-preferences", Access::Person),
    (Method::POST, "/v1/unsubscribe/{token}", Access::Anyone),
    (Method::PATCH, "/v1/reviews/{review_id}", Access::Person),
    (Method::DELETE, "/v1/reviews/{review_id}", Access::Person),
    (Method::POST, "/v1/reviews/{review_id}/votes", Access::Person),
    (Method::DELETE, "/v1/reviews/{review_id}/votes", Access::Person),
    (Method::POST, "/v1/reviews/{review_id}/flags", Access::Person),
    (Method::POST, "/v1/realtime/ticket", Access::Anyone),
    (Method::GET, "/v1/realtime", Access::Anyone),
    (Method::GET, "/admin/v1/orders", DESK),
    (Method::GET, "/admin/v1/orders/{order_id}", DESK),
    (Method::POST, "/admin/v1/orders/{order_id}/cancel", DESK),
    (Method::POST, "/admin/v1/orders/{order_id}/refunds", DESK),
    (Method::POST, "/admin/v1/orders/{order_id}/notes", DESK),
    (Method::POST, "/admin/v1/orders/{order_id}/pack", DESK),
    (Method::POST, "/admin/v1/orders/{order_id}/unpack", DESK),
    (Method::POST, "/admin/v1/orders/{order_id}/ship", DESK),
    (Method::POST, "/admin/v1/orders/{order_id}/deliver", DESK),
    (Method::POST, "/admin/v1/orders/{order_id}/returns/{return_id}/approve", DESK),
    (Method::POST, "/admin/v1/orders/{order_id}/returns/{return_id}/reject", DESK),
    (Method::POST, "/admin/v1/orders/{order_id}/returns/{return_id}/receive", DESK),
    (Method::GET, "/admin/v1/order-filters", DESK),
    (Method::PUT, "/admin/v1/order-filters/{filter}", DESK),
    (Method::DELETE, "/admin/v1/order-filters/{filter}", DESK),
    (Method::GET, "/admin/v1/users", DESK),
    (Method::GET, "/admin/v1/users/{user_id}", DESK),
    (Method::PUT, "/admin/v1/users/{user_id}/roles", ADMIN),
    (Method::POST, "/admin/v1/users/{user_id}/deactivate", ADMIN),
    (Method::POST, "/admin/v1/users/{user_id}/reactivate", ADMIN),
    (Method::POST, "/admin/v1/users/{user_id}/erase", ADMIN),
    (Method::GET, "/admin/v1/stock/{variant_id}", DESK),
    (Method::POST, "/admin/v1/stock/{variant_id}/receive", DESK),
    (Method::POST, "/admin/v1/stock/{variant_id}/adjust", DESK),
    (Method::POST, "/admin/v1/stock/{variant_id}/backorders", ADMIN),
    (Method::POST, "/admin/v1/media", OFFICE),
    (Method::GET, "/admin/v1/reports/revenue", DESK),
    (Method::GET, "/admin/v1/reports/best-sellers", DESK),
    (Method::GET, "/admin/v1/reports/funnel", DESK),
    (Method::GET, "/admin/v1/reports/stock-outs", DESK),
    (Method::GET, "/admin/v1/audit", OFFICE),
    (Method::GET, "/admin/v1/categories", DESK),
    (Method::PUT, "/admin/v1/categories/{category}", OFFICE),
    (Method::DELETE, "/admin/v1/categories/{category}", ADMIN),
    (Method::GET, "/admin/v1/products", DESK),
    (Method::POST, "/admin/v1/products", OFFICE),
    (Method::GET, "/admin/v1/products/{product_id}", DESK),
    (Method::PATCH, "/admin/v1/products/{product_id}", OFFICE),
    (Method::PUT, "/admin/v1/products/{product_id}/media", OFFICE),
    (Method::POST, "/admin/v1/products/{product_id}/publish", OFFICE),
    (Method::POST, "/admin/v1/products/{product_id}/archive", ADMIN),
    (Method::POST, "/admin/v1/products/{product_id}/variants", OFFICE),
    (Method::PATCH, "/admin/v1/products/{product_id}/variants/{variant_id}", OFFICE),
    (Method::POST, "/admin/v1/products/{product_id}/variants/{variant_id}/retire", ADMIN),
    (Method::GET, "/admin/v1/reviews", DESK),
    (Method::POST, "/admin/v1/reviews/{review_id}/approve", DESK),
    (Method::POST, "/admin/v1/reviews/{review_id}/reject", DESK),
    (Method::POST, "/admin/v1/reviews/{review_id}/remove", DESK),
    (Method::POST, "/admin/v1/reviews/{review_id}/restore", DESK),
    (Method::GET, "/ops/v1/tree", OPS),
    (Method::POST, "/ops/v1/tree/restart", OPS),
    (Method::POST, "/ops/v1/tree/halt", ADMIN),
    (Method::POST, "/ops/v1/tree/kill", ADMIN),
    (Method::GET, "/ops/v1/cells", OPS),
    (Method::GET, "/ops/v1/entities/{id}", OPS),
    (Method::GET, "/ops/v1/entities/{id}/at/{seq}", OPS),
    (Method::GET, "/ops/v1/entities/{id}/diff", OPS),
    (Method::POST, "/ops/v1/entities/{id}/what-if", OPS),
    (Method::POST, "/ops/v1/entities/{id}/passivate", OPS),
    (Method::POST, "/ops/v1/entities/{id}/kill", ADMIN),
    (Method::GET, "/ops/v1/causes/{correlation}", OPS),
    (Method::GET, "/ops/v1/quarantine", OPS),
    (Method::POST, "/ops/v1/quarantine/{entity}/{command_id}/retry", OPS),
    (Method::POST, "/ops/v1/quarantine/{entity}/{command_id}/dismiss", OPS),
    (Method::GET, "/ops/v1/outbox", OPS),
    (Method::GET, "/ops/v1/dead-letters", OPS),
    (Method::GET, "/ops/v1/dead-letters/discarded", OPS),
    (Method::POST, "/ops/v1/dead-letters/{key}/retry", OPS),
    (Method::POST, "/ops/v1/dead-letters/{key}/discard", ADMIN),
    (Method::GET, "/ops/v1/processes", OPS),
    (Method::GET, "/ops/v1/projections", OPS),
    (Method::POST, "/ops/v1/projections/{name}/rebuild", OPS),
    (Method::GET, "/ops/v1/runtime", OPS),
    (Method::GET, "/ops/v1/limits", OPS),
    (Method::PATCH, "/ops/v1/limits/runtime", ADMIN),
    (Method::PATCH, "/ops/v1/limits/domains/{kind}", ADMIN),
    (Method::GET, "/ops/v1/audit", OPS),
    (Method::GET, "/ops/v1/audit/verify", OPS),
    (Method::GET, "/ops/v1/reconciliations", OPS),
    (Method::POST, "/ops/v1/reconciliations", OPS),
    (Method::GET, "/ops/v1/reconciliations/{report}", OPS),
    (Method::POST, "/ops/v1/fsck", OPS),
    (Method::GET, "/ops/v1/webhooks/strays", OPS),
    (Method::GET, "/ops/v1/stream", OPS),
    (Method::POST, "/ops/v1/faults", OPS),
    (Method::GET, "/ws-echo", Access::Anyone),
    (Method::GET, "/admin/v1/pricebook", DESK),
    (Method::PUT, "/admin/v1/pricebook/currencies", ADMIN),
    (Method::PUT, "/admin/v1/pricebook/rounding", ADMIN),
    (Method::PUT, "/admin/v1/pricebook/capture", ADMIN),
    (Method::PUT, "/admin/v1/pricebook/default-region", ADMIN),
    (Method::PUT, "/admin/v1/pricebook/regions/{region}", ADMIN),
    (Method::DELETE, "/admin/v1/pricebook/regions/{region}", ADMIN),
    (Method::PUT, "/admin/v1/pricebook/shipping-methods/{method}", ADMIN),
    (Method::DELETE, "/admin/v1/pricebook/shipping-methods/{method}", ADMIN),
    (Method::GET, "/admin/v1/promotions", DESK),
    (Method::POST, "/admin/v1/promotions", ADMIN),
    (Method::PATCH, "/admin/v1/promotions/{promotion_id}", ADMIN),
    (Method::POST, "/admin/v1/coupons", ADMIN),
    (Method::GET, "/admin/v1/coupons/{code}", DESK),
    (Method::DELETE, "/admin/v1/coupons/{code}", ADMIN),
    (Method::POST, "/admin/v1/quotes", DESK),
    (Method::GET, "/admin/v1/webhook-endpoints", OFFICE),
    (Method::POST, "/admin/v1/webhook-endpoints", ADMIN),
    (Method::GET, "/admin/v1/webhook-endpoints/{endpoint_id}", OFFICE),
    (Method::DELETE, "/admin/v1/webhook-endpoints/{endpoint_id}", ADMIN),
    (Method::POST, "/admin/v1/webhook-endpoints/{endpoint_id}/enable", ADMIN),
    (Method::POST, "/admin/v1/webhook-endpoints/{endpoint_id}/disable", ADMIN),
    (Method::POST, "/admin/v1/webhook-endpoints/{endpoint_id}/rotate-secret", ADMIN),
    (Method::POST, "/admin/v1/webhook-endpoints/{endpoint_id}/test", OFFICE),
    (Method::GET, "/admin/v1/webhook-endpoints/{endpoint_id}/deliveries", OFFICE),
    (Method::POST, "/admin/v1/webhook-endpoints/{endpoint_id}/deliveries/{message_id}/replay", OFFICE),
    (Method::GET, "/metrics", Access::Scraper),
];

impl Access {
    /// Whether it is for somebody with these roles, as far as roles decide.
    pub(crate) fn is_for(self, roles: &Roles) -> bool {
        match self {
            Self::Staff(wanted) | Self::Confirmed(wanted) => wanted.iter().any(|role| roles.contains(role)),
            Self::Scraper => Self::Staff(OPERATORS).is_for(roles),
            Self::Anyone | Self::Holder | Self::Person | Self::ConfirmedPerson => true,
        }
    }
}

/// What the table says about a route; `None` when it says nothing.
pub fn of(method: &Method, route: &str) -> Option<Access> {
    let asked = if method == Method::HEAD { &Method::GET } else { method };
    TABLE.iter().find(|(method, path, _)| method == asked && *path == route).map(|(_, _, access)| *access)
}

/// Lets a request pass if the table does.
pub(crate) async fn authorise<F: Future<Output = Response>>(
    platform: &Platform,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let shopper = request.extensions().get::<Shopper>().cloned().unwrap_or_default();
    match check(platform, of(request.method(), &route), &shopper).await {
        Ok(()) => next(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Whether somebody may do now what asks for this.
pub(crate) async fn check(
    platform: &Platform,
    access: Option<Access>,
    shopper: &Shopper,
) -> Result<(), Problem> {
    match access {
        None => Err(Problem::bug("a route without a row in the authorisation table")),
        Some(Access::Anyone | Access::Holder) => Ok(()),
        Some(Access::Person) => shopper.logged_in().map(drop),
        Some(Access::ConfirmedPerson) => {
            shopper.own_session()?;
            confirmed(shopper)
        }
        Some(access @ Access::Staff(_)) => has_role(platform, shopper, access).await,
        Some(access @ Access::Confirmed(_)) => {
            has_role(platform, shopper, access).await?;
            confirmed(shopper)
        }
        Some(Access::Scraper) if shopper.scrapes => Ok(()),
        Some(access @ Access::Scraper) => has_role(platform, shopper, access).await,
    }
}

fn confirmed(shopper: &Shopper) -> Result<(), Problem> {
    if shopper.confirmed { Ok(()) } else { Err(Problem::step_up_required()) }
}

/// Asked anew each time: a role that was taken away is gone at once.
async fn has_role(platform: &Platform, shopper: &Shopper, access: Access) -> Result<(), Problem> {
    let roles = shopper.logged_in()?.roles(platform).await?;
    if access.is_for(&roles) { Ok(()) } else { Err(Problem::role_missing()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::document;

    /// Every operation of the document, as method and path.
    fn operations() -> Vec<(Method, String)> {
        let document = document();
        let paths = document["paths"].as_object().unwrap();
        paths
            .iter()
            .flat_map(|(path, item)| {
                item.as_object()
                    .unwrap()
                    .keys()
                    .map(|method| (method.to_uppercase().parse().unwrap(), path.clone()))
            })
            .collect()
    }

    #[test]
    fn every_route_is_in_the_table() {
        let operations = operations();
        assert!(operations.len() >= 25, "the document lists the routes: {}", operations.len());
        for (method, path) in operations {
            assert!(of(&method, &path).is_some(), "{method} {path} has no row in the authorisation table");
        }
    }

    #[test]
    fn the_table_has_no_row_for_a_route_that_is_gone() {
        let operations = operations();
        let undocumented = ["/openapi.json", "/ops/v1/faults", "/ws-echo"];
        for (method, path, _) in TABLE.iter().filter(|(_, path, _)| !undocumented.contains(path)) {
            assert!(
                operations.contains(&(method.clone(), (*path).to_owned())),
                "{method} {path} does not exist"
            );
        }
    }

    #[test]
    fn everything_for_operators_and_the_back_office_asks_for_a_role() {
        for (method, path, access) in TABLE {
            let staff = matches!(access, Access::Staff(_) | Access::Confirmed(_));
            let inside = path.starts_with("/ops/") || path.starts_with("/admin/");
            assert_eq!(inside, staff, "{method} {path}");
            assert_eq!(*path == "/metrics", *access == Access::Scraper, "{method} {path}");
        }
    }
}
