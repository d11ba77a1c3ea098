//! A run that several processes share.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::Ordering;

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
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            drop(other);
        };
        let more = if word == "--quiet" { vec![] } else { vec![word] };
        let all: Vec<&str> = words.into_iter().chain(more).collect();
        let (got, ()) = tokio::join!(desk.run(&all), lose);
        assert_eq!(got, code, "{word}");
    }
}
