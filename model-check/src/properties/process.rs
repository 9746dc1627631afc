//! One controller by itself: its books, its cache, its orders.

use windlass_core::call::{BindCall, Call};
use windlass_core::ids::ObjectKey;
use windlass_core::in_flight::Standing;
use windlass_core::observed::{Claim, Object, Store, VolumePhase};
use windlass_core::order::{Answer, Order, Timer};
use windlass_world::actors::{Action, Process, Story};

use super::{Judge, ProcessStep, Property, Sort, Verdict, look};

/// Looks for overdue orders after which none may be waited for any more.
const LOOKS_MAX: usize = 3;

const fn property(id: &'static str, says: &'static str, sort: Sort, judge: Judge) -> Property {
    Property { id, says, sort, judge }
}

pub(super) const ALL: &[Property] = &[
    property(
        "shared/F1",
        "The books of a controller agree: indexes, operations under way, claims that wait (docs/invariants.md).",
        Sort::Invariant,
        Judge::Process(books_agree),
    ),
    property(
        "shared/S28",
        "A controller acts on the newest state that it has seen of an object, and never unsees one.",
        Sort::Safety,
        Judge::Process(acts_on_the_newest),
    ),
    property(
        "shared/S38",
        "The same input to the same state has the same effects.",
        Sort::Safety,
        Judge::Process(is_deterministic),
    ),
    property(
        "bind/W1",
        "No new volume is announced as Available that a waiting claim takes next: four writes bind a pair.",
        Sort::Safety,
        Judge::Process(announces_only_what_nobody_takes),
    ),
    property(
        "shared/F3",
        "After an order whose end is unknown, nothing is ordered about its objects before a fresh look.",
        Sort::Safety,
        Judge::Process(doubt_is_respected),
    ),
    property(
        "shared/F5",
        "An order to which no answer comes is given up after three looks.",
        Sort::Safety,
        Judge::Process(gives_up_what_is_overdue),
    ),
    property(
        "shared/F6",
        "The wait for an answer ends with that answer: one that comes late, to an order given up before, ends nothing.",
        Sort::Safety,
        Judge::Process(late_answers_end_nothing),
    ),
];

fn books_agree(step: &ProcessStep<'_>) -> Verdict {
    match step.after.core.check() {
        Ok(()) if step.after.core.is_idle() => Verdict::NotAtStake,
        Ok(()) => Verdict::Holds,
        Err(broken) => Verdict::Broken(broken),
    }
}

fn acts_on_the_newest(step: &ProcessStep<'_>) -> Verdict {
    let (before, after) = (step.before.core.store(), step.after.core.store());
    if let Some((known, now)) = objects(before).find_map(|known| {
        let now = after.object(&known.key())?;
        (now.uid() == known.uid() && now.version() < known.version()).then_some((known, now))
    }) {
        let (key, then, now) = (known.key(), known.version(), now.version());
        return Verdict::Broken(format!("{key} was known as of {then} and is of {now} now"));
    }
    let mut at_stake = false;
    for order in asked(step) {
        let (Some(version), Some(key)) = (order.version(), order.key.object()) else { continue };
        at_stake = true;
        if after.version(key) != Some(version) {
            return Verdict::Broken(format!("an order rests on an old state: {order}"));
        }
    }
    if at_stake { Verdict::Holds } else { Verdict::NotAtStake }
}

/// The claims and volumes that are known.
fn objects(store: &Store) -> impl Iterator<Item = Object> {
    let claims = store.claims().map(|it| Object::Claim(it.clone()));
    claims.chain(store.volumes().map(|it| Object::Volume(it.clone())))
}

/// The orders that the step gave.
fn asked<'a>(step: &'a ProcessStep<'_>) -> impl Iterator<Item = &'a Order> {
    step.after.sent.keys().filter(|order| !step.before.sent.contains_key(*order))
}

fn is_deterministic(step: &ProcessStep<'_>) -> Verdict {
    Verdict::of(step.after == step.again, || "two copies of a controller went apart".to_owned())
}

fn announces_only_what_nobody_takes(step: &ProcessStep<'_>) -> Verdict {
    let store = step.after.core.store();
    let mut at_stake = false;
    for order in asked(step) {
        let (Some(ObjectKey::Volume(name)), Call::Bind(BindCall::MarkVolume(VolumePhase::Available))) =
            (order.key.object(), &order.call)
        else {
            continue;
        };
        // One that was used before has to be announced: a search finds only volumes that are new or Available.
        let is_new = |it: &&std::sync::Arc<windlass_core::observed::Volume>| it.phase == VolumePhase::Pending;
        let Some(volume) = store.volume(name).filter(is_new) else { continue };
        let waiting = store.claims().filter(|claim| waits_for_any(step.after, store, claim));
        for claim in waiting {
            at_stake = true;
            if volume.claim_ref.is_none() && !volume.deleting && look::lacks(volume, claim).is_none() {
                return Verdict::Broken(format!(
                    "volume {} is announced though claim {} takes it",
                    volume.name, claim.key
                ));
            }
        }
    }
    if at_stake { Verdict::Holds } else { Verdict::NotAtStake }
}

/// Whether a claim could take any free volume at this moment.
fn waits_for_any(process: &Process, store: &Store, claim: &Claim) -> bool {
    let key = ObjectKey::Claim(claim.key.clone());
    let is_busy = process.core.standing(&key) != Standing::Free
        || process.sent.keys().any(|order| order.key == key || order.also_locks().as_ref() == Some(&key));
    let class = claim.class_name();
    let binds_at_once =
        class.is_empty() || store.class(&class).is_some_and(|it| !look::waits_for_consumer(it));
    // One for which a volume is reserved is being bound to that.
    let is_served = store.volumes().any(|it| it.claim_ref.as_ref().is_some_and(|it| it.key == claim.key));
    !is_busy && !is_served && binds_at_once && !claim.completed && claim.volume_name.is_empty()
}

fn doubt_is_respected(step: &ProcessStep<'_>) -> Verdict {
    let Action::Answer(_, order) = step.action else { return Verdict::NotAtStake };
    if step.before.sent.get(order) != Some(&Some(Answer::Unknown)) || order.version().is_none() {
        return Verdict::NotAtStake;
    }
    // What the watch has shown meanwhile is the fresh look.
    let known = order.key.object().and_then(|key| step.before.core.store().version(key));
    if known != order.version() {
        return Verdict::NotAtStake;
    }
    let objects = [order.key.object().cloned(), order.also_locks()];
    let is_about = |it: &&Order| {
        objects.contains(&it.key.object().cloned())
            || it.also_locks().is_some_and(|it| objects.contains(&Some(it)))
    };
    let hasty = asked(step).filter(|it| it.version().is_some()).find(is_about);
    Verdict::of(hasty.is_none(), || {
        let hasty = hasty.map(ToString::to_string).unwrap_or_default();
        format!("nobody knows what became of: {order}; and yet: {hasty}")
    })
}

fn gives_up_what_is_overdue(step: &ProcessStep<'_>) -> Verdict {
    let Action::Fire(index, Timer::Sweep) = step.action else { return Verdict::NotAtStake };
    let mut process = step.after.clone();
    let sent: Vec<Order> = process.sent.keys().cloned().collect();
    for _ in 0..LOOKS_MAX {
        process.fire(*index, &Timer::Sweep, &mut Story::default());
    }
    let waits = |sent: &&Order| process.core.awaited().any(|(_, order)| order == *sent);
    match sent.iter().find(waits) {
        Some(order) => Verdict::Broken(format!("{} waits for an answer without end", order.key)),
        None if sent.is_empty() => Verdict::NotAtStake,
        None => Verdict::Holds,
    }
}

fn late_answers_end_nothing(step: &ProcessStep<'_>) -> Verdict {
    let Action::Answer(_, late) = step.action else { return Verdict::NotAtStake };
    let awaited = step.before.core.awaited().find(|(about, order)| **about == late.key && *order != late);
    let Some((_, awaited)) = awaited else { return Verdict::NotAtStake };
    let still_waits = step.after.core.awaited().any(|(_, order)| order == awaited);
    Verdict::of(still_waits, || format!("the answer to: {late}: ended the wait for: {awaited}"))
}
