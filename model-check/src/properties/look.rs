//! Looks at what is stored.

use windlass_core::ids::{ClaimKey, ClassName, ObjectKey, VolumeName};
use windlass_core::observed::{BindingMode, Claim, Class, Object, Volume};
use windlass_world::actors::ApiServer;

/// All claims.
pub(super) fn claims(api: &ApiServer) -> impl Iterator<Item = &Claim> {
    api.iter().filter_map(|record| match &record.object {
        Object::Claim(claim) => Some(&**claim),
        Object::Volume(_) | Object::Class(_) | Object::Node(_) | Object::Pod(_) => None,
    })
}

/// All volumes.
pub(super) fn volumes(api: &ApiServer) -> impl Iterator<Item = &Volume> {
    api.iter().filter_map(|record| match &record.object {
        Object::Volume(volume) => Some(&**volume),
        Object::Claim(_) | Object::Class(_) | Object::Node(_) | Object::Pod(_) => None,
    })
}

/// The claim of that key.
pub(super) fn claim<'a>(api: &'a ApiServer, key: &ClaimKey) -> Option<&'a Claim> {
    match &api.get(&ObjectKey::Claim(key.clone()))?.object {
        Object::Claim(claim) => Some(claim),
        Object::Volume(_) | Object::Class(_) | Object::Node(_) | Object::Pod(_) => None,
    }
}

/// The volume of that name.
pub(super) fn volume<'a>(api: &'a ApiServer, name: &VolumeName) -> Option<&'a Volume> {
    match &api.get(&ObjectKey::Volume(name.clone()))?.object {
        Object::Volume(volume) => Some(volume),
        Object::Claim(_) | Object::Class(_) | Object::Node(_) | Object::Pod(_) => None,
    }
}

/// The class of that name.
pub(super) fn class<'a>(api: &'a ApiServer, name: &ClassName) -> Option<&'a Class> {
    match &api.get(&ObjectKey::Class(name.clone()))?.object {
        Object::Class(class) => Some(class),
        Object::Claim(_) | Object::Volume(_) | Object::Node(_) | Object::Pod(_) => None,
    }
}

/// The claim that a volume's `claimRef` names by name and UID, if it exists.
pub(super) fn claimant<'a>(api: &'a ApiServer, volume: &Volume) -> Option<&'a Claim> {
    let claim_ref = volume.claim_ref.as_ref()?;
    claim(api, &claim_ref.key).filter(|claim| claim_ref.uid.as_ref() == Some(&claim.uid))
}

/// Whether a volume is a claim's, by UID. A wrong name beside the right UID is for the binder to mend.
pub(super) fn is_held_by(volume: &Volume, claim: &Claim) -> bool {
    volume.claim_ref.as_ref().is_some_and(|it| it.uid.as_ref() == Some(&claim.uid))
}

/// Whether the scheduler has to choose for claims of this class.
pub(super) fn waits_for_consumer(class: &Class) -> bool {
    class.binding_mode == Some(BindingMode::WaitForFirstConsumer)
}

/// What a claim asks for that a volume is not; none if it may take it. By the documentation of Kubernetes:
/// capacity, volume mode, attributes class, access modes always; labels and class where nobody has reserved
/// the volume for it.
pub(super) fn lacks(volume: &Volume, claim: &Claim) -> Option<&'static str> {
    let is_reserved = volume.claim_ref.as_ref().is_some_and(|it| it.key == claim.key);
    let labels = || claim.selector.as_ref().is_none_or(|it| it.matches(&volume.labels));
    let class = || volume.class.as_str() == claim.class.as_ref().map_or("", ClassName::as_str);
    let asked = [
        (volume.capacity.amount() >= claim.request.amount(), "it is too small"),
        (volume.volume_mode == claim.volume_mode, "its volume mode is another"),
        (volume.attributes_class == claim.attributes_class, "its attributes class is another"),
        (
            volume.access_modes.set() & claim.access_modes.set() == claim.access_modes.set(),
            "it lacks an access mode",
        ),
        (is_reserved || labels(), "the selector excludes it"),
        (is_reserved || class(), "its class is another"),
    ];
    asked.into_iter().find(|(holds, _)| !holds).map(|(_, what)| what)
}
