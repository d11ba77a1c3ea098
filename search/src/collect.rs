//! What is gathered of the products that a query finds.

use std::collections::BTreeMap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::StrColumn;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use crate::schema::{ATTRIBUTE, ID};

/// Counts the values of all attributes.
pub(crate) struct Attributes;

pub(crate) struct AttributesOfSegment {
    values: Option<StrColumn>,
    counts: Vec<u64>,
}

impl Collector for Attributes {
    /// By the term of an attribute's value.
    type Fruit = BTreeMap<String, u64>;
    type Child = AttributesOfSegment;

    fn for_segment(&self, _ordinal: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<Self::Child> {
        let values = segment.fast_fields().str(ATTRIBUTE)?;
        let counts = vec![0; values.as_ref().map_or(0, |values| values.num_terms())];
        Ok(AttributesOfSegment { values, counts })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(
        &self,
        fruits: Vec<tantivy::Result<BTreeMap<String, u64>>>,
    ) -> tantivy::Result<BTreeMap<String, u64>> {
        let mut all = BTreeMap::new();
        for fruit in fruits {
            for (value, count) in fruit? {
                *all.entry(value).or_default() += count;
            }
        }
        Ok(all)
    }
}

impl SegmentCollector for AttributesOfSegment {
    type Fruit = tantivy::Result<BTreeMap<String, u64>>;

    fn collect(&mut self, doc: DocId, _score: Score) {
        for ordinal in self.values.iter().flat_map(|values| values.term_ords(doc)) {
            let place = usize::try_from(ordinal).ok().and_then(|ordinal| self.counts.get_mut(ordinal));
            if let Some(count) = place {
                *count += 1;
            }
        }
    }

    fn harvest(self) -> Self::Fruit {
        let mut found = BTreeMap::new();
        let Some(values) = self.values else { return Ok(found) };
        let counted: Vec<(u64, u64)> = (0..).zip(self.counts).filter(|(_, count)| *count > 0).collect();
        let ordinals: Vec<u64> = counted.iter().map(|(ordinal, _)| *ordinal).collect();
        let mut counts = counted.into_iter().map(|(_, count)| count);
        // In one pass over the dictionary: looked up one by one, each would read its block from the beginning.
        values.dictionary().sorted_ords_to_term_cb(&ordinals, |term| {
            if let (Some(count), Ok(value)) = (counts.next(), std::str::from_utf8(term)) {
                found.insert(value.to_owned(), count);
            }
        })?;
        Ok(found)
    }
}

/// Leaves out what a page by relevance has shown: whatever scores more than the last of it, or as much and has a greater id.
pub(crate) struct Beyond<C> {
    pub(crate) inner: C,
    pub(crate) after: Option<(Score, String)>,
}

pub(crate) struct BeyondOfSegment<C> {
    inner: C,
    after: Option<After>,
}

struct After {
    score: Score,
    ids: Option<StrColumn>,
    /// The first id that was shown, or would come after those that were not.
    from: u64,
}

impl<C: Collector> Collector for Beyond<C> {
    type Fruit = C::Fruit;
    type Child = BeyondOfSegment<C::Child>;

    fn for_segment(&self, ordinal: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<Self::Child> {
        let after = match &self.after {
            Some((score, id)) => {
                let ids = segment.fast_fields().str(ID)?;
                let from = match &ids {
                    Some(ids) => first_not_below(ids, id)?,
                    None => 0,
                };
                Some(After { score: *score, ids, from })
            }
            None => None,
        };
        Ok(BeyondOfSegment { inner: self.inner.for_segment(ordinal, segment)?, after })
    }

    fn requires_scoring(&self) -> bool {
        self.after.is_some() || self.inner.requires_scoring()
    }

    fn merge_fruits(
        &self,
        fruits: Vec<<Self::Child as SegmentCollector>::Fruit>,
    ) -> tantivy::Result<Self::Fruit> {
        self.inner.merge_fruits(fruits)
    }
}

/// The place of a text among the sorted values of a column.
fn first_not_below(column: &StrColumn, text: &str) -> tantivy::Result<u64> {
    use tantivy::columnar::TermOrdHit;
    Ok(match column.dictionary().term_ord_or_next(text)? {
        TermOrdHit::Exact(ordinal) | TermOrdHit::Next(ordinal) => ordinal,
    })
}

impl After {
    fn leaves_out(&self, doc: DocId, score: Score) -> bool {
        let id = self.ids.as_ref().and_then(|ids| ids.term_ords(doc).next());
        score > self.score || (score >= self.score && id.is_none_or(|id| id >= self.from))
    }
}

impl<C: SegmentCollector> SegmentCollector for BeyondOfSegment<C> {
    type Fruit = C::Fruit;

    fn collect(&mut self, doc: DocId, score: Score) {
        if !self.after.as_ref().is_some_and(|after| after.leaves_out(doc, score)) {
            self.inner.collect(doc, score);
        }
    }

    fn harvest(self) -> Self::Fruit {
        self.inner.harvest()
    }
}
