//! Templates as responses, forms as they arrive, and where to go next.

use askama::Template;
use axum::extract::{Form, FromRequest, Request};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::de::DeserializeOwned;

use crate::json::BODY_BYTES_MAX;
use crate::problem::{FieldError, Problem};

/// A page that answers a request.
pub(super) struct Page<T>(pub StatusCode, pub T);

impl<T: Template> Page<T> {
    /// An ordinary page.
    pub(super) fn ok(template: T) -> Self {
        Self(StatusCode::OK, template)
    }
}

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.1.render() {
            Ok(html) => {
                (self.0, [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], html)
                    .into_response()
            }
            Err(error) => Problem::bug(format!("a page cannot be rendered: {error}")).into_response(),
        }
    }
}

/// A form that a browser sent. Its fields are texts; what they mean is for the handler to find out.
pub(super) struct Sent<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Form::<T>::from_request(request, state).await {
            Ok(Form(form)) => Ok(Self(form)),
            Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Problem::body_too_large(BODY_BYTES_MAX))
            }
            Err(refused) => {
                Err(Problem::fields(vec![FieldError::new("", "form-unreadable", refused.body_text())]))
            }
        }
    }
}

/// After a form did its work: look at this page instead, so that a reload repeats nothing.
pub(super) fn see(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// A path within this shop, as a form or an address gave it; anything else is the front page.
pub(super) fn within(path: &str) -> &str {
    let local = path.starts_with('/') && !path.starts_with("//");
    let plain = path.len() <= 512 && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if local && plain { path } else { "/" }
}

/// Whether the caller is a browser that shows pages rather than a program that reads JSON.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .any(|kind| kind.trim().to_ascii_lowercase().starts_with("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_shop_are_gone_to() {
        for good in ["/", "/orders/ord_1", "/?q=a%20b&sort=name"] {
            assert_eq!(within(good), good);
        }
        for bad in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nSet-Cookie: x",
            "javascript:x",
        ] {
            assert_eq!(within(bad), "/", "{bad}");
        }
    }

    #[test]
    fn a_browser_wants_pages_and_a_program_does_not() {
        let accepting = |text: &'static str| HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(text))]);
        assert!(wants_page(&accepting("text/html,application/xhtml+xml,*/*;q=0.8")));
        for program in ["application/json", "*/*"] {
            assert!(!wants_page(&accepting(program)));
        }
        assert!(!wants_page(&HeaderMap::new()));
    }
}
