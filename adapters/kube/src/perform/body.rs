//! Calls as patches: of the object as it has to become, only what the call is about. Most are JSON merge patches (RFC
//! 7386); those of finalizers are strategic merge patches, which leave the finalizers of others alone.
//!
//! Guarantees: `metadata.uid` and `metadata.resourceVersion` are in every patch; the server refuses it where one
//! of them is another.
//!
//! Source of the fields and annotations: the persistent-volume controller of Kubernetes v1.36. It also notes
//! the claim's version in `spec.claimRef.resourceVersion`, which nobody reads; an order does not carry it, and
//! so an older one is taken away rather than left standing beside another UID.

use serde_json::{Map, Value, json};
use windlass_core::call::{BindCall, Call, ProtectCall};
use windlass_core::ids::{ClaimKey, Kind, ObjectKey};
use windlass_core::observed::{AccessMode, ClaimStatus, Finalizer};
use windlass_core::order::Target;
use windlass_core::wire::names::{BIND_COMPLETED, BOUND_BY_CONTROLLER, PRESENT};

/// A patch, and how the server is to understand it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Patch {
    /// The type of its content.
    pub(super) content_type: &'static str,
    /// The sub-resource; empty for the object itself.
    pub(super) subresource: &'static str,
    pub(super) body: Vec<u8>,
}

/// Lists and objects in it take the place of those that are stored.
const MERGE: &str = "application/merge-patch+json";

/// Of lists that are sets, such as finalizers, single members are added and taken away.
const STRATEGIC: &str = "application/strategic-merge-patch+json";

/// The patch for a call on an object in that state; none for a read.
pub(super) fn of(key: &ObjectKey, target: &Target, call: &Call) -> Option<Patch> {
    match call {
        Call::Look => None,
        Call::Bind(call) => bind(target, call),
        Call::Protect(call) => protect(key, target, call),
    }
}

fn bind(target: &Target, call: &BindCall) -> Option<Patch> {
    let (subresource, patch) = match call {
        BindCall::ReserveVolume { claim, claim_uid, mark } => {
            let annotations: &[_] = if *mark { &[(BOUND_BY_CONTROLLER, json!(PRESENT))] } else { &[] };
            let claim_ref = claim_ref(claim, &claim_uid.to_string());
            ("", patch(target, annotations, "spec", json!({"claimRef": claim_ref})))
        }
        BindCall::MarkVolume(phase) => {
            let status = json!({"phase": phase.as_str(), "message": null, "reason": null});
            ("status", patch(target, &[], "status", status))
        }
        BindCall::FreeVolume { keep_name: true } => {
            ("", patch(target, &[], "spec", json!({"claimRef": {"uid": null}})))
        }
        BindCall::FreeVolume { keep_name: false } => {
            ("", patch(target, &[(BOUND_BY_CONTROLLER, Value::Null)], "spec", json!({"claimRef": null})))
        }
        BindCall::BindClaim(Some(volume)) => {
            let annotations = [(BIND_COMPLETED, json!(PRESENT)), (BOUND_BY_CONTROLLER, json!(PRESENT))];
            ("", patch(target, &annotations, "spec", json!({"volumeName": volume.as_str()})))
        }
        BindCall::BindClaim(None) => {
            ("", patch(target, &[(BIND_COMPLETED, json!(PRESENT))], "spec", json!({})))
        }
        BindCall::MarkClaim(status) => ("status", patch(target, &[], "status", claim_status(status))),
        BindCall::Read { .. } => return None,
    };
    Some(Patch { content_type: MERGE, subresource, body: patch.to_string().into_bytes() })
}

fn protect(key: &ObjectKey, target: &Target, call: &ProtectCall) -> Option<Patch> {
    let field = match call {
        ProtectCall::AddFinalizer => "finalizers",
        ProtectCall::RemoveFinalizer => "$deleteFromPrimitiveList/finalizers",
        ProtectCall::ListPods { .. } | ProtectCall::ReadClaim { .. } => return None,
    };
    let finalizer = Finalizer::protecting(key.kind())?;
    let mut metadata = metadata(target);
    metadata.insert(field.to_owned(), json!([finalizer.name()]));
    let body = json!({"metadata": metadata}).to_string().into_bytes();
    Some(Patch { content_type: STRATEGIC, subresource: "", body })
}

/// The identity and the version that the server has to have.
fn metadata(target: &Target) -> Map<String, Value> {
    let Target { uid, version } = target;
    let mut metadata = Map::new();
    metadata.insert("uid".to_owned(), json!(uid.to_string()));
    metadata.insert("resourceVersion".to_owned(), json!(version.to_string()));
    metadata
}

/// A patch of one section and some annotations of the object that was decided on.
fn patch(target: &Target, annotations: &[(&str, Value)], section: &str, fields: Value) -> Value {
    let mut metadata = metadata(target);
    if !annotations.is_empty() {
        let annotations = annotations.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
        metadata.insert("annotations".to_owned(), Value::Object(annotations.collect()));
    }
    let mut patch = Map::new();
    patch.insert("metadata".to_owned(), Value::Object(metadata));
    if fields.as_object().is_none_or(|it| !it.is_empty()) {
        patch.insert(section.to_owned(), fields);
    }
    Value::Object(patch)
}

/// The whole reference: what is not set is taken away.
fn claim_ref(claim: &ClaimKey, uid: &str) -> Value {
    json!({
        "apiVersion": Kind::Claim.api_version(),
        "kind": Kind::Claim.name(),
        "namespace": claim.namespace.as_str(),
        "name": claim.name.as_str(),
        "uid": uid,
        "resourceVersion": null,
        "fieldPath": null,
    })
}

/// The status of a claim as far as the binder owns it. Lists are replaced as a whole by any merge patch; a
/// capacity is one size, since that is all that volumes can have.
fn claim_status(status: &ClaimStatus) -> Value {
    let ClaimStatus { phase, access_modes, capacity, attributes_class } = status;
    let modes: Vec<&str> = access_modes.iter().map(AccessMode::as_str).collect();
    let or_null = |value: Value, is_absent: bool| if is_absent { Value::Null } else { value };
    json!({
        "phase": phase.as_str(),
        "accessModes": or_null(json!(modes), modes.is_empty()),
        "capacity": capacity.as_ref().map(|size| json!({"storage": size})),
        "currentVolumeAttributesClassName":
            or_null(json!(attributes_class.as_str()), attributes_class.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use windlass_core::ids::{Uid, Version, VolumeName};
    use windlass_core::observed::{AccessModes, ClaimPhase, VolumePhase};
    use windlass_core::order::Order;
    use windlass_core::quantity::Quantity;
    use windlass_core::text::Text;

    use super::*;

    fn volume() -> (ObjectKey, Target) {
        let target = Target { uid: Uid::numbered(1), version: Version(71) };
        (ObjectKey::Volume(VolumeName::new("pv-1")), target)
    }

    fn claim() -> (ObjectKey, Target) {
        let target = Target { uid: Uid::numbered(2), version: Version(72) };
        (ObjectKey::Claim(ClaimKey::new("shop", "data")), target)
    }

    fn bound() -> ClaimStatus {
        ClaimStatus {
            phase: ClaimPhase::Bound,
            access_modes: AccessModes::new([AccessMode::ReadOnlyMany, AccessMode::ReadWriteOnce]),
            capacity: Quantity::parse("1.5Gi").ok(),
            attributes_class: Text::new("gold"),
        }
    }

    /// Every call that writes, and its patch, as a document of both.
    #[test]
    fn every_order_has_its_patch() {
        let reserve = |mark| {
            let claim = ClaimKey::new("shop", "data");
            (volume(), Call::Bind(BindCall::ReserveVolume { claim, claim_uid: Uid::numbered(2), mark }))
        };
        let on_volume = |call| (volume(), Call::Bind(call));
        let on_claim = |call| (claim(), Call::Bind(call));
        let calls = [
            reserve(true),
            reserve(false),
            on_volume(BindCall::MarkVolume(VolumePhase::Bound)),
            on_volume(BindCall::FreeVolume { keep_name: false }),
            on_volume(BindCall::FreeVolume { keep_name: true }),
            on_claim(BindCall::BindClaim(Some(VolumeName::new("pv-1")))),
            on_claim(BindCall::BindClaim(None)),
            on_claim(BindCall::MarkClaim(bound())),
            on_claim(BindCall::MarkClaim(ClaimStatus::default())),
            (claim(), Call::Protect(ProtectCall::AddFinalizer)),
            (claim(), Call::Protect(ProtectCall::RemoveFinalizer)),
            (volume(), Call::Protect(ProtectCall::AddFinalizer)),
            (volume(), Call::Protect(ProtectCall::RemoveFinalizer)),
        ];
        let document: String = calls
            .iter()
            .map(|((key, target), call)| {
                let patch = of(key, target, call).unwrap();
                let body: Value = serde_json::from_slice(&patch.body).unwrap();
                let guard = windlass_core::order::Guard::Update(target.clone());
                let order = Order { key: key.clone().into(), guard, call: call.clone() };
                format!("{order}: {} {}\n{body:#}\n\n", patch.content_type, patch.subresource)
            })
            .collect();
        insta::assert_snapshot!(document);
    }

    #[test]
    fn a_read_has_no_patch() {
        let (key, target) = volume();
        let read = Call::Bind(BindCall::Read { object: key.clone(), identity: None, known: None });
        assert_eq!(of(&key, &target, &read), None);
        assert_eq!(of(&key, &target, &Call::Look), None);
    }
}
