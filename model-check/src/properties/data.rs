//! Whose data a volume holds: nobody else's claim ever gets it.

use windlass_core::call::BindCall;
use windlass_core::ids::ObjectKey;
use windlass_core::observed::{ClaimPhase, VolumePhase};
use windlass_world::actors::ApiServer;

use super::{Change, Judge, Property, Sort, Verdict, look};

const fn safety(id: &'static str, says: &'static str, judge: Judge) -> Property {
    Property { id, says, sort: Sort::Safety, judge }
}

pub(super) const ALL: &[Property] = &[
    safety(
        "bind/S1",
        "A controller never puts one UID in the place of another in a claimRef.",
        Judge::Change(claim_ref_is_a_lock),
    ),
    safety("bind/S2", "A claim that names a volume names it for ever.", Judge::Change(name_is_written_once)),
    safety(
        "bind/S3",
        "When a controller completes a bind, the named volume has the claim's UID.",
        Judge::Change(completed_means_locked),
    ),
    safety("bind/S4", "No two claims are bound to one volume.", Judge::Stored(one_claim_a_volume)),
    safety(
        "bind/S6",
        "A volume is Released only if its claim is gone or has another volume.",
        Judge::Change(released_means_gone),
    ),
    safety(
        "bind/S9",
        "A search gives no claim a volume that is being deleted.",
        Judge::Change(no_search_finds_a_deleted_volume),
    ),
    safety(
        "bind/S10",
        "No volume that is being deleted gets a claim that was never bound to it, not even one that it names.",
        Judge::Change(no_consumer_for_a_deleted_volume),
    ),
    safety(
        "bind/S11",
        "A bind is completed only while the volume shows as Bound, which is what protects it from deletion.",
        Judge::Change(protected_before_completed),
    ),
    safety(
        "bind/S30",
        "A volume reserved for a name goes to a claim of that name only.",
        Judge::Change(reserved_name_is_kept),
    ),
    safety(
        "bind/D1",
        "A claim is marked Lost only if its volume is gone or another's.",
        Judge::Change(lost_means_lost),
    ),
    safety(
        "bind/D2",
        "A claim that was bound and names no volume is never bound to any other.",
        Judge::Change(erased_name_stays_erased),
    ),
];

fn claim_ref_is_a_lock(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(_)) = (change.volume(), change.order()) else {
        return Verdict::NotAtStake;
    };
    match (before.claim_ref.as_ref().and_then(|it| it.uid.as_ref()), &after.claim_ref) {
        (Some(old), Some(new)) => Verdict::of(new.uid.is_none() || new.uid.as_ref() == Some(old), || {
            format!("the claimRef of volume {} changed hands, to claim {}", after.name, new.key)
        }),
        (Some(_), None) => Verdict::Holds,
        // With another claim of that name or that wants the volume, a write could have been the wrong one.
        (None, Some(_)) if look::claims(change.stored).count() > 1 => Verdict::Holds,
        (None, _) => Verdict::NotAtStake,
    }
}

fn name_is_written_once(change: &Change<'_>) -> Verdict {
    let Some((before, after)) = change.claim() else { return Verdict::NotAtStake };
    if before.volume_name.is_empty() || change.order().is_none() {
        return Verdict::NotAtStake;
    }
    Verdict::of(before.volume_name == after.volume_name, || {
        format!("claim {} named volume {} and names {}", after.key, before.volume_name, after.volume_name)
    })
}

fn completed_means_locked(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(_)) = (change.claim(), change.order()) else {
        return Verdict::NotAtStake;
    };
    // What users do to a volume between the two writes is another matter: the claim will be Lost.
    let is_touched = change.touched.contains(&ObjectKey::Volume(after.volume_name.clone()));
    if before.completed || !after.completed || is_touched {
        return Verdict::NotAtStake;
    }
    let volume = look::volume(change.stored, &after.volume_name);
    Verdict::of(volume.is_some_and(|it| look::is_held_by(it, after)), || {
        format!("claim {} is bound to volume {}, which does not have its UID", after.key, after.volume_name)
    })
}

fn one_claim_a_volume(api: &ApiServer) -> Verdict {
    let mut at_stake = false;
    for volume in look::volumes(api) {
        let named: Vec<_> = look::claims(api).filter(|claim| claim.volume_name == volume.name).collect();
        let bound = named.iter().filter(|claim| claim.completed && look::is_held_by(volume, claim)).count();
        at_stake |= look::claims(api).count() > 1 && bound > 0;
        // A status says it to users, who may write by then.
        let shown = named.iter().filter(|claim| claim.status.phase == ClaimPhase::Bound).count();
        if bound > 1 || (shown > 1 && bound == shown) {
            return Verdict::Broken(format!("volume {} is bound to {bound} claims", volume.name));
        }
    }
    if at_stake { Verdict::Holds } else { Verdict::NotAtStake }
}

fn released_means_gone(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(_)) = (change.volume(), change.order()) else {
        return Verdict::NotAtStake;
    };
    if before.phase == VolumePhase::Released || after.phase != VolumePhase::Released {
        return Verdict::NotAtStake;
    }
    // By name and UID; or by UID alone, if the claim names the volume: then the name is what is wrong.
    let by_uid = look::claims(change.stored).find(|claim| look::is_held_by(after, claim));
    let is_elsewhere = by_uid.is_none_or(|claim| {
        let is_misnamed = after.claim_ref.as_ref().is_some_and(|it| it.key != claim.key);
        claim.volume_name != after.name && (is_misnamed || !claim.volume_name.is_empty())
    });
    Verdict::of(is_elsewhere, || format!("volume {} was released from under its claim", after.name))
}

fn no_search_finds_a_deleted_volume(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(BindCall::ReserveVolume { claim, .. })) =
        (change.volume(), change.bind_call())
    else {
        return Verdict::NotAtStake;
    };
    let is_searched = look::claim(change.stored, claim).is_some_and(|it| it.volume_name.is_empty());
    if !is_searched || !change.touched.contains(change.key) && !before.deleting {
        return Verdict::NotAtStake;
    }
    Verdict::of(!before.deleting, || format!("volume {} was being deleted when a search took it", after.name))
}

fn no_consumer_for_a_deleted_volume(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(BindCall::ReserveVolume { claim, .. })) =
        (change.volume(), change.bind_call())
    else {
        return Verdict::NotAtStake;
    };
    let is_new = look::claim(change.stored, claim).is_some_and(|it| !it.completed);
    if !is_new || !change.touched.contains(change.key) && !before.deleting {
        return Verdict::NotAtStake;
    }
    Verdict::of(!before.deleting, || format!("volume {} was being deleted when a claim got it", after.name))
}

fn protected_before_completed(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(_)) = (change.claim(), change.order()) else {
        return Verdict::NotAtStake;
    };
    let is_touched = change.touched.contains(&ObjectKey::Volume(after.volume_name.clone()));
    let volume = look::volume(change.stored, &after.volume_name);
    match volume.filter(|_| !before.completed && after.completed && !is_touched) {
        None => Verdict::NotAtStake,
        Some(volume) => Verdict::of(volume.phase == VolumePhase::Bound, || {
            format!(
                "claim {} is bound to volume {}, which shows as {}",
                after.key,
                volume.name,
                volume.phase.as_str()
            )
        }),
    }
}

fn reserved_name_is_kept(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(_)) = (change.volume(), change.order()) else {
        return Verdict::NotAtStake;
    };
    match &before.claim_ref {
        Some(reserved) if !before.bound_by_controller => {
            let kept = after.claim_ref.as_ref().is_some_and(|it| it.key == reserved.key);
            // A claim of the UID that mends the name of its own volume.
            let mended =
                after.claim_ref.as_ref().is_some_and(|it| it.uid.is_some() && it.uid == reserved.uid);
            Verdict::of(kept || mended, || {
                format!(
                    "volume {} was reserved for the name {} and is not any more",
                    after.name, reserved.key
                )
            })
        }
        Some(_) | None => Verdict::NotAtStake,
    }
}

fn lost_means_lost(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(_)) = (change.claim(), change.order()) else {
        return Verdict::NotAtStake;
    };
    if before.status.phase == ClaimPhase::Lost || after.status.phase != ClaimPhase::Lost {
        return Verdict::NotAtStake;
    }
    let Some(volume) = look::volume(change.stored, &after.volume_name) else { return Verdict::Holds };
    // A volume that users made again behind the controller's back may have come after its last look.
    let is_ours = look::is_held_by(volume, after) && volume.bound_by_controller;
    Verdict::of(!is_ours, || format!("claim {} is Lost though its volume is there", after.key))
}

fn erased_name_stays_erased(change: &Change<'_>) -> Verdict {
    let Some(call) = change.bind_call() else { return Verdict::NotAtStake };
    let erased = |key| look::claim(change.stored, key).filter(|it| it.completed && it.volume_name.is_empty());
    let this = change.claim().and_then(|(before, _)| erased(&before.key));
    match call {
        BindCall::ReserveVolume { claim, .. } => match erased(claim) {
            None => Verdict::NotAtStake,
            Some(claim) => Verdict::Broken(format!("claim {} was bound, and gets another volume", claim.key)),
        },
        BindCall::MarkClaim(_) => match this {
            None => Verdict::NotAtStake,
            Some(_) => Verdict::Holds,
        },
        BindCall::BindClaim(_) => match this {
            None => Verdict::NotAtStake,
            Some(claim) => {
                Verdict::Broken(format!("claim {} was bound, and names another volume", claim.key))
            }
        },
        BindCall::MarkVolume(_) | BindCall::FreeVolume { .. } | BindCall::Read { .. } => Verdict::NotAtStake,
    }
}
