//! Ways to send.

use serde::{Deserialize, Serialize};

use super::Area;
use super::place::exactness;
use crate::money::{Currency, Money};
use crate::pricing::{Destination, TaxClass};

/// A way to send, with its prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingMethod {
    /// Its name in links.
    pub id: String,
    /// Its name.
    pub title: String,
    /// How sending is taxed.
    pub tax_class: TaxClass,
    /// Where it goes at which prices. The zone that names a destination most exactly counts, the first among equals.
    pub zones: Vec<ShippingZone>,
}

/// Destinations to which a method has the same prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingZone {
    /// What lies in it.
    pub areas: Vec<Area>,
    /// What its prices depend on.
    pub by: Measure,
    /// The prices. For a currency that no bracket has, or below its first one, the method does not serve the zone.
    pub brackets: Vec<Bracket>,
    /// What is heavier is not sent by this method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_max_g: Option<u64>,
}

/// What the price of sending depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The weight of all pieces, in grams.
    Weight,
    /// The value of the goods after discounts, as their prices are written, in minor units.
    Price,
}

/// A price of sending, from a measure on up to the next bracket of the same currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bracket {
    /// From this many grams, or minor units of the price's currency.
    pub from: u64,
    /// What it costs.
    pub price: Money,
}

/// What is to be sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parcel<'a> {
    pub(crate) currency: Currency,
    pub(crate) destination: Option<&'a Destination>,
    pub(crate) weight_g: u64,
    /// After discounts, in minor units.
    pub(crate) value: u64,
}

impl ShippingMethod {
    /// What it costs to send a parcel, if this method serves it. Without a destination, the first zone counts.
    pub(crate) fn price(&self, parcel: &Parcel<'_>) -> Option<Money> {
        let zone = match parcel.destination {
            None => self.zones.first(),
            Some(destination) => {
                let exactly = |zone: &ShippingZone| exactness(&zone.areas, destination);
                let best = self.zones.iter().filter_map(exactly).max()?;
                self.zones.iter().find(|zone| exactly(zone) == Some(best))
            }
        }?;
        zone.price(parcel)
    }
}

impl ShippingZone {
    fn price(&self, parcel: &Parcel<'_>) -> Option<Money> {
        if self.weight_max_g.is_some_and(|most| parcel.weight_g > most) {
            return None;
        }
        let measured = match self.by {
            Measure::Weight => parcel.weight_g,
            Measure::Price => parcel.value,
        };
        let brackets = self.brackets.iter();
        let reached = brackets
            .filter(|bracket| bracket.price.currency == parcel.currency && bracket.from <= measured)
            .max_by_key(|bracket| bracket.from)?;
        Some(reached.price)
    }
}
