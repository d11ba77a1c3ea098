//! Whole runs: what is sent, what is measured, and the exit code.

use std::process::ExitCode;
use std::sync::atomic::Ordering;

use crate::server::{PIECES, Server};
use crate::{Desk, row};

const SHOP: &str = r#"
name = "small"
seed = 7

[[setup]]
name = "look around"
get = "/items"
extract.things = { pointer = "/items" }

[[feeders]]
name = "thing"
from_setup = "things"
pick = "random"

[[journeys]]
name = "buy"
weight = 2
think = { uniform = ["1ms", "5ms"] }
[[journeys.steps]]
name = "items"
get = "/items"
query = { q = "tea & cake" }
assert = [{ status = 200 }, { pointer = "/items/0/id", equals = "a" }]
extract.any = { pointer = "/items", take = "random" }
[[journeys.steps]]
name = "order"
post = "/orders"
headers = { Idempotency-Key = "{{uuid}}" }
json = { item = "{{thing.id}}", other = "{{any.id}}", total = { amount = "{{random 1 9}}" } }
outcomes = [
  { name = "won", status = 201 },
  { name = "sold out", status = 409, assert = [{ pointer = "/code", equals = "sold-out" }], ends = true },
]

[[journeys]]
name = "follow"
[[journeys.steps]]
name = "open"
socket = { connect = "/live" }
[[journeys.steps]]
name = "hello"
socket = { expect = [{ pointer = "/type", equals = "hello" }] }
[[journeys.steps]]
name = "subscribe"
socket = { send = { topic = "order:{{thing.id}}" } }
[[journeys.steps]]
name = "third event"
socket = { expect = [{ pointer = "/seq", equals = 3 }] }
extract.topic = { pointer = "/topic" }
[[journeys.steps]]
name = "close"
socket = { close = true }

[[executors]]
name = "people"
model = "open"
stages = [{ duration = "1500ms", rate = 60, jump = true }]

[[thresholds]]
check = "errors==0"
[[thresholds]]
check = "count==20"
step = "order"
outcome = "won"

[[invariants]]
name = "no more is sold than there is"
within = "2s"
[[invariants.steps]]
name = "sold"
get = "/sold"
assert = [{ pointer = "/sold", equals = 20 }]

[[teardown]]
name = "clean"
delete = "/clean"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn shoppers_buy_and_follow_and_all_that_must_hold_is_judged() {
    let (server, desk) = (Server::start().await, Desk::with(SHOP));
    let (html, markdown) = (desk.file("report.html"), desk.file("report.md"));
    let words = [
        "--target",
        &server.url(),
        "--html",
        html.to_str().unwrap(),
        "--markdown",
        markdown.to_str().unwrap(),
    ];
    let code = desk.run(&words).await;
    let report = desk.report();
    assert_eq!(code, ExitCode::SUCCESS, "{}", report["reasons"]);
    assert_eq!(report["starts"]["started"], 90);
    assert_eq!(row(&report, "steps", "order")["outcomes"]["won"], PIECES);
    let (buy, follow) = (row(&report, "journeys", "buy"), row(&report, "journeys", "follow"));
    assert_eq!(buy["count"].as_u64().unwrap() + follow["count"].as_u64().unwrap(), 90);
    assert_eq!(row(&report, "steps", "third event")["count"], follow["count"]);
    assert!(buy["response"]["histogram"].as_str().unwrap().starts_with("HISTFAAA"));
    assert!(buy["response"]["p99"].as_f64().unwrap() > 0.0);
    assert_eq!(report["invariants"][0]["holds"], true);
    assert_eq!(server.books.cleaned.load(Ordering::Relaxed), 1);
    assert!(std::fs::read_to_string(html).unwrap().contains("<svg"));
    assert!(std::fs::read_to_string(markdown).unwrap().contains("| all steps |"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fast_run_that_breaks_an_invariant_fails() {
    let broken =
        SHOP.replace("equals = 20 }]", "equals = 19 }]").replace("within = \"2s\"", "within = \"600ms\"");
    let (server, desk) = (Server::start().await, Desk::with(&broken));
    assert_eq!(desk.run(&["--target", &server.url()]).await, ExitCode::from(99));
    let report = desk.report();
    assert_eq!(report["invariants"][0]["seen"], "sold: /sold is 20, not 19");
    assert!(report["thresholds"].as_array().unwrap().iter().all(|line| line["holds"] == true));
    assert_eq!(server.books.cleaned.load(Ordering::Relaxed), 1);
}

fn one_step(step: &str, rest: &str) -> String {
    format!(
        "name = 'one'\n[[journeys]]\nname = 'j'\nsteps = [{{ name = 's', {step} }}]\n[[executors]]\nname = 'e'\nmodel = 'open'\n\
         stages = [{{ duration = '1s', rate = 30, jump = true }}]\n{rest}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_sends_is_text_in_the_page() {
    let desk = Desk::with(&one_step("get = '/broken'", ""));
    let server = Server::start().await;
    let (html, markdown) = (desk.file("report.html"), desk.file("report.md"));
    let words = [
        "--target",
        &server.url(),
        "--html",
        html.to_str().unwrap(),
        "--markdown",
        markdown.to_str().unwrap(),
    ];
    assert_eq!(desk.run(&words).await, ExitCode::SUCCESS);
    assert_eq!(row(&desk.report(), "steps", "s")["errors"]["500 <script>alert(1)</script>"], 30);
    for file in [html, markdown] {
        let page = std::fs::read_to_string(file).unwrap();
        assert!(page.contains("&lt;script&gt;") || page.contains("&lt;script>"));
        assert!(!page.contains("<script"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_threshold_ends_with_99_and_an_unbroken_one_with_0() {
    let server = Server::start().await;
    for (check, code) in [("errors<50%", ExitCode::from(99)), ("errors<=100%", ExitCode::SUCCESS)] {
        let desk = Desk::with(&one_step("get = '/broken'", &format!("[[thresholds]]\ncheck = '{check}'")));
        assert_eq!(desk.run(&["--target", &server.url()]).await, code, "{check}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_with_abort_ends_the_run_early() {
    let long = one_step("get = '/broken'", "[[thresholds]]\ncheck = 'errors==0'\nabort = true\n");
    let desk = Desk::with(&long.replace("duration = '1s'", "duration = '600s'"));
    let server = Server::start().await;
    let begin = std::time::Instant::now();
    assert_eq!(desk.run(&["--target", &server.url()]).await, ExitCode::from(99));
    assert!(begin.elapsed().as_secs() < 60);
    assert!(desk.report()["reasons"][0].as_str().unwrap().starts_with("ended early: errors==0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_that_find_nobody_free_are_dropped() {
    let busy = one_step("get = '/slow'", "").replace("stages", "users_max = 1\npatience = '100ms'\nstages");
    let (server, desk) = (Server::start().await, Desk::with(&busy));
    assert_eq!(desk.run(&["--target", &server.url()]).await, ExitCode::SUCCESS);
    let starts = &desk.report()["starts"];
    assert!(starts["dropped"].as_u64().unwrap() >= 20, "{starts}");
    assert_eq!(starts["started"].as_u64().unwrap() + starts["dropped"].as_u64().unwrap(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_an_error_of_each_step_and_a_failed_setup_ends_with_1() {
    // Bound, but not listening: refused for as long as the test lasts.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let desk = Desk::with(&one_step("get = '/'", "[[thresholds]]\ncheck = 'errors==0'"));
    assert_eq!(desk.run(&["--target", &url]).await, ExitCode::from(99));
    let report = desk.report();
    let errors = row(&report, "steps", "s")["errors"].as_object().unwrap();
    assert!(errors.keys().all(|error| error.starts_with("connect: ")), "{errors:?}");
    let desk = Desk::with(&one_step("get = '/'", "[[setup]]\nname = 'first'\nget = '/'"));
    assert_eq!(desk.run(&["--target", &url]).await, ExitCode::from(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_report_is_compared_with() {
    let server = Server::start().await;
    let desk = Desk::with(&one_step("get = '/items'", "").replace("duration = '1s'", "duration = '7s'"));
    assert_eq!(desk.run(&["--target", &server.url()]).await, ExitCode::SUCCESS);
    let baseline = desk.file("baseline.json");
    std::fs::rename(desk.file("report.json"), &baseline).unwrap();
    let words = ["--target", &server.url(), "--baseline", baseline.to_str().unwrap()];
    assert_eq!(desk.run(&words).await, ExitCode::SUCCESS);
    let changes = desk.report()["comparison"]["changes"].clone();
    let rate = changes.as_array().unwrap().iter().find(|change| change["figure"] == "rate").unwrap();
    assert_eq!(rate["verdict"], "same", "{rate}");
    // A step that is not there any more may be slower than any.
    let renamed =
        one_step("get = '/items'", "").replace("'s'", "'t'").replace("'1s', rate = 30", "'2s', rate = 10");
    std::fs::write(desk.file("scenario.toml"), renamed).unwrap();
    let other = Server::start().await;
    let words = ["--target", &other.url(), "--baseline", baseline.to_str().unwrap(), "--fail-when-slower"];
    assert_eq!(desk.run(&words).await, ExitCode::from(99));
    let (reasons, warnings) = (&desk.report()["reasons"], &desk.report()["comparison"]["warnings"]);
    let told = reasons[0].as_str().unwrap();
    assert!(told.starts_with("s is not compared: measured in ") && told.ends_with("in 0 now"), "{reasons}");
    let begin = [
        "another target: ",
        "another highest rate asked for: 30/s before, 10/s now",
        "t is not compared: ",
        told,
    ];
    for expected in begin {
        let mut lines = warnings.as_array().unwrap().iter().filter_map(|line| line.as_str());
        assert!(lines.any(|line| line.starts_with(expected)), "{expected}: {warnings}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_from_an_answer_leads_to_hosts_that_are_allowed_only() {
    let server = Server::start().await;
    let elsewhere = "[variables]\nnext = 'http://shop.invalid/'\n";
    let desk = Desk::with(&one_step("get = '{{next}}'", elsewhere));
    assert_eq!(desk.run(&["--target", &server.url()]).await, ExitCode::SUCCESS);
    let refused =
        "shop.invalid is not this machine; if it is yours to put under load, add --allow-host shop.invalid";
    assert_eq!(row(&desk.report(), "steps", "s")["errors"][refused], 30);
    let once = |part: &str| format!("{elsewhere}[[{part}]]\nname = 'once'\nget = '{{{{next}}}}'\n");
    let desk = Desk::with(&one_step("get = '/items'", &once("teardown")));
    assert_eq!(desk.run(&["--target", &server.url()]).await, ExitCode::from(1));
    assert_eq!(desk.report()["reasons"][0], format!("teardown failed at step `once`: {refused}"));
    let invariant = once("invariants.steps").replace("[[", "[[invariants]]\nname = 'i'\n[[");
    let desk = Desk::with(&one_step("get = '/items'", &invariant));
    assert_eq!(desk.run(&["--target", &server.url()]).await, ExitCode::from(99));
    assert_eq!(desk.report()["invariants"][0]["seen"], format!("once: {refused}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_judged_by_its_exit_code_and_what_it_writes() {
    let server = Server::start().await;
    for (script, code) in [
        ("echo '{\"problems\": 0}'", ExitCode::SUCCESS),
        ("echo '{\"problems\": 1}'", ExitCode::from(99)),
        ("exit 3", ExitCode::from(99)),
    ] {
        let rest = format!(
            "[[invariants]]\nname = 'books'\ncommand = ['sh', '-c', '''{script}''']\n\
             assert = [{{ pointer = '/problems', equals = 0 }}]"
        );
        let desk = Desk::with(&one_step("get = '/items'", &rest));
        assert_eq!(desk.run(&["--target", &server.url()]).await, code, "{script}");
    }
}
