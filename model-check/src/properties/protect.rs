//! What is in use is not deleted, and what is not in use goes.

use windlass_core::call::{Call, ProtectCall};
use windlass_core::ids::ObjectKey;
use windlass_core::observed::{Claim, Finalizer, Object, Pod, Volume, VolumePhase};
use windlass_world::actors::ApiServer;
use windlass_world::record::Record;

use super::{Change, Judge, ProcessStep, Property, Rest, Sort, Verdict, look};

const fn safety(id: &'static str, says: &'static str, judge: Judge) -> Property {
    Property { id, says, sort: Sort::Safety, judge }
}

const fn converges(id: &'static str, says: &'static str, judge: Judge) -> Property {
    Property { id, says, sort: Sort::Convergence, judge }
}

pub(super) const ALL: &[Property] = &[
    safety(
        "protect/S11",
        "A volume does not go while a claim is bound to it, whatever its phase says.",
        Judge::Change(bound_volume_stays),
    ),
    safety(
        "protect/S12",
        "A claim does not go while a pod exists that uses it, on a node or on its way to one.",
        Judge::Change(used_claim_stays),
    ),
    safety(
        "protect/S31",
        "A pod keeps no claim that was made for another pod.",
        Judge::Rest(no_stranger_keeps_a_claim),
    ),
    safety(
        "protect/S34",
        "No finalizer is added to an object that is being deleted.",
        Judge::Process(nothing_is_added_to_what_goes),
    ),
    safety(
        "protect/D1",
        "Only the finalizer that protects an object is added or taken away; all else stays.",
        Judge::Change(nothing_else_is_touched),
    ),
    converges(
        "protect/L9",
        "A deleted volume that no claim has does not keep the finalizer.",
        Judge::Rest(unused_volume_goes),
    ),
    converges(
        "protect/L18",
        "A deleted claim that no pod uses does not keep the finalizer.",
        Judge::Rest(unused_claim_goes),
    ),
    converges(
        "protect/L30",
        "What is not being deleted has the finalizer that protects it.",
        Judge::Rest(all_are_protected),
    ),
];

/// The pod that uses `claim`, if one does, as the documentation of Kubernetes has it.
fn user<'a>(api: &'a ApiServer, claim: &'a Claim) -> Option<&'a Pod> {
    let uses = |pod: &&Pod| {
        pod.claims.iter().any(|used| {
            let is_its_own = claim.owner_pod.as_deref().is_some_and(|owner| *owner == pod.uid);
            used.key == claim.key && (!used.ephemeral || (is_its_own && !pod.shut_down))
        })
    };
    api.iter().filter_map(|record| record.object.as_pod()).map(|pod| &**pod).find(uses)
}

/// The claim that is bound to `volume`, if one is.
fn holder<'a>(api: &'a ApiServer, volume: &Volume) -> Option<&'a Claim> {
    let is_bound = |claim: &&Claim| {
        claim.completed && claim.volume_name == volume.name && look::is_held_by(volume, claim)
    };
    look::claims(api).find(is_bound)
}

/// The object that a controller lets go by taking its finalizer away.
fn let_go<'a>(change: &Change<'a>) -> Option<&'a Record> {
    let is_release = change.order()?.call == Call::Protect(ProtectCall::RemoveFinalizer);
    let before = change.stored.get(change.key)?;
    (is_release && before.is_deleting()).then_some(before)
}

fn bound_volume_stays(change: &Change<'_>) -> Verdict {
    let Some(volume) = let_go(change).and_then(|it| it.object.as_volume()) else {
        return Verdict::NotAtStake;
    };
    match holder(change.stored, volume) {
        Some(claim) => {
            Verdict::Broken(format!("volume {} goes, and claim {} has it", volume.name, claim.key))
        }
        None => Verdict::Holds,
    }
}

fn used_claim_stays(change: &Change<'_>) -> Verdict {
    let Some(claim) = let_go(change).and_then(|it| it.object.as_claim()) else { return Verdict::NotAtStake };
    match user(change.stored, claim) {
        Some(pod) => Verdict::Broken(format!("claim {} goes, and pod {} uses it", claim.key, pod.key)),
        None => Verdict::Holds,
    }
}

fn no_stranger_keeps_a_claim(rest: &Rest<'_>) -> Verdict {
    let api = &rest.world.api;
    let is_named = |claim: &&Claim| {
        let pods = api.iter().filter_map(|record| record.object.as_pod());
        pods.flat_map(|pod| pod.claims.iter()).any(|used| used.ephemeral && used.key == claim.key)
    };
    let named: Vec<&Claim> = look::claims(api).filter(|it| it.deleting).filter(is_named).collect();
    let kept = named
        .iter()
        .find(|claim| claim.finalizers.contains(Finalizer::ClaimProtection) && user(api, claim).is_none());
    match kept {
        Some(claim) => {
            Verdict::Broken(format!("claim {} is kept by a pod that it was not made for", claim.key))
        }
        // Where the claim of a stranger has gone, there is nothing left to see of it.
        None if rest.setting.machines.protect_claims && rest.world.steps_taken > 0 => Verdict::Holds,
        None => Verdict::NotAtStake,
    }
}

fn nothing_is_added_to_what_goes(step: &ProcessStep<'_>) -> Verdict {
    let mut at_stake = false;
    for order in step.after.sent.keys().filter(|order| !step.before.sent.contains_key(*order)) {
        let (Call::Protect(ProtectCall::AddFinalizer), Some(key)) = (&order.call, order.key.object()) else {
            continue;
        };
        at_stake = true;
        if step.after.core.store().object(key).is_some_and(|known| known.is_deleting()) {
            return Verdict::Broken(format!("{key} is being deleted, and is to be protected"));
        }
    }
    if at_stake { Verdict::Holds } else { Verdict::NotAtStake }
}

fn nothing_else_is_touched(change: &Change<'_>) -> Verdict {
    let Some(Call::Protect(_)) = change.order().map(|order| &order.call) else { return Verdict::NotAtStake };
    let (Some(before), Some(after)) = (change.stored.get(change.key), change.after.get(change.key)) else {
        return Verdict::NotAtStake;
    };
    let others = |record: &Record| -> Vec<String> {
        let ours = Finalizer::protecting(record.object.kind()).map(Finalizer::name);
        let names = record.rest.finalizers.iter().map(ToString::to_string);
        names.filter(|it| Some(it.as_str()) != ours).collect()
    };
    let mut as_before = after.object.clone();
    as_before.set_finalizers(before.object.finalizers());
    let is_same = as_before.is_alike(&before.object) && others(before) == others(after);
    Verdict::of(is_same, || format!("more than a finalizer of {} was changed", change.key))
}

fn unused_volume_goes(rest: &Rest<'_>) -> Verdict {
    if !rest.setting.machines.protect_volumes {
        return Verdict::NotAtStake;
    }
    let api = &rest.world.api;
    let mut at_stake = false;
    for volume in look::volumes(api).filter(|it| it.deleting) {
        at_stake = true;
        let is_used = volume.phase == VolumePhase::Bound || holder(api, volume).is_some();
        if !is_used && volume.finalizers.contains(Finalizer::VolumeProtection) {
            return Verdict::Broken(format!("volume {} is deleted, and nobody has it", volume.name));
        }
    }
    if at_stake { Verdict::Holds } else { Verdict::NotAtStake }
}

fn unused_claim_goes(rest: &Rest<'_>) -> Verdict {
    if !rest.setting.machines.protect_claims {
        return Verdict::NotAtStake;
    }
    let api = &rest.world.api;
    let mut at_stake = false;
    for claim in look::claims(api).filter(|it| it.deleting) {
        at_stake = true;
        if user(api, claim).is_none() && claim.finalizers.contains(Finalizer::ClaimProtection) {
            return Verdict::Broken(format!("claim {} is deleted, and no pod uses it", claim.key));
        }
    }
    if at_stake { Verdict::Holds } else { Verdict::NotAtStake }
}

fn all_are_protected(rest: &Rest<'_>) -> Verdict {
    let machines = rest.setting.machines;
    let is_ours = |object: &Object| match object.key() {
        ObjectKey::Claim(_) => machines.protect_claims,
        ObjectKey::Volume(_) => machines.protect_volumes,
        ObjectKey::Class(_) | ObjectKey::Node(_) | ObjectKey::Pod(_) => false,
    };
    let mut at_stake = false;
    for object in rest.world.api.iter().map(|record| &record.object).filter(|it| is_ours(it)) {
        let Some(finalizer) = Finalizer::protecting(object.kind()) else { continue };
        at_stake |= !object.is_deleting();
        if !object.is_deleting() && !object.finalizers().contains(finalizer) {
            return Verdict::Broken(format!("{} has nothing that protects it", object.key()));
        }
    }
    if at_stake { Verdict::Holds } else { Verdict::NotAtStake }
}
