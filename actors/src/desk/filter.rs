//! The saved filters and their rules.

use std::collections::BTreeMap;

use amazoff_supervisor::{Claim, Context, Decision, Entity};
use serde::{Deserialize, Serialize};

use super::Rejection;
use crate::effect::NoEffect;
use crate::money::Currency;
use crate::order::{FulfillmentStatus, PaymentStatus, ReturnStatus, Status};
use crate::pricing::is_slug;

/// Most filters.
pub const FILTERS_MAX: usize = 50;
/// The longest time that a filter looks back, in days.
pub const WITHIN_DAYS_MAX: u16 = 3_660;
const NAME_BYTES_MAX: usize = 60;
const TITLE_CHARS_MAX: usize = 100;

/// What orders must be to be in a list; whatever is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFilter {
    /// What the filter is called.
    pub title: String,
    /// Their status.
    pub status: Option<Status>,
    /// How far their money is.
    pub payment_status: Option<PaymentStatus>,
    /// How far their goods are.
    pub fulfillment_status: Option<FulfillmentStatus>,
    /// What of their returns waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_status: Option<ReturnStatus>,
    /// In which currency they are paid.
    pub currency: Option<Currency>,
    /// Placed within so many days, today's among them.
    pub placed_within_days: Option<u16>,
    /// What they cost at least, in minor units.
    pub total_min: Option<i64>,
    /// What they cost at most, in minor units.
    pub total_max: Option<i64>,
}

/// A command to the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// A filter is there, and so.
    Save {
        /// The version that the desk must still have; any when absent.
        expected_version: Option<u64>,
        /// Its name in links.
        name: String,
        /// What it is.
        filter: OrderFilter,
    },
    /// A filter goes.
    Drop {
        /// The version that the desk must still have; any when absent.
        expected_version: Option<u64>,
        /// Which.
        name: String,
    },
}

/// Something that happened at the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A filter came, or became another.
    Saved {
        /// Which.
        name: String,
        /// As what.
        filter: OrderFilter,
    },
    /// A filter went.
    Dropped {
        /// Which.
        name: String,
    },
}

/// The answer to an accepted change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The desk's version now.
    pub version: u64,
}

/// What the back office keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Desk {
    /// How often it was changed.
    pub version: u64,
    /// The saved filters, by name.
    pub filters: BTreeMap<String, OrderFilter>,
}

impl Desk {
    fn save(&self, name: &str, filter: &OrderFilter) -> Result<Option<Event>, Rejection> {
        if !is_slug(name, NAME_BYTES_MAX) {
            let rule = "it must be words of lower-case letters and digits, joined by single hyphens";
            return Err(Rejection::invalid("name", rule));
        }
        if filter.title.trim().is_empty() || filter.title.chars().count() > TITLE_CHARS_MAX {
            return Err(Rejection::invalid("title", "it has 1 to 100 characters"));
        }
        if filter.placed_within_days.is_some_and(|days| days == 0 || days > WITHIN_DAYS_MAX) {
            return Err(Rejection::invalid("placed_within_days", "it is 1 to 3660"));
        }
        if filter.total_min.is_some_and(|amount| amount < 0) {
            return Err(Rejection::invalid("total_min", "it is not below 0"));
        }
        if filter.total_max.is_some_and(|most| most < filter.total_min.unwrap_or(0)) {
            return Err(Rejection::invalid("total_max", "it is not below the least"));
        }
        if !self.filters.contains_key(name) && self.filters.len() >= FILTERS_MAX {
            return Err(Rejection::invalid("name", "there are 50 filters already"));
        }
        let same = self.filters.get(name) == Some(filter);
        Ok((!same).then(|| Event::Saved { name: name.to_owned(), filter: filter.clone() }))
    }

    fn seen(&self, expected: Option<u64>) -> Result<(), Rejection> {
        if expected.is_some_and(|expected| expected != self.version) {
            return Err(Rejection::OrderFiltersChanged { version: self.version });
        }
        Ok(())
    }
}

impl Entity for Desk {
    const KIND: &'static str = "desk";
    type Command = Command;
    type Event = Event;
    type Reply = Receipt;
    type Rejection = Rejection;
    type Effect = NoEffect;

    fn decide(&self, command: &Command, _context: &Context) -> Result<Decision<Self>, Rejection> {
        let event = match command {
            Command::Save { expected_version, name, filter } => {
                self.seen(*expected_version)?;
                self.save(name, filter)?
            }
            Command::Drop { expected_version, name } => {
                self.seen(*expected_version)?;
                self.filters.get(name).ok_or(Rejection::OrderFilterNotFound)?;
                Some(Event::Dropped { name: name.clone() })
            }
        };
        Ok(match event {
            Some(event) => Decision::event(event, Receipt { version: self.version.saturating_add(1) }),
            None => Decision::reply(Receipt { version: self.version }),
        })
    }

    fn apply(&mut self, event: &Event) {
        self.version = self.version.saturating_add(1);
        match event {
            Event::Saved { name, filter } => {
                self.filters.insert(name.clone(), filter.clone());
            }
            Event::Dropped { name } => {
                self.filters.remove(name);
            }
        }
    }

    /// Never asked for: the desk claims no keys.
    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::invalid("name", "it is taken")
    }

    fn destination(effect: &Self::Effect) -> String {
        match *effect {}
    }
}
