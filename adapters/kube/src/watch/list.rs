//! Lists by pages, for servers that do not stream them.

use serde::Deserialize;
use serde_json::value::RawValue;
use windlass_core::ids::{Kind, Version};
use windlass_core::observed::Object;
use windlass_core::wire::Str;

use crate::parse::{self, ParseProblem};

/// One page of a list, not yet read.
#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow)]
    items: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow)]
    resource_version: Str<'a>,
    #[serde(rename = "continue", borrow)]
    next: Option<Str<'a>>,
}

/// One page of a list.
#[derive(Debug)]
pub(super) struct Page {
    /// The version at which the list was made, the same for all of its pages.
    pub(super) version: Version,
    /// How to ask for the next page; none after the last.
    pub(super) next: Option<String>,
    pub(super) items: Vec<Result<Object, ParseProblem>>,
}

/// Reads a page.
///
/// # Errors
///
/// When it is no page of a list.
pub(super) fn page(kind: Kind, body: &[u8]) -> Result<Page, String> {
    let Raw { metadata, items } = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let version = metadata.resource_version.as_str();
    let version =
        version.parse().map(Version).map_err(|_| format!("resourceVersion {version:?} is no integer"))?;
    let next = metadata.next.filter(|it| !it.as_str().is_empty()).map(|it| it.as_str().to_owned());
    let read = |item: &RawValue| parse::object(kind, item.get().as_bytes());
    Ok(Page { version, next, items: items.unwrap_or_default().into_iter().map(read).collect() })
}
