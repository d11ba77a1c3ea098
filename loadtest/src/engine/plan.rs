//! A scenario made ready: templates read, expressions compiled, choices weighted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use reqwest::Method;

use crate::judge::{Kind, Rule, Taker};
use crate::scenario::{Executor, Poll, Scenario, Step, Think};
use crate::template::{Shape, Template};

/// A scenario made ready.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The seed of every decision.
    pub seed: u64,
    /// Executors, in the scenario's order.
    pub crews: Vec<Arc<Crew>>,
    /// Samples that were meant to start before this do not count.
    pub warm_up: Duration,
}

/// An executor and what its shoppers do.
#[derive(Debug)]
pub(crate) struct Crew {
    /// Its place in the scenario: whose chance it is.
    pub place: u64,
    /// As it was written.
    pub executor: Executor,
    journeys: Vec<(f64, Arc<Path>)>,
}

/// A journey made ready.
#[derive(Debug)]
pub(crate) struct Path {
    /// Its name.
    pub name: String,
    /// The pause before every step but the first.
    pub think: Option<Think>,
    /// Its steps.
    pub steps: Vec<Act>,
    /// What its steps name; rows are drawn of the feeders among it.
    pub names: BTreeSet<String>,
}

/// A step made ready.
#[derive(Debug)]
pub(crate) struct Act {
    /// Its name.
    pub name: String,
    /// What is done.
    pub action: Action,
    /// Its own headers over the scenario's.
    pub headers: Vec<(String, Template)>,
    /// Added to the path.
    pub query: Vec<(String, Template)>,
    /// What is sent.
    pub body: Option<Body>,
    /// The longest wait.
    pub timeout: Duration,
    /// The pause before it.
    pub think: Option<Think>,
    /// How likely it is done.
    pub probability: Option<f64>,
    /// Done only where this has a value.
    pub when: Option<String>,
    /// How often.
    pub repeat: Option<[u32; 2]>,
    /// Done for each element of this.
    pub for_each: Option<String>,
    /// Taken from the answer.
    pub takers: Vec<Taker>,
    /// What must hold.
    pub rules: Vec<Rule>,
    /// Kinds of good answers.
    pub kinds: Vec<Kind>,
    /// How likely the shopper leaves after it.
    pub leave: Option<f64>,
    /// Whether it is repeated until the rules hold.
    pub until: Option<Poll>,
    /// Whether the journey goes on when it fails.
    pub go_on: bool,
}

/// What a step does.
#[derive(Debug)]
pub(crate) enum Action {
    /// A request.
    Http(Method, Template),
    /// Opens the shopper's socket.
    Connect(Template),
    /// Sends a frame.
    Send(Shape),
    /// Reads frames until one fits.
    Expect(Vec<Rule>),
    /// Closes the socket.
    Close,
    /// Runs a program.
    Command(Vec<Template>),
    /// Waits.
    Pause(Think),
}

/// What is sent.
#[derive(Debug)]
pub(crate) enum Body {
    /// JSON.
    Json(Shape),
    /// A text as it is.
    Text(Template),
}

impl Plan {
    /// Makes a scenario ready that was checked; the error says what checking should have found.
    pub(crate) fn new(scenario: &Scenario) -> Result<Self, String> {
        let path = |journey: &crate::scenario::Journey| {
            let steps = acts(scenario, &journey.steps)?;
            let (name, think) = (journey.name.clone(), journey.think.clone());
            let path = Path { name, think, steps, names: journey.names() };
            Ok((journey.weight, Arc::new(path)))
        };
        let all: Vec<(f64, Arc<Path>)> = scenario.journeys.iter().map(path).collect::<Result<_, String>>()?;
        let crew = |(place, executor): (u64, &Executor)| {
            let journeys = all.iter().filter(|(_, path)| executor.makes(&path.name)).cloned().collect();
            Arc::new(Crew { place, executor: executor.clone(), journeys })
        };
        let crews = (0..).zip(&scenario.executors).map(crew).collect();
        Ok(Self { seed: scenario.seed, crews, warm_up: scenario.warm_up.0 })
    }
}

impl Crew {
    /// Which journey a shopper makes, by the weights.
    pub(crate) fn choose(&self, chance: &mut ChaCha8Rng) -> Option<&Arc<Path>> {
        let total: f64 = self.journeys.iter().map(|(weight, _)| weight).sum();
        let mut left = chance.random::<f64>() * total;
        let chosen = self.journeys.iter().find(|(weight, _)| {
            left -= weight;
            left < 0.0
        });
        chosen.or_else(|| self.journeys.last()).map(|(_, path)| path)
    }
}

/// Makes steps ready.
pub(crate) fn acts(scenario: &Scenario, steps: &[Step]) -> Result<Vec<Act>, String> {
    steps.iter().map(|step| act(scenario, step)).collect()
}

fn act(scenario: &Scenario, step: &Step) -> Result<Act, String> {
    let mut headers = scenario.http.headers.clone();
    headers.extend(step.headers.clone());
    let body = match (&step.json, &step.body) {
        (Some(json), _) => Some(Body::Json(Shape::parse(json)?)),
        (None, Some(text)) => Some(Body::Text(Template::parse(text)?)),
        (None, None) => None,
    };
    Ok(Act {
        name: step.name.clone(),
        action: action(step)?,
        headers: templates(&headers)?,
        query: templates(&step.query)?,
        body,
        timeout: step.timeout.unwrap_or(scenario.http.timeout).0,
        think: step.think.clone(),
        probability: step.probability,
        when: step.when.clone(),
        repeat: step.repeat,
        for_each: step.for_each.clone(),
        takers: step.extract.iter().map(|(name, take)| Taker::new(name, take)).collect::<Result<_, _>>()?,
        rules: step.assert.iter().map(Rule::new).collect::<Result<_, _>>()?,
        kinds: step.outcomes.iter().map(Kind::new).collect::<Result<_, _>>()?,
        leave: step.leave,
        until: step.until.clone(),
        go_on: step.go_on,
    })
}

fn action(step: &Step) -> Result<Action, String> {
    let requests = [
        (Method::GET, &step.get),
        (Method::POST, &step.post),
        (Method::PUT, &step.put),
        (Method::PATCH, &step.patch),
        (Method::DELETE, &step.delete),
    ];
    for (method, path) in requests {
        if let Some(path) = path {
            return Ok(Action::Http(method, Template::parse(path)?));
        }
    }
    if let Some(command) = &step.command {
        let words = command.iter().map(|word| Template::parse(word)).collect::<Result<_, _>>()?;
        return Ok(Action::Command(words));
    }
    if let Some(socket) = &step.socket {
        if let Some(path) = &socket.connect {
            return Ok(Action::Connect(Template::parse(path)?));
        }
        if let Some(frame) = &socket.send {
            return Ok(Action::Send(Shape::parse(frame)?));
        }
        if let Some(expect) = &socket.expect {
            return expect.iter().map(Rule::new).collect::<Result<_, _>>().map(Action::Expect);
        }
        return Ok(Action::Close);
    }
    Ok(Action::Pause(step.pause.clone().unwrap_or_default()))
}

fn templates(texts: &BTreeMap<String, String>) -> Result<Vec<(String, Template)>, String> {
    texts.iter().map(|(name, text)| Ok((name.clone(), Template::parse(text)?))).collect()
}
