//! `windlass simulate`: one run of a cluster, or many.

mod load;
mod many;
mod one;
mod values;

use std::path::PathBuf;

use clap::ValueEnum;
use windlass_fixtures::run::Faults;

use self::values::{Seeds, Until};
use crate::failed::Failed;
use crate::output::Colour;

/// What to run, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Manifests: YAML streams, lists or JSON; a folder stands for its *.yaml in order, `-` for standard
    /// input. Several make one cluster.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Draws the order of events, and the faults, from this seed; without one, events come in turn.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// What may go wrong: `none`, `all`, or some of `lag,conflict,lost-answer,crash,two-controllers,reorder`.
    ///
    /// Without a seed, the seed is 0. With --seeds it is `all` unless given.
    #[arg(long)]
    faults: Option<Faults>,
    /// Runs every seed from A up to, and without, B on all cores, and demands of each run that it settles
    /// as expected.
    #[arg(long, value_name = "A..B", conflicts_with_all = ["seed", "until", "output", "trace"])]
    seeds: Option<Seeds>,
    /// When to stop: `settled`, or after a simulated time such as `1m30s`.
    ///
    /// A run that is stopped by its time counts as good if everything is as expected by then.
    #[arg(long, default_value = "settled", value_name = "settled|DURATION")]
    until: Until,
    /// What to print.
    #[arg(short, long, value_enum, default_value_t = Output::Table)]
    output: Output,
    /// Writes every action to this file, a JSON object a line.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
}

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// The timeline and the final tables, cut to what a person reads.
    Table,
    /// One JSON document with everything.
    Json,
    /// The whole timeline.
    Timeline,
    /// A sequence diagram in the language of Mermaid.
    Mermaid,
}

/// Runs the command; whether all is as it should be.
///
/// # Errors
///
/// When files cannot be read or written, or contain mistakes.
pub(crate) fn run(arguments: &Arguments, colour: Colour) -> Result<bool, Failed> {
    let scenario = load::scenario(&arguments.files)?;
    match arguments.seeds {
        Some(seeds) => many::run(arguments, &scenario, seeds),
        None => one::run(arguments, &scenario, colour),
    }
}
