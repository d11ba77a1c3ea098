//! The one way to a price: gathers what a quote needs, as last committed, and prices it.

use amazoff_supervisor::journal::PAYLOAD_BYTES_MAX;
use amazoff_supervisor::{ReadError, Timestamp, text_length};
use futures::future::try_join_all;

use super::engine::{Priced, priced};
use super::{
    AppliedCoupon, Basket, BasketLine, CouponOutcome, CouponReason, CouponUse, Destination, Quote,
    QuoteError, ShippingOption,
};
use crate::coupon::{Coupons, normalise};
use crate::ids::{LineId, PricebookId, ProductId, PromotionId, VariantId};
use crate::money::{Currency, MoneyError, Quantity};
use crate::pricebook::{CapturePolicy, Pricebook, Pricebooks, Promotion, Trigger};
use crate::product::Products;
use crate::stock::Stocks;

/// What an order stores beside its quote and its lines: who receives it, and whose it is.
const ORDER_BYTES: usize = 16 * 1024;
/// What a line of an order stores beside its words.
const LINE_BYTES: usize = 400;

/// Pieces of a variant, without anything that its price depends on.
pub type AskedLine = (LineId, VariantId, ProductId, Quantity);

/// What a price is asked for. Prices, tax classes and weights are read from the catalogue, never taken from who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// In which everything is priced.
    pub currency: Currency,
    /// What is bought.
    pub lines: Vec<AskedLine>,
    /// Where it goes, as far as that is known.
    pub destination: Option<Destination>,
    /// The id of the wished shipping method.
    pub shipping_method: Option<String>,
    /// Codes, however they are written.
    pub coupons: Vec<String>,
    /// How many bytes the words of the lines take in an order.
    pub words: usize,
    /// The moment at which promotions and codes must be open.
    pub at: Timestamp,
}

/// What it costs, and what is in the way of buying it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedCart {
    /// The price of all lines that can be had; the quote of nothing when there is none.
    pub quote: Quote,
    /// Not for sale, or without a price in this currency; not part of the quote.
    pub unavailable: Vec<VariantId>,
    /// Ways to send it, the cheapest first.
    pub shipping_options: Vec<ShippingOption>,
    /// The wished method does not serve the destination: the quote is made with another one, or none.
    pub method_unavailable: bool,
    /// The sums have no room, or an order of it has none where it is stored; the quote is that of nothing.
    pub too_large: bool,
    /// When the money of an order at this price is taken.
    pub capture: CapturePolicy,
}

/// The one way to a price. Cheap to clone.
#[derive(Clone)]
pub struct Prices {
    products: Products,
    stocks: Stocks,
    pricebooks: Pricebooks,
    coupons: Coupons,
}

impl Prices {
    /// Prices by catalogue, pricebook and coupons.
    pub fn new(products: Products, stocks: Stocks, pricebooks: Pricebooks, coupons: Coupons) -> Self {
        Self { products, stocks, pricebooks, coupons }
    }

    /// What something costs now.
    ///
    /// # Errors
    /// When something cannot be read, or holds prices that break the catalogue's or the pricebook's rules.
    pub async fn quote(&self, asked: &Asked) -> Result<PricedCart, ReadError> {
        let book = self.pricebooks.current().await?;
        self.quote_by(asked, &book.state).await
    }

    /// What something would cost if a promotion were there too, open to everybody without a code. Changes nothing.
    ///
    /// # Errors
    /// Those of [`Prices::quote`].
    pub async fn try_out(
        &self,
        asked: &Asked,
        id: PromotionId,
        draft: Promotion,
    ) -> Result<PricedCart, ReadError> {
        let mut book = self.pricebooks.current().await?.state.clone();
        book.promotions.insert(id, Promotion { trigger: Trigger::Automatic, enabled: true, ..draft });
        self.quote_by(asked, &book).await
    }

    /// The line of a variant that the shop keeps, to ask for its price; `None` when it keeps no such variant.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn line_of(
        &self,
        variant: VariantId,
        quantity: Quantity,
    ) -> Result<Option<AskedLine>, ReadError> {
        let stock = self.stocks.get(variant).await?;
        let product = stock.and_then(|stock| stock.state.product);
        Ok(product.map(|product| (LineId::of_variant(variant), variant, product, quantity)))
    }

    async fn quote_by(&self, asked: &Asked, book: &Pricebook) -> Result<PricedCart, ReadError> {
        let (mut lines, mut unavailable) = (Vec::with_capacity(asked.lines.len()), Vec::new());
        // All at once: what is not in memory is a question to the journal.
        let found = try_join_all(asked.lines.iter().map(|line| self.line(*line, asked.currency))).await?;
        for (line, found) in asked.lines.iter().zip(found) {
            match found {
                Some(found) => lines.push(found),
                None => unavailable.push(line.1),
            }
        }
        let (coupons, refused) = self.codes(asked).await?;
        let basket = Basket {
            currency: asked.currency,
            lines,
            destination: asked.destination.clone(),
            shipping_method: asked.shipping_method.clone(),
            coupons,
            at: asked.at,
        };
        let mut cart = answer(&basket, asked.words, book)?;
        cart.unavailable.extend(unavailable);
        cart.quote.coupons.extend(refused);
        cart.quote.coupons.sort_by(|one, other| one.code.cmp(&other.code));
        Ok(cart)
    }

    /// What the catalogue says of a line; `None` when it is not for sale, or has no price in the currency.
    async fn line(
        &self,
        (line, variant, product, quantity): AskedLine,
        currency: Currency,
    ) -> Result<Option<BasketLine>, ReadError> {
        let Some(found) = self.products.get(product).await? else { return Ok(None) };
        let found = &found.state;
        let Some((sold, unit_price)) =
            found.sold(variant).and_then(|sold| Some((sold, sold.price_in(currency)?)))
        else {
            return Ok(None);
        };
        let (category, brand) = (found.category.clone(), found.brand.clone());
        let (tax_class, weight_g) = (sold.tax_class.clone(), sold.weight_g);
        let line =
            BasketLine { line, variant, product, category, brand, tax_class, weight_g, unit_price, quantity };
        Ok(Some(line))
    }

    /// The codes that may be used at all, and why the others may not.
    async fn codes(&self, asked: &Asked) -> Result<(Vec<AppliedCoupon>, Vec<CouponUse>), ReadError> {
        let (mut usable, mut refused) = (Vec::new(), Vec::new());
        let mut codes: Vec<String> = asked.coupons.iter().map(|code| normalise(code)).collect();
        codes.sort();
        codes.dedup();
        for code in codes {
            let coupon = self.coupons.look_up(&code).await?;
            let promotion = coupon.as_ref().map(|coupon| coupon.promotion);
            let reason = coupon.as_ref().map_or(Some(CouponReason::Unknown), |view| view.refusal(asked.at));
            match (promotion, reason) {
                (Some(promotion), None) => usable.push(AppliedCoupon { code, promotion }),
                (promotion, reason) => {
                    let reason = reason.unwrap_or(CouponReason::Unknown);
                    let outcome = CouponOutcome::NotApplied { reason };
                    refused.push(CouponUse { code, promotion, outcome });
                }
            }
        }
        Ok((usable, refused))
    }
}

/// Prices a basket; what a shopper can bring about is an answer, not an error.
pub(crate) fn answer(basket: &Basket, words: usize, book: &Pricebook) -> Result<PricedCart, ReadError> {
    let nothing = |unavailable, too_large| PricedCart {
        quote: Quote::of_nothing(basket.currency, book),
        unavailable,
        shipping_options: Vec::new(),
        method_unavailable: false,
        too_large,
        capture: book.capture,
    };
    match priced(basket, book) {
        Ok(Priced { quote, .. }) if !has_room(&quote, words) => Ok(nothing(Vec::new(), true)),
        Ok(Priced { quote, options, method_unavailable }) => Ok(PricedCart {
            quote,
            unavailable: Vec::new(),
            shipping_options: options,
            method_unavailable,
            too_large: false,
            capture: book.capture,
        }),
        Err(QuoteError::CurrencyNotSold(_)) => {
            Ok(nothing(basket.lines.iter().map(|line| line.variant).collect(), false))
        }
        Err(QuoteError::Money(MoneyError::Overflow)) => Ok(nothing(Vec::new(), true)),
        Err(
            QuoteError::Money(MoneyError::CurrencyMismatch { .. })
            | QuoteError::NegativePrice(_)
            | QuoteError::LineTwice(_)
            | QuoteError::NoRegion,
        ) => Err(ReadError::Corrupt(PricebookId::shop().uuid())),
    }
}

/// Whether an order at this price can be stored: it keeps the whole quote, and all of it is one payload. What is found out
/// here is a refusal; found out later, when the stock is held, it would be a checkout that never ends.
fn has_room(quote: &Quote, words: usize) -> bool {
    let lines = quote.lines.len().saturating_mul(LINE_BYTES).saturating_add(words);
    let bytes = text_length(quote).saturating_add(lines).saturating_add(ORDER_BYTES);
    bytes <= PAYLOAD_BYTES_MAX
}
