//! Several lanes at once: each shard stays dense, and keys have one owner.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use amazoff_persistence::MariaDbOptions;
use amazoff_supervisor::journal::{LaneWriter, Part, PartRefusal, Verdicts};
use amazoff_supervisor::{ClaimChange, CommandId, EntityId, ReminderChange, spawn_guarded};
use tokio::sync::{mpsc, oneshot};

use super::Shop;
use crate::world::{self, NOW, cart, command, effect, mark};

const LANES: u16 = 4;
const WRITERS: usize = 16;

type Asked = (Part, oneshot::Sender<Result<(), PartRefusal>>);

/// Commits what has gathered, as the supervisor's lanes do.
async fn serve(mut writer: Box<dyn LaneWriter>, mut asked: mpsc::Receiver<Asked>) {
    let mut group = Vec::new();
    while asked.recv_many(&mut group, 64).await > 0 {
        let (parts, waiting): (Vec<_>, Vec<_>) = group.drain(..).unzip();
        let verdicts: Verdicts = writer.append(&parts).await.unwrap();
        for (verdict, waiting) in verdicts.into_iter().zip(waiting) {
            waiting.send(verdict.map(drop)).unwrap();
        }
    }
}

async fn open_lanes(shop: &mut Shop) -> Vec<mpsc::Sender<Asked>> {
    let journal = shop.store.journal();
    assert_eq!(journal.lanes(), LANES);
    let mut writers = vec![std::mem::replace(&mut shop.lane, Box::new(Nobody))];
    for lane in 1..LANES {
        writers.push(journal.lane(lane).await.unwrap());
    }
    let mut senders = Vec::new();
    for writer in writers {
        let (sender, asked) = mpsc::channel(256);
        spawn_guarded("lane", serve(writer, asked));
        senders.push(sender);
    }
    senders
}

/// In place of a lane that was handed on.
pub(super) struct Nobody;

impl LaneWriter for Nobody {
    fn append<'a>(
        &'a mut self,
        _parts: &'a [Part],
    ) -> futures::future::BoxFuture<'a, Result<Verdicts, amazoff_supervisor::journal::JournalError>> {
        unreachable!("the lane was handed on")
    }
}

async fn store(lanes: &[mpsc::Sender<Asked>], part: Part) -> Result<(), PartRefusal> {
    let (sender, stored) = oneshot::channel();
    let lane = usize::from(part.shard().number()) % lanes.len();
    lanes[lane].send((part, sender)).await.unwrap();
    stored.await.unwrap()
}

/// A part with something for every table.
fn full(shop: &Shop, entity: &EntityId, seen: u64) -> Part {
    let mut part = shop.events(entity, seen, 2);
    part.commands = vec![command(CommandId::new())];
    part.marks = vec![mark("sender", seen + 1)];
    part.outbox = vec![effect(entity, seen + 2, 0)];
    part.reminders = vec![ReminderChange::Set { name: "wake".to_owned(), due_at: NOW }];
    part
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_over_several_lanes_keep_every_shard_dense() {
    let mut shop =
        Shop::on_the_shared_server(MariaDbOptions { lanes: LANES, ..MariaDbOptions::default() }).await;
    let lanes = open_lanes(&mut shop).await;
    let carts: Vec<EntityId> = (0..WRITERS).map(|_| cart()).collect();
    let work = carts.iter().map(|cart| {
        let (lanes, shop) = (&lanes, &shop);
        async move {
            for round in 0..25 {
                assert_eq!(store(lanes, full(shop, cart, round * 2)).await, Ok(()));
                // Its neighbours in the group are stored all the same.
                let refused = store(lanes, shop.events(cart, round * 2, 1)).await;
                assert_eq!(refused, Err(PartRefusal::VersionTaken));
            }
        }
    });
    futures::future::join_all(work).await;
    for cart in &carts {
        assert_eq!(shop.stored(cart).await, 50);
    }
    let journal = shop.store.journal();
    assert_eq!(journal.outbox(None, usize::MAX).await.unwrap().len(), WRITERS * 25);
    assert_eq!(journal.reminders_due("cart", NOW, usize::MAX).await.unwrap().len(), WRITERS);
    shop.assert_dense().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_all_lanes_want_has_one_owner() {
    let mut shop =
        Shop::on_the_shared_server(MariaDbOptions { lanes: LANES, ..MariaDbOptions::default() }).await;
    let lanes = open_lanes(&mut shop).await;
    let mut owners: BTreeMap<String, EntityId> = BTreeMap::new();
    for round in 0..30 {
        let keys = [format!("{round}-a"), format!("{round}-b")];
        let wants = (0..WRITERS).map(|n| {
            let entity = cart();
            let mut part = shop.events(&entity, 0, 1);
            part.claims = vec![ClaimChange::Take(world::claim(&keys[n % 2]))];
            let (lanes, keys) = (&lanes, &keys);
            async move { (store(lanes, part).await, keys[n % 2].clone(), entity) }
        });
        for (verdict, key, entity) in futures::future::join_all(wants).await {
            match verdict {
                Ok(()) => assert!(owners.insert(key, entity).is_none(), "a key has two owners"),
                Err(refusal) => assert_eq!(refusal, PartRefusal::ClaimTaken(world::claim(&key))),
            }
        }
    }
    assert_eq!(owners.len(), 60);
    for (key, owner) in owners {
        let stored = shop.store.journal().claimed_by(&world::claim(&key)).await.unwrap();
        assert_eq!(stored, Some(owner));
    }
    shop.assert_dense().await;
}

/// A figure, not a judgement: run by hand on a quiet machine with `--run-ignored only`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures"]
async fn events_per_second() {
    for lanes in [1, 2, 4] {
        let mut shop =
            Shop::on_the_shared_server(MariaDbOptions { lanes, ..MariaDbOptions::default() }).await;
        let journal = shop.store.journal();
        let mut writers = vec![std::mem::replace(&mut shop.lane, Box::new(Nobody))];
        for lane in 1..lanes {
            writers.push(journal.lane(lane).await.unwrap());
        }
        let start = Instant::now();
        let work = (0..lanes).zip(writers).map(|(lane, mut writer)| {
            let shop = &shop;
            async move {
                let (mut stored, mut carts) = (0, Vec::new());
                while start.elapsed() < Duration::from_secs(4) {
                    if carts.len() < 500 {
                        let of_lane =
                            std::iter::repeat_with(cart).filter(|cart| cart.shard().number() % lanes == lane);
                        carts.extend(of_lane.take(50).map(|cart| (cart, 0)));
                    }
                    let group = carts.len() - 50;
                    let parts: Vec<Part> =
                        carts[group..].iter().map(|(cart, seen)| with_a_command(shop, cart, *seen)).collect();
                    assert!(writer.append(&parts).await.unwrap().iter().all(Result::is_ok));
                    carts[group..].iter_mut().for_each(|(_, seen)| *seen += 1);
                    carts.rotate_right(50);
                    stored += 50;
                }
                stored
            }
        });
        let stored: u32 = futures::future::join_all(work).await.into_iter().sum();
        println!(
            "{lanes} lanes: {:.0} events/s in groups of 50",
            f64::from(stored) / start.elapsed().as_secs_f64()
        );
    }
}

fn with_a_command(shop: &Shop, entity: &EntityId, seen: u64) -> Part {
    let mut part = shop.events(entity, seen, 1);
    part.events[0].payload = format!("{{\"LineAdded\":\"{}\"}}", "x".repeat(280));
    part.commands = vec![command(CommandId::new())];
    part
}
