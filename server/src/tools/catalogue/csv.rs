//! Files with a line per variant: the columns of a product stand on its first line, and may be repeated or left empty on those
//! that follow.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use amazoff_actors::money::{Currency, Money};
use amazoff_actors::pricing::SHOP_CURRENCY;
use amazoff_actors::product::Status;
use csv::{ReaderBuilder, StringRecord, Writer};

use super::lines::{self, Wrong, json, word};
use super::record::{Record, VariantRecord};

/// The columns of a product.
const OF_PRODUCT: [&str; 8] =
    ["product_id", "slug", "status", "title", "description", "category", "brand", "media"];
/// The columns of a variant: `options` is a JSON object, `price` is in minor units of the shop's currency, and `prices` are
/// those in others, such as `USD 2199; GBP 1799`.
const OF_VARIANT: [&str; 8] =
    ["variant_id", "sku", "options", "price", "prices", "tax_class", "weight_g", "retired"];

/// A line with the names of its columns.
struct Row<'a> {
    line: u64,
    columns: &'a BTreeMap<String, usize>,
    record: StringRecord,
}

impl Row<'_> {
    fn text(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|at| self.record.get(*at)).unwrap_or_default()
    }
    fn is_given(&self, column: &str) -> bool {
        !self.text(column).is_empty()
    }
    fn wrong(&self, column: &str, code: &str, detail: &str) -> Wrong {
        Wrong::new(self.line, column, code, detail)
    }
    /// A word, or nothing when the column is empty.
    fn word<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<Option<T>, Wrong> {
        let text = self.text(column);
        (!text.is_empty()).then(|| word((self.line, column), text)).transpose()
    }
    fn number(&self, column: &str) -> Result<Option<i64>, Wrong> {
        let text = self.text(column);
        let parsed = (!text.is_empty()).then(|| text.parse::<i64>()).transpose();
        parsed.map_err(|error| Wrong::new(self.line, column, "unreadable", error))
    }

    fn product(&self) -> Result<Record, Wrong> {
        Ok(Record {
            id: self.word("product_id")?,
            slug: self.text("slug").to_owned(),
            status: self.word("status")?.unwrap_or(Status::Draft),
            title: self.text("title").to_owned(),
            description: self.text("description").to_owned(),
            category: self.text("category").to_owned(),
            brand: self.text("brand").to_owned(),
            media: json((self.line, "media"), self.text("media"))?,
            variants: Vec::new(),
        })
    }

    fn variant(&self) -> Result<VariantRecord, Wrong> {
        let price = self.number("price")?;
        let price = price.ok_or_else(|| self.wrong("price", "price-missing", "every variant has a price"))?;
        let weight = self.number("weight_g")?.unwrap_or(0);
        Ok(VariantRecord {
            id: self.word("variant_id")?,
            sku: self.text("sku").to_owned(),
            options: json((self.line, "options"), self.text("options"))?,
            price: Money::new(price, SHOP_CURRENCY),
            prices: self.prices()?,
            tax_class: self.word("tax_class")?.unwrap_or_default(),
            weight_g: u32::try_from(weight)
                .map_err(|error| Wrong::new(self.line, "weight_g", "unreadable", error))?,
            retired: json((self.line, "retired"), self.text("retired"))?,
        })
    }

    fn prices(&self) -> Result<Vec<Money>, Wrong> {
        let parts = self.text("prices").split(';').map(str::trim).filter(|part| !part.is_empty());
        let price = |part: &str| {
            let (currency, amount) = part.split_once(' ')?;
            Some(Money::new(amount.trim().parse().ok()?, currency.parse::<Currency>().ok()?))
        };
        let wrong = || self.wrong("prices", "unreadable", "such as `USD 2199; GBP 1799`, in minor units");
        parts.map(|part| price(part).ok_or_else(wrong)).collect()
    }

    /// Whether a line goes on with a product, and says nothing else of it than its first line.
    fn goes_on(&self, first: &Self) -> Result<bool, Wrong> {
        let other = |column: &str| self.is_given(column) && self.text(column) != first.text(column);
        if other("product_id") || other("slug") {
            return Ok(false);
        }
        match OF_PRODUCT.into_iter().find(|column| other(column)) {
            Some(column) => {
                Err(self.wrong(column, "product-differs", "the product's first line says something else"))
            }
            None => Ok(true),
        }
    }
}

/// The products of a file of lines. A product of which one line is wrong is wrong as a whole; all its wrong lines are told.
pub(super) fn products(from: impl Read) -> impl Iterator<Item = lines::Read> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(from);
    let mut is_over = false;
    let columns = columns(reader.headers());
    let mut rows = reader.into_records();
    let mut waiting: Option<(u64, StringRecord)> = None;
    let mut told = Vec::new();
    std::iter::from_fn(move || {
        let columns = match &columns {
            Ok(columns) => columns,
            Err(wrong) => return (!std::mem::replace(&mut is_over, true)).then(|| Err(wrong.clone())),
        };
        if let Some(wrong) = told.pop() {
            return Some(Err(wrong));
        }
        let first = match waiting.take() {
            Some(first) => Ok(first),
            None => row(rows.next()?),
        };
        let first = match first {
            Ok((line, record)) => Row { line, columns, record },
            Err(wrong) => return Some(Err(wrong)),
        };
        let mut product = first.product();
        let mut wrong = Vec::new();
        let mut add = |row: &Row<'_>, goes_on: Result<(), Wrong>| {
            let variant = goes_on.and_then(|()| row.variant());
            match (variant, &mut product) {
                (Ok(variant), Ok(product)) => product.variants.push(variant),
                (Ok(_), Err(_)) => {}
                (Err(error), _) => wrong.push(error),
            }
        };
        add(&first, Ok(()));
        for next in rows.by_ref() {
            let (line, record) = match row(next) {
                Ok(next) => next,
                Err(error) => {
                    // A line that cannot be read may be the product's: without it the product is not whole.
                    add(&first, Err(error));
                    continue;
                }
            };
            let next = Row { line, columns, record };
            match next.goes_on(&first) {
                Ok(true) => add(&next, Ok(())),
                Ok(false) => {
                    waiting = Some((next.line, next.record));
                    break;
                }
                Err(error) => add(&next, Err(error)),
            }
        }
        match (product, wrong.is_empty()) {
            (Ok(product), true) => Some(Ok((first.line, product))),
            (Ok(_), false) => {
                wrong.reverse();
                told = wrong;
                told.pop().map(Err)
            }
            (Err(error), _) => {
                wrong.reverse();
                told = wrong;
                Some(Err(error))
            }
        }
    })
}

/// A line with its number.
fn row(next: csv::Result<StringRecord>) -> Result<(u64, StringRecord), Wrong> {
    match next {
        Ok(record) => Ok((record.position().map_or(0, csv::Position::line), record)),
        Err(error) => {
            let line = error.position().map_or(0, csv::Position::line);
            Err(Wrong::new(line, "", "unreadable", error))
        }
    }
}

/// Where each column stands. Those that are not known are refused, and so is one that stands twice.
fn columns(named: csv::Result<&StringRecord>) -> Result<BTreeMap<String, usize>, Wrong> {
    let named = named.map_err(|error| Wrong::new(1, "", "unreadable", error))?;
    let mut columns = BTreeMap::new();
    for (at, name) in named.iter().enumerate() {
        if !OF_PRODUCT.iter().chain(&OF_VARIANT).any(|known| *known == name) {
            return Err(Wrong::new(1, name, "column-unknown", "no such column is read"));
        }
        if columns.insert(name.to_owned(), at).is_some() {
            return Err(Wrong::new(1, name, "column-twice", "it stands twice"));
        }
    }
    match ["slug", "title", "category", "brand", "sku", "price"]
        .iter()
        .find(|name| !columns.contains_key(**name))
    {
        Some(missing) => Err(Wrong::new(1, missing, "column-missing", "every file has it")),
        None => Ok(columns),
    }
}

/// Writes products as lines.
pub(super) struct Lines<W: Write>(Writer<W>);

impl<W: Write> Lines<W> {
    /// Begins with the names of the columns.
    pub(super) fn begin(to: W) -> csv::Result<Self> {
        let mut writer = Writer::from_writer(to);
        writer.write_record(OF_PRODUCT.iter().chain(&OF_VARIANT))?;
        Ok(Self(writer))
    }

    pub(super) fn write(&mut self, product: &Record) -> csv::Result<()> {
        let mut of_product = [
            product.id.map(|id| id.to_string()).unwrap_or_default(),
            product.slug.clone(),
            product.status.as_str().to_owned(),
            product.title.clone(),
            product.description.clone(),
            product.category.clone(),
            product.brand.clone(),
            written(&product.media),
        ];
        for variant in &product.variants {
            let prices =
                variant.prices.iter().map(|price| format!("{} {}", price.currency.code(), price.amount));
            let of_variant = [
                variant.id.map(|id| id.to_string()).unwrap_or_default(),
                variant.sku.clone(),
                written(&variant.options),
                variant.price.amount.to_string(),
                prices.collect::<Vec<_>>().join("; "),
                variant.tax_class.as_str().to_owned(),
                variant.weight_g.to_string(),
                variant.retired.to_string(),
            ];
            self.0.write_record(of_product.iter().chain(&of_variant))?;
            // What follows says only whose it is.
            for column in of_product.iter_mut().skip(2) {
                column.clear();
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

fn written(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
