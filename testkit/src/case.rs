//! given / when / then.

use amazoff_supervisor::{ClaimChange, Decision, Entity, Posting, Principal, ReminderChange, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use crate::life::Life;
use crate::stored::{assert_same, json};

/// The id of the entity under test, unless [`Given::entity`] sets another.
const ENTITY: Uuid = Uuid::from_u128(0x0e17);

/// Starts a case with what happened before.
#[track_caller]
pub fn given<E: Entity>(events: impl IntoIterator<Item = E::Event>) -> Given<E> {
    Given { id: ENTITY, events: events.into_iter().collect() }
}

/// What happened before the command under test.
pub struct Given<E: Entity> {
    id: Uuid,
    events: Vec<E::Event>,
}

impl<E: Entity> Given<E> {
    /// Names the entity, where its id matters.
    #[must_use]
    pub fn entity(mut self, id: impl Into<Uuid>) -> Self {
        self.id = id.into();
        self
    }
    /// The command under test.
    #[must_use = "nothing is checked before the first then_"]
    #[track_caller]
    pub fn when(self, command: E::Command) -> Case<E> {
        let mut life = Life::new(self.id);
        life.happened(self.events);
        Case { life, step: Step::Waiting(command) }
    }
}

/// A command on its way: set the time and the asker, then say what follows. It is decided at the first `then_`.
pub struct Case<E: Entity> {
    life: Life<E>,
    step: Step<E>,
}

enum Step<E: Entity> {
    Waiting(E::Command),
    Decided(Result<Decision<E>, E::Rejection>),
}

impl<E: Entity> Case<E> {
    /// Sets the time of this command and the following ones.
    #[must_use = "nothing is checked before the first then_"]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.life.set_now(now);
        self
    }
    /// Sets who asks this command and the following ones.
    #[must_use = "nothing is checked before the first then_"]
    pub fn by(mut self, principal: Principal) -> Self {
        self.life.set_principal(principal);
        self
    }
    /// A further command on the state that the one before left.
    #[must_use = "nothing is checked before the first then_"]
    #[track_caller]
    pub fn when(self, command: E::Command) -> Self {
        let mut case = self.decided();
        case.step = Step::Waiting(command);
        case
    }

    /// Exactly these events, in this order.
    #[track_caller]
    pub fn then_events(self, events: impl IntoIterator<Item = E::Event>) -> Self {
        let events: Vec<E::Event> = events.into_iter().collect();
        self.compare("the events differ", &events, |decision| &decision.events)
    }
    /// Exactly these effects, in this order.
    #[track_caller]
    pub fn then_effects(self, effects: impl IntoIterator<Item = E::Effect>) -> Self {
        let effects: Vec<E::Effect> = effects.into_iter().collect();
        self.compare("the effects differ", &effects, |decision| &decision.effects)
    }
    /// Exactly these reminders, in this order.
    #[track_caller]
    pub fn then_reminders(self, reminders: impl IntoIterator<Item = ReminderChange>) -> Self {
        let reminders: Vec<ReminderChange> = reminders.into_iter().collect();
        self.compare("the reminders differ", &reminders, |decision| &decision.reminders)
    }
    /// Exactly these claims, in this order.
    #[track_caller]
    pub fn then_claims(self, claims: impl IntoIterator<Item = ClaimChange>) -> Self {
        let claims: Vec<ClaimChange> = claims.into_iter().collect();
        self.compare("the claims differ", &claims, |decision| &decision.claims)
    }
    /// Exactly these postings, in this order.
    #[track_caller]
    pub fn then_postings(self, postings: impl IntoIterator<Item = Posting>) -> Self {
        let postings: Vec<Posting> = postings.into_iter().collect();
        self.compare("the postings differ", &postings, |decision| &decision.postings)
    }
    /// Exactly this answer.
    #[track_caller]
    pub fn then_reply(self, reply: E::Reply) -> Self {
        self.compare("the reply differs", &reply, |decision| &decision.reply)
    }
    /// An answer of which the closure asserts what matters.
    #[track_caller]
    pub fn then_reply_is(self, check: impl FnOnce(&E::Reply)) -> Self {
        let case = self.decided();
        check(&case.accepted().reply);
        case
    }
    /// It is accepted, and nothing follows: no event, effect, reminder, claim or posting.
    #[track_caller]
    pub fn then_nothing_happens(self) -> Self {
        self.then_events([]).then_effects([]).then_reminders([]).then_claims([]).then_postings([])
    }
    /// Exactly this refusal.
    #[track_caller]
    pub fn then_rejects(self, rejection: E::Rejection) -> Self {
        let case = self.decided();
        match &case.step {
            Step::Decided(Err(got)) => assert_same("the refusal differs", &json(got), &json(&rejection)),
            Step::Decided(Ok(decision)) => panic!(
                "the command is accepted, not refused as {}\n  events: {:#}\n  reply: {:#}",
                json(&rejection),
                json(&decision.events),
                json(&decision.reply),
            ),
            Step::Waiting(_) => unreachable!("decided just now"),
        }
        case
    }
    /// A state of which the closure asserts what matters.
    #[track_caller]
    pub fn then_state(self, check: impl FnOnce(&E)) -> Self {
        let case = self.decided();
        check(case.life.state());
        case
    }

    #[track_caller]
    fn compare<T: Serialize>(self, what: &str, wanted: &T, part: impl FnOnce(&Decision<E>) -> &T) -> Self {
        let case = self.decided();
        assert_same(what, &json(part(case.accepted())), &json(wanted));
        case
    }
    #[track_caller]
    fn accepted(&self) -> &Decision<E> {
        match &self.step {
            Step::Decided(Ok(decision)) => decision,
            Step::Decided(Err(refusal)) => {
                panic!("the command is refused: {refusal}\n  as {:#}", json(refusal))
            }
            Step::Waiting(_) => unreachable!("decided before"),
        }
    }
    #[track_caller]
    fn decided(self) -> Self {
        let Self { mut life, step } = self;
        let step = match step {
            Step::Waiting(command) => Step::Decided(life.run(command)),
            decided @ Step::Decided(_) => decided,
        };
        Self { life, step }
    }
}
