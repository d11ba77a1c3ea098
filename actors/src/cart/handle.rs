//! The way to carts.

use amazoff_supervisor::{Answer, AskError, Committed, Directory, Envelope, ReadError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::{Addition, Cart, Command, Offer, Owner, Rejection, View};
use crate::asking::{fingerprinted, not_read};
use crate::ids::{CartId, LineId, OrderId, UserId, VariantId};
use crate::money::{Money, Quantity};
use crate::pricing::SHOP_CURRENCY;
use crate::product::Products;
use crate::stock::Stocks;

/// All carts. Cheap to clone.
#[derive(Clone)]
pub struct Carts {
    directory: Directory<Cart>,
    products: Products,
    stocks: Stocks,
}

/// What a shopper wants to add: everything else about it is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLine {
    /// What is bought.
    pub variant: VariantId,
    /// How many more.
    pub quantity: Quantity,
}

/// A cart after the command, or why there was none.
type Answered = Result<Answer<View>, AskError<Rejection>>;

impl Carts {
    /// Carts over their directory; what is added is looked up in `products` and `stocks`.
    pub fn new(directory: Directory<Cart>, products: Products, stocks: Stocks) -> Self {
        Self { directory, products, stocks }
    }

    /// Opens a cart. An owner who has it already is answered the cart as it is.
    ///
    /// # Errors
    /// `cart-not-found` when the id is somebody else's.
    pub async fn create(&self, id: CartId, owner: Owner, envelope: Envelope) -> Answered {
        self.execute(id, Command::Create { owner, currency: SHOP_CURRENCY }, envelope).await
    }

    /// Adds pieces of a variant, or more of them, at the price that the catalogue has now.
    ///
    /// # Errors
    /// `product-not-available` for drafts, archived products and unknown variants; `insufficient-stock`,
    /// `quantity-out-of-range`, `too-many-lines`, `cart-locked`, `cart-completed`, `cart-not-found`.
    pub async fn add_line(&self, id: CartId, new: NewLine, envelope: Envelope) -> Answered {
        let envelope = fingerprinted(envelope, &new);
        let NewLine { variant, quantity } = new;
        let offer = self.offer(variant).await.map_err(not_read)?;
        self.execute(id, Command::AddLine(Addition { variant, quantity, offer }), envelope).await
    }

    /// Sets how many pieces a line has.
    ///
    /// # Errors
    /// `line-not-found`, and `insufficient-stock` when there are fewer; `cart-locked`, `cart-completed`, `cart-not-found`.
    pub async fn set_quantity(
        &self,
        id: CartId,
        line: LineId,
        quantity: Quantity,
        envelope: Envelope,
    ) -> Answered {
        let envelope = fingerprinted(envelope, &(line, quantity));
        let cart = self.get(id).await.map_err(not_read)?;
        let variant = cart.and_then(|cart| cart.state.line(line).map(|line| line.variant));
        let available = match variant {
            Some(variant) => Some(self.stocks.available(variant).await.map_err(not_read)?),
            None => None,
        };
        self.execute(id, Command::SetQuantity { line, quantity, available }, envelope).await
    }

    /// Removes a line; one that is not there is as good as removed.
    ///
    /// # Errors
    /// `cart-locked`, `cart-completed`, `cart-not-found`.
    pub async fn remove_line(&self, id: CartId, line: LineId, envelope: Envelope) -> Answered {
        self.execute(id, Command::RemoveLine { line }, envelope).await
    }

    /// Makes a guest's cart a person's.
    ///
    /// # Errors
    /// `cart-not-found` when it is another person's; `cart-locked`, `cart-completed`.
    pub async fn adopt(&self, id: CartId, user: UserId, envelope: Envelope) -> Answered {
        self.execute(id, Command::Adopt { user }, envelope).await
    }

    /// Locks a cart for an attempt. For its checkout only.
    ///
    /// # Errors
    /// `cart-empty`, `cart-locked` by another attempt, `cart-completed`, `attempt-released`, `cart-not-found`.
    pub async fn claim(&self, id: CartId, attempt: u32, envelope: Envelope) -> Answered {
        self.execute(id, Command::Claim { attempt }, envelope).await
    }

    /// Unlocks a cart after a failed attempt, with newer prices where the attempt found some. For its checkout only.
    ///
    /// # Errors
    /// `cart-not-found`.
    pub async fn release(
        &self,
        id: CartId,
        attempt: u32,
        reprice: Option<Vec<(VariantId, Money)>>,
        envelope: Envelope,
    ) -> Answered {
        self.execute(id, Command::Release { attempt, reprice }, envelope).await
    }

    /// Closes a cart that has become an order. For its checkout only.
    ///
    /// # Errors
    /// `cart-not-claimed` when the attempt does not hold it, `cart-completed` by another order, `cart-not-found`.
    pub async fn complete(&self, id: CartId, attempt: u32, order: OrderId, envelope: Envelope) -> Answered {
        self.execute(id, Command::Complete { attempt, order }, envelope).await
    }

    /// A cart as last committed; `None` when there is none. Whether the asker may see it is [`Owner::admits`].
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn get(&self, id: CartId) -> Result<Option<Arc<Committed<Cart>>>, ReadError> {
        self.directory.read(id.uuid()).await
    }

    /// The view of a cart as last committed; `None` when there is none.
    ///
    /// # Errors
    /// When the journal cannot be read, or holds a cart that breaks CART-3.
    pub async fn view(&self, id: CartId) -> Result<Option<View>, ReadError> {
        let Some(cart) = self.get(id).await? else { return Ok(None) };
        View::of(id, &cart.state).map(Some).map_err(|_breaks_cart_3| ReadError::Corrupt(id.uuid()))
    }

    /// What the catalogue says of a variant; `None` when it is unknown or not for sale.
    async fn offer(&self, variant: VariantId) -> Result<Option<Offer>, ReadError> {
        let Some(stock) = self.stocks.get(variant).await? else { return Ok(None) };
        let Some(id) = stock.state.product else { return Ok(None) };
        let Some(product) = self.products.get(id).await? else { return Ok(None) };
        let product = &product.state;
        Ok(product.variant(variant).filter(|_| product.is_for_sale()).map(|variant| Offer {
            product: id,
            title: product.title.clone(),
            options: variant.options.clone(),
            image: product.media.first().map(|media| media.blob.clone()),
            unit_price: variant.price,
            available: stock.state.available(),
        }))
    }

    async fn execute(&self, id: CartId, command: Command, envelope: Envelope) -> Answered {
        self.directory.execute(id.uuid(), command, envelope).await
    }
}
