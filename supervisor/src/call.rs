//! The call that is being served: what is asked on its behalf inherits its remaining time and may not come back to it.
//!
//! Whoever waits for an answer while it serves something (the delivery of an effect, a request at the edge) does so
//! inside a scope. [`Directory::execute`](crate::Directory::execute) looks at the scope: the inner deadline is never
//! later than the outer one, and a question that would come back to an entity on whose behalf it is asked (A → B → A)
//! is refused at once, for A could be waiting for it.

use std::sync::Arc;

use tokio::time::Instant;

use crate::ids::EntityId;

tokio::task_local! {
    static CALL: Call;
}

#[derive(Clone)]
struct Call {
    path: Arc<[EntityId]>,
    deadline: Instant,
}

/// Runs a future that must have its answers by `deadline`: whatever it asks gets no more than the time that is left.
pub async fn until<F: Future>(deadline: Instant, future: F) -> F::Output {
    let call = match current() {
        Some(outer) => Call { deadline: outer.deadline.min(deadline), ..outer },
        None => Call { path: Arc::default(), deadline },
    };
    CALL.scope(call, future).await
}

/// Runs a future on behalf of an entity, which may not be asked by it.
pub async fn on_behalf_of<F: Future>(entity: EntityId, deadline: Instant, future: F) -> F::Output {
    let (outer, outer_deadline) =
        current().map_or_else(|| (Arc::default(), deadline), |call| (call.path, call.deadline));
    let path = outer.iter().cloned().chain([entity]).collect();
    CALL.scope(Call { path, deadline: outer_deadline.min(deadline) }, future).await
}

/// The time of the call that is being served, if it is sooner.
pub(crate) fn sooner(deadline: Instant) -> Instant {
    current().map_or(deadline, |call| call.deadline.min(deadline))
}

/// The way that leads back to `entity`, when the call that is being served is on its behalf.
pub(crate) fn cycle_to(entity: &EntityId) -> Option<String> {
    let path = current()?.path;
    let from = path.iter().position(|on| on == entity)?;
    let names: Vec<String> = path[from..].iter().chain([entity]).map(ToString::to_string).collect();
    Some(names.join(" → "))
}

fn current() -> Option<Call> {
    CALL.try_with(Clone::clone).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    fn entity(n: u128) -> EntityId {
        EntityId::new("tally", Uuid::from_u128(n))
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_an_inner_call_is_never_longer_than_that_of_the_outer_one() {
        let now = Instant::now();
        let after = |seconds| now + Duration::from_secs(seconds);
        let seen = until(after(2), until(after(9), async { sooner(after(30)) })).await;
        assert_eq!(seen, after(2));
        assert_eq!(until(after(2), async { sooner(after(1)) }).await, after(1));
        assert_eq!(sooner(after(30)), after(30));
    }

    #[tokio::test(start_paused = true)]
    async fn the_way_back_is_named_from_the_entity_on() {
        let later = Instant::now() + Duration::from_secs(1);
        let inner = async { (cycle_to(&entity(1)), cycle_to(&entity(2)), cycle_to(&entity(3))) };
        let (one, two, three) = on_behalf_of(entity(1), later, on_behalf_of(entity(2), later, inner)).await;
        assert_eq!(one, Some(format!("{} → {} → {}", entity(1), entity(2), entity(1))));
        assert_eq!(two, Some(format!("{} → {}", entity(2), entity(2))));
        assert_eq!(three, None);
    }
}
