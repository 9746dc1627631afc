//! The whole process: begins the parts, joins them, ends them in order.
//!
//! Pipeline: configuration → client → watches, lease, `machine`, health and metrics → exit code.
//!
//! Guarantees: at the end nothing is left behind: answers are waited for, the recording is closed, the lease is given
//! back; a second signal ends it all at once.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use windlass_core::controller::Controller;
use windlass_kube::{Client, ClientOptions, Events, Performer, WatchOptions, Watches, connect};
use windlass_recorder::{Options, Recorder};

use crate::config::Configuration;
use crate::gate::{Gate, Standing, gate};
use crate::lease::Elector;
use crate::machine::{Ended, Machine, Sources, Work};
use crate::metrics::Metrics;
use crate::serve::{self, Views};

/// Inputs from watches that may wait for the core. A watch whose inputs find no room waits itself.
const INPUTS_MAX: usize = 1024;

/// Questions that may wait for the core.
const QUESTIONS_MAX: usize = 16;

/// The program as recordings and the server's logs have it.
const PROGRAM: &str = concat!("windlass-controller/", env!("CARGO_PKG_VERSION"));

/// Runs the process to its end.
///
/// # Errors
///
/// In words, when it cannot begin.
pub(crate) async fn run(configuration: Configuration) -> Result<ExitCode, String> {
    let metrics = Arc::new(Metrics::new().map_err(|error| format!("metrics: {error}"))?);
    let mut signals = Signals::new().map_err(|error| format!("cannot listen for signals: {error}"))?;
    let client = client(&configuration, &metrics).await?;
    let enabled = configuration.enabled()?;
    let core =
        Controller::new(enabled, configuration.persistent_volume_binder_controller.orders_in_flight_max)
            .resyncing_every(configuration.resync_ms());
    let recorder = recorder(&configuration, &core)?;
    let listener = match configuration.serving.port {
        0 => None,
        port => Some(serve::listen(SocketAddr::new(configuration.serving.bind_address, port)).await?),
    };

    let (stop, stop_last) = (CancellationToken::new(), CancellationToken::new());
    let (inputs_in, inputs) = mpsc::channel(INPUTS_MAX);
    let (questions_in, questions) = mpsc::channel(QUESTIONS_MAX);
    let options = WatchOptions { kinds: enabled.kinds(), ..WatchOptions::default() };
    let watches = Watches::begin(&client, &options, &inputs_in, &stop_last);
    drop(inputs_in);
    let (events, events_task) =
        Events::begin(&client, &windlass_kube::events::EventOptions::default(), &stop_last);
    let (gate, elector) = election(&configuration, &client, &metrics, &stop_last);
    if let Some(listener) = listener {
        let views = Views {
            metrics: Arc::clone(&metrics),
            watches: watches.health().clone(),
            gate: gate.clone(),
            questions: questions_in,
            recorder: recorder.as_ref().map(Recorder::status),
            configuration,
        };
        // It ends with the process: while the rest ends, it goes on telling how that is going.
        tokio::spawn(serve::serve(listener, views, CancellationToken::new()));
    }
    let work = Work::new(Performer::new(client), Arc::clone(&metrics));
    let machine = Machine::new(core, recorder, work, events, gate, metrics);
    let machine = tokio::spawn(machine.run(Sources { inputs, questions, stop: stop.clone() }));

    let Some(ended) = signals.wait(&stop, machine).await else { return Ok(ExitCode::FAILURE) };
    stop_last.cancel();
    let rest = async {
        // Who was deposed has nothing to give back.
        if let Some(elector) = elector.filter(|_| ended != Ended::Deposed) {
            told(elector.await);
        }
        told(events_task.await);
        watches.ended().await;
    };
    tokio::select! {
        () = rest => {}
        () = signals.second() => return Ok(ExitCode::FAILURE),
    }
    Ok(exit_code(ended))
}

fn exit_code(ended: Ended) -> ExitCode {
    match ended {
        Ended::Drained | Ended::Undrained => {
            tracing::warn!("ended");
            ExitCode::SUCCESS
        }
        Ended::Deposed => {
            tracing::error!(
                "ends: the lease was lost or could not be renewed in time, and nothing may be written any more"
            );
            ExitCode::FAILURE
        }
        Ended::Blind => {
            tracing::error!("ends because nothing is watched any more");
            ExitCode::FAILURE
        }
    }
}

/// Logs that a task was lost.
fn told(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a task was lost");
    }
}

async fn client(configuration: &Configuration, metrics: &Arc<Metrics>) -> Result<Client, String> {
    let options = ClientOptions {
        kubeconfig: configuration.client_connection.kubeconfig.clone(),
        context: None,
        qps: configuration.client_connection.qps,
        burst: configuration.client_connection.burst,
        user_agent: PROGRAM.to_owned(),
    };
    let client = connect(&options, metrics.clone()).await.map_err(|error| error.to_string())?;
    metrics.set_host(client.host());
    Ok(client)
}

fn recorder(configuration: &Configuration, core: &Controller) -> Result<Option<Recorder>, String> {
    let recorder = &configuration.recorder;
    let Some(path) = &recorder.file else { return Ok(None) };
    let options = Options {
        path: path.clone(),
        file_bytes_max: recorder.file_size.0,
        files_max: recorder.files,
        program: PROGRAM.to_owned(),
    };
    let started =
        Recorder::start(options, core, |problem| tracing::error!(problem, "the flight recorder has ended"));
    started
        .map(Some)
        .map_err(|error| format!("{}: cannot record: {error}; choose with --record", path.display()))
}

/// The gate, and the task that keeps it where there is an election.
fn election(
    configuration: &Configuration,
    client: &Client,
    metrics: &Arc<Metrics>,
    stop: &CancellationToken,
) -> (Gate, Option<JoinHandle<()>>) {
    let options = configuration.leader_election.clone();
    if !options.leader_elect {
        let (_keeper, gate) = gate(Standing::Leading(None));
        return (gate, None);
    }
    let (keeper, gate) = gate(Standing::Standby);
    let watched = gate.clone().watched(Arc::clone(metrics), options.resource_name.clone());
    let elector = Elector::new(client.unlimited(), options, identity(), keeper);
    let elector = elector.run(stop.clone());
    let task = tokio::spawn(async move {
        // Whoever shows the standing ends when there is nothing more to show.
        tokio::join!(elector, watched);
    });
    (gate, Some(task))
}

/// A name for this process that no other one has: host and a random part, as client-go makes it.
fn identity() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}_{:016x}{:016x}", host.trim(), fastrand::u64(..), fastrand::u64(..))
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { terminate, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }

    /// Waits for the end of the machine, which the first signal asks for; none if a second one came before.
    async fn wait(&mut self, stop: &CancellationToken, mut machine: JoinHandle<Ended>) -> Option<Ended> {
        let joined = tokio::select! {
            joined = &mut machine => joined,
            name = self.next() => {
                tracing::warn!(signal = name, "asked to end; once more ends it at once");
                stop.cancel();
                tokio::select! {
                    joined = &mut machine => joined,
                    () = self.second() => return None,
                }
            }
        };
        match joined {
            Ok(ended) => Some(ended),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    async fn second(&mut self) {
        let name = self.next().await;
        tracing::error!(signal = name, "a second signal: ends at once");
    }
}
