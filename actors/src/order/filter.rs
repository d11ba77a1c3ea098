//! Which orders the shop's people look for.

use std::future::ready;

use amazoff_supervisor::documents::{Pick, Picked, Position, Query, Sort, pick};
use amazoff_supervisor::{ReadError, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::handle::{OrderCard, OrderPage, Orders, card};
use super::projection::ORDERS;
use super::view::{FulfillmentStatus, PaymentStatus, ReturnStatus, Status};
use crate::ids::UserId;
use crate::money::Currency;

/// Orders that are looked at for one page, where totals must fit.
const LOOKED_AT_MAX: usize = 2_000;

/// Which orders to list; nothing chosen means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Its number for people, as [`read_number`](super::read_number) gives it.
    pub number: Option<String>,
    /// Whose they are.
    pub user: Option<UserId>,
    /// Whether they bind.
    pub status: Option<Status>,
    /// How their payment stands.
    pub payment_status: Option<PaymentStatus>,
    /// How far their goods are.
    pub fulfillment_status: Option<FulfillmentStatus>,
    /// What of their returns waits.
    pub return_status: Option<ReturnStatus>,
    /// In which they are paid.
    pub currency: Option<Currency>,
    /// Placed then or later.
    pub placed_from: Option<Timestamp>,
    /// Placed before that.
    pub placed_before: Option<Timestamp>,
    /// What they cost at least when they were placed, in minor units of whichever currency.
    pub total_min: Option<i64>,
    /// What they cost at most.
    pub total_max: Option<i64>,
}

impl Filter {
    fn equals(&self) -> Vec<(String, Value)> {
        let chosen = [
            ("number", self.number.clone().map(Value::from)),
            ("user", self.user.map(|user| Value::from(user.to_string()))),
            ("status", self.status.map(text)),
            ("payment_status", self.payment_status.map(text)),
            ("fulfillment_status", self.fulfillment_status.map(text)),
            ("return_status", self.return_status.map(text)),
            ("currency", self.currency.map(text)),
        ];
        chosen.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?))).collect()
    }

    /// What the store cannot tell of an order.
    fn choose(&self, id: &str, body: Value) -> Pick<OrderCard> {
        let Some(card) = card(id, body) else { return Pick::Leave };
        if self.placed_from.is_some_and(|from| card.placed_at_ms < from.unix_ms()) {
            return Pick::End;
        }
        let total = card.total.amount;
        let fits =
            self.total_min.is_none_or(|min| total >= min) && self.total_max.is_none_or(|max| total <= max);
        if fits { Pick::Take(card) } else { Pick::Leave }
    }
}

fn text(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

impl Orders {
    /// The placed orders that fit, newest first. Where totals must fit, 2,000 orders are looked at for a page: it may be short,
    /// or empty, and yet have a next one.
    ///
    /// # Errors
    /// When the documents cannot be read now.
    pub async fn list_by(
        &self,
        filter: Filter,
        after: Option<Position>,
        limit: usize,
    ) -> Result<OrderPage, ReadError> {
        // The newest order that fits stands behind the first one that is too new.
        let too_new =
            filter.placed_before.map(|at| Position { value: at.unix_ms().into(), id: String::new() });
        let query = Query {
            collection: ORDERS.to_owned(),
            equals: filter.equals(),
            contains: None,
            sort: Some(Sort { field: "placed_at".to_owned(), descending: true }),
            after: after.or(too_new),
            limit,
        };
        let picked = pick(&*self.documents, query, LOOKED_AT_MAX, |id, body| {
            ready(Ok::<_, ReadError>(filter.choose(&id, body)))
        });
        let Picked { items, next } = picked.await?;
        Ok(OrderPage { items, next })
    }
}
