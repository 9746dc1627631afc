//! The metadata of an object, as far as they decide something.

use alloc::format;
use alloc::string::ToString;

use serde::{Deserialize, Serialize};

use super::fault::{Fault, quoted};
use super::keeping::{Finalizers, NoOwner, OwnerPod};
use super::names::Annotations;
use super::text::{NoLabels, Str, or_empty};
use crate::ids::{Kind, ObjectKey, Uid, Version};
use crate::observed;
use crate::text::Text;

/// When a deleting object was deleted, where it is written: only whether there is a time is ever asked.
pub(super) const DELETED_AT: Str<'_> = Str::new("1970-01-01T00:00:00Z");

/// `metadata`; labels and owners only of kinds for which they decide something.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(
    rename_all = "camelCase",
    default,
    bound(
        deserialize = "'de: 'a, L: Deserialize<'de> + Default, O: Deserialize<'de> + Default",
        serialize = "L: Serialize, O: Serialize"
    )
)]
pub struct Metadata<'a, L = NoLabels, O = NoOwner> {
    pub(super) name: Option<Str<'a>>,
    pub(super) namespace: Option<Str<'a>>,
    pub(super) uid: Option<Str<'a>>,
    pub(super) resource_version: Option<Str<'a>>,
    pub(super) deletion_timestamp: Option<Str<'a>>,
    pub(super) deletion_grace_period_seconds: Option<i64>,
    pub(super) finalizers: Option<Finalizers>,
    pub(super) owner_references: Option<O>,
    pub(super) labels: Option<L>,
    pub(super) annotations: Option<Annotations<'a>>,
}

/// Which object this is, and which state of it.
///
/// A server has given all of it to what it shows; to what users write, it will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `metadata.namespace`; empty where the kind has none.
    pub namespace: Text,
    /// `metadata.name`.
    pub name: Text,
    /// `metadata.uid`.
    pub uid: Uid,
    /// `metadata.resourceVersion`.
    pub version: Version,
}

impl<L> Metadata<'_, L, OwnerPod<'_>> {
    /// The pod that controls the object, if a pod does.
    pub(super) fn owner_pod(&self) -> Option<&Uid> {
        self.owner_references.as_ref()?.uid.as_ref()
    }
}

impl<'a, L, O> Metadata<'a, L, O> {
    /// Kind and name of the object.
    ///
    /// # Errors
    ///
    /// When there is no name.
    pub fn key(&self, kind: Kind) -> Result<ObjectKey, Fault> {
        Ok(kind.key(self.namespace(kind)?, self.name()?))
    }

    /// Which object this is, as a server shows it.
    ///
    /// # Errors
    ///
    /// When a part of it is missing or makes no sense.
    pub fn identity(&self, kind: Kind) -> Result<Identity, Fault> {
        let namespace = Text::new(self.namespace(kind)?);
        let (name, uid) = (Text::new(self.name()?), Uid::new(given(self.uid.as_ref(), "metadata.uid")?));
        Ok(Identity { namespace, name, uid, version: self.version()? })
    }

    /// Those of its finalizers that somebody acts on.
    pub(super) fn finalizers(&self) -> observed::Finalizers {
        self.finalizers.unwrap_or_default().0
    }

    /// Whether it is being deleted.
    pub(super) const fn is_deleting(&self) -> bool {
        self.deletion_timestamp.is_some()
    }

    /// Whether the pod is shut down: it is being deleted, and nobody waits for it any more.
    pub(super) fn is_shut_down(&self) -> bool {
        self.is_deleting() && self.deletion_grace_period_seconds == Some(0)
    }

    fn name(&self) -> Result<&str, Fault> {
        given(self.name.as_ref(), "metadata.name")
    }

    /// The namespace; empty where the kind has none.
    fn namespace(&self, kind: Kind) -> Result<&str, Fault> {
        if kind.is_namespaced() { given(self.namespace.as_ref(), "metadata.namespace") } else { Ok("") }
    }

    /// The server's version of this state of the object.
    ///
    /// # Errors
    ///
    /// When it is missing or no integer.
    pub fn version(&self) -> Result<Version, Fault> {
        let keys = "metadata.resourceVersion";
        let text = given(self.resource_version.as_ref(), keys)?;
        let no_integer = |_| format!("{} is no integer, so that it has no order", quoted(text));
        text.parse().map(Version).map_err(no_integer).map_err(|what| Fault::new(keys, what, ""))
    }

    /// Whether this is the bookmark after all that was stored when the watch began.
    #[must_use]
    pub fn ends_initial_events(&self) -> bool {
        let mark = self.annotations.as_ref().and_then(|it| it.initial_events_end.as_ref());
        mark.is_some_and(|it| it.as_str() == "true")
    }

    /// The metadata of an object that has these names; what is empty is not written.
    pub(super) fn of(namespace: &'a Text, name: &'a Text, uid: &Uid, version: Version) -> Self {
        let uid = uid.to_string();
        Self {
            name: Str::filled(name.as_str()),
            namespace: Str::filled(namespace.as_str()),
            uid: (!uid.is_empty()).then_some(Str::made(uid)),
            resource_version: (version != Version::default()).then(|| Str::made(version.to_string())),
            deletion_timestamp: None,
            deletion_grace_period_seconds: None,
            finalizers: None,
            owner_references: None,
            labels: None,
            annotations: None,
        }
    }
}

/// A text that a server gives to every object.
fn given<'s>(text: Option<&'s Str<'_>>, keys: &str) -> Result<&'s str, Fault> {
    match or_empty(text) {
        "" => Err(Fault::new(keys, "is missing", "")),
        given => Ok(given),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Finalizer;

    #[track_caller]
    fn read(json: &str) -> Metadata<'_, NoLabels, OwnerPod<'_>> {
        match serde_json::from_str(json) {
            Ok(metadata) => metadata,
            Err(error) => panic!("{error}: {json}"),
        }
    }

    #[test]
    fn protection_is_read_from_the_finalizers() {
        let read = |json| {
            let found = read(json).finalizers();
            (found.contains(Finalizer::ClaimProtection), found.contains(Finalizer::VolumeProtection))
        };
        assert_eq!(read(r#"{"finalizers":["a","kubernetes.io/pvc-protection"]}"#), (true, false));
        assert_eq!(read(r#"{"finalizers":["kubernetes.io/pv-protection","b"]}"#), (false, true));
        assert_eq!(read(r#"{"finalizers":["kubernetes.io/pvc-protection-2"]}"#), (false, false));
        assert_eq!([read(r#"{"finalizers":null}"#), read("{}")], [(false, false); 2]);
    }

    #[test]
    fn a_pod_owns_what_it_controls() {
        let owners = |json: &str| {
            let json = format!(r#"{{"ownerReferences":[{json}]}}"#);
            read(&json).owner_pod().map(ToString::to_string)
        };
        let pod = r#"{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u","controller":true}"#;
        let set = r#"{"apiVersion":"apps/v1","kind":"StatefulSet","name":"s","uid":"v","controller":true}"#;
        assert_eq!(owners(pod).as_deref(), Some("u"));
        assert_eq!(owners(&format!("{},{pod}", set.replace("true", "false"))).as_deref(), Some("u"));
        assert_eq!(owners(&pod.replace("true", "false")), None);
        assert_eq!([owners(set), owners("")], [None, None]);
    }

    #[test]
    fn a_pod_is_shut_down_when_nobody_waits_for_it() {
        let is_shut_down = |json: &str| read(json).is_shut_down();
        let deleted =
            |seconds: &str| format!(r#"{{"deletionTimestamp":"t","deletionGracePeriodSeconds":{seconds}}}"#);
        assert!(is_shut_down(&deleted("0")));
        assert!(!is_shut_down(&deleted("30")) && !is_shut_down(&deleted("null")));
        assert!(!is_shut_down(r#"{"deletionGracePeriodSeconds":0}"#));
    }
}
