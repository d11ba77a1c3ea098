//! Lists of reviews: what everybody sees of a product, what is one's own, what moderators have to read.

use amazoff_supervisor::documents::{Position, Query, Sort};
use amazoff_supervisor::{ReadError, Timestamp};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::projection::{Document, REVIEWS};
use super::{Receipt, ReviewView, Reviews, Revision, Status, Text};
use crate::ids::{ProductId, ReviewId, UserId};
use crate::rating::Stars;

/// The order of a product's reviews. Ties are broken by id, so pages are stable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sorting {
    /// The newest first.
    #[default]
    Newest,
    /// What most people found helpful first.
    Helpful,
}

/// Which reviews of a product.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// Of what.
    pub product: ProductId,
    /// Only those that give so many stars.
    pub stars: Option<Stars>,
    /// In which order.
    pub sort: Sorting,
    /// Continue after this position of a page before.
    pub after: Option<Position>,
    /// At most this many.
    pub limit: usize,
}

/// A review as everybody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedReview {
    /// Which.
    pub id: ReviewId,
    /// How good the product is.
    pub stars: Stars,
    /// What is said; gone when its author was erased.
    pub text: Option<Text>,
    /// Whether the author has the product from here.
    pub verified: bool,
    /// How many found it helpful.
    pub helpful: u32,
    /// Since when it is seen.
    pub since: Timestamp,
    /// Whether it was changed since it was handed in.
    pub edited: bool,
}

/// A page of a product's reviews.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListedPage {
    /// In order.
    pub items: Vec<ListedReview>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Position>,
}

/// A page of reviews for their author, or for moderators.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReviewPage {
    /// In order.
    pub items: Vec<ReviewView>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Position>,
}

impl Reviews {
    /// What everybody sees of a product. Ask its rating after this, never before: it then includes all that is listed (T-R1).
    ///
    /// # Errors
    /// When documents or keys cannot be read.
    pub async fn listed(&self, list: Listing) -> Result<ListedPage, ReadError> {
        let mut equals = vec![("product".to_owned(), list.product.to_string().into())];
        equals.extend(list.stars.map(|stars| ("stars".to_owned(), stars.get().into())));
        let field = match list.sort {
            Sorting::Newest => "shown_since",
            Sorting::Helpful => "helpful",
        };
        let (documents, next) = self.page(equals, (field, true), (list.after, list.limit)).await?;
        let opening = documents.into_iter().filter_map(|document| {
            let shown = document.shown.clone()?;
            Some(self.listed_one(document, shown))
        });
        Ok(ListedPage { items: try_join_all(opening).await?, next })
    }

    /// What a person wrote, the newest first.
    ///
    /// # Errors
    /// When documents or keys cannot be read.
    pub async fn of_author(
        &self,
        author: UserId,
        after: Option<Position>,
        limit: usize,
    ) -> Result<ReviewPage, ReadError> {
        let equals = vec![("author".to_owned(), author.to_string().into())];
        self.views(equals, ("created_at", true), (after, limit)).await
    }

    /// What is at a place of its life, what has been there longest first.
    ///
    /// # Errors
    /// When documents or keys cannot be read.
    pub async fn queue(
        &self,
        status: Status,
        after: Option<Position>,
        limit: usize,
    ) -> Result<ReviewPage, ReadError> {
        let equals = vec![("status".to_owned(), status.as_str().into())];
        self.views(equals, ("since", false), (after, limit)).await
    }

    async fn views(
        &self,
        equals: Vec<(String, Value)>,
        sort: (&str, bool),
        page: (Option<Position>, usize),
    ) -> Result<ReviewPage, ReadError> {
        let (documents, next) = self.page(equals, sort, page).await?;
        let opening = documents.into_iter().map(|document| self.view_of(document));
        Ok(ReviewPage { items: try_join_all(opening).await?, next })
    }

    async fn page(
        &self,
        equals: Vec<(String, Value)>,
        (field, descending): (&str, bool),
        (after, limit): (Option<Position>, usize),
    ) -> Result<(Vec<Document>, Option<Position>), ReadError> {
        let sort = Some(Sort { field: field.to_owned(), descending });
        let query = Query { collection: REVIEWS.to_owned(), equals, contains: None, sort, after, limit };
        let page = self.documents.query(&query).await?;
        let items = page.items.into_iter().filter_map(|(id, body)| read(&id, body)).collect();
        Ok((items, page.next))
    }

    async fn listed_one(&self, document: Document, shown: Revision) -> Result<ListedReview, ReadError> {
        Ok(ListedReview {
            id: document.id,
            stars: shown.stars,
            text: self.opened(document.id, &shown.text).await?,
            verified: document.verified,
            helpful: document.helpful,
            since: Timestamp::from_unix_ms(document.shown_since),
            edited: shown.number > 1,
        })
    }

    async fn view_of(&self, document: Document) -> Result<ReviewView, ReadError> {
        let newest = document.newest;
        Ok(ReviewView {
            id: document.id,
            product: document.about,
            author: document.by,
            receipt: Receipt {
                status: document.status,
                revision: newest.number,
                stars: Some(newest.stars),
                verified: document.verified,
                helpful: document.helpful,
                written_at: newest.at,
                created_at: Timestamp::from_unix_ms(document.created_at),
            },
            text: self.opened(document.id, &newest.text).await?,
            refused: document.refused,
            flags: document.flags,
            shown: document.shown.is_some(),
        })
    }
}

/// A document that cannot be read is a defect of ours: it is reported and left out of the list.
fn read(id: &str, body: Value) -> Option<Document> {
    match serde_json::from_value::<Document>(body) {
        Ok(document) => Some(document),
        Err(error) => {
            tracing::error!(review.id = %id, %error, "document of review {id} cannot be read: {error}");
            None
        }
    }
}
