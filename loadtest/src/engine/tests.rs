//! The executors on a paused clock, against a target whose slowness is known.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use futures::future::BoxFuture;
use reqwest::header::HeaderMap;
use tokio::time::{Instant, sleep, sleep_until};

use super::*;
use crate::collect::Collector;
use crate::engine::plan::Plan;
use crate::feed::Feed;
use crate::record::{Figures, Key, Recorder};
use crate::run::hosts::Reach;
use crate::scenario::Scenario;
use crate::target::{Ask, Reply, Socket, Target, Trouble};

/// Answers after a millisecond, but stands still between two moments.
#[derive(Debug)]
struct Stalling {
    begin: Instant,
    stall: (Duration, Duration),
    asked: Mutex<Vec<String>>,
}

impl Target for Stalling {
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Result<Reply, Trouble>> {
        self.asked.lock().unwrap().push(ask.address);
        Box::pin(async move {
            let (from, to) = self.stall;
            let now = self.begin.elapsed();
            if now >= from && now < to {
                sleep_until(self.begin + to).await;
            }
            sleep(Duration::from_millis(1)).await;
            Ok(Reply { status: 200, headers: HeaderMap::new(), body: Vec::new() })
        })
    }

    fn open(&self, _: Ask) -> BoxFuture<'_, Result<Box<dyn Socket>, Trouble>> {
        Box::pin(async { Err(Trouble::NoSocket) })
    }
}

struct Ran {
    collected: Collector,
    asked: Vec<String>,
}

impl Ran {
    fn step(&self) -> &Figures {
        &self.collected.totals[&Key::Step("s".to_owned())]
    }
}

fn world(plan: Plan, feeds: Vec<Feed>, begin: Instant) -> Arc<World> {
    Arc::new(World {
        plan,
        reach: Arc::new(Reach::new("", &[])),
        recorder: Recorder::default(),
        shared: Arc::new(BTreeMap::new()),
        feeds,
        run: 1,
        begin,
    })
}

async fn run_with(executor: &str, stall_s: (u64, u64), share: Share) -> Ran {
    run_after("0s", executor, stall_s, share).await
}

async fn run_after(warm_up: &str, executor: &str, stall_s: (u64, u64), share: Share) -> Ran {
    let text = format!(
        "name = 'x'\nwarm_up = '{warm_up}'\n[[journeys]]\nname = 'j'\nthink = {{ exponential = '100ms' }}\n\
         steps = [{{ name = 's', get = '/{{{{random 1 1000000}}}}' }}]\n[[executors]]\nname = 'e'\n{executor}"
    );
    let scenario: Scenario = toml::from_str(&text).unwrap();
    assert_eq!(crate::scenario::check::check(&scenario), []);
    let begin = Instant::now();
    let stall = (Duration::from_secs(stall_s.0), Duration::from_secs(stall_s.1));
    let target = Arc::new(Stalling { begin, stall, asked: Mutex::default() });
    let seen: Arc<dyn Target> = target.clone();
    let world = world(Plan::new(&scenario).unwrap(), Vec::new(), begin);
    let posts = Post::all(&world.plan.crews, || Ok(Arc::clone(&seen))).unwrap();
    run(Arc::clone(&world), posts, share, &CancellationToken::new()).await;
    let mut collected = Collector::default();
    collected.take(&world.recorder.second(0));
    let asked = target.asked.lock().unwrap().clone();
    Ran { collected, asked }
}

const LEVEL: &str = "model = 'open'\npatience = '60s'\nusers_max = 10\nstages = [{ duration = '10s', rate = 100, jump = true }]";

#[tokio::test(start_paused = true)]
async fn a_stall_shows_in_the_response_time_of_those_who_waited_and_not_in_their_service_time() {
    let ran = run_with(LEVEL, (4, 6), Share::WHOLE).await;
    let figures = ran.step();
    assert_eq!(figures.count, 1_000);
    // Two seconds of arrivals, a fifth of all, found the target standing; ten were being served.
    assert!(figures.response.value_at_quantile(0.9) > 900_000, "{}", figures.response.value_at_quantile(0.9));
    assert!(figures.response.value_at_quantile(0.79) < 10_000);
    assert!(figures.service.value_at_quantile(0.98) < 10_000);
    let slow = figures.service.count_between(100_000, u64::MAX);
    assert_eq!(slow, 10);
}

#[tokio::test(start_paused = true)]
async fn without_a_stall_both_times_are_the_same() {
    let ran = run_with(LEVEL, (0, 0), Share::WHOLE).await;
    assert_eq!(ran.step().count, 1_000);
    assert!(ran.step().response.max() < 5_000, "{}", ran.step().response.max());
}

#[tokio::test(start_paused = true)]
async fn who_would_wait_longer_than_the_patience_is_dropped_and_counted() {
    let impatient = LEVEL.replace("60s", "500ms");
    let ran = run_with(&impatient, (4, 6), Share::WHOLE).await;
    let dropped = ran.collected.dropped;
    assert_eq!(ran.step().count + dropped, 1_000);
    // 200 came during the stall: 10 were served, 50 came in its last half second.
    assert!((130..=150).contains(&dropped), "{dropped}");
    assert!(ran.step().response.max() <= 2_010_000);
}

#[tokio::test(start_paused = true)]
async fn what_was_dropped_in_the_warm_up_is_shown_and_not_counted() {
    let impatient = LEVEL.replace("60s", "500ms");
    let ran = run_after("7s", &impatient, (4, 6), Share::WHOLE).await;
    assert_eq!((ran.collected.started, ran.collected.dropped), (300, 0));
    assert_eq!(ran.step().count, 300);
    let shown = ran.collected.latest().unwrap();
    assert!((130..=150).contains(&shown.dropped), "{}", shown.dropped);
    assert_eq!(shown.started + shown.dropped, 1_000);
}

#[tokio::test(start_paused = true)]
async fn a_closed_executor_asks_again_only_after_an_answer() {
    let closed = "model = 'closed'\nthink = { constant = '99ms' }\nstages = [{ duration = '10s', users = 5, jump = true }]";
    let ran = run_with(closed, (0, 0), Share::WHOLE).await;
    assert!((490..=505).contains(&ran.step().count), "{}", ran.step().count);
    let stalled = run_with(closed, (4, 6), Share::WHOLE).await;
    assert!((390..=410).contains(&stalled.step().count), "{}", stalled.step().count);
}

#[tokio::test(start_paused = true)]
async fn iterations_end_a_closed_executor() {
    let closed = "model = 'closed'\niterations = 3\nstages = [{ duration = '1h', users = 4, jump = true }]";
    let begin = Instant::now();
    assert_eq!(run_with(closed, (0, 0), Share::WHOLE).await.step().count, 12);
    assert!(begin.elapsed() < Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_makes_the_same_requests_however_many_processes_share_them() {
    let poisson = "model = 'open'\narrivals = 'poisson'\nstages = [{ duration = '10s', rate = 20 }]";
    let sorted = |mut asked: Vec<String>| {
        asked.sort();
        asked
    };
    let whole = sorted(run_with(poisson, (0, 0), Share::WHOLE).await.asked);
    let again = sorted(run_with(poisson, (0, 0), Share::WHOLE).await.asked);
    let mut parts = run_with(poisson, (0, 0), Share { part: 0, of: 2 }).await.asked;
    let second = run_with(poisson, (0, 0), Share { part: 1, of: 2 }).await.asked;
    assert!(parts.len().abs_diff(second.len()) <= 1);
    parts.extend(second);
    assert!(whole.len() > 60, "{}", whole.len());
    assert_eq!(whole, again);
    assert_eq!(whole, sorted(parts));
}

#[tokio::test(start_paused = true)]
async fn journeys_that_do_not_finish_in_time_are_cut_short_and_counted() {
    let hasty = format!("grace = '2s'\n{}", LEVEL.replace("60s", "500ms"));
    let ran = run_with(&hasty, (9, 100), Share::WHOLE).await;
    assert_eq!(ran.collected.cut_short, 10);
    assert_eq!(ran.step().count + ran.collected.dropped, 1_000);
    // What they were at is a failure, and so are they.
    let journey = &ran.collected.totals[&Key::Journey("j".to_owned())];
    for (figures, error) in [(ran.step(), "cut short"), (journey, "s: cut short")] {
        assert_eq!(figures.errors, BTreeMap::from([(error.to_owned(), 10)]));
        assert_eq!((figures.failed, figures.count), (10, ran.step().count));
        assert!(figures.response.max() >= 2_000_000);
    }
    assert_eq!(ran.collected.latest().unwrap().in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn who_is_cut_short_in_a_pause_has_failed_at_nothing() {
    for pause in [
        "steps = [STEP, { name = 'p', pause = { constant = '1h' } }]",
        "think = { constant = '1h' }\nsteps = [STEP, STEP]",
    ] {
        let journey = pause.replace("STEP", "{ name = 's', get = '/' }");
        let world = go(
            &format!("[[journeys]]\nname = 'j'\n{journey}\n[[executors]]\nname = 'e'\nmodel = 'closed'\nstages = [{{ duration = '1s', users = 3, jump = true }}]"),
            &CancellationToken::new(),
        )
        .await;
        let slice = world.recorder.second(0);
        assert_eq!((slice.cut_short, slice.in_flight), (3, 0));
        let told: Vec<_> =
            slice.measured.iter().map(|(key, of)| (key.clone(), of.count, of.failed)).collect();
        assert_eq!(told, [(Key::Step("s".to_owned()), 3, 0)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_that_is_cut_short_is_the_journeys_last_also_where_errors_do_not_end_it() {
    let scenario: Scenario = toml::from_str(
        "name = 'x'\njourneys = [{ name = 'j', steps = [{ name = 's', get = '/', repeat = [3, 3], go_on = true }] }]\n[[executors]]\n\
         name = 'e'\nmodel = 'closed'\nstages = [{ duration = '1s', users = 1, jump = true }]",
    )
    .unwrap();
    let plan = Plan::new(&scenario).unwrap();
    let (tells, _told) = tokio::sync::mpsc::unbounded_channel();
    let posts = Post::all(&plan.crews, || Ok(Arc::new(Silent(tells.clone())))).unwrap();
    let world = world(plan, Vec::new(), Instant::now());
    run(Arc::clone(&world), posts, Share::WHOLE, &CancellationToken::new()).await;
    let slice = world.recorder.second(0);
    assert_eq!((slice.cut_short, slice.in_flight), (1, 0));
    let told: Vec<_> = slice.measured.values().map(|of| (of.count, of.failed)).collect();
    assert_eq!(told, [(1, 1), (1, 1)]);
}

/// Answers after a third of a millisecond: between the ticks of timers.
#[derive(Debug)]
struct Quick;

impl Target for Quick {
    fn ask(&self, _: Ask) -> BoxFuture<'_, Result<Reply, Trouble>> {
        Box::pin(async {
            tokio::time::advance(Duration::from_micros(300)).await;
            Ok(Reply { status: 200, headers: HeaderMap::new(), body: Vec::new() })
        })
    }

    fn open(&self, _: Ask) -> BoxFuture<'_, Result<Box<dyn Socket>, Trouble>> {
        Box::pin(async { Err(Trouble::NoSocket) })
    }
}

/// Runs a scenario against [`Quick`].
async fn go(text: &str, stop: &CancellationToken) -> Arc<World> {
    let scenario: Scenario = toml::from_str(&format!("name = 'x'\n{text}")).unwrap();
    assert_eq!(crate::scenario::check::check(&scenario), []);
    let rows = |feeder: &crate::scenario::Feeder| crate::feed::rows(feeder, None).unwrap().unwrap();
    let feeds = scenario.feeders.iter().map(|feeder| Feed::new(feeder, rows(feeder))).collect();
    let world = world(Plan::new(&scenario).unwrap(), feeds, Instant::now());
    let posts = Post::all(&world.plan.crews, || Ok(Arc::new(Quick))).unwrap();
    run(Arc::clone(&world), posts, Share::WHOLE, stop).await;
    world
}

#[tokio::test(start_paused = true)]
async fn who_does_not_think_waits_for_no_timer() {
    let world = go(
        "[[journeys]]\nname = 'j'\nsteps = [{ name = 's', repeat = [3, 3], get = '/' }]\n\
         [[executors]]\nname = 'e'\nmodel = 'closed'\niterations = 3\nstages = [{ duration = '1h', users = 1, jump = true }]",
        &CancellationToken::new(),
    )
    .await;
    let slice = world.recorder.second(0);
    let times = &slice.measured[&Key::Step("s".to_owned())].response;
    assert_eq!((times.len(), times.max()), (9, 300));
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_a_closed_executor_before_it_begins_and_before_anybody_shops() {
    for (start, after) in [("1h", Duration::from_secs(5)), ("0s", Duration::ZERO)] {
        let (stop, begin) = (CancellationToken::new(), Instant::now());
        let scenario = format!(
            "[[journeys]]\nname = 'j'\nsteps = [{{ name = 's', get = '/' }}]\n[[executors]]\nname = 'e'\nmodel = 'closed'\n\
             start = '{start}'\nstages = [{{ duration = '1h', users = 4, jump = true }}]"
        );
        let stopping = async {
            sleep_until(begin + after).await;
            stop.cancel();
        };
        let ((), world) = tokio::join!(biased; stopping, go(&scenario, &stop));
        assert_eq!(begin.elapsed(), after);
        assert_eq!(world.recorder.second(0).started, 0);
    }
}

const ROWS: &str = "[[feeders]]\nname = 'f'\npick = 'unique'\nrows = [{ n = 0 }, { n = 1 }, { n = 2 }]\n\
                    [[journeys]]\nname = 'j'\nsteps = [{ name = 's', get = '/{{f.n}}' }]\n[[executors]]\nname = 'e'\n";

#[tokio::test(start_paused = true)]
async fn rows_are_drawn_by_journeys_that_name_their_feeder() {
    let open = format!("{ROWS}model = 'open'\nstages = [{{ duration = '1s', rate = 10, jump = true }}]");
    for (scenario, made) in [(open.replace("/{{f.n}}", "/"), 10), (open, 3)] {
        let slice = go(&scenario, &CancellationToken::new()).await.recorder.second(0);
        assert_eq!((slice.started, slice.dropped), (made, 10 - made));
    }
}

#[tokio::test(start_paused = true)]
async fn shoppers_for_whom_no_row_is_left_go() {
    let begin = Instant::now();
    let closed = format!("{ROWS}model = 'closed'\nstages = [{{ duration = '1h', users = 2, jump = true }}]");
    let slice = go(&closed, &CancellationToken::new()).await.recorder.second(0);
    assert_eq!((slice.started, slice.dropped), (3, 2));
    assert!(begin.elapsed() < Duration::from_secs(1));
}

/// Tells which threads asked.
#[derive(Debug, Default)]
struct Threads(Mutex<Vec<String>>);

impl Target for Threads {
    fn ask(&self, _: Ask) -> BoxFuture<'_, Result<Reply, Trouble>> {
        let thread = std::thread::current().name().unwrap_or_default().to_owned();
        self.0.lock().unwrap().push(thread);
        Box::pin(async { Ok(Reply { status: 200, headers: HeaderMap::new(), body: Vec::new() }) })
    }

    fn open(&self, _: Ask) -> BoxFuture<'_, Result<Box<dyn Socket>, Trouble>> {
        Box::pin(async { Err(Trouble::NoSocket) })
    }
}

#[tokio::test]
async fn an_executor_with_a_thread_of_its_own_asks_from_there_over_connections_of_its_own() {
    let scenario: Scenario = toml::from_str(
        "name = 'x'\njourneys = [{ name = 'j', steps = [{ name = 's', get = '/' }] }]\n\
         [[executors]]\nname = 'crowd'\nmodel = 'closed'\niterations = 5\nstages = [{ duration = '1h', users = 2, jump = true }]\n\
         [[executors]]\nname = 'measured'\nown_thread = true\nmodel = 'closed'\niterations = 7\n\
         stages = [{ duration = '1h', users = 1, jump = true }]",
    )
    .unwrap();
    assert_eq!(crate::scenario::check::check(&scenario), []);
    let plan = Plan::new(&scenario).unwrap();
    let made: Mutex<Vec<Arc<Threads>>> = Mutex::default();
    let posts = Post::all(&plan.crews, || {
        let target: Arc<Threads> = Arc::default();
        made.lock().unwrap().push(Arc::clone(&target));
        Ok(target)
    });
    let world = world(plan, Vec::new(), Instant::now());
    run(Arc::clone(&world), posts.unwrap(), Share::WHOLE, &CancellationToken::new()).await;
    let asked: Vec<Vec<String>> =
        made.lock().unwrap().iter().map(|one| one.0.lock().unwrap().clone()).collect();
    assert_eq!(asked.len(), 2);
    let here = std::thread::current().name().unwrap().to_owned();
    assert_eq!(asked[0], vec![here; 10]);
    assert_eq!(asked[1], vec!["load measured".to_owned(); 7]);
    assert_eq!(world.recorder.second(0).started, 17);
}

/// Never answers, and tells when nobody waits for that any more.
#[derive(Debug)]
struct Silent(tokio::sync::mpsc::UnboundedSender<()>);

struct Leaves(tokio::sync::mpsc::UnboundedSender<()>);

impl Drop for Leaves {
    fn drop(&mut self) {
        self.0.send(()).unwrap_or_default();
    }
}

impl Target for Silent {
    fn ask(&self, _: Ask) -> BoxFuture<'_, Result<Reply, Trouble>> {
        self.0.send(()).unwrap();
        let leaves = Leaves(self.0.clone());
        Box::pin(async move {
            let _leaves = leaves;
            std::future::pending().await
        })
    }

    fn open(&self, _: Ask) -> BoxFuture<'_, Result<Box<dyn Socket>, Trouble>> {
        Box::pin(async { Err(Trouble::NoSocket) })
    }
}

#[tokio::test]
async fn what_runs_on_a_thread_of_its_own_ends_with_the_run() {
    let scenario: Scenario = toml::from_str(
        "name = 'x'\njourneys = [{ name = 'j', steps = [{ name = 's', get = '/' }] }]\n[[executors]]\nname = 'measured'\n\
         own_thread = true\nmodel = 'closed'\nstages = [{ duration = '1h', users = 1, jump = true }]",
    )
    .unwrap();
    let plan = Plan::new(&scenario).unwrap();
    let (tells, mut told) = tokio::sync::mpsc::unbounded_channel();
    let posts = Post::all(&plan.crews, || Ok(Arc::new(Silent(tells.clone())))).unwrap();
    let mut running = JoinSet::new();
    let world = world(plan, Vec::new(), Instant::now());
    running.spawn(async move { run(world, posts, Share::WHOLE, &CancellationToken::new()).await });
    told.recv().await.unwrap();
    running.shutdown().await;
    timeout(Duration::from_secs(30), told.recv()).await.unwrap().unwrap();
}
