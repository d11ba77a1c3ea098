//! What the address of a product list says.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_actors::product::{ListQuery, PriceRange, Sorting};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;

use super::catalogue::limit;
use crate::platform::Platform;
use crate::problem::Problem;

/// Longest search text, name and value of an attribute, in characters.
pub(super) const SEARCH_CHARS_MAX: usize = 200;
/// Attributes that are wished for at once, and values of one.
const FACETS_MAX: usize = 10;
const VALUES_MAX: usize = 20;
/// What the parameters of attributes start with.
const FACET: &str = "facet.";

/// What to look for.
#[derive(Debug, Default)]
pub(super) struct Search {
    q: Option<String>,
    category: Option<String>,
    facets: BTreeMap<String, BTreeSet<String>>,
    price: PriceRange,
    sort: Option<Sorting>,
    cursor: Option<String>,
    limit: Option<usize>,
    counts: bool,
}

impl Search {
    /// Reads parameters; each but those of attributes may stand there once.
    ///
    /// # Errors
    /// `invalid-query` for what is unknown, repeated, malformed or too much.
    pub(super) fn read(pairs: Vec<(String, String)>) -> Result<Self, Problem> {
        let (mut search, mut seen) = (Self::default(), BTreeSet::new());
        for (name, value) in pairs {
            match name.strip_prefix(FACET) {
                Some(attribute) => search.wish(attribute, value)?,
                None if !seen.insert(name.clone()) => {
                    return Err(Problem::query(&name, "A parameter may stand there once."));
                }
                None => search.set(&name, value)?,
            }
        }
        Ok(search)
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), Problem> {
        let malformed = || Problem::query(name, "This parameter has the wrong form.");
        let amount = || value.parse().ok().filter(|amount: &i64| *amount >= 0).ok_or_else(malformed);
        match name {
            "q" => self.q = Some(short(name, value)?),
            "category" => self.category = Some(short(name, value)?),
            "price.min" => self.price.min = Some(amount()?),
            "price.max" => self.price.max = Some(amount()?),
            "sort" => self.sort = Some(sorting(&value).ok_or_else(malformed)?),
            "cursor" => self.cursor = Some(value),
            "limit" => self.limit = Some(value.parse().map_err(|_not_a_number| malformed())?),
            "facets" => self.counts = value.parse().map_err(|_no_truth| malformed())?,
            _ => return Err(Problem::query("", "A parameter is unknown.")),
        }
        Ok(())
    }

    fn wish(&mut self, attribute: &str, value: String) -> Result<(), Problem> {
        let attribute = short(FACET, attribute.to_owned())?;
        let value = short(FACET, value)?;
        let values = self.facets.entry(attribute).or_default();
        values.insert(value);
        match values.len() <= VALUES_MAX && self.facets.len() <= FACETS_MAX {
            true => Ok(()),
            false => Err(Problem::query(FACET, "At most 10 attributes with 20 values each.")),
        }
    }

    /// Names the list that a cursor belongs to.
    pub(super) fn scope(&self) -> String {
        let Self { q, category, facets, price, sort, .. } = self;
        format!("products {q:?} {category:?} {facets:?} {price:?} {sort:?}")
    }

    /// As the shop asks its index.
    ///
    /// # Errors
    /// `cursor-invalid`, and `invalid-query` for a page that is too large.
    pub(super) fn query(self, platform: &Platform) -> Result<ListQuery, Problem> {
        let scope = self.scope();
        let after =
            self.cursor.as_deref().map(|cursor| platform.auth.position(&scope, cursor)).transpose()?;
        let Self { q, category, facets, price, sort, counts, .. } = self;
        Ok(ListQuery { q, category, facets, price, sort, after, limit: limit(self.limit)?, counts })
    }
}

fn sorting(name: &str) -> Option<Sorting> {
    Sorting::deserialize(IntoDeserializer::<Error>::into_deserializer(name)).ok()
}

/// A text that is not too long.
pub(in crate::routes) fn short(name: &str, text: String) -> Result<String, Problem> {
    match text.chars().nth(SEARCH_CHARS_MAX) {
        None => Ok(text),
        Some(_) => Err(Problem::query(name, "At most 200 characters.")),
    }
}
