//! Acts of operators: who acts, under which key, and what a repeat gets.
//!
//! An act runs to its end also when its caller goes away, so that the audit trail tells the whole of it. A repeat with the
//! same key gets the first answer. This is kept in memory, for the newest acts of this node: after a restart a repeat acts
//! again, and the audit trail shows both. What failed may be repeated under its key.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use amazoff_supervisor::{AskError, CommandId, OperateError, Operator, spawn_guarded};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Serialize;
use serde_json::Value;

use crate::idempotency::{Asker, RequestKey};
use crate::identity::{Login, Shopper};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::reply::Reply;

/// Acts that are remembered.
const ACTS_MAX: usize = 1_000;

/// The newest acts and their answers. Clones share them.
#[derive(Clone, Default)]
pub struct Acts(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    acts: HashMap<CommandId, Kept>,
    /// Oldest first.
    order: VecDeque<CommandId>,
}

struct Kept {
    fingerprint: u64,
    /// `None` while it runs.
    answer: Option<Value>,
}

/// An act that runs; forgotten when it ends without an answer.
struct Running {
    acts: Acts,
    id: CommandId,
}

impl Acts {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer that is kept, or the right to act.
    fn begin(
        &self,
        id: CommandId,
        fingerprint: u64,
    ) -> Result<Result<Value, Running>, AskError<OperateError>> {
        let mut known = self.known();
        if let Some(kept) = known.acts.get(&id) {
            if kept.fingerprint != fingerprint {
                return Err(AskError::KeyReused);
            }
            return kept.answer.clone().map(Ok).ok_or(AskError::InFlight);
        }
        if known.order.len() >= ACTS_MAX
            && let Some(oldest) = known.order.pop_front()
        {
            known.acts.remove(&oldest);
        }
        known.acts.insert(id, Kept { fingerprint, answer: None });
        known.order.push_back(id);
        Ok(Err(Running { acts: self.clone(), id }))
    }
}

impl Running {
    fn done(self, answer: &Value) {
        if let Some(kept) = self.acts.known().acts.get_mut(&self.id) {
            kept.answer = Some(answer.clone());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut known = self.acts.known();
        if known.acts.get(&self.id).is_some_and(|kept| kept.answer.is_none()) {
            known.acts.remove(&self.id);
            known.order.retain(|id| *id != self.id);
        }
    }
}

/// Who acts.
pub(crate) struct Actor(pub(crate) Shopper);

impl FromRequestParts<Platform> for Actor {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        <Shopper as FromRequestParts<Platform>>::from_request_parts(parts, platform).await.map(Self)
    }
}

impl Actor {
    /// Has an act done once, and answers with what it came to.
    pub(crate) async fn act<T, F, R>(
        &self,
        platform: &Platform,
        key: &RequestKey,
        act: F,
    ) -> Result<Reply<Value>, Problem>
    where
        T: Serialize + Send + 'static,
        F: FnOnce(Operator) -> R + Send + 'static,
        R: Future<Output = Result<T, OperateError>> + Send + 'static,
    {
        let actor = name(self.0.logged_in()?);
        let envelope = key.envelope(&Asker::of(&self.0), platform.settings.ask_limit());
        let operator = platform.runtime.operator(platform.tree()?.clone(), actor);
        let running = match platform.acts.begin(envelope.command_id, envelope.fingerprint)? {
            Ok(answer) => return Ok(Reply::done(answer, true)),
            Err(running) => running,
        };
        let acting = spawn_guarded("act of an operator", async move {
            let done = act(operator).await.map_err(refused)?;
            let answer = serde_json::to_value(done).map_err(|error| Problem::bug(error.to_string()))?;
            running.done(&answer);
            Ok::<_, Problem>(answer)
        });
        let answer = acting.await.map_err(|panicked| Problem::bug(panicked.to_string()))??;
        Ok(Reply::done(answer, false))
    }
}

/// As the audit trail names whoever acts.
pub(crate) fn name(login: Login) -> String {
    match login {
        Login::Session(session) => session.user.to_string(),
        Login::Key(key) => format!("{} by {}", key.user, key.key),
    }
}

fn refused(error: OperateError) -> Problem {
    let field = match &error {
        OperateError::Limits(error) => error.field().map(|name| name.replace('~', "~0").replace('/', "~1")),
        _ => None,
    };
    let problem = Problem::from(error);
    match field {
        Some(name) => problem.at(&format!("/{name}")),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(number: u128) -> CommandId {
        CommandId(uuid::Uuid::from_u128(number))
    }

    fn kept(acts: &Acts) -> (usize, usize) {
        let known = acts.known();
        (known.acts.len(), known.order.len())
    }

    #[test]
    fn an_act_is_answered_once_and_repeated_from_memory() {
        let acts = Acts::default();
        let running = acts.begin(id(1), 7).unwrap().expect_err("the first may act");
        assert!(matches!(acts.begin(id(1), 7), Err(AskError::InFlight)));
        assert!(matches!(acts.begin(id(1), 8), Err(AskError::KeyReused)));
        running.done(&json!({"done": 1}));
        assert_eq!(acts.begin(id(1), 7).unwrap().ok(), Some(json!({"done": 1})));
    }

    #[test]
    fn an_act_that_failed_may_be_repeated_and_old_ones_are_forgotten() {
        let acts = Acts::default();
        drop(acts.begin(id(1), 7).unwrap().expect_err("the first may act"));
        assert!(acts.begin(id(1), 7).unwrap().is_err(), "nothing of it was kept");
        assert_eq!(kept(&acts), (0, 0));
        for number in 0..=1_000 {
            acts.begin(id(number), 7).unwrap().err().unwrap().done(&Value::Null);
        }
        assert_eq!(kept(&acts), (ACTS_MAX, ACTS_MAX));
        assert!(acts.begin(id(0), 7).unwrap().is_err(), "the oldest is forgotten");
        assert!(acts.begin(id(1_000), 7).unwrap().is_ok());
    }
}
