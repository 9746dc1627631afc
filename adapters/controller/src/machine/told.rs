//! What is logged and measured of the inputs and effects of the core.
//!
//! Guarantees: each line names the object that it is about under `claim`, `volume`, `class`, `node` or `pod`.
//!
//! Levels: 2 is what changes for users, 4 each order and its answer, 6 each input.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use tracing::Level;
use tracing::field::{DisplayValue, display};
use windlass_core::ids::{ClaimKey, ClassName, NodeName, ObjectKey, PodKey, VolumeName};
use windlass_core::observed::{Claim, ClaimPhase, Object};
use windlass_core::order::{Answer, Effect, Input, Order, Payload};

use crate::metrics::{Metrics, answer_name};

/// Follows claims from when they are first seen to when they are bound.
#[derive(Debug)]
pub(super) struct Teller {
    metrics: Arc<Metrics>,
    /// Claims that are not bound, and since when they are known. No more than the core knows itself.
    unbound: HashMap<ClaimKey, Instant>,
}

/// The object under the name of its kind; the others are none, and none is not logged.
struct About<'a> {
    claim: Option<DisplayValue<&'a ClaimKey>>,
    volume: Option<DisplayValue<&'a VolumeName>>,
    class: Option<DisplayValue<&'a ClassName>>,
    node: Option<DisplayValue<&'a NodeName>>,
    pod: Option<DisplayValue<&'a PodKey>>,
}

fn about(key: Option<&ObjectKey>) -> About<'_> {
    let nothing = About { claim: None, volume: None, class: None, node: None, pod: None };
    let Some(key) = key else { return nothing };
    match key {
        ObjectKey::Claim(key) => About { claim: Some(display(key)), ..nothing },
        ObjectKey::Volume(name) => About { volume: Some(display(name)), ..nothing },
        ObjectKey::Class(name) => About { class: Some(display(name)), ..nothing },
        ObjectKey::Node(name) => About { node: Some(display(name)), ..nothing },
        ObjectKey::Pod(key) => About { pod: Some(display(key)), ..nothing },
    }
}

/// Logs at a level with the object under its name. Nothing is computed for a line that is not shown.
macro_rules! log_about {
    ($level:ident, $key:expr, $($rest:tt)+) => {
        if tracing::enabled!(Level::$level) {
            match about($key) {
                About { claim, volume, class, node, pod } => {
                    tracing::event!(Level::$level, claim, volume, class, node, pod, $($rest)+);
                }
            }
        }
    };
}

impl Teller {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self { metrics, unbound: HashMap::new() }
    }

    /// Tells of what the core is about to be given.
    pub(super) fn input(&mut self, input: &Input) {
        match input {
            Input::Observed(object) => {
                log_about!(TRACE, Some(&object.key()), version = object.version().0, "observed");
                self.object(object);
            }
            Input::Gone(key, version) => {
                log_about!(TRACE, Some(key), version = version.0, "gone");
                if let ObjectKey::Claim(key) = key {
                    self.unbound.remove(key);
                }
            }
            Input::Reached(kind, version) => tracing::trace!(?kind, version = version.0, "reached"),
            Input::Synced => tracing::info!("everything is listed; begins to decide"),
            Input::Answered(_, Answer::Done(Payload::Object(object))) => self.object(object),
            Input::Answered(
                _,
                Answer::Done(Payload::List(_))
                | Answer::Conflict
                | Answer::Missing
                | Answer::TryLater { .. }
                | Answer::Refused(_)
                | Answer::Unknown,
            ) => {}
            Input::TimerFired(timer) => tracing::trace!(%timer, "timer"),
        }
    }

    fn object(&mut self, object: &Object) {
        match object {
            Object::Claim(claim) => self.claim(claim),
            Object::Volume(_) | Object::Class(_) | Object::Node(_) | Object::Pod(_) => {}
        }
    }

    fn claim(&mut self, claim: &Claim) {
        match claim.status.phase {
            ClaimPhase::Bound => {
                if let Some(since) = self.unbound.remove(&claim.key) {
                    self.metrics.bound(since.elapsed());
                    let seconds = since.elapsed().as_secs_f64();
                    tracing::info!(claim = %claim.key, volume = %claim.volume_name, seconds, "the claim is bound");
                }
            }
            ClaimPhase::Pending | ClaimPhase::Lost => {
                self.unbound.entry(claim.key.clone()).or_insert_with(Instant::now);
            }
        }
    }

    /// Tells of what the core wants done.
    pub(super) fn effect(&self, effect: &Effect) {
        match effect {
            Effect::Order(order, because) => {
                log_about!(DEBUG, order.key.object(), order = order.call.name(), because = %because, "{order}");
            }
            Effect::Tell(event) => {
                log_about!(INFO, Some(&event.object), reason = event.reason.as_str(), "{}", event.why);
            }
            Effect::ArmTimer(timer, after_ms) => tracing::trace!(%timer, after_ms, "timer armed"),
            Effect::DropTimer(timer) => tracing::trace!(%timer, "timer dropped"),
        }
    }
}

/// Tells of how an order ended.
pub(super) fn answer(order: &Order, answer: &Answer, detail: &str) {
    let (name, answered) = (order.call.name(), answer_name(answer));
    match answer {
        Answer::Done(_) | Answer::Conflict | Answer::Missing | Answer::TryLater { .. } => {
            log_about!(DEBUG, order.key.object(), order = name, answer = answered, detail, "answered");
        }
        Answer::Refused(_) | Answer::Unknown => {
            log_about!(
                WARN,
                order.key.object(),
                order = name,
                answer = answered,
                detail,
                "{order}: not done, as far as known"
            );
        }
    }
}
