//! What lines say of their variants, kept once for all carts: of a hundred thousand carts many have the same variant, and a map
//! of its options alone takes half a kilobyte.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use moka::sync::Cache;
use serde::Serialize;

/// Wordings that are known as shared; one that is not among them is there once more.
const SHARED_MAX: u64 = 20_000;

static SHARED: LazyLock<Cache<Arc<Words>, Wording>> = LazyLock::new(|| Cache::new(SHARED_MAX));

/// What a line says of its variant. Cheap to clone; whoever says the same shares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Wording(Arc<Words>);

/// How a variant is described.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Words {
    /// The product's name when it was added.
    pub title: String,
    /// What makes the variant differ from others.
    pub options: BTreeMap<String, String>,
    /// The name of a picture's bytes.
    pub image: Option<String>,
}

impl From<Words> for Wording {
    fn from(words: Words) -> Self {
        let words = Arc::new(words);
        SHARED.get_with_by_ref(&words, || Self(Arc::clone(&words)))
    }
}

impl Deref for Wording {
    type Target = Words;

    fn deref(&self) -> &Words {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::cart::Line;
    use crate::money::{Money, Quantity};

    fn said(title: &str) -> Wording {
        let options = BTreeMap::from([("Finish".to_owned(), "matte".to_owned())]);
        Words { title: title.to_owned(), options, image: None }.into()
    }

    #[test]
    fn the_same_words_are_kept_once() {
        let (one, other) = (said("A teapot kept once"), said("A teapot kept once"));
        assert!(Arc::ptr_eq(&one.0, &other.0));
        assert_ne!(one, said("A kettle"));
    }

    #[test]
    fn what_was_stored_is_kept_once_too() {
        let (id, wording) = (Uuid::from_u128(1), said("A stored teapot"));
        let (quantity, unit_price) = (Quantity::ONE, Money::eur(1999));
        let line =
            Line { id: id.into(), variant: id.into(), product: id.into(), wording, quantity, unit_price };
        let read: Line = serde_json::from_value(serde_json::to_value(&line).unwrap()).unwrap();
        assert_eq!(read, line);
        assert!(Arc::ptr_eq(&read.wording.0, &line.wording.0));
    }
}
