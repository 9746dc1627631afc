//! Orders that are being carried out, a task each.
//!
//! Guarantees: one answer for each order that was begun, also if its task panicked or was cut off; nothing is sent
//! while this process may not write.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::task::{Id, JoinSet};
use windlass_core::order::{Answer, Input, Order};
use windlass_kube::Performer;

use super::told;
use crate::gate::Gate;
use crate::metrics::Metrics;

/// The orders. The core bounds how many there are.
#[derive(Debug)]
pub(crate) struct Work {
    performer: Performer,
    metrics: Arc<Metrics>,
    tasks: JoinSet<Answer>,
    orders: HashMap<Id, Order>,
}

impl Work {
    /// Nothing to do yet.
    pub(crate) fn new(performer: Performer, metrics: Arc<Metrics>) -> Self {
        Self { performer, metrics, tasks: JoinSet::new(), orders: HashMap::new() }
    }

    /// How many orders are under way.
    pub(crate) fn len(&self) -> usize {
        self.orders.len()
    }

    /// Whether none is.
    pub(crate) fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }

    /// Begins to carry out `order`, unless `gate` forbids it.
    pub(crate) fn begin(&mut self, order: Order, gate: Gate) {
        let (performer, sent) = (self.performer.clone(), order.clone());
        let task = self.tasks.spawn(async move {
            if !gate.may_write() {
                return Answer::TryLater { after_ms: 0 };
            }
            let performed = performer.perform(&sent).await;
            told::answer(&sent, &performed.answer, &performed.detail);
            performed.answer
        });
        self.orders.insert(task.id(), order);
    }

    /// Waits for the next answer; for ever if nothing is under way. May be dropped and asked again.
    pub(crate) async fn next_answer(&mut self) -> Input {
        loop {
            let (id, answer) = match self.tasks.join_next_with_id().await {
                None => std::future::pending().await,
                Some(Ok((id, answer))) => (id, answer),
                Some(Err(error)) => {
                    tracing::error!(%error, "a task that carried out an order was lost; nobody knows what became of it");
                    (error.id(), Answer::Unknown)
                }
            };
            if let Some(order) = self.orders.remove(&id) {
                self.metrics.answered(&order, &answer);
                return Input::Answered(order, answer);
            }
        }
    }

    /// Cuts off everything that is under way.
    pub(crate) fn cut_off(&mut self) {
        self.tasks.abort_all();
    }
}
