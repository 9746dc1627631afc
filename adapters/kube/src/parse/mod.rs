//! Objects on the wire, read into what the core observes.
//!
//! Guarantees:
//! - an object is read in one pass over its bytes, and what decides nothing is skipped and never kept;
//! - whatever the bytes are, the end is an object or a [`ParseProblem`], never a panic;
//! - the meaning is that of [`windlass_core::wire`], as in the manifests of `windlass-world`.
//!
//! An object that was known and cannot be read any more stays known in its older state: nothing is told to
//! the core. A write that is decided on that state meets `Conflict`, since its guard names an older version;
//! the read that follows is answered `Refused` (see [`perform`](crate::perform)), so that the core pauses,
//! longer each time, and lets others go elsewhere. To show the object as gone would be a lie with
//! consequences: its bound claim would be looked into again and again, and a volume of which the claim is
//! unreadable would be on its way to being released.
//!
//! Deliberately absent: checks of what decides nothing.

mod problem;

use serde::Deserialize;
use serde_json::value::RawValue;
use windlass_core::ids::{Kind, ObjectKey, Version};
use windlass_core::observed::Object;
use windlass_core::wire::{Claim, Class, Fault, Metadata, Node, Pod, Str, Volume, Wire};

pub use problem::ParseProblem;

/// Reads the object of `kind` that is written in `json`.
///
/// # Errors
///
/// When it cannot be read, or a field that decides something makes no sense.
pub fn object(kind: Kind, json: &[u8]) -> Result<Object, ParseProblem> {
    match kind {
        Kind::Claim => read::<Claim<'_>>(json),
        Kind::Volume => read::<Volume<'_>>(json),
        Kind::Class => read::<Class<'_>>(json),
        Kind::Node => read::<Node<'_>>(json),
        Kind::Pod => read::<Pod<'_>>(json),
    }
}

fn read<'a, T: Wire<'a>>(json: &'a [u8]) -> Result<Object, ParseProblem> {
    match serde_json::from_slice::<T>(json) {
        Ok(wire) => understood(wire),
        Err(_) => Err(unreadable::<T>(json)),
    }
}

fn understood<'a, T: Wire<'a>>(wire: T) -> Result<Object, ParseProblem> {
    // What would be right is for those who write objects.
    let problem =
        |key, Fault { path, what, right: _ }| ParseProblem::new(T::KIND, key, path.to_string(), &what);
    let identity = wire.metadata().identity(T::KIND);
    let identity = identity.map_err(|fault| problem(wire.metadata().key(T::KIND).ok(), fault))?;
    let mut faults = Vec::new();
    let object = wire.into_object(identity, &mut faults);
    match faults.into_iter().next() {
        None => Ok(object),
        Some(fault) => Err(problem(Some(object.key()), fault)),
    }
}

/// Looks for the place at which an object cannot be read.
fn unreadable<'a, T: Wire<'a>>(json: &'a [u8]) -> ParseProblem {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let (path, what) = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => (String::new(), "there is something behind the object".to_owned()),
        Err(error) => {
            let path = error.path().to_string();
            let message = error.inner().to_string();
            // Of a field, its path says more than its place in a line that nobody sees.
            let (path, message) = match path.as_str() {
                "." => (String::new(), message.as_str()),
                _ => (path, message.rsplit_once(" at line ").map_or(message.as_str(), |it| it.0)),
            };
            (path, message.to_owned())
        }
    };
    ParseProblem::new(T::KIND, identity(T::KIND, json).map(|(key, _)| key), path, &what)
}

/// Name and version of an object of which nothing else may be readable.
pub(crate) fn identity(kind: Kind, json: &[u8]) -> Option<(ObjectKey, Version)> {
    #[derive(Deserialize)]
    struct Bare<'a> {
        #[serde(borrow)]
        metadata: Metadata<'a>,
    }
    let Bare { metadata } = serde_json::from_slice(json).ok()?;
    let version = metadata.version().ok()?;
    Some((metadata.key(kind).ok()?, version))
}

/// What one line of a watch shows.
#[derive(Debug)]
pub(crate) enum Line {
    /// An object was created or changed.
    Shown(Object),
    /// An object was deleted at this version.
    Gone(ObjectKey, Version),
    /// Everything up to this version has been shown; and whether that ends what was stored at the beginning.
    Bookmark {
        /// The version.
        version: Version,
        /// Whether it ends the list that the watch began with.
        ends_list: bool,
    },
    /// The watch is at its end: the body of the status that says why.
    Error(Box<[u8]>),
    /// An object that cannot be read, with its version where that can be.
    Unreadable(Box<ParseProblem>, Option<Version>),
}

/// A line, with the object not yet read.
#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(rename = "type", borrow)]
    kind: Str<'a>,
    #[serde(borrow)]
    object: &'a RawValue,
}

/// A line, with the object.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
struct Whole<'a, T> {
    #[serde(rename = "type", borrow)]
    kind: Str<'a>,
    object: T,
}

/// Reads one line of a watch of `kind`.
pub(crate) fn line(kind: Kind, json: &[u8]) -> Line {
    match kind {
        Kind::Claim => read_line::<Claim<'_>>(json),
        Kind::Volume => read_line::<Volume<'_>>(json),
        Kind::Class => read_line::<Class<'_>>(json),
        Kind::Node => read_line::<Node<'_>>(json),
        Kind::Pod => read_line::<Pod<'_>>(json),
    }
}

fn read_line<'a, T: Wire<'a>>(json: &'a [u8]) -> Line {
    match serde_json::from_slice::<Whole<'a, T>>(json) {
        // By far the most lines, in one pass.
        Ok(Whole { kind, object }) if matches!(kind.as_str(), "ADDED" | "MODIFIED") => {
            match understood(object) {
                Ok(object) => Line::Shown(object),
                Err(problem) => {
                    odd_line::<T>(json).unwrap_or_else(|| Line::Unreadable(Box::new(problem), None))
                }
            }
        }
        Ok(_) | Err(_) => odd_line::<T>(json).unwrap_or_else(|| {
            let what = "a line of the watch that is no event";
            let problem = ParseProblem::new(T::KIND, None, String::new(), what);
            Line::Unreadable(Box::new(problem), None)
        }),
    }
}

/// Reads a line that is none of the many; none if it is no event at all.
fn odd_line<'a, T: Wire<'a>>(json: &'a [u8]) -> Option<Line> {
    let Raw { kind, object } = serde_json::from_slice(json).ok()?;
    let object = object.get().as_bytes();
    let unreadable = |problem| {
        let version = identity(T::KIND, object).map(|(_, version)| version);
        Line::Unreadable(Box::new(problem), version)
    };
    Some(match kind.as_str() {
        "ADDED" | "MODIFIED" => read::<T>(object).map_or_else(unreadable, Line::Shown),
        "DELETED" => match identity(T::KIND, object) {
            Some((key, version)) => Line::Gone(key, version),
            None => unreadable(self::unreadable::<T>(object)),
        },
        "BOOKMARK" => bookmark(object)?,
        "ERROR" => Line::Error(object.into()),
        _ => return None,
    })
}

fn bookmark(json: &[u8]) -> Option<Line> {
    #[derive(Deserialize)]
    struct Bare<'a> {
        #[serde(borrow)]
        metadata: Metadata<'a>,
    }
    let Bare { metadata } = serde_json::from_slice(json).ok()?;
    Some(Line::Bookmark { version: metadata.version().ok()?, ends_list: metadata.ends_initial_events() })
}
