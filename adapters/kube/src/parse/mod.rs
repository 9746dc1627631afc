//! Objects on the wire, read into what the core observes.
//!
//! Guarantees:
//! - an object is read in one pass over its bytes, and what decides nothing is skipped and never kept;
//! - whatever the bytes are, the end is an object or a [`ParseProblem`], never a panic;
//! - the meaning is that of the manifests of `windlass-world`, which the tests hold against each other.
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
mod text;

mod metadata;
mod values;

mod claim;
mod volume;
mod workload;

use serde::Deserialize;
use serde_json::value::RawValue;
use windlass_core::ids::{Kind, ObjectKey, Version};
use windlass_core::observed::Object;

pub use problem::ParseProblem;

pub(crate) use metadata::Metadata;
pub(crate) use text::Str;

use claim::ClaimIn;
use problem::Fault;
use volume::VolumeIn;
use workload::{ClassIn, NodeIn, PodIn};

/// An object of one kind as it is on the wire.
trait Slim<'a>: Deserialize<'a> {
    const KIND: Kind;

    /// Its name.
    fn key(&self) -> Result<ObjectKey, Fault>;

    /// What it means.
    fn into_object(self) -> Result<Object, Fault>;
}

/// Reads the object of `kind` that is written in `json`.
///
/// # Errors
///
/// When it cannot be read, or a field that decides something makes no sense.
pub fn object(kind: Kind, json: &[u8]) -> Result<Object, ParseProblem> {
    match kind {
        Kind::Claim => read::<ClaimIn<'_>>(json),
        Kind::Volume => read::<VolumeIn<'_>>(json),
        Kind::Class => read::<ClassIn<'_>>(json),
        Kind::Node => read::<NodeIn<'_>>(json),
        Kind::Pod => read::<PodIn<'_>>(json),
    }
}

fn read<'a, T: Slim<'a>>(json: &'a [u8]) -> Result<Object, ParseProblem> {
    match serde_json::from_slice::<T>(json) {
        Ok(slim) => understood(slim),
        Err(_) => Err(unreadable::<T>(json)),
    }
}

fn understood<'a, T: Slim<'a>>(slim: T) -> Result<Object, ParseProblem> {
    let key = slim.key().map_err(|fault| fault.of(T::KIND, None))?;
    slim.into_object().map_err(|fault| fault.of(T::KIND, Some(key)))
}

/// Looks for the place at which an object cannot be read.
fn unreadable<'a, T: Slim<'a>>(json: &'a [u8]) -> ParseProblem {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let fault = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => Fault::new("", "there is something behind the object"),
        Err(error) => {
            let path = error.path().to_string();
            let message = error.inner().to_string();
            // Of a field, its path says more than its place in a line that nobody sees.
            let (path, message) = match path.as_str() {
                "." => (String::new(), message.as_str()),
                _ => (path, message.rsplit_once(" at line ").map_or(message.as_str(), |it| it.0)),
            };
            Fault::new(path, problem::shortened(message))
        }
    };
    fault.of(T::KIND, identity(T::KIND, json).map(|(key, _)| key))
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
        Kind::Claim => read_line::<ClaimIn<'_>>(json),
        Kind::Volume => read_line::<VolumeIn<'_>>(json),
        Kind::Class => read_line::<ClassIn<'_>>(json),
        Kind::Node => read_line::<NodeIn<'_>>(json),
        Kind::Pod => read_line::<PodIn<'_>>(json),
    }
}

fn read_line<'a, T: Slim<'a>>(json: &'a [u8]) -> Line {
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
            let fault = Fault::new("", "a line of the watch that is no event");
            Line::Unreadable(Box::new(fault.of(T::KIND, None)), None)
        }),
    }
}

/// Reads a line that is none of the many; none if it is no event at all.
fn odd_line<'a, T: Slim<'a>>(json: &'a [u8]) -> Option<Line> {
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
