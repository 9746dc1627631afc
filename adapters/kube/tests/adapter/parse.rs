//! Objects on the wire mean what the manifests of the simulated world mean; nonsense has a reason.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use windlass_core::ids::{Kind, ObjectKey, Uid, VolumeName};
use windlass_core::observed::{Finalizer, Finalizers, Object};
use windlass_kube::ParseProblem;
use windlass_kube::parse;
use windlass_world::manifest::{from_manifest, to_manifest};
use windlass_world::scenario::{Step, read_scenario};

/// A file of the fixtures.
fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(path)
}

fn read(kind: Kind, json: &Value) -> Result<Object, ParseProblem> {
    parse::object(kind, json.to_string().as_bytes())
}

/// The object as a server would have stored it.
fn stored(mut json: Value) -> Value {
    let meta = &mut json["metadata"];
    for (field, value) in [("uid", "0f6c1b7e-1a2b-4c3d-8e4f-000102030405"), ("resourceVersion", "77")] {
        if meta[field].as_str().is_none_or(str::is_empty) {
            meta[field] = json!(value);
        }
    }
    json
}

/// Every object of the scenarios and of the rows that show how upstream matches.
fn objects() -> Vec<(Kind, Value)> {
    let mut objects = Vec::new();
    for entry in fs::read_dir(fixture("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let scenario =
            read_scenario(&text, &path.display().to_string()).unwrap_or_else(|it| panic!("{it:?}"));
        let created = scenario.steps.iter().filter_map(|it| {
            let Step::Create { record, .. } = it else { return None };
            Some(record)
        });
        for record in scenario.start.iter().map(|it| &it.record).chain(created) {
            objects.push((record.key().kind(), stored(to_manifest(record))));
        }
    }
    for row in fs::read_to_string(fixture("conformance/match.jsonl")).unwrap().lines() {
        let mut row: Value = serde_json::from_str(row).unwrap();
        objects.push((Kind::Claim, stored(named(row["claim"].take()))));
        for volume in row["volumes"].as_array_mut().into_iter().flatten() {
            objects.push((Kind::Volume, stored(named(volume.take()))));
        }
    }
    assert!(objects.len() > 1_000, "{}", objects.len());
    objects
}

/// The object with the namespace that a server would fill in.
fn named(mut json: Value) -> Value {
    if json["metadata"]["namespace"].is_null() {
        json["metadata"]["namespace"] = json!("default");
    }
    json
}

#[test]
fn objects_mean_what_their_manifests_mean() {
    let mut equal = 0;
    for (kind, json) in objects() {
        if let Ok(manifest) = from_manifest(kind, &json) {
            assert_eq!(read(kind, &json).as_ref(), Ok(&manifest.record.object), "{json}");
            equal += 1;
        }
    }
    assert!(equal > 1_000, "{equal}");
}

/// Objects that have every field which is read.
fn full() -> Vec<(Kind, Value)> {
    let meta = |extra: Value| {
        let mut meta = json!({
            "name": "a", "namespace": "shop", "uid": "0f6c1b7e-1a2b-4c3d-8e4f-000102030405",
            "resourceVersion": "77", "deletionTimestamp": "1970-01-01T00:00:00Z",
            "deletionGracePeriodSeconds": 0,
            "labels": {"tier": "a"}, "finalizers": ["x", "kubernetes.io/pvc-protection"],
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "owner", "controller": true}],
            "managedFields": [{"manager": "m", "fieldsV1": {"f:spec": {}}}],
        });
        merge(&mut meta, extra);
        meta
    };
    let claim = json!({
        "metadata": meta(json!({"annotations": {
            "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes",
            "volume.kubernetes.io/selected-node": "n1", "volume.beta.kubernetes.io/storage-class": "slow",
        }})),
        "spec": {
            "accessModes": ["ReadWriteOnce", "ReadOnlyMany"], "resources": {"requests": {"storage": "1.5Gi"}},
            "storageClassName": "fast", "volumeAttributesClassName": "gold", "volumeMode": "Block",
            "volumeName": "pv-1",
            "selector": {"matchLabels": {"a": "b"},
                "matchExpressions": [{"key": "c", "operator": "In", "values": ["d"]}]},
        },
        "status": {"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "2Gi"},
            "currentVolumeAttributesClassName": "gold"},
    });
    let volume = json!({
        "metadata": meta(json!({"namespace": null, "annotations": {
            "pv.kubernetes.io/bound-by-controller": "yes", "pv.kubernetes.io/provisioned-by": "p",
            "volume.alpha.kubernetes.io/pre-resize-capacity": "1Gi",
        }})),
        "spec": {
            "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "2Gi"}, "storageClassName": "fast",
            "volumeAttributesClassName": "gold", "volumeMode": "Filesystem",
            "persistentVolumeReclaimPolicy": "Delete",
            "claimRef": {"namespace": "shop", "name": "data", "uid": "x", "resourceVersion": "5"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions":
                [{"key": "zone", "operator": "In", "values": ["b"]}]}]}},
            "csi": {"driver": "d", "volumeHandle": "h"},
        },
        "status": {"phase": "Released", "message": "m"},
    });
    let class = json!({
        "metadata": meta(json!({"namespace": null,
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}})),
        "provisioner": "p", "volumeBindingMode": "WaitForFirstConsumer", "reclaimPolicy": "Delete",
    });
    let node = json!({"metadata": meta(json!({"namespace": null}))});
    let pod = json!({
        "metadata": meta(json!({})),
        "spec": {"nodeName": "n1", "volumes": [
            {"name": "v", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "w", "ephemeral": {"volumeClaimTemplate": {}}}, {"name": "x", "emptyDir": {}}]},
        "status": {"phase": "Running", "containerStatuses": [{"name": "c", "state": {"running": {}}}]},
    });
    vec![
        (Kind::Claim, claim),
        (Kind::Volume, volume),
        (Kind::Class, class),
        (Kind::Node, node),
        (Kind::Pod, pod),
    ]
}

/// Merges mappings; `null` removes.
fn merge(target: &mut Value, change: Value) {
    match (target, change) {
        (Value::Object(target), Value::Object(change)) => {
            for (key, value) in change {
                if value.is_null() {
                    target.remove(&key);
                } else {
                    merge(target.entry(key).or_insert(Value::Null), value);
                }
            }
        }
        (target, change) => *target = change,
    }
}

/// The pointers of all values in `json`.
fn pointers(json: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match json {
        Value::Object(fields) => {
            for (key, value) in fields {
                pointers(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                pointers(value, &format!("{at}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn whatever_stands_in_a_field_is_read_alike_or_has_a_reason() {
    let many: Map<String, Value> = (0..10_000).map(|it| (format!("k{it}"), json!("v"))).collect();
    let nonsense = [
        json!(null),
        json!(true),
        json!(-1),
        json!(u64::MAX),
        json!(1.5e300),
        json!(""),
        json!("Bogus"),
        json!("é\"\\\n\u{1F600}"),
        json!("x".repeat(100_000)),
        json!("999999999999999999999999999999999999999999999E"),
        json!([]),
        json!({}),
        json!([null, 1, "a", {}]),
        json!({"a": {"b": [null]}}),
        Value::Object(many),
    ];
    let (mut read_alike, mut refused) = (0, 0);
    for (kind, json) in full() {
        assert!(read(kind, &json).is_ok(), "{:?}", read(kind, &json));
        let mut found = Vec::new();
        pointers(&json, "", &mut found);
        for pointer in found {
            for value in &nonsense {
                let mut json = json.clone();
                *json.pointer_mut(&pointer).unwrap() = value.clone();
                match (read(kind, &json), from_manifest(kind, &json)) {
                    (Ok(object), Ok(manifest)) => {
                        // A manifest without a version is of an object that is yet to be created.
                        assert_eq!(object, manifest.record.object, "{pointer}: {value}");
                        read_alike += 1;
                    }
                    (Ok(_), Err(_)) => read_alike += 1,
                    (Err(problem), _) => {
                        assert_ne!(problem.what, "", "{pointer}: {value}");
                        assert!(problem.to_string().len() < 600, "{} bytes", problem.to_string().len());
                        refused += 1;
                    }
                }
            }
        }
    }
    assert!(read_alike > 500 && refused > 500, "{read_alike} and {refused}");
}

#[track_caller]
fn check_problem(kind: Kind, pointer: &str, value: Value, expected: &str) {
    let mut json = full().into_iter().find(|it| it.0 == kind).unwrap().1;
    *json.pointer_mut(pointer).unwrap() = value;
    assert_eq!(read(kind, &json).unwrap_err().to_string(), expected);
}

#[test]
fn a_problem_names_the_object_the_field_and_what_is_wrong() {
    let spec = "pvc/shop/a: spec.resources.requests.storage";
    let storage = "/spec/resources/requests/storage";
    check_problem(Kind::Claim, storage, json!("much"), &format!("{spec}: \"much\" is not a quantity"));
    check_problem(Kind::Claim, storage, json!("0"), &format!("{spec}: \"0\" is not more than nothing"));
    check_problem(Kind::Claim, storage, json!(null), &format!("{spec}: is missing"));
    check_problem(
        Kind::Claim,
        "/spec/accessModes/1",
        json!("ReadTwice"),
        "pvc/shop/a: spec.accessModes[1]: \"ReadTwice\" is unknown",
    );
    check_problem(
        Kind::Claim,
        "/spec/selector/matchExpressions/0/operator",
        json!("Near"),
        "pvc/shop/a: spec.selector: the operator \"Near\" is unknown",
    );
    check_problem(Kind::Volume, "/status/phase", json!("Odd"), "pv/a: status.phase: \"Odd\" is unknown");
    check_problem(
        Kind::Volume,
        "/spec/nodeAffinity/required/nodeSelectorTerms/0/matchExpressions/0/operator",
        json!("Near"),
        "pv/a: spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].operator: \"Near\" is unknown",
    );
    check_problem(
        Kind::Class,
        "/metadata/resourceVersion",
        json!("v1"),
        "sc/a: metadata.resourceVersion: \"v1\" is no integer, so that it has no order",
    );
    check_problem(Kind::Pod, "/metadata/name", json!(""), "Pod: metadata.name: is missing");
}

/// The object that [`full`] has, with these metadata besides, as both read it.
fn with_metadata(kind: Kind, change: Value) -> Object {
    let mut json = full().into_iter().find(|it| it.0 == kind).unwrap().1;
    merge(&mut json["metadata"], change);
    let object = read(kind, &json).unwrap();
    assert_eq!(object, from_manifest(kind, &json).unwrap().record.object, "{json}");
    object
}

#[track_caller]
fn check_finalizers(finalizers: Value, expected: &[Finalizer]) {
    let expected: Finalizers = expected.iter().map(|it| it.name()).collect();
    for kind in Kind::ALL {
        let object = with_metadata(kind, json!({"finalizers": finalizers}));
        let found = match &object {
            Object::Claim(it) => it.finalizers,
            Object::Volume(it) => it.finalizers,
            Object::Class(it) => it.finalizers,
            Object::Node(it) => it.finalizers,
            Object::Pod(it) => it.finalizers,
        };
        assert_eq!((found, object.is_deleting()), (expected, true), "{object:?}");
    }
}

#[test]
fn finalizers_are_the_set_of_those_that_are_known() {
    let (claims, volumes) = ("kubernetes.io/pvc-protection", "kubernetes.io/pv-protection");
    check_finalizers(json!(null), &[]);
    check_finalizers(json!(["example.com/hold", ""]), &[]);
    check_finalizers(json!([claims]), &[Finalizer::ClaimProtection]);
    check_finalizers(json!(["example.com/hold", volumes, volumes]), &[Finalizer::VolumeProtection]);
    check_finalizers(json!([volumes, claims]), &Finalizer::ALL);
}

#[track_caller]
fn check_owner(owners: Value, expected: Option<&str>) {
    let Object::Claim(claim) = with_metadata(Kind::Claim, json!({"ownerReferences": owners})) else {
        panic!("a claim")
    };
    assert_eq!(claim.owner_pod.as_deref(), expected.map(Uid::new).as_ref());
}

#[test]
fn the_owner_of_a_claim_is_the_pod_that_controls_it() {
    let owner = |kind: &str, uid: &str, controller: Value| json!({"apiVersion": "v1", "kind": kind, "name": "p", "uid": uid, "controller": controller});
    let (pod, set) = (owner("Pod", "u", json!(true)), owner("StatefulSet", "v", json!(true)));
    let bystander = owner("Pod", "w", json!(false));
    check_owner(json!(null), None);
    check_owner(json!([]), None);
    check_owner(json!([pod]), Some("u"));
    check_owner(json!([bystander, pod]), Some("u"));
    check_owner(json!([pod, bystander]), Some("u"));
    check_owner(json!([bystander, set]), None);
    check_owner(json!([owner("Pod", "u", json!(null))]), None);
}

#[track_caller]
fn check_shut_down(change: Value, expected: bool) {
    let Object::Pod(pod) = with_metadata(Kind::Pod, change) else { panic!("a pod") };
    assert_eq!(pod.shut_down, expected);
}

#[test]
fn a_pod_is_shut_down_when_it_is_deleted_and_has_no_time_left() {
    check_shut_down(json!({"deletionGracePeriodSeconds": 0}), true);
    check_shut_down(json!({"deletionGracePeriodSeconds": 30}), false);
    check_shut_down(json!({"deletionGracePeriodSeconds": null}), false);
    check_shut_down(json!({"deletionGracePeriodSeconds": 0, "deletionTimestamp": null}), false);
}

/// The owner is written of claims alone, as it decides nothing elsewhere.
#[test]
fn what_is_written_of_metadata_is_read_back() {
    for (kind, json) in full() {
        let record = from_manifest(kind, &json).unwrap().record;
        let written = to_manifest(&record);
        assert_eq!(read(kind, &written).as_ref(), Ok(&record.object), "{written}");
        assert_eq!(written["metadata"]["finalizers"], json["metadata"]["finalizers"], "{written}");
        let owners = usize::from(kind == Kind::Claim);
        let listed = written["metadata"]["ownerReferences"].as_array().map_or(0, Vec::len);
        assert_eq!(listed, owners, "{written}");
    }
}

#[test]
fn a_term_that_is_not_valid_is_one_that_no_node_meets() {
    let mut json = full().remove(1).1;
    let term = "/spec/nodeAffinity/required/nodeSelectorTerms/0/matchExpressions/0";
    *json.pointer_mut(term).unwrap() = json!({"key": "gpu", "operator": "Gt", "values": ["many"]});
    let Ok(Object::Volume(volume)) = read(Kind::Volume, &json) else { panic!("a volume") };
    assert_eq!(volume.affinity.as_ref().map(ToString::to_string).as_deref(), Some("no node"));
}

#[test]
fn bytes_that_are_no_object_have_a_reason() {
    for bytes in [&b""[..], b"{", b"[]", b"null", b"\xff\xfe", b"{\"metadata\":", b"<html>", &[b'['; 100_000]]
    {
        for kind in Kind::ALL {
            let problem = parse::object(kind, bytes).unwrap_err();
            assert_eq!(problem.key, None);
            assert_ne!(problem.what, "");
        }
    }
}

#[test]
fn names_of_any_length_are_kept_whole() {
    let (_, mut json) = full().remove(1);
    let name = "a.".repeat(126) + "a";
    json["metadata"]["name"] = json!(name);
    assert_eq!(name.len(), 253);
    assert_eq!(read(Kind::Volume, &json).unwrap().key(), ObjectKey::Volume(VolumeName::new(&name)));
}
