//! From a request to an answer and its fate: which desk it is for, what goes wrong on the way, and what is counted.

use std::time::Duration;

use serde_json::{Value, json};

use crate::faults::Fault;
use crate::wire::{Ask, Body, Fate, Reply};
use crate::world::{Shared, World};
use crate::{paypal, stripe};

/// The header by which a request asks for a fault of its own: a [`Fault`] in JSON.
pub(crate) const FAULT_HEADER: &str = "x-paysim-fault";

/// Which desk a request is for.
#[derive(Clone, Debug)]
enum Route {
    Stripe(stripe::Route),
    PayPal(paypal::Route),
}

impl Route {
    fn of(ask: &Ask) -> Option<Self> {
        stripe::Route::of(ask).map(Self::Stripe).or_else(|| paypal::Route::of(ask).map(Self::PayPal))
    }
    fn name(&self) -> &'static str {
        match self {
            Self::Stripe(route) => route.name(),
            Self::PayPal(route) => route.name(),
        }
    }
    fn key<'a>(&self, ask: &'a Ask) -> Option<&'a str> {
        ask.header(match self {
            Self::Stripe(_) => "idempotency-key",
            Self::PayPal(_) => "paypal-request-id",
        })
    }
    /// The key as the desk's memory has it.
    fn place(&self, ask: &Ask) -> Option<String> {
        self.key(ask).map(|key| match self {
            Self::Stripe(_) => key.to_owned(),
            Self::PayPal(route) => format!("{} {key}", route.name()),
        })
    }
    fn rate_limited(&self) -> Reply {
        match self {
            Self::Stripe(_) => stripe::Failure::rate_limited().reply(),
            Self::PayPal(_) => paypal::Failure::rate_limited().reply(),
        }
    }
    fn broken(&self) -> Reply {
        match self {
            Self::Stripe(_) => stripe::Failure::broken().reply(),
            Self::PayPal(_) => paypal::Failure::broken().reply(),
        }
    }
}

impl World {
    fn perform(&mut self, route: &Route, ask: &Ask, stored_500: Option<bool>) -> Reply {
        match route {
            Route::Stripe(route) => self.stripe.answer(&mut self.office, route, ask, stored_500),
            Route::PayPal(route) => self.paypal.answer(&mut self.office, route, ask, stored_500),
        }
    }
    fn set_busy(&mut self, route: &Route, ask: &Ask, busy: bool) {
        let Some(place) = route.place(ask) else { return };
        match route {
            Route::Stripe(_) => self.stripe.keys.set_busy(&place, busy),
            Route::PayPal(_) => self.paypal.keys.set_busy(&place, busy),
        }
    }
}

/// Answers a request to a provider.
pub(crate) async fn answer(world: &Shared, ask: &Ask) -> (Reply, Fate) {
    let Some(route) = Route::of(ask) else {
        return (stripe::Failure::no_route(&ask.method, &ask.path).reply(), Fate::Whole);
    };
    let own = match ask.header(FAULT_HEADER).map(serde_json::from_str::<Fault>).transpose() {
        Ok(own) => own,
        Err(error) => return (Reply::json(400, json!({ "error": error.to_string() })), Fate::Whole),
    };
    let fault = world.lock().faults.strike(route.name(), own);
    let Some(fault) = fault else {
        return (world.lock().perform(&route, ask, None), Fate::Whole);
    };
    strike(world, &route, ask, fault).await
}

async fn strike(world: &Shared, route: &Route, ask: &Ask, fault: Fault) -> (Reply, Fate) {
    let perform = |stored_500| world.lock().perform(route, ask, stored_500);
    match fault {
        Fault::ResetBefore => (Reply::empty(500), Fate::Reset),
        Fault::ResetAfter => (perform(None), Fate::Reset),
        Fault::Truncated => (perform(None), Fate::Truncated),
        Fault::Error500 => (route.broken(), Fate::Whole),
        Fault::Error500Stored { done } => (perform(Some(done)), Fate::Whole),
        Fault::Html502 { done } => {
            if done {
                perform(None);
            }
            let page = "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>";
            (Reply::html(502, page), Fate::Whole)
        }
        Fault::RateLimited { retry_after_s } => {
            (route.rate_limited().with("retry-after", retry_after_s.to_string()), Fate::Whole)
        }
        Fault::WrongAmount { delta } => {
            let mut reply = perform(None);
            if let Body::Json(body) = &mut reply.body {
                skew(route, body, delta);
            }
            (reply, Fate::Whole)
        }
        Fault::StallAfter { ms } => {
            let reply = perform(None);
            tokio::time::sleep(Duration::from_millis(ms)).await;
            (reply, Fate::Whole)
        }
        Fault::StallBefore { ms } => {
            let reply = late(world.clone(), (route.clone(), ask.clone()), Duration::from_millis(ms)).await;
            (reply, Fate::Whole)
        }
    }
}

/// Does it later, whether or not the asker still waits by then; the key is busy meanwhile.
async fn late(world: Shared, (route, ask): (Route, Ask), pause: Duration) -> Reply {
    world.lock().set_busy(&route, &ask, true);
    let tasks = world.tasks().clone();
    let broken = route.broken();
    let working = tasks.spawn(async move {
        tokio::time::sleep(pause).await;
        let mut world = world.lock();
        world.set_busy(&route, &ask, false);
        world.perform(&route, &ask, None)
    });
    working.await.unwrap_or(broken)
}

fn skew(route: &Route, body: &mut Value, delta: i64) {
    match route {
        Route::PayPal(_) => paypal::skew(body, delta),
        Route::Stripe(_) => {
            for name in ["amount", "amount_capturable", "amount_received"] {
                if let Some(amount) = body.get(name).and_then(Value::as_i64).filter(|amount| *amount != 0)
                    && let Some(field) = body.get_mut(name)
                {
                    *field = json!(amount.saturating_add(delta));
                }
            }
        }
    }
}
