//! What an order may do in each of its states.

use serde_json::{Value, json};

use super::PayPal;
use super::failure::Failure;
use super::money::Amount;
use super::objects::{Authorization, AuthorizationStatus, Order, OrderStatus, link};
use crate::admin::Act;
use crate::clock::rfc3339;
use crate::ledger::Kind;
use crate::world::{OBJECTS_MAX, Office, Step};

/// How long money stays set aside, in seconds: 29 days.
const HELD_S: i64 = 29 * 24 * 60 * 60;
/// The longest text of the shop's own.
const TEXT_LENGTH_MAX: usize = 127;

type Done = Result<(u16, Value), Failure>;

pub(super) fn text(value: &Value, name: &str) -> Result<Option<String>, Failure> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() <= TEXT_LENGTH_MAX => Ok(Some(text.clone())),
        Some(_) => Err(Failure::request(name, "INVALID_STRING_LENGTH")),
    }
}

impl PayPal {
    pub(super) fn create(&mut self, office: &mut Office, body: &Value) -> Done {
        if self.orders.len() >= OBJECTS_MAX || office.is_full() {
            return Err(Failure::full());
        }
        if body.get("intent").and_then(Value::as_str) != Some("AUTHORIZE") {
            return Err(Failure::request("/intent", "INVALID_PARAMETER_VALUE"));
        }
        let units = body.get("purchase_units").and_then(Value::as_array);
        let Some([unit]) = units.map(Vec::as_slice) else {
            return Err(Failure::request("/purchase_units", "INVALID_ARRAY_MAX_ITEMS"));
        };
        let amount = unit.get("amount").unwrap_or(&Value::Null);
        let amount = Amount::read(amount, "/purchase_units/@reference_id=='default'/amount")?;
        let source = body.pointer("/payment_source/paypal");
        let context = body.pointer("/payment_source/paypal/experience_context");
        let context = context.or_else(|| body.get("application_context"));
        let address = |name: &str| {
            let address = context.and_then(|context| context.get(name)).and_then(Value::as_str);
            address.map(str::to_owned)
        };
        let now_s = office.clock.now_s();
        let id = office.ids.paypal();
        let order = Order {
            status: if source.is_some() { OrderStatus::PayerActionRequired } else { OrderStatus::Created },
            amount,
            reference_id: text(unit, "reference_id")?.unwrap_or_else(|| "default".to_owned()),
            custom_id: text(unit, "custom_id")?,
            invoice_id: text(unit, "invoice_id")?,
            return_url: address("return_url"),
            cancel_url: address("cancel_url"),
            declines: false,
            authorization: None,
            created_s: now_s,
            updated_s: now_s,
        };
        self.orders.insert(id.clone(), order);
        self.order_order.push(id.clone());
        // With a payment source, PayPal answers 200: the order goes on by itself.
        Ok((if source.is_some() { 200 } else { 201 }, self.order_json(office, &id)?))
    }

    pub(super) fn order(&mut self, id: &str) -> Result<&mut Order, Failure> {
        self.orders.get_mut(id).ok_or_else(Failure::missing)
    }

    pub(super) fn order_json(&self, office: &Office, id: &str) -> Result<Value, Failure> {
        let order = self.orders.get(id).ok_or_else(Failure::missing)?;
        let url = &office.url;
        let mut unit = json!({
            "reference_id": order.reference_id, "amount": order.amount.json(),
            "custom_id": order.custom_id, "invoice_id": order.invoice_id,
        });
        if let Some(authorization) = order.authorization.as_ref().and_then(|id| self.authorizations.get(id)) {
            let captures: Vec<_> =
                self.captures.values().filter(|one| one.order == id).map(|one| one.json(url)).collect();
            let refunds: Vec<_> =
                self.refunds.values().filter(|one| one.order == id).map(|one| one.json(url)).collect();
            let payments = json!({
                "authorizations": [authorization.json(url)], "captures": captures, "refunds": refunds,
            });
            if let Some(fields) = unit.as_object_mut() {
                fields.insert("payments".to_owned(), payments);
            }
        }
        let at = format!("{url}/v2/checkout/orders/{id}");
        let act = if order.status == OrderStatus::PayerActionRequired { "payer-action" } else { "approve" };
        Ok(json!({
            "id": id, "intent": "AUTHORIZE", "status": order.status.name(), "purchase_units": [unit],
            "create_time": rfc3339(order.created_s), "update_time": rfc3339(order.updated_s),
            "links": [
                link(&at, "self", "GET"),
                link(&format!("{url}/__sim/act/{id}"), act, "GET"),
                link(&format!("{at}/authorize"), "authorize", "POST"),
            ],
        }))
    }

    /// The shopper has answered at PayPal; `declines` means that the bank will refuse.
    pub(crate) fn act(&mut self, office: &mut Office, id: &str, act: Act) -> Result<String, Failure> {
        let now_s = office.clock.now_s();
        let order = self.order(id)?;
        if !matches!(order.status, OrderStatus::Created | OrderStatus::PayerActionRequired) {
            return Err(Failure::rule("ORDER_ALREADY_APPROVED"));
        }
        if act == Act::Decline {
            return Ok(order.cancel_url.clone().unwrap_or_default());
        }
        order.status = OrderStatus::Approved;
        order.declines = act == Act::ApproveWithABadCard;
        order.updated_s = now_s;
        let back = order.return_url.clone().unwrap_or_default();
        let shown = self.order_json(office, id)?;
        super::events::tell(office, "CHECKOUT.ORDER.APPROVED", "checkout-order", shown);
        Ok(back)
    }

    pub(super) fn authorize(&mut self, office: &mut Office, id: &str, key: Option<&str>) -> Done {
        let (new, now_s) = (office.ids.paypal(), office.clock.now_s());
        let order = self.order(id)?;
        match order.status {
            OrderStatus::Created | OrderStatus::PayerActionRequired => {
                return Err(Failure::rule("ORDER_NOT_APPROVED"));
            }
            OrderStatus::Completed => return Err(Failure::rule("ORDER_ALREADY_AUTHORIZED")),
            OrderStatus::Voided => return Err(Failure::rule("ORDER_EXPIRED")),
            OrderStatus::Approved => {}
        }
        if order.declines {
            // The shopper may choose another way to pay: the order waits again.
            order.status = OrderStatus::PayerActionRequired;
            return Err(Failure::rule("INSTRUMENT_DECLINED").kept());
        }
        order.status = OrderStatus::Completed;
        order.updated_s = now_s;
        order.authorization = Some(new.clone());
        let authorization = Authorization {
            id: new.clone(),
            order: id.to_owned(),
            status: AuthorizationStatus::Created,
            amount: order.amount.clone(),
            captured: 0,
            custom_id: order.custom_id.clone(),
            invoice_id: order.invoice_id.clone(),
            expires_s: now_s.saturating_add(HELD_S),
            created_s: now_s,
            updated_s: now_s,
        };
        let shown = authorization.json(&office.url);
        let amount = authorization.amount.clone();
        self.authorizations.insert(new.clone(), authorization);
        self.moved(
            office,
            id,
            &amount.currency,
            Step { kind: Kind::Reserved, id: &new, amount: amount.units, key },
        );
        super::events::tell(office, "PAYMENT.AUTHORIZATION.CREATED", "authorization", shown);
        Ok((201, self.order_json(office, id)?))
    }
}
