//! An object that cannot be read: which, where, why.

use std::fmt;

use windlass_core::ids::{Kind, ObjectKey};
use windlass_core::wire::shortened;

/// Longest explanation, in characters: it may repeat the text of the object.
const WHAT_CHARS_MAX: usize = 300;

/// An object that makes no sense to this version of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseProblem {
    /// What it should be.
    pub kind: Kind,
    /// Which one; none where even the name cannot be read.
    pub key: Option<ObjectKey>,
    /// The field, such as `spec.capacity.storage`; empty for the object as a whole.
    pub path: String,
    /// What is there, and why it will not do.
    pub what: String,
}

impl ParseProblem {
    /// A problem of which no more is told than people read.
    pub(super) fn new(kind: Kind, key: Option<ObjectKey>, path: String, what: &str) -> Self {
        Self { kind, key, path, what: shortened(what, WHAT_CHARS_MAX) }
    }
}

impl fmt::Display for ParseProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, key, path, what } = self;
        match key {
            Some(key) => write!(f, "{key}: ")?,
            None => write!(f, "{}: ", kind.name())?,
        }
        match path.as_str() {
            "" => f.write_str(what),
            path => write!(f, "{path}: {what}"),
        }
    }
}

impl std::error::Error for ParseProblem {}
