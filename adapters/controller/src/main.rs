//! The controller: watches a cluster, lets the core decide, and writes what it orders.
//!
//! Pipeline: flags → `config` → `run` → exit code. Which parts there are, `run` tells.
//!
//! Exit codes: 0 after a signal, 1 when something broke, 2 for flags or a configuration that make no sense.

#![forbid(unsafe_code)]

mod config;

mod metrics;

mod gate;

mod lease;

mod timers;

mod machine;

mod serve;

mod logging;

mod run;

use std::process::ExitCode;

use clap::Parser;

use config::{Configuration, Flags};

/// Threads that carry out requests; the core uses one at a time. More would only cost memory.
const THREADS: usize = 2;

fn main() -> ExitCode {
    let configuration = match Configuration::new(Flags::parse()) {
        Ok(configuration) => configuration,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::from(2);
        }
    };
    logging::begin(&configuration.logging);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    let ended = match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(run::run(configuration));
            // What hangs on in the background, such as the look-up of a name, is not waited for.
            runtime.shutdown_background();
            ended
        }
        Err(error) => Err(format!("cannot start threads: {error}")),
    };
    ended.unwrap_or_else(|problem| {
        eprintln!("error: {problem}");
        ExitCode::FAILURE
    })
}
