//! Projections beside the running shop.

use std::sync::Arc;

use amazoff_actors::report::StockLevelProjection;
use amazoff_actors::stock::{Event, Stock};
use amazoff_persistence::MemoryStore;
use amazoff_supervisor::journal::{NewEvent, StoredEvent};
use amazoff_supervisor::{CommandId, Entity, EntityId, Epoch, Projection as _, Timestamp, Version};
use amazoff_testkit::faults::{FaultPlan, FaultyJournal, Kind};
use amazoff_world::paused;
use uuid::Uuid;

fn received(id: Uuid, seq: u64) -> StoredEvent {
    let (entity, cause) = (EntityId::new(Stock::KIND, id), CommandId::new());
    let payload = serde_json::to_string(&Event::Received { quantity: 1 }).unwrap();
    let event =
        NewEvent { schema: Stock::SCHEMA, payload, command_id: cause, causation: None, correlation: cause };
    let (shard, at) = (entity.shard(), Timestamp::from_unix_ms(1_767_225_600_000));
    StoredEvent { entity, seq: Version(seq), shard, shard_seq: seq, epoch: Epoch(1), at, event }
}

/// After thousands that changed often, the next ones are followed as the first ones were: from what is kept of them.
#[test]
fn what_came_last_is_kept_however_often_earlier_ones_came() {
    paused(async {
        let plan = FaultPlan::new();
        let journal = FaultyJournal::new(MemoryStore::new().journal(), plan.clone());
        let levels = StockLevelProjection::new(Arc::new(journal));
        for (first, changes) in [(0, 8), (1_000_000, 3)] {
            for id in (first..first + 2_500).map(Uuid::from_u128) {
                for seq in 1..=changes {
                    levels.project(&received(id, seq)).await.unwrap();
                }
            }
        }
        assert_eq!(plan.occasions(Kind::ReadFailed), 0, "events were read again");
    });
}
