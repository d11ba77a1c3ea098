//! What the back office does with products.

use std::time::Duration;

use amazoff_supervisor::documents::{Position, Query, Sort};
use amazoff_supervisor::{
    AskError, ClaimChange, CommandId, Context, Entity as _, Envelope, ReadError, Timestamp,
};
use serde_json::Value;

use super::handle::Answered;
use super::projection::ProductDocument;
use super::query::ListQuery;
use super::{Command, PRODUCTS, Product, Products, Rejection, Status};
use crate::asking::not_read;
use crate::ids::{ProductId, VariantId};
use crate::money::Money;
use crate::stock::{self, Stocks};

/// Which products the back office looks at; nothing chosen means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeskFilter {
    /// Where they are in their lives.
    pub status: Option<Status>,
    /// Words that must all occur in title, brand, category, description, article numbers or options.
    pub q: Option<String>,
}

/// A product in a list of the back office.
#[derive(Clone, Debug, PartialEq)]
pub struct DeskCard {
    /// Which product.
    pub id: ProductId,
    /// Its name in links.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// The category's slug.
    pub category: String,
    /// Who makes it.
    pub brand: String,
    /// `draft`, `active` or `archived`.
    pub status: String,
    /// Of the cheapest variant that is not retired.
    pub price: Money,
    /// Of the dearest one.
    pub price_max: Money,
    /// The name of a picture's bytes.
    pub image: Option<String>,
    /// When it was drafted.
    pub created_at: Timestamp,
}

/// A page of products for the back office.
#[derive(Clone, Debug, PartialEq)]
pub struct DeskPage {
    /// The newest first.
    pub items: Vec<DeskCard>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Position>,
}

impl From<ProductDocument> for DeskCard {
    fn from(document: ProductDocument) -> Self {
        Self {
            id: document.id,
            slug: document.slug,
            title: document.title,
            category: document.category,
            brand: document.brand,
            status: document.status,
            price: Money::new(document.price_amount, document.currency),
            price_max: Money::new(document.price_max_amount, document.currency),
            image: document.image,
            created_at: Timestamp::from_unix_ms(document.created_at),
        }
    }
}

impl Products {
    /// The products that fit, whatever their status, the newest first.
    ///
    /// # Errors
    /// When the documents cannot be read now.
    pub async fn on_file(
        &self,
        filter: &DeskFilter,
        after: Option<Position>,
        limit: usize,
    ) -> Result<DeskPage, ReadError> {
        let status = filter.status.map(|status| ("status".to_owned(), Value::from(status.as_str())));
        let words = ListQuery { q: filter.q.clone(), ..ListQuery::default() }.words();
        let query = Query {
            collection: PRODUCTS.to_owned(),
            equals: status.into_iter().collect(),
            contains: Some(("search".to_owned(), words)).filter(|(_, words)| !words.is_empty()),
            sort: Some(Sort { field: "created_at".to_owned(), descending: true }),
            after,
            limit,
        };
        let page = self.documents.query(&query).await?;
        let read = |(_, body): (String, Value)| serde_json::from_value::<ProductDocument>(body).ok();
        Ok(DeskPage {
            items: page.items.into_iter().filter_map(read).map(DeskCard::from).collect(),
            next: page.next,
        })
    }

    /// Asks something of a product. Variants that come with it get their stock before they are there, so that none is ever
    /// without one; where the product then refuses all the same, such as for a key that was taken meanwhile, that stock is one
    /// of nothing and nobody finds it.
    ///
    /// # Errors
    /// What the product refuses; `variant-introduced` when a variant's id is that of another product's variant.
    pub async fn ask(
        &self,
        stocks: &Stocks,
        id: ProductId,
        command: Command,
        envelope: Envelope,
    ) -> Answered {
        for (variant, sku) in self.coming(id, &command, &envelope).await? {
            let uuid = variant.uuid();
            let name = [b"introduce".as_slice(), uuid.as_bytes().as_slice(), sku.as_bytes()];
            let command_id = CommandId::derived(&name);
            let mut introducing = Envelope::new(command_id, envelope.principal.clone(), Duration::ZERO);
            introducing.deadline = envelope.deadline;
            introducing.correlation = envelope.correlation;
            stocks.introduce(variant, id, sku, introducing).await.map_err(not_introduced)?;
        }
        self.directory.execute(id.uuid(), command, envelope).await
    }

    /// The variants that come with a command. None where the product refuses, or has answered before: it says so itself.
    async fn coming(
        &self,
        id: ProductId,
        command: &Command,
        envelope: &Envelope,
    ) -> Result<Vec<(VariantId, String)>, AskError<Rejection>> {
        let known = self.get(id).await.map_err(not_read)?;
        let state = known.map(|known| known.state.clone()).unwrap_or_default();
        let context = Context {
            entity: self.directory.entity(id.uuid()),
            now: Timestamp::default(),
            command_id: envelope.command_id,
            principal: envelope.principal.clone(),
        };
        let Ok(decision) = state.decide(command, &context) else { return Ok(Vec::new()) };
        let after = state.after(&decision.events);
        let is_new = |variant: VariantId| state.variant(variant).is_none();
        let coming: Vec<_> = after
            .variants
            .iter()
            .filter(|variant| is_new(variant.id))
            .map(|variant| (variant.id, variant.sku.clone()))
            .collect();
        if coming.is_empty() {
            return Ok(coming);
        }
        for claim in decision.claims.iter().filter_map(ClaimChange::taken) {
            let owner = self.journal.claimed_by(claim).await;
            let owner = owner.map_err(|error| AskError::Unavailable { cause: error.to_string() })?;
            if owner.is_some_and(|owner| owner.id != id.uuid()) {
                return Ok(Vec::new());
            }
        }
        Ok(coming)
    }
}

/// Why a variant gets no stock.
fn not_introduced(error: AskError<stock::Rejection>) -> AskError<Rejection> {
    if matches!(error, AskError::Refused { .. }) {
        return AskError::Refused { refusal: Rejection::VariantIntroduced, replayed: false };
    }
    AskError::Unavailable { cause: error.to_string() }
}

/// Ids of what a request makes follow from the request, so that its repeat makes the same.
impl Product {
    /// The id of the product that a request drafts.
    pub fn id_of(command: CommandId) -> ProductId {
        command.derive("product").into()
    }
    /// The id of the variant that a request makes, of several the one with this number.
    pub fn variant_id_of(command: CommandId, number: usize) -> VariantId {
        command.derive(&format!("variant {number}")).into()
    }
}
