//! How a step is done and judged.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use tokio::time::{Instant, sleep, timeout_at};

use crate::engine::plan::{Act, Action, Body};
use crate::judge::{Rule, Seen, cut};
use crate::run::hosts::Reach;
use crate::target::{Ask, Reply, Socket, Target, Trouble};
use crate::template::{Missing, Scope, Template};

/// What a shopper does things with: what it knows, and its socket.
pub(crate) struct Hands {
    /// What it knows.
    pub scope: Scope,
    target: Arc<dyn Target>,
    reach: Arc<Reach>,
    socket: Option<Box<dyn Socket>>,
}

/// How a step went.
#[derive(Debug)]
pub(crate) struct Done {
    /// When the last byte was there.
    pub ended: Instant,
    /// What was made of it.
    pub verdict: Verdict,
}

/// What was made of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// As it should be.
    Good {
        /// Its kind, where the step tells kinds apart.
        outcome: Option<String>,
        /// Whether the journey ends with it.
        ends: bool,
    },
    /// Not as it should be; says why.
    Bad(String),
}

/// An answer, or the frame that was waited for, and when it was there.
struct Answer {
    reply: Reply,
    ended: Instant,
}

impl Hands {
    /// Empty ones.
    pub(crate) fn new(target: Arc<dyn Target>, reach: Arc<Reach>, scope: Scope) -> Self {
        Self { scope, target, reach, socket: None }
    }

    /// Does a step, again and again where it says so, and judges the last answer.
    pub(crate) async fn perform(&mut self, act: &Act) -> Done {
        let Some(poll) = &act.until else { return self.once(act).await };
        let limit = Instant::now() + poll.within.0;
        loop {
            let done = self.once(act).await;
            if matches!(done.verdict, Verdict::Good { .. }) || Instant::now() + poll.every.0 > limit {
                return done;
            }
            sleep(poll.every.0).await;
        }
    }

    async fn once(&mut self, act: &Act) -> Done {
        match self.act(act).await {
            Ok(Answer { reply, ended }) => Done { ended, verdict: self.judge(act, &reply) },
            Err(why) => Done { ended: Instant::now(), verdict: Verdict::Bad(cut(&why)) },
        }
    }

    async fn act(&mut self, act: &Act) -> Result<Answer, String> {
        match &act.action {
            Action::Http(..) => {
                let ask = self.ready(act)?;
                let reply = self.target.ask(ask).await.map_err(|trouble| trouble.to_string())?;
                Ok(Answer { reply, ended: Instant::now() })
            }
            Action::Connect(_) => {
                let ask = self.ready(act)?;
                self.socket = None;
                let socket = self.target.open(ask).await.map_err(|trouble| trouble.to_string())?;
                self.socket = Some(socket);
                Ok(nothing())
            }
            Action::Send(shape) => {
                let frame = shape.value(&mut self.scope).map_err(|missing| missing.to_string())?;
                let socket = self.socket.as_mut().ok_or_else(|| Trouble::NoSocket.to_string())?;
                let sent = tokio::time::timeout(act.timeout, socket.send(frame.to_string())).await;
                sent.unwrap_or(Err(Trouble::Timeout)).map_err(|trouble| trouble.to_string())?;
                Ok(nothing())
            }
            Action::Expect(rules) => self.expect(rules, act.timeout).await,
            Action::Close => {
                if let Some(mut socket) = self.socket.take() {
                    // A peer that says no goodbye is left without one.
                    drop(tokio::time::timeout(act.timeout, socket.close()).await);
                }
                Ok(nothing())
            }
            Action::Command(words) => self.command(words, act.timeout).await,
            Action::Pause(_) => Ok(nothing()),
        }
    }

    /// The request, if it goes where it may.
    fn ready(&mut self, act: &Act) -> Result<Ask, String> {
        let ask = ready(act, self.reach.base(), &mut self.scope).map_err(|missing| missing.to_string())?;
        self.reach.check(&ask.address)?;
        Ok(ask)
    }

    async fn expect(&mut self, rules: &[Rule], limit: Duration) -> Result<Answer, String> {
        let limit = Instant::now() + limit;
        let headers = HeaderMap::new();
        let socket = self.socket.as_mut().ok_or_else(|| Trouble::NoSocket.to_string())?;
        loop {
            let come = timeout_at(limit, socket.next()).await.unwrap_or(Err(Trouble::Timeout));
            let (ended, text) = come.map_err(|trouble| trouble.to_string())?;
            let seen = Seen::new(200, &headers, text.as_bytes());
            if rules.iter().all(|rule| rule.check(&seen, &mut self.scope).is_ok()) {
                let reply = Reply { status: 200, headers, body: text.into_bytes() };
                return Ok(Answer { reply, ended });
            }
        }
    }

    async fn command(&mut self, words: &[Template], limit: Duration) -> Result<Answer, String> {
        let filled = words.iter().map(|word| word.text(&mut self.scope)).collect::<Result<Vec<_>, _>>();
        let filled = filled.map_err(|missing| missing.to_string())?;
        let (code, body) = run(&filled, limit).await?;
        let status = u16::try_from(code).unwrap_or(u16::MAX);
        Ok(Answer { reply: Reply { status, headers: HeaderMap::new(), body }, ended: Instant::now() })
    }

    fn judge(&mut self, act: &Act, reply: &Reply) -> Verdict {
        let seen = Seen::new(reply.status, &reply.headers, &reply.body);
        let failed = match &act.action {
            Action::Command(_) => reply.status != 0,
            _ => reply.status >= 400,
        };
        if act.kinds.is_empty() && failed && !act.rules.iter().any(Rule::is_of_status) {
            return Verdict::Bad(seen.label());
        }
        for rule in &act.rules {
            if let Err(why) = rule.check(&seen, &mut self.scope) {
                return Verdict::Bad(cut(&why));
            }
        }
        let kind = act.kinds.iter().find(|kind| kind.fits(&seen, &mut self.scope));
        if kind.is_none() && !act.kinds.is_empty() {
            return Verdict::Bad(seen.label());
        }
        let ends = kind.is_some_and(|kind| kind.ends);
        for taker in &act.takers {
            // A journey that ends here needs nothing from the answer.
            if let Err(why) = taker.take(&seen, &mut self.scope)
                && !ends
            {
                return Verdict::Bad(why);
            }
        }
        Verdict::Good { outcome: kind.map(|kind| kind.name.clone()), ends }
    }
}

/// An answer that says nothing.
fn nothing() -> Answer {
    let reply = Reply { status: 0, headers: HeaderMap::new(), body: Vec::new() };
    Answer { reply, ended: Instant::now() }
}

/// Runs a program to its end; its exit code and what it wrote. It is killed when it takes too long.
pub(crate) async fn run(words: &[String], limit: Duration) -> Result<(i32, Vec<u8>), String> {
    let [program, arguments @ ..] = words else { return Err("no program".to_owned()) };
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(limit, command.output()).await;
    let output = output.map_err(|_late| format!("{program}: timeout"))?;
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    let code = output.status.code().ok_or_else(|| format!("{program}: killed by a signal"))?;
    // Who fails without a word on the standard output says why beside it.
    let told = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    Ok((code, told))
}

/// The request of an HTTP step or of a socket's opening, filled in.
pub(crate) fn ready(act: &Act, base: &str, scope: &mut Scope) -> Result<Ask, Missing> {
    let (method, path) = match &act.action {
        Action::Http(method, path) => (method.clone(), path),
        Action::Connect(path) => (Method::GET, path),
        _ => return Err(Missing(act.name.clone())),
    };
    let path = path.text(scope)?;
    let mut address = if path.starts_with('/') { format!("{base}{path}") } else { path };
    if !act.query.is_empty() {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &act.query {
            pairs.append_pair(name, &value.text(scope)?);
        }
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(&pairs.finish());
    }
    let mut headers = Vec::new();
    for (name, value) in &act.headers {
        headers.push((name.clone(), value.text(scope)?));
    }
    let body = match &act.body {
        None => None,
        Some(Body::Text(text)) => Some(text.text(scope)?.into_bytes()),
        Some(Body::Json(shape)) => {
            if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
            }
            Some(shape.value(scope)?.to_string().into_bytes())
        }
    };
    Ok(Ask { method, address, headers, body, timeout: act.timeout })
}
