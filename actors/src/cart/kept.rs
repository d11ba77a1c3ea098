//! The carts that a person has.

use amazoff_supervisor::ReadError;
use amazoff_supervisor::documents::{Position, Query};

use super::Carts;
use super::projection::CARTS;
use crate::asking::not_opened;
use crate::ids::{CartId, UserId};
use crate::order::Contact;

/// A page of the carts that a person has and that are not over.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CartPage {
    /// Which, by id.
    pub items: Vec<CartId>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Position>,
}

impl Carts {
    /// The carts that a person has and that are not over, as far as the projection has come.
    ///
    /// # Errors
    /// When documents cannot be read.
    pub async fn list_of_person(
        &self,
        user: UserId,
        after: Option<Position>,
        limit: usize,
    ) -> Result<CartPage, ReadError> {
        let equals = vec![("user".to_owned(), user.to_string().into())];
        let query = Query { collection: CARTS.to_owned(), equals, after, limit, ..Query::default() };
        let page = self.shelf.documents.query(&query).await?;
        let items = page.items.into_iter().filter_map(|(id, _)| id.parse().ok()).collect();
        Ok(CartPage { items, next: page.next })
    }

    /// Who receives what is in a cart, for its owner only; `None` when that was not said, or the person was erased.
    ///
    /// # Errors
    /// When the cart or the key of its contact cannot be read.
    pub async fn contact(&self, id: CartId) -> Result<Option<Contact>, ReadError> {
        let cart = self.get(id).await?;
        let Some(contact) = cart.and_then(|cart| cart.state.contact.clone()) else { return Ok(None) };
        self.vault.open(&contact).await.map_err(|error| not_opened(id.uuid(), error))
    }
}
