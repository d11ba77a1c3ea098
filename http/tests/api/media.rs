use std::sync::atomic::Ordering;

use amazoff_actors::ids::ProductId;
use amazoff_actors::product::{Create, Media};
use amazoff_actors::user::Role;
use amazoff_supervisor::Envelope;
use axum::http::Method;
use futures::future::join_all;
use uuid::Uuid;

use crate::support::pictures::{form, jpeg, jpeg_that_says, photo, png};
use crate::support::{Answered, Asking, PATIENCE, TestApp};

const UPLOAD: &str = "/admin/v1/media";

/// A shop and somebody who may upload.
struct Desk {
    app: TestApp,
    admin: String,
}

impl Desk {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let admin = app.token_of(Role::Admin).await;
        Self { app, admin }
    }
    fn sends(&self, kind: &str, bytes: impl Into<Vec<u8>>) -> Asking {
        let asking = self.app.ask(Method::POST, UPLOAD).raw(bytes).header("content-type", kind);
        asking.bearer(&self.admin)
    }
    async fn uploads(&self, kind: &str, bytes: impl Into<Vec<u8>>) -> Answered {
        self.sends(kind, bytes).fresh_key().send().await
    }
    async fn uploaded(&self, width: u32, height: u32) -> String {
        self.uploads("image/png", png(width, height)).await.expect(200).text_at("/sha256")
    }
    /// The actions of the audit trail and what they were about.
    async fn trail(&self) -> Vec<(String, String)> {
        let entries = self.app.get("/ops/v1/audit").bearer(&self.admin).send().await.expect(200);
        let entries = entries.json["items"].as_array().expect("entries").clone();
        let text =
            |entry: &serde_json::Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        entries.iter().map(|entry| (text(entry, "action"), text(entry, "subject"))).collect()
    }
}

#[tokio::test]
async fn an_upload_is_kept_under_the_name_of_its_content_and_told() {
    let desk = Desk::open().await;
    let kept = desk.uploads("image/png", png(640, 320)).await.expect(200);
    let name = kept.text_at("/sha256");
    assert_eq!(kept.json["url"], format!("/v1/media/{name}"));
    assert_eq!((&kept.json["width"], &kept.json["height"]), (&640.into(), &320.into()));
    assert_eq!(kept.json["presets"]["card"]["webp"], format!("/v1/media/{name}/card.webp"));
    assert_eq!(kept.json["presets"]["card"]["width"], 400);
    assert_eq!(kept.json["presets"]["card"]["height"], 200);
    let shown = desk.app.get(&format!("/v1/media/{name}")).send().await.expect(200);
    assert_eq!(shown.header("content-type"), "image/webp");
    assert!(kept.json["bytes"].as_u64() > Some(0));
    let told = ("media-upload".to_owned(), name);
    assert_eq!(desk.trail().await.iter().filter(|entry| **entry == told).count(), 1);
}

#[tokio::test]
async fn the_same_picture_twice_is_kept_once_and_a_form_does_as_well() {
    let desk = Desk::open().await;
    let first = desk.uploads("image/jpeg", jpeg(64, 32)).await.expect(200);
    let (kind, body) = form("image/jpeg", &jpeg(64, 32));
    let second = desk.uploads(&kind, body).await.expect(200);
    assert_eq!(first.json, second.json);
    let blobs = desk.app.platform.shop.blobs.list(None, 10).await.unwrap();
    assert_eq!(blobs.len(), 1);
    let shown = desk.app.get(&first.text_at("/url")).send().await.expect(200);
    assert_eq!(shown.header("content-type"), "image/jpeg");
}

#[tokio::test]
async fn a_repeat_with_the_same_key_gets_the_same_answer_and_another_picture_none() {
    let desk = Desk::open().await;
    desk.sends("image/png", png(8, 8)).send().await.refused(400, "idempotency-key-missing");
    let first = desk.sends("image/png", png(8, 8)).key("k").send().await.expect(200);
    let again = desk.sends("image/png", png(8, 8)).key("k").send().await.expect(200);
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &first.json));
    let other = desk.sends("image/png", png(9, 9)).key("k").send().await;
    other.refused(422, "idempotency-key-reused");
    assert_eq!(desk.trail().await.iter().filter(|(action, _)| action == "media-upload").count(), 1);
}

#[tokio::test]
async fn only_editors_upload() {
    let desk = Desk::open().await;
    let asking = || desk.app.ask(Method::POST, UPLOAD).raw(png(8, 8)).header("content-type", "image/png");
    asking().fresh_key().send().await.refused(401, "login-required");
    for role in [Role::Shopper, Role::Support, Role::Ops] {
        let token = desk.app.token_of(role).await;
        asking().fresh_key().bearer(&token).send().await.refused(403, "role-missing");
    }
}

/// T-K4: whatever is no picture, or one that is made to harm, is refused with its reason, and nothing is kept of it.
#[tokio::test]
async fn what_is_no_fair_picture_is_refused_and_nothing_is_kept() {
    let desk = Desk::open().await;
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    desk.uploads("image/svg+xml", svg).await.refused(415, "unsupported-media-type");
    desk.uploads("image/gif", b"GIF89a").await.refused(415, "unsupported-media-type");
    desk.uploads("application/json", b"{}").await.refused(415, "unsupported-media-type");
    let (kind, body) = form("image/svg+xml", svg);
    desk.uploads(&kind, body).await.refused(415, "unsupported-media-type");

    let picture = png(32, 32);
    let zipped = [picture.as_slice(), b"PK\x03\x04"].concat();
    let cut = picture[..picture.len() - 13].to_vec();
    for (kind, bytes, reason) in [
        ("image/png", svg.to_vec(), "type_differs"),
        ("image/jpeg", picture.clone(), "type_differs"),
        ("image/webp", picture.clone(), "type_differs"),
        ("image/png", jpeg(8, 8), "type_differs"),
        ("image/png", Vec::new(), "type_differs"),
        ("image/png", zipped, "trailing_data"),
        ("image/png", cut, "broken"),
    ] {
        let refused = desk.uploads(kind, bytes).await.refused(422, "image-invalid");
        assert_eq!(refused.json["reason"], reason, "{kind}");
    }
    let blobs = desk.app.platform.shop.blobs.list(None, 10).await.unwrap();
    assert!(blobs.is_empty(), "{blobs:?}");
    assert!(desk.trail().await.iter().all(|(action, _)| !action.starts_with("media")));
}

/// T-K4: 50 times as many pixels as the shop takes in a file of some hundred bytes, and a bomb of flat colour.
#[tokio::test]
async fn a_picture_with_too_many_pixels_or_bytes_is_refused_before_it_is_decoded() {
    let desk = Desk::open().await;
    let huge = desk.uploads("image/jpeg", jpeg_that_says(10_000, 5_000)).await;
    let huge = huge.refused(413, "image-too-large");
    assert_eq!((&huge.json["width"], &huge.json["limit"]), (&10_000.into(), &1_000_000.into()));
    let bomb = png(2_000, 1_000);
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    desk.uploads("image/png", bomb).await.refused(413, "image-too-large");
    desk.uploads("image/png", vec![0; 200_001]).await.refused(413, "payload-too-large");
    let (kind, body) = form("image/png", &vec![0; 200_001]);
    desk.uploads(&kind, body).await.refused(413, "payload-too-large");
    desk.uploaded(1_000, 1_000).await;
}

/// T-K4: no shopper learns where a picture was taken, and it stands upright.
#[tokio::test]
async fn a_photo_shows_nothing_but_its_pixels() {
    let desk = Desk::open().await;
    let sent = photo(64, 32);
    assert!(String::from_utf8_lossy(&sent).contains("GPS 52.52"));
    let kept = desk.uploads("image/jpeg", sent).await.expect(200);
    assert_eq!((&kept.json["width"], &kept.json["height"]), (&32.into(), &64.into()));
    for path in [kept.text_at("/url"), kept.text_at("/presets/thumb/jpeg"), kept.text_at("/presets/og/webp")]
    {
        let shown = desk.app.get(&path).send().await.expect(200);
        assert!(!shown.text.contains("GPS") && !shown.text.contains("Exif"), "{path}");
    }
}

#[tokio::test]
async fn a_rendition_is_made_once_and_kept_by_whoever_has_it() {
    let desk = Desk::open().await;
    let name = desk.uploaded(640, 320).await;
    let path = format!("/v1/media/{name}/card.webp");
    let asked = join_all((0..8).map(|_| desk.app.get(&path).send())).await;
    let first = asked.into_iter().map(|answer| answer.expect(200)).next().unwrap();
    assert_eq!(first.header("content-type"), "image/webp");
    assert_eq!(first.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(desk.app.images.renditions.load(Ordering::SeqCst), 1);
    desk.app.get(&path).send().await.expect(200);
    assert_eq!(desk.app.images.renditions.load(Ordering::SeqCst), 1, "it was kept");
    let tag = first.header("etag").to_owned();
    let again = desk.app.get(&path).header("if-none-match", &tag).send().await.expect(304);
    assert!(again.text.is_empty());
    let jpeg = desk.app.get(&format!("/v1/media/{name}/card.jpg")).send().await.expect(200);
    assert_eq!(jpeg.header("content-type"), "image/jpeg");
    assert_ne!(jpeg.header("etag"), tag);
}

/// T-K4: nobody fills the store by asking for sizes.
#[tokio::test]
async fn there_are_no_other_renditions() {
    let desk = Desk::open().await;
    let name = desk.uploaded(64, 64).await;
    for rendition in
        ["401.webp", "card.png", "card", "Card.webp", "card-1.webp", "..%2f..%2fmaster.key", "%ff"]
    {
        let path = format!("/v1/media/{name}/{rendition}");
        desk.app.get(&path).send().await.refused(404, "media-not-found");
    }
    let unknown = format!("/v1/media/{}/card.webp", "0".repeat(64));
    desk.app.get(&unknown).send().await.refused(404, "media-not-found");
    assert_eq!(desk.app.images.renditions.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn whoever_asks_while_too_much_is_asked_is_told_when_to_come_back() {
    let desk = Desk::open().await;
    let name = desk.uploaded(64, 64).await;
    let path = format!("/v1/media/{name}/card.webp");
    desk.app.images.busy.store(true, Ordering::SeqCst);
    let refused = desk.app.get(&path).send().await.refused(503, "overloaded");
    assert_eq!(refused.header("retry-after"), "3");
    assert!(refused.header("cache-control").contains("no-store"), "{:?}", refused.headers);
    desk.uploads("image/png", png(8, 8)).await.refused(503, "overloaded");
    let places: Vec<_> = std::iter::from_fn(|| desk.app.platform.shop.media.enter()).collect();
    desk.app.images.busy.store(false, Ordering::SeqCst);
    desk.uploads("image/png", png(8, 8)).await.refused(503, "overloaded");
    drop(places);
    desk.uploads("image/png", png(8, 8)).await.expect(200);
    desk.app.get(&path).send().await.expect(200);
}

#[tokio::test]
async fn a_product_shows_its_pictures_in_all_sizes() {
    let desk = Desk::open().await;
    let blob = desk.uploaded(900, 600).await;
    let id = ProductId::from(Uuid::now_v7());
    let shelf = desk.app.stocked("plain", 100, 1).await;
    let plain = desk.app.platform.shop.products.get(shelf.product).await.unwrap().unwrap();
    let media = vec![Media { blob: blob.clone(), alt: "A jug".to_owned(), width: 900, height: 600 }];
    let new = Create {
        slug: "pictured".to_owned(),
        title: "Pictured".to_owned(),
        description: "A thing.".to_owned(),
        category: "home-kitchen".to_owned(),
        brand: "Brand".to_owned(),
        variants: plain
            .state
            .variants
            .iter()
            .map(|variant| amazoff_actors::product::Variant {
                id: Uuid::now_v7().into(),
                sku: "SKU-pictured".to_owned(),
                ..variant.clone()
            })
            .collect(),
        media,
    };
    let products = &desk.app.platform.shop.products;
    products.create(id, new, Envelope::system(PATIENCE)).await.unwrap();
    products.publish(id, Envelope::system(PATIENCE)).await.unwrap();
    desk.app.projected().await;
    let shown = desk.app.get("/v1/products/pictured").send().await.expect(200);
    let card = &shown.json["media"][0]["presets"]["card"];
    assert_eq!(card["webp"], format!("/v1/media/{blob}/card.webp"));
    assert_eq!((&card["width"], &card["height"]), (&400.into(), &267.into()));
    let listed = desk.app.get("/v1/products").send().await.expect(200);
    let items = listed.json["items"].as_array().unwrap();
    let of = |slug: &str| items.iter().find(|item| item["slug"] == slug).unwrap();
    assert_eq!(of("pictured")["image_presets"]["thumb"]["jpeg"], format!("/v1/media/{blob}/thumb.jpg"));
    assert!(of("plain").get("image_presets").is_none());
    let page = desk.app.get("/products/pictured").header("accept", "text/html").send().await.expect(200);
    let srcset = format!(
        "/v1/media/{blob}/card.webp 400w, /v1/media/{blob}/page.webp 800w, /v1/media/{blob}/zoom.webp 900w"
    );
    assert!(page.text.contains(&format!("srcset=\"{srcset}\"")), "{}", page.text);
    assert!(page.text.contains(r#"width="900" height="600""#));
    let shared = format!("<meta property=\"og:image\" content=\"http://shop.test/v1/media/{blob}/og.jpg\">");
    assert!(page.text.contains(&shared), "{}", page.text);
}
