//! Reading one file from a stranger: the body itself, or the one part of a form as browsers send it.

use std::convert::Infallible;

use amazoff_actors::media::ImageType;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use futures::stream;
use multer::{Constraints, Field, Multipart, SizeLimit};

use crate::json::unreadable;
use crate::problem::{FieldError, Problem};

/// The part of a form that is the file.
const PART: &str = "file";
/// What a form takes beside its file: boundaries, and the heads of its parts.
const FORM_BYTES_MAX: usize = 16 * 1024;
const FORM: &str = "multipart/form-data";

/// A picture as it was sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    /// What it is said to be. Names of files are looked at by nobody.
    pub(crate) declared: ImageType,
    /// What it is.
    pub(crate) bytes: Vec<u8>,
}

/// Reads an upload of at most `limit` bytes.
///
/// # Errors
/// A problem for another media type, a body that is too large or ends early, and for a form with other parts than one `file`.
pub(crate) async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Upload, Problem> {
    let declared = media_type(headers)?;
    let form = essence(declared).eq_ignore_ascii_case(FORM);
    let kind = if form { None } else { Some(kind(declared)?) };
    let most = if form { limit.saturating_add(FORM_BYTES_MAX) } else { limit };
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(Problem::body_too_large(limit));
    }
    let bytes = to_bytes(body, most).await.map_err(|error| unreadable(&error, limit))?;
    match kind {
        Some(declared) => Ok(Upload { declared, bytes: bytes.into() }),
        None => of_form(declared, bytes, limit).await,
    }
}

fn unsupported() -> Problem {
    Problem::unsupported_media_type().detailed(
        "Send image/jpeg, image/png or image/webp, or multipart/form-data whose part \"file\" is of such a type, and no \
         Content-Encoding.",
    )
}

/// The one media type of the body.
fn media_type(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return Err(unsupported()) };
    let plain = headers.get_all(CONTENT_ENCODING).iter().all(|encoding| encoding.as_bytes() == b"identity");
    match only.to_str() {
        Ok(text) if plain => Ok(text),
        Ok(_) | Err(_) => Err(unsupported()),
    }
}

/// A media type without its parameters.
fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

fn kind(media_type: &str) -> Result<ImageType, Problem> {
    ImageType::named(essence(media_type)).ok_or_else(unsupported)
}

fn refused(code: &'static str, detail: &str) -> Problem {
    Problem::fields(vec![FieldError::new(&format!("/{PART}"), code, detail)])
}

async fn of_form(media_type: &str, bytes: Bytes, limit: usize) -> Result<Upload, Problem> {
    let boundary = multer::parse_boundary(media_type).map_err(|_none| unsupported())?;
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    let limits = Constraints::new().allowed_fields(vec![PART]).size_limit(SizeLimit::new().per_field(most));
    let whole = stream::iter([Ok::<_, Infallible>(bytes)]);
    let mut form = Multipart::with_constraints(whole, boundary, limits);
    let field = form.next_field().await.map_err(|error| unread(&error, limit))?;
    let field = field.ok_or_else(|| refused("missing", "The form has no part of this name."))?;
    let upload = of_part(field, limit).await?;
    match form.next_field().await.map_err(|error| unread(&error, limit))? {
        None => Ok(upload),
        Some(_) => Err(refused("repeated", "The form has more than one part.")),
    }
}

async fn of_part(part: Field<'_>, limit: usize) -> Result<Upload, Problem> {
    let declared = part.content_type().map(|of| of.essence_str().to_owned()).unwrap_or_default();
    let declared = kind(&declared)?;
    let bytes = part.bytes().await.map_err(|error| unread(&error, limit))?;
    Ok(Upload { declared, bytes: bytes.into() })
}

/// Why a form could not be read.
fn unread(error: &multer::Error, limit: usize) -> Problem {
    match error {
        multer::Error::UnknownField { .. } => refused("unknown-field", "A form has the one part \"file\"."),
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            Problem::body_too_large(limit)
        }
        _ => Problem::body_unreadable(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const LIMIT: usize = 100;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    async fn sent(media_type: &str, body: impl Into<Body>) -> Result<Upload, &'static str> {
        let headers = headers(&[(CONTENT_TYPE, media_type)]);
        read(&headers, body.into(), LIMIT).await.map_err(|problem| problem.code())
    }

    fn part(name: &str, kind: &str, content: &str) -> String {
        format!(
            "--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"../../a.svg\"\r\nContent-Type: {kind}\r\n\r\n{content}\r\n"
        )
    }

    async fn form(parts: &[String]) -> Result<Upload, &'static str> {
        sent("multipart/form-data; boundary=x", format!("{}--x--\r\n", parts.concat())).await
    }

    #[tokio::test]
    async fn a_picture_is_the_body_or_the_one_part_of_a_form() {
        let picture = Upload { declared: ImageType::Png, bytes: b"pixels".to_vec() };
        assert_eq!(sent("image/png", "pixels").await.as_ref(), Ok(&picture));
        assert_eq!(form(&[part("file", "image/png", "pixels")]).await, Ok(picture));
    }

    #[tokio::test]
    async fn other_media_types_are_refused() {
        for kind in ["", "text/html", "image/svg+xml", "image/gif", "application/json", "multipart/form-data"]
        {
            assert_eq!(sent(kind, "pixels").await, Err("unsupported-media-type"), "{kind}");
            assert_eq!(form(&[part("file", kind, "pixels")]).await, Err("unsupported-media-type"), "{kind}");
        }
        let twice = headers(&[(CONTENT_TYPE, "image/png"), (CONTENT_ENCODING, "gzip")]);
        let refused = read(&twice, Body::from("x"), LIMIT).await.unwrap_err();
        assert_eq!(refused.code(), "unsupported-media-type");
        let mut two = headers(&[(CONTENT_TYPE, "image/png")]);
        two.append(CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
        assert!(read(&two, Body::from("x"), LIMIT).await.is_err());
    }

    #[tokio::test]
    async fn a_form_has_one_part_of_the_right_name() {
        let picture = || part("file", "image/png", "pixels");
        assert_eq!(form(&[]).await, Err("validation-failed"));
        assert_eq!(form(&[picture(), picture()]).await, Err("validation-failed"));
        assert_eq!(form(&[part("photo", "image/png", "pixels")]).await, Err("validation-failed"));
        assert_eq!(form(&[picture(), part("more", "text/plain", "x")]).await, Err("validation-failed"));
        let cut = sent("multipart/form-data; boundary=x", picture()).await;
        assert_eq!(cut, Err("body-unreadable"));
    }

    #[tokio::test]
    async fn what_is_too_large_is_refused_with_and_without_a_length() {
        let long = "p".repeat(LIMIT + 1);
        assert_eq!(sent("image/png", long.clone()).await, Err("payload-too-large"));
        assert_eq!(form(&[part("file", "image/png", &long)]).await, Err("payload-too-large"));
        assert!(form(&[part("file", "image/png", &long[1..])]).await.is_ok());
        let said = headers(&[(CONTENT_TYPE, "image/png"), (CONTENT_LENGTH, "101")]);
        let refused = read(&said, Body::from("short"), LIMIT).await.unwrap_err();
        assert_eq!(refused.code(), "payload-too-large");
    }
}
