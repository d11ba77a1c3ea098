//! The shop put together: every domain's handle, wired to the others.

#[cfg(test)]
pub(crate) mod till;

use std::sync::Arc;

use amazoff_supervisor::documents::{Blobs, Documents};
use amazoff_supervisor::journal::Journal;
use amazoff_supervisor::{Assembly, CellLimits, Clock, Directory, Ports, Runtime, Vault};

use crate::cart::{Cart, CartDelivery, CartProjection, Carts, Shelf};
use crate::category::{Categories, Tree};
use crate::checkout::{Checkout, CheckoutDelivery, CheckoutProjection, Checkouts, Processes};
use crate::coupon::{Coupon, Coupons};
use crate::desk::{Desk, Desks};
use crate::endpoint::{Caller, Endpoint, EndpointDelivery, Endpoints};
use crate::held::{Held, HeldProjection, Retention};
use crate::inbox::{Inbox, Inboxes};
use crate::mail::Mailer;
use crate::media::{ImageCodec, MediaStore};
use crate::order::{Letters, Order, OrderDelivery, OrderProjection, Orders};
use crate::payment::{Payment, PaymentDelivery, PaymentProjection, Payments, Providers, Webhooks};
use crate::pricebook::{Pricebook, Pricebooks};
use crate::pricing::Prices;
use crate::product::{Product, ProductDelivery, ProductIndex, ProductProjection, Products, SearchProjection};
use crate::rating::{Rating, Ratings};
use crate::recommendation::{BasketProjection, Recommendations};
use crate::reconcile::Reconciliations;
use crate::report::{FunnelProjection, Reports, SalesProjection, StockLevelProjection};
use crate::review::{Review, ReviewDelivery, ReviewProjection, Reviews};
use crate::stock::{Stock, StockDelivery, Stocks};
use crate::user::passwords::PasswordHasher;
use crate::user::{ErasureDelivery, MailDelivery, User, UserDelivery, Users};

/// What the shop needs from outside, besides the runtime's ports.
#[derive(Clone)]
pub struct Outside {
    /// Seals personal data and derives the program's keys.
    pub vault: Vault,
    /// Bytes of images.
    pub blobs: Arc<dyn Blobs>,
    /// Decodes and encodes images off the event loop.
    pub images: Arc<dyn ImageCodec>,
    /// Where products are found.
    pub index: Arc<dyn ProductIndex>,
    /// Payment providers by name.
    pub providers: Providers,
    /// Hashes passwords off the event loop.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Hands mails over.
    pub mailer: Arc<dyn Mailer>,
    /// Calls the receivers of webhooks.
    pub caller: Arc<dyn Caller>,
    /// Where the links in mails lead: the shop's address, without a slash at the end.
    pub public_url: String,
}

impl Outside {
    fn of_users(
        &self,
        ports: &Ports,
        (orders, carts, held): (Orders, Carts, Held),
        checkouts: Directory<Checkout>,
    ) -> UserDelivery {
        let (clock, journal) = (&ports.clock, Arc::clone(&ports.journal));
        let (mailer, public_url) = (Arc::clone(&self.mailer), self.public_url.clone());
        let mails = MailDelivery { vault: self.vault.clone(), mailer, public_url, clock: Arc::clone(clock) };
        let (mailer, vault) = (Arc::clone(&self.mailer), self.vault.clone());
        let clock = Arc::clone(clock);
        let erasures = ErasureDelivery { orders, carts, checkouts, held, journal, mailer, vault, clock };
        UserDelivery { mails, erasures }
    }

    fn calls(
        &self,
        endpoints: &Directory<Endpoint>,
        inboxes: Inboxes,
        clock: &Arc<dyn Clock>,
    ) -> EndpointDelivery {
        let (endpoints, caller) = (endpoints.clone(), Arc::clone(&self.caller));
        EndpointDelivery { endpoints, inboxes, caller, vault: self.vault.clone(), clock: Arc::clone(clock) }
    }

    fn endpoints(&self, endpoints: Directory<Endpoint>, ports: &Ports) -> Endpoints {
        let (journal, caller) = (Arc::clone(&ports.journal), Arc::clone(&self.caller));
        Endpoints::new(endpoints, journal, caller, (self.vault.clone(), Arc::clone(&ports.clock)))
    }

    fn letters(&self, orders: Directory<Order>, inboxes: Inboxes) -> Letters {
        let (mailer, public_url) = (Arc::clone(&self.mailer), self.public_url.clone());
        Letters { orders, inboxes, vault: self.vault.clone(), mailer, public_url }
    }
}

/// Every domain's handle. Cheap to clone; this is all that an edge gets to see.
#[derive(Clone)]
pub struct Shop {
    /// The catalogue.
    pub products: Products,
    /// The tree in which shoppers find their way.
    pub categories: Categories,
    /// What the back office keeps.
    pub desks: Desks,
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
    /// What people are told.
    pub inboxes: Inboxes,
    /// Where events are sent.
    pub endpoints: Endpoints,
    /// What belongs together, and what sells.
    pub recommendations: Recommendations,
    /// What was sold, and what runs out.
    pub reports: Reports,
    /// What was bought.
    pub orders: Orders,
    /// What is held about people.
    pub held: Held,
    /// How long guests are known by their orders.
    pub retention: Retention,
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
    /// Pictures that are uploaded, and their renditions.
    pub media: MediaStore,
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
        let desk = assembly.directory::<Desk>(limits);
        let stocks = assembly.directory::<Stock>(limits);
        let pricebooks = assembly.directory::<Pricebook>(limits);
        let coupons = assembly.directory::<Coupon>(limits);
        let carts = assembly.directory::<Cart>(limits);
        let users = assembly.directory::<User>(limits);
        let ratings = assembly.directory::<Rating>(limits);
        let reviews = assembly.directory::<Review>(limits);
        let inbox = assembly.directory::<Inbox>(limits);
        let endpoint = assembly.directory::<Endpoint>(limits);
        let orders = assembly.directory::<Order>(limits);
        let payments = assembly.directory::<Payment>(limits);
        let checkouts = assembly.directory::<Checkout>(limits);

        assembly.register(&inbox);
        let inboxes = Inboxes::new(inbox);
        let calls = outside.calls(&endpoint, inboxes.clone(), &ports.clock);
        assembly.register_with(&endpoint, Arc::new(calls));
        let endpoints = outside.endpoints(endpoint, ports);
        assembly.register_with(&products, Arc::new(ProductDelivery { endpoints: endpoints.clone() }));
        assembly.register(&categories);
        assembly.register(&desk);
        let delivery = StockDelivery { checkouts: checkouts.clone(), endpoints: endpoints.clone() };
        assembly.register_with(&stocks, Arc::new(delivery));
        assembly.register(&pricebooks);
        assembly.register(&coupons);
        let index = Arc::clone(&outside.index);
        let shelf = shelf((&assembly, ports, index), (&products, &stocks), (&pricebooks, &coupons));
        let vault = outside.vault.clone();
        let handover = CartDelivery { carts: carts.clone(), stocks: shelf.stocks.clone(), vault };
        assembly.register_with(&carts, Arc::new(handover));
        let held = held((&assembly, ports), (&orders, &carts), &shelf, &outside.vault);
        assembly.register_with(&users, Arc::new(outside.of_users(ports, held, checkouts.clone())));
        assembly.register(&ratings);
        assembly.register_with(&reviews, Arc::new(ReviewDelivery { ratings: Ratings::new(ratings.clone()) }));
        let delivery = OrderDelivery {
            payments: payments.clone(),
            stocks: stocks.clone(),
            reviews: reviews.clone(),
            inboxes: inboxes.clone(),
            endpoints: endpoints.clone(),
            letters: outside.letters(orders.clone(), inboxes.clone()),
        };
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
        let reviews = Reviews::new(reviews, assembly.documents(), outside.vault.clone());
        let categories = Categories::new(categories, assembly.documents());
        let office = (categories, Desks::new(desk));
        let said = (Ratings::new(ratings), reviews, inboxes, endpoints, office);
        let handles = (carts, users, orders, payments, checkouts, said);
        let shop = Self::of(ports, (outside, providers), (shelf, assembly.documents()), handles);
        (shop, assembly.finish())
    }

    /// The handles of a wired shop.
    fn of(
        ports: &Ports,
        (outside, providers): (Outside, Providers),
        (shelf, documents): (Shelf, Arc<dyn Documents>),
        (carts, users, orders, payments, checkouts, said): Directories,
    ) -> Self {
        let vault = outside.vault;
        let (ratings, reviews, inboxes, endpoints, (categories, desks)) = said;
        let Shelf { products, stocks, pricebooks, coupons, prices, .. } = shelf.clone();
        let payments = Payments::new(payments);
        let orders = Orders::new(orders, Arc::clone(&documents), vault.clone());
        let shown = (products.clone(), stocks.clone(), ratings.clone());
        Self {
            carts: Carts::new(carts.clone(), shelf, vault.clone(), Arc::clone(&ports.clock)),
            products: products.clone(),
            categories,
            desks,
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
            inboxes,
            endpoints,
            recommendations: Recommendations::new(shown, Arc::clone(&documents)),
            reports: Reports::new(Arc::clone(&documents), products),
            orders: orders.clone(),
            held: Held::new(Arc::clone(&documents), Arc::clone(&ports.journal), vault.clone()),
            retention: Retention::new(
                orders.clone(),
                vault.clone(),
                outside.mailer,
                Arc::clone(&ports.clock),
            ),
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
            media: MediaStore::new(Arc::clone(&outside.blobs), outside.images),
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
    (Ratings, Reviews, Inboxes, Endpoints, (Categories, Desks)),
);

/// The ways to what is held about people.
fn held(
    (assembly, ports): (&Assembly, &Ports),
    (orders, carts): (&Directory<Order>, &Directory<Cart>),
    shelf: &Shelf,
    vault: &Vault,
) -> (Orders, Carts, Held) {
    let orders = Orders::new(orders.clone(), assembly.documents(), vault.clone());
    let held = Held::new(assembly.documents(), Arc::clone(&ports.journal), vault.clone());
    let carts = Carts::new(carts.clone(), shelf.clone(), vault.clone(), Arc::clone(&ports.clock));
    (orders, carts, held)
}

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
    assembly.register(&assembly.directory::<Stock>(limits));
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
    assembly.project(Arc::new(HeldProjection));
    assembly.project(Arc::new(CheckoutProjection));
    assembly.project(Arc::new(OrderProjection::new(Arc::clone(&ports.journal))));
    assembly.project(Arc::new(PaymentProjection::new(Arc::clone(&ports.journal))));
    assembly.project(Arc::new(BasketProjection::new(Arc::clone(&ports.journal))));
    assembly.project(Arc::new(SalesProjection::new(Arc::clone(&ports.journal))));
    assembly.project(Arc::new(FunnelProjection::new(Arc::clone(&ports.journal))));
    assembly.project(Arc::new(StockLevelProjection::new(Arc::clone(&ports.journal))));
}
