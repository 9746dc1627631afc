//! What status and marks say, and in what order they are written.

use windlass_core::observed::{ClaimPhase, VolumePhase};

use super::{Change, Judge, Property, Sort, Verdict};

const fn safety(id: &'static str, says: &'static str, judge: Judge) -> Property {
    Property { id, says, sort: Sort::Safety, judge }
}

pub(super) const ALL: &[Property] = &[
    safety(
        "bind/S17",
        "The mark of a completed bind is never taken away, and its claim is never Pending again.",
        Judge::Change(completed_for_good),
    ),
    safety(
        "bind/S18",
        "A controller sets a claim's capacity only in the write that changes its phase.",
        Judge::Change(capacity_with_the_phase),
    ),
    safety(
        "bind/S20",
        "A controller sets a claim's attributes class only when a Pending claim becomes Bound.",
        Judge::Change(attributes_class_once),
    ),
    safety(
        "bind/S29",
        "The phases of a volume move along the documented ways.",
        Judge::Change(phases_move_along),
    ),
    safety(
        "bind/B5",
        "A volume shows as Bound only with its claim's UID, a claim only with its volume's name.",
        Judge::Change(shown_after_done),
    ),
];

fn completed_for_good(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(_)) = (change.claim(), change.order()) else {
        return Verdict::NotAtStake;
    };
    if !before.completed {
        return Verdict::NotAtStake;
    }
    let fell_back = before.status.phase != ClaimPhase::Pending && after.status.phase == ClaimPhase::Pending;
    Verdict::of(after.completed && !fell_back, || {
        format!("claim {} was bound and is as if it had never been", after.key)
    })
}

fn capacity_with_the_phase(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(_)) = (change.claim(), change.order()) else {
        return Verdict::NotAtStake;
    };
    let is_set = before.status.capacity != after.status.capacity && after.status.capacity.is_some();
    if !is_set && before.status.phase != ClaimPhase::Bound {
        return Verdict::NotAtStake;
    }
    Verdict::of(!is_set || before.status.phase != after.status.phase, || {
        format!("the capacity of claim {} was set while it stayed {}", after.key, after.status.phase.as_str())
    })
}

fn attributes_class_once(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(_)) = (change.claim(), change.order()) else {
        return Verdict::NotAtStake;
    };
    let (old, new) = (&before.status, &after.status);
    let is_set = old.attributes_class != new.attributes_class && !new.attributes_class.is_empty();
    let is_first = old.phase == ClaimPhase::Pending && new.phase == ClaimPhase::Bound;
    match (is_set, old.phase) {
        (false, ClaimPhase::Pending) => Verdict::NotAtStake,
        (_, _) => Verdict::of(!is_set || is_first, || {
            format!("the attributes class in the status of claim {} was written over", after.key)
        }),
    }
}

fn phases_move_along(change: &Change<'_>) -> Verdict {
    use VolumePhase::{Available, Bound, Failed, Pending, Released};
    let (Some((before, after)), Some(_)) = (change.volume(), change.order()) else {
        return Verdict::NotAtStake;
    };
    let is_legal = match (before.phase, after.phase) {
        (from, to) if from == to => return Verdict::NotAtStake,
        (Pending, Available | Bound | Released)
        | (Available, Bound | Released)
        | (Bound, Released | Available)
        | (Released, Available | Failed | Bound)
        | (Failed, Available | Bound) => true,
        (Pending | Available | Bound | Released | Failed, _) => false,
    };
    Verdict::of(is_legal, || {
        format!("volume {} went from {} to {}", after.name, before.phase.as_str(), after.phase.as_str())
    })
}

fn shown_after_done(change: &Change<'_>) -> Verdict {
    if change.order().is_none() {
        return Verdict::NotAtStake;
    }
    if let Some((before, after)) = change.volume()
        && before.phase != VolumePhase::Bound
        && after.phase == VolumePhase::Bound
    {
        let has_uid = after.claim_ref.as_ref().is_some_and(|it| it.uid.is_some());
        return Verdict::of(has_uid, || format!("volume {} shows as Bound and is nobody's", after.name));
    }
    if let Some((before, after)) = change.claim()
        && before.status.phase != ClaimPhase::Bound
        && after.status.phase == ClaimPhase::Bound
    {
        return Verdict::of(after.completed && !after.volume_name.is_empty(), || {
            format!("claim {} shows as Bound and its bind is not complete", after.key)
        });
    }
    Verdict::NotAtStake
}
