//! Stripe's desk: PaymentIntents with manual capture, refunds, disputes and events.
//!
//! What is here follows Stripe's documentation: statuses, field names, error types and codes, and what a key remembers. What is
//! not here is refused: an unknown parameter or address is an error, so that a client's slip of the pen shows.

mod amount;
mod card;
mod events;
mod failure;
mod form;
mod intents;
mod lists;
mod objects;
mod refunds;

use std::collections::{BTreeMap, VecDeque};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

pub(crate) use self::failure::Failure;
use self::form::Form;
use self::objects::{Dispute, Intent, Refund};
use crate::keys::{Keys, Known, fingerprint};
use crate::options::Options;
use crate::wire::{Ask, Reply, pairs};
use crate::world::Office;

/// The version of the interface that is spoken.
pub(crate) const VERSION: &str = "2025-03-31.basil";
/// The longest idempotency key.
const KEY_LENGTH_MAX: usize = 255;

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Create,
    Show(String),
    List,
    Confirm(String),
    Capture(String),
    Cancel(String),
    Refund,
    ShowRefund(String),
    ListRefunds,
    ShowEvent(String),
    ListEvents,
}

impl Route {
    /// The route of a request; `None` when there is none.
    pub(crate) fn of(ask: &Ask) -> Option<Self> {
        let id = |id: &&str| (*id).to_owned();
        Some(match (ask.method.as_str(), ask.segments().as_slice()) {
            ("POST", ["v1", "payment_intents"]) => Self::Create,
            ("GET", ["v1", "payment_intents"]) => Self::List,
            ("GET", ["v1", "payment_intents", intent]) => Self::Show(id(intent)),
            ("POST", ["v1", "payment_intents", intent, "confirm"]) => Self::Confirm(id(intent)),
            ("POST", ["v1", "payment_intents", intent, "capture"]) => Self::Capture(id(intent)),
            ("POST", ["v1", "payment_intents", intent, "cancel"]) => Self::Cancel(id(intent)),
            ("POST", ["v1", "refunds"]) => Self::Refund,
            ("GET", ["v1", "refunds"]) => Self::ListRefunds,
            ("GET", ["v1", "refunds", refund]) => Self::ShowRefund(id(refund)),
            ("GET", ["v1", "events"]) => Self::ListEvents,
            ("GET", ["v1", "events", event]) => Self::ShowEvent(id(event)),
            _ => return None,
        })
    }
    /// What plans call it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Create => "stripe.intent.create",
            Self::Show(_) => "stripe.intent.show",
            Self::List => "stripe.intent.list",
            Self::Confirm(_) => "stripe.intent.confirm",
            Self::Capture(_) => "stripe.intent.capture",
            Self::Cancel(_) => "stripe.intent.cancel",
            Self::Refund => "stripe.refund.create",
            Self::ShowRefund(_) => "stripe.refund.show",
            Self::ListRefunds => "stripe.refund.list",
            Self::ShowEvent(_) => "stripe.event.show",
            Self::ListEvents => "stripe.event.list",
        }
    }
}

/// Stripe's memory.
#[derive(Debug)]
pub(crate) struct Stripe {
    secret_key: String,
    pub(crate) keys: Keys,
    intents: BTreeMap<String, Intent>,
    order: Vec<String>,
    refunds: BTreeMap<String, Refund>,
    refund_order: Vec<String>,
    disputes: BTreeMap<String, Dispute>,
    events: VecDeque<(String, Value)>,
    /// Nothing is late before this moment, in seconds.
    looked_at_s: i64,
}

impl Stripe {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            secret_key: options.stripe_secret_key.clone(),
            keys: Keys::default(),
            intents: BTreeMap::new(),
            order: Vec::new(),
            refunds: BTreeMap::new(),
            refund_order: Vec::new(),
            disputes: BTreeMap::new(),
            events: VecDeque::new(),
            looked_at_s: i64::MIN,
        }
    }

    /// Whether the object is one of Stripe's.
    pub(crate) fn has_intent(&self, id: &str) -> bool {
        self.intents.contains_key(id)
    }
    pub(crate) fn has_dispute(&self, id: &str) -> bool {
        self.disputes.contains_key(id)
    }
    pub(crate) fn waits_for_shopper(&self, id: &str) -> bool {
        self.intents.get(id).is_some_and(|intent| intent.status == objects::Status::RequiresAction)
    }

    /// Answers a request. With `stored_500`, the key remembers a 500 instead of the answer, which `done` says was made.
    pub(crate) fn answer(
        &mut self,
        office: &mut Office,
        route: &Route,
        ask: &Ask,
        stored_500: Option<bool>,
    ) -> Reply {
        if !self.knows(ask) {
            return Failure::unauthorized().reply();
        }
        self.expire_in_time(office);
        let key = ask.header("idempotency-key").filter(|_| ask.method == "POST");
        let Some(key) = key else {
            return match self.perform(office, route, ask, None) {
                Ok(body) => Reply::json(200, body),
                Err(failure) => failure.reply(),
            };
        };
        if key.is_empty() || key.len() > KEY_LENGTH_MAX {
            return Failure::param("parameter_invalid", "Idempotency-Key", "1 to 255 letters.").reply();
        }
        let print = fingerprint(&[&ask.method, &ask.path, &sorted(&ask.body)]);
        match self.keys.look(key, &print) {
            Known::Answered(reply) => return reply.with("idempotent-replayed", "true"),
            Known::OtherQuestion => return Failure::other_question().reply(),
            Known::Busy => return Failure::key_in_use().reply(),
            Known::Fresh => {}
        }
        let done = match stored_500 {
            Some(false) => Err(Failure::broken()),
            Some(true) | None => self.perform(office, route, ask, Some(key)),
        };
        let (reply, early) = match (done, stored_500) {
            (Err(failure), _) if failure.early => (failure.reply(), true),
            (_, Some(_)) => (Failure::broken().reply(), false),
            (Ok(body), None) => (Reply::json(200, body), false),
            (Err(failure), None) => (failure.reply(), false),
        };
        if !early {
            self.keys.keep(key, print, reply.clone(), office.clock.now_ms());
        }
        reply
    }

    fn perform(
        &mut self,
        office: &mut Office,
        route: &Route,
        ask: &Ask,
        key: Option<&str>,
    ) -> Result<Value, Failure> {
        let given = if ask.method == "GET" { ask.query.clone() } else { pairs(&ask.body) };
        let mut form = Form::of(given)?;
        match route {
            Route::Create => self.create(office, form, key),
            Route::Show(id) => {
                let expand = form.list("expand").iter().any(|field| field == "latest_charge");
                self.show(id, expand)
            }
            Route::List => self.list_intents(form),
            Route::Confirm(id) => self.confirm(office, id, form, key),
            Route::Capture(id) => self.capture(office, id, form, key),
            Route::Cancel(id) => self.cancel(office, id, form, key),
            Route::Refund => self.refund(office, form, key),
            Route::ShowRefund(id) => self.show_refund(id),
            Route::ListRefunds => self.list_refunds(form),
            Route::ShowEvent(id) => self.show_event(id),
            Route::ListEvents => self.list_events(form),
        }
    }

    /// Whether the request shows the secret key, as a bearer token or as the user name of basic authentication.
    fn knows(&self, ask: &Ask) -> bool {
        let Some((scheme, shown)) = ask.header("authorization").and_then(|header| header.split_once(' '))
        else {
            return false;
        };
        match scheme.to_ascii_lowercase().as_str() {
            "bearer" => shown == self.secret_key,
            "basic" => {
                let user = STANDARD.decode(shown).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                user.as_deref().and_then(|user| user.strip_suffix(':')) == Some(self.secret_key.as_str())
            }
            _ => false,
        }
    }

    /// Gives up what is late, once a second of the simulator's time at most.
    pub(crate) fn expire_in_time(&mut self, office: &mut Office) {
        let now_s = office.clock.now_s();
        if now_s > self.looked_at_s {
            self.looked_at_s = now_s;
            self.expire(office);
        }
    }
}

/// A form in an order of its own, so that it has one spelling.
fn sorted(body: &str) -> String {
    let mut pairs = pairs(body);
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{}:{name}={value};", value.len())).collect()
}
