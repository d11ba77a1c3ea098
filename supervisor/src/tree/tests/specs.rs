use std::time::Duration;

use super::super::{Backoff, ChildSpec, OnExhausted, SpecError, SupervisorSpec, TreeError, TreeHandle};

fn idle(name: &str) -> ChildSpec {
    ChildSpec::task(name, |context| async move {
        context.cancel.cancelled().await;
        Ok(())
    })
}

#[test]
fn names_must_be_there_differ_and_hold_no_slash() {
    let root = || SupervisorSpec::one_for_one("root");
    let below = |child: ChildSpec| root().child(SupervisorSpec::one_for_one("shop").child(child));
    assert_eq!(
        SupervisorSpec::one_for_one("").validate(),
        Err(SpecError::EmptyName { parent: String::new() })
    );
    assert_eq!(below(idle("")).validate(), Err(SpecError::EmptyName { parent: "shop".into() }));
    assert_eq!(below(idle("a/b")).validate(), Err(SpecError::SlashInName { name: "a/b".into() }));
    let twice = root().child(idle("a")).child(idle("b")).child(idle("a"));
    assert_eq!(twice.validate(), Err(SpecError::DuplicateName { path: "a".into() }));
    let cousins = below(idle("a")).child(SupervisorSpec::one_for_one("edge").child(idle("a")));
    assert_eq!(cousins.validate(), Ok(()));
}

#[test]
fn a_window_without_length_is_refused() {
    let spec = SupervisorSpec::one_for_one("root")
        .child(SupervisorSpec::one_for_one("shop").intensity(1, Duration::ZERO));
    assert_eq!(spec.validate(), Err(SpecError::ZeroPeriod { path: "shop".into() }));
}

#[test]
fn a_backoff_that_does_not_wait_or_waits_for_ever_is_refused() {
    let second = Duration::from_secs(1);
    for backoff in [
        Backoff::new(Duration::ZERO, second),
        Backoff::new(second * 2, second),
        Backoff::new(second, Duration::MAX),
        Backoff { jitter_percent: 100, ..Backoff::default() },
    ] {
        let spec = SupervisorSpec::one_for_one("root").child(idle("a").backoff(backoff));
        assert_eq!(spec.validate(), Err(SpecError::BadBackoff { path: "a".into() }));
    }
}

#[test]
fn a_child_degrades_only_under_one_for_one() {
    let child = || idle("a").on_exhausted(OnExhausted::Degrade);
    assert_eq!(SupervisorSpec::one_for_one("root").child(child()).validate(), Ok(()));
    for spec in [SupervisorSpec::one_for_all("root"), SupervisorSpec::rest_for_one("root")] {
        let refused = Err(SpecError::DegradeNeedsOneForOne { path: "a".into() });
        assert_eq!(spec.child(child()).validate(), refused);
    }
}

#[tokio::test(start_paused = true)]
async fn a_faulty_spec_starts_nothing() {
    let spec = SupervisorSpec::one_for_one("root")
        .child(ChildSpec::task("a", |_| async { panic!("must not be started") }))
        .child(idle("b"))
        .child(idle("b"));
    let refused = TreeHandle::start(spec).await.err();
    assert_eq!(refused, Some(TreeError::Spec(SpecError::DuplicateName { path: "b".into() })));
}

#[test]
fn a_supervisor_gets_the_time_that_its_children_may_need() {
    let spec = SupervisorSpec::one_for_one("shop")
        .child(idle("a").shutdown(Duration::from_secs(3)))
        .child(idle("b").shutdown(Duration::from_secs(4)));
    assert_eq!(ChildSpec::supervisor(spec).shutdown, Duration::from_secs(8));
}

#[test]
fn children_without_a_limit_leave_their_supervisor_none() {
    let spec = SupervisorSpec::one_for_one("shop")
        .child(idle("a").shutdown(Duration::MAX))
        .child(idle("b").shutdown(Duration::MAX));
    assert_eq!(ChildSpec::supervisor(spec).shutdown, Duration::MAX);
}
