//! Names, keys and identities of objects, as the API server knows them.
//!
//! Guarantees: keys are natural (what a user would type), never counters, so that a restarted
//! machine uses the same ones.
//!
//! Deliberately absent: interning; two machines must agree without sharing a table.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::kinds::with_kinds;
use crate::text::Text;

/// Identity of one object for all time: names are used again, UIDs never are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Uid(UidForm);

/// UIDs of a real API server are UUIDs and fit in 16 bytes; nothing but custom forbids others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum UidForm {
    Uuid([u8; 16]),
    Other(Text),
}

/// Where the hyphens of a UUID stand, counted in characters.
const UUID_HYPHENS_AT: [usize; 4] = [8, 13, 18, 23];
const UUID_CHARACTERS: usize = 36;

impl Uid {
    /// Takes over `text`; lower-case UUIDs are kept in 16 bytes.
    #[must_use]
    pub fn new(text: &str) -> Self {
        match parse_uuid(text.as_bytes()) {
            Some(bytes) => Self(UidForm::Uuid(bytes)),
            None => Self(UidForm::Other(Text::new(text))),
        }
    }

    /// The UUID whose last digits are `number`: for worlds that give out UIDs in order.
    #[must_use]
    pub fn numbered(number: u64) -> Self {
        let mut bytes = [0; 16];
        for (byte, digit) in bytes.iter_mut().rev().zip(number.to_le_bytes()) {
            *byte = digit;
        }
        Self(UidForm::Uuid(bytes))
    }
}

/// Reads a UUID in its canonical form, or nothing: only a form that prints back as it came.
fn parse_uuid(text: &[u8]) -> Option<[u8; 16]> {
    if text.len() != UUID_CHARACTERS {
        return None;
    }
    let mut digits = text.iter().enumerate().filter(|(at, _)| !UUID_HYPHENS_AT.contains(at));
    if UUID_HYPHENS_AT.iter().any(|at| text.get(*at) != Some(&b'-')) {
        return None;
    }
    let mut bytes = [0; 16];
    for byte in &mut bytes {
        let high = hex_digit(*digits.next()?.1)?;
        let low = hex_digit(*digits.next()?.1)?;
        *byte = high * 16 + low;
    }
    Some(bytes)
}

/// The value of one lower-case hexadecimal digit.
fn hex_digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        0..=b'/' | b':'..=b'`' | b'g'..=u8::MAX => None,
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            UidForm::Uuid(bytes) => {
                for (at, byte) in bytes.iter().enumerate() {
                    if matches!(at, 4 | 6 | 8 | 10) {
                        f.write_str("-")?;
                    }
                    write!(f, "{byte:02x}")?;
                }
                Ok(())
            }
            UidForm::Other(text) => fmt::Display::fmt(text, f),
        }
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "uid:{self}")
    }
}

/// The `resourceVersion` of an object. The server's order of writes; compared as integers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version(pub u64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Declares a name that is unique in the cluster for its kind.
macro_rules! cluster_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(Text);

        impl $name {
            /// Takes over `name` as it is.
            #[must_use]
            pub fn new(name: &str) -> Self {
                Self(Text::new(name))
            }

            /// The name itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// The name as text that is cheap to clone.
            #[must_use]
            pub const fn as_text(&self) -> &Text {
                &self.0
            }

            /// Whether there is no name.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            fn in_namespace(_: &str, name: &str) -> Self {
                Self::new(name)
            }

            const fn name_text(&self) -> &Text {
                &self.0
            }

            const fn namespace_str(&self) -> &'static str {
                ""
            }
        }

        impl From<Text> for $name {
            fn from(name: Text) -> Self {
                Self(name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

cluster_name! {
    /// Name of a PersistentVolume.
    VolumeName
}
cluster_name! {
    /// Name of a StorageClass. Empty: no class, which a claim may ask for by that very name.
    ClassName
}
cluster_name! {
    /// Name of a Node.
    NodeName
}

/// Declares the namespace and name of a kind of object.
macro_rules! namespaced_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name {
            /// Name inside the namespace.
            pub name: Text,
            /// Namespace of the object.
            pub namespace: Text,
        }

        impl $name {
            /// The object `name` in `namespace`.
            #[must_use]
            pub fn new(namespace: &str, name: &str) -> Self {
                Self { name: Text::new(name), namespace: Text::new(namespace) }
            }

            fn in_namespace(namespace: &str, name: &str) -> Self {
                Self::new(namespace, name)
            }

            const fn name_text(&self) -> &Text {
                &self.name
            }

            fn namespace_str(&self) -> &str {
                self.namespace.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}/{}", self.namespace, self.name)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

namespaced_key! {
    /// Namespace and name of a PersistentVolumeClaim.
    ///
    /// The name is compared first: most claims of a cluster differ there, not in the namespace.
    ClaimKey
}
namespaced_key! {
    /// Namespace and name of a Pod.
    PodKey
}

/// Makes [`Kind`] and [`ObjectKey`] of the table of kinds.
macro_rules! kinds_and_keys {
    ($($kind:ident($key:ident, $id:ident, $map:ident, $short:literal, $api:literal, $name:literal, $plural:literal,
        $namespaced:literal);)*) => {
        /// What an object is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind {
            $(#[doc = $name] $kind,)*
        }

        impl Kind {
            /// All kinds that machines observe.
            pub const ALL: [Self; [$($short),*].len()] = [$(Self::$kind),*];

            /// The kind as the API names it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),* }
            }

            /// Group and version of the API that has it.
            #[must_use]
            pub const fn api_version(self) -> &'static str {
                match self { $(Self::$kind => $api),* }
            }

            /// The resource, as paths and permissions name it.
            #[must_use]
            pub const fn plural(self) -> &'static str {
                match self { $(Self::$kind => $plural),* }
            }

            /// The name that people type.
            #[must_use]
            pub const fn short(self) -> &'static str {
                match self { $(Self::$kind => $short),* }
            }

            /// Whether its objects live in a namespace.
            #[must_use]
            pub const fn is_namespaced(self) -> bool {
                match self { $(Self::$kind => $namespaced),* }
            }

            /// Where it stands in [`Kind::ALL`].
            #[must_use]
            pub fn place(self) -> usize {
                Self::ALL.iter().position(|it| *it == self).unwrap_or_default()
            }

            /// The first key of the kind, in the order of keys.
            #[must_use]
            pub fn first_key(self) -> ObjectKey {
                match self { $(Self::$kind => ObjectKey::$kind($key::default())),* }
            }

            /// The key of the object `name` of this kind; the namespace counts where the kind has one.
            #[must_use]
            pub fn key(self, namespace: &str, name: &str) -> ObjectKey {
                match self { $(Self::$kind => ObjectKey::$kind($key::in_namespace(namespace, name))),* }
            }
        }

        /// Kind and name of one object: the key of its observations and of the operations on it.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ObjectKey {
            $(#[doc = $name] $kind($key),)*
        }

        impl ObjectKey {
            /// The kind of the object.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind),* }
            }

            /// The name inside the namespace.
            #[must_use]
            pub fn name(&self) -> &Text {
                match self { $(Self::$kind(key) => key.name_text()),* }
            }

            /// The namespace; empty where the kind has none.
            #[must_use]
            pub fn namespace(&self) -> &str {
                match self { $(Self::$kind(key) => key.namespace_str()),* }
            }

            /// Kind and name as people type them, for each of the two.
            fn parts(&self) -> (&'static str, &dyn fmt::Display) {
                match self { $(Self::$kind(key) => ($short, key)),* }
            }

            /// The name with its namespace, without the kind.
            #[must_use]
            pub fn bare(&self) -> &dyn fmt::Display {
                self.parts().1
            }
        }

        $(impl From<$key> for ObjectKey {
            fn from(key: $key) -> Self {
                Self::$kind(key)
            }
        })*
    };
}

with_kinds!(kinds_and_keys);

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (short, name) = self.parts();
        write!(f, "{short}/{name}")
    }
}

impl fmt::Debug for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn uids_print_as_they_came() {
        let uuid = "0f6c1b7e-1a2b-4c3d-8e4f-000102030405";
        let upper = "0F6C1B7E-1A2B-4C3D-8E4F-000102030405";
        for given in [uuid, upper, "", "uid1", "0f6c1b7e+1a2b-4c3d-8e4f-000102030405", "é"] {
            assert_eq!(Uid::new(given).to_string(), given);
        }
        assert_eq!(Uid::new(&Uid::numbered(258).to_string()), Uid::numbered(258));
        assert_eq!(Uid::numbered(258).to_string(), "00000000-0000-0000-0000-000000000102");
        assert_ne!(Uid::new(uuid), Uid::new(upper));
    }

    #[test]
    fn a_uid_is_as_wide_as_a_text() {
        assert_eq!(size_of::<Uid>(), 24);
        assert_eq!(size_of::<Option<Uid>>(), 24);
    }
}
