//! Where a rule holds.

use serde::{Deserialize, Serialize};

use crate::pricing::Destination;

/// A part of the world. Every field that is there must agree with the destination; without any it is everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// ISO 3166-1 alpha-2, upper case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The part after the hyphen of ISO 3166-2, upper case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subdivision: Option<String>,
    /// How the postal code starts; blanks and case do not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_prefix: Option<String>,
}

/// How exactly an area names a destination; the greater, the more exactly.
pub(crate) type Exactness = (usize, bool, bool);

impl Area {
    /// Everywhere.
    pub const EVERYWHERE: Self = Self { country: None, subdivision: None, postal_prefix: None };

    /// A whole country.
    pub fn country(code: &str) -> Self {
        Self { country: Some(code.to_owned()), ..Self::EVERYWHERE }
    }

    /// A part of a country.
    pub fn subdivision(country: &str, code: &str) -> Self {
        Self { subdivision: Some(code.to_owned()), ..Self::country(country) }
    }

    /// Whether a destination lies in it.
    pub fn contains(&self, destination: &Destination) -> bool {
        self.exactness(destination).is_some()
    }

    /// How exactly it names a destination, if that lies in it: by postal code (the longer prefix), then by subdivision, then
    /// by country.
    pub(crate) fn exactness(&self, destination: &Destination) -> Option<Exactness> {
        let Self { country, subdivision, postal_prefix } = self;
        let country_fits = country.as_ref().is_none_or(|country| *country == destination.country);
        let subdivision_fits = subdivision.is_none() || *subdivision == destination.subdivision;
        let prefix = postal_prefix.as_deref().map(bare);
        let code = destination.postal_code.as_deref().map(bare).unwrap_or_default();
        let postal_fits = prefix.as_ref().is_none_or(|prefix| code.starts_with(prefix));
        let exactness = (prefix.map_or(0, |prefix| prefix.len()), subdivision.is_some(), country.is_some());
        (country_fits && subdivision_fits && postal_fits).then_some(exactness)
    }
}

/// A postal code without what people write differently.
fn bare(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect()
}

/// How exactly the best of some areas names a destination, if it lies in any.
pub(crate) fn exactness(areas: &[Area], destination: &Destination) -> Option<Exactness> {
    areas.iter().filter_map(|area| area.exactness(destination)).max()
}
