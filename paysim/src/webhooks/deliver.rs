//! The worker that posts messages.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::sign;
use crate::world::Shared;

/// How often a message is tried.
pub(super) const TRIES_MAX: u32 = 8;
/// How long a receiver may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often the queue is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long after so many tries the next one comes.
pub(super) fn pause(tries: u32) -> Duration {
    Duration::from_millis(100 << tries.min(8))
}

/// Posts what is due, one after the other, until it is told to stop.
pub(crate) async fn work(world: Shared, stop: CancellationToken) {
    let client = reqwest::Client::builder().timeout(TIMEOUT).build();
    let client = match client {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "the simulator cannot send messages: {error}");
            return;
        }
    };
    let mut looking = tokio::time::interval(LOOK_EVERY);
    looking.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = looking.tick() => {}
        }
        while post_one(&world, &client, &stop).await {}
    }
}

/// Posts the next message; `false` when there is none.
async fn post_one(world: &Shared, client: &reqwest::Client, stop: &CancellationToken) -> bool {
    let (message, signed, url) = {
        let mut world = world.lock();
        let now_s = world.office.clock.now_s();
        let messages = &mut world.office.messages;
        let Some(message) = messages.next_due(Instant::now()) else { return false };
        let url = messages.post.url(message.desk).unwrap_or_default().to_owned();
        let signed = sign::signed(&messages.post, &message, now_s);
        (message, signed, url)
    };
    let mut request = client.post(url).body(signed.body);
    for (name, value) in signed.headers {
        request = request.header(name, value);
    }
    let taken = tokio::select! {
        () = stop.cancelled() => return false,
        answer = request.send() => answer.is_ok_and(|answer| answer.status().is_success()),
    };
    let mut world = world.lock();
    let messages = &mut world.office.messages;
    if taken {
        messages.sent.delivered += 1;
    } else {
        messages.again(message, Instant::now());
    }
    true
}
