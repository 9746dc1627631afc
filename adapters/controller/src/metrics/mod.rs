//! Metrics, with the names that kube-controller-manager has them under where it has them.
//!
//! Guarantees: a metric has one name, one type and one help text; what the core holds is counted when it is asked
//! for and not while it works. Each one is listed in `docs/operations.md`.

mod counts;
mod families;

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use prometheus::{Counter, Encoder, Registry, TextEncoder};
use windlass_core::ids::Kind;
use windlass_core::order::{Answer, Input, Order};
use windlass_kube::ParseProblem;
use windlass_kube::report::{Dropped, Report, RequestDone};
use windlass_recorder::Status;

pub(crate) use counts::Counts;
use families::{Maker, Ours, Upstream};

/// Everything that is measured.
pub(crate) struct Metrics {
    registry: Registry,
    /// The API server as labels have it.
    host: OnceLock<String>,
    upstream: Upstream,
    ours: Ours,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Nothing measured yet.
    ///
    /// # Errors
    ///
    /// When two metrics have one name, which a test would show.
    pub(crate) fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let maker = Maker(&registry);
        let (upstream, ours) = (Upstream::new(&maker)?, Ours::new(&maker)?);
        Ok(Self { registry, host: OnceLock::new(), upstream, ours })
    }

    /// Sets the API server as labels have it. Once.
    pub(crate) fn set_host(&self, host: &str) {
        self.host.get_or_init(|| host.to_owned());
    }

    /// Whether this process leads, by the name of the lease.
    pub(crate) fn leading(&self, lease: &str, leads: bool) {
        self.upstream.leading.with_label_values(&[lease]).set(f64::from(u8::from(leads)));
    }

    /// A claim has been seen Bound that was first seen unbound so long ago.
    pub(crate) fn bound(&self, after: Duration) {
        self.ours.bind_seconds.observe(after.as_secs_f64());
    }

    /// The core has taken so long for an input.
    pub(crate) fn stepped(&self, input: &'static str, took: Duration) {
        self.ours.inputs.with_label_values(&[input]).inc();
        self.ours.step_seconds.observe(took.as_secs_f64());
    }

    /// An order was answered.
    pub(crate) fn answered(&self, order: &Order, answer: &Answer) {
        self.ours.answers.with_label_values(&[order.call.name(), answer_name(answer)]).inc();
    }

    /// Everything, as text for Prometheus, with what the core holds as counted.
    ///
    /// # Errors
    ///
    /// When a metric cannot be written, which a test would show.
    pub(crate) fn text(&self, counts: &Counts, recorder: Option<&Status>) -> prometheus::Result<Vec<u8>> {
        self.show(counts);
        if let Some(status) = recorder {
            // Counters only grow: what was written since the last time is added.
            let set = |counter: &Counter, value: u64| {
                #[expect(clippy::cast_precision_loss, reason = "metrics are floats")]
                counter.inc_by((value as f64 - counter.get()).max(0.0));
            };
            set(&self.ours.recorded_bytes, status.bytes_written());
            set(&self.ours.recorder_lost, status.inputs_lost());
            self.ours.recorder_failed.set(f64::from(u8::from(status.has_failed())));
        }
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }

    fn show(&self, counts: &Counts) {
        self.ours.orders_in_flight.set(f64::from(counts.orders_out));
        self.ours.timers.set(float(counts.timers));
        self.ours.inputs_waiting.set(float(counts.inputs_waiting));
        counts::show(&self.upstream.queue_depth, &counts.queues);
        counts::show(&self.upstream.volumes_total, &counts.volumes);
        counts::show(&self.upstream.volumes_bound, &counts.volumes_bound);
        counts::show(&self.upstream.volumes_unbound, &counts.volumes_unbound);
        counts::show(&self.upstream.claims_bound, &counts.claims_bound);
        counts::show(&self.upstream.claims_unbound, &counts.claims_unbound);
        counts::show(&self.ours.waiting, &counts.waiting);
    }

    fn host(&self) -> &str {
        self.host.get().map_or("", String::as_str)
    }
}

impl Report for Metrics {
    fn request(&self, done: &RequestDone) {
        let method = method(done.verb);
        let code = done.code.map_or_else(|| "<error>".to_owned(), |code| code.to_string());
        self.upstream.requests.with_label_values(&[code.as_str(), method, self.host()]).inc();
        let labels = [method, self.host()];
        self.upstream.request_seconds.with_label_values(&labels).observe(done.duration.as_secs_f64());
        self.upstream.limiter_seconds.with_label_values(&labels).observe(done.waited.as_secs_f64());
    }

    fn unreadable(&self, problem: &ParseProblem) {
        self.ours.unreadable.with_label_values(&[problem.kind.plural()]).inc();
        tracing::warn!(%problem, "an object makes no sense and is left out");
    }

    fn listed(&self, kind: Kind, objects: usize) {
        self.ours.lists.with_label_values(&[kind.plural()]).inc();
        self.ours.listed_objects.with_label_values(&[kind.plural()]).set(float(objects));
        tracing::info!(resource = kind.plural(), objects, "listed");
    }

    fn watch_failed(&self, kind: Kind, why: &str, pause: Duration) {
        self.ours.watch_failures.with_label_values(&[kind.plural()]).inc();
        tracing::warn!(resource = kind.plural(), why, ?pause, "the watch failed and begins again");
    }

    fn event_dropped(&self, reason: Dropped) {
        self.ours.events_dropped.with_label_values(&[reason.as_str()]).inc();
    }
}

/// The HTTP method of a verb, as client-go labels requests.
fn method(verb: &str) -> &'static str {
    match verb {
        "patch" => "PATCH",
        "create" => "POST",
        "update" => "PUT",
        "delete" => "DELETE",
        _ => "GET",
    }
}

/// The class of an answer.
pub(crate) const fn answer_name(answer: &Answer) -> &'static str {
    match answer {
        Answer::Done(_) => "Done",
        Answer::Conflict => "Conflict",
        Answer::Missing => "Missing",
        Answer::TryLater { .. } => "TryLater",
        Answer::Refused(_) => "Refused",
        Answer::Unknown => "Unknown",
    }
}

/// The kind of an input.
pub(crate) const fn input_name(input: &Input) -> &'static str {
    match input {
        Input::Observed(_) => "Observed",
        Input::Gone(..) => "Gone",
        Input::Reached(..) => "Reached",
        Input::Synced => "Synced",
        Input::Answered(..) => "Answered",
        Input::TimerFired(_) => "TimerFired",
    }
}

#[expect(clippy::cast_precision_loss, reason = "metrics are floats")]
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
