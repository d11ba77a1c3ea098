//! The viewer of the API's document.

use crate::support::TestApp;

#[tokio::test]
async fn the_document_can_be_read_in_a_browser_that_asks_nobody_else() {
    let app = TestApp::start().await;
    let sent_on = app.get("/docs").send().await.expect(308);
    assert_eq!(sent_on.header("location"), "/docs/");
    let page = app.get("/docs/").header("accept", "text/html").send().await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").starts_with("default-src 'self'"));
    let parts: Vec<_> = ["href=\"", "src=\""]
        .into_iter()
        .flat_map(|mark| page.text.split(mark).skip(1))
        .map(|rest| rest.split('"').next().unwrap().trim_start_matches("./").to_owned())
        .collect();
    assert!(parts.len() >= 4, "{parts:?}");
    for part in parts {
        assert!(!part.contains("//"), "{part} is another host's");
        app.get(&format!("/docs/{part}")).send().await.expect(200);
    }
    let start = app.get("/docs/swagger-initializer.js").send().await.expect(200);
    assert!(start.text.contains("/openapi.json") && !start.text.contains("http"), "{}", start.text);
    app.get("/docs/nothing.js").send().await.refused(404, "not-found");
}
