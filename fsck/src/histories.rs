//! Replaying entities: the events of one shard at a time, each domain by its own rules.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use amazoff_actors::cart::Cart;
use amazoff_actors::category::Tree;
use amazoff_actors::checkout::Checkout;
use amazoff_actors::coupon::Coupon;
use amazoff_actors::desk::Desk;
use amazoff_actors::endpoint::Endpoint;
use amazoff_actors::inbox::Inbox;
use amazoff_actors::order::Order;
use amazoff_actors::payment::Payment;
use amazoff_actors::pricebook::Pricebook;
use amazoff_actors::product::Product;
use amazoff_actors::rating::Rating;
use amazoff_actors::review::Review;
use amazoff_actors::stock::Stock;
use amazoff_actors::user::User;
use amazoff_supervisor::archive::Row;
use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{StoredEvent, snapshot_checksum};
use amazoff_supervisor::{Entity, EntityId, Version, decode};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::cargo::Carried;
use crate::facts::{Expected, Facts, Seen};
use crate::finding::{Code, Report};
use crate::tell::Told;
use crate::{cells, documents};

/// A domain, without its types.
pub(crate) trait Domain: Send + Sync {
    /// Which one.
    fn kind(&self) -> &'static str;
    /// Takes in a snapshot, to be compared when its event comes.
    fn snapshot(&mut self, row: &Row, report: &mut Report);
    /// Applies the next event of an entity.
    fn apply(&mut self, event: &StoredEvent, report: &mut Report);
    /// Passes on what is known of the entities that are complete, and forgets them.
    fn tell(&mut self, facts: &mut Facts, report: &mut Report);
    /// What an effect of an entity carries; the error says why today's code cannot read it.
    fn carries(&self, sender: Uuid, payload: &str) -> Result<Carried, String>;
}

/// All domains.
pub(crate) fn domains() -> Vec<Box<dyn Domain>> {
    vec![
        Box::<Histories<Product>>::default(),
        Box::<Histories<Tree>>::default(),
        Box::<Histories<Desk>>::default(),
        Box::<Histories<Stock>>::default(),
        Box::<Histories<Pricebook>>::default(),
        Box::<Histories<Coupon>>::default(),
        Box::<Histories<Cart>>::default(),
        Box::<Histories<User>>::default(),
        Box::<Histories<Rating>>::default(),
        Box::<Histories<Review>>::default(),
        Box::<Histories<Inbox>>::default(),
        Box::<Histories<Endpoint>>::default(),
        Box::<Histories<Order>>::default(),
        Box::<Histories<Payment>>::default(),
        Box::<Histories<Checkout>>::default(),
    ]
}

/// An entity as far as its events have been read.
pub(crate) struct History<E: Told> {
    pub(crate) state: E,
    pub(crate) notes: E::Notes,
    pub(crate) version: u64,
    shard_seq: u64,
}

impl<E: Told> Default for History<E> {
    fn default() -> Self {
        Self { state: E::default(), notes: E::Notes::default(), version: 0, shard_seq: 0 }
    }
}

/// The entities of a domain in one shard.
struct Histories<E: Told> {
    live: BTreeMap<Uuid, History<E>>,
    /// Digests of the states that snapshots hold.
    snapshots: HashMap<(Uuid, u64), [u8; 32]>,
}

impl<E: Told> Default for Histories<E> {
    fn default() -> Self {
        Self { live: BTreeMap::new(), snapshots: HashMap::new() }
    }
}

impl<E: Told> Domain for Histories<E> {
    fn kind(&self) -> &'static str {
        E::KIND
    }

    fn snapshot(&mut self, row: &Row, report: &mut Report) {
        let (entity, seq) = (cells::entity(row, 0, 1), cells::unsigned(row, 2));
        let state = cells::raw_text(row, 3);
        let whole = i64::from(snapshot_checksum(&entity, seq, state)) == cells::int(row, 4);
        let parsed = serde_json::from_slice::<E>(state).map_err(|error| error.to_string());
        match parsed.and_then(|state| digest(&state)) {
            Ok(digest) if whole => drop(self.snapshots.insert((entity.id, seq), digest)),
            Ok(_) => {
                report.note(Code::SnapshotDamaged, &entity, format!("snapshot {seq} is not what was written"))
            }
            Err(reason) => report.note(Code::SnapshotDamaged, &entity, format!("snapshot {seq}: {reason}")),
        }
    }

    fn apply(&mut self, event: &StoredEvent, report: &mut Report) {
        let StoredEvent { entity, seq: Version(seq), shard_seq, .. } = event;
        let history = self.live.entry(entity.id).or_default();
        if *seq != history.version + 1 {
            let detail = format!("event {seq} follows event {}", history.version);
            report.note(Code::EntityGap, entity, detail);
        }
        (history.version, history.shard_seq) = (*seq, *shard_seq);
        let decoded = match decode::<E>(&event.event.payload, event.event.schema) {
            Ok(decoded) => decoded,
            Err(reason) => {
                report.note(Code::EventUnreadable, entity, format!("event {seq}: {reason}"));
                return;
            }
        };
        E::note(&mut history.notes, &decoded, event.at);
        let applied = catch_unwind(AssertUnwindSafe(|| history.state.apply(&decoded)));
        if applied.is_err() {
            report.note(Code::ReplayCrashed, entity, format!("applying event {seq} panics"));
        }
        let Some(stored) = self.snapshots.remove(&(entity.id, *seq)) else { return };
        if digest(&history.state).as_ref() != Ok(&stored) {
            report.note(
                Code::SnapshotDiffers,
                entity,
                format!("snapshot {seq} is another state than the events make"),
            );
        }
    }

    fn tell(&mut self, facts: &mut Facts, report: &mut Report) {
        for (id, history) in std::mem::take(&mut self.live) {
            let seen = Seen { version: history.version, shard_seq: history.shard_seq };
            facts.seen.entry(E::KIND).or_default().insert(id, seen);
            report.entities += 1;
            E::tell(&history, id, facts);
            let entity = EntityId::new(E::KIND, id);
            match E::documents(&history, id) {
                Ok(documents) => expect(facts, &entity, documents),
                Err(reason) => report.note(Code::EventUnreadable, entity, reason),
            }
        }
    }

    fn carries(&self, sender: Uuid, payload: &str) -> Result<Carried, String> {
        let effect = serde_json::from_str::<E::Effect>(payload).map_err(|error| error.to_string())?;
        Ok(E::carries(sender, &effect))
    }
}

/// Remembers the documents that there must be.
fn expect(facts: &mut Facts, entity: &EntityId, documents: Vec<DocumentPut>) {
    for put in documents {
        let Some(collection) = documents::collection(&put.collection) else { continue };
        let Some(body) = &put.body else { continue };
        let expected = Expected { digest: documents::digest(body), entity: entity.clone() };
        facts.documents.insert((collection, put.id), expected);
    }
}

/// A digest of a state as it is stored.
fn digest(state: &impl Entity) -> Result<[u8; 32], String> {
    let text = serde_json::to_vec(state).map_err(|error| error.to_string())?;
    Ok(Sha256::digest(text).into())
}
