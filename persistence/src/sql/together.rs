//! Writing what several callers bring at the same time in one transaction: of small writes, beginning and committing is most
//! of the work.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use amazoff_supervisor::journal::JournalError;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

use super::database::Database;
use super::dialect::{Dialect, Fault};
use super::errors::{unavailable, uncommitted};
use super::retry::Retries;
use super::turns::Turn;

/// The rows of one transaction, beyond which nothing further is added.
const ROWS_MAX: usize = 256;

/// What is written together with others of its kind.
pub(crate) trait Item<D: Dialect>: Send + Sync + Sized + 'static {
    /// What whoever brings it is answered.
    type Answer: Send + 'static;

    /// How many rows it is, about.
    fn rows(&self) -> usize;

    /// Writes all of them inside a transaction; an answer for each, in their order.
    fn write(
        turn: &mut Turn<D>,
        all: &[&Self],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, sqlx::Error>> + Send;
}

struct Waiting<D: Dialect, I: Item<D>> {
    number: u64,
    item: I,
    told: oneshot::Sender<Result<I::Answer, JournalError>>,
}

/// What waits to be written. Whoever gets the turn writes for all.
pub(crate) struct Together<D: Dialect, I: Item<D>> {
    waiting: Mutex<Queue<D, I>>,
}

struct Queue<D: Dialect, I: Item<D>> {
    items: VecDeque<Waiting<D, I>>,
    last: u64,
}

impl<D: Dialect, I: Item<D>> Default for Together<D, I> {
    fn default() -> Self {
        Self { waiting: Mutex::new(Queue { items: VecDeque::new(), last: 0 }) }
    }
}

/// A place in the queue; given up with the caller.
struct Place<'a, D: Dialect, I: Item<D>>(&'a Together<D, I>, u64);

impl<D: Dialect, I: Item<D>> Drop for Place<'_, D, I> {
    fn drop(&mut self) {
        self.0.queue().items.retain(|waiting| waiting.number != self.1);
    }
}

impl<D: Dialect, I: Item<D>> Together<D, I> {
    /// Writes an item, together with whatever else waits.
    ///
    /// # Errors
    /// When it is not (known to be) written; what is wrong with others is no reason.
    pub(crate) async fn write(&self, database: &Database<D>, item: I) -> Result<I::Answer, JournalError> {
        let (told, mut outcome) = oneshot::channel();
        let _place = self.enter(item, told);
        loop {
            // Whoever is told gives up its place: the next turn is somebody else's.
            let turn = tokio::select! {
                biased;
                told = &mut outcome => return told.unwrap_or_else(interrupted),
                turn = database.turn() => turn?,
            };
            match outcome.try_recv() {
                Ok(told) => {
                    turn.end();
                    return told;
                }
                Err(TryRecvError::Closed) => {
                    turn.end();
                    return interrupted(());
                }
                Err(TryRecvError::Empty) => {
                    let writing = database.place().run("writing together", write_group(turn, self.group()));
                    let written = writing.await;
                    written.unwrap_or_else(|lost| Err(JournalError::OutcomeUnknown(lost.to_string())))?;
                }
            }
        }
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, Queue<D, I>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, item: I, told: oneshot::Sender<Result<I::Answer, JournalError>>) -> Place<'_, D, I> {
        let mut queue = self.queue();
        queue.last += 1;
        let number = queue.last;
        queue.items.push_back(Waiting { number, item, told });
        Place(self, number)
    }

    /// The next ones, as many as fit.
    fn group(&self) -> Vec<Waiting<D, I>> {
        let mut rows = 0;
        let fits = |waiting: &&Waiting<D, I>| {
            let is_first = rows == 0;
            rows += waiting.item.rows();
            is_first || rows <= ROWS_MAX
        };
        let mut queue = self.queue();
        let count = queue.items.iter().take_while(fits).count();
        queue.items.drain(..count).collect()
    }
}

fn interrupted<T>(_by: impl Sized) -> Result<T, JournalError> {
    Err(JournalError::OutcomeUnknown("whoever wrote for others was interrupted".to_owned()))
}

/// Writes what waits in one transaction, or one by one when something in it cannot be written. Who is not told, because the
/// turn does not go on, finds that theirs may or may not be written.
async fn write_group<D: Dialect, I: Item<D>>(
    mut turn: Turn<D>,
    mut group: Vec<Waiting<D, I>>,
) -> Result<(), JournalError> {
    match attempt(&mut turn, &group).await? {
        Ok(answers) => {
            for (waiting, answer) in group.into_iter().zip(answers) {
                let _ = waiting.told.send(Ok(answer));
            }
        }
        Err(_) if group.len() > 1 => {
            for waiting in group {
                let written = attempt(&mut turn, std::slice::from_ref(&waiting)).await?;
                let answer = written.map(|mut answers| answers.pop());
                if let Some(answer) = answer.transpose() {
                    let _ = waiting.told.send(answer);
                }
            }
        }
        Err(error) => {
            if let Some(waiting) = group.pop() {
                let _ = waiting.told.send(Err(error));
            }
        }
    }
    turn.end();
    Ok(())
}

/// Writes items in one transaction; the inner error is about them, and the turn goes on after it.
async fn attempt<D: Dialect, I: Item<D>>(
    turn: &mut Turn<D>,
    group: &[Waiting<D, I>],
) -> Result<Result<Vec<I::Answer>, JournalError>, JournalError> {
    let items: Vec<&I> = group.iter().map(|waiting| &waiting.item).collect();
    let mut retries = Retries::default();
    loop {
        turn.begin().await.map_err(unavailable)?;
        let conflict = match I::write(turn, &items).await {
            Ok(answers) => match turn.commit().await {
                Ok(()) => return Ok(Ok(answers)),
                Err(error) if D::fault(&error) == Fault::Conflict => error,
                Err(error) => return Err(uncommitted::<D>(error)),
            },
            Err(error) if D::fault(&error) == Fault::Conflict => error,
            Err(error) => {
                turn.rollback().await.map_err(unavailable)?;
                return Ok(Err(unavailable(error)));
            }
        };
        retries.again(turn, conflict).await?;
    }
}
