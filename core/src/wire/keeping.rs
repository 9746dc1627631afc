//! What an object is kept by or for: its finalizers and its owner. Of the lists, only what is asked for is kept.

use core::fmt;
use core::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::names::{CLAIM_PROTECTION, VOLUME_PROTECTION};
use super::text::{Str, or_empty};
use crate::ids::Uid;

/// `metadata.finalizers`, as far as they have a meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Finalizers {
    /// [`CLAIM_PROTECTION`] is there.
    pub(super) claim_protection: bool,
    /// [`VOLUME_PROTECTION`] is there.
    pub(super) volume_protection: bool,
}

impl<'de> Deserialize<'de> for Finalizers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut found = Self::default();
        for_each(deserializer, |finalizer: Str<'de>| {
            found.claim_protection |= finalizer.as_str() == CLAIM_PROTECTION;
            found.volume_protection |= finalizer.as_str() == VOLUME_PROTECTION;
        })?;
        Ok(found)
    }
}

/// The pod that controls an object, by `metadata.ownerReferences`; none where it is no pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnerPod(pub(super) Option<Uid>);

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Owner<'a> {
    controller: Option<bool>,
    kind: Option<Str<'a>>,
    uid: Option<Str<'a>>,
}

impl<'de> Deserialize<'de> for OwnerPod {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut found = Self::default();
        for_each(deserializer, |Owner { controller, kind, uid }: Owner<'de>| {
            if controller == Some(true) && or_empty(kind.as_ref()) == "Pod" {
                found.0 = uid.map(|it| Uid::new(it.as_str()));
            }
        })?;
        Ok(found)
    }
}

/// Hands over the elements of a list one by one.
fn for_each<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
    take: impl FnMut(T),
) -> Result<(), D::Error> {
    struct Each<T, F>(F, PhantomData<T>);

    impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Each<T, F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
            let Self(mut take, PhantomData) = self;
            while let Some(element) = list.next_element()? {
                take(element);
            }
            Ok(())
        }
    }

    deserializer.deserialize_seq(Each(take, PhantomData))
}
