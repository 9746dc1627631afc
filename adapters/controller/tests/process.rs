//! The process on a real API server: as its manifest's user, with and without its lease, to its end.

#![expect(clippy::unwrap_used, reason = "a test may fail by panic, its helpers too")]

#[cfg(test)]
mod common;
#[cfg(test)]
mod deployed;

use std::path::Path;
use std::time::Duration;

use common::{Cluster, Controller, eventually, http, with_own_mounts};
use serde_json::json;
use windlass_cluster::audit::{Audit, AuditLevel};
use windlass_cluster::{Member, Options, Patch, Signal, User};
use windlass_recorder::{Ending, Item, Reader, Replay};

/// Leases that are lost soon enough for a test.
const QUICK: [&str; 3] = [
    "--leader-elect-lease-duration=3s",
    "--leader-elect-renew-deadline=2s",
    "--leader-elect-retry-period=500ms",
];

/// The lease that the tests fight for.
const LEASE: &str = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/windlass-controller";

#[test]
fn as_the_user_of_its_manifest_it_binds_tells_about_itself_and_gives_the_lease_back() {
    let user = deployed::user();
    let audit = Audit::of_users(AuditLevel::Metadata, [user.name()]);
    let Some(mut cluster) = Cluster::start(Options::new().user(user.clone()).audit(audit)) else { return };
    deployed::apply(cluster.api());
    cluster.create_pairs(3);
    cluster.create_claim("lonely", "5Ti");
    let folder = cluster.folder("flight");
    let recording = folder.join("flight.rec");
    let mut controller = cluster.controller(
        user.name(),
        &[
            "--leader-elect=true",
            "--leader-elect-resource-namespace=windlass-system",
            "--v=6",
            "--log-format=json",
            &format!("--record={}", recording.display()),
        ],
    );
    eventually("three claims are bound", || cluster.bound() == 3);
    let told = eventually("an event on the claim that waits", || {
        let events = cluster.api().get("/api/v1/namespaces/default/events").unwrap();
        let found =
            events["items"].as_array().unwrap().iter().find(|it| it["reason"] == "FailedBinding").cloned();
        found.is_some()
    });
    assert!(told);

    look_at(&controller);
    let lease = "/apis/coordination.k8s.io/v1/namespaces/windlass-system/leases/windlass-controller";
    assert_ne!(cluster.api().get(lease).unwrap()["spec"]["holderIdentity"], "");
    assert_eq!(controller.end(Signal::Terminate), Some(0), "{}", controller.log());
    assert_eq!(cluster.api().get(lease).unwrap()["spec"]["holderIdentity"], "");

    let log = controller.log();
    let lines: Vec<serde_json::Value> = log.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert!(
        lines.iter().any(|it| it["message"] == "the claim is bound" && it["claim"] == "default/data-0"),
        "{log}"
    );
    assert!(lines.iter().any(|it| it["order"] == "ReserveVolume" && it["because"].is_string()), "{log}");

    // Nothing was forbidden, nothing was asked for that is not allowed, and nothing allowed was left unused.
    let asked: std::collections::BTreeSet<(String, String)> = cluster
        .audit()
        .into_iter()
        .inspect(|it| assert_ne!(it.code(), Some(403), "{it:?}"))
        .map(|it| (it.verb.clone(), it.resource()))
        .collect();
    for (verb, resource) in [
        ("patch", "persistentvolumes"),
        ("patch", "persistentvolumes/status"),
        ("patch", "persistentvolumeclaims"),
        ("patch", "persistentvolumeclaims/status"),
        ("create", "leases"),
        ("update", "leases"),
        ("create", "events"),
    ] {
        assert!(asked.contains(&(verb.to_owned(), resource.to_owned())), "{verb} {resource}: {asked:?}");
    }
    check_recording(&recording);
}

/// Health, metrics and configuration of a controller that has bound three claims.
fn look_at(controller: &Controller) {
    let (status, ready) = http(controller.port(), "/readyz?verbose");
    assert_eq!(status, 200, "{ready}");
    for check in ["ping", "core", "leaderElection", "informer-sync-persistentvolumes", "informer-sync-pods"] {
        assert!(ready.contains(&format!("[+]{check} ok\n")), "{ready}");
    }
    assert_eq!(http(controller.port(), "/livez"), (200, "ok".to_owned()));
    assert_eq!(http(controller.port(), "/healthz/core"), (200, "ok".to_owned()));
    assert_eq!(http(controller.port(), "/healthz/none").0, 500);
    assert_eq!(http(controller.port(), "/").0, 404);
    let (status, configuration) = http(controller.port(), "/configz");
    let configuration: serde_json::Value = serde_json::from_str(&configuration).unwrap();
    assert_eq!((status, &configuration["windlass.dev"]["logging"]["verbosity"]), (200, &json!(6)));
    let (status, metrics) = http(controller.port(), "/metrics");
    assert_eq!(status, 200);
    for line in [
        "pv_collector_bound_pv_count{storage_class=\"\"} 3",
        "pv_collector_total_pv_count{plugin_name=\"N/A\",volume_mode=\"Filesystem\"} 3",
        "leader_election_master_status{name=\"windlass-controller\"} 1",
        "windlass_claim_bind_seconds_count 3",
        "windlass_waiting{kind=\"claim\",reason=\"NoVolumeFits\"} 1",
        "windlass_answers_total{answer=\"Done\",order=\"BindClaim\"} 3",
        "windlass_orders_in_flight 0",
        "windlass_recorder_failed 0",
    ] {
        assert!(metrics.lines().any(|it| it == line), "{line}\n{metrics}");
    }
    let count = |start: &str| metrics.lines().filter(|it| it.starts_with(start)).count();
    assert!(count("rest_client_requests_total{code=\"200\",host=\"127.0.0.1:") >= 2, "{metrics}");
    assert_eq!(count("pv_collector_bound_pvc_count{namespace=\"default\""), 1);
}

/// The recording is whole, and the core decides alike.
fn check_recording(path: &Path) {
    let mut replay = Replay::new(Reader::open(path).unwrap());
    let mut steps = 0;
    loop {
        match replay.next_item().unwrap() {
            Item::Step(step) => {
                assert_eq!(step.differences(), []);
                steps += 1;
            }
            Item::State(is_unexpected) => assert!(!is_unexpected),
            Item::Begun(_) => {}
            Item::Gap(lost) => panic!("{lost} inputs are missing"),
            Item::End(ending) => {
                assert_eq!(ending, Ending::Closed);
                assert!(steps > 12, "{steps}");
                return;
            }
        }
    }
}

#[test]
fn in_a_pod_its_service_account_is_enough() {
    let Some(unshare) = with_own_mounts() else { return };
    let Some(mut cluster) = Cluster::start(Options::new()) else { return };
    deployed::apply(cluster.api());
    cluster.create_pairs(2);
    let account = ("windlass-system", "windlass-controller");
    let flags = ["--leader-elect-resource-namespace=windlass-system"];
    let mut controller = cluster.controller_of_pod(unshare, account, &flags);
    eventually("both pairs are bound", || cluster.bound() == 2);
    assert_eq!(controller.end(Signal::Terminate), Some(0), "{}", controller.log());
}

#[test]
fn who_stands_by_is_ready_and_goes_on_when_the_leader_is_killed() {
    let Some(mut cluster) = Cluster::start(Options::new()) else { return };
    let flags: Vec<&str> = [&["--leader-elect=true"], QUICK.as_slice()].concat();
    let mut first = cluster.controller("admin", &flags);
    eventually("the first one leads", || {
        http(first.port(), "/metrics").1.contains("master_status{name=\"windlass-controller\"} 1")
    });
    let second = cluster.controller("admin", &flags);
    cluster.create_pairs(2);
    eventually("both pairs are bound", || cluster.bound() == 2);
    eventually("the second one is ready", || http(second.port(), "/readyz").0 == 200);
    let metrics = http(second.port(), "/metrics").1;
    assert!(metrics.contains("leader_election_master_status{name=\"windlass-controller\"} 0"), "{metrics}");
    // It knows what there is, and has ordered nothing.
    eventually("the second one has seen the pairs", || {
        http(second.port(), "/metrics").1.contains("pv_collector_bound_pv_count{storage_class=\"\"} 2")
    });
    assert!(!http(second.port(), "/metrics").1.contains("windlass_answers_total{"));
    first.end(Signal::Kill);
    cluster.create_pairs(4);
    eventually("the second one binds what comes later", || cluster.bound() == 4);
}

#[test]
fn who_loses_the_lease_writes_nothing_more_and_ends() {
    let audit = Audit::of_users(AuditLevel::Metadata, ["binder"]);
    let user = User::new("binder").group("system:masters");
    let Some(mut cluster) = Cluster::start(Options::new().user(user).audit(audit)) else { return };
    let flags: Vec<&str> = [&["--leader-elect=true"], QUICK.as_slice()].concat();
    let mut controller = cluster.controller("binder", &flags);
    cluster.create_pairs(1);
    eventually("it binds while it leads", || cluster.bound() == 1);
    let stolen = json!({"spec": {"holderIdentity": "thief", "leaseDurationSeconds": 60}});
    let stolen = cluster.api().patch(LEASE, Patch::Merge, &stolen).unwrap();
    assert_eq!(controller.wait_for_end(), Some(1), "{}", controller.log());
    assert!(controller.log().contains("the lease was lost to another one"), "{}", controller.log());
    assert_eq!(cluster.api().get(LEASE).unwrap()["spec"]["holderIdentity"], "thief");
    // The theft has a version; every write that the server did after the end of the process would come later.
    cluster.create_pairs(2);
    let later = cluster.api().get(LEASE).unwrap();
    assert_eq!(later["metadata"]["resourceVersion"], stolen["metadata"]["resourceVersion"]);
    assert_eq!(cluster.bound(), 1);
}

#[test]
fn a_server_that_stands_still_costs_the_lease_in_time_whatever_is_under_way() {
    let Some(mut cluster) = Cluster::start(Options::new()) else { return };
    let flags: Vec<&str> = [&["--leader-elect=true"], QUICK.as_slice()].concat();
    let mut controller = cluster.controller("admin", &flags);
    cluster.create_pairs(1);
    eventually("it binds while it leads", || cluster.bound() == 1);
    cluster.create_pairs(200);
    cluster.signal(Member::ApiServer, Signal::Stop);
    let start = std::time::Instant::now();
    let is_under_way = !http(controller.port(), "/metrics").1.contains("windlass_orders_in_flight 0\n");
    let code = controller.wait_for_end();
    let took = start.elapsed();
    cluster.signal(Member::ApiServer, Signal::Continue);
    assert!(is_under_way, "all were bound before the server stood still");
    assert_eq!(code, Some(1), "{}", controller.log());
    // The deadline is two seconds; the rest is for a machine that does much else.
    assert!(took < Duration::from_secs(8), "{took:?}");
    assert!(controller.log().contains("could not be renewed in time"), "{}", controller.log());
    let mut next = cluster.controller("admin", &flags);
    eventually("the next one finishes the work", || cluster.bound() == 200);
    assert_eq!(next.end(Signal::Terminate), Some(0), "{}", next.log());
}

#[test]
fn the_first_signal_waits_for_answers_and_the_second_for_nothing() {
    let Some(mut cluster) = Cluster::start(Options::new()) else { return };
    let mut controller = cluster.controller("admin", &["--leader-elect=false", "--v=4"]);
    cluster.create_pairs(20);
    eventually("some are bound", || cluster.bound() > 0);
    cluster.create_pairs(200);
    cluster.signal(Member::ApiServer, Signal::Stop);
    eventually("orders are under way", || {
        !http(controller.port(), "/metrics").1.contains("windlass_orders_in_flight 0\n")
    });
    controller.signal(Signal::Terminate);
    eventually("it has taken the first signal", || controller.log().contains("waits for the answers"));
    assert_eq!(controller.ended(), None, "{}", controller.log());
    controller.signal(Signal::Terminate);
    assert_eq!(controller.wait_for_end(), Some(1), "{}", controller.log());
    cluster.signal(Member::ApiServer, Signal::Continue);
    let mut next = cluster.controller_of_environment("admin", &["--leader-elect=false"]);
    eventually("the next one finishes the work", || cluster.bound() == 200);
    assert_eq!(next.end(Signal::Terminate), Some(0), "{}", next.log());
}
