//! The scalars of an object, borrowed from its bytes where that is possible.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Serialize, Serializer};

use crate::quantity::Quantity;
use crate::selector::Labels;
use crate::text::Text;

/// A text. Nothing is copied unless it has escapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Str<'a>(Cow<'a, str>);

impl<'a> Str<'a> {
    /// The text of a constant or of an object.
    pub(super) const fn new(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// A text that was put together.
    pub(super) const fn made(text: String) -> Self {
        Self(Cow::Owned(text))
    }

    /// The text, unless it is empty, which is the same as nothing.
    pub(super) fn filled(text: &'a str) -> Option<Self> {
        (!text.is_empty()).then_some(Self::new(text))
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn to_text(&self) -> Text {
        Text::new(&self.0)
    }
}

/// The text of a field, or the empty one.
pub(super) fn or_empty<'s>(text: Option<&'s Str<'_>>) -> &'s str {
    text.map_or("", Str::as_str)
}

struct StrVisitor;

impl<'de> Visitor<'de> for StrVisitor {
    type Value = Str<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Str::new(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Str::made(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(Str::made(text))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(StrVisitor)
    }
}

impl Serialize for Str<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The value of a field that is there: `null` is the empty text, as the API server reads it in annotations.
pub(super) fn present<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Str<'a>>, D::Error> {
    Ok(Some(Option::<Str<'a>>::deserialize(deserializer)?.unwrap_or_default()))
}

/// A quantity: the one value that is a text or a number. The API server writes texts alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scalar<'a>(pub(super) Cow<'a, str>);

impl From<&Quantity> for Scalar<'_> {
    fn from(quantity: &Quantity) -> Self {
        Self(Cow::Owned(quantity.stored().to_string()))
    }
}

impl<'a> From<Scalar<'a>> for Str<'a> {
    fn from(Scalar(text): Scalar<'a>) -> Self {
        Self(text)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or an integer")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Scalar(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Scalar(Cow::Owned(number.to_string())))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

impl Serialize for Scalar<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A mapping of which only the presence counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(super) struct Mapping {}

/// Labels of a kind whose labels decide nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoLabels;

impl<'de> Deserialize<'de> for NoLabels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Self)
    }
}

impl Serialize for NoLabels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

/// Labels of a kind whose labels decide something, copied once.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SomeLabels(pub(super) Labels);

struct LabelsVisitor;

impl<'de> Visitor<'de> for LabelsVisitor {
    type Value = SomeLabels;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SomeLabels, A::Error> {
        let mut labels = Vec::new();
        // An absent value is the empty one.
        while let Some((key, value)) = map.next_entry::<Str<'de>, Option<Str<'de>>>()? {
            labels.push((key.to_text(), value.unwrap_or_default().to_text()));
        }
        Ok(SomeLabels(labels.into_iter().collect()))
    }
}

impl<'de> Deserialize<'de> for SomeLabels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LabelsVisitor)
    }
}
