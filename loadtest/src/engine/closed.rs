//! The closed executor: so many shoppers, each one journey after the other.

use std::time::Duration;

use tokio::task::{JoinSet, yield_now};
use tokio::time::{Instant, sleep_until};

use super::profile::Profile;
use super::{Shift, finish};
use crate::numbers::float;
use crate::seed::{Whose, chance};
use crate::shopper::{Ticket, shop};

/// How often shoppers come or go while their number changes.
const TICK: Duration = Duration::from_millis(50);
/// The round whose chance is a shopper's pauses between journeys.
const PAUSES: u64 = u64::MAX;

/// Runs to the last stage's end.
pub(super) async fn run(shift: Shift) {
    let executor = &shift.crew.executor;
    let profile = Profile::of(executor);
    let end = shift.begin + executor.length();
    let mut shoppers = JoinSet::new();
    let mut come = 0_u64;
    tokio::select! {
        biased;
        () = shift.stop.cancelled() => {}
        () = sleep_until(shift.begin) => {}
    }
    while !shift.stop.is_cancelled() && Instant::now() < end {
        let wanted = profile.level(Instant::now().duration_since(shift.begin));
        // Those with the lowest numbers stay longest; each looks whether it is still wanted between journeys.
        while float(come) + 0.5 <= wanted {
            if shift.share.has(come) {
                shoppers.spawn(stay(shift.clone(), profile.clone(), come));
            }
            come += 1;
        }
        while let Some(_gone) = shoppers.try_join_next() {}
        // All have come and gone: their iterations are done, or there is no row left for them.
        if shoppers.is_empty() && wanted >= profile.most() && come > 0 {
            break;
        }
        tokio::select! {
            () = shift.stop.cancelled() => break,
            () = sleep_until((Instant::now() + TICK).min(end)) => {}
        }
    }
    finish(&shift, &mut shoppers).await;
}

/// One shopper, from journey to journey.
async fn stay(shift: Shift, profile: Profile, number: u64) {
    let executor = &shift.crew.executor;
    let end = shift.begin + executor.length();
    let mut pauses =
        chance(shift.world.plan.seed, Whose { executor: shift.crew.place, number, round: PAUSES });
    let most = u64::from(executor.users_most());
    let mut round = 0_u64;
    let mut intended = Instant::now();
    while !shift.stop.is_cancelled() && executor.iterations.is_none_or(|rounds| round < u64::from(rounds)) {
        let row = number + round * most;
        let ticket = Ticket { executor: shift.crew.place, number, round, row, intended };
        if !shop(&shift, ticket).await {
            return;
        }
        round += 1;
        let pause = executor.think.as_ref().map_or(Duration::ZERO, |think| think.draw(&mut pauses));
        intended = Instant::now() + pause;
        if intended >= end {
            return;
        }
        if pause.is_zero() {
            // A timer would take a millisecond; others get their turn without one.
            yield_now().await;
        } else {
            tokio::select! {
                () = shift.stop.cancelled() => return,
                () = sleep_until(intended) => {}
            }
        }
        if profile.level(Instant::now().duration_since(shift.begin)) < float(number) + 0.5 {
            // The number of shoppers went down; this one waits whether it goes up again.
            if !again(&shift, &profile, number).await {
                return;
            }
            intended = Instant::now();
        }
    }
}

async fn again(shift: &Shift, profile: &Profile, number: u64) -> bool {
    let end = shift.begin + shift.crew.executor.length();
    while Instant::now() < end {
        tokio::select! {
            () = shift.stop.cancelled() => return false,
            () = sleep_until((Instant::now() + TICK).min(end)) => {}
        }
        if profile.level(Instant::now().duration_since(shift.begin)) >= float(number) + 0.5 {
            return true;
        }
    }
    false
}
