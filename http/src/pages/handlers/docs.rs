//! `/docs/`: the API's document to read and try out in a browser; `/design`: what the pages are made of. The viewer is a part of
//! the program and asks nobody else.

use std::sync::{Arc, LazyLock};

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use utoipa_swagger_ui::Config;

use crate::pages::markup::design::DesignPage;
use crate::pages::page::Page;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// No validator: it would be another host.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::new(["/openapi.json"]).validator_url("none").doc_expansion("none");
    Arc::new(config.filter(true).try_it_out_enabled(true).persist_authorization(false))
});

/// What the pages are made of.
pub(crate) async fn design(visit: Visit) -> Page<DesignPage> {
    Page::ok(DesignPage { frame: visit.frame("Design") })
}

/// Sends a browser to where the viewer's own files are beside it.
pub(crate) async fn to_folder() -> Redirect {
    Redirect::permanent("/docs/")
}

/// The viewer.
pub(crate) async fn index() -> Result<Response, Problem> {
    file("index.html")
}

/// A file of the viewer.
pub(crate) async fn part(Path(name): Path<String>) -> Result<Response, Problem> {
    file(&name)
}

fn file(name: &str) -> Result<Response, Problem> {
    let found = utoipa_swagger_ui::serve(name, Arc::clone(&CONFIG));
    let found =
        found.map_err(|error| Problem::bug(error.to_string()))?.ok_or_else(Problem::route_not_found)?;
    let headers = [(CONTENT_TYPE, found.content_type), (CACHE_CONTROL, "public, max-age=3600".to_owned())];
    Ok((headers, found.bytes.into_owned()).into_response())
}
