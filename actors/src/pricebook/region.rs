//! Where which tax is due.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Area;
use crate::pricing::{Rate, TaxClass};

/// A part of the world with one set of tax rates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRegion {
    /// Its name in links.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What lies in it.
    pub areas: Vec<Area>,
    /// Whether prices include the tax (or it is added to them).
    pub prices_include_tax: bool,
    /// The rate of each class. A class that is missing is taxed like [`TaxClass::standard`], which is never missing.
    pub rates: BTreeMap<TaxClass, Rate>,
}

impl TaxRegion {
    /// The rate of a class.
    pub fn rate(&self, class: &TaxClass) -> Rate {
        let known = self.rates.get(class).or_else(|| self.rates.get(&TaxClass::standard()));
        known.copied().unwrap_or_default()
    }
}
