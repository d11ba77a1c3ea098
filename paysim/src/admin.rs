//! `/__sim/…`: plans, clocks, messages, disputes, the ledger, and the page where the shopper acts.

use serde_json::{Value, json};

use crate::faults::Plan;
use crate::webhooks::Mishaps;
use crate::wire::{Ask, Reply};
use crate::world::{Shared, World};

/// How the shopper answers the bank's or PayPal's question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Agrees.
    Approve,
    /// Refuses.
    Decline,
    /// Agrees, with a card that the bank then refuses.
    ApproveWithABadCard,
}

/// Answers a request to the simulator itself; `None` for one to a provider.
pub(crate) fn answer(world: &Shared, ask: &Ask) -> Option<Reply> {
    let segments = ask.segments();
    let ["__sim", rest @ ..] = segments.as_slice() else { return None };
    let mut world = world.lock();
    let world = &mut *world;
    Some(match (ask.method.as_str(), rest) {
        ("GET", ["ledger"]) => Reply::json(200, json!(world.office.books)),
        ("GET", ["faults"]) => faults(world),
        ("POST", ["faults"]) => plan(world, ask),
        ("DELETE", ["faults"]) => {
            world.faults.clear();
            Reply::empty(204)
        }
        ("GET", ["webhooks"]) => webhooks(world),
        ("POST", ["webhooks"]) => set_mishaps(world, ask),
        ("POST", ["webhooks", "release"]) => {
            Reply::json(200, json!({ "released": world.office.messages.release() }))
        }
        ("POST", ["webhooks", "take"]) => {
            let now_s = world.office.clock.now_s();
            Reply::json(200, json!(world.office.messages.take(now_s)))
        }
        ("POST", ["clock"]) => clock(world, ask),
        ("POST", ["keys", "prune"]) => Reply::json(200, json!({ "pruned": world.prune(true) })),
        ("GET", ["act", reference]) => page(world, reference),
        ("POST", ["act", reference, how]) => act(world, reference, how),
        ("POST", ["disputes", reference]) => {
            let amount = number(ask, "amount").and_then(|amount| i64::try_from(amount).ok());
            simple(world.dispute(reference, amount))
        }
        ("POST", ["disputes", dispute, how @ ("won" | "lost")]) => {
            simple(world.close_dispute(dispute, *how == "won"))
        }
        ("POST", ["refunds", refund, how @ ("succeed" | "fail")]) => {
            let ended = world.stripe.end_refund(&mut world.office, refund, *how == "fail");
            ended.map_or_else(|failure| failure.reply(), |body| Reply::json(200, body))
        }
        _ => Reply::json(404, json!({ "error": "the simulator has no such address" })),
    })
}

impl World {
    /// Sets the clock ahead; what is late then is given up, and old keys are forgotten.
    pub(crate) fn advance(&mut self, ms: u64) {
        self.office.clock.advance(ms);
        self.stripe.expire_in_time(&mut self.office);
        self.paypal.expire_in_time(&mut self.office);
        self.prune(false);
    }
    pub(crate) fn prune(&mut self, all: bool) -> usize {
        let now_ms = self.office.clock.now_ms();
        self.stripe.keys.prune(now_ms, all) + self.paypal.keys.prune(now_ms, all)
    }
    /// The shopper answers; where the shopper is sent then.
    pub(crate) fn act(&mut self, reference: &str, act: Act) -> Result<String, Reply> {
        if self.stripe.has_intent(reference) {
            self.stripe.act(&mut self.office, reference, act).map_err(|failure| failure.reply())
        } else if self.paypal.has_order(reference) {
            let acted = self.paypal.act(&mut self.office, reference, act);
            acted.map_err(|failure| failure.reply())
        } else {
            Err(unknown(reference))
        }
    }
    pub(crate) fn dispute(&mut self, reference: &str, amount: Option<i64>) -> Result<Value, Reply> {
        if self.stripe.has_intent(reference) {
            self.stripe.dispute(&mut self.office, reference, amount).map_err(|failure| failure.reply())
        } else if self.paypal.has_order(reference) {
            self.paypal.dispute(&mut self.office, reference, amount).map_err(|failure| failure.reply())
        } else {
            Err(unknown(reference))
        }
    }
    pub(crate) fn close_dispute(&mut self, dispute: &str, won: bool) -> Result<Value, Reply> {
        if self.stripe.has_dispute(dispute) {
            self.stripe.close_dispute(&mut self.office, dispute, won).map_err(|failure| failure.reply())
        } else if self.paypal.has_dispute(dispute) {
            self.paypal.close_dispute(&mut self.office, dispute, won).map_err(|failure| failure.reply())
        } else {
            Err(unknown(dispute))
        }
    }
}

fn unknown(reference: &str) -> Reply {
    Reply::json(404, json!({ "error": format!("the simulator knows no {reference}") }))
}

fn simple(done: Result<Value, Reply>) -> Reply {
    done.map_or_else(|refusal| refusal, |body| Reply::json(200, body))
}

fn wrong(error: &serde_json::Error) -> Reply {
    Reply::json(400, json!({ "error": error.to_string() }))
}

fn faults(world: &World) -> Reply {
    let faults = &world.faults;
    Reply::json(200, json!({ "waiting": faults.waiting(), "fired": faults.fired(), "asked": faults.asked() }))
}

fn plan(world: &mut World, ask: &Ask) -> Reply {
    match serde_json::from_str::<Plan>(&ask.body) {
        Err(error) => wrong(&error),
        Ok(plan) => {
            let taken = world.faults.plan(plan);
            if taken {
                Reply::empty(204)
            } else {
                Reply::json(429, json!({ "error": "too many plans wait" }))
            }
        }
    }
}

fn webhooks(world: &World) -> Reply {
    let messages = &world.office.messages;
    Reply::json(
        200,
        json!({
            "mishaps": messages.mishaps, "sent": messages.sent, "waiting": messages.waiting(),
            "held": messages.held(),
        }),
    )
}

fn set_mishaps(world: &mut World, ask: &Ask) -> Reply {
    match serde_json::from_str::<Mishaps>(&ask.body) {
        Err(error) => wrong(&error),
        Ok(mishaps) => {
            world.office.messages.mishaps = mishaps;
            Reply::empty(204)
        }
    }
}

fn number(ask: &Ask, name: &str) -> Option<u64> {
    let body: Value = serde_json::from_str(&ask.body).ok()?;
    body.get(name)?.as_u64()
}

fn clock(world: &mut World, ask: &Ask) -> Reply {
    let Some(ms) = number(ask, "advance_ms") else {
        return Reply::json(400, json!({ "error": "write {\"advance_ms\": 1000}" }));
    };
    world.advance(ms);
    Reply::json(200, json!({ "now_ms": world.office.clock.now_ms() }))
}

fn act(world: &mut World, reference: &str, how: &str) -> Reply {
    let act = match how {
        "approve" => Act::Approve,
        "decline" => Act::Decline,
        "approve-with-a-bad-card" => Act::ApproveWithABadCard,
        _ => return unknown(how),
    };
    match world.act(reference, act) {
        Err(refusal) => refusal,
        Ok(back) if back.is_empty() => Reply::json(200, json!({ "answered": how })),
        Ok(back) => Reply::empty(303).with("location", back),
    }
}

/// The page where the shopper acts, for demos in a browser.
fn page(world: &World, reference: &str) -> Reply {
    let waits = world.stripe.waits_for_shopper(reference) || world.paypal.waits_for_shopper(reference);
    if !waits {
        return Reply::html(
            404,
            "<!doctype html><title>paysim</title><p>Nothing waits for an answer here.</p>",
        );
    }
    // The reference is one that the simulator made itself: letters, digits and an underscore.
    let button = |how: &str, label: &str| {
        format!("<form method=post action=\"/__sim/act/{reference}/{how}\"><button>{label}</button></form>")
    };
    Reply::html(
        200,
        format!(
            "<!doctype html><title>paysim</title><h1>A payment provider that moves no money</h1><p>{reference}</p>{}{}",
            button("approve", "Approve"),
            button("decline", "Decline"),
        ),
    )
}
