//! The way to stocks.

use std::sync::Arc;

use amazoff_supervisor::{Answer, AskError, Committed, Directory, Envelope, ReadError};

use super::{Command, Levels, NewHold, Rejection, Stock};
use crate::ids::{HoldId, ProductId, VariantId};

/// The stocks of all variants. Cheap to clone.
#[derive(Clone)]
pub struct Stocks {
    directory: Directory<Stock>,
}

/// The quantities after the command, or why there was none.
type Answered = Result<Answer<Levels>, AskError<Rejection>>;

impl Stocks {
    /// Stocks over their directory.
    pub fn new(directory: Directory<Stock>) -> Self {
        Self { directory }
    }

    /// Starts keeping a variant of a product.
    ///
    /// # Errors
    /// `variant-introduced` when it is kept for another product or under another number.
    pub async fn introduce(
        &self,
        variant: VariantId,
        product: ProductId,
        sku: String,
        envelope: Envelope,
    ) -> Answered {
        self.execute(variant, Command::Introduce { product, sku }, envelope).await
    }

    /// Puts pieces on the shelf.
    ///
    /// # Errors
    /// `unknown-variant`, `quantity-out-of-range`.
    pub async fn receive(&self, variant: VariantId, quantity: u32, envelope: Envelope) -> Answered {
        self.execute(variant, Command::Receive { quantity }, envelope).await
    }

    /// Puts pieces aside for a checkout.
    ///
    /// # Errors
    /// `insufficient-stock`, `hold-released` when the release came first, `hold-differs`, `unknown-variant`.
    pub async fn hold(&self, variant: VariantId, hold: NewHold, envelope: Envelope) -> Answered {
        self.execute(variant, Command::Hold(hold), envelope).await
    }

    /// Gives up a hold, also one that has not arrived yet.
    ///
    /// # Errors
    /// `hold-committed` when it is promised to an order, `unknown-variant`.
    pub async fn release(&self, variant: VariantId, hold: HoldId, envelope: Envelope) -> Answered {
        self.execute(variant, Command::ReleaseHold { hold }, envelope).await
    }

    /// Promises held pieces to an order.
    ///
    /// # Errors
    /// `hold-unknown`, `hold-released`, `unknown-variant`.
    pub async fn commit(&self, variant: VariantId, hold: HoldId, envelope: Envelope) -> Answered {
        self.execute(variant, Command::CommitHold { hold }, envelope).await
    }

    /// How many pieces can be had now; none of a variant that the shop does not keep.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn available(&self, variant: VariantId) -> Result<u32, ReadError> {
        Ok(self.get(variant).await?.map_or(0, |stock| stock.state.available()))
    }

    /// A stock as last committed; `None` when the shop does not keep the variant.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn get(&self, variant: VariantId) -> Result<Option<Arc<Committed<Stock>>>, ReadError> {
        self.directory.read(variant.uuid()).await
    }

    async fn execute(&self, variant: VariantId, command: Command, envelope: Envelope) -> Answered {
        self.directory.execute(variant.uuid(), command, envelope).await
    }
}
