//! What a PaymentIntent may do in each of its states.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Stripe;
use super::amount;
use super::card::Card;
use super::failure::Failure;
use super::form::{Form, merge};
use super::objects::{CardError, Charge, Intent, Status};
use crate::admin::Act;
use crate::ledger::{Desk, Kind};
use crate::world::{Moved, OBJECTS_MAX, Office, Step};

/// How long money stays set aside, in seconds: seven days.
pub(super) const HELD_S: i64 = 7 * 24 * 60 * 60;

type Done = Result<Value, Failure>;

fn expands_charge(form: &mut Form) -> bool {
    form.list("expand").iter().any(|field| field == "latest_charge")
}

/// The card that a request names, if it names one.
fn card(form: &mut Form) -> Result<Option<(String, Card)>, Failure> {
    let by_number = form.text("payment_method_data[card][number]");
    let param = if by_number.is_some() { "payment_method_data[card][number]" } else { "payment_method" };
    for detail in ["type", "card][exp_month", "card][exp_year", "card][cvc"] {
        form.text(&format!("payment_method_data[{detail}]"));
    }
    let Some(name) = by_number.or_else(|| form.text("payment_method")) else { return Ok(None) };
    let unknown = || Failure::param("resource_missing", param, format!("No such PaymentMethod: '{name}'"));
    let card = Card::of(&name).ok_or_else(unknown)?;
    Ok(Some((if name.starts_with("pm_") { name } else { "pm_from_number".to_owned() }, card)))
}

impl Stripe {
    pub(super) fn create(&mut self, office: &mut Office, mut form: Form, key: Option<&str>) -> Done {
        if self.intents.len() >= OBJECTS_MAX || office.is_full() {
            return Err(Failure::full());
        }
        let amount = form.integer("amount")?;
        let amount =
            amount.ok_or_else(|| Failure::param("parameter_missing", "amount", "Missing amount."))?;
        let currency = form.needed("currency")?;
        amount::check(amount, &currency, "amount")?;
        let confirm = form.switch("confirm")?.unwrap_or(false);
        let manual = match form.text("capture_method").as_deref() {
            None | Some("automatic" | "automatic_async") => false,
            Some("manual") => true,
            Some(_) => return Err(Failure::param("parameter_invalid", "capture_method", "Invalid.")),
        };
        let method = card(&mut form)?;
        let asked = form.text("payment_method_options[card][request_multicapture]");
        let multicapture =
            asked.as_deref() == Some("if_available") && !matches!(method, Some((_, Card::CapturedOnce)));
        form.list("payment_method_types");
        for known in ["automatic_payment_methods[enabled]", "automatic_payment_methods[allow_redirects]"] {
            form.text(known);
        }
        let (expand, metadata) = (expands_charge(&mut form), merge(&BTreeMap::new(), form.metadata()?)?);
        let (description, return_url) = (form.text("description"), form.text("return_url"));
        form.done()?;
        if confirm && method.is_none() {
            return Err(Failure::param("parameter_missing", "payment_method", "Nothing to confirm with."));
        }
        let status =
            if method.is_some() { Status::RequiresConfirmation } else { Status::RequiresPaymentMethod };
        let id = office.ids.stripe("pi");
        let intent = Intent {
            id: id.clone(),
            amount,
            currency,
            status,
            manual,
            multicapture,
            method,
            metadata,
            description,
            return_url,
            capturable: 0,
            received: 0,
            charge: None,
            created_s: office.clock.now_s(),
            canceled: None,
            last_error: None,
            action_url: None,
        };
        self.order.push(id.clone());
        self.intents.insert(id.clone(), intent);
        self.tell_intent(office, &id, "payment_intent.created", key);
        if confirm { self.confirmed(office, &id, key, expand) } else { self.show(&id, expand) }
    }

    pub(super) fn confirm(
        &mut self,
        office: &mut Office,
        id: &str,
        mut form: Form,
        key: Option<&str>,
    ) -> Done {
        let card = card(&mut form)?;
        let (expand, return_url) = (expands_charge(&mut form), form.text("return_url"));
        form.done()?;
        let intent = self.intent(id)?;
        if !matches!(intent.status, Status::RequiresPaymentMethod | Status::RequiresConfirmation) {
            return Err(unexpected(intent, "confirmed"));
        }
        if card.is_some() {
            intent.method = card;
        }
        if return_url.is_some() {
            intent.return_url = return_url;
        }
        if intent.method.is_none() {
            return Err(Failure::param("parameter_missing", "payment_method", "Nothing to confirm with."));
        }
        self.confirmed(office, id, key, expand)
    }

    /// Asks the bank, which answers by the card.
    fn confirmed(&mut self, office: &mut Office, id: &str, key: Option<&str>, expand: bool) -> Done {
        let intent = self.intent(id)?;
        let card = intent.method.as_ref().map_or(Card::Fine, |(_, card)| *card);
        match card {
            Card::Declined { code, decline_code } => self.refuse(office, id, key, (code, decline_code)),
            Card::Asks | Card::AsksThenDeclines => {
                intent.status = Status::RequiresAction;
                intent.last_error = None;
                intent.action_url = Some(format!("{}/__sim/act/{id}", office.url));
                self.tell_intent(office, id, "payment_intent.requires_action", key);
                self.show(id, expand)
            }
            Card::Fine | Card::CapturedOnce | Card::Disputes | Card::RefundWaits => {
                self.reserve(office, id, key)?;
                self.show(id, expand)
            }
        }
    }

    fn refuse(
        &mut self,
        office: &mut Office,
        id: &str,
        key: Option<&str>,
        (code, decline_code): (&'static str, Option<&'static str>),
    ) -> Done {
        let intent = self.intent(id)?;
        intent.status = Status::RequiresPaymentMethod;
        intent.method = None;
        intent.action_url = None;
        intent.last_error = Some(CardError { code, decline_code });
        let shown = intent.json(false);
        self.tell_intent(office, id, "payment_intent.payment_failed", key);
        Err(Failure::card(code, decline_code, shown))
    }

    /// Sets the money aside, and takes it at once unless the shop captures by itself.
    fn reserve(&mut self, office: &mut Office, id: &str, key: Option<&str>) -> Result<(), Failure> {
        let charge = office.ids.stripe("ch");
        let now_s = office.clock.now_s();
        let intent = self.intent(id)?;
        intent.charge = Some(Charge {
            id: charge.clone(),
            capture_before_s: now_s.saturating_add(HELD_S),
            refunded: 0,
            disputed: false,
        });
        intent.status = Status::RequiresCapture;
        intent.capturable = intent.amount;
        intent.action_url = None;
        intent.last_error = None;
        let (amount, manual) = (intent.amount, intent.manual);
        note(office, intent, Step { kind: Kind::Reserved, id: &charge, amount, key });
        if manual {
            self.tell_intent(office, id, "payment_intent.amount_capturable_updated", key);
            return Ok(());
        }
        self.take(office, id, (amount, true), key)
    }

    /// The card's owner has answered.
    pub(crate) fn act(&mut self, office: &mut Office, id: &str, act: Act) -> Result<String, Failure> {
        let intent = self.intent(id)?;
        let back = intent.return_url.clone().unwrap_or_default();
        if intent.status != Status::RequiresAction {
            return Err(unexpected(intent, "answered"));
        }
        let refusal = match intent.method {
            _ if act == Act::Decline => Some(("payment_intent_authentication_failure", None)),
            Some((_, Card::AsksThenDeclines)) => Some(("card_declined", Some("insufficient_funds"))),
            _ if act == Act::ApproveWithABadCard => Some(("card_declined", Some("generic_decline"))),
            _ => None,
        };
        match refusal {
            // Nobody waits for this refusal: it shows in the intent and in a message.
            Some(refusal) => drop(self.refuse(office, id, None, refusal)),
            None => self.reserve(office, id, None)?,
        }
        Ok(back)
    }

    pub(super) fn capture(
        &mut self,
        office: &mut Office,
        id: &str,
        mut form: Form,
        key: Option<&str>,
    ) -> Done {
        let wanted = form.integer("amount_to_capture")?;
        let last = form.switch("final_capture")?;
        let (expand, added) = (expands_charge(&mut form), form.metadata()?);
        form.done()?;
        let intent = self.intent(id)?;
        let amount = wanted.unwrap_or(intent.capturable);
        if intent.status != Status::RequiresCapture {
            return Err(unexpected(intent, "captured"));
        }
        let releases = amount == 0 && last == Some(true) && intent.received > 0;
        if amount < 0 || (amount == 0 && !releases) {
            return Err(Failure::param("parameter_invalid_integer", "amount_to_capture", "Too small."));
        }
        if amount > intent.capturable {
            let message = "The amount to capture is greater than what can be captured.";
            return Err(Failure::state("amount_too_large", message));
        }
        if last == Some(false) && !intent.multicapture {
            let message = "final_capture=false needs multicapture, which this payment does not have.";
            return Err(Failure::param("parameter_invalid", "final_capture", message));
        }
        intent.metadata = merge(&intent.metadata, added)?;
        self.take(office, id, (amount, last.unwrap_or(true)), key)?;
        self.show(id, expand)
    }

    fn take(
        &mut self,
        office: &mut Office,
        id: &str,
        (amount, last): (i64, bool),
        key: Option<&str>,
    ) -> Result<(), Failure> {
        let capture = office.ids.stripe("cap");
        let intent = self.intent(id)?;
        intent.received += amount;
        intent.capturable -= amount;
        note(office, intent, Step { kind: Kind::Captured, id: &capture, amount, key });
        let over = last || intent.capturable == 0;
        if over {
            let rest = std::mem::take(&mut intent.capturable);
            intent.status = Status::Succeeded;
            note(office, intent, Step { kind: Kind::Released, id: &capture, amount: rest, key });
        }
        let disputes = over && matches!(intent.method, Some((_, Card::Disputes)));
        self.tell_charge(office, id, "charge.captured", key);
        if over {
            self.tell_intent(office, id, "payment_intent.succeeded", key);
        }
        if disputes {
            // Who disputed a part before has said so; the money is taken all the same.
            drop(self.dispute(office, id, None));
        }
        Ok(())
    }

    pub(super) fn cancel(
        &mut self,
        office: &mut Office,
        id: &str,
        mut form: Form,
        key: Option<&str>,
    ) -> Done {
        let reason = form.text("cancellation_reason").unwrap_or_else(|| "requested_by_customer".to_owned());
        let expand = expands_charge(&mut form);
        form.done()?;
        const REASONS: [&str; 4] = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
        if !REASONS.contains(&reason.as_str()) {
            return Err(Failure::param("parameter_invalid", "cancellation_reason", "Unknown reason."));
        }
        let intent = self.intent(id)?;
        if matches!(intent.status, Status::Succeeded | Status::Canceled) || intent.received > 0 {
            return Err(unexpected(intent, "canceled"));
        }
        self.give_up(office, id, reason, key)?;
        self.show(id, expand)
    }

    fn give_up(
        &mut self,
        office: &mut Office,
        id: &str,
        reason: String,
        key: Option<&str>,
    ) -> Result<(), Failure> {
        let now_s = office.clock.now_s();
        let intent = self.intent(id)?;
        let rest = std::mem::take(&mut intent.capturable);
        let taken = intent.received > 0;
        intent.action_url = None;
        if taken {
            intent.status = Status::Succeeded;
        } else {
            intent.status = Status::Canceled;
            intent.canceled = Some((now_s, reason));
        }
        note(office, intent, Step { kind: Kind::Released, id, amount: rest, key });
        let kind = if taken { "payment_intent.succeeded" } else { "payment_intent.canceled" };
        self.tell_intent(office, id, kind, key);
        Ok(())
    }

    /// Gives up what nobody has captured in time.
    pub(super) fn expire(&mut self, office: &mut Office) {
        let now_s = office.clock.now_s();
        let late = |intent: &&Intent| {
            intent.status == Status::RequiresCapture
                && intent.charge.as_ref().is_some_and(|charge| charge.capture_before_s <= now_s)
        };
        let late: Vec<_> = self.intents.values().filter(late).map(|intent| intent.id.clone()).collect();
        for id in late {
            // They are there: the list was made a moment ago, under the same lock.
            drop(self.give_up(office, &id, "automatic".to_owned(), None));
        }
    }

    pub(super) fn show(&mut self, id: &str, expand: bool) -> Done {
        Ok(self.intent(id)?.json(expand))
    }

    pub(super) fn intent(&mut self, id: &str) -> Result<&mut Intent, Failure> {
        self.intents.get_mut(id).ok_or_else(|| Failure::missing("payment_intent", id))
    }
}

pub(super) fn unexpected(intent: &Intent, what: &str) -> Failure {
    let message = format!("This PaymentIntent could not be {what}: its status is {}.", intent.status.name());
    Failure::state("payment_intent_unexpected_state", message)
}

pub(super) fn note(office: &mut Office, intent: &Intent, step: Step<'_>) {
    let payment = intent.payment();
    let (reference, currency, payment) = (intent.id.as_str(), intent.currency.as_str(), payment.as_deref());
    office.moved(Desk::Stripe, &Moved { step, reference, currency, payment });
}
