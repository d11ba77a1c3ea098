//! What lines say of their variants, kept once for all carts: of a hundred thousand carts many have the same variant, and a map
//! of its options alone takes half a kilobyte.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use amazoff_supervisor::text_length;
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

impl Words {
    /// How many bytes they take where they are stored.
    pub(super) fn bytes(&self) -> usize {
        bytes(&self.title, &self.options, self.image.as_deref())
    }
}

/// How many bytes words take where they are stored.
pub(super) fn bytes(title: &str, options: &BTreeMap<String, String>, image: Option<&str>) -> usize {
    text_length(&(title, options, image))
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
    use amazoff_supervisor::Entity;
    use uuid::Uuid;

    use super::*;
    use crate::cart::{Cart, Line};
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
    fn what_a_cart_says_of_its_variants_does_not_count_as_its_own() {
        let ten_lines = |title: &str| {
            let line = |n| {
                let (id, wording) = (Uuid::from_u128(n), said(title));
                let (quantity, unit_price) = (Quantity::ONE, Money::eur(1999));
                Line { id: id.into(), variant: id.into(), product: id.into(), wording, quantity, unit_price }
            };
            Cart { lines: (0..10).map(line).collect(), ..Cart::default() }
        };
        let bytes = |cart: Cart| cart.bytes_in_memory().unwrap();
        let short = bytes(ten_lines("A pot"));
        assert_eq!(bytes(ten_lines(&"A teapot ".repeat(100))), short);
        assert!((10 * size_of::<Line>()..3_000).contains(&short), "{short}");
        let coupons = vec!["x".repeat(64)];
        assert!(bytes(Cart { coupons, ..ten_lines("A pot") }) >= short + 64, "a code is its own");
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
