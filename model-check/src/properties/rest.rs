//! A cluster at rest: everyone has what there is to have, and no one finds anything left to do.

use windlass_core::call::{BindCall, Call};
use windlass_core::ids::{Kind, ObjectKey, Version};
use windlass_core::observed::{BindingMode, Claim, ClaimPhase, VolumePhase};
use windlass_core::order::{Answer, Guard, Input, Order, Target, Timer};
use windlass_world::actors::{Process, Story, World};
use windlass_world::run::missed;

use super::{Judge, Property, Rest, Sort, Verdict, look};

/// Actions after which a controller that was started anew is given up.
const RESTART_ACTIONS_MAX: usize = 1_000;

const fn converges(id: &'static str, says: &'static str, judge: Judge) -> Property {
    Property { id, says, sort: Sort::Convergence, judge }
}

const fn idempotent(id: &'static str, says: &'static str, judge: Judge) -> Property {
    Property { id, says, sort: Sort::Idempotence, judge }
}

pub(super) const ALL: &[Property] = &[
    converges(
        "shared/L15",
        "Once users and faults stop, every fair execution comes to rest, and stays there.",
        Judge::Engine,
    ),
    converges(
        "bind/L1",
        "At rest no claim waits for a volume that it could have (L4, L25: one each, as far as they go).",
        Judge::Rest(no_claim_waits_in_vain),
    ),
    converges(
        "bind/L2",
        "At rest what is Bound names each other: a crash between the four writes leaves no half.",
        Judge::Rest(halves_agree),
    ),
    converges(
        "bind/L3",
        "At rest no volume is kept for a claim that is bound to another one.",
        Judge::Rest(no_volume_is_kept_in_vain),
    ),
    converges(
        "bind/L6",
        "At rest the volume of a claim that is gone is Released, though a new claim has the name.",
        Judge::Rest(released_when_gone),
    ),
    converges(
        "bind/L10",
        "At rest the scheduler waits for no claim (L12: nor after it crashed between its writes).",
        Judge::Rest(no_pod_waits_in_vain),
    ),
    converges(
        "bind/L17",
        "At rest a claim that was bound is Bound if its volume is there, also when that came back.",
        Judge::Rest(lost_is_found),
    ),
    converges(
        "bind/S5",
        "At rest a claim that was bound and whose volume is gone or another's is Lost.",
        Judge::Rest(lost_is_shown),
    ),
    converges(
        "shared/L24",
        "At rest every controller knows what is stored, whatever its watches left out.",
        Judge::Rest(caches_are_fresh),
    ),
    converges(
        "shared/E4",
        "At rest after the users' last step, everything is as the scenario expects it.",
        Judge::Rest(ends_as_expected),
    ),
    idempotent(
        "shared/I1",
        "At rest no input that comes once more has any effect.",
        Judge::Rest(once_more_is_nothing),
    ),
    idempotent("shared/I2", "At rest a resync finds nothing to do.", Judge::Rest(resync_is_nothing)),
    idempotent(
        "shared/I3",
        "At rest a controller that starts from nothing writes nothing.",
        Judge::Rest(restart_is_nothing),
    ),
    idempotent(
        "shared/I4",
        "At rest a controller gives the same reasons as one that starts from nothing.",
        Judge::Rest(reasons_are_of_now),
    ),
];

/// Whether the binder chooses for this claim.
fn is_for_binder(rest: &Rest<'_>, claim: &Claim) -> bool {
    // A class without a binding mode is broken: better to wait than to guess.
    let class = look::class(&rest.world.api, &claim.class_name());
    class.is_none_or(|it| it.binding_mode == Some(BindingMode::Immediate))
}

fn no_claim_waits_in_vain(rest: &Rest<'_>) -> Verdict {
    let api = &rest.world.api;
    let mut at_stake = false;
    for claim in look::claims(api).filter(|claim| !claim.completed) {
        at_stake |= look::volumes(api).next().is_some();
        let could_have = |volume: &&windlass_core::observed::Volume| {
            let is_named = claim.volume_name == volume.name;
            let is_reserved = volume
                .claim_ref
                .as_ref()
                .is_some_and(|it| it.key == claim.key && it.uid.as_ref().is_none_or(|uid| *uid == claim.uid));
            let is_free = volume.claim_ref.is_none() && volume.phase == VolumePhase::Available;
            let fits = look::lacks(volume, claim).is_none();
            match (claim.volume_name.is_empty(), is_reserved) {
                (true, true) => fits,
                (true, false) => is_free && fits && is_for_binder(rest, claim),
                // Named by each other: nothing else is asked.
                (false, true) => is_named,
                (false, false) => is_named && is_free && fits,
            }
        };
        if let Some(volume) = look::volumes(api).filter(|it| !it.deleting).find(could_have) {
            return Verdict::Broken(format!(
                "claim {} waits though it could have {}",
                claim.key, volume.name
            ));
        }
    }
    if at_stake || bound(rest).next().is_some() { Verdict::Holds } else { Verdict::NotAtStake }
}

fn bound<'a>(rest: &'a Rest<'_>) -> impl Iterator<Item = &'a Claim> {
    look::claims(&rest.world.api).filter(|it| it.status.phase == ClaimPhase::Bound)
}

fn halves_agree(rest: &Rest<'_>) -> Verdict {
    let api = &rest.world.api;
    for claim in look::claims(api) {
        let volume = look::volume(api, &claim.volume_name).filter(|it| look::is_held_by(it, claim));
        let is_bound = claim.status.phase == ClaimPhase::Bound;
        let is_whole = claim.completed && volume.is_some_and(|it| it.phase == VolumePhase::Bound);
        if is_bound != is_whole {
            return Verdict::Broken(format!("claim {} is {}", claim.key, claim.status.phase.as_str()));
        }
    }
    for volume in look::volumes(api).filter(|it| it.phase == VolumePhase::Bound) {
        let claim = look::claims(api).find(|claim| look::is_held_by(volume, claim));
        // A claim whose name of the volume was erased cannot say which of the two is right, and neither can a
        // user's claimRef with this UID and another name, which the claim has never been bound to.
        let is_misnamed = |it: &Claim| volume.claim_ref.as_ref().is_some_and(|to| to.key != it.key);
        let is_unclear = |it: &Claim| if it.completed { it.volume_name.is_empty() } else { is_misnamed(it) };
        if claim.is_some_and(is_unclear) {
            continue;
        }
        if claim.is_none_or(|it| it.volume_name != volume.name || it.status.phase != ClaimPhase::Bound) {
            return Verdict::Broken(format!("volume {} is Bound and its claim is not", volume.name));
        }
    }
    if bound(rest).next().is_some() { Verdict::Holds } else { Verdict::NotAtStake }
}

fn no_volume_is_kept_in_vain(rest: &Rest<'_>) -> Verdict {
    let api = &rest.world.api;
    // What was provisioned for the claim goes the way of its policy, Released or Failed.
    let is_kept = |it: &&windlass_core::observed::Volume| {
        it.phase != VolumePhase::Released && it.phase != VolumePhase::Failed
    };
    for volume in look::volumes(api).filter(is_kept) {
        if let Some(claim) = look::claims(api).find(|claim| look::is_held_by(volume, claim))
            && !claim.volume_name.is_empty()
            && claim.volume_name != volume.name
        {
            return Verdict::Broken(format!(
                "volume {} is kept for claim {}, which has {}",
                volume.name, claim.key, claim.volume_name
            ));
        }
    }
    let at_stake = bound(rest).next().is_some() && look::volumes(api).count() > 1;
    if at_stake { Verdict::Holds } else { Verdict::NotAtStake }
}

fn released_when_gone(rest: &Rest<'_>) -> Verdict {
    let api = &rest.world.api;
    let mut at_stake = false;
    for volume in look::volumes(api) {
        let Some(uid) = volume.claim_ref.as_ref().and_then(|it| it.uid.as_ref()) else { continue };
        if look::claims(api).any(|claim| claim.uid == *uid) {
            continue;
        }
        at_stake = true;
        match volume.phase {
            VolumePhase::Released | VolumePhase::Failed => {}
            VolumePhase::Pending | VolumePhase::Available | VolumePhase::Bound => {
                let phase = volume.phase.as_str();
                return Verdict::Broken(format!("the claim of volume {} is gone: {phase}", volume.name));
            }
        }
    }
    if at_stake { Verdict::Holds } else { Verdict::NotAtStake }
}

fn no_pod_waits_in_vain(rest: &Rest<'_>) -> Verdict {
    let pods = rest.world.api.of_kind(Kind::Pod).count();
    // A claim for which the scheduler has selected a node waits for a provisioner, which there is none of.
    let is_left_to_others = look::claims(&rest.world.api)
        .any(|claim| claim.selected_node.is_some() && claim.volume_name.is_empty());
    match pods {
        0 => Verdict::NotAtStake,
        _ if is_left_to_others => Verdict::NotAtStake,
        _ => Verdict::of(!rest.world.scheduler.has_plans(), || {
            "the scheduler waits for claims that nobody binds".to_owned()
        }),
    }
}

/// The claims that were bound once and still name a volume, with whether it is theirs to have.
fn once_bound<'a>(rest: &'a Rest<'_>) -> impl Iterator<Item = (&'a Claim, bool)> {
    let api = &rest.world.api;
    look::claims(api).filter(|it| it.completed).map(|claim| {
        let volume = look::volume(api, &claim.volume_name);
        let is_theirs = volume.is_some_and(|it| it.claim_ref.is_none() || look::is_held_by(it, claim));
        (claim, is_theirs)
    })
}

fn lost_is_found(rest: &Rest<'_>) -> Verdict {
    let lost =
        once_bound(rest).find(|(claim, is_theirs)| *is_theirs && claim.status.phase != ClaimPhase::Bound);
    match lost {
        Some((claim, _)) => Verdict::Broken(format!("claim {} has its volume and is not Bound", claim.key)),
        None if once_bound(rest).next().is_some() => Verdict::Holds,
        None => Verdict::NotAtStake,
    }
}

fn lost_is_shown(rest: &Rest<'_>) -> Verdict {
    let mut at_stake = false;
    for (claim, _) in once_bound(rest).filter(|(_, is_theirs)| !is_theirs) {
        at_stake = true;
        if claim.status.phase != ClaimPhase::Lost {
            return Verdict::Broken(format!("claim {} lost its volume and does not show it", claim.key));
        }
    }
    if at_stake { Verdict::Holds } else { Verdict::NotAtStake }
}

fn ends_as_expected(rest: &Rest<'_>) -> Verdict {
    let Rest { world, scenario, .. } = rest;
    if world.steps_taken < scenario.steps.len() || scenario.expectations.is_empty() {
        return Verdict::NotAtStake;
    }
    match missed(world, scenario).first() {
        None => Verdict::Holds,
        Some(shortfall) => Verdict::Broken(shortfall.to_string()),
    }
}

fn caches_are_fresh(rest: &Rest<'_>) -> Verdict {
    for (index, process) in rest.world.processes.iter().enumerate() {
        let store = process.core.store();
        for record in rest.world.api.iter() {
            if store.object(&record.key()).as_ref() != Some(&record.object) {
                return Verdict::Broken(format!("controller {index} does not know {}", record.key()));
            }
        }
        let known = store.claims().count() + store.volumes().count() + store.classes().count();
        let stored = |kind| rest.world.api.of_kind(kind).count();
        if known != stored(Kind::Claim) + stored(Kind::Volume) + stored(Kind::Class) {
            return Verdict::Broken(format!("controller {index} knows objects that do not exist"));
        }
    }
    Verdict::Holds
}

/// Gives a copy of a process an input; whether that changed anything but the timers.
fn changes(process: &Process, input: Input) -> bool {
    let mut after = process.clone();
    after.step(0, input, &mut Story::default());
    after.core != process.core || after.sent != process.sent
}

fn once_more_is_nothing(rest: &Rest<'_>) -> Verdict {
    for process in &rest.world.processes {
        for record in rest.world.api.iter() {
            let key = record.key();
            let inputs = [
                Input::Observed(record.object.clone()),
                Input::Gone(key.clone(), Version(0)),
                Input::Reached(key.kind(), record.object.version()),
            ];
            for input in inputs.into_iter().chain(late_answer(&key, record)) {
                let words = format!("{key}, shown or answered once more, has an effect: {input:?}");
                if changes(process, input) {
                    return Verdict::Broken(words);
                }
            }
        }
        if changes(process, Input::Synced) {
            return Verdict::Broken("saying once more that all is listed has an effect".to_owned());
        }
    }
    Verdict::Holds
}

/// The answer to an order that ended long ago.
fn late_answer(key: &ObjectKey, record: &windlass_world::record::Record) -> Option<Input> {
    let (uid, version) = (record.object.uid().clone(), Version(0));
    let call = match key {
        ObjectKey::Volume(_) => BindCall::MarkVolume(VolumePhase::Bound),
        ObjectKey::Claim(_) => BindCall::BindClaim(None),
        ObjectKey::Class(_) | ObjectKey::Node(_) | ObjectKey::Pod(_) => return None,
    };
    let guard = Guard::Update(Target { uid, version });
    let order = Order { key: key.clone().into(), guard, call: Call::Bind(call) };
    Some(Input::Answered(order, Answer::object(record.object.clone())))
}

fn resync_is_nothing(rest: &Rest<'_>) -> Verdict {
    for process in &rest.world.processes {
        let mut after = process.clone();
        after.fire(0, &Timer::Resync, &mut Story::default());
        if after.sent != process.sent {
            let order = after.sent.keys().next().map(ToString::to_string).unwrap_or_default();
            return Verdict::Broken(format!("a resync finds something to do: {order}"));
        }
    }
    Verdict::Holds
}

/// The same cluster with one controller that has just been started, when that has come to rest.
fn restarted(rest: &Rest<'_>) -> World {
    let mut world = World { processes: vec![Process::start(rest.setting)], ..rest.world.clone() };
    for _ in 0..RESTART_ACTIONS_MAX {
        let Some(action) = world.first() else { break };
        world.apply(rest.setting, &action, &mut Story::default());
    }
    world
}

fn restart_is_nothing(rest: &Rest<'_>) -> Verdict {
    let world = restarted(rest);
    Verdict::of(world.api == rest.world.api, || {
        let changed = world.api.iter().find(|record| rest.world.api.get(&record.key()) != Some(record));
        let changed = changed.map(|record| record.key().to_string()).unwrap_or_default();
        format!("a controller that starts from nothing writes {changed}")
    })
}

fn reasons_are_of_now(rest: &Rest<'_>) -> Verdict {
    let fresh = restarted(rest);
    let mut at_stake = false;
    for record in rest.world.api.iter() {
        let key = record.key();
        let now = fresh.reason(&key);
        at_stake |= now.is_some();
        for process in &rest.world.processes {
            let given = process.core.reason(&key);
            if given != now {
                return Verdict::Broken(format!("{key} waits because of {given:?}, and says {now:?} anew"));
            }
        }
    }
    if at_stake { Verdict::Holds } else { Verdict::NotAtStake }
}
