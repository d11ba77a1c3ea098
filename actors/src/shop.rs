//! The shop put together: every domain's handle, wired to the others.

use std::sync::Arc;

use amazoff_supervisor::documents::{Blobs, Documents};
use amazoff_supervisor::journal::Journal;
use amazoff_supervisor::{Assembly, CellLimits, Clock, Directory, Ports, Runtime, Vault};

use crate::cart::{Cart, CartDelivery, CartProjection, Carts, Shelf};
use crate::category::{Categories, Tree};
use crate::checkout::{Checkout, CheckoutDelivery, CheckoutProjection, Checkouts, Processes};
use crate::coupon::{Coupon, Coupons};
use crate::mail::Mailer;
use crate::order::{Order, OrderDelivery, OrderProjection, Orders};
use crate::payment::{Payment, PaymentDelivery, PaymentProjection, Payments, Providers, Webhooks};
use crate::pricebook::{Pricebook, Pricebooks};
use crate::pricing::Prices;
use crate::product::{Product, ProductIndex, ProductProjection, Products, SearchProjection};
use crate::rating::{Rating, Ratings};
use crate::reconcile::Reconciliations;
use crate::review::{Review, ReviewDelivery, ReviewProjection, Reviews};
use crate::stock::{Stock, StockDelivery, Stocks};
use crate::user::passwords::PasswordHasher;
use crate::user::{MailDelivery, User, Users};

/// What the shop needs from outside, besides the runtime's ports.
#[derive(Clone)]
pub struct Outside {
    /// Seals personal data and derives the program's keys.
    pub vault: Vault,
    /// Bytes of images.
    pub blobs: Arc<dyn Blobs>,
    /// Where products are found.
    pub index: Arc<dyn ProductIndex>,
    /// Payment providers by name.
    pub providers: Providers,
    /// Hashes passwords off the event loop.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Hands mails over.
    pub mailer: Arc<dyn Mailer>,
    /// Where the links in mails lead: the shop's address, without a slash at the end.
    pub public_url: String,
}

impl Outside {
    fn mails(&self, clock: &Arc<dyn Clock>) -> MailDelivery {
        let (mailer, public_url) = (Arc::clone(&self.mailer), self.public_url.clone());
        MailDelivery { vault: self.vault.clone(), mailer, public_url, clock: Arc::clone(clock) }
    }
}

/// Every domain's handle. Cheap to clone; this is all that an edge gets to see.
#[derive(Clone)]
pub struct Shop {
    /// The catalogue.
    pub products: Products,
    /// The tree in which shoppers find their way.
    pub categories: Categories,
    /// Quantities per variant.
    pub stocks: Stocks,
    /// Currencies, tax, shipping and promotions.
    pub pricebooks: Pricebooks,
    /// Codes, and who used them.
    pub coupons: Coupons,
    /// The one way to a price.
    pub prices: Prices,
    /// Carts of guests and users.
    pub carts: Carts,
    /// People and their sessions.
    pub users: Users,
    /// What people say of products.
    pub reviews: Reviews,
    /// How many stars that gives each product.
    pub ratings: Ratings,
    /// What was bought.
    pub orders: Orders,
    /// What was paid.
    pub payments: Payments,
    /// What payment providers tell of their own accord.
    pub webhooks: Webhooks,
    /// Comparing payments with what their providers say.
    pub reconciliations: Reconciliations,
    /// The process from cart to paid order.
    pub checkouts: Checkouts,
    /// Which checkouts run, for operators.
    pub processes: Processes,
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
        let categories = assembly.directory::<Tree>(limits);
        let stocks = assembly.directory::<Stock>(limits);
        let pricebooks = assembly.directory::<Pricebook>(limits);
        let coupons = assembly.directory::<Coupon>(limits);
        let carts = assembly.directory::<Cart>(limits);
        let users = assembly.directory::<User>(limits);
        let ratings = assembly.directory::<Rating>(limits);
        let reviews = assembly.directory::<Review>(limits);
        let orders = assembly.directory::<Order>(limits);
        let payments = assembly.directory::<Payment>(limits);
        let checkouts = assembly.directory::<Checkout>(limits);

        assembly.register(&products);
        assembly.register(&categories);
        assembly.register_with(&stocks, Arc::new(StockDelivery { checkouts: checkouts.clone() }));
        assembly.register(&pricebooks);
        assembly.register(&coupons);
        let index = Arc::clone(&outside.index);
        let shelf = shelf((&assembly, ports, index), (&products, &stocks), (&pricebooks, &coupons));
        let handover = CartDelivery { carts: carts.clone(), stocks: shelf.stocks.clone() };
        assembly.register_with(&carts, Arc::new(handover));
        assembly.register_with(&users, Arc::new(outside.mails(&ports.clock)));
        assembly.register(&ratings);
        assembly.register_with(&reviews, Arc::new(ReviewDelivery { ratings: Ratings::new(ratings.clone()) }));
        let delivery =
            OrderDelivery { payments: payments.clone(), stocks: stocks.clone(), reviews: reviews.clone() };
        assembly.register_with(&orders, Arc::new(delivery));
        let clock = Arc::clone(&ports.clock);
        let providers = outside.providers.clone();
        let delivery = PaymentDelivery::new(providers.clone(), checkouts.clone(), orders.clone(), clock);
        assembly.register_with(&payments, Arc::new(delivery));
        let delivery = CheckoutDelivery {
            carts: carts.clone(),
            prices: shelf.prices.clone(),
            coupons,
            stocks,
            orders: orders.clone(),
            payments: payments.clone(),
        };
        assembly.register_with(&checkouts, Arc::new(delivery));
        project(&mut assembly, (&products, &ratings, &reviews), ports);
        let said = (
            Ratings::new(ratings),
            Reviews::new(reviews, assembly.documents(), outside.vault.clone()),
            Categories::new(categories, assembly.documents()),
        );
        let handles = (carts, users, orders, payments, checkouts, said);
        let shop = Self::of(ports, (outside, providers), (shelf, assembly.documents()), handles);
        (shop, assembly.finish())
    }

    /// The handles of a wired shop.
    fn of(
        ports: &Ports,
        (outside, providers): (Outside, Providers),
        (shelf, documents): (Shelf, Arc<dyn Documents>),
        (carts, users, orders, payments, checkouts, (ratings, reviews, categories)): Directories,
    ) -> Self {
        let vault = outside.vault;
        let Shelf { products, stocks, pricebooks, coupons, prices, .. } = shelf.clone();
        let payments = Payments::new(payments);
        let orders = Orders::new(orders, Arc::clone(&documents), vault.clone());
        Self {
            carts: Carts::new(carts.clone(), shelf, vault.clone(), Arc::clone(&ports.clock)),
            products,
            categories,
            stocks,
            pricebooks,
            coupons,
            prices,
            users: Users::new(
                users,
                Arc::clone(&ports.journal),
                vault.clone(),
                outside.passwords,
                Arc::clone(&ports.clock),
            ),
            reviews,
            ratings,
            orders: orders.clone(),
            webhooks: Webhooks::new(
                providers.clone(),
                payments.clone(),
                Arc::clone(&documents),
                Arc::clone(&ports.clock),
            ),
            reconciliations: Reconciliations::new(
                providers,
                payments.clone(),
                orders,
                (Arc::clone(&documents), Arc::clone(&ports.clock)),
            ),
            payments,
            processes: Processes::new(checkouts.clone(), Arc::clone(&documents), Arc::clone(&ports.journal)),
            checkouts: Checkouts::new(checkouts, carts, vault.clone()),
            vault,
            blobs: outside.blobs,
            clock: Arc::clone(&ports.clock),
            journal: Arc::clone(&ports.journal),
            documents,
        }
    }
}

/// The ways to the domains whose handles need more than their directory.
type Directories = (
    Directory<Cart>,
    Directory<User>,
    Directory<Order>,
    Directory<Payment>,
    Directory<Checkout>,
    (Ratings, Reviews, Categories),
);

/// The handles that others look things up in.
fn shelf(
    (assembly, ports, index): (&Assembly, &Ports, Arc<dyn ProductIndex>),
    (products, stocks): (&Directory<Product>, &Directory<Stock>),
    (pricebooks, coupons): (&Directory<Pricebook>, &Directory<Coupon>),
) -> Shelf {
    let known = (assembly.documents(), Arc::clone(&ports.journal));
    let products = Products::new(products.clone(), known, (assembly.collections(), index));
    let stocks = Stocks::new(stocks.clone(), Arc::clone(&ports.journal));
    let (pricebooks, coupons) = (Pricebooks::new(pricebooks.clone()), Coupons::new(coupons.clone()));
    let prices = Prices::new(products.clone(), stocks.clone(), pricebooks.clone(), coupons.clone());
    Shelf { products, stocks, pricebooks, coupons, prices, documents: assembly.documents() }
}

/// Only what the read models are made from and by, to build them anew while no shop runs.
pub fn read_models(ports: &Ports, limits: CellLimits) -> Runtime {
    let mut assembly = Assembly::new(ports);
    let products = assembly.directory::<Product>(limits);
    let ratings = assembly.directory::<Rating>(limits);
    let reviews = assembly.directory::<Review>(limits);
    assembly.register(&products);
    assembly.register(&ratings);
    assembly.register(&reviews);
    assembly.register(&assembly.directory::<Order>(limits));
    assembly.register(&assembly.directory::<Cart>(limits));
    assembly.register(&assembly.directory::<Checkout>(limits));
    assembly.register(&assembly.directory::<Payment>(limits));
    project(&mut assembly, (&products, &ratings, &reviews), ports);
    assembly.finish()
}

/// Only products and their stock, to change them while no shop runs. What is read of them follows when one starts.
pub fn shelves(
    ports: &Ports,
    index: Arc<dyn ProductIndex>,
    limits: CellLimits,
) -> (Products, Stocks, Runtime) {
    let mut assembly = Assembly::new(ports);
    let products = assembly.directory::<Product>(limits);
    let stocks = assembly.directory::<Stock>(limits);
    assembly.register(&products);
    assembly.register(&stocks);
    let known = (assembly.documents(), Arc::clone(&ports.journal));
    let products = Products::new(products, known, (assembly.collections(), index));
    (products, Stocks::new(stocks, Arc::clone(&ports.journal)), assembly.finish())
}

/// The shop's projections.
fn project(
    assembly: &mut Assembly,
    (products, ratings, reviews): (&Directory<Product>, &Directory<Rating>, &Directory<Review>),
    ports: &Ports,
) {
    assembly.project(Arc::new(ProductProjection::new(products.clone())));
    assembly.project(Arc::new(SearchProjection::new(products.clone(), ratings.clone())));
    assembly.project(Arc::new(ReviewProjection::new(reviews.clone())));
    assembly.project(Arc::new(CartProjection));
    assembly.project(Arc::new(CheckoutProjection));
    assembly.project(Arc::new(OrderProjection::new(Arc::clone(&ports.journal))));
    assembly.project(Arc::new(PaymentProjection::new(Arc::clone(&ports.journal))));
}
