//! From what a shopper looks for to what the index is asked.

use std::collections::BTreeMap;
use std::ops::Bound;

use amazoff_actors::product::{Facet, FacetValue, ListQuery, ProductPage, Sorting};
use amazoff_supervisor::documents::Position;
use serde_json::Value;
use tantivy::collector::sort_key::{SortBySimilarityScore, SortByStaticFastValue, SortByString};
use tantivy::collector::{Collector, Count, TopDocs};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, FuzzyTermQuery, Occur, Query, RangeQuery, TermQuery,
    TermSetQuery,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, Order, Score, Searcher, Term};

use crate::collect::{Attributes, Beyond};
use crate::generation::Generation;
use crate::schema::{CREATED_AT, Fields, ID, NAME, PRICE, attribute, parts, split};

/// The most words of a search that are looked at.
const WORDS_MAX: usize = 8;
/// Fewest letters of a word that may have one wrong, and two.
const ONE_WRONG: usize = 4;
const TWO_WRONG: usize = 8;
/// What a word counts where it is found.
const IN_TITLE: Score = 4.0;
const IN_BRAND: Score = 2.0;
const AS_STEM: Score = 0.7;
const AS_BEGINNING: Score = 0.5;

type Clause = (Occur, Box<dyn Query>);

/// Finds what a query describes.
pub(crate) fn find(generation: &Generation, query: &ListQuery) -> tantivy::Result<ProductPage> {
    let (searcher, fields) = (generation.searcher(), &generation.fields);
    let words = words(&searcher, fields, query.q.as_deref().unwrap_or_default())?;
    let all = all_of(&words, query, fields, None);
    let (found, Counted { total, attributes }) = sorted(&searcher, &*all, query, fields)?;
    let facets = match attributes {
        Some(attributes) => facets(&searcher, fields, &words, (query, attributes))?,
        None => Vec::new(),
    };
    let more = found.len() > query.limit;
    let next = found.get(query.limit.saturating_sub(1)).filter(|_| more);
    let next = next.map(|(value, id, _)| Position { value: value.clone(), id: id.clone() });
    let items = found
        .iter()
        .take(query.limit)
        .map(|(_, _, address)| generation.card(&searcher, *address))
        .collect::<tantivy::Result<_>>()?;
    Ok(ProductPage { items, next, total, facets })
}

/// What stands for each word of a text.
pub(crate) fn words(
    searcher: &Searcher,
    fields: &Fields,
    text: &str,
) -> tantivy::Result<Vec<Box<dyn Query>>> {
    let words: Vec<_> = split(text).into_iter().take(WORDS_MAX).collect();
    let last = words.len().saturating_sub(1);
    words
        .iter()
        .enumerate()
        .map(|(place, (word, stem))| one_word(searcher, fields, (word, stem), place == last))
        .collect()
}

fn one_word(
    searcher: &Searcher,
    fields: &Fields,
    (word, stem): (&str, &str),
    may_go_on: bool,
) -> tantivy::Result<Box<dyn Query>> {
    let exact = Term::from_field_text(fields.words, word);
    let stem = Term::from_field_text(fields.stems, stem);
    let mut ways: Vec<Clause> = vec![
        way(Term::from_field_text(fields.title, word), IN_TITLE),
        way(Term::from_field_text(fields.brand, word), IN_BRAND),
        way(exact.clone(), 1.0),
        way(stem.clone(), AS_STEM),
    ];
    let mut known = searcher.doc_freq(&exact)? > 0 || searcher.doc_freq(&stem)? > 0;
    if may_go_on {
        let beginning = FuzzyTermQuery::new_prefix(exact.clone(), 0, false);
        known = known || searcher.search(&beginning, &Count)? > 0;
        ways.push((Occur::Should, Box::new(BoostQuery::new(Box::new(beginning), AS_BEGINNING))));
    }
    let wrong = match word.chars().count() {
        0..ONE_WRONG => 0,
        ONE_WRONG..TWO_WRONG => 1,
        _ => 2,
    };
    if !known && wrong > 0 {
        ways.push((Occur::Should, Box::new(FuzzyTermQuery::new(exact, wrong, true))));
    }
    Ok(Box::new(BooleanQuery::new(ways)))
}

fn way(term: Term, weight: Score) -> Clause {
    let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
    (Occur::Should, Box::new(BoostQuery::new(Box::new(query), weight)))
}

/// Everything that must hold, but what is wanted of one attribute.
fn all_of(words: &[Box<dyn Query>], query: &ListQuery, fields: &Fields, but: Option<&str>) -> Box<dyn Query> {
    let mut clauses: Vec<Clause> = words.iter().map(|word| (Occur::Must, word.box_clone())).collect();
    for (name, values) in query.wanted().filter(|(name, _)| but != Some(*name)) {
        let terms =
            values.iter().map(|value| Term::from_field_text(fields.attribute, &attribute(name, value)));
        clauses.push(filter(TermSetQuery::new(terms)));
    }
    if query.price.min.is_some() || query.price.max.is_some() {
        let bound = |amount: Option<i64>| {
            amount.map_or(Bound::Unbounded, |amount| {
                Bound::Included(Term::from_field_i64(fields.price, amount))
            })
        };
        clauses.push(filter(RangeQuery::new(bound(query.price.min), bound(query.price.max))));
    }
    if clauses.is_empty() { Box::new(AllQuery) } else { Box::new(BooleanQuery::new(clauses)) }
}

/// A condition that makes nothing more relevant.
fn filter(query: impl Query) -> Clause {
    (Occur::Must, Box::new(ConstScoreQuery::new(Box::new(query), 0.0)))
}

/// The attributes' values with their counts, of which those of all that is found are known. Of an attribute that has a wish,
/// all values are counted as without it.
fn facets(
    searcher: &Searcher,
    fields: &Fields,
    words: &[Box<dyn Query>],
    (query, counted): (&ListQuery, BTreeMap<String, u64>),
) -> tantivy::Result<Vec<Facet>> {
    let mut by_name = BTreeMap::<String, Vec<FacetValue>>::new();
    let wished: Vec<&str> = query.wanted().map(|(name, _)| name).collect();
    let mut add = |counted: BTreeMap<String, u64>, takes: &dyn Fn(&str) -> bool| {
        for (term, count) in counted {
            if let Some((name, value)) = parts(&term).filter(|(name, _)| takes(name)) {
                let value = FacetValue { value: value.to_owned(), count };
                by_name.entry(name.to_owned()).or_default().push(value);
            }
        }
    };
    add(counted, &|name| !wished.contains(&name));
    for wished in &wished {
        let counted = searcher.search(&all_of(words, query, fields, Some(wished)), &Attributes)?;
        add(counted, &|name| name == *wished);
    }
    Ok(by_name.into_iter().map(|(name, values)| Facet::of(&name, values)).collect())
}

/// One more than a page, each with what it is sorted by, its id, and where it is; and what was counted on all pages.
type Found = (Vec<(Value, String, DocAddress)>, Counted);

/// What is counted of all that is found, on whichever page.
struct Counted {
    total: u64,
    /// By the term of an attribute's value, where it was asked for.
    attributes: Option<BTreeMap<String, u64>>,
}

impl Counted {
    /// What counts it, in the same pass over what is found as a page's.
    fn by(query: &ListQuery) -> (Count, Option<Attributes>) {
        (Count, query.counts.then_some(Attributes))
    }

    fn of((total, attributes): (usize, Option<BTreeMap<String, u64>>)) -> Self {
        Self { total: number(total), attributes }
    }
}

fn sorted(
    searcher: &Searcher,
    all: &dyn Query,
    query: &ListQuery,
    fields: &Fields,
) -> tantivy::Result<Found> {
    let sorting = query.sorting();
    let order = if sorting.descends() { Order::Desc } else { Order::Asc };
    let top = || TopDocs::with_limit(query.limit + 1);
    let by_id = (SortByString::for_field(ID), order);
    let numbers = |name, field| {
        let collector =
            top().order_by(((SortByStaticFastValue::<i64>::for_field(name), order), by_id.clone()));
        let value = query.after.as_ref().and_then(|after| after.value.as_i64());
        let rest = value.and_then(|value| rest(all, query, fields, Term::from_field_i64(field, value)));
        paged(searcher, (all, rest), collector, query)
    };
    match sorting {
        Sorting::Relevance => {
            let after = query.after.as_ref().and_then(|after| Some((score(&after.value)?, after.id.clone())));
            let inner = top().order_by(((SortBySimilarityScore, order), by_id.clone()));
            let (found, counted) = searcher.search(all, &(Beyond { inner, after }, Counted::by(query)))?;
            let found = found.into_iter().map(|((score, id), at)| placed(score.to_bits(), id, at));
            Ok((found.collect(), Counted::of(counted)))
        }
        Sorting::Newest => numbers(CREATED_AT, fields.created_at),
        Sorting::PriceAsc | Sorting::PriceDesc => numbers(PRICE, fields.price),
        Sorting::Name => {
            let collector = top().order_by(((SortByString::for_field(NAME), order), by_id.clone()));
            let value = query.after.as_ref().and_then(|after| after.value.as_str());
            let rest =
                value.and_then(|value| rest(all, query, fields, Term::from_field_text(fields.name, value)));
            paged(searcher, (all, rest), collector, query)
        }
    }
}

/// A page of all, or of the rest that comes after a position.
fn paged<V: Into<Value> + Send + 'static>(
    searcher: &Searcher,
    (all, rest): (&dyn Query, Option<BooleanQuery>),
    page: impl Collector<Fruit = Vec<((V, Option<String>), DocAddress)>>,
    query: &ListQuery,
) -> tantivy::Result<Found> {
    let (found, counted) = match rest {
        Some(rest) => (searcher.search(&rest, &page)?, searcher.search(all, &Counted::by(query))?),
        None => searcher.search(all, &(page, Counted::by(query)))?,
    };
    let found = found.into_iter().map(|((value, id), at)| placed(value, id, at));
    Ok((found.collect(), Counted::of(counted)))
}

fn placed(value: impl Into<Value>, id: Option<String>, at: DocAddress) -> (Value, String, DocAddress) {
    (value.into(), id.unwrap_or_default(), at)
}

/// What comes after the position of a query, by what it is sorted by and the id.
fn rest(all: &dyn Query, query: &ListQuery, fields: &Fields, value: Term) -> Option<BooleanQuery> {
    let id = Term::from_field_text(fields.id, &query.after.as_ref()?.id);
    let descends = query.sorting().descends();
    let beyond = |term: Term| match descends {
        true => RangeQuery::new(Bound::Unbounded, Bound::Excluded(term)),
        false => RangeQuery::new(Bound::Excluded(term), Bound::Unbounded),
    };
    let same = RangeQuery::new(Bound::Included(value.clone()), Bound::Included(value.clone()));
    let tied = BooleanQuery::new(vec![(Occur::Must, Box::new(same)), (Occur::Must, Box::new(beyond(id)))]);
    let later =
        BooleanQuery::new(vec![(Occur::Should, Box::new(beyond(value))), (Occur::Should, Box::new(tied))]);
    Some(BooleanQuery::new(vec![(Occur::Must, all.box_clone()), filter(later)]))
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A score, as a position carries it.
fn score(value: &Value) -> Option<Score> {
    value.as_u64().and_then(|bits| u32::try_from(bits).ok()).map(Score::from_bits)
}
