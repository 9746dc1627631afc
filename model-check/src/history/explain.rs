//! The order of a controller that a change of an object is the result of.

use std::sync::Arc;

use windlass_core::ids::ObjectKey;
use windlass_core::observed::{Claim, Object, Volume};
use windlass_core::order::{Answer, Order, Target};
use windlass_world::actors::{ApiServer, perform};
use windlass_world::record::Record;

/// The order that makes `after` of `before`, which `stored` has under `key`.
///
/// # Errors
///
/// What was changed that no order changes.
pub(super) fn order(
    stored: &ApiServer,
    key: &ObjectKey,
    before: Option<&Record>,
    after: Option<&Record>,
) -> Result<Order, String> {
    let (Some(before), Some(after)) = (before, after) else {
        let what = if after.is_some() { "created" } else { "deleted" };
        return Err(format!("a controller {what} {key}"));
    };
    let order = match (&before.object, &after.object) {
        (Object::Volume(before), Object::Volume(after)) if before.uid == after.uid => {
            of_volume(before, after)
        }
        (Object::Claim(before), Object::Claim(after)) if before.uid == after.uid => of_claim(before, after),
        (Object::Claim(_) | Object::Volume(_) | Object::Class(_) | Object::Node(_) | Object::Pod(_), _) => {
            None
        }
    };
    let Some(order) = order else { return Err(format!("a controller changed {key} as no order does")) };
    let (answer, _) = perform(&mut stored.clone(), &order);
    let Answer::Done(made) = answer else { return Err(format!("not possible on what was stored: {order}")) };
    let made = Record { object: made, rest: before.rest.clone() }.stamped(None, after.object.version());
    match made == *after {
        true => Ok(order),
        false => Err(format!("a controller changed more of {key} than the order says: {order}")),
    }
}

fn of_volume(before: &Arc<Volume>, after: &Volume) -> Option<Order> {
    let volume = Target { key: before.name.clone(), uid: before.uid.clone(), version: before.version };
    if before.claim_ref == after.claim_ref {
        return (before.phase != after.phase).then_some(Order::MarkVolume { volume, phase: after.phase });
    }
    match &after.claim_ref {
        None => Some(Order::FreeVolume { volume, keep_name: false }),
        Some(claim_ref) => Some(match claim_ref.uid.clone() {
            None => Order::FreeVolume { volume, keep_name: true },
            Some(claim_uid) => Order::ReserveVolume {
                volume,
                claim: claim_ref.key.clone(),
                claim_uid,
                mark: after.bound_by_controller,
            },
        }),
    }
}

fn of_claim(before: &Arc<Claim>, after: &Claim) -> Option<Order> {
    let claim = Target { key: before.key.clone(), uid: before.uid.clone(), version: before.version };
    if before.status != after.status {
        return Some(Order::MarkClaim { claim, status: after.status.clone() });
    }
    let volume = (before.volume_name != after.volume_name).then(|| after.volume_name.clone());
    let is_bound = volume.is_some() || before.completed != after.completed;
    is_bound.then_some(Order::BindClaim { claim, volume })
}
