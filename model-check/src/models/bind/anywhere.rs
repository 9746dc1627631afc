//! Starts of every kind: what is stored may be the work of a crash, of a restore from backup, of another
//! controller, or of a user with an editor. From each of them the cluster has to come to rest as it should.

use std::sync::Arc;

use windlass_core::ids::{ClassName, NodeName, VolumeName};
use windlass_core::observed::{
    AccessMode, AccessModes, BindingMode, Claim, ClaimPhase, ClaimRef, ClaimStatus, Class, ReclaimPolicy,
    Volume, VolumeMode, VolumePhase,
};
use windlass_core::text::Text;
use windlass_world::builders::{claim, claim_ref, class, pod, quantity, volume};
use windlass_world::record::Rest;
use windlass_world::scenario::Start;

use super::scenario;
use crate::models::Spec;

pub(super) const ALL: &[Spec] = &[
    Spec::new("any-volume", scenario!("static-binding")).behind(1).starts(volumes).states(162_207),
    Spec::new("any-class", scenario!("local-volumes")).behind(1).starts(classes).states(20_640),
    Spec::new("any-misfit", scenario!("static-binding")).behind(1).starts(misfits).states(2_935),
    Spec::new("any-status", scenario!("static-binding")).behind(1).starts(statuses).states(944),
];

/// What the claim `x` may say of itself.
fn claims() -> Vec<Claim> {
    let named = ["", "v", "w"].into_iter().flat_map(|name| [(name, false), (name, true)]);
    let mut claims = Vec::new();
    for (name, completed) in named {
        // A status that no bind has led to is not made up.
        let phases: &[ClaimPhase] = match completed {
            false => &[ClaimPhase::Pending],
            true => &[ClaimPhase::Pending, ClaimPhase::Bound, ClaimPhase::Lost],
        };
        for phase in phases {
            let (capacity, access_modes) = match phase {
                ClaimPhase::Bound => (Some(quantity("1Gi")), claim("x").access_modes),
                ClaimPhase::Pending | ClaimPhase::Lost => (None, AccessModes::default()),
            };
            let status = ClaimStatus { phase: *phase, capacity, access_modes, ..ClaimStatus::default() };
            let volume_name = VolumeName::new(name);
            claims.push(Claim { completed, volume_name, status, ..claim("x") });
        }
    }
    claims
}

/// Whom the `claimRef` of the volume `v` may name.
fn claim_refs() -> [Option<ClaimRef>; 7] {
    [
        None,
        Some(claim_ref("x", None)),
        Some(claim_ref("x", Some("uid-x"))),
        Some(claim_ref("x", Some("uid-of-one-before"))),
        Some(claim_ref("y", None)),
        Some(claim_ref("y", Some("uid-x"))),
        Some(claim_ref("y", Some("uid-y"))),
    ]
}

/// The volume `v` in each phase, with each `claimRef`, made by whom it may be.
fn any_volume() -> Vec<Volume> {
    let mut volumes = Vec::new();
    for phase in VolumePhase::ALL {
        for claim_ref in claim_refs() {
            for (bound_by_controller, is_made) in [(false, false), (true, false), (false, true), (true, true)]
            {
                volumes.push(Volume {
                    phase,
                    claim_ref: claim_ref.clone(),
                    bound_by_controller,
                    provisioned_by: is_made.then(|| Text::new("csi.example.com")),
                    reclaim_policy: if is_made { ReclaimPolicy::Delete } else { ReclaimPolicy::Retain },
                    ..volume("v")
                });
            }
        }
    }
    volumes
}

/// Any volume, beside a claim in any state and another volume.
fn volumes() -> Vec<Vec<Start>> {
    let mine = Volume { claim_ref: Some(claim_ref("x", Some("uid-x"))), ..volume("w") };
    let others = [None, Some(volume("w")), Some(mine)];
    let claims: Vec<Option<Claim>> = std::iter::once(None).chain(claims().into_iter().map(Some)).collect();
    let mut starts = Vec::new();
    for v in any_volume() {
        for other in &others {
            for claim in &claims {
                let volumes = [Some(v.clone()), other.clone()].into_iter().flatten().map(Start::from);
                starts.push(volumes.chain(claim.clone().map(Start::from)).collect());
            }
        }
    }
    starts
}

/// A claim of each class, beside a volume of each, with and without consumers and a default class.
fn classes() -> Vec<Vec<Start>> {
    let odd = Class { binding_mode: None, ..class("odd", BindingMode::Immediate) };
    let default = Class { is_default: true, ..class("standard", BindingMode::Immediate) };
    let slow = class("slow", BindingMode::WaitForFirstConsumer);
    let known = [class("fast", BindingMode::Immediate), slow, odd].map(Start::from);
    let names = [None, Some(""), Some("fast"), Some("slow"), Some("odd"), Some("gone")];
    let flags = (0_u8..16).map(|bits| [1, 2, 4, 8].map(|bit| bits & bit != 0));
    let mut starts = Vec::new();
    for [completed, is_selected, has_pod, has_default] in flags {
        for (of_claim, of_volume) in names.iter().flat_map(|name| names.map(|volume| (*name, volume))) {
            let x = Claim {
                class: of_claim.map(ClassName::new),
                completed,
                selected_node: is_selected.then(|| NodeName::new("n")),
                ..claim("x")
            };
            let mut start: Vec<Start> = known.to_vec();
            start.extend(has_default.then(|| Start::from(default.clone())));
            start.extend(has_pod.then(|| Start::from(pod("p", &["x"]))));
            start
                .extend(of_volume.map(|it| Start::from(Volume { class: ClassName::new(it), ..volume("v") })));
            start.push(Start::from(x));
            starts.push(start);
        }
    }
    starts
}

/// A bound pair whose status is not what the volume says: a resizer is at work, or was.
fn statuses() -> Vec<Vec<Start>> {
    let sizes = [None, Some("512Mi"), Some("1Gi"), Some("2Gi")];
    let texts = ["", "gold"].map(Text::new);
    let mut starts = Vec::new();
    for phase in [ClaimPhase::Pending, ClaimPhase::Bound, ClaimPhase::Lost] {
        for (size, before_resize) in sizes.iter().flat_map(|size| sizes.map(|before| (*size, before))) {
            for (shown, of_volume) in texts.iter().flat_map(|shown| texts.iter().map(move |of| (shown, of))) {
                let v = Volume {
                    phase: VolumePhase::Bound,
                    claim_ref: Some(claim_ref("x", Some("uid-x"))),
                    attributes_class: of_volume.clone(),
                    capacity_before_resize: before_resize.map(quantity),
                    ..volume("v")
                };
                let status = ClaimStatus {
                    phase,
                    access_modes: v.access_modes,
                    capacity: size.map(quantity),
                    attributes_class: shown.clone(),
                };
                let volume_name = VolumeName::new("v");
                let x = Claim { completed: true, volume_name, status, ..claim("x") };
                starts.push(vec![Start::from(v), Start::from(x)]);
            }
        }
    }
    starts
}

/// Makes of a volume one that the claim does not ask for.
type Spoil = fn(&mut Volume);

const SPOILS: [Spoil; 7] = [
    |_| {},
    |it| it.capacity = quantity("1Mi"),
    |it| it.volume_mode = VolumeMode::Block,
    |it| it.access_modes = AccessModes::new([AccessMode::ReadOnlyMany]),
    |it| it.attributes_class = Text::new("gold"),
    |it| it.class = ClassName::new("fast"),
    |it| it.deleting = true,
];

/// A volume that lacks something, free, reserved or named, with and without one that does not.
fn misfits() -> Vec<Vec<Start>> {
    let refs = [None, Some(claim_ref("x", None)), Some(claim_ref("x", Some("uid-x")))];
    let flags = (0_u8..8).map(|bits| [1, 2, 4].map(|bit| bits & bit != 0));
    let mut starts = Vec::new();
    for [is_named, completed, has_other] in flags {
        for (spoil, claim_ref) in SPOILS.iter().flat_map(|spoil| refs.iter().map(move |it| (spoil, it))) {
            let mut v = Volume { claim_ref: claim_ref.clone(), ..volume("v") };
            spoil(&mut v);
            let mut v = Start::from(v);
            // A deleted volume that is still there is held by a finalizer.
            v.record.rest =
                Arc::new(Rest { finalizers: vec![Text::new("example.com/hold")], ..Rest::default() });
            let name = if is_named { "v" } else { "" };
            let x = Claim { volume_name: VolumeName::new(name), completed, ..claim("x") };
            let mut start = vec![v, Start::from(x)];
            start.extend(has_other.then(|| Start::from(volume("w"))));
            starts.push(start);
        }
    }
    starts
}
