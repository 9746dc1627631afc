//! The metrics as they are read from outside.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;

/// The metrics with one sample of each family.
fn shown() -> String {
    let metrics = Metrics::new().unwrap();
    metrics.set_host("10.0.0.1:6443");
    metrics.leading("windlass-controller", true);
    metrics.bound(Duration::from_millis(30));
    metrics.stepped("Observed", Duration::from_micros(2));
    let volume = windlass_core::ids::ObjectKey::Volume(windlass_core::ids::VolumeName::new("disk"));
    let order = Order::read(volume, windlass_core::call::Call::Look);
    metrics.answered(&order, &Answer::Conflict);
    let done = RequestDone {
        verb: "patch",
        resource: "persistentvolumes",
        subresource: "status",
        code: Some(200),
        duration: Duration::from_millis(3),
        waited: Duration::ZERO,
    };
    metrics.request(&done);
    metrics.request(&RequestDone { code: None, ..done });
    let problem =
        ParseProblem { kind: Kind::Claim, key: None, path: String::new(), what: "nonsense".to_owned() };
    metrics.unreadable(&problem);
    metrics.listed(Kind::Volume, 7);
    metrics.watch_failed(Kind::Pod, "cut", Duration::from_secs(1));
    metrics.event_dropped(Dropped::QueueFull);
    let labels = |labels: [&str; 3]| labels.map(str::to_owned);
    let counts = Counts {
        orders_out: 3,
        queues: [(["claims".to_owned()], 2)].into(),
        volumes: [(["N/A".to_owned(), "Filesystem".to_owned()], 5)].into(),
        volumes_bound: [(["fast".to_owned()], 2)].into(),
        volumes_unbound: [([String::new()], 3)].into(),
        claims_bound: [(labels(["default", "fast", ""]), 2)].into(),
        claims_unbound: [(labels(["default", "", "gold"]), 1)].into(),
        waiting: [(["claim".to_owned(), "NoVolumeFits".to_owned()], 1)].into(),
        ..Counts::default()
    };
    String::from_utf8(metrics.text(&counts, Some(&Status::default())).unwrap()).unwrap()
}

/// Families by name: type and help.
fn families(text: &str) -> BTreeMap<&str, (&str, &str)> {
    let after = |line: &'static str| {
        text.lines().filter_map(move |it| it.strip_prefix(line)).filter_map(|it| it.split_once(' '))
    };
    let kinds: BTreeMap<&str, &str> = after("# TYPE ").collect();
    after("# HELP ")
        .map(|(name, help)| (name, (kinds.get(name).copied().unwrap_or_default(), help)))
        .collect()
}

#[test]
fn names_and_labels_are_those_of_upstream() {
    let text = shown();
    for line in [
        "pv_collector_total_pv_count{plugin_name=\"N/A\",volume_mode=\"Filesystem\"} 5",
        "pv_collector_bound_pv_count{storage_class=\"fast\"} 2",
        "pv_collector_unbound_pv_count{storage_class=\"\"} 3",
        "pv_collector_bound_pvc_count{namespace=\"default\",storage_class=\"fast\",volume_attributes_class=\"\"} 2",
        "pv_collector_unbound_pvc_count{namespace=\"default\",storage_class=\"\",volume_attributes_class=\"gold\"} 1",
        "workqueue_depth{name=\"claims\"} 2",
        "leader_election_master_status{name=\"windlass-controller\"} 1",
        "rest_client_requests_total{code=\"200\",host=\"10.0.0.1:6443\",method=\"PATCH\"} 1",
        "rest_client_requests_total{code=\"<error>\",host=\"10.0.0.1:6443\",method=\"PATCH\"} 1",
        "rest_client_request_duration_seconds_count{host=\"10.0.0.1:6443\",verb=\"PATCH\"} 2",
        "windlass_waiting{kind=\"claim\",reason=\"NoVolumeFits\"} 1",
        "windlass_answers_total{answer=\"Conflict\",order=\"Read\"} 1",
        "windlass_claim_bind_seconds_bucket{le=\"0.05\"} 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    let families = families(&text);
    let kind = |name: &str| families.get(name).map(|it| it.0);
    assert_eq!(kind("pv_collector_bound_pvc_count"), Some("gauge"));
    assert_eq!(kind("rest_client_requests_total"), Some("counter"));
    assert_eq!(kind("rest_client_request_duration_seconds"), Some("histogram"));
    assert_eq!(kind("windlass_inputs_total"), Some("counter"));
    assert!(families.values().all(|it| !it.0.is_empty() && !it.1.is_empty()), "{families:?}");
}

#[test]
fn each_metric_is_in_the_operations_manual() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let manual = std::fs::read_to_string(manual).unwrap();
    let text = shown();
    let missing: Vec<&str> =
        families(&text).into_keys().filter(|name| !manual.contains(&format!("`{name}"))).collect();
    assert!(missing.is_empty(), "not in docs/operations.md: {missing:?}");
}

#[test]
fn what_is_gone_is_not_shown_any_more() {
    let metrics = Metrics::new().unwrap();
    let counts = Counts { volumes_bound: [(["fast".to_owned()], 2)].into(), ..Counts::default() };
    let text = |counts| String::from_utf8(metrics.text(counts, None).unwrap()).unwrap();
    assert!(text(&counts).contains("pv_collector_bound_pv_count{"));
    assert!(!text(&Counts::default()).contains("pv_collector_bound_pv_count{"));
}
