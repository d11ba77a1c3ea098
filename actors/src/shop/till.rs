//! Carts and their checkouts over a journal in memory, for tests of what only happens between them.

use std::collections::BTreeMap;
use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::journal::KeyTable;
use amazoff_supervisor::tree::TreeHandle;
use amazoff_supervisor::{Envelope, ManualClock, MasterKey, Timestamp};
use futures::FutureExt;
use futures::future::BoxFuture;
use uuid::Uuid;

use super::*;
use crate::cart::{NewLine, Owner};
use crate::checkout::{CompleteForm, Outcome, PaymentChoice};
use crate::ids::{CartId, ProductId, VariantId};
use crate::mail::{MailError, Message};
use crate::money::{Money, Quantity};
use crate::order::{Address, Contact};
use crate::product::{Create, ScannedIndex, Variant};
use crate::tree;

const PATIENCE: Duration = Duration::from_secs(30);
/// Of everything on the shelf.
const PIECES: u32 = 5;

struct NoMail;

impl Mailer for NoMail {
    fn send<'a>(&'a self, _: &'a Message) -> BoxFuture<'a, Result<(), MailError>> {
        async { Ok(()) }.boxed()
    }
}

/// Where carts are filled and bought.
pub(crate) struct Till {
    pub(crate) shelf: Shelf,
    pub(crate) carts: Carts,
    pub(crate) checkouts: Checkouts,
    pub(crate) erasures: ErasureDelivery,
    pub(crate) keys: Arc<dyn KeyTable>,
    pub(crate) clock: ManualClock,
    pub(crate) runtime: Runtime,
    /// How long a buyer follows a checkout.
    patience: Duration,
    _tree: TreeHandle,
}

impl Till {
    pub(crate) async fn open() -> Self {
        Self::with(true).await
    }

    /// One whose checkouts begin and come no further: what they ask of others is not delivered.
    pub(crate) async fn standing_still() -> Self {
        Self::with(false).await
    }

    async fn with(delivers: bool) -> Self {
        let (store, clock) =
            (MemoryStore::new(), ManualClock::at(Timestamp::from_unix_ms(1_767_225_600_000)));
        let ports = Ports {
            journal: store.journal(),
            documents: store.documents(),
            clock: Arc::new(clock.clone()),
            shards: store.take_all("test"),
            keys: store.key_table(),
            audit: store.audit(),
        };
        let vault = Vault::new(MasterKey::new([7; 32]), store.key_table());
        let mut assembly = Assembly::new(&ports);
        let limits = CellLimits::default();
        let (products, stocks) = (assembly.directory::<Product>(limits), assembly.directory::<Stock>(limits));
        let (pricebooks, coupons) = (assembly.directory(limits), assembly.directory(limits));
        let (carts, orders) = (assembly.directory::<Cart>(limits), assembly.directory::<Order>(limits));
        let checkouts = assembly.directory::<Checkout>(limits);
        let payments = assembly.directory::<Payment>(limits);
        assembly.register(&products);
        assembly.register(&stocks);
        assembly.register(&pricebooks);
        assembly.register(&coupons);
        assembly.register(&orders);
        assembly.register(&payments);
        let index = Arc::new(ScannedIndex::over(Arc::clone(&ports.documents)));
        let shelf = shelf((&assembly, &ports, index), (&products, &stocks), (&pricebooks, &coupons));
        let handover =
            CartDelivery { carts: carts.clone(), stocks: shelf.stocks.clone(), vault: vault.clone() };
        assembly.register_with(&carts, Arc::new(handover));
        let (order, cart, held) = held((&assembly, &ports), (&orders, &carts), &shelf, &vault);
        if delivers {
            let (carts, prices) = (carts.clone(), shelf.prices.clone());
            let delivery = CheckoutDelivery { carts, prices, coupons, stocks, orders, payments };
            assembly.register_with(&checkouts, Arc::new(delivery));
        } else {
            assembly.register(&checkouts);
        }
        assembly.project(Arc::new(CartProjection));
        assembly.project(Arc::new(HeldProjection));
        assembly.project(Arc::new(OrderProjection::new(Arc::clone(&ports.journal))));
        let runtime = assembly.finish();
        let erasures = ErasureDelivery {
            orders: order,
            carts: cart.clone(),
            checkouts: checkouts.clone(),
            held,
            journal: ports.journal,
            mailer: Arc::new(NoMail),
            vault: vault.clone(),
            clock: ports.clock,
        };
        Self {
            shelf,
            carts: cart,
            checkouts: Checkouts::new(checkouts, carts, vault),
            erasures,
            keys: ports.keys,
            clock,
            patience: if delivers { PATIENCE } else { Duration::ZERO },
            _tree: TreeHandle::start(tree::declare(&runtime, [], [])).await.unwrap(),
            runtime,
        }
    }

    pub(crate) fn asked() -> Envelope {
        Envelope::system(PATIENCE)
    }

    pub(crate) async fn cart(&self, n: u128, owner: Owner) -> CartId {
        let id = CartId::from(Uuid::from_u128(n));
        self.carts.create(id, owner, Self::asked()).await.unwrap();
        id
    }

    /// Puts so many variants of a product on sale.
    pub(crate) async fn stock(&self, variants: u128) -> Vec<VariantId> {
        let product = ProductId::from(Uuid::from_u128(0x9001));
        let ids: Vec<_> = (1..=variants).map(|n| VariantId::from(Uuid::from_u128(n))).collect();
        let sku = |id: &VariantId| format!("S-{}", id.uuid().as_u128());
        let variant = |id: &VariantId| {
            let options = BTreeMap::from([("number".to_owned(), sku(id))]);
            Variant::new(*id, sku(id), options, Money::eur(1_500))
        };
        let new = Create {
            slug: "lamp".to_owned(),
            title: "Lamp".to_owned(),
            description: "It shines.".to_owned(),
            category: "home-kitchen".to_owned(),
            brand: "Brand".to_owned(),
            variants: ids.iter().map(variant).collect(),
            media: Vec::new(),
        };
        let Shelf { products, stocks, .. } = &self.shelf;
        products.create(product, new, Self::asked()).await.unwrap();
        products.publish(product, Self::asked()).await.unwrap();
        for id in &ids {
            stocks.introduce(*id, product, sku(id), Self::asked()).await.unwrap();
            stocks.receive(*id, PIECES, Self::asked()).await.unwrap();
        }
        ids
    }

    pub(crate) async fn add(&self, cart: CartId, variant: VariantId) {
        let line = NewLine { variant, quantity: Quantity::ONE };
        self.carts.add_line(cart, line, Self::asked()).await.unwrap();
    }

    /// Presses the button of a cart, saying who receives it.
    pub(crate) async fn complete(&self, cart: CartId, expected_total: Money) -> Outcome {
        let payment = PaymentChoice { provider: "test".to_owned(), token: "tok".to_owned() };
        let form = CompleteForm { expected_total, contact: Some(contact()), payment };
        self.checkouts.complete(cart, form, Self::asked(), self.patience).await.unwrap()
    }
}

fn contact() -> Contact {
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
