//! Runs shoppers against the real binary, kills it under them, and has the books checked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::task::JoinSet;

use crate::common::{Client, Gate, Server, Servers, Setup, shopping};
use crate::kill::books;
use crate::kill::desk::Desk;
use crate::kill::notes::Notes;
use crate::kill::shopper::{Shopper, World};

/// How long a life of the server may last.
const LIFE_LIMIT: Duration = Duration::from_secs(5);

/// How a run goes.
#[derive(Clone)]
pub(crate) struct Plan {
    /// Decides everything that is left to chance.
    pub(crate) seed: u64,
    /// How many shop at once.
    pub(crate) shoppers: u64,
    /// How many kills with commands in flight.
    pub(crate) kills: u32,
    /// When no more kills follow.
    pub(crate) limit: Duration,
    /// The bug that is switched on.
    pub(crate) planted: Option<&'static str>,
    /// What the shop sells: the value of AMAZOFF_SEED.
    pub(crate) catalogue: &'static str,
    /// What is done to whom.
    pub(crate) blow: Blow,
    /// Where the shop keeps its data: MariaDB and MongoDB, or the embedded default.
    pub(crate) servers: Option<Arc<Servers>>,
}

/// What is done, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blow {
    /// kill -9 of the shop.
    Kill,
    /// SIGTERM to the shop.
    Stop,
    /// kill -9 of MariaDB, while the shop lives on.
    KillMariaDb,
    /// kill -9 of MongoDB, while the shop lives on.
    KillMongo,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 0,
            shoppers: 10,
            kills: 1,
            limit: Duration::from_secs(60),
            planted: None,
            catalogue: "on",
            blow: Blow::Kill,
            servers: None,
        }
    }
}

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The plan's seed.
    pub(crate) seed: u64,
    /// Commands with a final answer.
    pub(crate) acknowledged: u64,
    /// Orders acknowledged.
    pub(crate) orders: usize,
    /// Of these, with a code.
    pub(crate) with_code: usize,
    /// Of these, paid by a second payment.
    pub(crate) paid_anew: usize,
    /// Of these, called off.
    pub(crate) canceled: usize,
    /// Of these, kept, with some money given back.
    pub(crate) refunded: usize,
    /// Kills with commands in flight.
    pub(crate) kills: u32,
    /// Kills that hit nothing.
    pub(crate) idle_kills: u32,
    /// Commands that lost their answer.
    pub(crate) cut: u64,
    /// The longest time from SIGTERM to the end.
    pub(crate) slowest_stop: Duration,
    /// What should not be.
    pub(crate) violations: Vec<String>,
    /// The end of the server's log.
    pub(crate) log: String,
}

/// Runs a plan.
pub(crate) async fn run(plan: &Plan) -> Report {
    let mut report = Report { seed: plan.seed, ..Report::default() };
    let setup = plan.servers.as_ref().map_or_else(Setup::default, |servers| servers.setup());
    let mut setup = setup.with("AMAZOFF_SEED", plan.catalogue);
    if let Some(bug) = plan.planted {
        setup = setup.with("AMAZOFF_PLANTED_BUG", bug);
    }
    if let Err(failure) = shop_and_kill(plan, &setup, &mut report).await {
        report.violations.push(failure);
    }
    if !report.violations.is_empty() {
        report.log = setup.log_tail();
    }
    report
}

async fn shop_and_kill(plan: &Plan, setup: &Setup, report: &mut Report) -> Result<(), String> {
    let gate = Arc::new(Gate::default());
    let client = Client::new(Arc::clone(&gate));
    let mut server = Server::start_behind(setup, &gate).await?;
    let received = shopping::variants(&client).await;
    // A planted bug must be noticed by those who shop.
    let desk = if plan.planted.is_some() { Desk::default() } else { Desk::open(&client).await? };
    let world = Arc::new(World {
        client: client.clone(),
        notes: Notes::default(),
        variants: received.keys().cloned().collect(),
        desk,
        closing: AtomicBool::new(false),
        registrations: AtomicUsize::new(0),
    });
    let mut shoppers = JoinSet::new();
    for number in 0..plan.shoppers {
        let seed = plan.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(number);
        shoppers.spawn(Shopper::new(Arc::clone(&world), seed).run());
    }
    let killed = kill_repeatedly(plan, setup, &mut server, (&world, report)).await;
    world.closing.store(true, Ordering::SeqCst);
    if killed.is_ok() {
        while let Some(ended) = shoppers.join_next().await {
            ended.map_err(|error| format!("a shopper failed: {error}"))?;
        }
    }
    report.acknowledged = client.acknowledged();
    let orders = world.notes.orders();
    report.orders = orders.len();
    report.with_code = orders.iter().filter(|order| order.code.is_some()).count();
    report.paid_anew = orders.iter().filter(|order| order.paid_anew).count();
    report.canceled = orders.iter().filter(|order| order.canceled).count();
    report.refunded = orders.iter().filter(|order| order.refunded > 0 && !order.canceled).count();
    report.violations.extend(client.complaints());
    killed?;
    // With a bug planted one violation is enough; the rest would only cost time.
    if plan.planted.is_some() && !report.violations.is_empty() {
        return Ok(());
    }
    report.violations.extend(books::from_outside(&client, &world.notes).await);
    report.violations.extend(world.desk.used(&client, &world.notes.orders()).await);
    report.violations.extend(books::settled(setup).await);
    server.stop().await?;
    report.violations.extend(books::from_inside(setup, &world.notes, &received).await);
    if plan.planted.is_none() {
        report.violations.extend(books::checked(setup));
    }
    Ok(())
}

async fn kill_repeatedly(
    plan: &Plan,
    setup: &Setup,
    server: &mut Server,
    (world, report): (&World, &mut Report),
) -> Result<(), String> {
    let gate = &world.client.gate;
    let mut dice = StdRng::seed_from_u64(plan.seed);
    let limit = Instant::now() + plan.limit;
    while report.kills < plan.kills && Instant::now() < limit {
        let pause = dice.random_range(150..1200);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        // On a slow machine each life would otherwise end before it had acknowledged anything worth losing.
        let wanted = world.client.acknowledged() + dice.random_range(20..60);
        let idle = || gate.in_flight() == 0 || world.client.acknowledged() < wanted;
        let patience = limit.min(Instant::now() + LIFE_LIMIT);
        while idle() && Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        match (plan.blow, &plan.servers) {
            (Blow::KillMariaDb, Some(servers)) => {
                servers.mariadb.kill_9().await.map_err(|error| error.to_string())?;
                servers.mariadb.restart().await.map_err(|error| error.to_string())?;
                report.kills += 1;
            }
            (Blow::KillMongo, Some(servers)) => {
                servers.mongo.kill_9().await.map_err(|error| error.to_string())?;
                servers.mongo.restart().await.map_err(|error| error.to_string())?;
                report.kills += 1;
            }
            _ => end_life(plan.blow, setup, server, (gate, report)).await?,
        }
        if plan.planted.is_some() && !world.client.complaints().is_empty() {
            break;
        }
    }
    Ok(())
}

/// Ends the shop and starts it again.
async fn end_life(
    blow: Blow,
    setup: &Setup,
    server: &mut Server,
    (gate, report): (&Gate, &mut Report),
) -> Result<(), String> {
    let life = gate.end_of_life();
    if blow == Blow::Stop {
        stop(server, report).await?;
    } else {
        server.kill();
    }
    gate.close();
    *server = Server::start_behind(setup, gate).await?;
    // The sockets of the dead process are closed, so whoever was cut knows by now.
    match gate.cut(life) {
        0 if blow == Blow::Stop => report.kills += 1,
        0 => report.idle_kills += 1,
        cut => {
            report.kills += 1;
            report.cut += cut;
        }
    }
    Ok(())
}

/// SIGTERM, and a good end.
async fn stop(server: &mut Server, report: &mut Report) -> Result<(), String> {
    let asked = Instant::now();
    let status = server.stop().await?;
    report.slowest_stop = report.slowest_stop.max(asked.elapsed());
    if !status.success() {
        report.violations.push(format!("after SIGTERM the server ended with {status}"));
    }
    Ok(())
}
