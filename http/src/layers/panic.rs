//! A handler that panics answers 500 like any other defect.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

pub(super) fn answer(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<&'static str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no text".to_owned());
    Problem::bug(format!("a handler panicked: {text}")).into_response()
}
