//! The supervisor actor: hands what ractor reports to its [`Family`], which decides.

use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef, SupervisionEvent};

use super::family::Family;
use super::node::Node;
use super::policy::Exit;
use super::spec::SupervisorSpec;
use super::stopping::exit_of;

/// Supervises the declared children of one line of the tree.
pub(super) struct Supervisor;

/// What to supervise.
pub(super) struct SupervisorPlan {
    pub(super) spec: SupervisorSpec,
    pub(super) node: Arc<Node>,
}

/// What a supervisor tells itself. None of it waits: timers and stops run beside it.
pub(super) enum Message {
    /// The children of a round have ended.
    RoundStopped(u64),
    /// The wait of a round is over.
    RoundDue(u64),
    /// An operator wants a child to be started afresh.
    Renew(usize),
    /// An operator wants a child to be stopped until further notice.
    Halt(usize),
}

/// How a supervisor that used up its restarts ends.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct GaveUp(pub(super) String);

impl Actor for Supervisor {
    type Msg = Message;
    type State = Family;
    type Arguments = SupervisorPlan;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        plan: SupervisorPlan,
    ) -> Result<Family, ActorProcessingErr> {
        plan.node.open_budget(plan.spec.intensity);
        let mut family = Family::new(myself, plan.spec, plan.node);
        family.start_all().await;
        Ok(family)
    }

    async fn handle(
        &self,
        _myself: ActorRef<Message>,
        message: Message,
        family: &mut Family,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::RoundStopped(round) => family.round_stopped(round),
            Message::RoundDue(round) => family.round_due(round).await,
            Message::Renew(index) => family.renew(index),
            Message::Halt(index) => family.halt(index),
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        _myself: ActorRef<Message>,
        event: SupervisionEvent,
        family: &mut Family,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorTerminated(cell, _, reason) => {
                family.ended(cell.get_id(), &exit_of(reason))
            }
            SupervisionEvent::ActorFailed(cell, error) => {
                let text = error.to_string();
                let exit = if error.is::<GaveUp>() { Exit::GaveUp(text) } else { Exit::Abnormal(text) };
                family.ended(cell.get_id(), &exit);
            }
            SupervisionEvent::ActorStarted(_) | SupervisionEvent::ProcessGroupChanged(_) => {}
        }
        Ok(())
    }

    async fn post_stop(
        &self,
        _myself: ActorRef<Message>,
        family: &mut Family,
    ) -> Result<(), ActorProcessingErr> {
        match family.stop().await {
            Some(cause) => Err(GaveUp(cause).into()),
            None => Ok(()),
        }
    }
}
