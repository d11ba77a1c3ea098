use std::convert::Infallible;
use std::time::Duration;

use kameo::actor::{Actor, ActorRef, Spawn as _};
use kameo::message::{Context, Message};
use kameo::supervision::RestartPolicy;

use super::{Peer, Restarting};

#[derive(Clone)]
pub(crate) struct Kameo;

#[derive(Clone)]
pub(crate) struct Counter {
    sum: i64,
}

struct Look;
struct Panic;

impl Actor for Counter {
    type Args = Self;
    type Error = Infallible;

    async fn on_start(state: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(state)
    }
}

impl Message<Look> for Counter {
    type Reply = i64;

    async fn handle(&mut self, _: Look, _: &mut Context<Self, i64>) -> i64 {
        self.sum
    }
}

impl Message<Panic> for Counter {
    type Reply = i64;

    async fn handle(&mut self, _: Panic, _: &mut Context<Self, i64>) -> i64 {
        std::panic::resume_unwind(Box::new("asked to panic"))
    }
}

impl Peer for Kameo {
    const NAME: &'static str = "kameo";
    type Ref = ActorRef<Counter>;

    async fn spawn(&self) -> Self::Ref {
        Counter::spawn(Counter { sum: 1 })
    }

    async fn ask(actor: &Self::Ref) -> i64 {
        actor.ask(Look).await.unwrap()
    }

    async fn stop(actor: Self::Ref) {
        actor.stop_gracefully().await.unwrap();
        actor.wait_for_shutdown().await;
    }
}

pub(crate) struct Supervisor;

impl Actor for Supervisor {
    type Args = ();
    type Error = Infallible;

    async fn on_start((): (), _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

impl Restarting for Kameo {
    type Child = (ActorRef<Counter>, ActorRef<Supervisor>);

    async fn supervise(&self) -> Self::Child {
        let supervisor = Supervisor::spawn(());
        let child = Counter::supervise(&supervisor, Counter { sum: 1 })
            .restart_policy(RestartPolicy::Permanent)
            .restart_limit(u32::MAX, Duration::from_secs(1))
            .spawn()
            .await;
        (child, supervisor)
    }

    async fn panic_and_ask((child, _): &Self::Child) {
        assert!(child.ask(Panic).await.is_err());
        while child.ask(Look).await.is_err() {
            tokio::task::yield_now().await;
        }
    }
}
