//! What Stripe tells, and keeps to be asked about.

use serde_json::{Value, json};

use super::Stripe;
use super::failure::Failure;
use crate::ledger::Desk;
use crate::world::{OBJECTS_MAX, Office};

impl Stripe {
    pub(super) fn tell(&mut self, office: &mut Office, kind: &str, object: Value, key: Option<&str>) {
        let id = office.ids.stripe("evt");
        let event = json!({
            "id": id, "object": "event", "api_version": super::VERSION, "created": office.clock.now_s(),
            "data": { "object": object }, "livemode": false, "pending_webhooks": 1,
            "request": { "id": null, "idempotency_key": key }, "type": kind,
        });
        office.messages.tell(Desk::Stripe, &id, kind, &event);
        if self.events.len() >= OBJECTS_MAX {
            self.events.pop_front();
        }
        self.events.push_back((id, event));
    }

    pub(super) fn tell_intent(&mut self, office: &mut Office, id: &str, kind: &str, key: Option<&str>) {
        if let Some(object) = self.intents.get(id).map(|intent| intent.json(false)) {
            self.tell(office, kind, object, key);
        }
    }

    pub(super) fn tell_charge(&mut self, office: &mut Office, id: &str, kind: &str, key: Option<&str>) {
        let intent = self.intents.get(id);
        let object =
            intent.and_then(|intent| intent.charge.as_ref().map(|charge| intent.charge_json(charge)));
        if let Some(object) = object {
            self.tell(office, kind, object, key);
        }
    }

    pub(super) fn show_event(&self, id: &str) -> Result<Value, Failure> {
        let event = self.events.iter().find(|(known, _)| known == id);
        event.map(|(_, event)| event.clone()).ok_or_else(|| Failure::missing("event", id))
    }
}
