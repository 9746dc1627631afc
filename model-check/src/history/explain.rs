//! The order of a controller that a change of an object is the result of.

use std::sync::Arc;

use windlass_core::call::{BindCall, Call, ProtectCall};
use windlass_core::ids::ObjectKey;
use windlass_core::observed::{Claim, Finalizer, Object, Volume};
use windlass_core::order::{Answer, Order};
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
    let Some(before) = before else { return Err(format!("a controller created {key}")) };
    let order = match (&before.object, after.map(|after| &after.object)) {
        _ if is_let_go(before, after) => {
            Some(Order::update(&before.object, Call::Protect(ProtectCall::RemoveFinalizer)))
        }
        (_, None) => return Err(format!("a controller deleted {key}")),
        (_, Some(after)) if before.object.finalizers() != after.finalizers() => {
            Some(Order::update(&before.object, Call::Protect(ProtectCall::AddFinalizer)))
        }
        (Object::Volume(before), Some(Object::Volume(after))) if before.uid == after.uid => {
            of_volume(before, after)
        }
        (Object::Claim(before), Some(Object::Claim(after))) if before.uid == after.uid => {
            of_claim(before, after)
        }
        (
            Object::Claim(_) | Object::Volume(_) | Object::Class(_) | Object::Node(_) | Object::Pod(_),
            Some(_),
        ) => None,
    };
    let Some(order) = order else { return Err(format!("a controller changed {key} as no order does")) };
    let mut made = stored.clone();
    let (answer, _) = perform(&mut made, &order);
    if !matches!(answer, Answer::Done(_)) {
        return Err(format!("not possible on what was stored: {order}"));
    }
    let made = made.get(key).cloned();
    let is_as_made = match (made, after) {
        (None, None) => true,
        (Some(made), Some(after)) => made.stamped(None, after.object.version()) == *after,
        (Some(_), None) | (None, Some(_)) => false,
    };
    match is_as_made {
        true => Ok(order),
        false => Err(format!("a controller changed more of {key} than the order says: {order}")),
    }
}

/// Whether the finalizer that protects an object was taken away, with or without the object.
fn is_let_go(before: &Record, after: Option<&Record>) -> bool {
    let Some(finalizer) = Finalizer::protecting(before.object.kind()) else { return false };
    let has_it = |it: &Record| it.object.finalizers().contains(finalizer);
    before.is_deleting() && has_it(before) && !after.is_some_and(has_it)
}

fn of_volume(before: &Arc<Volume>, after: &Volume) -> Option<Order> {
    let on_volume = |call| Order::update(&Object::Volume(before.clone()), Call::Bind(call));
    if before.claim_ref == after.claim_ref {
        return (before.phase != after.phase).then(|| on_volume(BindCall::MarkVolume(after.phase)));
    }
    Some(on_volume(match &after.claim_ref {
        None => BindCall::FreeVolume { keep_name: false },
        Some(claim_ref) => match claim_ref.uid.clone() {
            None => BindCall::FreeVolume { keep_name: true },
            Some(claim_uid) => BindCall::ReserveVolume {
                claim: claim_ref.key.clone(),
                claim_uid,
                mark: after.bound_by_controller,
            },
        },
    }))
}

fn of_claim(before: &Arc<Claim>, after: &Claim) -> Option<Order> {
    let on_claim = |call| Order::update(&Object::Claim(before.clone()), Call::Bind(call));
    if before.status != after.status {
        return Some(on_claim(BindCall::MarkClaim(after.status.clone())));
    }
    let volume = (before.volume_name != after.volume_name).then(|| after.volume_name.clone());
    let is_bound = volume.is_some() || before.completed != after.completed;
    is_bound.then(|| on_claim(BindCall::BindClaim(volume)))
}
