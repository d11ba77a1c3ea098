//! `/admin/v1/media`: pictures that the shop's people upload.

use amazoff_actors::media::MediaStore;
use amazoff_supervisor::{OperateError, Operator};
use axum::extract::{Request, State};
use serde_json::Value;

use crate::idempotency::RequestKey;
use crate::openapi::UploadProblems;
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::routes::ops::acting::Actor;
use crate::upload::{self, Upload};
use crate::views::media::{UploadForm, UploadedBody};

/// Takes in a picture: JPEG, PNG or WebP, in a form with the one part `file`, or as the body itself under its own media type.
/// What is kept stands upright, has no metadata and is named by its content; the same picture twice is kept once.
#[utoipa::path(post, path = "/admin/v1/media", tag = "admin",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = UploadedBody), UploadProblems))]
pub(crate) async fn upload(
    State(platform): State<Platform>,
    actor: Actor,
    key: RequestKey,
    request: Request,
) -> Result<Reply<Value>, Problem> {
    let media = platform.shop.media.clone();
    // Before anything of the body is read: each upload takes memory.
    let place = media.enter().ok_or_else(|| Problem::busy("Too many uploads at once."))?;
    let (parts, body) = request.into_parts();
    let upload = upload::read(&parts.headers, body, media.limits().bytes_max).await?;
    let key = key.over(&platform, &upload.bytes);
    let doing = move |operator: Operator| async move {
        let _place = place;
        keep(&media, upload, &operator).await
    };
    actor.act(&platform, &key, doing).await
}

/// Nothing has happened before the audit trail tells of it: until then the picture is in memory only.
async fn keep(
    media: &MediaStore,
    Upload { declared, bytes }: Upload,
    operator: &Operator,
) -> Result<UploadedBody, OperateError> {
    let image = media.take_in(declared, bytes).await.map_err(|error| OperateError::Asked(Box::new(error)))?;
    operator.noted("media-upload", &image.sha256, media.keep(&image)).await?;
    Ok(UploadedBody::from(&image))
}
