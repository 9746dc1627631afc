//! StorageClasses, Nodes and Pods.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;
use windlass_core::ids::{ClaimKey, ClassName, Kind, NodeName, ObjectKey, PodKey};
use windlass_core::observed::{BindingMode, Class, Node, Object, Pod, PodClaim};
use windlass_core::text::Text;

use super::Slim;
use super::metadata::{Metadata, SomeLabels};
use super::problem::Fault;
use super::text::{Str, or_empty};
use super::values;

/// A class as it is on the wire.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ClassIn<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow)]
    provisioner: Option<Str<'a>>,
    #[serde(borrow)]
    volume_binding_mode: Option<Str<'a>>,
}

impl<'a> Slim<'a> for ClassIn<'a> {
    const KIND: Kind = Kind::Class;

    fn key(&self) -> Result<ObjectKey, Fault> {
        self.metadata.key(Self::KIND)
    }

    fn into_object(self) -> Result<Object, Fault> {
        let Self { mut metadata, provisioner, volume_binding_mode } = self;
        let annotations = metadata.take_annotations();
        let marks = [&annotations.default_class, &annotations.beta_default_class];
        Ok(Object::Class(Arc::new(Class {
            name: ClassName::new(metadata.name()?),
            uid: metadata.uid()?,
            version: metadata.version()?,
            deleting: metadata.is_deleting(),
            finalizers: metadata.finalizers(),
            provisioner: Text::new(or_empty(provisioner.as_ref())),
            binding_mode: values::word(
                volume_binding_mode.as_ref(),
                BindingMode::parse,
                "volumeBindingMode",
            )?,
            is_default: marks.into_iter().flatten().any(|it| it.as_str() == "true"),
        })))
    }
}

/// A node as it is on the wire.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NodeIn<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a, SomeLabels>,
}

impl<'a> Slim<'a> for NodeIn<'a> {
    const KIND: Kind = Kind::Node;

    fn key(&self) -> Result<ObjectKey, Fault> {
        self.metadata.key(Self::KIND)
    }

    fn into_object(self) -> Result<Object, Fault> {
        let metadata = self.metadata;
        Ok(Object::Node(Arc::new(Node {
            name: NodeName::new(metadata.name()?),
            uid: metadata.uid()?,
            version: metadata.version()?,
            deleting: metadata.is_deleting(),
            finalizers: metadata.finalizers(),
            labels: metadata.labels.0,
        })))
    }
}

/// A pod as it is on the wire.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PodIn<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow)]
    spec: Option<PodSpec<'a>>,
    #[serde(borrow)]
    status: Option<PodStatus<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PodSpec<'a> {
    #[serde(borrow)]
    node_name: Option<Str<'a>>,
    #[serde(borrow)]
    volumes: Option<Vec<PodVolume<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PodVolume<'a> {
    #[serde(borrow)]
    name: Option<Str<'a>>,
    #[serde(borrow)]
    persistent_volume_claim: Option<ClaimSource<'a>>,
    ephemeral: Option<IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ClaimSource<'a> {
    #[serde(borrow)]
    claim_name: Option<Str<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PodStatus<'a> {
    #[serde(borrow)]
    phase: Option<Str<'a>>,
    init_container_statuses: Option<Vec<Container>>,
    container_statuses: Option<Vec<Container>>,
    ephemeral_container_statuses: Option<Vec<Container>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Container {
    state: Option<ContainerState>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ContainerState {
    running: Option<IgnoredAny>,
}

impl<'a> Slim<'a> for PodIn<'a> {
    const KIND: Kind = Kind::Pod;

    fn key(&self) -> Result<ObjectKey, Fault> {
        self.metadata.key(Self::KIND)
    }

    fn into_object(self) -> Result<Object, Fault> {
        let Self { metadata, spec, status } = self;
        let spec = spec.unwrap_or_default();
        let (namespace, name) = (metadata.namespace()?, metadata.name()?);
        let mut claims = Vec::new();
        for (at, volume) in spec.volumes.into_iter().flatten().enumerate() {
            claims.extend(volume.claim(at, namespace, name)?);
        }
        Ok(Object::Pod(Arc::new(Pod {
            key: PodKey::new(namespace, name),
            uid: metadata.uid()?,
            version: metadata.version()?,
            deleting: metadata.is_deleting(),
            finalizers: metadata.finalizers(),
            shut_down: metadata.is_shut_down(),
            terminated: status.unwrap_or_default().is_terminated(metadata.is_deleting())?,
            node_name: NodeName::new(or_empty(spec.node_name.as_ref())),
            claims: claims.into(),
        })))
    }
}

impl PodVolume<'_> {
    /// The claim that this volume of a pod stands for, if it does.
    fn claim(self, at: usize, namespace: &str, pod: &str) -> Result<Option<PodClaim>, Fault> {
        let missing = |field: &str| Fault::new(format!("spec.volumes[{at}].{field}"), "is missing");
        let Self { name, persistent_volume_claim, ephemeral } = self;
        match (persistent_volume_claim, ephemeral) {
            (Some(source), _) => {
                let name = source.claim_name.ok_or_else(|| missing("persistentVolumeClaim.claimName"))?;
                let key = ClaimKey::new(namespace, name.as_str());
                Ok(Some(PodClaim { key, ephemeral: false }))
            }
            (None, Some(IgnoredAny)) => {
                let volume = name.ok_or_else(|| missing("name"))?;
                let key = ClaimKey::new(namespace, &format!("{pod}-{}", volume.as_str()));
                Ok(Some(PodClaim { key, ephemeral: true }))
            }
            (None, None) => Ok(None),
        }
    }
}

/// What is to be known of the phase of a pod.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PodPhase {
    Over,
    NotOver,
}

fn pod_phase(word: &str) -> Option<PodPhase> {
    match word {
        "Succeeded" | "Failed" => Some(PodPhase::Over),
        "Pending" | "Running" | "Unknown" => Some(PodPhase::NotOver),
        _ => None,
    }
}

impl PodStatus<'_> {
    /// Whether nothing of the pod runs or will run any more.
    fn is_terminated(&self, deleting: bool) -> Result<bool, Fault> {
        let phase = values::word(self.phase.as_ref(), pod_phase, "status.phase")?;
        let lists =
            [&self.init_container_statuses, &self.container_statuses, &self.ephemeral_container_statuses];
        let is_running = |it: &Container| it.state.as_ref().is_some_and(|state| state.running.is_some());
        let any_running = lists.into_iter().flatten().flatten().any(is_running);
        Ok(phase == Some(PodPhase::Over) || (deleting && !any_running))
    }
}
