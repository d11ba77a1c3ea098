//! What a cell stores.

use amazoff_supervisor::journal::{CommandRecord, NewEvent, Part, ShardTable};
use amazoff_supervisor::{CommandId, EntityId, Epoch, Timestamp, Version};
use uuid::Uuid;

/// A cart that grows.
pub(crate) struct Cell {
    entity: EntityId,
    version: u64,
}

impl Cell {
    /// About what adding a line to it stores.
    pub(crate) fn next(&mut self, epoch: Epoch) -> Part {
        let command_id = CommandId::new();
        let at = Timestamp::from_unix_ms(1_700_000_000_000);
        let mut part = Part::empty(self.entity.clone(), Version(self.version), epoch, at);
        self.version += 1;
        part.events = vec![NewEvent {
            schema: 1,
            payload: format!("{{\"LineAdded\":\"{}\"}}", "x".repeat(280)),
            command_id,
            causation: None,
            correlation: command_id,
        }];
        part.commands = vec![CommandRecord {
            command_id,
            fingerprint: 7,
            outcome: "y".repeat(600),
            sealed_command: "z".repeat(250),
            context: "c".repeat(150),
            seq: Version(self.version),
            expires_at: Timestamp::from_unix_ms(1_700_086_400_000),
        }];
        part
    }
}

/// New cells, by lane.
pub(crate) fn cells(count: usize, lanes: usize) -> Vec<Vec<Cell>> {
    let mut by_lane: Vec<Vec<Cell>> = (0..lanes).map(|_| Vec::new()).collect();
    for _ in 0..count {
        let entity = EntityId::new("cart", Uuid::now_v7());
        by_lane[usize::from(entity.shard().number()) % lanes].push(Cell { entity, version: 0 });
    }
    by_lane
}

/// Takes every shard; the epoch of all.
pub(crate) async fn claimed(table: &dyn ShardTable) -> Epoch {
    table.claim_all("node_bench", "").await.unwrap().first().map_or(Epoch(0), |(_, epoch)| *epoch)
}
