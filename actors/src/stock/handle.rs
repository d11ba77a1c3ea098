//! The way to stocks.

use std::sync::Arc;

use amazoff_supervisor::journal::Journal;
use amazoff_supervisor::{Answer, AskError, Committed, Directory, Envelope, ReadError, Version};
use tokio::sync::watch;

use super::{AdjustReason, Command, LedgerPage, Levels, NewHold, Rejection, Stock, ledger};
use crate::ids::{HoldId, ProductId, VariantId};

/// The stocks of all variants. Cheap to clone.
#[derive(Clone)]
pub struct Stocks {
    directory: Directory<Stock>,
    journal: Arc<dyn Journal>,
}

/// A correction of the number on the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correction {
    /// How many more, or fewer.
    pub delta: i64,
    /// Why.
    pub reason: AdjustReason,
    /// How many the person saw who corrects.
    pub expected_on_hand: Option<u32>,
}

/// The quantities after the command, or why there was none.
type Answered = Result<Answer<Levels>, AskError<Rejection>>;

impl Stocks {
    /// Stocks over their directory and the journal of their histories.
    pub fn new(directory: Directory<Stock>, journal: Arc<dyn Journal>) -> Self {
        Self { directory, journal }
    }

    /// Tells of each commit of the stock of a variant from now on: subscribe first, then read.
    pub fn watch(&self, id: VariantId) -> watch::Receiver<Version> {
        self.directory.watch(id.uuid())
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

    /// Corrects how many pieces are on the shelf.
    ///
    /// # Errors
    /// `stock-changed` when the shelf is not as expected any more, `insufficient-stock` when promised pieces would be
    /// missing, `quantity-out-of-range`, `unknown-variant`.
    pub async fn adjust(&self, variant: VariantId, correction: Correction, envelope: Envelope) -> Answered {
        let Correction { delta, reason, expected_on_hand } = correction;
        self.execute(variant, Command::Adjust { delta, reason, expected_on_hand }, envelope).await
    }

    /// Lets more pieces be promised than are on the shelf.
    ///
    /// # Errors
    /// `quantity-out-of-range`, `unknown-variant`.
    pub async fn allow_backorders(&self, variant: VariantId, up_to: u32, envelope: Envelope) -> Answered {
        self.execute(variant, Command::AllowBackorders { up_to }, envelope).await
    }

    /// The movements of a stock after an event, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn ledger(
        &self,
        variant: VariantId,
        after: Version,
        limit: usize,
    ) -> Result<LedgerPage, ReadError> {
        Ok(ledger::read(self.journal.as_ref(), variant, after, limit).await?)
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
