//! What is wrong with an object as it is written, and where in it.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// Characters of a value that a fault repeats; a name may have 253.
pub const SHOWN_CHARS_MAX: usize = 80;

/// One step of a path into a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// The value under this key of a mapping.
    Key(String),
    /// The element of a list, counted from 0.
    Index(usize),
}

/// A path into a document, from its root.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<Segment>);

impl Path {
    /// The path of these keys with dots between them: `spec.volumeName`.
    #[must_use]
    pub fn new(keys: &str) -> Self {
        Self(keys.split('.').map(|it| Segment::Key(it.to_owned())).collect())
    }

    /// This path continued by `rest`.
    #[must_use]
    pub fn joined(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// This path continued by a key.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.0.push(Segment::Key(key.to_owned()));
        self
    }

    /// This path continued by the place in a list.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Segment::Index(index));
        self
    }

    /// Whether one of the two stands within the other, or both are the same.
    #[must_use]
    pub fn is_related(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }

    /// Whether this is the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

/// As `kubectl explain` and the API server write it: `spec.accessModes[0]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) if key.contains(['.', '/', ' ']) || key.is_empty() => {
                    write!(f, "[{key:?}]")?
                }
                Segment::Key(key) => write!(f, "{}{key}", if at == 0 { "" } else { "." })?,
            }
        }
        Ok(())
    }
}

/// Something that the API server would refuse.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fault {
    /// Where; of something that is missing, where it would stand.
    pub path: Path,
    /// What is there, and why it will not do.
    pub what: String,
    /// What would be right, as an order; empty where that is not known.
    pub right: String,
}

impl Fault {
    /// A fault in the field that has these keys.
    #[must_use]
    pub fn new(keys: &str, what: impl Into<String>, right: impl Into<String>) -> Self {
        Self { path: Path::new(keys), what: what.into(), right: right.into() }
    }

    /// The same fault of the document that has this one's document at `prefix`.
    #[must_use]
    pub fn below(self, prefix: &Path) -> Self {
        Self { path: prefix.joined(&self.path), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, what, right } = self;
        if !path.is_root() {
            write!(f, "{path}: ")?;
        }
        write!(f, "{what}")?;
        if right.is_empty() { Ok(()) } else { write!(f, "; {right}") }
    }
}

impl core::error::Error for Fault {}

/// The advice to write one of `allowed`.
#[must_use]
pub fn one_of(allowed: &[&str]) -> String {
    match allowed {
        [one] => format!("write {one}"),
        [] | [_, ..] => format!("write one of {}", allowed.join(", ")),
    }
}

/// A text in quotation marks, cut to what people read.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("{:?}", shortened(text, SHOWN_CHARS_MAX))
}

/// A text, cut to so many characters.
#[must_use]
pub fn shortened(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_string(),
    }
}
