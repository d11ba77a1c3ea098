use std::sync::{Arc, Mutex};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<&'static str>>>);

impl Notes {
    fn add(&self, note: &'static str) {
        self.0.lock().unwrap().push(note);
    }
    fn all(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }
}

/// Notes its end.
struct OnDrop(Notes, &'static str);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.add(self.1);
    }
}

/// What this thread logs, without the time.
#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// Captures until the guard is dropped.
    pub(crate) fn begin() -> (Self, tracing::subscriber::DefaultGuard) {
        let captured = Self::default();
        let writer = captured.clone();
        let log = tracing_subscriber::fmt().with_ansi(false).without_time().with_target(false);
        let guard = tracing::subscriber::set_default(log.with_writer(move || writer.clone()).finish());
        (captured, guard)
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        String::from_utf8_lossy(&self.0.lock().unwrap()).lines().map(ToOwned::to_owned).collect()
    }
}

impl std::io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn outcomes(report: &Report) -> Vec<(&str, Outcome, Duration)> {
    report.phases.iter().map(|it| (it.name.as_str(), it.outcome.clone(), it.took)).collect()
}

#[tokio::test(start_paused = true)]
async fn phases_run_in_order_one_at_a_time_and_say_how_long_they_took() {
    let notes = Notes::default();
    let (first, second) = (notes.clone(), notes.clone());
    let report = Phases::new()
        .phase("intake", SECOND * 5, || async move {
            first.add("intake begins");
            tokio::time::sleep(SECOND * 2).await;
            first.add("intake ends");
        })
        .phase("outbox", SECOND * 5, || async move { second.add("outbox begins") })
        .run()
        .await;
    assert_eq!(notes.all(), ["intake begins", "intake ends", "outbox begins"], "SHUTDOWN-1");
    let expected = [("intake", Outcome::Finished, SECOND * 2), ("outbox", Outcome::Finished, Duration::ZERO)];
    assert_eq!(outcomes(&report), expected);
    assert!(report.is_clean());
}

#[tokio::test(start_paused = true)]
async fn a_phase_whose_time_is_over_is_dropped_before_the_next_one_begins() {
    let notes = Notes::default();
    let (hanging, next) = (OnDrop(notes.clone(), "drain is dropped"), notes.clone());
    let report = Phases::new()
        .phase("drain", SECOND * 3, || async move {
            let _hanging = hanging;
            std::future::pending().await
        })
        .phase("close", SECOND, || async move { next.add("close begins") })
        .run()
        .await;
    assert_eq!(notes.all(), ["drain is dropped", "close begins"]);
    assert_eq!(outcomes(&report)[0], ("drain", Outcome::TimedOut, SECOND * 3));
    assert_eq!(outcomes(&report)[1].1, Outcome::Finished);
    assert!(!report.is_clean());
}

#[tokio::test(start_paused = true)]
async fn a_phase_that_panics_does_not_keep_the_next_one_from_its_work() {
    let notes = Notes::default();
    let next = notes.clone();
    let report = Phases::new()
        .phase("in the future", SECOND, || async { panic!("lost {}", "count") })
        .phase("in the closure", SECOND, || -> std::future::Ready<()> { panic!("never began") })
        .phase("close", SECOND, || async move { next.add("close begins") })
        .run()
        .await;
    assert_eq!(notes.all(), ["close begins"], "SHUTDOWN-1");
    let panicked = |cause: &str| Outcome::Panicked { cause: cause.to_owned() };
    assert_eq!(report.phases[0].outcome, panicked("lost count"));
    assert_eq!(report.phases[1].outcome, panicked("never began"));
    assert!(!report.is_clean());
}

#[tokio::test(start_paused = true)]
async fn the_whole_way_down_is_bounded_by_the_sum_of_the_limits() {
    let phases = (1..=6).fold(Phases::new(), |phases, number| {
        phases.phase(format!("phase {number}"), SECOND * number, std::future::pending)
    });
    let (limit, begun) = (phases.limit(), Instant::now());
    assert_eq!(limit, SECOND * 21);
    let report = phases.run().await;
    assert_eq!((begun.elapsed(), report.took()), (limit, limit), "SHUTDOWN-2");
    assert!(report.phases.iter().all(|phase| phase.outcome == Outcome::TimedOut));
}

#[tokio::test(start_paused = true)]
async fn a_phase_without_a_limit_is_waited_for() {
    let phases = Phases::new()
        .phase("a", SECOND, || async {})
        .phase("patient", Duration::MAX, || tokio::time::sleep(SECOND * 86_400));
    assert_eq!(phases.limit(), Duration::MAX);
    assert!(phases.run().await.is_clean());
}

#[tokio::test(start_paused = true)]
async fn a_phase_that_begins_only_in_its_turn_sees_what_the_earlier_ones_did() {
    let notes = Notes::default();
    let (first, second) = (notes.clone(), notes.clone());
    let phases = Phases::new().phase("a", SECOND, || async move { first.add("a") }).phase("b", SECOND, {
        move || {
            assert_eq!(second.all(), ["a"], "called in its turn, not when it was added");
            async {}
        }
    });
    assert_eq!(notes.all().len(), 0);
    assert!(phases.run().await.is_clean());
}

#[tokio::test(start_paused = true)]
async fn no_phases_are_a_clean_shutdown() {
    let report = Phases::new().run().await;
    assert!(report.is_clean() && report.phases.is_empty());
}

#[tokio::test(start_paused = true)]
async fn each_phase_is_logged_once_as_an_operator_wants_it() {
    let (log, _guard) = Captured::begin();
    Phases::new()
        .phase("intake", SECOND, || tokio::time::sleep(Duration::from_millis(12)))
        .phase("drain", SECOND, std::future::pending)
        .phase("close", SECOND, || async { panic!("lost count") })
        .run()
        .await;
    let expected = [
        " WARN shutdown phase \"drain\" was abandoned after 1s phase=\"drain\" took=1s",
        "ERROR shutdown phase \"close\" panicked: lost count phase=\"close\" took=0ns cause=lost count",
    ];
    assert_eq!(log.lines(), expected);
}
