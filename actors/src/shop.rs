//! The shop put together: every domain's handle, wired to the others.

use std::sync::Arc;

use amazoff_supervisor::documents::{Blobs, Documents};
use amazoff_supervisor::journal::Journal;
use amazoff_supervisor::{Assembly, CellLimits, Clock, Directory, Ports, Runtime, Vault};

use crate::cart::{Cart, Carts};
use crate::checkout::{Checkout, CheckoutDelivery, Checkouts};
use crate::order::{Order, OrderProjection, Orders};
use crate::payment::{Payment, PaymentDelivery, Payments, Providers};
use crate::product::{Product, ProductProjection, Products};
use crate::stock::{Stock, StockDelivery, Stocks};
use crate::user::passwords::PasswordHasher;
use crate::user::{User, Users};

/// What the shop needs from outside, besides the runtime's ports.
#[derive(Clone)]
pub struct Outside {
    /// Seals personal data and derives the program's keys.
    pub vault: Vault,
    /// Bytes of images.
    pub blobs: Arc<dyn Blobs>,
    /// Payment providers by name.
    pub providers: Providers,
    /// Hashes passwords off the event loop.
    pub passwords: Arc<dyn PasswordHasher>,
}

/// Every domain's handle. Cheap to clone; this is all that an edge gets to see.
#[derive(Clone)]
pub struct Shop {
    /// The catalogue.
    pub products: Products,
    /// Quantities per variant.
    pub stocks: Stocks,
    /// Carts of guests and users.
    pub carts: Carts,
    /// People and their sessions.
    pub users: Users,
    /// What was bought.
    pub orders: Orders,
    /// What was paid.
    pub payments: Payments,
    /// The process from cart to paid order.
    pub checkouts: Checkouts,
    /// Seals personal data and derives the program's keys.
    pub vault: Vault,
    /// Bytes of images.
    pub blobs: Arc<dyn Blobs>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Entities' histories, for introspection.
    pub journal: Arc<dyn Journal>,
    /// Read models.
    pub documents: Arc<dyn Documents>,
}

impl Shop {
    /// Wires the domains to each other and to the runtime that will carry them.
    pub fn assemble(ports: &Ports, outside: Outside, limits: CellLimits) -> (Self, Runtime) {
        let mut assembly = Assembly::new(ports);
        let products = assembly.directory::<Product>(limits);
        let stocks = assembly.directory::<Stock>(limits);
        let carts = assembly.directory::<Cart>(limits);
        let users = assembly.directory::<User>(limits);
        let orders = assembly.directory::<Order>(limits);
        let payments = assembly.directory::<Payment>(limits);
        let checkouts = assembly.directory::<Checkout>(limits);

        assembly.register(&products);
        assembly.register_with(&stocks, Arc::new(StockDelivery { checkouts: checkouts.clone() }));
        assembly.register(&carts);
        assembly.register(&users);
        assembly.register(&orders);
        let clock = Arc::clone(&ports.clock);
        let delivery = PaymentDelivery::new(outside.providers, checkouts.clone(), orders.clone(), clock);
        assembly.register_with(&payments, Arc::new(delivery));
        let delivery = CheckoutDelivery {
            carts: carts.clone(),
            products: products.clone(),
            stocks: stocks.clone(),
            orders: orders.clone(),
            payments: payments.clone(),
        };
        assembly.register_with(&checkouts, Arc::new(delivery));
        project(&mut assembly, &products, ports);

        let documents = assembly.documents();
        let products = Products::new(products, Arc::clone(&documents));
        let stocks = Stocks::new(stocks);
        let vault = outside.vault;
        let shop = Self {
            carts: Carts::new(carts.clone(), products.clone(), stocks.clone()),
            products,
            stocks,
            users: Users::new(
                users,
                Arc::clone(&ports.journal),
                vault.clone(),
                outside.passwords,
                Arc::clone(&ports.clock),
            ),
            orders: Orders::new(orders, Arc::clone(&documents), vault.clone()),
            payments: Payments::new(payments),
            checkouts: Checkouts::new(checkouts, carts, vault.clone()),
            vault,
            blobs: outside.blobs,
            clock: Arc::clone(&ports.clock),
            journal: Arc::clone(&ports.journal),
            documents,
        };
        (shop, assembly.finish())
    }
}

/// Only what the read models are made from and by, to build them anew while no shop runs.
pub fn read_models(ports: &Ports, limits: CellLimits) -> Runtime {
    let mut assembly = Assembly::new(ports);
    let (products, orders) = (assembly.directory::<Product>(limits), assembly.directory::<Order>(limits));
    assembly.register(&products);
    assembly.register(&orders);
    project(&mut assembly, &products, ports);
    assembly.finish()
}

/// The shop's projections.
fn project(assembly: &mut Assembly, products: &Directory<Product>, ports: &Ports) {
    assembly.project(Arc::new(ProductProjection::new(products.clone())));
    assembly.project(Arc::new(OrderProjection::new(Arc::clone(&ports.journal))));
}
