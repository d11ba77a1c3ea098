//! One entity that lives through commands, checked at every step.

use std::collections::BTreeMap;
use std::time::Duration;

use amazoff_supervisor::{
    ClaimChange, CommandId, Context, Decision, Entity, EntityId, Fault, Posting, Principal, Timestamp,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stored::{assert_same, json, round_trip};

/// When tests start: 2026-01-01T00:00:00Z.
const START: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);

/// An entity in memory with all that it ever committed. Each [`Life::run`] also checks that
///
/// - command, events, effects, reply, refusal and state survive their stored JSON form;
/// - the decision depends on nothing but state, command and context (it is taken twice, once on what was stored);
/// - replaying all events gives the live state;
/// - postings sum to zero per asset, and nobody claims a key twice in one commit;
/// - effects come with an event (their outbox key is the version that the event makes) and have a destination;
/// - refusals have a kebab-case code.
pub struct Life<E: Entity> {
    id: Uuid,
    state: E,
    /// The state as it comes back from its stored form.
    stored: E,
    events: Vec<E::Event>,
    balances: BTreeMap<(String, String), i64>,
    commands: u64,
    now: Timestamp,
    principal: Principal,
}

impl<E: Entity> Life<E> {
    /// An entity without history; the system asks, at a fixed start of time.
    #[track_caller]
    pub fn new(id: Uuid) -> Self {
        Self {
            id,
            state: E::default(),
            stored: round_trip(&E::default()),
            events: Vec::new(),
            balances: BTreeMap::new(),
            commands: 0,
            now: START,
            principal: Principal::System,
        }
    }
    /// Adds events that happened before.
    #[track_caller]
    pub fn happened(&mut self, events: impl IntoIterator<Item = E::Event>) {
        let news: Vec<E::Event> = events.into_iter().collect();
        if news.is_empty() {
            return;
        }
        for event in &news {
            self.state.apply(&round_trip(event));
        }
        let from_stored = self.stored.after(&news);
        assert_same("the state forgets something when it is stored", &json(&from_stored), &json(&self.state));
        self.events.extend(news);
        let replayed = E::default().after(&self.events);
        assert_same(
            "replaying all events does not give the live state",
            &json(&replayed),
            &json(&self.state),
        );
        self.stored = round_trip(&self.state);
    }
    /// Sets the time of the next commands.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }
    /// Moves the time of the next commands on.
    pub fn advance(&mut self, by: Duration) {
        self.now = self.now.plus(by);
    }
    /// Sets who asks from now on.
    pub fn set_principal(&mut self, principal: Principal) {
        self.principal = principal;
    }
    /// The time of the next command.
    pub fn now(&self) -> Timestamp {
        self.now
    }
    /// The state after everything so far.
    pub fn state(&self) -> &E {
        &self.state
    }
    /// Everything that happened.
    pub fn events(&self) -> &[E::Event] {
        &self.events
    }
    /// What the postings so far left on an account.
    pub fn balance(&self, account: &str, asset: &str) -> i64 {
        self.balances.get(&(account.to_owned(), asset.to_owned())).copied().unwrap_or(0)
    }

    /// Decides a command and applies what follows.
    ///
    /// # Errors
    /// The entity's refusal; nothing changed.
    ///
    /// # Panics
    /// When one of the checks of [`Life`] fails.
    #[track_caller]
    pub fn run(&mut self, command: E::Command) -> Result<Decision<E>, E::Rejection> {
        self.commands += 1;
        let context = Context {
            entity: EntityId::new(E::KIND, self.id),
            now: self.now,
            command_id: CommandId::derived(&[self.id.as_bytes(), &self.commands.to_be_bytes()]),
            principal: self.principal.clone(),
        };
        let outcome = self.state.decide(&command, &context);
        let again = self.stored.decide(&round_trip(&command), &round_trip(&context));
        assert_same(
            "the decision depends on more than its stored state, command and context",
            &outcome_json(&again),
            &outcome_json(&outcome),
        );
        match &outcome {
            Ok(decision) => self.commit(decision),
            Err(refusal) => check_refusal(refusal),
        }
        outcome
    }

    #[track_caller]
    fn commit(&mut self, decision: &Decision<E>) {
        round_trip(&decision.reply);
        check_effects(decision);
        check_claims(decision);
        check_postings(&decision.postings);
        for Posting { account, asset, amount } in &decision.postings {
            *self.balances.entry((account.clone(), asset.clone())).or_default() += amount;
        }
        self.happened(decision.events.iter().cloned());
    }
}

#[track_caller]
fn check_effects<E: Entity>(decision: &Decision<E>) {
    for effect in &decision.effects {
        let effect = round_trip(effect);
        assert!(!E::destination(&effect).is_empty(), "the effect has no destination: {:#}", json(&effect));
        assert!(!decision.events.is_empty(), "the effect comes without an event: {:#}", json(&effect));
    }
}

#[track_caller]
fn check_claims<E: Entity>(decision: &Decision<E>) {
    let mut taken = Vec::new();
    for change in &decision.claims {
        let (ClaimChange::Take(claim) | ClaimChange::Release(claim)) = change;
        assert!(!taken.contains(&claim), "one commit changes the claim {claim} twice");
        check_refusal(&E::claim_taken(claim));
        taken.push(claim);
    }
}

#[track_caller]
fn check_postings(postings: &[Posting]) {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for posting in postings {
        *sums.entry(&posting.asset).or_default() += posting.amount;
    }
    for (asset, sum) in sums {
        assert!(sum == 0, "the postings of {asset} sum to {sum}: {postings:#?}");
    }
}

#[track_caller]
fn check_refusal<R: Fault + serde::Serialize + serde::de::DeserializeOwned>(refusal: &R) {
    round_trip(refusal);
    let code = refusal.code();
    let kebab = code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    assert!(kebab && !code.is_empty(), "{code:?} is no kebab-case code");
    let facts = refusal.facts();
    assert!(facts.is_null() || facts.is_object(), "the facts of {code} are no object: {facts}");
}

/// All of a decision, or the refusal, as one JSON value.
#[track_caller]
fn outcome_json<E: Entity>(outcome: &Result<Decision<E>, E::Rejection>) -> Value {
    match outcome {
        Ok(decision) => json!({
            "events": json(&decision.events),
            "effects": json(&decision.effects),
            "reminders": json(&decision.reminders),
            "claims": json(&decision.claims),
            "postings": json(&decision.postings),
            "reply": json(&decision.reply),
        }),
        Err(refusal) => json!({ "refusal": json(refusal) }),
    }
}
