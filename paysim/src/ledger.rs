//! Every movement of money, whichever provider it went through: the oracle that a shop's books are compared with.
//!
//! The ledger does not trust the rules of the providers: it adds up by itself, and says so when more is taken than was
//! reserved or more is given back than was taken.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Whose desk the money went over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Desk {
    /// Stripe's.
    Stripe,
    /// PayPal's.
    PayPal,
}

/// What happened to money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It is set aside for the shop.
    Reserved,
    /// The shop has it.
    Captured,
    /// It is not set aside any more.
    Released,
    /// The shopper has it back.
    Refunded,
    /// It did not reach the shopper, and the shop has it again.
    RefundFailed,
    /// The card's owner took it back.
    Disputed,
    /// The shop got it back.
    DisputeWon,
}

/// One movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Its place among all, from 1.
    pub seq: u64,
    /// Where.
    pub desk: Desk,
    /// What.
    pub kind: Kind,
    /// The authorization: a PaymentIntent, or an order of PayPal.
    pub reference: String,
    /// The object that moved it: a charge, a capture, a refund …
    pub id: String,
    /// How much, in the provider's smallest unit.
    pub amount: i64,
    /// Of which currency, in capitals.
    pub currency: String,
    /// What the shop named the payment: the metadata `amazoff_payment`, or PayPal's `custom_id`.
    pub payment: Option<String>,
    /// The idempotency key that it was asked under.
    pub key: Option<String>,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// What the movements of one authorization add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What the shop named the payment.
    pub payment: Option<String>,
    /// The currency, in capitals.
    pub currency: String,
    /// Ever set aside.
    pub reserved: i64,
    /// Ever taken.
    pub captured: i64,
    /// Ever given up.
    pub released: i64,
    /// Given back, without what failed.
    pub refunded: i64,
    /// Taken back by disputes, without what was won.
    pub disputed: i64,
}

impl Account {
    fn add(&mut self, movement: &Movement) {
        let amount = movement.amount;
        match movement.kind {
            Kind::Reserved => self.reserved += amount,
            Kind::Captured => self.captured += amount,
            Kind::Released => self.released += amount,
            Kind::Refunded => self.refunded += amount,
            Kind::RefundFailed => self.refunded -= amount,
            Kind::Disputed => self.disputed += amount,
            Kind::DisputeWon => self.disputed -= amount,
        }
        self.currency.clone_from(&movement.currency);
        if movement.payment.is_some() {
            self.payment.clone_from(&movement.payment);
        }
    }

    /// What cannot be, if it is.
    fn fault(&self) -> Option<&'static str> {
        let given = self.refunded + self.disputed;
        if self.captured + self.released > self.reserved {
            Some("more was taken and given up than was reserved")
        } else if given > self.captured {
            Some("more was given back than was taken")
        } else if self.refunded < 0 || self.disputed < 0 {
            Some("more came back than was given")
        } else {
            None
        }
    }

    /// What is still set aside.
    pub fn held(&self) -> i64 {
        self.reserved - self.captured - self.released
    }
}

/// A copy of the ledger.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Books {
    /// All movements, the oldest first.
    pub movements: Vec<Movement>,
    /// What they add up to, by authorization.
    pub accounts: BTreeMap<String, Account>,
    /// What must not be: empty, or the simulator is wrong.
    pub broken: Vec<String>,
}

impl Books {
    /// The accounts of a payment, as the shop named it: several when it was authorized several times.
    pub fn of_payment<'a>(&'a self, payment: &'a str) -> impl Iterator<Item = (&'a str, &'a Account)> {
        let mine =
            self.accounts.iter().filter(move |(_, account)| account.payment.as_deref() == Some(payment));
        mine.map(|(reference, account)| (reference.as_str(), account))
    }

    /// The movements of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.movements.iter().filter(|movement| movement.kind == kind).count()
    }

    pub(crate) fn record(&mut self, movement: Movement) {
        let account = self.accounts.entry(movement.reference.clone()).or_default();
        account.add(&movement);
        let fault = if movement.amount < 0 { Some("a movement is negative") } else { account.fault() };
        if let Some(fault) = fault {
            self.broken.push(format!("{}: {fault} (movement {})", movement.reference, movement.seq));
        }
        self.movements.push(movement);
    }
}
