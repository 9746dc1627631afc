//! Short immutable text: names, label values, classes.
//!
//! Guarantees: equality, order and hash are those of the text itself; text of up to
//! [`INLINE_BYTES_MAX`] bytes needs no heap, so that a small world is cloned by copying bytes.
//!
//! Deliberately absent: mutation, and any interning table (its order would be history in the state).

use alloc::string::String;
use alloc::sync::Arc;
use core::cmp::Ordering;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest text that is kept inside the value itself, in bytes.
///
/// 22 bytes and a length and a tag make 24 bytes, the size of a `String`.
pub const INLINE_BYTES_MAX: usize = 22;

/// Immutable text, 24 bytes wide, cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Text(Repr);

/// The one representation of each text: short ones are always inline, padded with zeros.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Inline { len: u8, bytes: [u8; INLINE_BYTES_MAX] },
    Shared(Arc<str>),
}

impl Text {
    /// The text of no characters.
    pub const EMPTY: Self = Self(Repr::Inline { len: 0, bytes: [0; INLINE_BYTES_MAX] });

    /// Copies `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut bytes = [0; INLINE_BYTES_MAX];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(start), Ok(len)) => {
                start.copy_from_slice(text.as_bytes());
                Self(Repr::Inline { len, bytes })
            }
            (None, _) | (_, Err(_)) => Self(Repr::Shared(Arc::from(text))),
        }
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            // The bytes came from a `str` of this very length, so the conversion cannot fail.
            Repr::Inline { .. } => core::str::from_utf8(self.as_bytes()).unwrap_or_default(),
            Repr::Shared(text) => text,
        }
    }

    /// The text as bytes; as orders of UTF-8 agree, enough to compare by.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Repr::Shared(text) => text.as_bytes(),
        }
    }

    /// Whether there are no characters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }

    /// Bytes that this text holds on the heap, shared ones counted whole.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        match &self.0 {
            Repr::Inline { .. } => 0,
            Repr::Shared(text) => text.len() + 2 * size_of::<usize>(),
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl Ord for Text {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            // The hottest comparison of all: the keys of every map are short texts. As what is behind the
            // end is zero, the padded bytes order as the texts do, but for zeros at the end of a text.
            (Repr::Inline { len, bytes }, Repr::Inline { len: other_len, bytes: other_bytes }) => {
                digits(bytes).cmp(&digits(other_bytes)).then(len.cmp(other_len))
            }
            (Repr::Inline { .. } | Repr::Shared(_), _) => self.as_bytes().cmp(other.as_bytes()),
        }
    }
}

/// The bytes as two numbers that order as the bytes do.
const fn digits(bytes: &[u8; INLINE_BYTES_MAX]) -> (u128, u64) {
    let [head @ .., a, b, c, d, e, f] = *bytes;
    (u128::from_be_bytes(head), u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_as_wide_as_a_string_even_when_optional() {
        assert_eq!(size_of::<Text>(), 24);
        assert_eq!(size_of::<Option<Text>>(), 24);
    }

    #[test]
    fn texts_order_as_strings_do() {
        let parts = ["", "a", "b", "\0", "\0\0", "\u{ff}", "aaaaaaaa", "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaab"];
        let given: alloc::vec::Vec<String> =
            parts.iter().flat_map(|a| parts.iter().map(move |b| alloc::format!("{a}{b}"))).collect();
        for (a, b) in given.iter().flat_map(|a| given.iter().map(move |b| (a, b))) {
            assert_eq!(Text::new(a).cmp(&Text::new(b)), a.cmp(b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn text_keeps_what_it_was_given_on_both_sides_of_the_limit() {
        for len in 0..2 * INLINE_BYTES_MAX {
            let given: String = "añb".chars().cycle().take(len).collect();
            let text = Text::new(&given);
            assert_eq!(text.as_str(), given);
            assert_eq!(text.heap_bytes() == 0, given.len() <= INLINE_BYTES_MAX);
        }
    }

    #[test]
    fn text_orders_as_its_characters_do() {
        let long = "x".repeat(40);
        let given = ["", "a", "a\0", "a\0b", "ab", "b", "x", &long, "xy", "é"];
        for left in given {
            for right in given {
                assert_eq!(Text::new(left).cmp(&Text::new(right)), left.cmp(right), "{left:?} {right:?}");
                assert_eq!(Text::new(left) == Text::new(right), left == right);
            }
        }
    }
}
