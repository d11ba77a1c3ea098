//! Shortcuts to what shoppers and shopkeepers do.

use std::collections::BTreeMap;
use std::time::Duration;

use amazoff_actors::cart::{NewLine, Owner, View};
use amazoff_actors::checkout::{CompleteError, CompleteForm, Outcome, PaymentChoice};
use amazoff_actors::coupon::Issue;
use amazoff_actors::ids::{CartId, ProductId, PromotionId, VariantId};
use amazoff_actors::money::{Currency, Money, Quantity};
use amazoff_actors::order::{Address, Contact};
use amazoff_actors::pricebook::{Change, Condition, Kind, Promotion, Selector, Stacking, Trigger, Window};
use amazoff_actors::pricing::Rate;
use amazoff_actors::product::{Create, Variant};
use amazoff_supervisor::{Answer, AskError, Fault, chance};

use crate::until;
use crate::world::{PATIENCE, World};

/// How often a shop that cannot answer is asked, and how long apart.
const ATTEMPTS: u32 = 10;
const AGAIN_AFTER: Duration = Duration::from_millis(20);

/// Something on the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shelf {
    /// The product.
    pub product: ProductId,
    /// Its one variant.
    pub variant: VariantId,
}

/// Somebody to send things to.
pub fn contact() -> Contact {
    let address = Address {
        line1: "Way 1".to_owned(),
        line2: None,
        city: "Berlin".to_owned(),
        postal_code: "10115".to_owned(),
        country: "DE".to_owned(),
        subdivision: None,
    };
    Contact { email: "ann@example.org".to_owned(), name: "Ann Other".to_owned(), address }
}

impl Shelf {
    /// Names for a new product; nothing is asked of the shop.
    pub fn fresh() -> Self {
        Self { product: ProductId::from(chance::uuid()), variant: VariantId::from(chance::uuid()) }
    }

    /// The shelf's product as it is drafted.
    pub fn draft(&self, slug: &str, cents: i64) -> Create {
        Create {
            slug: slug.to_owned(),
            title: format!("Title of {slug}"),
            description: "A thing.".to_owned(),
            category: "home-kitchen".to_owned(),
            brand: "Brand".to_owned(),
            variants: vec![Variant::new(
                self.variant,
                format!("SKU-{slug}"),
                BTreeMap::from([("size".to_owned(), "M".to_owned())]),
                Money::eur(cents),
            )],
            media: Vec::new(),
        }
    }
}

/// The helpers expect a shop that works: what must succeed and does not ends the test.
impl World {
    /// Puts a product on sale, with so many pieces.
    pub async fn stock(&self, cents: i64, quantity: u32) -> Shelf {
        let shelf = Shelf::fresh();
        let slug = format!("thing-{}", shelf.product.uuid().simple());
        let shop = self.shop();
        shop.products
            .create(shelf.product, shelf.draft(&slug, cents), self.envelope())
            .await
            .expect("drafted");
        shop.products.publish(shelf.product, self.envelope()).await.expect("published");
        let sku = format!("SKU-{slug}");
        shop.stocks.introduce(shelf.variant, shelf.product, sku, self.envelope()).await.expect("introduced");
        if quantity > 0 {
            shop.stocks.receive(shelf.variant, quantity, self.envelope()).await.expect("received");
        }
        shelf
    }

    /// Opens a guest's cart.
    pub async fn open_cart(&self) -> CartId {
        let cart = CartId::from(chance::uuid());
        self.shop().carts.create(cart, Owner::Guest, self.envelope()).await.expect("opened");
        cart
    }

    /// Adds pieces to a cart. A shop that cannot answer just now is asked again, as programs do.
    pub async fn add(&self, cart: CartId, shelf: Shelf, quantity: u32) -> View {
        let quantity = Quantity::try_from(quantity).expect("a quantity");
        let line = NewLine { variant: shelf.variant, quantity };
        let (carts, envelope) = (self.shop().carts, self.envelope());
        asked_again(async || carts.add_line(cart, line, envelope.clone()).await).await
    }

    /// Puts a code on a cart, likewise.
    pub async fn apply_coupon(&self, cart: CartId, code: &str) -> View {
        let (carts, envelope) = (self.shop().carts, self.envelope());
        asked_again(async || carts.apply_coupon(cart, code, envelope.clone()).await).await
    }

    /// A guest's cart with these things in it.
    pub async fn full_cart(&self, lines: &[(Shelf, u32)]) -> CartId {
        let cart = self.open_cart().await;
        for (shelf, quantity) in lines {
            self.add(cart, *shelf, *quantity).await;
        }
        cart
    }

    /// Issues a code that takes 10 % off, for as many orders as `total_limit` says.
    pub async fn coupon(&self, code: &str, total_limit: Option<u32>) {
        let (shop, promotion) = (self.shop(), PromotionId::from(chance::uuid()));
        let ten_percent = Promotion {
            title: code.to_owned(),
            enabled: true,
            trigger: Trigger::Coupon,
            kind: Kind::Percentage { rate: Rate::percent(10) },
            selector: Selector::All,
            condition: Condition::default(),
            priority: 0,
            stacking: Stacking::Combine,
            window: Window::default(),
        };
        let change = Change::CreatePromotion { id: promotion, promotion: Box::new(ten_percent) };
        shop.pricebooks.change(change, None, self.envelope()).await.expect("created");
        let (code, window) = (code.to_owned(), Window::default());
        let new = Issue { code, promotion, total_limit, per_customer_limit: None, window };
        shop.coupons.issue(new, self.envelope()).await.expect("issued");
    }

    /// Says in which currencies the shop sells.
    pub async fn sell_in(&self, currencies: &[Currency]) {
        let change = Change::SetCurrencies { currencies: currencies.to_vec() };
        self.shop().pricebooks.change(change, None, self.envelope()).await.expect("changed");
    }

    /// What the button sends for a cart as it is now.
    pub async fn form(&self, cart: CartId, token: &str) -> CompleteForm {
        let view = self.shop().carts.view(cart).await.expect("readable").expect("a cart");
        let payment = PaymentChoice { provider: crate::provider::NAME.to_owned(), token: token.to_owned() };
        CompleteForm { expected_total: view.totals.total, contact: Some(contact()), payment }
    }

    /// Presses the button and waits a while for what comes of it.
    ///
    /// # Errors
    /// When the attempt could not be begun or followed.
    pub async fn complete(&self, cart: CartId, token: &str) -> Result<Outcome, CompleteError> {
        let form = self.form(cart, token).await;
        self.shop().checkouts.complete(cart, form, self.envelope(), PATIENCE).await
    }

    /// Waits until the newest attempt of a cart is decided: placed, failed, or waiting for its shopper.
    pub async fn outcome(&self, cart: CartId, limit: Duration) -> Outcome {
        let mut outcome = None;
        until("an outcome", limit, async || {
            let status = self.shop().checkouts.status(cart).await.ok().flatten();
            outcome = status.filter(|outcome| !matches!(outcome, Outcome::Processing { .. }));
            outcome.is_some()
        })
        .await;
        outcome.expect("checked above")
    }
}

async fn asked_again<R: Fault>(ask: impl AsyncFn() -> Result<Answer<View>, AskError<R>>) -> View {
    for _ in 0..ATTEMPTS {
        match ask().await {
            Err(AskError::Unavailable { .. }) => tokio::time::sleep(AGAIN_AFTER).await,
            answer => return answer.expect("done").reply,
        }
    }
    panic!("the shop cannot answer");
}
