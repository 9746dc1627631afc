//! Flags and files, and what becomes of them.

use clap::Parser;

use super::*;

/// What these flags and this file come to.
fn configured(flags: &str, file: &str) -> Result<Configuration, String> {
    let arguments = std::iter::once("windlass-controller").chain(flags.split_whitespace());
    let flags = Flags::try_parse_from(arguments).map_err(|error| error.to_string())?;
    let file = if file.is_empty() { File::default() } else { file::parse(&head(file))? };
    let configuration = Configuration::merged(flags, file);
    configuration.check().map(|()| configuration)
}

fn head(file: &str) -> String {
    format!("apiVersion: windlass.dev/v1alpha1\nkind: ControllerConfiguration\n{file}")
}

#[test]
fn without_flags_everything_has_its_default() {
    let json = serde_json::to_value(configured("", "").unwrap()).unwrap();
    let expected = serde_json::json!({
        "apiVersion": "windlass.dev/v1alpha1",
        "kind": "ControllerConfiguration",
        "clientConnection": {"kubeconfig": null, "qps": 0.0, "burst": 100},
        "leaderElection": {
            "leaderElect": true, "leaseDuration": "15s", "renewDeadline": "10s", "retryPeriod": "2s",
            "resourceName": "windlass-controller", "resourceNamespace": "kube-system",
        },
        "controllers": ["*"],
        "persistentVolumeBinderController": {"pvClaimBinderSyncPeriod": "15s", "ordersInFlightMax": 64},
        "serving": {"bindAddress": "127.0.0.1", "port": 10252},
        "logging": {"format": "text", "verbosity": 2},
        "recorder": {"file": null, "fileSize": "64Mi", "files": 4},
    });
    assert_eq!(json, expected);
}

#[test]
fn flags_override_the_file_and_the_file_the_defaults() {
    let file = "\
clientConnection: {qps: 50, burst: 60}
leaderElection: {leaderElect: false, resourceName: other}
persistentVolumeBinderController: {pvClaimBinderSyncPeriod: 1m}
controllers: ['*', -attachdetach]
serving: {port: 8080}
logging: {format: json, verbosity: 4}
recorder: {file: /tmp/flight, fileSize: 1Mi}
";
    let flags = "--kube-api-qps=70 --leader-elect --v=6 --record-files 9 --port 0 --secure-port=0";
    let it = configured(flags, file).unwrap();
    assert_eq!((it.client_connection.qps, it.client_connection.burst), (70.0, 60));
    assert!(it.leader_election.leader_elect);
    assert_eq!(it.leader_election.resource_name, "other");
    assert_eq!(it.resync_ms(), 60_000);
    assert_eq!(it.controllers, ["*", "-attachdetach"]);
    assert_eq!(it.serving.port, 0);
    assert_eq!((it.logging.format, it.logging.verbosity), (LogFormat::Json, 6));
    assert_eq!(it.recorder.file.as_deref(), Some(std::path::Path::new("/tmp/flight")));
    assert_eq!((it.recorder.file_size, it.recorder.files), (Size(1 << 20), 9));
}

#[test]
fn booleans_are_written_as_in_go() {
    for (flags, expected) in
        [("--leader-elect=false", false), ("--leader-elect=true", true), ("--leader-elect", true)]
    {
        assert_eq!(configured(flags, "").unwrap().leader_election.leader_elect, expected, "{flags}");
    }
    assert!(configured("--leader-elect false", "").is_err());
    let negative = configured("--controllers=-attachdetach,*", "").unwrap();
    assert_eq!(negative.controllers, ["-attachdetach", "*"]);
}

#[test]
fn what_makes_no_sense_is_told() {
    let cases = [
        ("--controllers=foo", "\"foo\" is unknown"),
        ("--controllers=*,-persistentvolume-binder,-pvc-protection,-pv-protection", "nothing is left"),
        ("--controllers=attachdetach", "does not have"),
        ("--pvclaimbinder-sync-period=0s", "between 1s and 49 days"),
        ("--pvclaimbinder-sync-period=15", "unit is missing"),
        ("--leader-elect-lease-duration=1500ms", "whole seconds"),
        ("--leader-elect-renew-deadline=15s", "has to be less"),
        ("--leader-elect-retry-period=9s", "1.2 times"),
        ("--leader-elect-resource-name=", "may not be empty"),
        ("--secure-port=10257", "TLS is not served"),
        ("--orders-in-flight=0", "0 is not in 1..=1024"),
        ("--kube-api-qps=inf", "write a number"),
        ("--record-file-size=big", "\"big\""),
        ("--bind-address=here", "invalid IP address"),
        ("--log-format=xml", "text, json"),
        ("--nonsense", "unexpected argument"),
        ("nonsense", "unexpected argument"),
    ];
    for (flags, expected) in cases {
        let problem = configured(flags, "").unwrap_err();
        assert!(problem.contains(expected), "{flags}: {problem}");
    }
    assert!(configured("--leader-elect=false --leader-elect-renew-deadline=20s", "").is_ok());
}

#[test]
fn a_file_with_something_unknown_in_it_is_refused_with_its_line() {
    let cases = [
        ("leaderElection: {leaderElec: true}", "line 3"),
        ("serving:\n  port: 1\n  prot: 2", "line 5"),
        ("controller: [a]", "line 3"),
        ("logging: {format: xml}", "line 3"),
        ("recorder: {fileSize: big}", "big"),
        ("serving: {port: 70000}", "line 3"),
        ("controllers: '*'", "line 3"),
        ("a: b: c", "line 3"),
    ];
    for (file, expected) in cases {
        let problem = configured("", file).unwrap_err();
        assert!(problem.contains(expected), "{file}: {problem}");
    }
    assert!(file::parse("kind: Pod\napiVersion: v1").unwrap_err().contains("ControllerConfiguration"));
    assert!(file::parse("").is_err());
}

#[test]
fn what_is_shown_is_a_file_that_says_the_same() {
    let it = configured("--record /tmp/flight --v 4", "").unwrap();
    let mut shown = serde_json::to_value(&it).unwrap();
    shown
        .as_object_mut()
        .unwrap()
        .get_mut("clientConnection")
        .unwrap()
        .as_object_mut()
        .unwrap()
        .remove("kubeconfig");
    let file: File = serde_json::from_value(shown).unwrap();
    assert_eq!(Configuration::merged(Flags::default(), file), it);
}
