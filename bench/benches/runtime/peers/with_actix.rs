use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use actix::{Actor, ActorContext as _, Addr, Arbiter, ArbiterHandle, Context, Handler, Message, System};

use super::Peer;

/// actix actors live on threads of their own, as many as there are cores; asks come from the other runtime.
#[derive(Clone)]
pub(crate) struct Actix {
    threads: Arc<[ArbiterHandle]>,
    next: Arc<AtomicUsize>,
}

impl Actix {
    pub(crate) fn start() -> Self {
        let (sender, threads) = mpsc::channel();
        std::thread::spawn(move || {
            let system = System::new();
            let handles = system.block_on(async {
                let cores = std::thread::available_parallelism().unwrap().get();
                (0..cores).map(|_| Arbiter::new().handle()).collect::<Vec<_>>()
            });
            sender.send(handles).unwrap();
            system.run().unwrap();
        });
        Self { threads: threads.recv().unwrap().into(), next: Arc::default() }
    }
}

pub(crate) struct Counter {
    sum: i64,
}

impl Actor for Counter {
    type Context = Context<Self>;
}

struct Look;

impl Message for Look {
    type Result = i64;
}

struct Stop;

impl Message for Stop {
    type Result = ();
}

impl Handler<Look> for Counter {
    type Result = i64;

    fn handle(&mut self, _: Look, _: &mut Context<Self>) -> i64 {
        self.sum
    }
}

impl Handler<Stop> for Counter {
    type Result = ();

    fn handle(&mut self, _: Stop, context: &mut Context<Self>) {
        context.stop();
    }
}

impl Peer for Actix {
    const NAME: &'static str = "actix";
    type Ref = Addr<Counter>;

    async fn spawn(&self) -> Addr<Counter> {
        let thread = &self.threads[self.next.fetch_add(1, Ordering::Relaxed) % self.threads.len()];
        Counter::start_in_arbiter(thread, |_| Counter { sum: 1 })
    }

    async fn ask(actor: &Addr<Counter>) -> i64 {
        actor.send(Look).await.unwrap()
    }

    async fn stop(actor: Addr<Counter>) {
        actor.send(Stop).await.unwrap();
    }
}
