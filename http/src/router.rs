//! The table of contents: every route, and what it passes on the way.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::authorise;
use crate::layers;
use crate::metrics;
use crate::openapi;
use crate::pages;
use crate::platform::Platform;
use crate::prefer;
use crate::problem::Problem;
use crate::routes::{
    admin, api_keys, auth, cart_terms, carts, catalogue, checkout, health, media, notifications, ops, orders,
    payments, privacy, profile, realtime, recommendations, recovery, reviews, sessions, webhooks,
};
use crate::told;

/// The routes of the API with their descriptions. Each needs a row in [`crate::access::TABLE`].
pub(crate) fn api() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(routes!(catalogue::list))
        .routes(routes!(catalogue::get_one))
        .routes(routes!(reviews::list, reviews::submit))
        .routes(routes!(reviews::edit, reviews::withdraw))
        .routes(routes!(reviews::vote, reviews::take_vote_back))
        .routes(routes!(reviews::flag))
        .routes(routes!(reviews::own))
        .routes(routes!(catalogue::suggest))
        .routes(routes!(catalogue::categories))
        .routes(routes!(media::media))
        .routes(routes!(media::rendition))
        .routes(routes!(carts::create))
        .routes(routes!(carts::get_one))
        .routes(routes!(carts::add_line))
        .routes(routes!(carts::change_line, carts::remove_line))
        .routes(routes!(carts::quote))
        .routes(routes!(recommendations::of_product))
        .routes(routes!(recommendations::of_cart))
        .routes(routes!(cart_terms::set_address))
        .routes(routes!(cart_terms::set_shipping))
        .routes(routes!(cart_terms::apply_coupon, cart_terms::remove_coupon))
        .routes(routes!(cart_terms::merge))
        .routes(routes!(cart_terms::own))
        .routes(routes!(checkout::complete))
        .routes(routes!(orders::list))
        .routes(routes!(orders::get_one))
        .routes(routes!(orders::cancel))
        .routes(routes!(orders::pay))
        .routes(routes!(orders::request_return))
        .routes(routes!(orders::cancel_return))
        .routes(routes!(payments::get_one))
        .routes(routes!(payments::confirm))
        .routes(routes!(webhooks::receive))
        .routes(routes!(realtime::ticket))
        .routes(routes!(realtime::open))
        .routes(routes!(realtime::events))
        .routes(routes!(health::health))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::scrape))
        .merge(people())
        .merge(desk())
        .merge(operations())
        .merge(back_office())
        .merge(shelves())
}

/// What people do about themselves.
fn people() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(routes!(auth::register))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::step_up))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::me, profile::rename, privacy::erase))
        .routes(routes!(privacy::export, privacy::ask_export))
        .routes(routes!(privacy::archive))
        .routes(routes!(privacy::consents, privacy::set_consents))
        .routes(routes!(sessions::list, sessions::end_others))
        .routes(routes!(sessions::end))
        .routes(routes!(profile::addresses, profile::add_address))
        .routes(routes!(profile::change_address, profile::remove_address))
        .routes(routes!(recovery::verify_email))
        .routes(routes!(recovery::resend))
        .routes(routes!(recovery::ask_reset))
        .routes(routes!(recovery::reset))
        .routes(routes!(recovery::change_password))
        .routes(routes!(recovery::change_email))
        .routes(routes!(api_keys::list, api_keys::issue))
        .routes(routes!(api_keys::withdraw))
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::mark_read))
        .routes(routes!(notifications::events))
        .routes(routes!(notifications::preferences, notifications::prefer))
        .routes(routes!(notifications::unsubscribe))
        .routes(routes!(auth::public_keys))
}

/// What the shop's people see and do.
fn desk() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(routes!(admin::orders::list))
        .routes(routes!(admin::orders::get_one))
        .routes(routes!(admin::orders::cancel))
        .routes(routes!(admin::orders::refund))
        .routes(routes!(admin::orders::note))
        .routes(routes!(admin::order_filters::list))
        .routes(routes!(admin::order_filters::put, admin::order_filters::remove))
        .routes(routes!(admin::parcels::pack))
        .routes(routes!(admin::parcels::unpack))
        .routes(routes!(admin::parcels::ship))
        .routes(routes!(admin::parcels::deliver))
        .routes(routes!(admin::returns::approve))
        .routes(routes!(admin::returns::reject))
        .routes(routes!(admin::returns::receive))
        .routes(routes!(admin::users::find))
        .routes(routes!(admin::users::show))
        .routes(routes!(admin::users::set_roles))
        .routes(routes!(admin::users::deactivate))
        .routes(routes!(admin::users::reactivate))
        .routes(routes!(admin::users::erase))
        .routes(routes!(admin::stock::show))
        .routes(routes!(admin::stock::receive))
        .routes(routes!(admin::stock::adjust))
        .routes(routes!(admin::stock::backorders))
        .routes(routes!(admin::media::upload))
        .routes(routes!(admin::reports::revenue))
        .routes(routes!(admin::reports::best_sellers))
        .routes(routes!(admin::reports::funnel))
        .routes(routes!(admin::reports::stock_outs))
        .routes(routes!(admin::audit::list))
        .routes(routes!(admin::reviews::queue))
        .routes(routes!(admin::reviews::approve))
        .routes(routes!(admin::reviews::reject))
        .routes(routes!(admin::reviews::remove))
        .routes(routes!(admin::reviews::restore))
}

/// What operators see and do.
fn operations() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(routes!(ops::tree::show))
        .routes(routes!(ops::tree::restart))
        .routes(routes!(ops::tree::halt))
        .routes(routes!(ops::tree::kill))
        .routes(routes!(ops::entities::cells))
        .routes(routes!(ops::entities::show))
        .routes(routes!(ops::entities::at))
        .routes(routes!(ops::entities::compare))
        .routes(routes!(ops::entities::what_if))
        .routes(routes!(ops::entities::passivate))
        .routes(routes!(ops::entities::kill))
        .routes(routes!(ops::causes::list))
        .routes(routes!(ops::quarantine::list))
        .routes(routes!(ops::quarantine::retry))
        .routes(routes!(ops::quarantine::dismiss))
        .routes(routes!(ops::effects::outbox))
        .routes(routes!(ops::effects::dead))
        .routes(routes!(ops::effects::discarded))
        .routes(routes!(ops::effects::retry))
        .routes(routes!(ops::effects::discard))
        .routes(routes!(ops::processes::list))
        .routes(routes!(ops::projections::list))
        .routes(routes!(ops::projections::rebuild))
        .routes(routes!(ops::limits::runtime))
        .routes(routes!(ops::limits::show))
        .routes(routes!(ops::limits::change_runtime))
        .routes(routes!(ops::limits::change_domain))
        .routes(routes!(ops::audit::list))
        .routes(routes!(ops::audit::verify))
        .routes(routes!(ops::fsck::run))
        .routes(routes!(ops::stream::open))
        .routes(routes!(ops::reconciliations::list, ops::reconciliations::run))
        .routes(routes!(ops::reconciliations::show))
        .routes(routes!(ops::reconciliations::strays))
}

/// What the back office sees and does.
fn back_office() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(routes!(admin::pricebook::show))
        .routes(routes!(admin::pricebook::currencies))
        .routes(routes!(admin::pricebook::rounding))
        .routes(routes!(admin::pricebook::capture))
        .routes(routes!(admin::pricebook::default_region))
        .routes(routes!(admin::pricebook::put_region, admin::pricebook::remove_region))
        .routes(routes!(admin::pricebook::put_method, admin::pricebook::remove_method))
        .routes(routes!(admin::promotions::list, admin::promotions::create))
        .routes(routes!(admin::promotions::change))
        .routes(routes!(admin::coupons::issue))
        .routes(routes!(admin::coupons::show, admin::coupons::withdraw))
        .routes(routes!(admin::quotes::price))
        .routes(routes!(admin::endpoints::list, admin::endpoints::create))
        .routes(routes!(admin::endpoints::show, admin::endpoints::delete))
        .routes(routes!(admin::endpoints::enable))
        .routes(routes!(admin::endpoints::disable))
        .routes(routes!(admin::endpoints::rotate_secret))
        .routes(routes!(admin::endpoints::test))
        .routes(routes!(admin::endpoints::deliveries))
        .routes(routes!(admin::endpoints::replay))
}

/// What the back office does with products.
fn shelves() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(routes!(admin::categories::list))
        .routes(routes!(admin::categories::put, admin::categories::remove))
        .routes(routes!(admin::products::list, admin::products::create))
        .routes(routes!(admin::products::show, admin::products::change))
        .routes(routes!(admin::products::set_media))
        .routes(routes!(admin::products::publish))
        .routes(routes!(admin::products::archive))
        .routes(routes!(admin::variants::add_variant))
        .routes(routes!(admin::variants::change_variant))
        .routes(routes!(admin::variants::retire))
}

/// The whole site: API and pages behind all layers.
pub fn router(platform: Platform) -> Router {
    let (api, _) = api().split_for_parts();
    let api = api.route("/openapi.json", get(openapi::serve));
    #[cfg(feature = "fault-points")]
    let api = api
        .route("/ops/v1/faults", axum::routing::post(crate::routes::faults::arm))
        .route("/ws-echo", get(crate::routes::echo::open));
    let site = api
        .route_layer(from_fn_with_state(platform.clone(), allowed))
        .merge(pages::router())
        .fallback(|| async { Problem::route_not_found() })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() });
    let guarded = layers::guarded(site, &platform.settings);
    let called = guarded.layer(from_fn_with_state(platform.clone(), layers::callers));
    layers::finished(called, &platform.settings, &platform.intake, &platform.requests).with_state(platform)
}

/// What stands directly around a route of the API: who may, how the answer is wanted, and that it is told what staff change.
async fn allowed(State(platform): State<Platform>, request: Request, next: Next) -> Response {
    let platform = &platform;
    authorise(platform, request, |request| {
        prefer::honoured(request, |request| told::told(platform, request, |request| next.run(request)))
    })
    .await
}
