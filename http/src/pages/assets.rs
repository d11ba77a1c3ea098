//! The stylesheet, the modules and the pictures of the pages, embedded in the binary.
//!
//! Every address carries a hash over all of them (`/assets/<hash>/shop.css`), so a browser may keep a file for ever, and
//! a module imports its neighbour by a relative path and still gets the matching version. The stylesheet is written in parts
//! and served as one.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// The one stylesheet, and what it is put together from, in order.
const STYLESHEET: &str = "shop.css";
const SHEETS: [&str; 7] = [
    "css/tokens.css",
    "css/base.css",
    "css/components.css",
    "css/shop.css",
    "css/staff.css",
    "css/console.css",
    "css/narrow.css",
];

/// A hash over the names and contents of all files.
static RELEASE: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        if let Some(file) = Files::get(&name) {
            hash.update(name.as_bytes());
            hash.update(file.metadata.sha256_hash());
        }
    }
    hex(&hash.finalize()[..8])
});

/// The address of a file.
pub(crate) fn url(name: &str) -> String {
    format!("/assets/{}/{name}", *RELEASE)
}

/// Serves a file. An address of another release gets today's file, but is not kept.
pub(crate) async fn serve(Path((release, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some((content, hash)) = content(&name) else {
        return (StatusCode::NOT_FOUND, "no such file\n").into_response();
    };
    let tag = format!("\"{}\"", hex(&hash[..16]));
    let cache = if release == *RELEASE { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get_all(IF_NONE_MATCH).iter().any(|seen| matches_tag(seen, &tag));
    let mut response =
        if known { StatusCode::NOT_MODIFIED.into_response() } else { whole(content.into_owned(), &name) };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// What a file holds, and a hash that tells it from others; `None` when there is none of this name.
fn content(name: &str) -> Option<(Cow<'static, [u8]>, [u8; 32])> {
    if name != STYLESHEET {
        return Files::get(name).map(|file| (file.data, file.metadata.sha256_hash()));
    }
    let sheets = SHEETS.iter().map(|name| Files::get(name)).collect::<Option<Vec<_>>>()?;
    let hashes =
        sheets.iter().fold(Sha256::new(), |hash, sheet| hash.chain_update(sheet.metadata.sha256_hash()));
    let parts: Vec<_> = sheets.iter().map(|sheet| sheet.data.as_ref()).collect();
    Some((Cow::Owned(parts.concat()), hashes.finalize().into()))
}

fn whole(data: Vec<u8>, name: &str) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    ([(CONTENT_TYPE, kind)], data).into_response()
}

fn matches_tag(seen: &HeaderValue, tag: &str) -> bool {
    seen.to_str().is_ok_and(|seen| {
        seen.split(',')
            .any(|one| matches!(one.trim().trim_start_matches("W/"), one if one == tag || one == "*"))
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(path: &str, headers: HeaderMap) -> Response {
        let (release, name) =
            path.trim_start_matches("/assets/").split_once('/').expect("a release and a name");
        serve(Path((release.to_owned(), name.to_owned())), headers).await
    }

    #[tokio::test]
    async fn a_file_of_this_release_may_be_kept_for_ever() {
        let response = get(&url("shop.css"), HeaderMap::new()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(response.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
    }

    #[tokio::test]
    async fn a_file_of_another_release_is_served_but_not_kept() {
        let response = get("/assets/0123456789abcdef/js/shop.js", HeaderMap::new()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
    }

    #[tokio::test]
    async fn a_known_tag_is_answered_without_a_body() {
        let first = get(&url("shop.css"), HeaderMap::new()).await;
        let headers = HeaderMap::from_iter([(IF_NONE_MATCH, first.headers()[ETAG].clone())]);
        assert_eq!(get(&url("shop.css"), headers).await.status(), StatusCode::NOT_MODIFIED);
    }

    #[tokio::test]
    async fn an_unknown_file_and_a_way_out_of_the_folder_are_not_found() {
        for name in ["nothing.css", "../Cargo.toml", "..%2fCargo.toml", "/etc/passwd"] {
            let response = serve(Path((RELEASE.clone(), name.to_owned())), HeaderMap::new()).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }

    #[test]
    fn every_address_carries_the_hash() {
        let address = url("shop.css");
        let release = address.split('/').nth(2).expect("a release");
        assert_eq!(release.len(), 16);
        assert!(release.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn the_stylesheet_has_every_part() {
        let parts = Files::iter().filter(|name| name.starts_with("css/")).count();
        assert_eq!(parts, SHEETS.len(), "a part that is not served");
        let (whole, _) = content(STYLESHEET).expect("all parts are there");
        assert!(String::from_utf8_lossy(&whole).contains("--paper"));
    }

    #[test]
    fn every_module_is_short_and_asks_nobody_else() {
        for name in Files::iter().filter(|name| name.ends_with(".js") || name.ends_with(".css")) {
            let (data, _) = content(&name).expect("listed");
            let text = String::from_utf8(data.into_owned()).expect("utf-8");
            let foreign = text.replace("http://www.w3.org/2000/svg", ""); // a name, nothing that is fetched
            assert!(
                !foreign.contains("http://") && !foreign.contains("https://"),
                "{name} names another host"
            );
            let lines_max = if name.ends_with(".css") { 400 } else { 150 };
            assert!(text.lines().count() <= lines_max, "{name} is too long");
        }
    }
}
