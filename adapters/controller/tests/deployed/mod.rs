//! The controller as its manifest deploys it: the user and what that user may do.

use serde_json::Value;
use windlass_cluster::{Api, User};

/// The user that the API server takes the controller for.
pub(crate) const USER: &str = "system:serviceaccount:windlass-system:windlass-controller";

/// The manifest that operators apply.
const MANIFEST: &str = include_str!("../../deploy/windlass-controller.yaml");

/// The service account with its groups.
pub(crate) fn user() -> User {
    User::new(USER).group("system:serviceaccounts").group("system:serviceaccounts:windlass-system")
}

/// Creates everything that stands in the manifest.
#[track_caller]
pub(crate) fn apply(api: &Api) {
    for document in serde_saphyr::from_multiple::<Value>(MANIFEST).unwrap() {
        let version = document["apiVersion"].as_str().unwrap();
        let root = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
        let plural = format!("{}s", document["kind"].as_str().unwrap().to_lowercase());
        let path = match document["metadata"]["namespace"].as_str() {
            Some(namespace) => format!("{root}/namespaces/{namespace}/{plural}"),
            None => format!("{root}/{plural}"),
        };
        api.create(&path, &document).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
}
