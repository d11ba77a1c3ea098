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
    /// Pieces per variant in all acknowledged orders.
    pub(crate) fn sold(&self) -> BTreeMap<String, i64> {
        let mut sold = BTreeMap::new();
        for cart in self.carts().iter().filter(|cart| cart.order.is_some()) {
            for (variant, quantity) in &cart.lines {
                *sold.entry(variant.clone()).or_default() += i64::from(*quantity);
            }
        }
        sold
    }
}
