//! Looking up what became of an operation. Nothing is ever sent again from here.

use amazoff_actors::payment::{Found, Lookup, Operation, ProviderAnswer, ProviderError};

use super::PayPal;
use super::calls::given_up;
use super::wire::Order;

impl PayPal {
    /// An order whose name is not known has reserved nothing and never will: the shopper never learned where to approve it. An order
    /// that the shopper has approved meanwhile is authorized now, which is the rest of the same operation.
    pub(super) async fn look_up(&self, lookup: &Lookup) -> Result<Found, ProviderError> {
        let intent = &lookup.intent;
        let Some(reference) = &intent.reference else { return Ok(Found::Nothing) };
        let key = intent.key.as_str();
        if matches!(lookup.operation, Operation::Authorize | Operation::Confirm) {
            return self.finish(reference).await;
        }
        let order = self.order(reference).await?;
        let Some(unit) = order.unit() else { return Ok(Found::Nothing) };
        match lookup.operation {
            Operation::Capture => match Order::made_by(&unit.payments.captures, key) {
                Some(made) => made.standing(Some(&order.id)),
                None => match order.authorization().map(|one| one.status.as_str()) {
                    // Nothing can be taken any more.
                    Some(status @ ("VOIDED" | "EXPIRED")) => {
                        Ok(Found::Answered(ProviderAnswer::declined(status.to_lowercase())))
                    }
                    Some(_) | None => Ok(Found::Nothing),
                },
            },
            Operation::Refund => match Order::made_by(&unit.payments.refunds, key) {
                Some(made) => made.standing(None),
                None => Ok(Found::Nothing),
            },
            Operation::Void => match order.authorization().map(|one| one.status.as_str()) {
                None | Some("VOIDED" | "EXPIRED") => Ok(Found::Answered(given_up(&order, intent.amount)?)),
                Some("CAPTURED") => Ok(Found::Answered(ProviderAnswer::declined("already_captured"))),
                Some(_) => Ok(Found::Nothing),
            },
            Operation::Authorize | Operation::Confirm => Ok(Found::Nothing),
        }
    }
}
