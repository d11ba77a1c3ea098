//! What an error code means.

use axum::extract::Path;

use crate::pages::markup::markdown;
use crate::pages::markup::problem::ProblemPage;
use crate::pages::page::Page;
use crate::pages::visit::Visit;
use crate::problem::{Problem, docs};

/// The explanation of a code.
pub(crate) async fn show(visit: Visit, Path(code): Path<String>) -> Result<Page<ProblemPage>, Problem> {
    let text = docs::page(&code).ok_or_else(|| Problem::missing("not-found"))?;
    Ok(Page::ok(ProblemPage { frame: visit.frame(&code), blocks: markdown::blocks(&text), code }))
}
