//! Orders as JSON merge patches (RFC 7386): of the object as it has to become, only what the order is about.
//!
//! Guarantees: `metadata.uid` and `metadata.resourceVersion` are in every patch; the server refuses it where one
//! of them is another.
//!
//! Source of the fields and annotations: the persistent-volume controller of Kubernetes v1.36. It also notes
//! the claim's version in `spec.claimRef.resourceVersion`, which nobody reads; an order does not carry it, and
//! so an older one is taken away rather than left standing beside another UID.

use serde_json::{Map, Value, json};
use windlass_core::ids::ClaimKey;
use windlass_core::observed::{AccessMode, ClaimStatus};
use windlass_core::order::{Order, Target};
use windlass_core::wire::names::{BIND_COMPLETED, BOUND_BY_CONTROLLER, PRESENT};

/// The patch for `order`; none for a read.
pub(super) fn of(order: &Order) -> Option<Vec<u8>> {
    let patch = match order {
        Order::ReserveVolume { volume, claim, claim_uid, mark } => {
            let annotations: &[_] = if *mark { &[(BOUND_BY_CONTROLLER, json!(PRESENT))] } else { &[] };
            let claim_ref = claim_ref(claim, &claim_uid.to_string());
            patch(volume, annotations, "spec", json!({"claimRef": claim_ref}))
        }
        Order::MarkVolume { volume, phase } => {
            let status = json!({"phase": phase.as_str(), "message": null, "reason": null});
            patch(volume, &[], "status", status)
        }
        Order::FreeVolume { volume, keep_name: true } => {
            patch(volume, &[], "spec", json!({"claimRef": {"uid": null}}))
        }
        Order::FreeVolume { volume, keep_name: false } => {
            patch(volume, &[(BOUND_BY_CONTROLLER, Value::Null)], "spec", json!({"claimRef": null}))
        }
        Order::BindClaim { claim, volume: Some(volume) } => {
            let annotations = [(BIND_COMPLETED, json!(PRESENT)), (BOUND_BY_CONTROLLER, json!(PRESENT))];
            patch(claim, &annotations, "spec", json!({"volumeName": volume.as_str()}))
        }
        Order::BindClaim { claim, volume: None } => {
            patch(claim, &[(BIND_COMPLETED, json!(PRESENT))], "spec", json!({}))
        }
        Order::MarkClaim { claim, status } => patch(claim, &[], "status", claim_status(status)),
        Order::Read { .. } => return None,
    };
    Some(patch.to_string().into_bytes())
}

/// A patch of one section and some annotations of the object that was decided on.
fn patch<K>(target: &Target<K>, annotations: &[(&str, Value)], section: &str, fields: Value) -> Value {
    let Target { key: _, uid, version } = target;
    let mut metadata = Map::new();
    metadata.insert("uid".to_owned(), json!(uid.to_string()));
    metadata.insert("resourceVersion".to_owned(), json!(version.to_string()));
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
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
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
    use windlass_core::ids::{ObjectKey, Uid, Version, VolumeName};
    use windlass_core::observed::{AccessModes, ClaimPhase, VolumePhase};
    use windlass_core::quantity::Quantity;
    use windlass_core::text::Text;

    use super::*;

    fn volume() -> Target<VolumeName> {
        Target { key: VolumeName::new("pv-1"), uid: Uid::numbered(1), version: Version(71) }
    }

    fn claim() -> Target<ClaimKey> {
        Target { key: ClaimKey::new("shop", "data"), uid: Uid::numbered(2), version: Version(72) }
    }

    fn bound() -> ClaimStatus {
        ClaimStatus {
            phase: ClaimPhase::Bound,
            access_modes: AccessModes::new([AccessMode::ReadOnlyMany, AccessMode::ReadWriteOnce]),
            capacity: Quantity::parse("1.5Gi").ok(),
            attributes_class: Text::new("gold"),
        }
    }

    /// Every order and its patch, as a document of both.
    #[test]
    fn every_order_has_its_patch() {
        let reserve = |mark| Order::ReserveVolume {
            volume: volume(),
            claim: ClaimKey::new("shop", "data"),
            claim_uid: Uid::numbered(2),
            mark,
        };
        let mark_claim = |status| Order::MarkClaim { claim: claim(), status };
        let orders = [
            reserve(true),
            reserve(false),
            Order::MarkVolume { volume: volume(), phase: VolumePhase::Bound },
            Order::FreeVolume { volume: volume(), keep_name: false },
            Order::FreeVolume { volume: volume(), keep_name: true },
            Order::BindClaim { claim: claim(), volume: Some(VolumeName::new("pv-1")) },
            Order::BindClaim { claim: claim(), volume: None },
            mark_claim(bound()),
            mark_claim(ClaimStatus::default()),
        ];
        let document: String = orders
            .iter()
            .map(|order| {
                let patch: Value =
                    of(order).and_then(|it| serde_json::from_slice(&it).ok()).unwrap_or_default();
                format!("{order}\n{patch:#}\n\n")
            })
            .collect();
        insta::assert_snapshot!(document);
    }

    #[test]
    fn a_read_has_no_patch() {
        let object = ObjectKey::Volume(VolumeName::new("pv-1"));
        let read = Order::Read { asker: object.clone(), object, identity: None, known: None };
        assert_eq!(of(&read), None);
    }
}
