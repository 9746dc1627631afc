//! Values that several kinds have: words, sizes, modes.

use alloc::format;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::fault::{Fault, Path, one_of, quoted};
use super::text::{Scalar, Str, or_empty};
use crate::observed::{AccessMode, AccessModes, VolumeMode};
use crate::quantity::Quantity;

/// Quantities of which one is a size.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Storage<'a> {
    pub(super) storage: Option<Scalar<'a>>,
}

impl From<&Quantity> for Storage<'_> {
    fn from(size: &Quantity) -> Self {
        Self { storage: Some(size.into()) }
    }
}

/// One of `words`, as `name` writes them, in the field that has these keys; the empty one counts as none.
pub(super) fn word<T: Copy>(
    text: Option<&Str<'_>>,
    words: &[T],
    name: fn(T) -> &'static str,
    keys: &str,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    let text = match or_empty(text) {
        "" => return None,
        text => text,
    };
    let found = words.iter().copied().find(|it| name(*it) == text);
    if found.is_none() {
        faults.push(unknown(Path::new(keys), text, &words.iter().map(|it| name(*it)).collect::<Vec<_>>()));
    }
    found
}

/// The fault of a word that is none of `allowed`.
pub(super) fn unknown(path: Path, word: &str, allowed: &[&str]) -> Fault {
    Fault { path, what: format!("{} is unknown", quoted(word)), right: one_of(allowed) }
}

/// The access modes of a spec or a status.
pub(super) fn access_modes(
    listed: Option<&Vec<Str<'_>>>,
    keys: &str,
    faults: &mut Vec<Fault>,
) -> AccessModes {
    let mut modes = Vec::new();
    for (at, text) in listed.into_iter().flatten().enumerate() {
        match AccessMode::parse(text.as_str()) {
            Some(mode) => modes.push(mode),
            None => {
                let allowed = AccessMode::ALL.map(AccessMode::as_str);
                faults.push(unknown(Path::new(keys).index(at), text.as_str(), &allowed));
            }
        }
    }
    AccessModes::new(modes)
}

/// The access modes of a spec, which has to list some.
pub(super) fn required_access_modes(listed: Option<&Vec<Str<'_>>>, faults: &mut Vec<Fault>) -> AccessModes {
    let keys = "spec.accessModes";
    if listed.is_none_or(Vec::is_empty) {
        faults.push(Fault::new(keys, "is missing", "write a list such as [ReadWriteOnce]"));
    }
    access_modes(listed, keys, faults)
}

/// Access modes as a list; none where there are none.
pub(super) fn written_modes(modes: AccessModes) -> Option<Vec<Str<'static>>> {
    (!modes.is_empty()).then(|| modes.iter().map(|it| Str::new(it.as_str())).collect())
}

/// The volume mode of a spec.
pub(super) fn volume_mode(text: Option<&Str<'_>>, faults: &mut Vec<Fault>) -> VolumeMode {
    let words = [VolumeMode::Filesystem, VolumeMode::Block];
    word(text, &words, VolumeMode::as_str, "spec.volumeMode", faults).unwrap_or_default()
}

/// A quantity, if there is one.
pub(super) fn quantity(
    storage: Option<Storage<'_>>,
    keys: &str,
    faults: &mut Vec<Fault>,
) -> Option<Quantity> {
    let Scalar(text) = storage.and_then(|it| it.storage)?;
    let parsed = Quantity::parse(&text);
    if parsed.is_err() {
        let what = format!("{} is not a quantity", quoted(&text));
        faults.push(Fault::new(keys, what, "write for instance 10Gi"));
    }
    parsed.ok()
}

/// A size, which has to be there and be more than nothing.
pub(super) fn size(storage: Option<Storage<'_>>, keys: &str, faults: &mut Vec<Fault>) -> Quantity {
    if storage.as_ref().is_none_or(|it| it.storage.is_none()) {
        faults.push(Fault::new(keys, "is missing", "write a size such as 10Gi"));
        return Quantity::ZERO;
    }
    let Some(size) = quantity(storage, keys, faults) else { return Quantity::ZERO };
    if size.amount() <= Quantity::ZERO.amount() {
        let what = format!("\"{size}\" is not more than nothing");
        faults.push(Fault::new(keys, what, "write for instance 10Gi"));
    }
    size
}
