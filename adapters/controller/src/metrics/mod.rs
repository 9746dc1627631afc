//! Metrics, with the names that kube-controller-manager has them under where it has them.
//!
//! Guarantees: a metric has one name, one type and one help text; what the core holds is counted when it is asked
//! for and not while it works. Each one is listed in `docs/operations.md`.

mod counts;

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{
    Counter, CounterVec, Encoder, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, Opts, Registry,
    TextEncoder,
};
use windlass_core::ids::Kind;
use windlass_core::order::{Answer, Input, Order};
use windlass_kube::ParseProblem;
use windlass_kube::report::{Dropped, Report, RequestDone};
use windlass_recorder::Status;

pub(crate) use counts::Counts;

/// Buckets of requests, as client-go has them.
const REQUEST_BUCKETS: [f64; 12] = [0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0];

/// Buckets of the time that a claim waits.
const BIND_BUCKETS: [f64; 15] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0];

/// Buckets of one step of the core.
const STEP_BUCKETS: [f64; 9] = [1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0];

/// Everything that is measured.
pub(crate) struct Metrics {
    registry: Registry,
    /// The API server as labels have it.
    host: OnceLock<String>,
    requests: CounterVec,
    request_seconds: HistogramVec,
    limiter_seconds: HistogramVec,
    leading: GaugeVec,
    bind_seconds: Histogram,
    orders_in_flight: Gauge,
    answers: CounterVec,
    inputs: CounterVec,
    step_seconds: Histogram,
    timers: Gauge,
    waiting: GaugeVec,
    queue_depth: GaugeVec,
    inputs_waiting: Gauge,
    volumes_total: GaugeVec,
    volumes_bound: GaugeVec,
    volumes_unbound: GaugeVec,
    claims_bound: GaugeVec,
    claims_unbound: GaugeVec,
    unreadable: CounterVec,
    lists: CounterVec,
    listed_objects: GaugeVec,
    watch_failures: CounterVec,
    events_dropped: CounterVec,
    recorded_bytes: Counter,
    recorder_lost: Counter,
    recorder_failed: Gauge,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// Adds a metric to the registry.
fn kept<C: Collector + Clone + 'static>(
    registry: &Registry,
    metric: prometheus::Result<C>,
) -> prometheus::Result<C> {
    let metric = metric?;
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

impl Metrics {
    /// Nothing measured yet; `lease` is the name of the lease, if there is an election.
    ///
    /// # Errors
    ///
    /// When two metrics have one name, which a test would show.
    #[expect(clippy::too_many_lines, reason = "a table: one entry for each metric")]
    pub(crate) fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let it = &registry;
        let gauge = |name: &str, help: &str| kept(it, Gauge::new(name, help));
        let gauges =
            |name: &str, help: &str, labels: &[&str]| kept(it, GaugeVec::new(Opts::new(name, help), labels));
        let counter = |name: &str, help: &str| kept(it, Counter::new(name, help));
        let counters = |name: &str, help: &str, labels: &[&str]| {
            kept(it, CounterVec::new(Opts::new(name, help), labels))
        };
        let histogram = |name: &str, help: &str, buckets: &[f64]| {
            kept(it, Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec())))
        };
        let histograms = |name: &str, help: &str, labels: &[&str]| {
            let options = HistogramOpts::new(name, help).buckets(REQUEST_BUCKETS.to_vec());
            kept(it, HistogramVec::new(options, labels))
        };
        Ok(Self {
            requests: counters(
                "rest_client_requests_total",
                "Number of HTTP requests, partitioned by status code, method, and host.",
                &["code", "method", "host"],
            )?,
            request_seconds: histograms(
                "rest_client_request_duration_seconds",
                "Request latency in seconds. Broken down by verb, and host.",
                &["verb", "host"],
            )?,
            limiter_seconds: histograms(
                "rest_client_rate_limiter_duration_seconds",
                "Client side rate limiter latency in seconds. Broken down by verb, and host.",
                &["verb", "host"],
            )?,
            leading: gauges(
                "leader_election_master_status",
                "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
                &["name"],
            )?,
            volumes_total: gauges(
                "pv_collector_total_pv_count",
                "Gauge measuring total number of persistent volumes",
                &["plugin_name", "volume_mode"],
            )?,
            volumes_bound: gauges(
                "pv_collector_bound_pv_count",
                "Gauge measuring number of persistent volume currently bound",
                &["storage_class"],
            )?,
            volumes_unbound: gauges(
                "pv_collector_unbound_pv_count",
                "Gauge measuring number of persistent volume currently unbound",
                &["storage_class"],
            )?,
            claims_bound: gauges(
                "pv_collector_bound_pvc_count",
                "Gauge measuring number of persistent volume claim currently bound",
                &["namespace", "storage_class", "volume_attributes_class"],
            )?,
            claims_unbound: gauges(
                "pv_collector_unbound_pvc_count",
                "Gauge measuring number of persistent volume claim currently unbound",
                &["namespace", "storage_class", "volume_attributes_class"],
            )?,
            queue_depth: gauges("workqueue_depth", "Current depth of workqueue", &["name"])?,
            bind_seconds: histogram(
                "windlass_claim_bind_seconds",
                "Time from when a claim was first seen unbound to when it was seen Bound, in seconds.",
                &BIND_BUCKETS,
            )?,
            waiting: gauges(
                "windlass_waiting",
                "Claims and volumes that wait, by the reason that explain and events give.",
                &["kind", "reason"],
            )?,
            orders_in_flight: gauge(
                "windlass_orders_in_flight",
                "Requests to the API server that the core waits for.",
            )?,
            answers: counters(
                "windlass_answers_total",
                "Answers to orders, by order and by what the core has to do about them.",
                &["order", "answer"],
            )?,
            inputs: counters(
                "windlass_inputs_total",
                "What the core was told, by kind of input.",
                &["input"],
            )?,
            inputs_waiting: gauge("windlass_inputs_waiting", "Inputs from watches that wait for the core.")?,
            step_seconds: histogram(
                "windlass_step_seconds",
                "Time that the core takes for one input, in seconds.",
                &STEP_BUCKETS,
            )?,
            timers: gauge("windlass_timers_armed", "Timers that the core has armed.")?,
            unreadable: counters(
                "windlass_unreadable_objects_total",
                "Objects that made no sense and were left out, by resource.",
                &["resource"],
            )?,
            lists: counters(
                "windlass_watch_lists_total",
                "Lists that watches began with, by resource.",
                &["resource"],
            )?,
            listed_objects: gauges(
                "windlass_watch_listed_objects",
                "Objects in the last list, by resource.",
                &["resource"],
            )?,
            watch_failures: counters(
                "windlass_watch_failures_total",
                "Watches that were cut or refused and began again, by resource.",
                &["resource"],
            )?,
            events_dropped: counters(
                "windlass_events_dropped_total",
                "Events that were not sent, by reason.",
                &["reason"],
            )?,
            recorded_bytes: counter(
                "windlass_recorder_bytes_total",
                "Bytes that the flight recorder has written.",
            )?,
            recorder_lost: counter(
                "windlass_recorder_inputs_lost_total",
                "Inputs that the flight recorder left out because the disk was too slow.",
            )?,
            recorder_failed: gauge(
                "windlass_recorder_failed",
                "Whether the flight recorder has ended because a file could not be written.",
            )?,
            host: OnceLock::new(),
            registry: registry.clone(),
        })
    }

    /// Sets the API server as labels have it. Once.
    pub(crate) fn set_host(&self, host: &str) {
        self.host.get_or_init(|| host.to_owned());
    }

    /// Whether this process leads, by the name of the lease.
    pub(crate) fn leading(&self, lease: &str, leads: bool) {
        self.leading.with_label_values(&[lease]).set(f64::from(u8::from(leads)));
    }

    /// A claim has been seen Bound that was first seen unbound so long ago.
    pub(crate) fn bound(&self, after: Duration) {
        self.bind_seconds.observe(after.as_secs_f64());
    }

    /// The core has taken so long for an input.
    pub(crate) fn stepped(&self, input: &'static str, took: Duration) {
        self.inputs.with_label_values(&[input]).inc();
        self.step_seconds.observe(took.as_secs_f64());
    }

    /// An order was answered.
    pub(crate) fn answered(&self, order: &Order, answer: &Answer) {
        self.answers.with_label_values(&[order_name(order), answer_name(answer)]).inc();
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
            set(&self.recorded_bytes, status.bytes_written());
            set(&self.recorder_lost, status.inputs_lost());
            self.recorder_failed.set(f64::from(u8::from(status.has_failed())));
        }
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }

    fn show(&self, counts: &Counts) {
        self.orders_in_flight.set(f64::from(counts.orders_out));
        self.timers.set(float(counts.timers));
        self.inputs_waiting.set(float(counts.inputs_waiting));
        self.queue_depth.with_label_values(&["claims"]).set(float(counts.claims_due));
        self.queue_depth.with_label_values(&["volumes"]).set(float(counts.volumes_due));
        counts::show(&self.volumes_total, &counts.volumes);
        counts::show(&self.volumes_bound, &counts.volumes_bound);
        counts::show(&self.volumes_unbound, &counts.volumes_unbound);
        counts::show(&self.claims_bound, &counts.claims_bound);
        counts::show(&self.claims_unbound, &counts.claims_unbound);
        counts::show(&self.waiting, &counts.waiting);
    }

    fn host(&self) -> &str {
        self.host.get().map_or("", String::as_str)
    }
}

impl Report for Metrics {
    fn request(&self, done: &RequestDone) {
        let method = method(done.verb);
        let code = done.code.map_or_else(|| "<error>".to_owned(), |code| code.to_string());
        self.requests.with_label_values(&[code.as_str(), method, self.host()]).inc();
        let labels = [method, self.host()];
        self.request_seconds.with_label_values(&labels).observe(done.duration.as_secs_f64());
        self.limiter_seconds.with_label_values(&labels).observe(done.waited.as_secs_f64());
    }

    fn unreadable(&self, problem: &ParseProblem) {
        self.unreadable.with_label_values(&[resource(problem.kind)]).inc();
        tracing::warn!(%problem, "an object makes no sense and is left out");
    }

    fn listed(&self, kind: Kind, objects: usize) {
        self.lists.with_label_values(&[resource(kind)]).inc();
        self.listed_objects.with_label_values(&[resource(kind)]).set(float(objects));
        tracing::info!(resource = resource(kind), objects, "listed");
    }

    fn watch_failed(&self, kind: Kind, why: &str, pause: Duration) {
        self.watch_failures.with_label_values(&[resource(kind)]).inc();
        tracing::warn!(resource = resource(kind), why, ?pause, "the watch failed and begins again");
    }

    fn event_dropped(&self, reason: Dropped) {
        self.events_dropped.with_label_values(&[reason.as_str()]).inc();
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

/// The resource of a kind, as paths name it.
pub(crate) const fn resource(kind: Kind) -> &'static str {
    match kind {
        Kind::Claim => "persistentvolumeclaims",
        Kind::Volume => "persistentvolumes",
        Kind::Class => "storageclasses",
        Kind::Node => "nodes",
        Kind::Pod => "pods",
    }
}

/// The kind of an order.
pub(crate) const fn order_name(order: &Order) -> &'static str {
    match order {
        Order::ReserveVolume { .. } => "ReserveVolume",
        Order::MarkVolume { .. } => "MarkVolume",
        Order::FreeVolume { .. } => "FreeVolume",
        Order::BindClaim { .. } => "BindClaim",
        Order::MarkClaim { .. } => "MarkClaim",
        Order::Read { .. } => "Read",
    }
}

/// The class of an answer.
pub(crate) const fn answer_name(answer: &Answer) -> &'static str {
    match answer {
        Answer::Done(_) => "Done",
        Answer::Conflict => "Conflict",
        Answer::Missing => "Missing",
        Answer::TryLater => "TryLater",
        Answer::Refused => "Refused",
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
