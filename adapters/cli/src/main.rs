//! The `windlass` command.
//!
//! Pipeline: arguments → files → `windlass-world`, `windlass-model-check`, `windlass-recorder` → text. This package decides nothing
//! about storage.

mod check;
mod conform;
mod failed;
mod output;
mod replay;
mod simulate;
mod verdict;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failed::Failed;
use output::Colour;
use verdict::Verdict;

/// Problems of the input that are printed; the same mistake often stands in many places.
const PROBLEMS_SHOWN_MAX: usize = 20;

/// The storage control plane of Kubernetes as one deterministic state machine.
#[derive(Debug, Parser)]
#[command(name = "windlass", version, max_term_width = 110)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to use colours; `auto` is on a terminal, unless `NO_COLOR` is set.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    #[arg(display_order = 100, help_heading = "What is printed")]
    color: Colour,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a cluster of manifests until nothing changes any more, and tells what happened.
    ///
    /// Exit code 0: settled and as expected; 1: not; 2: wrong usage or bad input.
    Simulate(simulate::Arguments),
    /// Explores every interleaving of small clusters, faults included, and judges what has to hold.
    ///
    /// Exit code 0: all of it holds; 1: it does not; 2: wrong usage; 3: nothing is broken as far as it was
    /// looked at, and a bound stopped a model before its end.
    Check(check::Arguments),
    /// Runs what windlass-controller recorded through the core again, and tells what happened.
    ///
    /// Exit code 0: the core decides as it did; 1: it decides otherwise; 2: wrong usage, no recording, or a
    /// damaged one.
    Replay(replay::Arguments),
    /// Compares our answers with those of upstream Kubernetes, row by row.
    ///
    /// Exit code 0: no row disagrees; 1: some do; 2: wrong usage or bad input.
    Conform(conform::Arguments),
}

fn main() -> ExitCode {
    let Arguments { command, color } = Arguments::parse();
    let verdict = match command {
        Command::Simulate(arguments) => simulate::run(&arguments, color).map(Verdict::from),
        Command::Check(arguments) => check::run(&arguments, color),
        Command::Replay(arguments) => replay::run(&arguments, color),
        Command::Conform(arguments) => conform::run(&arguments).map(Verdict::from),
    };
    match verdict {
        Ok(verdict) => verdict.exit_code(),
        // Whoever read the output has seen enough.
        Err(Failed::ReaderGone) => ExitCode::SUCCESS,
        Err(Failed::Input(problems)) => {
            for problem in problems.iter().take(PROBLEMS_SHOWN_MAX) {
                eprintln!("error: {problem}");
            }
            let untold = problems.len().saturating_sub(PROBLEMS_SHOWN_MAX);
            if untold > 0 {
                eprintln!("… and {untold} more problems");
            }
            ExitCode::from(2)
        }
    }
}
