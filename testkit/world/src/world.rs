//! The world: what outlives a crash of the shop, and the machine on which the shop runs now.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use amazoff_actors::checkout::{Checkout, GRACE_FOR, PATIENCE_FOR, Phase, Run, WaitsFor};
use amazoff_actors::payment::{Part, PartState, Payment, PaymentProvider, Providers};
use amazoff_actors::product::ScannedIndex;
use amazoff_actors::shop::Outside;
use amazoff_actors::{Shop, tree};
use amazoff_fsck::{Report, Subject};
use amazoff_persistence::{MemoryBlobs, MemoryStore};
use amazoff_supervisor::journal::{Journal, OutboxRow};
use amazoff_supervisor::tree::TreeHandle;
use amazoff_supervisor::{
    CellLimits, Clock, Entity, EntityId, Envelope, MasterKey, Ports, Runtime, Vault, Version, decode,
};
use amazoff_testkit::faults::{FaultPlan, FaultyDocuments, FaultyJournal, Power, Trace};

use crate::came;
use crate::clock::WorldClock;
use crate::invariants::Invariants;
use crate::outside::{Listener, Mails, NoImages, QuickHasher, stand_in};
use crate::provider::Provider;
use crate::stored::Stored;

/// How long a helper lets the shop take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How long everything may take to come to rest.
const SETTLE_LIMIT: Duration = Duration::from_mins(30);

/// The shop on one machine: from a boot to a crash or shutdown.
pub struct Machine {
    /// The shop's handles.
    pub shop: Shop,
    /// The runtime below.
    pub runtime: Runtime,
    /// The supervision tree.
    pub tree: TreeHandle,
    /// The machine's power.
    pub power: Power,
    stopping: AtomicBool,
}

/// The machine lost its power while it was asked: nothing is known of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowerLost;

/// A shop, its store, its clock, its payment provider and the plan of what goes wrong.
pub struct World {
    /// The time that the shop sees.
    pub clock: WorldClock,
    /// What goes wrong.
    pub plan: FaultPlan,
    /// What was committed.
    pub trace: Trace,
    /// Who moves the money.
    pub provider: Provider,
    /// What was sent by e-mail.
    pub mails: Mails,
    store: MemoryStore,
    blobs: Arc<MemoryBlobs>,
    machine: RwLock<Arc<Machine>>,
}

impl World {
    /// A shop in which nothing goes wrong.
    pub async fn start() -> Self {
        Self::with(FaultPlan::new()).await
    }

    /// A shop in which things go wrong as planned.
    pub async fn with(plan: FaultPlan) -> Self {
        Self::traced(plan, Trace::new()).await
    }

    /// The same, recording commits into `trace`.
    pub async fn traced(plan: FaultPlan, trace: Trace) -> Self {
        let (clock, store, blobs) = (WorldClock::begin(), MemoryStore::new(), Arc::default());
        let provider = Provider::new(plan.clone(), Arc::new(clock.clone()));
        let mails = Mails::default();
        let machine = boot(&Boot {
            mails: &mails,
            clock: &clock,
            plan: &plan,
            trace: &trace,
            provider: &provider,
            store: &store,
            blobs: &blobs,
        })
        .await;
        Self { clock, plan, trace, provider, mails, store, blobs, machine: RwLock::new(Arc::new(machine)) }
    }

    /// The machine that runs now.
    pub fn machine(&self) -> Arc<Machine> {
        Arc::clone(&self.machine.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The shop that runs now.
    pub fn shop(&self) -> Shop {
        self.machine().shop.clone()
    }

    /// Asks the shop as somebody outside does: when the machine loses its power meanwhile, there is no answer.
    ///
    /// # Errors
    /// [`PowerLost`]; what was asked may have happened.
    pub async fn ask<T>(&self, ask: impl AsyncFnOnce(&Shop) -> T) -> Result<T, PowerLost> {
        let machine = self.machine();
        tokio::select! {
            biased;
            // An answer that left before the cut arrives.
            answer = ask(&machine.shop) => Ok(answer),
            () = machine.power.lost() => Err(PowerLost),
        }
    }

    /// Cuts the power and boots anew over what is stored: all that `kill -9` leaves.
    pub async fn crash(&self) {
        self.machine().power.cut();
        self.boot().await;
    }

    /// Stops the shop in good order and boots it anew.
    pub async fn restart(&self) {
        self.shutdown().await;
        self.boot().await;
    }

    /// Stops the shop in good order.
    pub async fn shutdown(&self) {
        let machine = self.machine();
        machine.stopping.store(true, Ordering::SeqCst);
        machine.tree.stop().await;
        machine.power.cut();
    }

    /// Whether the shop runs, and nobody has begun to stop it.
    pub fn is_up(&self) -> bool {
        let machine = self.machine();
        machine.power.is_on() && !machine.stopping.load(Ordering::SeqCst)
    }

    /// Boots the shop over what is stored. What may still run of an earlier machine is without power.
    pub async fn boot(&self) {
        let old = self.machine();
        old.power.cut();
        // The root may be gone already; what it left is powerless anyway.
        let _ = old.tree.kill("");
        let Self { clock, plan, trace, provider, mails, store, blobs, .. } = self;
        let machine = boot(&Boot { clock, plan, trace, provider, mails, store, blobs }).await;
        *self.machine.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(machine);
    }

    /// The store itself.
    pub fn store(&self) -> MemoryStore {
        self.store.clone()
    }

    /// The journal itself, without any trouble: for looking at what is stored.
    pub fn journal(&self) -> Arc<dyn Journal> {
        self.store.journal()
    }

    /// What is stored.
    pub async fn stored(&self) -> Stored {
        Stored::read(&*self.journal()).await
    }

    /// Compares everything with everything.
    ///
    /// # Panics
    /// When the store cannot be read.
    pub async fn invariants(&self) -> Invariants {
        Invariants::of(&self.check().await)
    }

    /// Checks what is stored, as `amazoff fsck` does.
    ///
    /// # Panics
    /// When the store cannot be read.
    pub async fn check(&self) -> Report {
        let (archive, journal) = (self.store.archive(), self.journal());
        let (documents, audit) = (self.store.documents(), self.store.audit());
        let subject = Subject {
            archive: &*archive,
            journal: &journal,
            audit: &*audit,
            documents: Some(&*documents),
            blobs: Some(&*self.blobs),
            books: Some(&self.provider),
            now: self.clock.now(),
        };
        amazoff_fsck::check(&subject).await.expect("memory answers")
    }

    /// An envelope of the program itself, with time to spare.
    pub fn envelope(&self) -> Envelope {
        Envelope::system(PATIENCE)
    }

    /// Effects that wait for delivery.
    pub async fn undelivered(&self) -> Vec<OutboxRow> {
        self.journal().outbox(None, usize::MAX).await.expect("memory answers")
    }

    /// Waits until nothing is under way: no effect waits, no checkout runs, documents are up with the journal. Shoppers
    /// who owe an answer to their bank must have given it, or given up (see [`World::pass_patience`]).
    ///
    /// # Panics
    /// When it does not come to rest within half an hour.
    pub async fn settled(&self) {
        if let Err(unrest) = self.try_settle().await {
            panic!("{unrest}");
        }
    }

    async fn try_settle(&self) -> Result<(), String> {
        let rests = async || {
            self.undelivered().await.is_empty() && self.running().await.is_empty() && !self.is_asking().await
        };
        self.rests(rests).await?;
        let machine = self.machine();
        let projected = tokio::time::timeout(SETTLE_LIMIT, machine.runtime.projected()).await;
        projected.map_err(|_late| "projections do not catch up".to_owned())
    }

    async fn rests(&self, rests: impl AsyncFnMut() -> bool) -> Result<(), String> {
        if came(SETTLE_LIMIT, rests).await {
            return Ok(());
        }
        Err(format!("it does not come to rest: {}", self.under_way().await))
    }

    /// What keeps it from resting, for people.
    async fn under_way(&self) -> String {
        let undelivered = self.undelivered().await;
        let running = self.running().await;
        let phases: Vec<_> = running.iter().map(|run| &run.phase).collect();
        let decided = self.machine().tree.events();
        let lately = &decided[decided.len().saturating_sub(5)..];
        format!("now {}, effects {undelivered:#?}, attempts {phases:#?}, tree {lately:#?}", self.clock.now())
    }

    /// Whether a provider is still being asked to take or give back a part of a payment.
    async fn is_asking(&self) -> bool {
        let asks = |part: &Part| matches!(part.state, PartState::Waiting | PartState::Asked(_));
        self.all::<Payment>().await.iter().any(|payment| payment.parts.iter().any(asks))
    }

    /// The attempts that are under way.
    pub async fn running(&self) -> Vec<Run> {
        self.all::<Checkout>().await.into_iter().filter_map(|checkout| checkout.run.map(|run| *run)).collect()
    }

    /// Every entity of a kind, replayed from what is stored.
    async fn all<E: Entity>(&self) -> Vec<E> {
        let journal = self.journal();
        let mut all = Vec::new();
        for id in journal.entities(E::KIND, None, usize::MAX).await.expect("memory answers") {
            let entity = EntityId::new(E::KIND, id);
            let events = journal.history(&entity, Version(0), usize::MAX).await.expect("memory answers");
            let mut state = E::default();
            for stored in events {
                state.apply(&decode::<E>(&stored.event.payload, stored.event.schema).expect("readable"));
            }
            all.push(state);
        }
        all
    }

    /// Waits until all that still runs waits for shoppers, lets the clock pass their time, and waits for rest.
    ///
    /// # Panics
    /// As [`World::settled`].
    pub async fn pass_patience(&self) {
        if let Err(unrest) = self.try_pass_patience().await {
            panic!("{unrest}");
        }
    }

    /// The same.
    ///
    /// # Errors
    /// What keeps it from resting.
    pub async fn try_pass_patience(&self) -> Result<(), String> {
        self.clock.put_right();
        for wait in [PATIENCE_FOR, GRACE_FOR] {
            let waits =
                |run: &Run| matches!(run.phase, Phase::Paying { waits_for: WaitsFor::Shopper { .. }, .. });
            let shoppers_turn =
                async || self.undelivered().await.is_empty() && self.running().await.iter().all(waits);
            self.rests(shoppers_turn).await?;
            if self.running().await.is_empty() {
                break;
            }
            let ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            self.clock.jump_ms(ms + 1_000);
            // The reminder clock looks a few times a second.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        self.try_settle().await
    }
}

/// What a machine is booted over.
struct Boot<'a> {
    clock: &'a WorldClock,
    plan: &'a FaultPlan,
    trace: &'a Trace,
    provider: &'a Provider,
    mails: &'a Mails,
    store: &'a MemoryStore,
    blobs: &'a Arc<MemoryBlobs>,
}

async fn boot(over: &Boot<'_>) -> Machine {
    let Boot { clock, plan, trace, provider, mails, store, blobs } = over;
    let power = Power::on();
    let journal = FaultyJournal::new(store.journal(), (*plan).clone());
    let documents = FaultyDocuments::new(store.documents(), (*plan).clone());
    let clock: Arc<dyn Clock> = Arc::new((*clock).clone());
    let ports = Ports {
        journal: Arc::new(journal.powered(power.clone()).traced((*trace).clone())),
        documents: Arc::new(documents.powered(power.clone())),
        clock: Arc::clone(&clock),
        shards: store.take_all("world"),
        keys: store.key_table(),
        audit: store.audit(),
    };
    let provider: Arc<dyn PaymentProvider> = Arc::new(provider.seen_by(&power));
    let hasher = QuickHasher::default();
    let outside = Outside {
        vault: Vault::new(MasterKey::new([7; 32]), store.key_table()),
        blobs: Arc::<MemoryBlobs>::clone(blobs),
        images: Arc::new(NoImages),
        index: Arc::new(ScannedIndex::over(Arc::clone(&ports.documents))),
        providers: Providers::of([provider]),
        passwords: Arc::new(hasher.clone()),
        mailer: Arc::new((*mails).clone()),
        caller: Arc::new(Listener),
        public_url: "http://shop.test".to_owned(),
    };
    let (shop, runtime) = Shop::assemble(&ports, outside, CellLimits::default());
    let spec = tree::declare(&runtime, [hasher.supervise(), stand_in("images")], [stand_in("http")]);
    let tree = TreeHandle::start_with(spec, clock).await.expect("the tree is valid");
    Machine { shop, runtime, tree, power, stopping: AtomicBool::new(false) }
}
