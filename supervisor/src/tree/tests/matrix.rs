//! Every restart policy, every exit, every strategy: one test for each cell.

use std::time::Duration;

use super::super::{Backoff, ChildSpec, Restart, Status, Strategy, SupervisorSpec};
use super::{Cue, Stage, quiet, start, status};

/// How the child in question ends.
#[derive(Clone, Copy, PartialEq)]
enum Ending {
    Finish,
    Shutdown,
    Fail,
    Panic,
    Kill,
    /// It is a supervisor that bears nothing, and its only child fails.
    GiveUp,
}

/// What becomes of it.
#[derive(Clone, Copy)]
enum Then {
    Restarts,
    Stays(Status),
    /// Its supervisor gives up.
    GivesUp,
}

use Ending::{Fail, Finish, GiveUp, Kill, Panic, Shutdown};
use Restart::{Permanent, Temporary, Transient};
use Strategy::{OneForAll, OneForOne, RestForOne};
use Then::{GivesUp, Restarts, Stays};

/// Longer than any test lasts, so that what counted can be read at its end.
const PERIOD: Duration = Duration::from_secs(3_600);

/// The child called b, of the given policy, which can end in the given way.
fn b(stage: &Stage, restart: Restart, ending: Ending) -> ChildSpec {
    let player = stage.player("b");
    let child = if ending == GiveUp {
        ChildSpec::supervisor(SupervisorSpec::one_for_one("b").intensity(0, PERIOD).child(player))
    } else {
        player
    };
    let wait = Duration::from_millis(10);
    child.restart(restart).backoff(Backoff::new(wait, wait).steady())
}

/// Starts a, b, c and d, lets b end, and compares: who was stopped and started in which order, what the window counted,
/// how everybody is.
async fn check(
    (strategy, restart, ending): (Strategy, Restart, Ending),
    then: Then,
    notes: &str,
    counted: usize,
) {
    let stage = Stage::new();
    let spec = SupervisorSpec::new("root", strategy).intensity(3, PERIOD);
    let spec = spec.child(stage.player("a")).child(b(&stage, restart, ending));
    let tree = start(spec.child(stage.player("c")).child(stage.player("d"))).await;
    stage.comes("d", 1).await;
    assert_eq!(stage.take(), ["+a", "+b", "+c", "+d"]);
    match ending {
        Finish => stage.cue("b", Cue::Finish),
        Shutdown => stage.cue("b", Cue::Shutdown),
        Fail | GiveUp => stage.cue("b", Cue::Fail),
        Panic => stage.cue("b", Cue::Panic),
        Kill => tree.kill("b").unwrap(),
    }
    quiet().await;
    assert_eq!(stage.take().join(" "), notes, "who was stopped and started");
    assert_eq!(tree.snapshot().budget.unwrap().spent, counted, "what the window counted");
    let (root, child, others) = match then {
        Restarts => (Status::Running, Status::Running, Status::Running),
        Stays(how) => (Status::Running, how, Status::Running),
        GivesUp => (Status::Failed, Status::Failed, Status::Stopped),
    };
    let seen = ["", "b", "a", "c", "d"].map(|path| status(&tree, path));
    assert_eq!(seen, [root, child, others, others, others], "how the root, b, a, c and d are");
    tree.stop().await;
}

macro_rules! matrix {
    ($($name:ident: $strategy:ident $restart:ident $ending:ident => $then:expr, $notes:literal, $counted:literal;)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                check(($strategy, $restart, $ending), $then, $notes, $counted).await;
            }
        )*

        /// The cells above.
        const CELLS: &[(Strategy, Restart, Ending)] = &[$(($strategy, $restart, $ending)),*];
    };
}

matrix! {
    a_permanent_child_that_finished_comes_back_alone: OneForOne Permanent Finish => Restarts, "+b", 1;
    a_permanent_child_that_was_asked_to_end_comes_back_alone: OneForOne Permanent Shutdown => Restarts, "+b", 1;
    a_permanent_child_that_returned_an_error_comes_back_alone: OneForOne Permanent Fail => Restarts, "+b", 1;
    a_permanent_child_that_panicked_comes_back_alone: OneForOne Permanent Panic => Restarts, "+b", 1;
    a_permanent_child_that_was_killed_comes_back_alone: OneForOne Permanent Kill => Restarts, "+b", 1;
    a_permanent_supervisor_that_gave_up_is_too_much_under_one_for_one: OneForOne Permanent GiveUp => GivesUp, "-d -c -a", 0;
    a_transient_child_that_finished_stays_away_under_one_for_one: OneForOne Transient Finish => Stays(Status::Stopped), "", 0;
    a_transient_child_that_was_asked_to_end_stays_away_under_one_for_one: OneForOne Transient Shutdown => Stays(Status::Stopped), "", 0;
    a_transient_child_that_returned_an_error_comes_back_alone: OneForOne Transient Fail => Restarts, "+b", 1;
    a_transient_child_that_panicked_comes_back_alone: OneForOne Transient Panic => Restarts, "+b", 1;
    a_transient_child_that_was_killed_comes_back_alone: OneForOne Transient Kill => Restarts, "+b", 1;
    a_transient_supervisor_that_gave_up_is_too_much_under_one_for_one: OneForOne Transient GiveUp => GivesUp, "-d -c -a", 0;
    a_temporary_child_that_finished_stays_away_under_one_for_one: OneForOne Temporary Finish => Stays(Status::Stopped), "", 0;
    a_temporary_child_that_was_asked_to_end_stays_away_under_one_for_one: OneForOne Temporary Shutdown => Stays(Status::Stopped), "", 0;
    a_temporary_child_that_returned_an_error_stays_away_under_one_for_one: OneForOne Temporary Fail => Stays(Status::Failed), "", 0;
    a_temporary_child_that_panicked_stays_away_under_one_for_one: OneForOne Temporary Panic => Stays(Status::Failed), "", 0;
    a_temporary_child_that_was_killed_stays_away_under_one_for_one: OneForOne Temporary Kill => Stays(Status::Failed), "", 0;
    a_temporary_supervisor_that_gave_up_stays_away_under_one_for_one: OneForOne Temporary GiveUp => Stays(Status::Failed), "", 0;
    a_permanent_child_that_finished_comes_back_with_all_others: OneForAll Permanent Finish => Restarts, "-d -c -a +a +b +c +d", 1;
    a_permanent_child_that_was_asked_to_end_comes_back_with_all_others: OneForAll Permanent Shutdown => Restarts, "-d -c -a +a +b +c +d", 1;
    a_permanent_child_that_returned_an_error_comes_back_with_all_others: OneForAll Permanent Fail => Restarts, "-d -c -a +a +b +c +d", 1;
    a_permanent_child_that_panicked_comes_back_with_all_others: OneForAll Permanent Panic => Restarts, "-d -c -a +a +b +c +d", 1;
    a_permanent_child_that_was_killed_comes_back_with_all_others: OneForAll Permanent Kill => Restarts, "-d -c -a +a +b +c +d", 1;
    a_permanent_supervisor_that_gave_up_is_too_much_under_one_for_all: OneForAll Permanent GiveUp => GivesUp, "-d -c -a", 0;
    a_transient_child_that_finished_stays_away_under_one_for_all: OneForAll Transient Finish => Stays(Status::Stopped), "", 0;
    a_transient_child_that_was_asked_to_end_stays_away_under_one_for_all: OneForAll Transient Shutdown => Stays(Status::Stopped), "", 0;
    a_transient_child_that_returned_an_error_comes_back_with_all_others: OneForAll Transient Fail => Restarts, "-d -c -a +a +b +c +d", 1;
    a_transient_child_that_panicked_comes_back_with_all_others: OneForAll Transient Panic => Restarts, "-d -c -a +a +b +c +d", 1;
    a_transient_child_that_was_killed_comes_back_with_all_others: OneForAll Transient Kill => Restarts, "-d -c -a +a +b +c +d", 1;
    a_transient_supervisor_that_gave_up_is_too_much_under_one_for_all: OneForAll Transient GiveUp => GivesUp, "-d -c -a", 0;
    a_temporary_child_that_finished_stays_away_under_one_for_all: OneForAll Temporary Finish => Stays(Status::Stopped), "", 0;
    a_temporary_child_that_was_asked_to_end_stays_away_under_one_for_all: OneForAll Temporary Shutdown => Stays(Status::Stopped), "", 0;
    a_temporary_child_that_returned_an_error_stays_away_under_one_for_all: OneForAll Temporary Fail => Stays(Status::Failed), "", 0;
    a_temporary_child_that_panicked_stays_away_under_one_for_all: OneForAll Temporary Panic => Stays(Status::Failed), "", 0;
    a_temporary_child_that_was_killed_stays_away_under_one_for_all: OneForAll Temporary Kill => Stays(Status::Failed), "", 0;
    a_temporary_supervisor_that_gave_up_stays_away_under_one_for_all: OneForAll Temporary GiveUp => Stays(Status::Failed), "", 0;
    a_permanent_child_that_finished_comes_back_with_those_after_it: RestForOne Permanent Finish => Restarts, "-d -c +b +c +d", 1;
    a_permanent_child_that_was_asked_to_end_comes_back_with_those_after_it: RestForOne Permanent Shutdown => Restarts, "-d -c +b +c +d", 1;
    a_permanent_child_that_returned_an_error_comes_back_with_those_after_it: RestForOne Permanent Fail => Restarts, "-d -c +b +c +d", 1;
    a_permanent_child_that_panicked_comes_back_with_those_after_it: RestForOne Permanent Panic => Restarts, "-d -c +b +c +d", 1;
    a_permanent_child_that_was_killed_comes_back_with_those_after_it: RestForOne Permanent Kill => Restarts, "-d -c +b +c +d", 1;
    a_permanent_supervisor_that_gave_up_is_too_much_under_rest_for_one: RestForOne Permanent GiveUp => GivesUp, "-d -c -a", 0;
    a_transient_child_that_finished_stays_away_under_rest_for_one: RestForOne Transient Finish => Stays(Status::Stopped), "", 0;
    a_transient_child_that_was_asked_to_end_stays_away_under_rest_for_one: RestForOne Transient Shutdown => Stays(Status::Stopped), "", 0;
    a_transient_child_that_returned_an_error_comes_back_with_those_after_it: RestForOne Transient Fail => Restarts, "-d -c +b +c +d", 1;
    a_transient_child_that_panicked_comes_back_with_those_after_it: RestForOne Transient Panic => Restarts, "-d -c +b +c +d", 1;
    a_transient_child_that_was_killed_comes_back_with_those_after_it: RestForOne Transient Kill => Restarts, "-d -c +b +c +d", 1;
    a_transient_supervisor_that_gave_up_is_too_much_under_rest_for_one: RestForOne Transient GiveUp => GivesUp, "-d -c -a", 0;
    a_temporary_child_that_finished_stays_away_under_rest_for_one: RestForOne Temporary Finish => Stays(Status::Stopped), "", 0;
    a_temporary_child_that_was_asked_to_end_stays_away_under_rest_for_one: RestForOne Temporary Shutdown => Stays(Status::Stopped), "", 0;
    a_temporary_child_that_returned_an_error_stays_away_under_rest_for_one: RestForOne Temporary Fail => Stays(Status::Failed), "", 0;
    a_temporary_child_that_panicked_stays_away_under_rest_for_one: RestForOne Temporary Panic => Stays(Status::Failed), "", 0;
    a_temporary_child_that_was_killed_stays_away_under_rest_for_one: RestForOne Temporary Kill => Stays(Status::Failed), "", 0;
    a_temporary_supervisor_that_gave_up_stays_away_under_rest_for_one: RestForOne Temporary GiveUp => Stays(Status::Failed), "", 0;
}

#[test]
fn no_cell_is_left_out() {
    for strategy in [OneForOne, OneForAll, RestForOne] {
        for restart in [Permanent, Transient, Temporary] {
            for ending in [Finish, Shutdown, Fail, Panic, Kill, GiveUp] {
                assert!(CELLS.contains(&(strategy, restart, ending)), "{strategy:?} {restart:?}");
            }
        }
    }
    assert_eq!(CELLS.len(), 54);
}
