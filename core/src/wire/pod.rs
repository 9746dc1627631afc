//! Pods.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Wire;
use super::fault::{Fault, Path};
use super::keeping::{Finalizers, NoOwner};
use super::metadata::{DELETED_AT, Identity, Metadata};
use super::text::{Mapping, NoLabels, Str, or_empty};
use super::values;
use crate::ids::{ClaimKey, Kind, NodeName, PodKey};
use crate::observed::{self, Object, PodClaim};
use crate::text::Text;

/// Phases of a pod.
const PHASES: [&str; 5] = ["Pending", "Running", "Succeeded", "Failed", "Unknown"];

/// Those in which nothing of it runs or will run any more.
const OVER: [&str; 2] = ["Succeeded", "Failed"];

/// A pod as it is written.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub struct Pod<'a> {
    metadata: Metadata<'a>,
    spec: Option<Spec<'a>>,
    status: Option<Status<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct Spec<'a> {
    node_name: Option<Str<'a>>,
    volumes: Option<Vec<Volume<'a>>>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct Volume<'a> {
    name: Option<Str<'a>>,
    persistent_volume_claim: Option<ClaimSource<'a>>,
    ephemeral: Option<Ephemeral>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct ClaimSource<'a> {
    claim_name: Option<Str<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Ephemeral {
    volume_claim_template: Option<Mapping>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct Status<'a> {
    phase: Option<Str<'a>>,
    init_container_statuses: Option<Vec<Container>>,
    container_statuses: Option<Vec<Container>>,
    ephemeral_container_statuses: Option<Vec<Container>>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Container {
    #[serde(skip_deserializing)]
    name: Option<&'static str>,
    state: Option<ContainerState>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct ContainerState {
    running: Option<Mapping>,
}

impl<'a> Wire<'a> for Pod<'a> {
    const KIND: Kind = Kind::Pod;
    const ANNOTATIONS: &'static [&'static str] = &[];
    const HAS_LABELS: bool = false;
    type Labels = NoLabels;
    type Owner = NoOwner;

    fn metadata(&self) -> &Metadata<'a> {
        &self.metadata
    }

    fn into_object(self, identity: Identity, faults: &mut Vec<Fault>) -> Object {
        let Self { metadata, spec, status } = self;
        let Identity { namespace, name, uid, version } = identity;
        let spec = spec.unwrap_or_default();
        let mut claims = Vec::new();
        for (at, volume) in spec.volumes.into_iter().flatten().enumerate() {
            match volume.claim(namespace.as_str(), name.as_str()) {
                Ok(claim) => claims.extend(claim),
                Err((field, right)) => {
                    let path = Path::new("spec.volumes").index(at).joined(&Path::new(field));
                    faults.push(Fault { path, what: "is missing".into(), right: right.into() });
                }
            }
        }
        let deleting = metadata.is_deleting();
        Object::Pod(Arc::new(observed::Pod {
            key: PodKey { name, namespace },
            uid,
            version,
            deleting,
            finalizers: metadata.finalizers(),
            shut_down: metadata.is_shut_down(),
            terminated: status.unwrap_or_default().is_terminated(deleting, faults),
            node_name: NodeName::new(or_empty(spec.node_name.as_ref())),
            claims: claims.into(),
        }))
    }
}

impl Volume<'_> {
    /// The claim that this volume of a pod stands for, if it does; or the field that is missing, and the advice.
    fn claim(self, namespace: &str, pod: &str) -> Result<Option<PodClaim>, (&'static str, &'static str)> {
        let Self { name, persistent_volume_claim, ephemeral } = self;
        let (name, ephemeral) = match (persistent_volume_claim, ephemeral) {
            (Some(ClaimSource { claim_name: Some(name) }), _) => (Text::new(name.as_str()), false),
            (Some(ClaimSource { claim_name: None }), _) => {
                return Err(("persistentVolumeClaim.claimName", "write the name of a claim"));
            }
            (None, Some(_)) => {
                let name = name.ok_or(("name", "every volume of a pod needs a name"))?;
                (Text::from(ephemeral_claim_name(pod, name.as_str())), true)
            }
            (None, None) => return Ok(None),
        };
        Ok(Some(PodClaim { key: ClaimKey { name, namespace: Text::new(namespace) }, ephemeral }))
    }
}

/// The name of the claim that is made for the volume `volume` of the pod `pod`.
#[must_use]
pub fn ephemeral_claim_name(pod: &str, volume: &str) -> String {
    format!("{pod}-{volume}")
}

impl Status<'_> {
    /// Whether nothing of the pod runs or will run any more.
    fn is_terminated(&self, deleting: bool, faults: &mut Vec<Fault>) -> bool {
        let phase = values::word(self.phase.as_ref(), &PHASES, |it| it, "status.phase", faults);
        let lists =
            [&self.init_container_statuses, &self.container_statuses, &self.ephemeral_container_statuses];
        let is_running = |it: &Container| it.state.as_ref().is_some_and(|state| state.running.is_some());
        let any_running = lists.into_iter().flatten().flatten().any(is_running);
        phase.is_some_and(|it| OVER.contains(&it)) || (deleting && !any_running)
    }
}

/// Not written: how far a pod has come, beyond whether it is over.
impl<'a> From<&'a observed::Pod> for Pod<'a> {
    fn from(pod: &'a observed::Pod) -> Self {
        let observed::Pod {
            key,
            uid,
            version,
            deleting,
            finalizers,
            shut_down,
            terminated,
            node_name,
            claims,
        } = pod;
        let volumes = claims.iter().enumerate().map(|(at, claim)| Volume::of(at, claim, key));
        let state = Some(ContainerState { running: Some(Mapping {}) });
        // Without a running container, a deleting pod would count as terminated.
        let running = || Some(vec![Container { name: Some("main"), state }]);
        let (phase, container_statuses) = match (terminated, deleting, node_name.is_empty()) {
            (true, _, _) => ("Succeeded", None),
            (false, true, _) | (false, false, false) => ("Running", running()),
            (false, false, true) => ("Pending", None),
        };
        Self {
            metadata: Metadata {
                deletion_timestamp: deleting.then_some(DELETED_AT),
                deletion_grace_period_seconds: shut_down.then_some(0),
                finalizers: Some(Finalizers(*finalizers)),
                ..Metadata::of(&key.namespace, &key.name, uid, *version)
            },
            spec: Some(Spec {
                node_name: Str::filled(node_name.as_str()),
                volumes: (!claims.is_empty()).then(|| volumes.collect()),
            }),
            status: Some(Status { phase: Some(Str::new(phase)), container_statuses, ..Status::default() }),
        }
    }
}

impl<'a> Volume<'a> {
    /// The volume of a pod that stands for `claim`.
    fn of(at: usize, PodClaim { key, ephemeral }: &'a PodClaim, pod: &PodKey) -> Self {
        let prefix = ephemeral_claim_name(pod.name.as_str(), "");
        match (ephemeral, key.name.as_str().strip_prefix(&prefix)) {
            (true, Some(volume)) => Self {
                name: Some(Str::new(volume)),
                persistent_volume_claim: None,
                ephemeral: Some(Ephemeral { volume_claim_template: Some(Mapping {}) }),
            },
            (true, None) | (false, _) => Self {
                name: Some(Str::made(format!("volume-{at}"))),
                persistent_volume_claim: Some(ClaimSource { claim_name: Some(Str::new(key.name.as_str())) }),
                ephemeral: None,
            },
        }
    }
}
