//! Who may choose a volume for a claim, and which one.

use windlass_core::call::BindCall;
use windlass_core::ids::ClassName;

use super::{Change, Judge, Property, Sort, Verdict, look};

const fn safety(id: &'static str, says: &'static str, judge: Judge) -> Property {
    Property { id, says, sort: Sort::Safety, judge }
}

pub(super) const ALL: &[Property] = &[
    safety(
        "bind/S21",
        "A claim that asks for no class never gets a class, nor a volume that has one.",
        Judge::Change(no_class_is_an_answer),
    ),
    safety(
        "bind/S22",
        "The binder writes no class into a claim that says nothing of one.",
        Judge::Change(class_is_not_ours_to_write),
    ),
    safety(
        "bind/C1",
        "A claim gets only a volume that is what it asks for.",
        Judge::Change(gets_what_it_asks_for),
    ),
    safety(
        "bind/C2",
        "A claim that may take any volume takes the one that is reserved for it before a free one.",
        Judge::Change(reserved_first),
    ),
    safety(
        "bind/S15",
        "A reservation is marked as a controller's if and only if a controller made it.",
        Judge::Change(mark_tells_who_reserved),
    ),
    safety(
        "bind/S16",
        "A volume is let go only if its claim names another one, and a user's reservation keeps its name.",
        Judge::Change(let_go_with_care),
    ),
    safety(
        "bind/S23",
        "Where a class waits for the first consumer, the binder takes no volume that nobody reserved.",
        Judge::Change(scheduler_chooses),
    ),
    safety(
        "bind/S24",
        "That holds too while the watch of classes is behind: a class that is older than the claim counts.",
        Judge::Change(scheduler_chooses_unseen),
    ),
];

fn gets_what_it_asks_for(change: &Change<'_>) -> Verdict {
    let (Some((before, _)), Some(BindCall::ReserveVolume { claim, .. })) =
        (change.volume(), change.bind_call())
    else {
        return Verdict::NotAtStake;
    };
    let Some(claim) = look::claim(change.stored, claim) else { return Verdict::NotAtStake };
    // A claim that was bound to it, or that the volume names as well, takes it as it is: data is moved so.
    let is_mutual = before.claim_ref.is_some() && !claim.volume_name.is_empty();
    if claim.completed || is_mutual {
        return Verdict::NotAtStake;
    }
    let lacks = match claim.volume_name.is_empty() {
        true => look::lacks(before, claim),
        // The user chose: selector and, where the class is to be had, the class still have to be right.
        false => look::lacks(before, &unselected(claim)),
    };
    Verdict::of(lacks.is_none(), || {
        format!("claim {} takes volume {}: {}", claim.key, before.name, lacks.unwrap_or_default())
    })
}

/// A claim that names its volume: its selector does not matter.
fn unselected(claim: &windlass_core::observed::Claim) -> windlass_core::observed::Claim {
    windlass_core::observed::Claim { selector: None, ..claim.clone() }
}

fn reserved_first(change: &Change<'_>) -> Verdict {
    let (Some((before, _)), Some(BindCall::ReserveVolume { claim, .. })) =
        (change.volume(), change.bind_call())
    else {
        return Verdict::NotAtStake;
    };
    let Some(claim) = look::claim(change.stored, claim) else { return Verdict::NotAtStake };
    if !claim.volume_name.is_empty() || claim.completed {
        return Verdict::NotAtStake;
    }
    // One that was made or changed since the claim came may not have been seen.
    let reserved = look::volumes(change.stored).find(|it| {
        it.claim_ref.as_ref().is_some_and(|it| it.key == claim.key)
            && it.version < claim.version
            && !it.deleting
            && look::lacks(it, claim).is_none()
    });
    match reserved {
        None => Verdict::NotAtStake,
        Some(reserved) => Verdict::of(before.claim_ref.is_some(), || {
            format!("claim {} takes {} though {} is reserved for it", claim.key, before.name, reserved.name)
        }),
    }
}

fn mark_tells_who_reserved(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(_)) = (change.volume(), change.order()) else {
        return Verdict::NotAtStake;
    };
    let wanted = match (&before.claim_ref, &after.claim_ref) {
        (None, Some(_)) => true,
        (Some(_), Some(_)) => before.bound_by_controller,
        (_, None) => false,
    };
    // Mending the name beside the right UID is a controller's reservation from then on.
    let mends = match (&before.claim_ref, &after.claim_ref) {
        (Some(before), Some(after)) => before.key != after.key,
        (Some(_) | None, Some(_) | None) => false,
    };
    if before.claim_ref == after.claim_ref || mends {
        return Verdict::NotAtStake;
    }
    Verdict::of(after.bound_by_controller == wanted, || match wanted {
        true => format!("a controller reserved volume {} and did not say so", after.name),
        false => format!("volume {} is marked as if a controller had reserved it", after.name),
    })
}

fn let_go_with_care(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(BindCall::FreeVolume { .. })) = (change.volume(), change.bind_call())
    else {
        return Verdict::NotAtStake;
    };
    let Some(claim_ref) = &before.claim_ref else { return Verdict::NotAtStake };
    let keeps_name = after.claim_ref.as_ref().is_some_and(|it| it.key == claim_ref.key && it.uid.is_none());
    if !before.bound_by_controller && !keeps_name {
        return Verdict::Broken(format!("a user reserved volume {}, and that was undone", after.name));
    }
    let is_wanted = look::claimant(change.stored, before)
        .is_some_and(|it| it.volume_name.is_empty() || it.volume_name == before.name);
    Verdict::of(!is_wanted, || format!("volume {} was let go though its claim names it", after.name))
}

fn no_class_is_an_answer(change: &Change<'_>) -> Verdict {
    if let Some((before, after)) = change.claim()
        && before.class.as_ref().is_some_and(ClassName::is_empty)
        && change.order().is_some()
    {
        return Verdict::of(before.class == after.class, || format!("claim {} got a class", after.key));
    }
    let (Some((before, _)), Some(BindCall::ReserveVolume { claim, .. })) =
        (change.volume(), change.bind_call())
    else {
        return Verdict::NotAtStake;
    };
    match look::claim(change.stored, claim) {
        Some(claim)
            if claim.class.as_ref().is_some_and(ClassName::is_empty)
                && claim.volume_name.is_empty()
                && before.claim_ref.is_none() =>
        {
            Verdict::of(before.class.is_empty(), || {
                format!("claim {} asked for no class and takes {}", claim.key, before.name)
            })
        }
        Some(_) | None => Verdict::NotAtStake,
    }
}

fn class_is_not_ours_to_write(change: &Change<'_>) -> Verdict {
    let (Some((before, after)), Some(_)) = (change.claim(), change.order()) else {
        return Verdict::NotAtStake;
    };
    match &before.class {
        None => Verdict::of(after.class.is_none(), || format!("claim {} got a class", after.key)),
        Some(_) => Verdict::NotAtStake,
    }
}

/// Whether the binder chose a volume for a claim whose class, which is stored, waits for its consumer.
fn chosen(change: &Change<'_>, is_seen: impl Fn(&windlass_core::observed::Class) -> bool) -> Verdict {
    let (Some((before, _)), Some(BindCall::ReserveVolume { claim, .. })) =
        (change.volume(), change.bind_call())
    else {
        // Whatever else a controller writes: it could have taken a volume that such a claim could have.
        let is_tempting = look::claims(change.stored).any(|claim| {
            let class = look::class(change.stored, &claim.class_name());
            class.is_some_and(|it| look::waits_for_consumer(it) && it.uid < claim.uid && is_seen(it))
                && claim.volume_name.is_empty()
                && look::volumes(change.stored)
                    .any(|it| it.claim_ref.is_none() && look::lacks(it, claim).is_none())
        });
        let is_tempted = is_tempting && change.order().is_some();
        return if is_tempted { Verdict::Holds } else { Verdict::NotAtStake };
    };
    let Some(claim) = look::claim(change.stored, claim) else { return Verdict::NotAtStake };
    match look::class(change.stored, &claim.class_name()) {
        // Classes and claims are created in the order of their UIDs.
        Some(class) if look::waits_for_consumer(class) && class.uid < claim.uid && is_seen(class) => {
            let is_chosen = before.claim_ref.is_none() && claim.volume_name.is_empty() && !claim.completed;
            Verdict::of(!is_chosen, || {
                format!("the binder chose volume {} for claim {}", before.name, claim.key)
            })
        }
        Some(_) | None => Verdict::NotAtStake,
    }
}

fn scheduler_chooses(change: &Change<'_>) -> Verdict {
    chosen(change, |_| true)
}

fn scheduler_chooses_unseen(change: &Change<'_>) -> Verdict {
    // A class that users create in the course of the model, which a watch may be behind with.
    chosen(change, |class| change.created.contains(&windlass_core::ids::ObjectKey::Class(class.name.clone())))
}
