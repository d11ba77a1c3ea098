//! The catalogue: the front page and a product.

use askama::Template;

use super::review::{Rating, Reviews};
use super::{Frame, Picture, Price};

/// The front page, a category or the result of a search.
#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    /// What surrounds the page.
    pub frame: Frame,
    /// What is listed, as a heading; `None` shows the shop window.
    pub heading: Option<String>,
    /// The way to the category, from the shop on.
    pub crumbs: Vec<Crumb>,
    /// The categories.
    pub chips: Vec<Chip>,
    /// What the list can be narrowed by; `None` in the shop window.
    pub filters: Option<Filters>,
    /// The orders that the list can have.
    pub sorts: Vec<SortChoice>,
    /// How many products match.
    pub count: String,
    /// The products of this page.
    pub cards: Vec<Card>,
    /// Where the next page is.
    pub more: Option<String>,
}

/// A category to choose.
#[derive(Clone, Debug)]
pub(crate) struct Chip {
    /// Where it leads.
    pub href: String,
    /// What it is called.
    pub label: String,
    /// How many products it has, when that is known.
    pub count: Option<u64>,
    /// Whether it is chosen.
    pub current: bool,
}

/// A category on the way to something.
#[derive(Clone, Debug)]
pub(crate) struct Crumb {
    /// Where it leads.
    pub href: String,
    /// What it is called.
    pub label: String,
}

/// What a list can be narrowed by.
#[derive(Clone, Debug)]
pub(crate) struct Filters {
    /// Attributes with their values.
    pub groups: Vec<FacetGroup>,
    /// What it is narrowed by.
    pub chosen: Vec<Chosen>,
    /// Where nothing is left out.
    pub clear: String,
    /// The lowest price, as typed.
    pub min: String,
    /// The highest price, as typed.
    pub max: String,
    /// What the form of prices carries along.
    pub hidden: Vec<(String, String)>,
}

/// An attribute with its values.
#[derive(Clone, Debug)]
pub(crate) struct FacetGroup {
    /// What it is called.
    pub label: String,
    /// Its values.
    pub choices: Vec<Choice>,
    /// How many of them are chosen.
    pub chosen: usize,
}

/// A value to choose.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// Where choosing it leads, or choosing it no longer.
    pub href: String,
    /// What it is called.
    pub label: String,
    /// How many products have it.
    pub count: u64,
    /// Whether it is chosen.
    pub current: bool,
}

/// Something that was chosen.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    /// What it is called.
    pub label: String,
    /// Where it is chosen no longer.
    pub href: String,
}

/// An order of the list.
#[derive(Clone, Debug)]
pub(crate) struct SortChoice {
    /// Where it leads.
    pub href: String,
    /// What it is called.
    pub label: &'static str,
    /// Whether it is chosen.
    pub current: bool,
}

/// A product in the grid.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    /// Where it leads.
    pub href: String,
    /// The product's title.
    pub title: String,
    /// Who makes it.
    pub brand: String,
    /// The picture, when there is one.
    pub image: Option<Picture>,
    /// The lowest price.
    pub price: Price,
    /// Whether other variants cost more.
    pub from: bool,
    /// What its reviews give.
    pub rating: Option<Rating>,
}

/// A product.
#[derive(Template)]
#[template(path = "product.html")]
pub(crate) struct ProductPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The product's title.
    pub title: String,
    /// Who makes it.
    pub brand: String,
    /// The way to it, from the shop on.
    pub crumbs: Vec<Crumb>,
    /// What it is in the words of search engines: JSON-LD that can stand in a page.
    pub structured: String,
    /// The description, one text per paragraph.
    pub paragraphs: Vec<String>,
    /// The pictures.
    pub pictures: Vec<Picture>,
    /// The whole address of the picture that other sites show beside a link.
    pub shared: Option<String>,
    /// What can be bought.
    pub variants: Vec<VariantChoice>,
    /// What people say of it.
    pub reviews: Reviews,
    /// What was often bought together with it.
    pub together: Vec<Card>,
    /// The key that makes one click one line.
    pub key: String,
    /// Where a failed form comes back to.
    pub slug: String,
}

/// A variant to choose.
#[derive(Clone, Debug)]
pub(crate) struct VariantChoice {
    /// Its id.
    pub id: String,
    /// Its options in one phrase.
    pub label: String,
    /// What it costs.
    pub price: Price,
    /// How many there are, in words.
    pub stock: String,
    /// How urgent that is.
    pub level: StockLevel,
    /// The most that can be put in the bag at once.
    pub quantity_max: u32,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl VariantChoice {
    /// Whether it can be bought now.
    pub(crate) fn buyable(&self) -> bool {
        self.level != StockLevel::None
    }
}

/// How much is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StockLevel {
    /// Enough.
    Plenty,
    /// A few.
    Low,
    /// Nothing.
    None,
}

impl StockLevel {
    /// The level and its words for a number of pieces.
    pub(crate) fn of(available: i64) -> (Self, String) {
        match available {
            ..=0 => (Self::None, "Sold out".to_owned()),
            1..=5 => (Self::Low, format!("Only {available} left")),
            _ => (Self::Plenty, "In stock".to_owned()),
        }
    }
    /// The style class.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Plenty => "stock-plenty",
            Self::Low => "stock-low",
            Self::None => "stock-none",
        }
    }
}

impl ProductPage {
    /// The variant that the page opens with.
    pub(crate) fn chosen(&self) -> Option<&VariantChoice> {
        self.variants.iter().find(|variant| variant.chosen).or_else(|| self.variants.first())
    }
    /// Whether anything can be bought.
    pub(crate) fn buyable(&self) -> bool {
        self.variants.iter().any(VariantChoice::buyable)
    }
}
