//! The way to carts.

use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::documents::{Documents, Query, Sort};
use amazoff_supervisor::{
    Answer, AskError, Clock, Committed, Directory, Envelope, Fault, ReadError, Vault, VaultError,
};
use futures::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::projection::CARTS;
use super::{
    Addition, Address, Cart, Command, MergeStrategy, Offer, Owner, Rejection, Shown, Status, View, Warning,
};
use crate::asking::{fingerprinted, not_read};
use crate::coupon::{self, Coupons, normalise};
use crate::ids::{CartId, LineId, UserId, VariantId};
use crate::money::{Currency, Quantity};
use crate::order::Contact;
use crate::pricebook::Pricebooks;
use crate::pricing::{Asked, CouponReason, Prices};
use crate::product::Products;
use crate::stock::Stocks;

/// All carts. Cheap to clone.
#[derive(Clone)]
pub struct Carts {
    directory: Directory<Cart>,
    pub(super) shelf: Shelf,
    pub(super) vault: Vault,
    clock: Arc<dyn Clock>,
}

/// The most carts of one person that are looked at to find the newest.
const CARTS_OF_PERSON: usize = 50;

/// Where carts look up what is added to them, and what it costs.
#[derive(Clone)]
pub struct Shelf {
    /// The catalogue.
    pub products: Products,
    /// What can be had.
    pub stocks: Stocks,
    /// Currencies.
    pub pricebooks: Pricebooks,
    /// Codes.
    pub coupons: Coupons,
    /// The one way to a price.
    pub prices: Prices,
    /// Which carts people have.
    pub documents: Arc<dyn Documents>,
}

/// What a shopper wants to add: everything else about it is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLine {
    /// What is bought.
    pub variant: VariantId,
    /// How many more.
    pub quantity: Quantity,
}

/// How far a merge has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merging {
    /// Everything is in the other cart.
    Done {
        /// What the shopper should know.
        warnings: Vec<Warning>,
    },
    /// It goes on by itself.
    UnderWay,
}

/// A cart after the command, or why there was none.
type Answered = Result<Answer<View>, AskError<Rejection>>;

impl Carts {
    /// Carts over their directory; what is added is looked up on the shelf, and contacts are sealed by the vault.
    pub fn new(directory: Directory<Cart>, shelf: Shelf, vault: Vault, clock: Arc<dyn Clock>) -> Self {
        Self { directory, shelf, vault, clock }
    }

    /// Opens a cart in the shop's first currency. An owner who has it already is answered the cart as it is.
    ///
    /// # Errors
    /// `cart-not-found` when the id is somebody else's.
    pub async fn create(&self, id: CartId, owner: Owner, envelope: Envelope) -> Answered {
        self.create_in(id, owner, None, envelope).await
    }

    /// Opens a cart in a currency, or in the shop's first one.
    ///
    /// # Errors
    /// `currency-mismatch` when the shop does not sell in that currency; what [`Carts::create`] refuses.
    pub async fn create_in(
        &self,
        id: CartId,
        owner: Owner,
        currency: Option<Currency>,
        envelope: Envelope,
    ) -> Answered {
        let envelope = fingerprinted(envelope, &(owner, currency));
        let book = self.shelf.pricebooks.current().await.map_err(not_read)?;
        let currency = currency.unwrap_or_else(|| book.state.default_currency());
        let sold = book.state.currencies.contains(&currency);
        self.execute(id, Command::Create { owner, currency, sold }, envelope).await
    }

    /// Adds pieces of a variant, or more of them, at the price that the catalogue has now.
    ///
    /// # Errors
    /// `product-not-available` for drafts, archived products, unknown variants and those without a price in the cart's
    /// currency; `insufficient-stock`, `quantity-out-of-range`, `too-many-lines`, `cart-locked`, `cart-completed`,
    /// `cart-merged`, `cart-abandoned`, `cart-not-found`.
    pub async fn add_line(&self, id: CartId, new: NewLine, envelope: Envelope) -> Answered {
        let envelope = fingerprinted(envelope, &new);
        let NewLine { variant, quantity } = new;
        let offer = self.offer(id, variant).await.map_err(not_read)?;
        self.execute(id, Command::AddLine(Addition { variant, quantity, offer }), envelope).await
    }

    /// Sets how many pieces a line has.
    ///
    /// # Errors
    /// `line-not-found`, and `insufficient-stock` when there are fewer; what [`Carts::remove_line`] refuses.
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
            Some(variant) => Some(self.shelf.stocks.available(variant).await.map_err(not_read)?),
            None => None,
        };
        self.execute(id, Command::SetQuantity { line, quantity, available }, envelope).await
    }

    /// Removes a line; one that is not there is as good as removed.
    ///
    /// # Errors
    /// `cart-locked`, `cart-completed`, `cart-merged`, `cart-abandoned`, `cart-not-found`.
    pub async fn remove_line(&self, id: CartId, line: LineId, envelope: Envelope) -> Answered {
        self.execute(id, Command::RemoveLine { line }, envelope).await
    }

    /// Enters a code, however it is written. One that does nothing yet is kept, and the view says why.
    ///
    /// # Errors
    /// `coupon-unknown`, `coupon-expired`, `coupon-withdrawn`, `coupon-exhausted`, `too-many-coupons`; what
    /// [`Carts::remove_line`] refuses.
    pub async fn apply_coupon(&self, id: CartId, code: &str, envelope: Envelope) -> Answered {
        let code = normalise(code);
        let envelope = fingerprinted(envelope, &code);
        let found = self.shelf.coupons.look_up(&code).await.map_err(not_read)?;
        let refusal = match found {
            None => Some(coupon::Rejection::CouponUnknown),
            Some(found) => found.refusal(self.clock.now()).map(refused_for),
        };
        self.execute(id, Command::ApplyCoupon { code, refusal }, envelope).await
    }

    /// Takes a code out; one that is not there is as good as taken out.
    ///
    /// # Errors
    /// What [`Carts::remove_line`] refuses.
    pub async fn remove_coupon(&self, id: CartId, code: &str, envelope: Envelope) -> Answered {
        self.execute(id, Command::RemoveCoupon { code: normalise(code) }, envelope).await
    }

    /// Says where it goes. The contact is sealed for the cart's owner.
    ///
    /// # Errors
    /// What [`Carts::remove_line`] refuses; `person-erased` as unavailable.
    pub async fn set_address(&self, id: CartId, new: Contact, envelope: Envelope) -> Answered {
        let envelope = fingerprinted(envelope, &new);
        let cart = self.get(id).await.map_err(not_read)?;
        let owner = cart.map_or(Owner::Guest, |cart| cart.state.owner);
        let address = self.seal(id, owner, &new).await.map_err(not_sealed)?;
        self.execute(id, Command::SetAddress(address), envelope).await
    }

    /// Says how it is sent.
    ///
    /// # Errors
    /// `shipping-unavailable` when the method does not serve the cart; what [`Carts::remove_line`] refuses.
    pub async fn set_shipping(&self, id: CartId, method: String, envelope: Envelope) -> Answered {
        let envelope = fingerprinted(envelope, &method);
        let shown = self.show(id).await.map_err(not_read)?;
        let options = shown.and_then(|shown| shown.price).map(|price| price.shipping_options);
        let offered = options.unwrap_or_default().iter().any(|option| option.method == method);
        self.execute(id, Command::SetShipping { method, offered }, envelope).await
    }

    /// Makes a guest's cart a person's.
    ///
    /// # Errors
    /// `cart-not-found` when it is another person's; what [`Carts::remove_line`] refuses.
    pub async fn adopt(&self, id: CartId, user: UserId, envelope: Envelope) -> Answered {
        self.execute(id, Command::Adopt { user }, envelope).await
    }

    /// Moves what is in a cart into another one and ends it, and follows that for at most `wait`; it goes on by itself. The
    /// edge has made sure that both are the asker's.
    ///
    /// # Errors
    /// `cart-merged` when it is in a third one already, `merge-into-itself`, what [`Carts::remove_line`] refuses of either
    /// cart; `currency-mismatch` and `too-many-lines`, after which both carts are as they were.
    pub async fn merge(
        &self,
        id: CartId,
        (target, strategy): (CartId, MergeStrategy),
        envelope: Envelope,
        wait: Duration,
    ) -> Result<Merging, AskError<Rejection>> {
        let give_up = Instant::now() + wait;
        let mut changes = self.directory.watch(id.uuid());
        self.execute(id, Command::MergeInto { target, strategy }, envelope).await?;
        loop {
            changes.borrow_and_update();
            let cart = self.get(id).await.map_err(not_read)?;
            if let Some(merged) = cart.and_then(|cart| merged(&cart.state, target)) {
                return merged;
            }
            match tokio::time::timeout_at(give_up, changes.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Ok(Merging::UnderWay),
            }
        }
    }

    /// A cart as last committed; `None` when there is none. Whether the asker may see it is [`Owner::admits`].
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn get(&self, id: CartId) -> Result<Option<Arc<Committed<Cart>>>, ReadError> {
        self.directory.read(id.uuid()).await
    }

    /// The newest open cart of a person, as far as the projection has come.
    ///
    /// # Errors
    /// When documents or journal cannot be read.
    pub async fn of_person(&self, user: UserId) -> Result<Option<CartId>, ReadError> {
        let query = Query {
            collection: CARTS.to_owned(),
            equals: vec![("user".to_owned(), user.to_string().into())],
            sort: Some(Sort { field: "since".to_owned(), descending: true }),
            limit: CARTS_OF_PERSON,
            ..Query::default()
        };
        let page = self.shelf.documents.query(&query).await;
        let page = page.map_err(|error| ReadError::Unavailable(error.to_string()))?;
        for id in page.items.iter().filter_map(|(id, _)| id.parse::<CartId>().ok()) {
            let cart = self.get(id).await?;
            let open = |cart: &Cart| cart.status == Status::Open && cart.owner == Owner::User(user);
            if cart.is_some_and(|cart| open(&cart.state)) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// The view of a cart as last committed, at today's prices; `None` when there is none.
    ///
    /// # Errors
    /// When something cannot be read, or the journal holds a cart that breaks CART-3.
    pub async fn view(&self, id: CartId) -> Result<Option<View>, ReadError> {
        Ok(self.show(id).await?.map(|shown| shown.view))
    }

    /// A cart as last committed, with every step of its price of today; `None` when there is none.
    ///
    /// # Errors
    /// When something cannot be read, or the journal holds a cart that breaks CART-3.
    pub async fn show(&self, id: CartId) -> Result<Option<Shown>, ReadError> {
        let Some(cart) = self.get(id).await? else { return Ok(None) };
        let view = View::of(id, &cart.state).map_err(|_breaks_cart_3| ReadError::Corrupt(id.uuid()))?;
        self.priced(view).await.map(Some)
    }

    /// What a command answered, at today's prices.
    ///
    /// # Errors
    /// When something cannot be read.
    pub async fn priced(&self, view: View) -> Result<Shown, ReadError> {
        let priced = [Status::Open.as_str(), Status::Completing { attempt: 0 }.as_str()];
        if !priced.contains(&view.status.as_str()) {
            return Ok(Shown::over(view));
        }
        let line = |line: &super::LineView| (line.id, line.variant_id, line.product_id, line.quantity);
        let asked = Asked {
            currency: view.currency,
            lines: view.lines.iter().map(line).collect(),
            destination: view.destination.clone(),
            shipping_method: view.shipping_method.clone(),
            coupons: view.coupons.clone(),
            words: view.lines.iter().map(super::LineView::words).sum(),
            at: self.clock.now(),
        };
        let available = async |line: &super::LineView| {
            self.shelf.stocks.available(line.variant_id).await.map(|pieces| (line.variant_id, pieces))
        };
        let stock = try_join_all(view.lines.iter().map(available));
        // At once: what is not in memory is a question to the journal.
        let (price, stock) = try_join(self.shelf.prices.quote(&asked), stock).await?;
        Ok(Shown::new(view, price, &stock))
    }

    /// What the catalogue says of a variant; `None` when it is unknown, not for sale, or not in the cart's currency.
    async fn offer(&self, cart: CartId, variant: VariantId) -> Result<Option<Offer>, ReadError> {
        let Some(stock) = self.shelf.stocks.get(variant).await? else { return Ok(None) };
        let Some(id) = stock.state.product else { return Ok(None) };
        let Some(product) = self.shelf.products.get(id).await? else { return Ok(None) };
        let Some(currency) = self.get(cart).await?.map(|cart| cart.state.currency) else { return Ok(None) };
        let product = &product.state;
        let sold = product.sold(variant);
        Ok(sold.and_then(|variant| Some((variant, variant.price_in(currency)?))).map(|(variant, price)| {
            Offer {
                product: id,
                title: product.title.clone(),
                options: variant.options.clone(),
                image: product.media.first().map(|media| media.blob.clone()),
                unit_price: price,
                available: stock.state.available(),
            }
        }))
    }

    async fn seal(&self, id: CartId, owner: Owner, new: &Contact) -> Result<Address, VaultError> {
        let contact = self.vault.seal(owner.person(id), new).await?;
        Ok(Address { contact, destination: new.destination() })
    }

    async fn execute(&self, id: CartId, command: Command, envelope: Envelope) -> Answered {
        self.directory.execute(id.uuid(), command, envelope).await
    }
}

/// How a merge ended, if it did.
fn merged(cart: &Cart, target: CartId) -> Option<Result<Merging, AskError<Rejection>>> {
    match cart.status {
        Status::Merging { .. } => None,
        Status::Merged { .. } => Some(Ok(Merging::Done { warnings: cart.merge_warnings.clone() })),
        Status::Absent
        | Status::Open
        | Status::Completing { .. }
        | Status::Completed { .. }
        | Status::Abandoned => {
            let refused = cart.merge_refused.as_ref().filter(|refused| refused.target == target);
            refused
                .map(|refused| Err(AskError::Refused { refusal: refused.refusal.clone(), replayed: false }))
        }
    }
}

/// The refusal that a code gets when nobody new can use it.
fn refused_for(reason: CouponReason) -> coupon::Rejection {
    match reason {
        CouponReason::Expired => coupon::Rejection::CouponExpired,
        CouponReason::Withdrawn => coupon::Rejection::CouponWithdrawn,
        CouponReason::Exhausted => coupon::Rejection::CouponExhausted,
        CouponReason::Unknown
        | CouponReason::NothingMatches
        | CouponReason::ConditionNotMet
        | CouponReason::OtherCurrency
        | CouponReason::Excluded
        | CouponReason::NothingLeft => coupon::Rejection::CouponUnknown,
    }
}

/// A contact that could not be sealed: nothing happened.
fn not_sealed(error: VaultError) -> AskError<Rejection> {
    let cause = error.to_string();
    if error.kind() == amazoff_supervisor::FaultKind::Bug {
        AskError::NotCommitted { cause }
    } else {
        AskError::Unavailable { cause }
    }
}
