//! The open executor: journeys start at a rate, whatever the target does.
//!
//! Who finds all shoppers busy waits, and the wait is part of the response time. Who would wait longer than the executor's patience
//! is dropped and counted. That is what keeps a slow target from choosing when it is measured (coordinated omission).

use std::collections::VecDeque;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::profile::Due;
use super::{Shift, finish};
use crate::limits;
use crate::shopper::{Ticket, shop};

/// How long an arrival waits, usually.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs to the last arrival's end.
pub(super) async fn run(shift: Shift) {
    let executor = &shift.crew.executor;
    let patience = executor.patience.map_or(PATIENCE, |span| span.0);
    let most = shift.share.of_users(executor.users_most());
    let mut due = Due::of(executor, shift.crew.place, shift.world.plan.seed)
        .filter(|(number, _)| shift.share.has(*number));
    let mut next = due.next();
    let mut waiting = VecDeque::new();
    let mut journeys = JoinSet::new();
    while next.is_some() || !waiting.is_empty() {
        let at = next.map_or_else(Instant::now, |(_, after)| shift.begin + after);
        let expires = waiting.front().map(|(_, intended): &(u64, Instant)| *intended + patience);
        tokio::select! {
            biased;
            () = shift.stop.cancelled() => break,
            () = sleep_until(at), if next.is_some() => {}
            Some(_over) = journeys.join_next() => {}
            () = sleep_until(expires.unwrap_or(at)), if expires.is_some() => {}
        }
        let now = Instant::now();
        while let Some((number, after)) = next.filter(|(_, after)| shift.begin + *after <= now) {
            if waiting.len() < limits::WAITING_MAX {
                waiting.push_back((number, shift.begin + after));
            } else {
                shift.world.recorder.drops(shift.world.warms_up(shift.begin + after));
            }
            next = due.next();
        }
        while let Some(_over) = journeys.try_join_next() {}
        while let Some((number, intended)) = waiting.pop_front() {
            if now.duration_since(intended) >= patience {
                shift.world.recorder.drops(shift.world.warms_up(intended));
            } else if journeys.len() < most {
                journeys.spawn(arrive(shift.clone(), number, intended));
            } else {
                waiting.push_front((number, intended));
                break;
            }
        }
    }
    finish(&shift, &mut journeys).await;
}

async fn arrive(shift: Shift, number: u64, intended: Instant) {
    let ticket = Ticket { executor: shift.crew.place, number, round: 0, row: number, intended };
    shop(&shift, ticket).await;
}
