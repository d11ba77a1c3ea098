//! The page of each error code, embedded from `docs/problems/`.

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../docs/problems"]
struct Pages;

/// The Markdown page of a code; `None` for a code that does not exist.
pub fn page(code: &str) -> Option<String> {
    let well_formed =
        !code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let page = well_formed.then(|| Pages::get(&format!("{code}.md"))).flatten()?;
    String::from_utf8(page.data.into_owned()).ok()
}

/// Every code that has a page, sorted.
pub fn codes() -> Vec<String> {
    let mut codes: Vec<String> =
        Pages::iter().filter_map(|name| name.strip_suffix(".md").map(str::to_owned)).collect();
    codes.sort();
    codes
}
