use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use ractor::{Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef};
use serde_json::json;
use uuid::Uuid;

use super::super::{
    Backoff, CellHost, ChildSpec, Decision, Intensity, Kind, Status, SupervisorSpec, TreeHandle,
};
use super::{Stage, decisions, quiet, start, status, until};

/// A cell that obeys.
struct Cell;

enum Order {
    Finish,
    Fail,
    Panic,
}

impl Actor for Cell {
    type Msg = Order;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Order>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(
        &self,
        myself: ActorRef<Order>,
        order: Order,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        match order {
            Order::Finish => myself.stop(None),
            Order::Fail => return Err("the cell failed".into()),
            Order::Panic => panic!("the cell panicked"),
        }
        Ok(())
    }
}

/// A domain that keeps book of what it is told.
#[derive(Default)]
struct Host {
    this: std::sync::Weak<Host>,
    supervisor: Mutex<Option<ActorCell>>,
    cells: Mutex<HashMap<ActorId, (Uuid, ActorRef<Order>)>>,
    dead: Mutex<HashMap<ActorId, Uuid>>,
    calls: Mutex<Vec<String>>,
    finished: AtomicUsize,
    restarts: Mutex<Vec<(Uuid, tokio::time::Instant)>>,
}

impl Host {
    fn new() -> Arc<Self> {
        Arc::new_cyclic(|this| Self { this: this.clone(), ..Self::default() })
    }

    fn call(&self, text: impl Into<String>) {
        self.calls.lock().unwrap().push(text.into());
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    async fn spawn(&self, entity: Uuid) -> ActorRef<Order> {
        let supervisor = self.supervisor.lock().unwrap().clone().unwrap();
        let cell = Cell::spawn_linked(None, Cell, (), supervisor).await.unwrap().0;
        self.cells.lock().unwrap().insert(cell.get_id(), (entity, cell.clone()));
        cell
    }

    fn cell_of(&self, entity: Uuid) -> Option<ActorRef<Order>> {
        self.cells.lock().unwrap().values().find(|(of, _)| *of == entity).map(|(_, cell)| cell.clone())
    }

    async fn order(&self, entity: Uuid, order: Order) {
        until("the cell lives", || self.cell_of(entity).is_some()).await;
        self.cell_of(entity).unwrap().cast(order).unwrap();
    }

    async fn restarted(&self, times: usize) {
        until(&format!("{times} cells come back"), || self.restarts.lock().unwrap().len() >= times).await;
    }
}

impl CellHost for Host {
    fn name(&self) -> &str {
        "carts"
    }
    fn opened(&self, supervisor: ActorCell) {
        self.call("opened");
        self.cells.lock().unwrap().clear();
        *self.supervisor.lock().unwrap() = Some(supervisor);
    }
    fn closed(&self, _retry_after: Duration) {
        self.call("closed");
    }
    fn cell_ended(&self, actor: ActorId, cause: Option<String>) {
        let Some((entity, _)) = self.cells.lock().unwrap().remove(&actor) else { return };
        match cause {
            None => {
                self.finished.fetch_add(1, Ordering::SeqCst);
            }
            Some(cause) => {
                self.dead.lock().unwrap().insert(actor, entity);
                self.call(format!("cell ended: {cause}"));
            }
        }
    }
    fn restart_cell(&self, actor: ActorId) {
        let entity = self.dead.lock().unwrap().remove(&actor).unwrap();
        self.restarts.lock().unwrap().push((entity, tokio::time::Instant::now()));
        let host = self.this.upgrade().unwrap();
        crate::task::spawn_guarded("a cell comes back", async move { host.spawn(entity).await });
    }
    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            let cells: Vec<_> = self.cells.lock().unwrap().drain().map(|(_, (_, cell))| cell).collect();
            for cell in cells {
                cell.drain_and_wait(None).await.unwrap();
            }
            self.call("drained");
        })
    }
    fn stats(&self) -> serde_json::Value {
        json!({ "live": self.cells.lock().unwrap().len() })
    }
    fn identity(&self, actor: ActorId) -> Option<Uuid> {
        self.cells.lock().unwrap().get(&actor).map(|(entity, _)| *entity)
    }
}

fn entity(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn domain(host: &Arc<Host>) -> ChildSpec {
    let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(60)).steady();
    ChildSpec::domain(host.clone())
        .cells(Intensity::new(3, Duration::from_secs(10)), backoff)
        .backoff(Backoff::new(Duration::from_secs(2), Duration::from_secs(60)).steady())
}

async fn shop(host: &Arc<Host>, stage: &Stage) -> TreeHandle {
    let tree =
        start(SupervisorSpec::one_for_one("root").child(domain(host)).child(stage.player("orders"))).await;
    stage.comes("orders", 1).await;
    tree
}

#[tokio::test(start_paused = true)]
async fn a_failed_cell_comes_back_at_once_and_after_its_backoff_the_next_time_alone() {
    let (host, stage) = (Host::new(), Stage::new());
    let tree = shop(&host, &stage).await;
    let neighbour = host.spawn(entity(2)).await;
    host.spawn(entity(1)).await;
    let waits = [Duration::ZERO, Duration::from_millis(100)];
    let failures = [(Order::Fail, "the cell failed"), (Order::Panic, "the cell panicked")];
    for ((order, cause), wait) in failures.into_iter().zip(waits) {
        until("it lives", || host.cell_of(entity(1)).is_some()).await;
        let (before, begun) = (host.restarts.lock().unwrap().len(), tokio::time::Instant::now());
        host.order(entity(1), order).await;
        host.restarted(before + 1).await;
        let waited = host.restarts.lock().unwrap()[before].1.duration_since(begun);
        assert!((wait..wait + Duration::from_millis(2)).contains(&waited), "{waited:?}");
        assert!(host.calls().last().unwrap().contains(cause), "{:?}", host.calls());
    }
    until("it is back", || host.cell_of(entity(1)).is_some()).await;
    assert_eq!(host.cell_of(entity(2)).unwrap().get_id(), neighbour.get_id());
    let view = tree.snapshot();
    let carts = view.at("carts").unwrap();
    assert_eq!(
        (carts.kind, carts.status, carts.restarts, carts.cell_restarts),
        (Kind::Domain, Status::Running, 0, 2)
    );
    assert_eq!(carts.budget.unwrap().spent, 2);
    assert_eq!(carts.stats, Some(json!({ "live": 2 })));
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn failures_in_a_row_lengthen_the_backoff_of_that_entity_only() {
    let host = Host::new();
    let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(60)).steady();
    let carts = domain(&host).cells(Intensity::new(4, Duration::from_secs(10)), backoff);
    let tree = start(SupervisorSpec::one_for_one("root").child(carts)).await;
    host.spawn(entity(1)).await;
    host.spawn(entity(2)).await;
    for (times, which) in [(1, 1), (2, 1), (3, 1), (4, 2)] {
        host.order(entity(which), Order::Fail).await;
        host.restarted(times).await;
    }
    let planned: Vec<Decision> = decisions(&tree, "carts")
        .into_iter()
        .filter(|it| matches!(it, Decision::CellPlanned { .. }))
        .collect();
    let after = |in_ms| Decision::CellPlanned { in_ms };
    assert_eq!(planned, [after(0), after(100), after(200), after(0)]);
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_domain_whose_cells_fail_too_often_is_degraded_and_its_siblings_notice_nothing() {
    let (host, stage) = (Host::new(), Stage::new());
    let tree = shop(&host, &stage).await;
    for number in 1..=4 {
        host.spawn(entity(number)).await;
    }
    for number in 1..=4 {
        host.order(entity(number), Order::Fail).await;
    }
    until("it is degraded", || status(&tree, "carts") == Status::Degraded).await;
    assert!(host.calls().contains(&"closed".to_owned()) && host.calls().contains(&"drained".to_owned()));
    let view = tree.snapshot();
    let carts = view.at("carts").unwrap();
    assert!(carts.last_error.as_ref().unwrap().contains("the cell failed"), "{:?}", carts.last_error);
    assert!(carts.next_restart_in_ms.unwrap() <= 2_000);
    until("it is back", || status(&tree, "carts") == Status::Running).await;
    assert_eq!(host.calls().last().unwrap(), "opened");
    let calls = host.calls();
    quiet().await;
    assert_eq!(host.calls(), calls, "restarts planned before it gave up are forgotten");
    assert_eq!((stage.entries("orders"), status(&tree, "")), (1, Status::Running));
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_killed_domain_is_closed_before_it_is_opened_again() {
    let (host, stage) = (Host::new(), Stage::new());
    let tree = shop(&host, &stage).await;
    let cell = host.spawn(entity(1)).await;
    tree.kill("carts").unwrap();
    until("it is back", || host.calls().iter().filter(|call| *call == "opened").count() == 2).await;
    assert_eq!(host.calls(), ["opened", "closed", "opened"]);
    until("its cell is dead", || cell.get_status() == ractor::ActorStatus::Stopped).await;
    tree.kill("").unwrap();
    tree.failed().await;
    assert_eq!(host.calls().last().unwrap(), "closed", "TREE-3");
}

#[tokio::test(start_paused = true)]
async fn a_killed_supervisor_above_a_domain_closes_it_too() {
    let host = Host::new();
    let inner = SupervisorSpec::one_for_one("shop").child(domain(&host));
    let tree = start(SupervisorSpec::one_for_one("root").child(inner)).await;
    tree.kill("shop").unwrap();
    until("it is back", || host.calls().iter().filter(|call| *call == "opened").count() == 2).await;
    assert_eq!(host.calls(), ["opened", "closed", "opened"], "TREE-3");
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_stopping_domain_refuses_then_drains() {
    let (host, stage) = (Host::new(), Stage::new());
    let tree = shop(&host, &stage).await;
    host.spawn(entity(1)).await;
    tree.stop().await;
    assert_eq!(host.calls()[..3], ["opened", "closed", "drained"]);
}

#[tokio::test(start_paused = true)]
async fn a_halted_domain_refuses_and_drains_and_opens_only_on_request() {
    let (host, stage) = (Host::new(), Stage::new());
    let tree = shop(&host, &stage).await;
    host.spawn(entity(1)).await;
    tree.halt("carts").unwrap();
    quiet().await;
    assert_eq!(host.calls()[..3], ["opened", "closed", "drained"]);
    assert!(!host.calls()[1..].contains(&"opened".to_owned()));
    assert_eq!((status(&tree, "carts"), stage.entries("orders")), (Status::Stopped, 1));
    tree.restart("carts").unwrap();
    until("it is back", || status(&tree, "carts") == Status::Running).await;
    assert_eq!(host.calls().last().unwrap(), "opened");
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn failures_of_cells_can_count_for_ever() {
    let (host, stage) = (Host::new(), Stage::new());
    let wait = Backoff::new(Duration::from_millis(100), Duration::from_millis(100)).steady();
    let carts = ChildSpec::domain(host.clone()).cells(Intensity::new(2, Duration::MAX), wait);
    let tree = start(SupervisorSpec::one_for_one("root").child(carts).child(stage.player("orders"))).await;
    host.spawn(entity(1)).await;
    for times in 1..=2 {
        host.order(entity(1), Order::Fail).await;
        host.restarted(times).await;
        tokio::time::sleep(Duration::from_secs(86_400)).await;
    }
    assert_eq!(tree.snapshot().at("carts").unwrap().budget.unwrap().spent, 2);
    host.order(entity(1), Order::Fail).await;
    until("it is degraded", || status(&tree, "carts") == Status::Degraded).await;
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_domain_that_cannot_open_is_tried_again() {
    struct Broken(Arc<Host>, AtomicUsize);
    impl CellHost for Broken {
        fn name(&self) -> &str {
            "broken"
        }
        fn opened(&self, supervisor: ActorCell) {
            assert!(self.1.fetch_add(1, Ordering::SeqCst) >= 2, "not yet");
            self.0.opened(supervisor);
        }
        fn closed(&self, retry_after: Duration) {
            self.0.closed(retry_after);
        }
        fn cell_ended(&self, actor: ActorId, cause: Option<String>) {
            self.0.cell_ended(actor, cause);
        }
        fn restart_cell(&self, actor: ActorId) {
            self.0.restart_cell(actor);
        }
        fn stop(&self) -> BoxFuture<'_, ()> {
            self.0.stop()
        }
        fn stats(&self) -> serde_json::Value {
            self.0.stats()
        }
    }
    let host = Host::new();
    let broken = ChildSpec::domain(Arc::new(Broken(Arc::clone(&host), AtomicUsize::new(0))));
    let tree = start(SupervisorSpec::one_for_one("root").child(broken)).await;
    until("it runs", || status(&tree, "broken") == Status::Running).await;
    assert_eq!(host.calls(), ["closed", "closed", "opened"]);
    assert!(tree.snapshot().at("broken").unwrap().last_error.as_ref().unwrap().contains("not yet"));
    tree.stop().await;
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_cells_come_and_go_without_a_trace() {
    let (host, stage) = (Host::new(), Stage::new());
    let tree = shop(&host, &stage).await;
    let events = tree.events().len();
    for number in 0..10_000 {
        host.spawn(entity(number)).await.cast(Order::Finish).unwrap();
    }
    until("all have finished", || host.finished.load(Ordering::SeqCst) == 10_000).await;
    assert_eq!(tree.events().len(), events);
    assert_eq!(tree.snapshot().at("carts").unwrap().stats, Some(json!({ "live": 0 })));
    tree.stop().await;
}
