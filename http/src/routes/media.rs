//! `/v1/media`: pictures and their renditions. Both are named by the content of the picture, so they never change.

use amazoff_actors::media::Rendition;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::conditional;
use crate::openapi::MediaProblems;
use crate::path::Name;
use crate::platform::Platform;
use crate::problem::Problem;

const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The bytes of an image; they never change.
#[utoipa::path(get, path = "/v1/media/{sha256}", tag = "catalogue", params(("sha256" = String, Path)),
    responses((status = 200, content((Vec<u8> = "image/webp"), (Vec<u8> = "image/jpeg"))), MediaProblems))]
pub(crate) async fn media(
    State(platform): State<Platform>,
    Name(name): Name,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let original = platform.shop.media.original(&name).await?;
    Ok(kept(&headers, &name, original.media_type, original.bytes.into()))
}

/// An image in one of the sizes in which the shop shows it, made when it is asked for first. It never changes.
#[utoipa::path(get, path = "/v1/media/{sha256}/{rendition}", tag = "catalogue",
    params(("sha256" = String, Path),
        ("rendition" = String, Path, description = "size and encoding: the longer side has at most 160 (`thumb`), 400 (`card`), 800 (`page`) or 1600 (`zoom`) pixels; `og` has 1200 × 630")),
    responses((status = 200, content((Vec<u8> = "image/webp"), (Vec<u8> = "image/jpeg"))), MediaProblems))]
pub(crate) async fn rendition(
    State(platform): State<Platform>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let missing = || Problem::missing("media-not-found");
    let Path((name, rendition)) = path.map_err(|_undecodable| missing())?;
    let rendition: Rendition = rendition.parse().map_err(|_unknown| missing())?;
    let bytes = platform.shop.media.rendition(&name, rendition).await?;
    let tag = format!("{name}.{}", rendition.key());
    Ok(kept(&headers, &tag, rendition.encoding.media_type(), Bytes::from_owner(bytes)))
}

/// Bytes that whoever has them keeps for ever; 304 when they are there already.
fn kept(asked: &HeaderMap, name: &str, media_type: &'static str, bytes: Bytes) -> Response {
    let tag = format!("\"{name}\"");
    let known = conditional::matches(asked, &tag);
    let kept = [(CACHE_CONTROL, FOR_EVER.to_owned()), (ETAG, tag)];
    if known {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    (kept, [(CONTENT_TYPE, media_type)], bytes).into_response()
}
