//! What an authorization, a capture and a refund may do.

use serde_json::Value;

use super::PayPal;
use super::events::tell;
use super::failure::Failure;
use super::money::Amount;
use super::objects::{Authorization, AuthorizationStatus, Capture, OrderStatus, Refund};
use super::orders::text;
use crate::ledger::{Desk, Kind};
use crate::world::{Moved, OBJECTS_MAX, Office, Step};

type Done = Result<(u16, Value), Failure>;

impl PayPal {
    pub(super) fn moved(&self, office: &mut Office, reference: &str, currency: &str, step: Step<'_>) {
        let payment = self.orders.get(reference).and_then(|order| order.custom_id.as_deref());
        office.moved(Desk::PayPal, &Moved { step, reference, currency, payment });
    }

    fn authorization(&mut self, id: &str) -> Result<&mut Authorization, Failure> {
        self.authorizations.get_mut(id).ok_or_else(Failure::missing)
    }

    pub(super) fn show_authorization(&self, office: &Office, id: &str) -> Done {
        let found = self.authorizations.get(id).ok_or_else(Failure::missing)?;
        Ok((200, found.json(&office.url)))
    }
    pub(super) fn show_capture(&self, office: &Office, id: &str) -> Done {
        Ok((200, self.captures.get(id).ok_or_else(Failure::missing)?.json(&office.url)))
    }
    pub(super) fn show_refund(&self, office: &Office, id: &str) -> Done {
        Ok((200, self.refunds.get(id).ok_or_else(Failure::missing)?.json(&office.url)))
    }

    pub(super) fn capture(&mut self, office: &mut Office, id: &str, body: &Value, key: Option<&str>) -> Done {
        if self.captures.len() >= OBJECTS_MAX || office.is_full() {
            return Err(Failure::full());
        }
        let (new, now_s) = (office.ids.paypal(), office.clock.now_s());
        let wanted = body.get("amount").map(|amount| Amount::read(amount, "/amount")).transpose()?;
        let last = body.get("final_capture").and_then(Value::as_bool).unwrap_or(false);
        let invoice = text(body, "invoice_id")?;
        let authorization = self.authorization(id)?;
        match authorization.status {
            AuthorizationStatus::Created | AuthorizationStatus::PartiallyCaptured => {}
            AuthorizationStatus::Captured => {
                return Err(Failure::rule("AUTHORIZATION_ALREADY_CAPTURED"));
            }
            AuthorizationStatus::Voided => return Err(Failure::rule("AUTHORIZATION_VOIDED")),
            AuthorizationStatus::Expired => return Err(Failure::rule("AUTHORIZATION_EXPIRED")),
        }
        let left = authorization.left();
        let amount = wanted.unwrap_or_else(|| authorization.amount.of(left));
        if amount.currency != authorization.amount.currency {
            return Err(Failure::rule("INVALID_CURRENCY"));
        }
        if amount.units > left {
            return Err(Failure::rule("MAX_CAPTURE_AMOUNT_EXCEEDED"));
        }
        authorization.captured += amount.units;
        authorization.updated_s = now_s;
        let over = last || authorization.left() == 0;
        authorization.status =
            if over { AuthorizationStatus::Captured } else { AuthorizationStatus::PartiallyCaptured };
        let rest = authorization.amount.of(authorization.left());
        let capture = Capture {
            id: new.clone(),
            order: authorization.order.clone(),
            authorization: id.to_owned(),
            amount: amount.clone(),
            refunded: 0,
            disputed: 0,
            last,
            custom_id: authorization.custom_id.clone(),
            invoice_id: invoice.or_else(|| authorization.invoice_id.clone()),
            created_s: now_s,
        };
        let (order, shown) = (capture.order.clone(), capture.json(&office.url));
        self.captures.insert(new.clone(), capture);
        self.moved(
            office,
            &order,
            &amount.currency,
            Step { kind: Kind::Captured, id: &new, amount: amount.units, key },
        );
        if over {
            self.moved(
                office,
                &order,
                &rest.currency,
                Step { kind: Kind::Released, id: &new, amount: rest.units, key },
            );
        }
        tell(office, "PAYMENT.CAPTURE.COMPLETED", "capture", shown.clone());
        Ok((201, shown))
    }

    pub(super) fn void(&mut self, office: &mut Office, id: &str, key: Option<&str>) -> Done {
        let now_s = office.clock.now_s();
        let authorization = self.authorization(id)?;
        match authorization.status {
            AuthorizationStatus::Created | AuthorizationStatus::PartiallyCaptured => {}
            AuthorizationStatus::Captured => return Err(Failure::rule("PREVIOUSLY_CAPTURED")),
            AuthorizationStatus::Voided => return Err(Failure::rule("PREVIOUSLY_VOIDED")),
            AuthorizationStatus::Expired => return Err(Failure::rule("AUTHORIZATION_EXPIRED")),
        }
        authorization.updated_s = now_s;
        self.give_up(office, id, AuthorizationStatus::Voided, key)?;
        self.show_authorization(office, id)
    }

    fn give_up(
        &mut self,
        office: &mut Office,
        id: &str,
        status: AuthorizationStatus,
        key: Option<&str>,
    ) -> Result<(), Failure> {
        let authorization = self.authorization(id)?;
        authorization.status = status;
        let rest = authorization.amount.of(authorization.left());
        let (order, shown) = (authorization.order.clone(), authorization.json(&office.url));
        self.moved(
            office,
            &order,
            &rest.currency,
            Step { kind: Kind::Released, id, amount: rest.units, key },
        );
        tell(office, "PAYMENT.AUTHORIZATION.VOIDED", "authorization", shown);
        Ok(())
    }

    pub(super) fn refund(&mut self, office: &mut Office, id: &str, body: &Value, key: Option<&str>) -> Done {
        if self.refunds.len() >= OBJECTS_MAX || office.is_full() {
            return Err(Failure::full());
        }
        let (new, created_s) = (office.ids.paypal(), office.clock.now_s());
        let wanted = body.get("amount").map(|amount| Amount::read(amount, "/amount")).transpose()?;
        let (custom_id, invoice_id) = (text(body, "custom_id")?, text(body, "invoice_id")?);
        let capture = self.captures.get_mut(id).ok_or_else(Failure::missing)?;
        let left = capture.amount.units - capture.refunded - capture.disputed;
        if left == 0 {
            return Err(Failure::rule("CAPTURE_FULLY_REFUNDED"));
        }
        let amount = wanted.unwrap_or_else(|| capture.amount.of(left));
        if amount.currency != capture.amount.currency {
            return Err(Failure::rule("REFUND_CURRENCY_MISMATCH"));
        }
        if amount.units > left {
            return Err(Failure::rule("REFUND_AMOUNT_EXCEEDED"));
        }
        capture.refunded += amount.units;
        let refund = Refund {
            id: new.clone(),
            order: capture.order.clone(),
            capture: id.to_owned(),
            amount: amount.clone(),
            status: "COMPLETED",
            custom_id: custom_id.or_else(|| capture.custom_id.clone()),
            invoice_id,
            created_s,
        };
        let (order, shown) = (refund.order.clone(), refund.json(&office.url));
        self.refunds.insert(new.clone(), refund);
        self.moved(
            office,
            &order,
            &amount.currency,
            Step { kind: Kind::Refunded, id: &new, amount: amount.units, key },
        );
        tell(office, "PAYMENT.CAPTURE.REFUNDED", "refund", shown.clone());
        Ok((201, shown))
    }

    /// A refund that was done fails after all.
    pub(crate) fn fail_refund(&mut self, office: &mut Office, id: &str) -> Done {
        let refund = self.refunds.get_mut(id).filter(|refund| refund.status == "COMPLETED");
        let refund = refund.ok_or_else(Failure::missing)?;
        refund.status = "FAILED";
        let (order, capture, amount) = (refund.order.clone(), refund.capture.clone(), refund.amount.clone());
        let shown = refund.json(&office.url);
        let capture = self.captures.get_mut(&capture).ok_or_else(Failure::missing)?;
        capture.refunded -= amount.units;
        self.moved(
            office,
            &order,
            &amount.currency,
            Step { kind: Kind::RefundFailed, id, amount: amount.units, key: None },
        );
        tell(office, "PAYMENT.REFUND.FAILED", "refund", shown.clone());
        Ok((200, shown))
    }

    pub(crate) fn has_refund(&self, id: &str) -> bool {
        self.refunds.contains_key(id)
    }

    /// Gives up what nobody has captured or authorized in time.
    pub(super) fn expire(&mut self, office: &mut Office) {
        let now_s = office.clock.now_s();
        let late = |one: &&Authorization| one.is_open() && one.expires_s <= now_s;
        let ids: Vec<_> = self.authorizations.values().filter(late).map(|one| one.id.clone()).collect();
        for id in ids {
            // It is there: the list was made a moment ago, under the same lock.
            drop(self.give_up(office, &id, AuthorizationStatus::Expired, None));
        }
        let stale = now_s.saturating_sub(super::UNAPPROVED_S);
        for order in self.orders.values_mut() {
            if !matches!(order.status, OrderStatus::Completed | OrderStatus::Voided)
                && order.created_s <= stale
            {
                order.status = OrderStatus::Voided;
            }
        }
    }
}
