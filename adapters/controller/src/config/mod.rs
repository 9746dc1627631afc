//! What to do: defaults, then the configuration file, then flags.
//!
//! Guarantees: what comes out of [`Configuration::new`] makes sense as a whole, or nothing comes out of it.

mod file;
mod flags;
mod names;
mod values;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use windlass_core::controller::Enabled;
use windlass_core::limits::{ORDERS_IN_FLIGHT_MAX, RESYNC_MS};

use file::File;
pub(crate) use flags::Flags;
pub(crate) use values::{LogFormat, Size, Span};

/// Longest resync period: what a `u32` of milliseconds holds, in whole days.
const SYNC_PERIOD_MAX: Duration = Duration::from_secs(49 * 24 * 3600);

/// What to do, with nothing left open. Written as the configuration file is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Configuration {
    api_version: &'static str,
    kind: &'static str,
    pub(crate) client_connection: ClientConnection,
    pub(crate) leader_election: LeaderElection,
    pub(crate) controllers: Vec<String>,
    pub(crate) persistent_volume_binder_controller: Binder,
    pub(crate) serving: Serving,
    pub(crate) logging: Logging,
    pub(crate) recorder: Recorder,
}

/// How to reach the API server.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct ClientConnection {
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Requests a second; 0 is no limit.
    pub(crate) qps: f32,
    pub(crate) burst: u32,
}

/// Who works, where there are several.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LeaderElection {
    pub(crate) leader_elect: bool,
    pub(crate) lease_duration: Span,
    pub(crate) renew_deadline: Span,
    pub(crate) retry_period: Span,
    pub(crate) resource_name: String,
    pub(crate) resource_namespace: String,
}

/// The binder.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Binder {
    #[serde(rename = "pvClaimBinderSyncPeriod")]
    pub(crate) sync_period: Span,
    pub(crate) orders_in_flight_max: u16,
}

/// Health and metrics.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Serving {
    pub(crate) bind_address: IpAddr,
    /// 0 serves nothing.
    pub(crate) port: u16,
}

/// The log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Logging {
    pub(crate) format: LogFormat,
    pub(crate) verbosity: u8,
}

/// The flight recorder; off without a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Recorder {
    pub(crate) file: Option<PathBuf>,
    pub(crate) file_size: Size,
    pub(crate) files: u16,
}

impl Configuration {
    /// What these flags, and the file that they may name, ask for.
    ///
    /// # Errors
    ///
    /// In words, when the file cannot be used or values make no sense together.
    pub(crate) fn new(flags: Flags) -> Result<Self, String> {
        let file = match &flags.config {
            Some(path) => file::read(path)?,
            None => File::default(),
        };
        let configuration = Self::merged(flags, file);
        configuration.check()?;
        Ok(configuration)
    }

    fn merged(flags: Flags, file: File) -> Self {
        let seconds = |count| Span(Duration::from_secs(count));
        let (client, election) = (file.client_connection, file.leader_election);
        let (binder, serving) = (file.persistent_volume_binder_controller, file.serving);
        let (logging, recorder) = (file.logging, file.recorder);
        Self {
            api_version: file::API_VERSION,
            kind: file::KIND,
            client_connection: ClientConnection {
                kubeconfig: flags.kubeconfig.or(client.kubeconfig),
                qps: flags.kube_api_qps.or(client.qps).unwrap_or(0.0),
                burst: flags.kube_api_burst.or(client.burst).unwrap_or(100),
            },
            leader_election: LeaderElection {
                leader_elect: flags.leader_elect.or(election.leader_elect).unwrap_or(true),
                lease_duration: flags
                    .leader_elect_lease_duration
                    .or(election.lease_duration)
                    .unwrap_or(seconds(15)),
                renew_deadline: flags
                    .leader_elect_renew_deadline
                    .or(election.renew_deadline)
                    .unwrap_or(seconds(10)),
                retry_period: flags.leader_elect_retry_period.or(election.retry_period).unwrap_or(seconds(2)),
                resource_name: flags
                    .leader_elect_resource_name
                    .or(election.resource_name)
                    .unwrap_or_else(|| "windlass-controller".to_owned()),
                resource_namespace: flags
                    .leader_elect_resource_namespace
                    .or(election.resource_namespace)
                    .unwrap_or_else(|| "kube-system".to_owned()),
            },
            controllers: flags.controllers.or(file.controllers).unwrap_or_else(|| vec!["*".to_owned()]),
            persistent_volume_binder_controller: Binder {
                sync_period: flags
                    .pvclaimbinder_sync_period
                    .or(binder.sync_period)
                    .unwrap_or(Span(Duration::from_millis(u64::from(RESYNC_MS)))),
                orders_in_flight_max: flags
                    .orders_in_flight
                    .or(binder.orders_in_flight_max)
                    .unwrap_or(ORDERS_IN_FLIGHT_MAX),
            },
            serving: Serving {
                bind_address: flags
                    .bind_address
                    .or(serving.bind_address)
                    .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
                port: flags.port.or(serving.port).unwrap_or(10252),
            },
            logging: Logging {
                format: flags.log_format.or(logging.format).unwrap_or(LogFormat::Text),
                verbosity: flags.verbosity.or(logging.verbosity).unwrap_or(2),
            },
            recorder: Recorder {
                file: flags.record.or(recorder.file),
                file_size: flags.record_file_size.or(recorder.file_size).unwrap_or(Size(64 << 20)),
                files: flags.record_files.or(recorder.files).unwrap_or(4),
            },
        }
    }

    /// The controllers that run.
    ///
    /// # Errors
    ///
    /// In words, when the list of their names makes no sense.
    pub(crate) fn enabled(&self) -> Result<Enabled, String> {
        names::enabled(&self.controllers).map_err(|error| error.to_string())
    }

    /// Says what makes no sense.
    fn check(&self) -> Result<(), String> {
        self.enabled()?;
        let sync = self.persistent_volume_binder_controller.sync_period;
        if sync.0 < Duration::from_secs(1) || sync.0 > SYNC_PERIOD_MAX {
            return Err(format!("pvclaimbinder-sync-period: {sync} is not between 1s and 49 days"));
        }
        if !(1..=1024).contains(&self.persistent_volume_binder_controller.orders_in_flight_max) {
            return Err("ordersInFlightMax: write a number from 1 to 1024".to_owned());
        }
        if !self.client_connection.qps.is_finite() {
            return Err("kube-api-qps: write a number; 0 is no limit".to_owned());
        }
        if self.recorder.files == 0 {
            return Err("recorder.files: at least one file is kept".to_owned());
        }
        if self.leader_election.leader_elect { self.leader_election.check() } else { Ok(()) }
    }

    /// The resync period, in milliseconds.
    pub(crate) fn resync_ms(&self) -> u32 {
        let period = self.persistent_volume_binder_controller.sync_period.0;
        u32::try_from(period.as_millis()).unwrap_or(u32::MAX)
    }
}

impl LeaderElection {
    /// As client-go checks it.
    fn check(&self) -> Result<(), String> {
        let Self { lease_duration, renew_deadline, retry_period, .. } = self;
        if lease_duration.0.subsec_nanos() != 0 || lease_duration.0.is_zero() {
            return Err(format!("leader-elect-lease-duration: {lease_duration} is not in whole seconds"));
        }
        if lease_duration <= renew_deadline {
            return Err(format!(
                "leader-elect-renew-deadline: {renew_deadline} has to be less than leader-elect-lease-duration, \
                 {lease_duration}: who cannot renew has to stop before others may begin"
            ));
        }
        if retry_period.0.is_zero() || renew_deadline.0.as_secs_f64() <= 1.2 * retry_period.0.as_secs_f64() {
            return Err(format!(
                "leader-elect-retry-period: {retry_period} has to be more than nothing, and 1.2 times that less \
                 than leader-elect-renew-deadline, {renew_deadline}"
            ));
        }
        if self.resource_name.is_empty() || self.resource_namespace.is_empty() {
            return Err("leader-elect-resource-name and -namespace: they may not be empty".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
