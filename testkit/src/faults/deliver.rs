//! Deliveries, with trouble.

use std::sync::Arc;

use amazoff_supervisor::{Deliver, Delivered, Delivery, Entity};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{FaultPlan, Kind};

/// Wraps who delivers a domain's effects: some come twice, some late, and some deliveries panic.
pub struct FaultyDeliver<E: Entity> {
    inner: Arc<dyn Deliver<E>>,
    plan: FaultPlan,
}

impl<E: Entity> FaultyDeliver<E> {
    /// Deliveries that go wrong as planned.
    pub fn new(inner: Arc<dyn Deliver<E>>, plan: FaultPlan) -> Self {
        Self { inner, plan }
    }
}

impl<E: Entity> Deliver<E> for FaultyDeliver<E> {
    fn deliver<'a>(&'a self, delivery: Delivery<'a, E::Effect>) -> BoxFuture<'a, Delivered<E::Command>> {
        async move {
            match self.plan.next(&[Kind::DeliveryRepeated, Kind::DeliveryDelayed, Kind::DeliveryPanics]) {
                Some(Kind::DeliveryRepeated) => {
                    let Delivery { key, effect, attempts, correlation } = delivery;
                    self.inner.deliver(Delivery { key, effect, attempts, correlation }).await;
                }
                Some(Kind::DeliveryDelayed) => tokio::time::sleep(self.plan.pause()).await,
                Some(Kind::DeliveryPanics) => {
                    panic!("a delivery of {} panics, as planned", delivery.key.entity)
                }
                Some(_) | None => {}
            }
            self.inner.deliver(delivery).await
        }
        .boxed()
    }
}
