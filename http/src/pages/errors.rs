//! Failures as pages: whoever asked for HTML and got a problem sees a page of the shop, with the same status.

use axum::extract::{FromRequestParts, Request};
use axum::http::Method;
use axum::http::header::RETRY_AFTER;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::markup::Frame;
use super::markup::problem::ErrorPage;
use super::page::{Page, see, wants_page};
use super::present::shown::encode;
use super::visit::Visit;
use crate::layers::RequestId;
use crate::limits::layer::{RATELIMIT, RATELIMIT_POLICY};
use crate::platform::Platform;
use crate::problem::{Failed, Problem};

/// Turns problems into pages for browsers; leaves everything else as it is. The log still sees the problem.
pub(crate) async fn as_pages<F: Future<Output = Response>>(
    platform: &Platform,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    if !wants_page(request.headers()) {
        return next(request).await;
    }
    let (parts, body) = request.into_parts();
    let asked = parts.clone();
    let response = next(Request::from_parts(parts, body)).await;
    let Some(failed) = response.extensions().get::<Failed>().cloned() else { return response };
    // A handler may have made a page of it already.
    let is_page =
        response.headers().get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        return response;
    }
    let mut page = page(platform, asked, failed).await;
    for kept in [RETRY_AFTER, RATELIMIT, RATELIMIT_POLICY] {
        if let Some(value) = response.headers().get(&kept) {
            page.headers_mut().insert(kept, value.clone());
        }
    }
    page
}

async fn page(platform: &Platform, mut asked: Parts, failed: Failed) -> Response {
    let problem = &failed.0;
    if problem.code() == "login-required" && asked.method == Method::GET {
        let wanted = asked.uri.path_and_query().map_or("/", |path| path.as_str());
        return see(&format!("/login?next={}", encode(wanted)));
    }
    let frame = Visit::from_request_parts(&mut asked, platform)
        .await
        .map(|visit| visit.frame(""))
        .unwrap_or_default();
    let request_id = asked.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let mut response = Page(problem.status(), template(frame, problem, request_id)).into_response();
    response.extensions_mut().insert(failed);
    response
}

fn template(frame: Frame, problem: &Problem, request_id: String) -> ErrorPage {
    let (heading, detail) = words(problem);
    ErrorPage {
        frame: frame.titled(heading.clone()),
        status: problem.status().as_u16(),
        heading,
        detail,
        code: problem.code().to_owned(),
        request_id,
    }
}

/// What a shopper is told; the API's own words are for programmers.
fn words(problem: &Problem) -> (String, String) {
    let told = |heading: &str, detail: &str| (heading.to_owned(), detail.to_owned());
    match problem.status().as_u16() {
        404 => told("There is nothing here", "The address may be old, or what was here is not yours to see."),
        401 => told("Please log in", "This page is for people with an account."),
        429 => told(
            "Not so fast",
            "That was asked for too often. Nothing happened; wait a minute, then try again.",
        ),
        403 => told("This is not open to you", problem.detail().unwrap_or("Your account may not do this.")),
        503 => told(
            "One moment, please",
            "This part of the shop is not answering right now. Nothing happened; try again shortly.",
        ),
        504 => told(
            "Still waiting",
            "The shop has not heard whether it worked. Reload the page to find out; nothing is done twice.",
        ),
        500 => told(
            "Something broke",
            "That was our mistake, not yours, and it is written down. Please try again.",
        ),
        _ => (problem.title(), problem.detail().unwrap_or("The shop could not do this.").to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;

    #[test]
    fn a_defect_shows_its_code_and_request_but_not_its_cause() {
        let problem = Problem::bug("the secret inside");
        let html = template(Frame::default(), &problem, "req_1".to_owned()).render().unwrap();
        assert!(html.contains("internal-error") && html.contains("req_1") && html.contains(">500<"));
        assert!(!html.contains("the secret inside"));
    }

    #[test]
    fn an_absent_page_says_so_in_words() {
        let html = template(Frame::default(), &Problem::route_not_found(), String::new()).render().unwrap();
        assert!(
            html.contains("There is nothing here") && !html.contains("/problems/"),
            "it is nobody's fault"
        );
    }
}
