//! The configuration file, as it is written.
//!
//! Guarantees: a field that is not known is an error that says where it stands; nothing in the file is passed
//! over in silence. Names are those of kube-controller-manager's configuration where it has the field.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::values::{LogFormat, Size, Span};

/// Largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// `apiVersion` of the file.
pub(crate) const API_VERSION: &str = "windlass.dev/v1alpha1";

/// `kind` of the file.
pub(crate) const KIND: &str = "ControllerConfiguration";

/// The document. Every field but the first two may be left out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) client_connection: ClientConnection,
    #[serde(default)]
    pub(crate) leader_election: LeaderElection,
    pub(crate) controllers: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) persistent_volume_binder_controller: Binder,
    #[serde(default)]
    pub(crate) serving: Serving,
    #[serde(default)]
    pub(crate) logging: Logging,
    #[serde(default)]
    pub(crate) recorder: Recorder,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClientConnection {
    pub(crate) kubeconfig: Option<PathBuf>,
    pub(crate) qps: Option<f32>,
    pub(crate) burst: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LeaderElection {
    pub(crate) leader_elect: Option<bool>,
    pub(crate) lease_duration: Option<Span>,
    pub(crate) renew_deadline: Option<Span>,
    pub(crate) retry_period: Option<Span>,
    pub(crate) resource_name: Option<String>,
    pub(crate) resource_namespace: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Binder {
    #[serde(rename = "pvClaimBinderSyncPeriod")]
    pub(crate) sync_period: Option<Span>,
    pub(crate) orders_in_flight_max: Option<u16>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Serving {
    pub(crate) bind_address: Option<std::net::IpAddr>,
    pub(crate) port: Option<u16>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Logging {
    pub(crate) format: Option<LogFormat>,
    pub(crate) verbosity: Option<u8>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Recorder {
    pub(crate) file: Option<PathBuf>,
    pub(crate) file_size: Option<Size>,
    pub(crate) files: Option<u16>,
}

/// Reads the file at `path`.
///
/// # Errors
///
/// In words, with the line, when it cannot be read or something in it makes no sense.
pub(crate) fn read(path: &Path) -> Result<File, String> {
    let told = |problem: String| format!("{}: {problem}", path.display());
    let size = std::fs::metadata(path).map_err(|error| told(format!("cannot read: {error}")))?.len();
    if size > FILE_BYTES_MAX {
        return Err(told(format!(
            "{size} bytes are too many for a configuration, {FILE_BYTES_MAX} are allowed"
        )));
    }
    let text = std::fs::read_to_string(path).map_err(|error| told(format!("cannot read: {error}")))?;
    parse(&text).map_err(told)
}

/// Reads the text of a file.
pub(crate) fn parse(text: &str) -> Result<File, String> {
    let file: File = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    if file.api_version != API_VERSION || file.kind != KIND {
        return Err(format!(
            "it is a {:?} of {:?}; write kind: {KIND} and apiVersion: {API_VERSION}",
            file.kind, file.api_version
        ));
    }
    Ok(file)
}
