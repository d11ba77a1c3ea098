//! Real threads, so real time: jobs wait for gates that the test opens, never for luck.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::ThreadId;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{ComputeError, ComputePool, Job};
use crate::fault::{Fault, FaultKind};
use crate::task::spawn_guarded;
use crate::tree::{Status, SupervisorSpec, TreeHandle};

/// Shut until opened; counts who has come to it.
#[derive(Clone, Default)]
struct Barrier {
    open: Arc<(Mutex<bool>, Condvar)>,
    arrived: Arc<AtomicUsize>,
}

impl Barrier {
    fn open(&self) {
        *self.open.0.lock().unwrap() = true;
        self.open.1.notify_all();
    }
    fn pass(&self) {
        self.arrived.fetch_add(1, Ordering::SeqCst);
        let mut open = self.open.0.lock().unwrap();
        while !*open {
            open = self.open.1.wait(open).unwrap();
        }
    }
    fn arrived(&self) -> usize {
        self.arrived.load(Ordering::SeqCst)
    }
}

enum Exercise {
    Square(u64),
    Wait(Barrier),
    Panic,
    /// How many jobs this thread's scratch has seen, and where.
    Tally,
}

struct Output {
    number: u64,
    thread: ThreadId,
}

impl Job for Exercise {
    type Output = Output;
    type Scratch = u64;
    const POOL: &'static str = "exercises";

    fn run(self, jobs: &mut u64) -> Output {
        *jobs += 1;
        let number = match self {
            Self::Square(number) => number * number,
            Self::Wait(barrier) => {
                barrier.pass();
                0
            }
            Self::Panic => panic!("job number {jobs} panicked"),
            Self::Tally => *jobs,
        };
        Output { number, thread: std::thread::current().id() }
    }
}

type Pool = ComputePool<Exercise>;

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(30)
}

async fn square(pool: &Pool, number: u64) -> Result<u64, ComputeError> {
    pool.run(Exercise::Square(number), soon()).await.map(|output| output.number)
}

/// Runs a job in the background.
fn submit(pool: &Pool, job: Exercise) -> JoinHandle<Result<u64, ComputeError>> {
    let pool = pool.clone();
    spawn_guarded("exercise", async move { pool.run(job, soon()).await.map(|output| output.number) })
}

/// Occupies every thread of the pool.
async fn fill(pool: &Pool, threads: usize) -> (Barrier, Vec<JoinHandle<Result<u64, ComputeError>>>) {
    let barrier = Barrier::default();
    let jobs = (0..threads).map(|_| submit(pool, Exercise::Wait(barrier.clone()))).collect();
    until("every thread is busy", || barrier.arrived() == threads).await;
    (barrier, jobs)
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..30_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("never happened: {what}");
}

fn stat(pool: &Pool, name: &str) -> u64 {
    pool.stats().get(name).and_then(Value::as_u64).unwrap()
}

#[tokio::test]
async fn a_job_is_computed_on_a_thread_of_the_pool() {
    let pool = Pool::new(2, 8);
    assert_eq!(square(&pool, 12).await, Ok(144));
    let output = pool.run(Exercise::Tally, soon()).await.unwrap();
    assert_ne!(output.thread, std::thread::current().id());
    assert_eq!((stat(&pool, "threads"), stat(&pool, "done"), stat(&pool, "running")), (2, 2, 0));
    pool.stop().await;
}

#[tokio::test]
async fn a_thread_keeps_its_scratch_from_job_to_job_until_a_panic() {
    let pool = Pool::new(1, 8);
    for expected in [1, 2, 3] {
        assert_eq!(pool.run(Exercise::Tally, soon()).await.unwrap().number, expected);
    }
    let panicked = pool.run(Exercise::Panic, soon()).await.err();
    assert_eq!(panicked, Some(ComputeError::Panicked { cause: "job number 4 panicked".into() }));
    assert_eq!(pool.run(Exercise::Tally, soon()).await.unwrap().number, 1);
    pool.stop().await;
}

#[tokio::test]
async fn a_pool_keeps_all_its_threads_through_a_hundred_panics() {
    let pool = Pool::new(2, 128);
    let panics: Vec<_> = (0..100).map(|_| submit(&pool, Exercise::Panic)).collect();
    for panic in panics {
        assert!(matches!(panic.await.unwrap(), Err(ComputeError::Panicked { .. })));
    }
    assert_eq!((stat(&pool, "threads"), stat(&pool, "panics"), stat(&pool, "rebuilds")), (2, 100, 0));
    let (barrier, jobs) = fill(&pool, 2).await;
    barrier.open();
    for job in jobs {
        assert_eq!(job.await.unwrap(), Ok(0));
    }
    pool.stop().await;
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_says_when_to_come_back() {
    let pool = Pool::new(1, 2);
    let (barrier, _busy) = fill(&pool, 1).await;
    let waiting = [submit(&pool, Exercise::Square(2)), submit(&pool, Exercise::Square(3))];
    until("two wait", || stat(&pool, "waiting") == 2).await;
    let Err(refused @ ComputeError::Busy { .. }) = square(&pool, 4).await else { panic!("not refused") };
    assert_eq!(refused.kind(), FaultKind::Unavailable);
    assert!(refused.retry_after().unwrap() >= Duration::from_millis(100));
    assert_eq!(stat(&pool, "refused"), 1);
    barrier.open();
    for (job, expected) in waiting.into_iter().zip([4, 9]) {
        assert_eq!(job.await.unwrap(), Ok(expected));
    }
    assert_eq!(stat(&pool, "waiting"), 0);
    pool.stop().await;
}

#[tokio::test]
async fn a_job_whose_caller_has_gone_is_not_run_and_frees_its_place() {
    let pool = Pool::new(1, 1);
    let (barrier, _busy) = fill(&pool, 1).await;
    let abandoned = Barrier::default();
    let caller = submit(&pool, Exercise::Wait(abandoned.clone()));
    until("it waits", || stat(&pool, "waiting") == 1).await;
    caller.abort();
    until("its place is free", || stat(&pool, "waiting") == 0).await;
    let next = submit(&pool, Exercise::Square(5));
    until("the next one waits", || stat(&pool, "waiting") == 1).await;
    barrier.open();
    assert_eq!(next.await.unwrap(), Ok(25));
    assert_eq!((abandoned.arrived(), stat(&pool, "skipped")), (0, 1));
    pool.stop().await;
}

#[tokio::test]
async fn waiting_ends_at_the_deadline_and_so_does_a_slow_job() {
    let pool = Pool::new(1, 8);
    let (barrier, _busy) = fill(&pool, 1).await;
    let shortly = || Instant::now() + Duration::from_millis(20);
    assert_eq!(pool.run(Exercise::Square(2), shortly()).await.err(), Some(ComputeError::Expired));
    assert_eq!(pool.run(Exercise::Square(2), Instant::now()).await.err(), Some(ComputeError::Expired));
    barrier.open();
    until("the thread is free", || stat(&pool, "running") == 0).await;
    let slow = Barrier::default();
    while slow.arrived() == 0 {
        let job = Exercise::Wait(slow.clone());
        assert_eq!(pool.run(job, shortly()).await.err(), Some(ComputeError::Expired));
    }
    assert_eq!(stat(&pool, "running"), 1, "the thread is busy until the job ends");
    assert!(stat(&pool, "expired") >= 3);
    slow.open();
    assert_eq!(square(&pool, 3).await, Ok(9));
    pool.stop().await;
}

#[tokio::test]
async fn a_stopped_pool_refuses_and_its_threads_are_gone() {
    let pool = Pool::new(2, 8);
    let (barrier, jobs) = fill(&pool, 2).await;
    let waiting = submit(&pool, Exercise::Square(2));
    until("one waits", || stat(&pool, "waiting") == 1).await;
    let stopping = {
        let pool = pool.clone();
        spawn_guarded("stop", async move { pool.stop().await })
    };
    barrier.open();
    stopping.await.unwrap();
    for job in jobs {
        assert_eq!(job.await.unwrap(), Ok(0), "what ran may end");
    }
    // The waiting one may have had its turn before the pool was closed.
    assert!(matches!(waiting.await.unwrap(), Ok(4) | Err(ComputeError::Closed)));
    assert_eq!(square(&pool, 2).await, Err(ComputeError::Closed));
    until("the threads end", || stat(&pool, "threads") == 0).await;
}

#[tokio::test]
async fn a_pool_whose_threads_have_died_is_rebuilt() {
    let pool = Pool::new(1, 8);
    assert_eq!(square(&pool, 2).await, Ok(4));
    pool.break_a_thread().await;
    until("its thread is dead", || stat(&pool, "threads") == 0).await;
    let mut answer = square(&pool, 3).await;
    if answer == Err(ComputeError::Closed) {
        answer = square(&pool, 3).await;
    }
    assert_eq!(answer, Ok(9));
    assert_eq!((stat(&pool, "threads"), stat(&pool, "rebuilds")), (1, 1));
    pool.stop().await;
}

#[tokio::test]
async fn in_the_tree_a_pool_shows_its_figures_and_gets_a_lost_thread_back() {
    let pool = Pool::new(2, 8);
    let compute = SupervisorSpec::one_for_one("compute").child(pool.supervise());
    let tree = TreeHandle::start(SupervisorSpec::one_for_one("root").child(compute)).await.unwrap();
    until("its threads run", || stat(&pool, "threads") == 2).await;
    pool.break_a_thread().await;
    until("a thread is lost", || stat(&pool, "threads") == 1).await;
    // The pool's task looks after it every few seconds, and as soon as it is started.
    tree.kill("compute/exercises").unwrap();
    until("it is rebuilt", || stat(&pool, "rebuilds") == 1).await;
    until("both threads are back", || stat(&pool, "threads") == 2).await;
    assert_eq!(square(&pool, 7).await, Ok(49));
    let view = tree.snapshot();
    let node = view.at("compute/exercises").unwrap();
    assert_eq!(node.status, Status::Running);
    assert_eq!(node.stats.as_ref().and_then(|stats| stats["threads"].as_u64()), Some(2));
    tree.stop().await;
    assert_eq!(square(&pool, 7).await, Err(ComputeError::Closed));
}
