//! The scenario file.

use std::time::Duration;

use amazoff_supervisor::tree::{Intensity, Restart, Strategy};

/// One script.
#[derive(Debug, Default)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) root: Flags,
    pub(crate) children: Vec<Child>,
    pub(crate) crashes: Vec<Crash>,
    /// Why our tree answers something else; empty when it does not.
    pub(crate) differs: String,
    /// What it answers then.
    pub(crate) ours: Vec<String>,
}

/// How a supervisor supervises.
#[derive(Debug, Default)]
pub(crate) struct Flags {
    pub(crate) strategy: String,
    restarts_max: u32,
    period_s: u64,
}

#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) path: String,
    pub(crate) restart: String,
    pub(crate) role: Role,
}

#[derive(Debug)]
pub(crate) enum Role {
    /// Its starts with these numbers, from 1, fail.
    Worker {
        fails: Vec<usize>,
    },
    Supervisor(Flags),
}

#[derive(Debug)]
pub(crate) struct Crash {
    pub(crate) path: String,
    pub(crate) how: String,
}

impl Flags {
    fn parse(words: &[&str]) -> Self {
        let [strategy, restarts_max, period_s] = words else { panic!("not a supervisor: {words:?}") };
        Self {
            strategy: (*strategy).to_owned(),
            restarts_max: restarts_max.parse().unwrap(),
            period_s: period_s.parse().unwrap(),
        }
    }

    pub(crate) fn strategy(&self) -> Strategy {
        match self.strategy.as_str() {
            "one_for_one" => Strategy::OneForOne,
            "one_for_all" => Strategy::OneForAll,
            "rest_for_one" => Strategy::RestForOne,
            other => panic!("no strategy: {other}"),
        }
    }

    pub(crate) fn intensity(&self) -> Intensity {
        Intensity::new(self.restarts_max, Duration::from_secs(self.period_s))
    }
}

impl Child {
    /// The path above it; empty for the root.
    pub(crate) fn above(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(above, _)| above)
    }

    /// Its name among its siblings.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }

    pub(crate) fn restart(&self) -> Restart {
        match self.restart.as_str() {
            "permanent" => Restart::Permanent,
            "transient" => Restart::Transient,
            "temporary" => Restart::Temporary,
            other => panic!("no restart policy: {other}"),
        }
    }
}

pub(crate) fn parse(text: &str) -> Vec<Scenario> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let (word, rest) = line.split_once(' ').unwrap();
        if word == "scenario" {
            scenarios.push(Scenario { name: rest.to_owned(), ..Scenario::default() });
            continue;
        }
        let scenario = scenarios.last_mut().unwrap();
        let words: Vec<&str> = rest.split(' ').collect();
        match (word, words.as_slice()) {
            ("root", flags) => scenario.root = Flags::parse(flags),
            ("child", [path, restart, more @ ..]) => {
                let role = match more {
                    [] => Role::Worker { fails: Vec::new() },
                    ["fails", numbers @ ..] => {
                        Role::Worker { fails: numbers.iter().map(|number| number.parse().unwrap()).collect() }
                    }
                    flags => Role::Supervisor(Flags::parse(flags)),
                };
                let (path, restart) = ((*path).to_owned(), (*restart).to_owned());
                scenario.children.push(Child { path, restart, role });
            }
            ("crash", [path, how]) => {
                scenario.crashes.push(Crash { path: (*path).to_owned(), how: (*how).to_owned() })
            }
            ("differs", _) => scenario.differs = rest.to_owned(),
            ("ours", _) => scenario.ours.push(rest.to_owned()),
            _ => panic!("not understood: {line}"),
        }
    }
    scenarios
}
