//! Pods: what the scheduler and the binder owe each other.

use windlass_core::observed::{Object, Pod};
use windlass_world::actors::{ApiServer, Scheduler};

use super::{Change, Judge, Property, Sort, Verdict, look};

const fn safety(id: &'static str, says: &'static str, judge: Judge) -> Property {
    Property { id, says, sort: Sort::Safety, judge }
}

pub(super) const ALL: &[Property] = &[
    safety(
        "bind/S35",
        "A volume that the scheduler has chosen for one claim is not chosen for another.",
        Judge::Scheduler(chosen_once),
    ),
    safety(
        "bind/S36",
        "A pod is bound to a node only when all its claims are bound to volumes that can be reached from there.",
        Judge::Change(pod_after_claims),
    ),
];

fn chosen_once(scheduler: &Scheduler) -> Verdict {
    let mut chosen: Vec<_> = scheduler.chosen().collect();
    let all = chosen.len();
    chosen.sort();
    chosen.dedup();
    match all {
        0 | 1 => Verdict::NotAtStake,
        _ => Verdict::of(chosen.len() == all, || "one volume is chosen for two claims".to_owned()),
    }
}

fn pod_after_claims(change: &Change<'_>) -> Verdict {
    let (Some(before), Some(after)) = change.records() else { return Verdict::NotAtStake };
    let (Object::Pod(before), Object::Pod(after)) = (&before.object, &after.object) else {
        return Verdict::NotAtStake;
    };
    if !before.node_name.is_empty() || after.node_name.is_empty() {
        return Verdict::NotAtStake;
    }
    let unready = after.claims.iter().find(|used| !is_ready(change.stored, after, &used.key));
    Verdict::of(unready.is_none(), || {
        let claim = unready.map(|it| it.key.to_string()).unwrap_or_default();
        format!("pod {} runs on {} before claim {claim} is bound there", after.key, after.node_name)
    })
}

/// Whether a claim of `pod` is bound to a volume that its node can reach.
fn is_ready(api: &ApiServer, pod: &Pod, key: &windlass_core::ids::ClaimKey) -> bool {
    let node = api.iter().find_map(|record| match &record.object {
        Object::Node(node) if node.name == pod.node_name => Some(node),
        Object::Claim(_) | Object::Volume(_) | Object::Class(_) | Object::Node(_) | Object::Pod(_) => None,
    });
    let claim = look::claim(api, key).filter(|it| it.completed);
    let volume = claim.and_then(|claim| look::volume(api, &claim.volume_name).map(|it| (claim, it)));
    volume.is_some_and(|(claim, volume)| {
        let is_near = |node: &&std::sync::Arc<windlass_core::observed::Node>| {
            volume.affinity.as_ref().is_none_or(|it| it.matches(&node.labels))
        };
        look::is_held_by(volume, claim) && node.as_ref().is_some_and(is_near)
    })
}
