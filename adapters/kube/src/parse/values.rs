//! Values that several kinds have: words, sizes, modes.

use windlass_core::observed::{AccessMode, AccessModes, VolumeMode};
use windlass_core::quantity::Quantity;

use super::problem::{Fault, quoted};
use super::text::{Scalar, Str, or_empty};

/// One of a few words; the empty one counts as none.
pub(super) fn word<T>(
    text: Option<&Str<'_>>,
    parse: fn(&str) -> Option<T>,
    path: &'static str,
) -> Result<Option<T>, Fault> {
    match or_empty(text) {
        "" => Ok(None),
        word => parse(word).map(Some).ok_or_else(|| Fault::new(path, format!("{} is unknown", quoted(word)))),
    }
}

/// The access modes of a spec or a status.
pub(super) fn access_modes(listed: Option<&Vec<Str<'_>>>, path: &'static str) -> Result<AccessModes, Fault> {
    let mut modes = Vec::new();
    for (at, text) in listed.into_iter().flatten().enumerate() {
        let unknown = || Fault::new(format!("{path}[{at}]"), format!("{} is unknown", quoted(text.as_str())));
        modes.push(AccessMode::parse(text.as_str()).ok_or_else(unknown)?);
    }
    Ok(AccessModes::new(modes))
}

/// The access modes of a spec, which has to list some.
pub(super) fn required_access_modes(listed: Option<&Vec<Str<'_>>>) -> Result<AccessModes, Fault> {
    let path = "spec.accessModes";
    match access_modes(listed, path)? {
        none if none.is_empty() => Err(Fault::new(path, "is missing")),
        modes => Ok(modes),
    }
}

/// The volume mode of a spec.
pub(super) fn volume_mode(text: Option<&Str<'_>>) -> Result<VolumeMode, Fault> {
    Ok(word(text, VolumeMode::parse, "spec.volumeMode")?.unwrap_or_default())
}

/// A quantity, if there is one.
pub(super) fn quantity(scalar: Option<&Scalar<'_>>, path: &'static str) -> Result<Option<Quantity>, Fault> {
    let Some(Scalar(text)) = scalar else { return Ok(None) };
    let parsed = Quantity::parse(text);
    parsed.map(Some).map_err(|_| Fault::new(path, format!("{} is no quantity", quoted(text))))
}

/// A size, which has to be there and be more than nothing.
pub(super) fn size(scalar: Option<&Scalar<'_>>, path: &'static str) -> Result<Quantity, Fault> {
    let size = quantity(scalar, path)?.ok_or_else(|| Fault::new(path, "is missing"))?;
    if size.amount() <= Quantity::ZERO.amount() {
        return Err(Fault::new(path, format!("\"{size}\" is not more than nothing")));
    }
    Ok(size)
}
