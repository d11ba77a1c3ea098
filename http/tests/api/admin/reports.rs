use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::json;

use crate::support::TestApp;

const REPORTS: [&str; 4] = ["revenue", "best-sellers", "funnel", "stock-outs"];

/// Two lamps and a teapot were sold.
async fn sold() -> (TestApp, String) {
    let app = TestApp::start().await;
    let (lamp, teapot) = (app.stocked("lamp", 4000, 3).await, app.stocked("teapot", 6000, 50).await);
    app.bought_together(&[lamp]).await;
    app.bought_together(&[lamp, teapot]).await;
    app.projected().await;
    let desk = app.token_of(Role::Support).await;
    (app, desk)
}

#[tokio::test]
async fn reports_are_for_the_desk_alone() {
    let app = TestApp::start().await;
    let shopper = app.registered("ann@example.org").await.text_at("/access_token");
    for report in REPORTS {
        let path = format!("/admin/v1/reports/{report}");
        app.get(&path).send().await.refused(401, "login-required");
        app.get(&path).bearer(&shopper).send().await.refused(403, "role-missing");
    }
    let desk = app.token_of(Role::Support).await;
    app.get("/admin/v1/audit").bearer(&desk).send().await.refused(403, "role-missing");
}

#[tokio::test]
async fn revenue_adds_up_and_comes_as_a_table_too() {
    let (app, desk) = sold().await;
    let report = app.get("/admin/v1/reports/revenue").bearer(&desk).send().await.expect(200);
    assert_eq!(report.json["items"].as_array().unwrap().len(), 30);
    let total = &report.json["total"];
    assert_eq!(total["orders"], 2);
    let amount = |name: &str| total[name]["amount"].as_i64().unwrap();
    assert!(amount("gross") >= 14_000 && amount("refunds") == 0, "{total}");
    assert_eq!(amount("net"), amount("gross") - amount("tax"));
    let days = report.json["items"].as_array().unwrap();
    let gross: i64 = days.iter().map(|day| day["gross"]["amount"].as_i64().unwrap()).sum();
    assert_eq!(gross, amount("gross"));
    assert!(report.header("vary").contains("Accept"));
    let [from, to] = [0, 29].map(|at| days[at]["day"].as_str().unwrap());
    let path = format!("/admin/v1/reports/revenue?from={from}&to={to}");
    let table = app.get(&path).bearer(&desk).header("accept", "text/csv").send().await.expect(200);
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(table.header("content-disposition").contains("revenue.csv"));
    let lines: Vec<_> = table.text.split("\r\n").collect();
    assert_eq!(lines[0], "day,orders,gross,refunds,tax,net,currency");
    assert_eq!(lines.len(), 32, "a row per day, and the end of the last one");
    let sold: Vec<_> = lines[1..31].iter().filter(|line| line.split(',').nth(1) != Some("0")).collect();
    assert!(sold.len() == 1 || sold.len() == 2, "two days where midnight was between: {sold:?}");
    assert!(sold.iter().all(|line| line.ends_with(",EUR")), "{sold:?}");
    let other = app.get("/admin/v1/reports/revenue?currency=USD").bearer(&desk).send().await.expect(200);
    assert_eq!(other.json["total"]["gross"], json!({"amount": 0, "currency": "USD"}));
}

#[tokio::test]
async fn best_sellers_funnel_and_stock_outs_say_what_happened() {
    let (app, desk) = sold().await;
    let get = |path: &str| app.get(&format!("/admin/v1/reports/{path}")).bearer(&desk).send();
    let best = get("best-sellers").await.expect(200);
    let pieces: Vec<_> = best.json["items"].as_array().unwrap().iter().map(|of| &of["pieces"]).collect();
    assert_eq!(pieces, [2, 1]);
    assert_eq!(best.json["items"][0]["title"], "Title of lamp");
    assert_eq!(get("best-sellers?limit=1").await.expect(200).json["items"].as_array().unwrap().len(), 1);
    let funnel = get("funnel").await.expect(200);
    assert_eq!(funnel.json["total"]["carts_created"], 2);
    assert_eq!(funnel.json["total"]["orders_placed"], 2);
    let out = get("stock-outs").await.expect(200);
    assert_eq!(out.json["items"][0]["available"], 1);
    assert_eq!(out.json["items"][0]["title"], "Title of lamp");
    assert!(out.json["items"][0].get("out_since").is_none());
    assert!(get("stock-outs?threshold=0").await.expect(200).json["items"].as_array().unwrap().is_empty());
    for report in REPORTS {
        let path = format!("/admin/v1/reports/{report}");
        let table = app.get(&path).bearer(&desk).header("accept", "text/csv").send().await.expect(200);
        assert!(
            table.text.contains("\r\n") && table.header("content-type").starts_with("text/csv"),
            "{report}"
        );
    }
}

#[tokio::test]
async fn days_that_make_no_report_are_refused() {
    let app = TestApp::start().await;
    let desk = app.token_of(Role::Support).await;
    for report in ["revenue", "best-sellers", "funnel"] {
        let get = |query: &str| app.get(&format!("/admin/v1/reports/{report}?{query}")).bearer(&desk).send();
        for odd in ["from=x", "to=2026-02-30", "from=2026-1-1", "days=3", "from=2026-01-01&from=2026-01-02"] {
            get(odd).await.refused(400, "invalid-query");
        }
        for range in ["from=2026-01-02&to=2026-01-01", "from=2024-01-01&to=2026-01-01", "from=9999-12-31"] {
            get(range).await.refused(422, "report-range-invalid");
        }
        get("from=2024-01-01&to=2024-12-31").await.expect(200);
    }
    let get = |query: &str| app.get(&format!("/admin/v1/reports/{query}")).bearer(&desk).send();
    for odd in
        ["revenue?currency=XXQ", "best-sellers?limit=0", "stock-outs?threshold=101", "stock-outs?limit=101"]
    {
        get(odd).await.refused(400, "invalid-query");
    }
    get("stock-outs?cursor=x").await.refused(400, "cursor-invalid");
}

#[tokio::test]
async fn the_audit_trail_is_read_page_by_page_and_by_who_and_what() {
    let app = TestApp::start().await;
    let owner = app.token_of(Role::Admin).await;
    for name in ["sales", "baskets", "milestones"] {
        let path = format!("/ops/v1/projections/{name}/rebuild");
        app.ask(Method::POST, &path).fresh_key().bearer(&owner).send().await.expect(200);
    }
    let get = |query: &str| app.get(&format!("/admin/v1/audit{query}")).bearer(&owner).send();
    let all = get("?limit=100").await.expect(200).json;
    let numbers: Vec<_> =
        all["items"].as_array().unwrap().iter().map(|of| of["number"].as_u64().unwrap()).collect();
    assert!(numbers.len() >= 2 && numbers.is_sorted_by(|one, other| one > other), "{all}");
    let (action, actor) =
        (all["items"][0]["action"].as_str().unwrap(), all["items"][0]["actor"].as_str().unwrap());
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = get(&format!("?limit=1{cursor}")).await.expect(200).json;
        seen.extend(page["items"].as_array().unwrap().iter().map(|of| of["number"].as_u64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, numbers);
    let of_action = get(&format!("?action={action}")).await.expect(200).json;
    assert!(of_action["items"].as_array().unwrap().iter().all(|of| of["action"] == action));
    assert!(
        !get(&format!("?actor={}", actor.replace(' ', "%20"))).await.expect(200).json["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert!(get("?actor=nobody").await.expect(200).json["items"].as_array().unwrap().is_empty());
    for odd in ["?limit=0", "?before=3"] {
        get(odd).await.refused(400, "invalid-query");
    }
    get("?cursor=x").await.refused(400, "cursor-invalid");
}
