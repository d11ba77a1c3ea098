//! The tree and its rules.

use std::collections::BTreeMap;

use amazoff_supervisor::{Claim, Context, Decision, Entity};
use serde::{Deserialize, Serialize};

use super::Rejection;
use crate::effect::NoEffect;
use crate::pricing::is_slug;

/// Most categories: as many as are counted at once when the catalogue is searched.
pub const CATEGORIES_MAX: usize = crate::product::FACET_VALUES_MAX;
/// Most categories one below the other.
pub const DEPTH_MAX: usize = 5;
const SLUG_BYTES_MAX: usize = 100;
const TITLE_CHARS_MAX: usize = 200;

/// A category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// What it is called.
    pub title: String,
    /// The slug of the one above it; it is at the root when absent.
    pub parent: Option<String>,
    /// Where it stands among its siblings: the smallest first, by title among equals.
    pub position: u32,
}

/// What is to become of a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is there, and so.
    Put {
        /// Its name in links, and for products.
        slug: String,
        /// What it is.
        category: Category,
    },
    /// It goes.
    Remove {
        /// Which.
        slug: String,
        /// How many products name it.
        products: u64,
    },
}

/// A command to the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Changes it.
    Change {
        /// The version that it must still have; any when absent.
        expected_version: Option<u64>,
        /// How.
        change: Change,
    },
}

/// Something that happened to the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A category came, or became another.
    Put {
        /// Which.
        slug: String,
        /// As what.
        category: Category,
    },
    /// A category went.
    Removed {
        /// Which.
        slug: String,
    },
}

/// The answer to an accepted change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The tree's version now.
    pub version: u64,
}

/// All categories.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// How often it was changed.
    pub version: u64,
    /// By slug.
    pub all: BTreeMap<String, Category>,
}

impl Tree {
    /// The categories below one, or at the root, in order.
    pub fn below(&self, parent: Option<&str>) -> Vec<(&str, &Category)> {
        let below = self.all.iter().filter(|(_, category)| category.parent.as_deref() == parent);
        let mut below: Vec<_> = below.map(|(slug, category)| (slug.as_str(), category)).collect();
        below.sort_by(|(_, one), (_, other)| (one.position, &one.title).cmp(&(other.position, &other.title)));
        below
    }

    fn event(&self, change: &Change) -> Result<Option<Event>, Rejection> {
        match change {
            Change::Put { slug, category } => {
                self.check(slug, category)?;
                let same = self.all.get(slug) == Some(category);
                Ok((!same).then(|| Event::Put { slug: slug.clone(), category: category.clone() }))
            }
            Change::Remove { slug, products } => {
                self.all.get(slug).ok_or(Rejection::CategoryNotFound)?;
                let children = self.below(Some(slug)).len();
                if children > 0 || *products > 0 {
                    let children = u64::try_from(children).unwrap_or(u64::MAX);
                    return Err(Rejection::CategoryNotEmpty { children, products: *products });
                }
                Ok(Some(Event::Removed { slug: slug.clone() }))
            }
        }
    }

    fn check(&self, slug: &str, category: &Category) -> Result<(), Rejection> {
        if !is_slug(slug, SLUG_BYTES_MAX) {
            return Err(Rejection::invalid(
                "slug",
                "it must be words of lower-case letters and digits, joined by single hyphens",
            ));
        }
        let title = category.title.trim();
        if title.is_empty() || category.title.chars().count() > TITLE_CHARS_MAX {
            return Err(Rejection::invalid("title", "it has 1 to 200 characters"));
        }
        if !self.all.contains_key(slug) && self.all.len() >= CATEGORIES_MAX {
            return Err(Rejection::invalid("slug", "there are 100 categories already"));
        }
        if let Some(parent) = &category.parent {
            self.check_parent(slug, parent)?;
        }
        Ok(())
    }

    /// CAT-2.
    fn check_parent(&self, slug: &str, parent: &str) -> Result<(), Rejection> {
        if !self.all.contains_key(parent) {
            return Err(Rejection::invalid("parent", "there is no such category"));
        }
        let mut above = Some(parent);
        let mut depth = 1;
        while let Some(at) = above {
            if at == slug {
                return Err(Rejection::invalid("parent", "a category cannot be below itself"));
            }
            depth += 1;
            above = self.all.get(at).and_then(|category| category.parent.as_deref());
        }
        if depth + self.height(slug) > DEPTH_MAX {
            return Err(Rejection::invalid("parent", "more than five would stand one below the other"));
        }
        Ok(())
    }

    /// How many stand one below the other below a category.
    fn height(&self, slug: &str) -> usize {
        let below = self.all.iter().filter(|(_, category)| category.parent.as_deref() == Some(slug));
        below.map(|(child, _)| self.height(child).saturating_add(1)).max().unwrap_or(0)
    }
}

impl Entity for Tree {
    const KIND: &'static str = "category";
    type Command = Command;
    type Event = Event;
    type Reply = Receipt;
    type Rejection = Rejection;
    type Effect = NoEffect;

    fn decide(&self, command: &Command, _context: &Context) -> Result<Decision<Self>, Rejection> {
        let Command::Change { expected_version, change } = command;
        if expected_version.is_some_and(|expected| expected != self.version) {
            return Err(Rejection::CategoriesChanged { version: self.version });
        }
        Ok(match self.event(change)? {
            Some(event) => Decision::event(event, Receipt { version: self.version.saturating_add(1) }),
            None => Decision::reply(Receipt { version: self.version }),
        })
    }

    fn apply(&mut self, event: &Event) {
        self.version = self.version.saturating_add(1);
        match event {
            Event::Put { slug, category } => {
                self.all.insert(slug.clone(), category.clone());
            }
            Event::Removed { slug } => {
                self.all.remove(slug);
            }
        }
    }

    /// Never asked for: the tree claims no keys.
    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::invalid("slug", "it is taken")
    }

    fn destination(effect: &Self::Effect) -> String {
        match *effect {}
    }
}
