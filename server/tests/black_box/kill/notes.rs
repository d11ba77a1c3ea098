//! What the shoppers were told: the outside view that the books must agree with.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::common::Auth;
use crate::common::shopping::Lines;

/// A cart as its shopper knows it.
#[derive(Clone, Debug)]
pub(crate) struct CartNote {
    /// Its id.
    pub(crate) id: String,
    /// What opens it.
    pub(crate) auth: Auth,
    /// Pieces per variant after the last acknowledged command.
    pub(crate) lines: Lines,
    /// The order that it became.
    pub(crate) order: Option<OrderNote>,
}

/// An acknowledged order.
#[derive(Clone, Debug)]
pub(crate) struct OrderNote {
    /// Its id.
    pub(crate) id: String,
    /// Its number for people.
    pub(crate) number: String,
    /// What it costs, in cents.
    pub(crate) total: i64,
    /// The code that it used.
    pub(crate) code: Option<String>,
    /// Whether the card that placed it gives no money, so that another one pays it.
    pub(crate) paid_anew: bool,
    /// What was given back, in cents.
    pub(crate) refunded: i64,
    /// Whether its shopper called it off.
    pub(crate) canceled: bool,
}

/// A registration that was acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct UserNote {
    /// Under which address.
    pub(crate) email: String,
    /// With which password.
    pub(crate) password: String,
    /// As whom.
    pub(crate) id: String,
}

/// Everything that all shoppers know.
#[derive(Default)]
pub(crate) struct Notes {
    carts: Mutex<Vec<CartNote>>,
    users: Mutex<Vec<UserNote>>,
}

impl Notes {
    pub(crate) fn cart(&self, note: CartNote) {
        self.carts.lock().unwrap().push(note);
    }
    pub(crate) fn user(&self, note: UserNote) {
        self.users.lock().unwrap().push(note);
    }
    pub(crate) fn carts(&self) -> Vec<CartNote> {
        self.carts.lock().unwrap().clone()
    }
    pub(crate) fn users(&self) -> Vec<UserNote> {
        self.users.lock().unwrap().clone()
    }
    /// All acknowledged orders.
    pub(crate) fn orders(&self) -> Vec<OrderNote> {
        self.carts().into_iter().filter_map(|cart| cart.order).collect()
    }
    /// Pieces per variant in all acknowledged orders that were not called off.
    pub(crate) fn sold(&self) -> BTreeMap<String, i64> {
        let mut sold = BTreeMap::new();
        let is_wanted = |order: &OrderNote| !order.canceled;
        for cart in self.carts().iter().filter(|cart| cart.order.as_ref().is_some_and(is_wanted)) {
            for (variant, quantity) in &cart.lines {
                *sold.entry(variant.clone()).or_default() += i64::from(*quantity);
            }
        }
        sold
    }
}
