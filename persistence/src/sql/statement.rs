//! A statement: its text, and the values for its question marks.

use std::borrow::Cow;

use amazoff_supervisor::{CommandId, EntityId, Epoch, ShardId, Timestamp, Version};
use uuid::Uuid;

/// Most rows of one statement where each statement is sent to a server.
pub(crate) const ROWS_MAX: usize = 64;
/// A statement of several rows is cut in two above this many bytes of values, far below what a server takes at once.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// A value of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Id([u8; 16]),
}

/// Values from the types of the ports. Numbers without a sign are stored with the same 64 bits.
macro_rules! values {
    ($($of:ty, $name:ident => $value:expr;)+) => {
        $(impl<'a> From<$of> for Value<'a> {
            fn from($name: $of) -> Self {
                $value
            }
        })+
    };
}

values! {
    i64, number => Self::Int(number);
    u64, number => Self::Int(number.cast_signed());
    u32, number => Self::Int(number.into());
    u16, number => Self::Int(number.into());
    bool, truth => Self::Int(truth.into());
    &'a str, text => Self::Text(text);
    &'a String, text => Self::Text(text);
    &'a [u8], bytes => Self::Bytes(bytes);
    Uuid, id => Self::Id(id.into_bytes());
    CommandId, id => Self::Id(id.0.into_bytes());
    Version, version => version.0.into();
    Epoch, epoch => epoch.0.into();
    ShardId, shard => shard.number().into();
    Timestamp, at => Self::Int(at.unix_ms());
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Value<'_> {
    fn bytes(&self) -> usize {
        match self {
            Self::Null | Self::Int(_) | Self::Id(_) => 16,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

/// The values of a row or of several.
#[derive(Debug, Default)]
pub(crate) struct Values<'a>(Vec<Value<'a>>);

impl<'a> Values<'a> {
    /// The next value.
    pub(crate) fn bind(&mut self, value: impl Into<Value<'a>>) -> &mut Self {
        self.0.push(value.into());
        self
    }

    /// The next two values: an entity's kind and id.
    pub(crate) fn entity(&mut self, entity: &'a EntityId) -> &mut Self {
        self.bind(entity.kind.as_str()).bind(entity.id)
    }
}

/// A statement. Texts come from this crate only; whatever else belongs into a value.
#[derive(Debug)]
pub(crate) struct Statement<'a> {
    sql: Cow<'static, str>,
    values: Values<'a>,
}

impl<'a> Statement<'a> {
    /// A statement without values yet.
    pub(crate) fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        Self { sql: sql.into(), values: Values::default() }
    }

    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value<'a>>) -> Self {
        self.values.bind(value);
        self
    }

    /// Binds the next two values: an entity's kind and id.
    pub(crate) fn entity(mut self, entity: &'a EntityId) -> Self {
        self.values.entity(entity);
        self
    }

    /// Binds a limit.
    pub(crate) fn limit(self, limit: usize) -> Self {
        self.bind(i64::try_from(limit).unwrap_or(i64::MAX))
    }

    /// Its text.
    pub(crate) fn text(&self) -> &str {
        &self.sql
    }

    /// Its text, to be kept.
    pub(crate) fn sql(&self) -> Cow<'static, str> {
        self.sql.clone()
    }

    /// Its values.
    pub(crate) fn values(&self) -> &[Value<'a>] {
        &self.values.0
    }
}

/// Statements with a row of values for each of the rows, between `head` and `tail`; at most `most` rows in each.
pub(crate) fn many<'a, T>(
    most: usize,
    head: &str,
    rows: &[T],
    tail: &str,
    bind: impl Fn(&mut Values<'a>, &T),
) -> Vec<Statement<'a>> {
    cut(most, rows, bind, |these, values| {
        let columns = vec!["?"; values / these].join(", ");
        format!("{head}VALUES {}{tail}", vec![format!("({columns})"); these].join(", "))
    })
}

/// Statements over the rows of a table that fit a condition with the values of one of `rows`. Each is found by its key
/// whatever the planner thinks of lists of values: for `IN (VALUES …)`, SQLite 3.40 reads the whole table.
pub(super) fn any_of<'a, T>(
    most: usize,
    head: &str,
    condition: &str,
    rows: &[T],
    bind: impl Fn(&mut Values<'a>, &T),
) -> Vec<Statement<'a>> {
    cut(most, rows, bind, |these, _values| {
        format!("{head} WHERE {}", vec![format!("({condition})"); these].join(" OR "))
    })
}

/// Most rows of a statement that has as many as there are.
const EXACT_MAX: usize = 16;

/// The largest size of a statement up to so many rows: 1 to 16, 24, 32, 48, 64 and so on. So few statements cover any number
/// of rows, mostly one, and so few different texts that each stays prepared.
fn size_within(rows: usize) -> usize {
    if rows <= EXACT_MAX {
        return rows;
    }
    let power = rows.checked_ilog2().map_or(0, |log| 1 << log);
    let more = power + power / 2;
    if more <= rows { more } else { power }
}

/// Cuts rows into statements.
fn cut<'a, T>(
    most_rows: usize,
    rows: &[T],
    bind: impl Fn(&mut Values<'a>, &T),
    text: impl Fn(usize, usize) -> String,
) -> Vec<Statement<'a>> {
    let (mut statements, mut rest) = (Vec::new(), rows);
    let mut newest = (0, Cow::Borrowed(""));
    let mut most = most_rows;
    while !rest.is_empty() {
        let size = size_within(rest.len().min(most));
        let (these, others) = rest.split_at(size);
        let mut values = Values::default();
        for row in these {
            bind(&mut values, row);
        }
        if size > 1 && values.0.iter().map(Value::bytes).sum::<usize>() > BYTES_MAX {
            most = size / 2;
            continue;
        }
        if newest.0 != size {
            newest = (size, text(size, values.0.len()).into());
        }
        statements.push(Statement { sql: newest.1.clone(), values });
        (rest, most) = (others, most_rows);
    }
    statements
}

/// Statements with lists of up to `most` shards between `head` and `tail`. The last shard fills a list up to a power of two.
pub(super) fn for_shards(most: usize, head: &str, tail: &str, shards: &[ShardId]) -> Vec<Statement<'static>> {
    let list = |these: &[ShardId]| {
        let size = these.len().next_power_of_two();
        let marks = vec!["?"; size].join(", ");
        let filled = these.iter().chain(these.last().into_iter().cycle()).take(size);
        let statement = Statement::new(format!("{head} ({marks}) {tail}"));
        filled.fold(statement, |statement, shard| statement.bind(*shard))
    };
    shards.chunks(most).map(list).collect()
}

/// A condition for the rows behind a key of several columns, and how often which of the key's values is bound to it.
pub(super) struct Behind {
    /// The condition.
    pub(super) condition: String,
    /// The values' places in the key.
    pub(super) places: Vec<usize>,
}

/// The rows behind a key. `by_rows`: as one comparison of rows; otherwise as a range for each column, which is what
/// MariaDB needs to find the first of them by an index.
pub(super) fn behind(columns: &[&str], by_rows: bool) -> Behind {
    if by_rows {
        let marks = vec!["?"; columns.len()].join(", ");
        let condition = format!("({}) > ({marks})", columns.join(", "));
        return Behind { condition, places: (0..columns.len()).collect() };
    }
    let (mut alternatives, mut places) = (Vec::new(), Vec::new());
    for last in (0..columns.len()).rev() {
        let equal = columns[..last].iter().map(|column| format!("{column} = ? AND "));
        alternatives.push(format!("({}{} > ?)", equal.collect::<String>(), columns[last]));
        places.extend(0..=last);
    }
    Behind { condition: format!("({})", alternatives.join(" OR ")), places }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(statements: &[Statement<'_>]) -> Vec<usize> {
        statements.iter().map(|statement| statement.values().len()).collect()
    }

    #[test]
    fn rows_are_cut_into_few_sizes() {
        let rows: Vec<i64> = (0..150).collect();
        let with = |most| {
            many(most, "INSERT INTO t (n) ", &rows, "", |row, n| {
                row.bind(*n);
            })
        };
        assert_eq!(sizes(&with(1)), [1; 150]);
        let statements = with(ROWS_MAX);
        assert_eq!(sizes(&statements), [64, 64, 16, 6]);
        assert_eq!(statements[3].sql(), "INSERT INTO t (n) VALUES (?), (?), (?), (?), (?), (?)");
        assert_eq!(
            [1, 2, 3, 5, 15, 16, 17, 23, 24, 31, 47, 63].map(size_within),
            [1, 2, 3, 5, 15, 16, 16, 16, 24, 24, 32, 48]
        );
        let bound: Vec<_> = statements.iter().flat_map(|statement| statement.values().to_vec()).collect();
        assert_eq!(bound, rows.into_iter().map(Value::Int).collect::<Vec<_>>());
    }

    #[test]
    fn lists_of_shards_are_cut_and_filled_up() {
        let shards: Vec<ShardId> = (0..5).map(|n| ShardId::from_number(n).unwrap()).collect();
        assert_eq!(sizes(&for_shards(1, "", "", &shards)), [1; 5]);
        let lists = for_shards(ROWS_MAX, "SELECT epoch FROM shard WHERE shard_id IN", "", &shards);
        assert_eq!(sizes(&lists), [8]);
        assert_eq!(lists[0].values()[4..], [Value::Int(4); 4]);
    }

    #[test]
    fn large_rows_are_cut_into_more_statements() {
        let large = "x".repeat(BYTES_MAX / 3);
        let statements = many(ROWS_MAX, "INSERT INTO t (n) ", &[&large; 7], "", |row, text| {
            row.bind(text.as_str());
        });
        assert_eq!(sizes(&statements), [3, 2, 2]);
        let huge = "x".repeat(BYTES_MAX + 1);
        assert_eq!(
            sizes(&many(ROWS_MAX, "", &[&huge; 2], "", |row, text| {
                row.bind(text.as_str());
            })),
            [1, 1]
        );
    }

    #[test]
    fn the_rows_behind_a_key_are_told_in_two_ways() {
        let by_rows = behind(&["a", "b"], true);
        assert_eq!((by_rows.condition.as_str(), by_rows.places), ("(a, b) > (?, ?)", vec![0, 1]));
        let by_ranges = behind(&["a", "b"], false);
        assert_eq!(by_ranges.condition, "((a = ? AND b > ?) OR (a > ?))");
        assert_eq!(by_ranges.places, [0, 1, 0]);
    }
}
