//! The metrics themselves: name, help, labels, buckets.

use prometheus::core::Collector;
use prometheus::{
    Counter, CounterVec, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, Opts, Registry,
};

/// Buckets of requests, as client-go has them.
const REQUEST_BUCKETS: [f64; 12] = [0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0];

/// Buckets of the time that a claim waits.
const BIND_BUCKETS: [f64; 15] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0];

/// Buckets of one step of the core.
const STEP_BUCKETS: [f64; 9] = [1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0];

/// Makes metrics and adds them to a registry.
pub(super) struct Maker<'a>(pub(super) &'a Registry);

impl Maker<'_> {
    fn kept<C: Collector + Clone + 'static>(&self, metric: prometheus::Result<C>) -> prometheus::Result<C> {
        let metric = metric?;
        self.0.register(Box::new(metric.clone()))?;
        Ok(metric)
    }

    fn gauge(&self, name: &str, help: &str) -> prometheus::Result<Gauge> {
        self.kept(Gauge::new(name, help))
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<GaugeVec> {
        self.kept(GaugeVec::new(Opts::new(name, help), labels))
    }

    fn counter(&self, name: &str, help: &str) -> prometheus::Result<Counter> {
        self.kept(Counter::new(name, help))
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<CounterVec> {
        self.kept(CounterVec::new(Opts::new(name, help), labels))
    }

    fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> prometheus::Result<Histogram> {
        self.kept(Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec())))
    }

    fn histograms(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<HistogramVec> {
        let options = HistogramOpts::new(name, help).buckets(REQUEST_BUCKETS.to_vec());
        self.kept(HistogramVec::new(options, labels))
    }
}

/// Those that kube-controller-manager has, under its names and with its help texts.
pub(super) struct Upstream {
    pub(super) requests: CounterVec,
    pub(super) request_seconds: HistogramVec,
    pub(super) limiter_seconds: HistogramVec,
    pub(super) leading: GaugeVec,
    pub(super) volumes_total: GaugeVec,
    pub(super) volumes_bound: GaugeVec,
    pub(super) volumes_unbound: GaugeVec,
    pub(super) claims_bound: GaugeVec,
    pub(super) claims_unbound: GaugeVec,
    pub(super) queue_depth: GaugeVec,
}

impl Upstream {
    pub(super) fn new(maker: &Maker<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            requests: maker.counters(
                "rest_client_requests_total",
                "Number of HTTP requests, partitioned by status code, method, and host.",
                &["code", "method", "host"],
            )?,
            request_seconds: maker.histograms(
                "rest_client_request_duration_seconds",
                "Request latency in seconds. Broken down by verb, and host.",
                &["verb", "host"],
            )?,
            limiter_seconds: maker.histograms(
                "rest_client_rate_limiter_duration_seconds",
                "Client side rate limiter latency in seconds. Broken down by verb, and host.",
                &["verb", "host"],
            )?,
            leading: maker.gauges(
                "leader_election_master_status",
                "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
                &["name"],
            )?,
            volumes_total: maker.gauges(
                "pv_collector_total_pv_count",
                "Gauge measuring total number of persistent volumes",
                &["plugin_name", "volume_mode"],
            )?,
            volumes_bound: maker.gauges(
                "pv_collector_bound_pv_count",
                "Gauge measuring number of persistent volume currently bound",
                &["storage_class"],
            )?,
            volumes_unbound: maker.gauges(
                "pv_collector_unbound_pv_count",
                "Gauge measuring number of persistent volume currently unbound",
                &["storage_class"],
            )?,
            claims_bound: maker.gauges(
                "pv_collector_bound_pvc_count",
                "Gauge measuring number of persistent volume claim currently bound",
                &["namespace", "storage_class", "volume_attributes_class"],
            )?,
            claims_unbound: maker.gauges(
                "pv_collector_unbound_pvc_count",
                "Gauge measuring number of persistent volume claim currently unbound",
                &["namespace", "storage_class", "volume_attributes_class"],
            )?,
            queue_depth: maker.gauges("workqueue_depth", "Current depth of workqueue", &["name"])?,
        })
    }
}

/// Those that only this program has.
pub(super) struct Ours {
    pub(super) bind_seconds: Histogram,
    pub(super) waiting: GaugeVec,
    pub(super) orders_in_flight: Gauge,
    pub(super) answers: CounterVec,
    pub(super) inputs: CounterVec,
    pub(super) inputs_waiting: Gauge,
    pub(super) step_seconds: Histogram,
    pub(super) timers: Gauge,
    pub(super) unreadable: CounterVec,
    pub(super) lists: CounterVec,
    pub(super) listed_objects: GaugeVec,
    pub(super) watch_failures: CounterVec,
    pub(super) events_dropped: CounterVec,
    pub(super) recorded_bytes: Counter,
    pub(super) recorder_lost: Counter,
    pub(super) recorder_failed: Gauge,
}

impl Ours {
    pub(super) fn new(maker: &Maker<'_>) -> prometheus::Result<Self> {
        Ok(Self {
            bind_seconds: maker.histogram(
                "windlass_claim_bind_seconds",
                "Time from when a claim was first seen unbound to when it was seen Bound, in seconds.",
                &BIND_BUCKETS,
            )?,
            waiting: maker.gauges(
                "windlass_waiting",
                "Claims and volumes that wait, by the reason that explain and events give.",
                &["kind", "reason"],
            )?,
            orders_in_flight: maker
                .gauge("windlass_orders_in_flight", "Requests to the API server that the core waits for.")?,
            answers: maker.counters(
                "windlass_answers_total",
                "Answers to orders, by order and by what the core has to do about them.",
                &["order", "answer"],
            )?,
            inputs: maker.counters(
                "windlass_inputs_total",
                "What the core was told, by kind of input.",
                &["input"],
            )?,
            inputs_waiting: maker
                .gauge("windlass_inputs_waiting", "Inputs from watches that wait for the core.")?,
            step_seconds: maker.histogram(
                "windlass_step_seconds",
                "Time that the core takes for one input, in seconds.",
                &STEP_BUCKETS,
            )?,
            timers: maker.gauge("windlass_timers_armed", "Timers that the core has armed.")?,
            unreadable: maker.counters(
                "windlass_unreadable_objects_total",
                "Objects that made no sense and were left out, by resource.",
                &["resource"],
            )?,
            lists: maker.counters(
                "windlass_watch_lists_total",
                "Lists that watches began with, by resource.",
                &["resource"],
            )?,
            listed_objects: maker.gauges(
                "windlass_watch_listed_objects",
                "Objects in the last list, by resource.",
                &["resource"],
            )?,
            watch_failures: maker.counters(
                "windlass_watch_failures_total",
                "Watches that were cut or refused and began again, by resource.",
                &["resource"],
            )?,
            events_dropped: maker.counters(
                "windlass_events_dropped_total",
                "Events that were not sent, by reason.",
                &["reason"],
            )?,
            recorded_bytes: maker
                .counter("windlass_recorder_bytes_total", "Bytes that the flight recorder has written.")?,
            recorder_lost: maker.counter(
                "windlass_recorder_inputs_lost_total",
                "Inputs that the flight recorder left out because the disk was too slow.",
            )?,
            recorder_failed: maker.gauge(
                "windlass_recorder_failed",
                "Whether the flight recorder has ended because a file could not be written.",
            )?,
        })
    }
}
