//! The payment provider's own book.

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::Money;
use amazoff_actors::payment::Operation;
use amazoff_supervisor::journal::JournalError;

/// One operation in the provider's book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderEntry {
    /// Of which payment.
    pub payment: PaymentId,
    /// What was asked.
    pub operation: Operation,
    /// How much.
    pub amount: Money,
    /// Whether it was done.
    pub approved: bool,
}

/// The book of a payment provider, which only ever grows. It is read before and after the moment as of which the truth is
/// read: what stood in it before must be known to the shop, and what the shop knows must stand in it after.
pub trait Books: Send + Sync {
    /// The provider's name in payments.
    fn provider(&self) -> &str;
    /// All that stands in it now.
    ///
    /// # Errors
    /// When it cannot be read.
    fn entries(&self) -> Result<Vec<ProviderEntry>, JournalError>;
}

/// A book at a moment.
pub(crate) struct Page {
    pub(crate) provider: String,
    pub(crate) entries: Vec<ProviderEntry>,
}

/// Reads the book, if there is one.
pub(crate) fn read(books: Option<&dyn Books>) -> Result<Option<Page>, JournalError> {
    let Some(books) = books else { return Ok(None) };
    Ok(Some(Page { provider: books.provider().to_owned(), entries: books.entries()? }))
}
