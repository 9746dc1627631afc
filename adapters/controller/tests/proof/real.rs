//! A scenario on a real control plane: its objects created, its users' steps taken.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use windlass_cluster::{Error, Member, Patch, requests};
use windlass_core::ids::{NodeName, ObjectKey};
use windlass_core::observed::Object;
use windlass_world::actors::Part;
use windlass_world::manifest::{merge, to_manifest};
use windlass_world::record::Record;
use windlass_world::scenario::{Scenario, Step};

use crate::cluster::Cluster;
use crate::loops::wait_for_rest;

/// What the scenario calls identities, and what the real server has given out.
#[derive(Debug, Default)]
pub(crate) struct Uids(BTreeMap<String, String>);

/// Fields of a volume's spec that are its source.
const SOURCES: [&str; 5] = ["csi", "hostPath", "local", "nfs", "iscsi"];

/// Creates all that a scenario starts with, status included, while no controller looks.
pub(crate) fn begin(cluster: &Cluster, scenario: &Scenario) -> Result<Uids, String> {
    let mut uids = Uids::default();
    // References name claims by UID, and claims the pods that they were made for: those have to be there first. Pods that
    // have no node come when the scheduler may see all.
    let mut start: Vec<&Record> = scenario.start.iter().map(|it| &it.record).collect();
    start.sort_by_key(|record| match &record.object {
        Object::Class(_) => 0,
        Object::Node(_) => 1,
        Object::Pod(pod) if !pod.node_name.is_empty() => 2,
        Object::Claim(_) => 3,
        Object::Volume(_) => 4,
        Object::Pod(_) => 5,
    });
    for record in start {
        let answer = create(cluster, &uids, record).map_err(|error| format!("{}: {error}", record.key()))?;
        uids.note(record, &answer);
        set_status(cluster, &uids, record).map_err(|error| format!("{}: {error}", record.key()))?;
    }
    Ok(uids)
}

/// Takes the steps of users, one after the other. What the server refuses is refused in the world as well, and the
/// end tells.
pub(crate) fn take_steps(cluster: &mut Cluster, scenario: &Scenario, uids: &mut Uids, arguments: &[String]) {
    for step in &scenario.steps {
        match step {
            Step::Create { record, generate_name: _ } => {
                if let Ok(answer) = create(cluster, uids, record) {
                    uids.note(record, &answer);
                }
            }
            Step::Edit { key, patch, is_status } => {
                let part = if *is_status { Part::Status } else { Part::Main };
                let patch = uids.real(patch);
                refusable(cluster.api().patch(&requests::part_path(key, part), Patch::Merge, &patch));
            }
            Step::Delete(key) => delete(cluster, key),
            Step::LoseNode(name) => delete(cluster, &ObjectKey::Node(NodeName::clone(name))),
            Step::RestartControllers => restart(cluster, scenario, arguments),
            // What takes time is over when nothing happens any more.
            Step::WaitSettled | Step::WaitMs(_) => wait_for_rest(cluster),
        }
    }
}

/// Starts the controllers of a scenario, in place of those that run.
pub(crate) fn restart(cluster: &mut Cluster, scenario: &Scenario, arguments: &[String]) {
    for number in 1..=scenario.controllers {
        cluster.start_controller(number, Member::ApiServer, arguments);
    }
}

fn delete(cluster: &Cluster, key: &ObjectKey) {
    refusable(cluster.api().delete_with(&requests::path(key), &requests::delete_options(None, None)));
}

/// An answer that may be a refusal, and nothing else that is not good.
fn refusable(answer: Result<Value, Error>) {
    match answer {
        Ok(_) | Err(Error::Answered { code: 400..=499, .. }) => {}
        Err(error) => panic!("{error}"),
    }
}

fn create(cluster: &Cluster, uids: &Uids, record: &Record) -> Result<Value, Error> {
    let mut manifest = uids.real(&to_manifest(record));
    if let Some(Value::Object(meta)) = manifest.get_mut("metadata") {
        for field in ["uid", "resourceVersion", "deletionTimestamp"] {
            meta.remove(field);
        }
    }
    complete(record, &mut manifest);
    let namespace = match record.key() {
        ObjectKey::Claim(key) => key.namespace.to_string(),
        ObjectKey::Pod(key) => key.namespace.to_string(),
        ObjectKey::Volume(_) | ObjectKey::Class(_) | ObjectKey::Node(_) => String::new(),
    };
    let answer = cluster.api().create(&requests::collection(record.key().kind(), &namespace), &manifest)?;
    if let Object::Node(node) = &record.object {
        make_ready(cluster, &node.name)?;
    }
    Ok(answer)
}

/// Adds what the real server asks for and nobody here looks at.
fn complete(record: &Record, manifest: &mut Value) {
    match &record.object {
        Object::Volume(_) => {
            let has_source = SOURCES.iter().any(|it| manifest.pointer(&format!("/spec/{it}")).is_some());
            if !has_source {
                merge(manifest, &json!({"spec": {"hostPath": {"path": "/data"}}}));
            }
        }
        Object::Pod(_) => {
            merge(
                manifest,
                &json!({"spec": {"containers": [{"name": "main", "image": "example.com/main"}]}}),
            );
            let template =
                json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
            let volumes = manifest.pointer_mut("/spec/volumes").and_then(Value::as_array_mut);
            for volume in volumes.into_iter().flatten().filter(|it| it.get("ephemeral").is_some()) {
                volume["ephemeral"]["volumeClaimTemplate"]["spec"] = template.clone();
            }
        }
        Object::Claim(_) | Object::Class(_) | Object::Node(_) => {}
    }
}

/// Makes the scheduler take a node for one with room: what its kubelet and a controller would do.
fn make_ready(cluster: &Cluster, name: &NodeName) -> Result<(), Error> {
    let path = requests::path(&ObjectKey::Node(name.clone()));
    let status = json!({"status": {
        "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
        "capacity": {"cpu": "4", "memory": "8Gi", "pods": "110"},
        "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "ready"}],
    }});
    cluster.api().patch(&format!("{path}/status"), Patch::Merge, &status)?;
    cluster.api().patch(&path, Patch::Merge, &json!({"spec": {"taints": null}}))?;
    Ok(())
}

/// Writes the status that an object starts with, which no creation takes over.
fn set_status(cluster: &Cluster, uids: &Uids, record: &Record) -> Result<(), Error> {
    let manifest = uids.real(&to_manifest(record));
    let status = match &record.object {
        Object::Claim(_) | Object::Volume(_) => manifest.get("status"),
        Object::Pod(pod) if pod.terminated => manifest.get("status"),
        Object::Pod(_) | Object::Class(_) | Object::Node(_) => None,
    };
    if let Some(status) = status {
        let path = requests::part_path(&record.key(), Part::Status);
        cluster.api().patch(&path, Patch::Merge, &json!({"status": status}))?;
    }
    if record.is_deleting() {
        let path = requests::path(&record.key());
        cluster.api().delete_with(&path, &requests::delete_options(None, None))?;
    }
    Ok(())
}

impl Uids {
    /// Notes the UID that the server has given to an object; one that is created by a step has none in the scenario.
    fn note(&mut self, record: &Record, answer: &Value) {
        let uid = answer.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default();
        let name = record.object.uid().to_string();
        if !name.is_empty() {
            self.0.insert(name, uid.to_owned());
        }
    }

    /// The value with real UIDs in the place of those that the scenario chose.
    fn real(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.0.get(text).unwrap_or(text).clone()),
            Value::Array(elements) => elements.iter().map(|it| self.real(it)).collect(),
            Value::Object(fields) => {
                fields.iter().map(|(key, value)| (key.clone(), self.real(value))).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}
