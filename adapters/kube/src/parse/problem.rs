//! An object that cannot be read: which, where, why.

use std::fmt;

use windlass_core::ids::{Kind, ObjectKey};

/// Longest part of an object's own text that a problem repeats, in characters.
const SHOWN_CHARS_MAX: usize = 80;

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

/// A field that makes no sense, of an object that is yet to be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) path: String,
    pub(crate) what: String,
}

impl Fault {
    pub(crate) fn new(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self { path: path.into(), what: what.into() }
    }

    pub(crate) fn of(self, kind: Kind, key: Option<ObjectKey>) -> ParseProblem {
        ParseProblem { kind, key, path: self.path, what: self.what }
    }
}

/// Longest message of the deserializer that a problem repeats, in characters.
const MESSAGE_CHARS_MAX: usize = 300;

/// A message that may repeat the object's own text, cut to what people read.
pub(super) fn shortened(message: &str) -> String {
    match message.char_indices().nth(MESSAGE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}

/// A text in quotation marks, cut to what people read.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{:?}", format!("{}…", text.get(..end).unwrap_or_default())),
        None => format!("{text:?}"),
    }
}
