//! The journal's writer, with trouble.

use amazoff_supervisor::journal::{JournalError, LaneWriter, Part, Verdicts};
use futures::future::BoxFuture;

use super::{FaultPlan, Kind, Power, Trace};

const KINDS: [Kind; 9] = [
    Kind::AppendUnavailable,
    Kind::AppendLostBefore,
    Kind::AppendLostAfter,
    Kind::AppendStalled,
    Kind::AppendPanicsBefore,
    Kind::AppendPanicsAfter,
    Kind::PowerCutBeforeCommit,
    Kind::PowerCutAfterCommit,
    Kind::PowerCutAfterAnswer,
];

/// A writer that stores, fails, forgets or dies as planned.
pub(super) struct FaultyLane {
    pub(super) plan: FaultPlan,
    pub(super) power: Power,
    pub(super) trace: Option<Trace>,
    pub(super) place: usize,
}

type Answered = Result<Verdicts, JournalError>;

impl FaultyLane {
    async fn store(&self, parts: &[Part]) -> Answered {
        self.power.flows().await;
        let Some(mut writer) = self.power.lend(self.place) else {
            return Err(JournalError::Unavailable("the writer is gone".to_owned()));
        };
        let verdicts = writer.append(parts).await;
        self.power.give_back(self.place, writer);
        if let (Some(trace), Ok(verdicts)) = (&self.trace, &verdicts) {
            let stored = parts.iter().zip(verdicts).filter(|(_, verdict)| verdict.is_ok());
            let transaction = self.plan.occasions(Kind::AppendUnavailable);
            stored.for_each(|(part, _)| trace.record(transaction, part));
        }
        self.power.flows().await;
        verdicts
    }
}

fn lost() -> JournalError {
    JournalError::OutcomeUnknown("as planned".to_owned())
}

impl LaneWriter for FaultyLane {
    fn append<'a>(&'a mut self, parts: &'a [Part]) -> BoxFuture<'a, Answered> {
        Box::pin(async move {
            self.power.flows().await;
            match self.plan.next(&KINDS) {
                Some(Kind::AppendUnavailable) => Err(JournalError::Unavailable("as planned".to_owned())),
                Some(Kind::AppendLostBefore) => Err(lost()),
                Some(Kind::AppendLostAfter) => {
                    self.store(parts).await?;
                    Err(lost())
                }
                Some(Kind::AppendStalled) => {
                    tokio::time::sleep(self.plan.pause()).await;
                    let verdicts = self.store(parts).await;
                    tokio::time::sleep(self.plan.pause()).await;
                    self.power.flows().await;
                    verdicts
                }
                Some(Kind::AppendPanicsBefore) => panic!("the writer panics before it stores, as planned"),
                Some(Kind::AppendPanicsAfter) => {
                    self.store(parts).await?;
                    panic!("the writer panics after it stored, as planned")
                }
                Some(Kind::PowerCutBeforeCommit) => {
                    self.power.cut();
                    std::future::pending().await
                }
                Some(Kind::PowerCutAfterCommit) => {
                    self.store(parts).await?;
                    self.power.cut();
                    std::future::pending().await
                }
                Some(Kind::PowerCutAfterAnswer) => {
                    let verdicts = self.store(parts).await;
                    self.power.cut();
                    verdicts
                }
                Some(_) | None => self.store(parts).await,
            }
        })
    }
}

impl Drop for FaultyLane {
    fn drop(&mut self) {
        // The writer that is kept for it ends with it.
        drop(self.power.lend(self.place));
    }
}
