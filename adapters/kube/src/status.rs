//! What the API server says about a request that it did not carry out.

use std::time::Duration;

use serde::Deserialize;

/// The `Status` object of an answer, as far as it is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Status {
    pub(crate) message: String,
    pub(crate) reason: String,
    pub(crate) code: u16,
    details: Option<Details>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Details {
    name: String,
    /// The resource for an object that is missing, in spite of its name.
    kind: String,
    retry_after_seconds: u64,
    causes: Vec<Cause>,
}

/// One of the reasons for which an object is not valid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Cause {
    field: String,
}

impl Status {
    /// Reads the body of an answer; an empty status where it is none.
    pub(crate) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// Whether it says that there is no object `name` of this resource.
    pub(crate) fn is_missing(&self, resource: &str, name: &str) -> bool {
        let named = self.details.as_ref().is_some_and(|it| it.kind == resource && it.name == name);
        self.reason == "NotFound" && named
    }

    /// Whether it says that the object has another UID than the one that was named.
    pub(crate) fn is_of_another(&self) -> bool {
        self.details.iter().flat_map(|it| &it.causes).any(|cause| cause.field == "metadata.uid")
    }

    /// How long the server wants to be left in peace.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let seconds = self.details.as_ref().map_or(0, |it| it.retry_after_seconds);
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }
}
