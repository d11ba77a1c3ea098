//! A run that several processes share.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::server::Server;
use crate::{Desk, row};

/// The load tester as a process; it ends with this value.
struct Agent {
    child: Child,
    address: String,
}

impl Agent {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_amazoff-load"))
            .args(["agent", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("agent listens on ").unwrap().to_owned();
        Self { child, address }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn scenario(seconds: u32) -> Desk {
    Desk::with(&format!(
        "name = 'shared'\n[[journeys]]\nname = 'j'\nsteps = [{{ name = 's', get = '/items' }}]\n\
         [[executors]]\nname = 'e'\nmodel = 'open'\nstages = [{{ duration = '{seconds}s', rate = 51, jump = true }}]\n\
         [[thresholds]]\ncheck = 'errors==0'\n"
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agents_share_the_work_and_their_figures_are_put_together() {
    let (server, desk) = (Server::start().await, scenario(2));
    let (one, other) = (Agent::start(), Agent::start());
    let words = ["--target", &server.url(), "--agent", &one.address, "--agent", &other.address];
    assert_eq!(desk.run(&words).await, ExitCode::SUCCESS);
    let report = desk.report();
    assert_eq!(row(&report, "steps", "s")["count"], 102);
    assert_eq!(report["starts"]["started"], 102);
    assert_eq!(report["processes"], 2);
    assert_eq!(server.books.requests.load(Ordering::Relaxed), 102);
    let target = report["timeline"][0]["target"].as_f64().unwrap();
    assert!((target - 51.0).abs() < 0.01, "{target}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_agent_fails_the_run_unless_that_is_accepted() {
    let server = Server::start().await;
    for (word, code) in [("--quiet", ExitCode::from(1)), ("--allow-lost-agents", ExitCode::SUCCESS)] {
        let desk = scenario(4);
        let (one, other) = (Agent::start(), Agent::start());
        let (at_one, at_other) = (one.address.clone(), other.address.clone());
        let words = ["--target", &server.url(), "--agent", &at_one, "--agent", &at_other];
        let before = server.books.requests.load(Ordering::Relaxed);
        let lose = async {
            while server.books.requests.load(Ordering::Relaxed) < before + 20 {
                sleep(Duration::from_millis(5)).await;
            }
            drop(other);
        };
        let more = if word == "--quiet" { vec![] } else { vec![word] };
        let all: Vec<&str> = words.into_iter().chain(more).collect();
        let (got, ()) = tokio::join!(desk.run(&all), lose);
        assert_eq!(got, code, "{word}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_asks_only_hosts_that_it_allows_itself() {
    let server = Server::start().await;
    for (get, code) in [("http://shop.invalid/", ExitCode::from(1)), ("{{next}}", ExitCode::from(99))] {
        let desk = scenario(1);
        let text = std::fs::read_to_string(desk.file("scenario.toml")).unwrap().replace("/items", get);
        let text = text + "[variables]\nnext = 'http://shop.invalid/'\n";
        std::fs::write(desk.file("scenario.toml"), text).unwrap();
        let agent = Agent::start();
        let words = ["--target", &server.url(), "--agent", &agent.address, "--allow-host", "shop.invalid"];
        assert_eq!(desk.run(&words).await, code, "{get}");
        if code == ExitCode::from(99) {
            let errors = row(&desk.report(), "steps", "s")["errors"].clone();
            let mut told = errors.as_object().unwrap().keys();
            assert!(told.all(|why| why.starts_with("shop.invalid is not this machine")), "{errors}");
        }
    }
}

/// A run of two processes, in a process group of its own like one that a terminal started; it ends with this value.
struct Leader(Child);

impl Leader {
    fn start(desk: &Desk, target: &str) -> Self {
        let command = Command::new(env!("CARGO_BIN_EXE_amazoff-load"))
            .args(["run", desk.file("scenario.toml").to_str().unwrap(), "--target", target])
            .args(["--processes", "2", "--quiet", "--json", desk.file("report.json").to_str().unwrap()])
            .stdout(Stdio::null())
            .process_group(0)
            .spawn();
        Self(command.unwrap())
    }

    /// What Ctrl-C in the terminal does: every process of the group is told.
    fn interrupt(&self) {
        let kill = format!("kill -s INT -- -{}", self.0.id());
        Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status().unwrap();
    }

    /// Its exit code, when it has ended.
    fn ended(&mut self) -> Option<Option<i32>> {
        self.0.try_wait().unwrap().map(|status| status.code())
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

const LIMIT: Duration = Duration::from_secs(60);

/// Asks again and again until there is something.
async fn until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let limit = Instant::now() + LIMIT;
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < limit, "nothing came in {LIMIT:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_several_processes_that_is_stopped_by_hand_tells_what_it_measured() {
    let (server, desk) = (Server::start().await, scenario(600));
    let mut leader = Leader::start(&desk, &server.url());
    until(|| (server.books.requests.load(Ordering::Relaxed) >= 20).then_some(())).await;
    leader.interrupt();
    assert_eq!(until(|| leader.ended()).await, Some(1));
    let report = desk.report();
    assert_eq!(report["reasons"], serde_json::json!(["the run was stopped by hand"]));
    assert_eq!((&report["processes"], &report["lost"]), (&2.into(), &serde_json::json!([])));
    assert!(row(&report, "steps", "s")["count"].as_u64().unwrap() >= 20);
}

/// A run of two processes whose target never answers, and a connection of one of them.
async fn stuck(desk: &Desk) -> (Leader, TcpStream) {
    let target = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let leader = Leader::start(desk, &format!("http://{}", target.local_addr().unwrap()));
    let (asked, _) = timeout(LIMIT, target.accept()).await.unwrap().unwrap();
    (leader, asked)
}

/// Waits until who has asked is gone.
async fn gone(mut asked: TcpStream) {
    // Whether it ends or is reset is the system's to say.
    timeout(LIMIT, asked.read_to_end(&mut Vec::new())).await.unwrap().ok();
}

/// What never answers is waited for longer than a test lasts.
fn patient() -> Desk {
    let desk = scenario(600);
    let text = std::fs::read_to_string(desk.file("scenario.toml")).unwrap();
    let text = text.replace("model", "grace = '10m'\nmodel") + "[http]\ntimeout = '10m'\n";
    std::fs::write(desk.file("scenario.toml"), text).unwrap();
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_interrupt_ends_all_processes_at_once() {
    let desk = patient();
    let (mut leader, asked) = stuck(&desk).await;
    let code = until(|| {
        leader.interrupt();
        leader.ended()
    });
    assert_eq!(code.await, Some(130));
    gone(asked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_do_not_outlive_their_leader() {
    let desk = patient();
    let (leader, asked) = stuck(&desk).await;
    drop(leader);
    gone(asked).await;
}
