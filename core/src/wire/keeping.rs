//! What an object is kept by or for: its finalizers and its owner. Of the lists, only what is asked for is kept.

use alloc::string::ToString;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::text::{Str, or_empty};
use crate::ids::{Kind, Uid};
use crate::observed::{self, Finalizer};

/// `metadata.finalizers`, as far as somebody acts on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Finalizers(pub(super) observed::Finalizers);

impl<'de> Deserialize<'de> for Finalizers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut found = observed::Finalizers::default();
        for_each(deserializer, |name: Str<'de>| {
            found = Finalizer::of_name(name.as_str()).map_or(found, |it| found.with(it));
        })?;
        Ok(Self(found))
    }
}

impl Serialize for Finalizers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Finalizer::name))
    }
}

/// Owners of a kind whose owners decide nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoOwner;

impl<'de> Deserialize<'de> for NoOwner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Self)
    }
}

impl Serialize for NoOwner {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

/// The pod that controls an object, by `metadata.ownerReferences`; none where it is no pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnerPod<'a> {
    pub(super) uid: Option<Uid>,
    /// Its name, where it is written: what is read has none.
    name: &'a str,
}

impl<'a> OwnerPod<'a> {
    /// The pod with this UID and this name.
    pub(super) const fn new(uid: Uid, name: &'a str) -> Self {
        Self { uid: Some(uid), name }
    }
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
struct Owner<'a> {
    #[serde(skip_deserializing)]
    api_version: Option<Str<'a>>,
    controller: Option<bool>,
    kind: Option<Str<'a>>,
    #[serde(skip_deserializing)]
    name: Option<Str<'a>>,
    uid: Option<Str<'a>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for OwnerPod<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut found = Self::default();
        for_each(deserializer, |Owner { api_version: _, controller, kind, name: _, uid }: Owner<'de>| {
            if controller == Some(true) && or_empty(kind.as_ref()) == Kind::Pod.name() {
                found.uid = uid.map(|it| Uid::new(it.as_str()));
            }
        })?;
        Ok(found)
    }
}

impl Serialize for OwnerPod<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.uid.iter().map(|uid| Owner {
            api_version: Some(Str::new(Kind::Pod.api_version())),
            controller: Some(true),
            kind: Some(Str::new(Kind::Pod.name())),
            name: Some(Str::new(self.name)),
            uid: Some(Str::made(uid.to_string())),
        }))
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
