//! The pages of the shop, as somebody without a script gets them.

use amazoff_actors::user::Role;
use serde_json::{Value, json};

use crate::support::{PATIENCE, TestApp};

async fn page(app: &TestApp, path: &str) -> String {
    app.projected().await;
    app.get(path).header("accept", "text/html").send().await.expect(200).text
}

/// What is between two texts, the first time.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

fn structured(page: &str) -> Value {
    let text = between(page, r#"<script type="application/ld+json">"#, "</script>").expect("structured data");
    serde_json::from_str(text).expect("it is JSON")
}

#[tokio::test]
async fn a_product_page_tells_search_engines_what_it_is_and_where() {
    let app = TestApp::start().await;
    app.stocked("lamp", 2000, 10).await;
    let told = structured(&page(&app, "/products/lamp").await);
    let [product, way] = &told["@graph"].as_array().expect("a graph")[..] else { panic!("{told}") };
    assert_eq!(product["@type"], "Product");
    assert_eq!(product["@id"], "http://shop.test/products/lamp");
    let offer = &product["offers"][0];
    assert_eq!(
        (&offer["price"], &offer["priceCurrency"], &offer["availability"]),
        (&json!("20.00"), &json!("EUR"), &json!("https://schema.org/InStock"))
    );
    assert!(product.get("aggregateRating").is_none(), "nobody has rated it");
    let steps = way["itemListElement"].as_array().expect("steps");
    assert_eq!(
        steps[0],
        json!({"@type": "ListItem", "position": 1, "name": "Shop", "item": "http://shop.test/"})
    );
    assert_eq!(steps.last().expect("a last one")["name"], product["name"]);
}

/// The more there are, the more pages; only those with some stars, and the newest first, on demand.
#[tokio::test]
async fn reviews_of_a_product_are_paged_and_narrowed() {
    let app = TestApp::start().await;
    app.stocked("lamp", 2000, 10).await;
    let moderator = app.token_of(Role::Support).await;
    for n in 0..11 {
        let author = app.token_of(Role::Shopper).await;
        let rating = if n == 3 { 2 } else { 5 };
        let said = json!({"rating": rating, "title": format!("Said {n}."), "body": "So it is.", "author_name": "Ann"});
        let review =
            app.post("/v1/products/lamp/reviews", &said).bearer(&author).fresh_key().send().await.expect(201);
        let path = format!("/admin/v1/reviews/{}/approve", review.text_at("/id"));
        app.post(&path, &json!({"revision": 1})).bearer(&moderator).fresh_key().send().await.expect(200);
    }
    let titles =
        |page: &str| (0..11).filter(|n| page.contains(&format!("<h3>Said {n}.</h3>"))).collect::<Vec<_>>();
    // A rating is told of its reviews, one after the other.
    let told = async {
        loop {
            let first = page(&app, "/products/lamp").await;
            if structured(&first)["@graph"][0]["aggregateRating"]["reviewCount"] == 11 {
                return first;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let first = tokio::time::timeout(PATIENCE, told).await.expect("the rating must be of all reviews");
    assert_eq!(titles(&first).len(), 10);
    let more = between(&first, r#"<a class="button button-plain" href=""#, r#"">More reviews"#)
        .expect("there are more");
    let second = page(&app, &more.replace("&#38;", "&").replace("#reviews", "")).await;
    let mut all = [titles(&first), titles(&second)].concat();
    all.sort_unstable();
    assert_eq!(all, (0..11).collect::<Vec<_>>());
    assert!(!second.contains("More reviews"));
    let newest = page(&app, "/products/lamp?reviews=newest").await;
    assert_eq!(titles(&newest), (1..11).collect::<Vec<_>>());
    let two = page(&app, "/products/lamp?stars=2").await;
    assert_eq!(titles(&two), [3]);
    assert!(two.contains("Show all of them"));
    let wrong = app.get("/products/lamp?cursor=made-up").header("accept", "text/html").send().await;
    assert_eq!(wrong.status, 400);
}
