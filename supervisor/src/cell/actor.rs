//! The ractor actor that works a cell's queue while the cell is active.

use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::commit::Worked;
use super::{Cell, Phase};
use crate::directory::Domain;
use crate::entity::Entity;

/// "There is work in the queue." Commands themselves never travel through the mailbox.
pub(crate) struct Wake;

/// Works one cell's queue, a batch per message, and rests when the queue is empty.
pub(crate) struct CellActor<E: Entity> {
    pub(crate) domain: Arc<Domain<E>>,
    pub(crate) cell: Arc<Cell<E>>,
}

impl<E: Entity> Actor for CellActor<E> {
    type Msg = Wake;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, myself: ActorRef<Wake>, (): ()) -> Result<(), ActorProcessingErr> {
        self.domain.cell_started(&self.cell, &myself);
        myself.cast(Wake)?;
        Ok(())
    }

    async fn handle(
        &self,
        myself: ActorRef<Wake>,
        Wake: Wake,
        _state: &mut (),
    ) -> Result<(), ActorProcessingErr> {
        // In a box of its own: the room for a batch in progress is several times that of everything else an actor needs,
        // and an idle one should not hold it.
        match Box::pin(self.domain.work(&self.cell)).await {
            Worked::Nothing | Worked::Done => {
                // Asked before the inbox is locked: whoever walks over the cells locks the other way round.
                let crowded = self.domain.crowded();
                let mut inbox = self.cell.inbox();
                if !inbox.is_empty() {
                    drop(inbox);
                    // A message per batch lets stop and supervision signals through in between.
                    myself.cast(Wake)?;
                } else if crowded {
                    inbox.phase = Phase::Dormant;
                    myself.stop(None);
                } else {
                    inbox.phase = Phase::Idle(myself.clone());
                }
                Ok(())
            }
            Worked::Crashed(cause) => {
                self.cell.inbox().phase = Phase::Crashed;
                Err(cause.into())
            }
        }
    }
}
