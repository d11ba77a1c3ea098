use std::sync::{Arc, Mutex};

use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, SupervisionEvent};

use super::{Peer, Restarting};

#[derive(Clone)]
pub(crate) struct Ractor;

pub(crate) struct Counter;

pub(crate) enum Message {
    Look(RpcReplyPort<i64>),
    Panic(RpcReplyPort<i64>),
}

impl Actor for Counter {
    type Msg = Message;
    type State = i64;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Message>, (): ()) -> Result<i64, ActorProcessingErr> {
        Ok(1)
    }

    async fn handle(
        &self,
        _: ActorRef<Message>,
        message: Message,
        sum: &mut i64,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Look(reply) => reply.send(*sum)?,
            Message::Panic(_reply) => std::panic::resume_unwind(Box::new("asked to panic")),
        }
        Ok(())
    }
}

impl Peer for Ractor {
    const NAME: &'static str = "ractor";
    type Ref = ActorRef<Message>;

    async fn spawn(&self) -> Self::Ref {
        Counter::spawn(None, Counter, ()).await.unwrap().0
    }

    async fn ask(actor: &Self::Ref) -> i64 {
        actor.call(Message::Look, None).await.unwrap().unwrap()
    }

    async fn stop(actor: Self::Ref) {
        actor.stop_and_wait(None, None).await.unwrap();
    }
}

/// ractor reports failures and leaves restarts to its users: this is the shortest supervisor that does them.
struct Supervisor;

type Slot = Arc<Mutex<Option<ActorRef<Message>>>>;

impl Actor for Supervisor {
    type Msg = ();
    type State = Slot;
    type Arguments = Slot;

    async fn pre_start(&self, myself: ActorRef<()>, slot: Slot) -> Result<Slot, ActorProcessingErr> {
        let (child, _) = Counter::spawn_linked(None, Counter, (), myself.get_cell()).await?;
        *slot.lock().unwrap() = Some(child);
        Ok(slot)
    }

    async fn handle_supervisor_evt(
        &self,
        myself: ActorRef<()>,
        event: SupervisionEvent,
        slot: &mut Slot,
    ) -> Result<(), ActorProcessingErr> {
        if let SupervisionEvent::ActorFailed(..) = event {
            let (child, _) = Counter::spawn_linked(None, Counter, (), myself.get_cell()).await?;
            *slot.lock().unwrap() = Some(child);
        }
        Ok(())
    }
}

impl Restarting for Ractor {
    type Child = Slot;

    async fn supervise(&self) -> Slot {
        let slot = Slot::default();
        Supervisor::spawn(None, Supervisor, Arc::clone(&slot)).await.unwrap();
        slot
    }

    async fn panic_and_ask(child: &Slot) {
        let actor = || child.lock().unwrap().clone().unwrap();
        let crashed = actor().call(Message::Panic, None).await;
        assert!(!matches!(crashed, Ok(ractor::rpc::CallResult::Success(_))));
        // Whoever asks too early is refused by the old reference, and asks again.
        loop {
            if let Ok(ractor::rpc::CallResult::Success(_)) = actor().call(Message::Look, None).await {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}
