//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{ArgAction, Parser};

use super::values::{LogFormat, Size, Span};

/// Shown below the options.
const EXAMPLES: &str = "\
Examples:
  In place of three controllers of kube-controller-manager, which runs with
  --controllers=*,-persistentvolume-binder-controller,-persistentvolumeclaim-protection-controller,\
  -persistentvolume-protection-controller:
    windlass-controller --kubeconfig ~/.kube/config
  As a pod, as adapters/controller/deploy has it:
    windlass-controller --bind-address=0.0.0.0
  With a recording that `windlass replay` explains later:
    windlass-controller --record flight.rec --record-files 8

Exit codes: 0 after SIGTERM or SIGINT; 1 after a second signal, when the lease was lost or when something broke; 2 for \
flags or a configuration that make no sense.";

/// Binds PersistentVolumeClaims to PersistentVolumes, and protects those that are in use from deletion.
///
/// Flags have the names that they have in kube-controller-manager, where it has them. Durations are written as Go
/// writes them: 15s, 1m30s.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "windlass-controller", version, max_term_width = 110, after_long_help = EXAMPLES)]
pub(crate) struct Flags {
    /// Configuration, apiVersion windlass.dev/v1alpha1, kind ControllerConfiguration. Flags override it.
    #[arg(long, value_name = "FILE", help_heading = "What to run")]
    pub(crate) config: Option<PathBuf>,
    /// Controllers to run: `*` for all that there are, `NAME` for one, `-NAME` for all but that one.
    ///
    /// Names and their older forms are those of kube-controller-manager. This program has
    /// persistentvolume-binder-controller, persistentvolumeclaim-protection-controller and
    /// persistentvolume-protection-controller; the other storage controllers may be switched off here, and are not
    /// there to be switched on. [default: *]
    #[arg(long, value_name = "LIST", help_heading = "What to run", value_delimiter = ',')]
    #[arg(allow_hyphen_values = true)]
    pub(crate) controllers: Option<Vec<String>>,
    /// Time after which everything is decided once more, as a safety net. [default: 15s]
    #[arg(long, value_name = "DURATION", help_heading = "What to run")]
    pub(crate) pvclaimbinder_sync_period: Option<Span>,
    /// Requests that are under way at once. [default: 64]
    #[arg(long, value_name = "N", help_heading = "What to run")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) orders_in_flight: Option<u16>,

    /// The API server and the user. Without it: the service account of the pod that this is; else $KUBECONFIG or
    /// ~/.kube/config.
    #[arg(long, value_name = "FILE", help_heading = "API server")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Requests a second over a longer time; 0 sets no limit, so that the server's own fairness decides.
    /// [default: 0]
    #[arg(long, value_name = "N", help_heading = "API server")]
    pub(crate) kube_api_qps: Option<f32>,
    /// Requests at once after a rest, where --kube-api-qps sets a limit. [default: 100]
    #[arg(long, value_name = "N", help_heading = "API server")]
    pub(crate) kube_api_burst: Option<u32>,

    /// Whether to work only while holding a lease; others stand by with what they watch in memory.
    /// [default: true]
    #[arg(long, value_name = "BOOL", help_heading = "Leader election")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) leader_elect: Option<bool>,
    /// Time after which others may take a lease that was not renewed. [default: 15s]
    #[arg(long, value_name = "DURATION", help_heading = "Leader election")]
    pub(crate) leader_elect_lease_duration: Option<Span>,
    /// Time without a renewal after which the holder stops writing, and ends. [default: 10s]
    #[arg(long, value_name = "DURATION", help_heading = "Leader election")]
    pub(crate) leader_elect_renew_deadline: Option<Span>,
    /// Time between two attempts to get or to renew the lease. [default: 2s]
    #[arg(long, value_name = "DURATION", help_heading = "Leader election")]
    pub(crate) leader_elect_retry_period: Option<Span>,
    /// Name of the Lease; kube-controller-manager has its own. [default: windlass-controller]
    #[arg(long, value_name = "NAME", help_heading = "Leader election")]
    pub(crate) leader_elect_resource_name: Option<String>,
    /// Namespace of the Lease. [default: kube-system]
    #[arg(long, value_name = "NAMESPACE", help_heading = "Leader election")]
    pub(crate) leader_elect_resource_namespace: Option<String>,

    /// Address for health and metrics. [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS", help_heading = "Health and metrics")]
    pub(crate) bind_address: Option<IpAddr>,
    /// Port for health and metrics, in plain HTTP and without authentication; 0 serves nothing. [default: 10252]
    #[arg(long, value_name = "PORT", help_heading = "Health and metrics")]
    pub(crate) port: Option<u16>,
    /// TLS is not served: nothing but 0 is taken, so that the flags of kube-controller-manager can be kept.
    #[arg(long, value_name = "PORT", help_heading = "Health and metrics")]
    #[arg(value_parser = no_secure_port)]
    pub(crate) secure_port: Option<u16>,

    /// How much is logged: 0 errors and what matters most, 2 changes of state, 4 each order and its answer, 6 each
    /// input, 8 the libraries too. [default: 2]
    #[arg(short = 'v', long = "v", value_name = "LEVEL", help_heading = "Log")]
    pub(crate) verbosity: Option<u8>,
    /// How lines of the log look.
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Log", alias = "logging-format")]
    pub(crate) log_format: Option<LogFormat>,

    /// Records everything that the core is given and gives into this file, for `windlass replay`.
    ///
    /// A file that is there is kept as FILE.1, and so on.
    #[arg(long, value_name = "FILE", help_heading = "Flight recorder")]
    pub(crate) record: Option<PathBuf>,
    /// Size from which a file is followed by the next one. [default: 64Mi]
    #[arg(long, value_name = "SIZE", help_heading = "Flight recorder")]
    pub(crate) record_file_size: Option<Size>,
    /// Files that are kept, the newest included. [default: 4]
    #[arg(long, value_name = "N", help_heading = "Flight recorder")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) record_files: Option<u16>,
}

fn no_secure_port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(0) => Ok(0),
        Ok(_) | Err(_) => {
            Err("TLS is not served; write --secure-port=0, and --port for plain HTTP".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Flags::command().debug_assert();
    }
}
