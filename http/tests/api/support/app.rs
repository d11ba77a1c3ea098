//! The shop and shortcuts to its usual states.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use amazoff_actors::ids::{ProductId, VariantId};
use amazoff_actors::money::Money;
use amazoff_actors::payment::{PaymentProvider, Providers};
use amazoff_actors::product::{Create, ScannedIndex, Variant};
use amazoff_actors::shop::Outside;
use amazoff_actors::user::{RegisterForm, Role};
use amazoff_actors::{Shop, tree};
use amazoff_gateways::receivers::{Reach, Receivers};
use amazoff_gateways::sandbox::Sandbox;
use amazoff_http::{HttpSettings, LimitSettings, Platform, Rates, router};
use amazoff_persistence::{MemoryBlobs, MemoryStore};
use amazoff_supervisor::tree::TreeHandle;
use amazoff_supervisor::{CellLimits, Clock, Envelope, MasterKey, Ports, Runtime, SystemClock, Vault};
use axum::Router;
use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::hasher::QuickHasher;
use super::held::HeldDocuments;
use super::images::CountedImages;
use super::mails::Mailbox;
use super::sureness::Sureness;
use super::{Answered, Asking, GuestCart, PATIENCE, button};

/// A running shop in memory.
pub(crate) struct TestApp {
    pub platform: Platform,
    pub router: Router,
    pub store: MemoryStore,
    /// What the projections write to.
    pub documents: Arc<HeldDocuments>,
    /// Whether the node owns its shards.
    pub shards: Arc<Sureness>,
    /// What was sent by e-mail.
    pub mails: Arc<Mailbox>,
    /// What works on pictures.
    pub images: Arc<CountedImages>,
    runtime: Runtime,
    hasher: Arc<QuickHasher>,
    ledger: tempfile::TempDir,
}

/// Something on the shelf.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shelf {
    pub product: ProductId,
    pub variant: VariantId,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(HttpSettings {
            heartbeat: Duration::from_millis(200),
            // Tests press buttons faster than people do; those of the limits set their own.
            limits: LimitSettings { rates: Rates::off(), ..LimitSettings::default() },
            ..HttpSettings::at("http://shop.test")
        })
        .await
    }

    pub(crate) async fn start_with(settings: HttpSettings) -> Self {
        let store = MemoryStore::new();
        let documents = HeldDocuments::over(store.documents());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let shards = Sureness::over(store.take_all("test"));
        let ports = Ports {
            journal: store.journal(),
            documents: Arc::<HeldDocuments>::clone(&documents),
            clock: Arc::clone(&clock),
            shards: Arc::<Sureness>::clone(&shards),
            keys: store.key_table(),
            audit: store.audit(),
        };
        let ledger = tempfile::tempdir().unwrap();
        let sandbox: Arc<dyn PaymentProvider> =
            Arc::new(Sandbox::open(&ledger.path().join("ledger.jsonl"), Duration::ZERO, clock).unwrap());
        let (hasher, mails) = (Arc::new(QuickHasher::default()), Arc::<Mailbox>::default());
        let images = Arc::<CountedImages>::default();
        let outside = Outside {
            vault: Vault::new(MasterKey::new([7; 32]), store.key_table()),
            blobs: Arc::new(MemoryBlobs::default()),
            images: Arc::<CountedImages>::clone(&images),
            index: Arc::new(ScannedIndex::over(Arc::clone(&ports.documents))),
            providers: Providers::of([sandbox]),
            passwords: Arc::<QuickHasher>::clone(&hasher),
            mailer: Arc::<Mailbox>::clone(&mails),
            caller: Arc::new(Receivers::new(Reach::WorldAndHere).unwrap()),
            public_url: "http://shop.test".to_owned(),
        };
        let (shop, runtime) = Shop::assemble(&ports, outside, CellLimits::default());
        let platform = Platform::new(shop, runtime.clone(), settings, "test");
        platform.attach(TreeHandle::start(tree::declare(&runtime, [], [])).await.unwrap());
        let router = router(platform.clone());
        Self { platform, router, store, documents, shards, mails, images, runtime, hasher, ledger }
    }

    /// Somebody else at the sandbox's desk: what it does, the shop is not told.
    pub(crate) fn outside(&self) -> Sandbox {
        let ledger = self.ledger.path().join("ledger.jsonl");
        Sandbox::open(&ledger, Duration::ZERO, Arc::new(SystemClock)).unwrap()
    }

    pub(super) fn runtime(&self) -> &Runtime {
        &self.runtime
    }
    pub(crate) fn ask(&self, method: Method, path: &str) -> Asking {
        Asking::new(self.router.clone(), method, path)
    }
    pub(crate) fn get(&self, path: &str) -> Asking {
        self.ask(Method::GET, path)
    }
    pub(crate) fn post(&self, path: &str, body: &Value) -> Asking {
        self.ask(Method::POST, path).json(body)
    }
    /// Makes the password pool refuse or take work.
    pub(crate) fn hash_nothing(&self, busy: bool) {
        self.hasher.busy.store(busy, Ordering::SeqCst);
    }

    /// Puts a product with one variant on sale.
    pub(crate) async fn stocked(&self, slug: &str, cents: i64, quantity: u32) -> Shelf {
        let product = ProductId::from(Uuid::now_v7());
        let variant = VariantId::from(Uuid::now_v7());
        let within = || Envelope::system(PATIENCE);
        let new = Create {
            slug: slug.to_owned(),
            title: format!("Title of {slug}"),
            description: "A thing.".to_owned(),
            category: "home-kitchen".to_owned(),
            brand: "Brand".to_owned(),
            variants: vec![Variant::new(
                variant,
                format!("SKU-{slug}"),
                BTreeMap::from([("size".to_owned(), "M".to_owned())]),
                Money::eur(cents),
            )],
            media: Vec::new(),
        };
        let shop = &self.platform.shop;
        shop.products.create(product, new, within()).await.unwrap();
        shop.products.publish(product, within()).await.unwrap();
        shop.stocks.introduce(variant, product, format!("SKU-{slug}"), within()).await.unwrap();
        if quantity > 0 {
            shop.stocks.receive(variant, quantity, within()).await.unwrap();
        }
        Shelf { product, variant }
    }

    /// Waits until lists know what was committed.
    pub(crate) async fn projected(&self) {
        tokio::time::timeout(PATIENCE, self.runtime.projected()).await.expect("projections must catch up");
    }

    pub(crate) async fn guest_cart(&self) -> GuestCart {
        let created = self.post("/v1/carts", &json!({})).fresh_key().send().await.expect(201);
        GuestCart { id: created.text_at("/cart/id"), token: created.text_at("/token") }
    }

    pub(crate) async fn add(&self, cart: &GuestCart, variant: VariantId, quantity: u32) -> Answered {
        let line = json!({"variant_id": variant, "quantity": quantity});
        self.post(&cart.path("/lines"), &line).fresh_key().cart(&cart.token).send().await
    }

    /// A guest's cart with one piece at this price, and what it costs with shipping.
    pub(crate) async fn full_cart(&self, cents: i64) -> (GuestCart, i64) {
        let shelf = self.stocked(&format!("thing-{}", Uuid::now_v7().simple()), cents, 100).await;
        let cart = self.guest_cart().await;
        let added = self.add(&cart, shelf.variant, 1).await.expect(200);
        (cart, added.json["totals"]["total"]["amount"].as_i64().unwrap())
    }

    pub(crate) async fn complete(&self, cart: &GuestCart, total: i64, token: &str) -> Answered {
        self.post(&cart.path("/complete"), &button(total, token)).fresh_key().cart(&cart.token).send().await
    }

    /// Somebody who is logged in buys a piece; the order.
    pub(crate) async fn order_of(&self, bearer: &str, variant: VariantId) -> String {
        let cart = self.post("/v1/carts", &json!({})).fresh_key().bearer(bearer).send().await.expect(201);
        let path = format!("/v1/carts/{}", cart.text_at("/cart/id"));
        let line = json!({"variant_id": variant, "quantity": 1});
        let added =
            self.post(&format!("{path}/lines"), &line).fresh_key().bearer(bearer).send().await.expect(200);
        let total = added.json["totals"]["total"]["amount"].as_i64().unwrap();
        let complete = self.post(&format!("{path}/complete"), &button(total, "tok_ok"));
        complete.fresh_key().bearer(bearer).send().await.expect(200).text_at("/id")
    }

    /// Registers somebody through the API.
    pub(crate) async fn registered(&self, email: &str) -> Answered {
        let form = json!({"email": email, "password": "correct horse battery", "name": "Ann"});
        self.post("/v1/auth/register", &form).fresh_key().send().await.expect(201)
    }

    /// An access token of somebody with a role.
    pub(crate) async fn token_of(&self, role: Role) -> String {
        let email = format!("{}@example.org", Uuid::now_v7().simple());
        let password = "correct horse battery".to_owned();
        let roles = [Role::Shopper, role].into();
        let form =
            RegisterForm { email: email.clone(), password: password.clone(), name: "Ann".to_owned(), roles };
        self.platform.shop.users.register(form, Envelope::system(PATIENCE)).await.unwrap();
        let login = json!({"email": email, "password": password});
        self.post("/v1/auth/login", &login).send().await.expect(200).text_at("/access_token")
    }
}
