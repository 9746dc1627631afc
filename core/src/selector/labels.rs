//! Labels of one object.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Text;

/// Labels, immutable and in the order of their keys. Cloning copies a pointer.
///
/// They are taken as observed: neither keys nor values are checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Labels(Arc<[(Text, Text)]>);

impl Labels {
    /// The value under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Text> {
        let place = self.0.binary_search_by(|(it, _)| it.as_bytes().cmp(key.as_bytes())).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    /// All keys with their values, in the order of the keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Text, &Text)> + ExactSizeIterator {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Of several values under one key, the last counts.
impl FromIterator<(Text, Text)> for Labels {
    fn from_iter<I: IntoIterator<Item = (Text, Text)>>(labels: I) -> Self {
        Self(labels.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect())
    }
}

/// The labels, such as `tier=a, zone=b`.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (key, value)) in self.iter().enumerate() {
            let separator = if place == 0 { "" } else { ", " };
            write!(f, "{separator}{key}={value}")?;
        }
        Ok(())
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let labels = BTreeMap::<Text, Text>::deserialize(deserializer)?;
        Ok(labels.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn labels_are_found_by_key_in_any_order_given() {
        let pairs = [("zone", "b"), ("a", "1"), ("tier", "x"), ("a", "2")];
        let labels: Labels =
            pairs.map(|(key, value)| (Text::new(key), Text::new(value))).into_iter().collect();
        assert_eq!(labels.get("a"), Some(&Text::new("2")));
        assert_eq!(labels.get("zone"), Some(&Text::new("b")));
        assert_eq!(labels.get("b"), None);
        assert_eq!(labels.to_string(), "a=2, tier=x, zone=b");
        assert!(!labels.is_empty());
        assert_eq!(size_of::<Labels>(), 16);
    }

    #[test]
    fn labels_survive_storage() {
        let labels = serde_json::from_str::<Labels>(r#"{"zone":"b","a":"1"}"#).unwrap_or_default();
        assert_eq!(serde_json::to_string(&labels).ok().as_deref(), Some(r#"{"a":"1","zone":"b"}"#));
    }
}
