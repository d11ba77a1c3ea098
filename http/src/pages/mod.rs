//! The pages of the shop, rendered by the server.
//!
//! A page is made in three steps that know nothing of each other: a handler in `handlers` asks the shop, `present` turns
//! what it heard into plain values, and a template in `markup` shows them. Every form works without a script: it carries a
//! key (see `key`), is answered by a redirect when it worked, and by itself with a message when it did not. Scripts only
//! spare the reload. Nothing is inline and nothing comes from another host, so the strictest policy holds.
//!
//! Invariants:
//! - PAGE-1: a form that is sent twice does its work once.
//! - PAGE-2: a refused form comes back with what was typed (but for passwords) and a message tied to the field.
//! - PAGE-3: a page never computes with money: prices, sums and stock arrive as the domains say them.
//! - PAGE-4: what somebody typed is never markup.

mod assets;
mod countries;
pub(crate) mod errors;
mod handlers;
mod key;
mod markup;
mod page;
mod present;
mod visit;

use axum::Router;
use axum::routing::{get, post};

use crate::platform::Platform;

/// The routes of the pages, to be served behind identification. `errors::as_pages` belongs around the whole router, so
/// that a browser sees pages for unknown addresses too.
pub fn router() -> Router<Platform> {
    use handlers::{account, bank, cart, catalogue, checkout, docs, orders, problems, recovery, staff};
    Router::new()
        .route("/", get(catalogue::list))
        .route("/products/{slug}", get(catalogue::product))
        .route("/cart", get(cart::show))
        .route("/cart/lines", post(cart::add))
        .route("/cart/lines/{line_id}", post(cart::change))
        .route("/cart/lines/{line_id}/remove", post(cart::remove))
        .route("/cart/coupons", post(cart::apply_coupon))
        .route("/cart/coupons/{code}/remove", post(cart::remove_coupon))
        .route("/checkout", get(checkout::show).post(checkout::pay))
        .route("/checkout/delivery", post(checkout::deliver))
        .route("/orders", get(orders::list))
        .route("/orders/{order_id}", get(orders::show))
        .route("/orders/{order_id}/progress", get(orders::progress))
        .route("/sandbox/3ds/{payment_id}", get(bank::show).post(bank::answer))
        .route("/login", get(account::login_form).post(account::login))
        .route("/register", get(account::register_form).post(account::register))
        .route("/logout", post(account::logout))
        .route("/account", get(account::show))
        .route("/inbox", get(account::inbox))
        .route("/design", get(docs::design))
        .route("/confirm-email", get(recovery::confirm_form).post(recovery::confirm))
        .route("/forgot-password", get(recovery::forgot_form).post(recovery::forgot))
        .route("/new-password", get(recovery::new_password_form).post(recovery::new_password))
        .route("/problems/{code}", get(problems::show))
        .route("/docs", get(docs::to_folder))
        .route("/docs/", get(docs::index))
        .route("/docs/{file}", get(docs::part))
        .route("/office", get(staff::office))
        .route("/office/{*within}", get(staff::office))
        .route("/console", get(staff::console))
        .route("/console/{*within}", get(staff::console))
        .route("/assets/{release}/{*name}", get(assets::serve))
}
