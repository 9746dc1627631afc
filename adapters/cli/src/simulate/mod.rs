//! `windlass simulate`: one run of a cluster, or many.

mod load;
mod many;
mod one;
mod values;

use std::path::PathBuf;

use clap::ValueEnum;
use windlass_world::run::Faults;

use self::values::{Seeds, Until};
use crate::failed::Failed;
use crate::output::Colour;

/// Shown below the options.
const EXAMPLES: &str = "\
Examples:
  Why do claims of my cluster wait?
    kubectl get pv,pvc,sc,nodes,pods -A -o yaml | windlass simulate -
  What would these manifests do there?
    windlass simulate cluster.yaml new-claims.yaml
  Does it end well whatever goes wrong?
    windlass simulate scenario.yaml --seeds 0..10000
  One of these runs, with everything that happened:
    windlass simulate scenario.yaml --seed 17 --faults all -o timeline
  The order of events and faults that the scenario itself lays down (spec.path):
    windlass simulate fixtures/scenarios/two-controllers-one-volume.yaml";

/// What to run, and how.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Manifests, as YAML or JSON. Several files make one cluster.
    ///
    /// A folder stands for the *.yaml, *.yml and *.json in it, in order of their names; `-` stands for
    /// standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Draws the order of events and the faults from this number; the same number gives the same run.
    ///
    /// Without it, the path of the scenario is followed if it has one, and events come in the order in which
    /// they arise; with --faults alone, the seed is 0. With a seed, the path is left out, and a note says so.
    #[arg(long, value_name = "N", help_heading = "What happens")]
    seed: Option<u64>,
    /// What may go wrong: `none`, `all`, or a list such as `lag,crash`.
    ///
    /// `lag`: watches are late, break and list anew. `conflict`: requests are answered with a conflict, with
    /// "try later" or with a refusal. `lost-answer`: requests and answers are lost. `crash`: controllers and
    /// the scheduler end and start again. `two-controllers`: two work side by side. `reorder`: requests and
    /// answers overtake each other. Left out, it is `none`, and `all` with --seeds.
    #[arg(long, value_name = "LIST", help_heading = "What happens")]
    faults: Option<Faults>,
    /// Runs once for every seed from A to B - 1, on all cores, and prints only what fails.
    ///
    /// Each run has to settle as expected. A seed that fails is printed with the command that repeats it.
    #[arg(long, value_name = "A..B", help_heading = "What happens")]
    #[arg(conflicts_with_all = ["seed", "until", "output", "trace"])]
    seeds: Option<Seeds>,
    /// When to stop: `settled`, or after a simulated time such as `1m30s`.
    ///
    /// A run that is stopped by its time counts as good if everything is as expected by then.
    #[arg(long, default_value = "settled", value_name = "WHEN", help_heading = "What happens")]
    until: Until,
    /// What to print.
    #[arg(short, long, value_enum, default_value_t = Output::Table, help_heading = "What is printed")]
    output: Output,
    /// Writes every action to this file, a JSON object a line.
    #[arg(long, value_name = "FILE", help_heading = "What is printed")]
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

impl Arguments {
    /// Whether a seed draws what happens next. Faults are drawn, so that they need one.
    fn is_drawn(&self) -> bool {
        let has_faults = self.faults.is_some_and(|faults| faults != Faults::NONE);
        self.seed.is_some() || self.seeds.is_some() || has_faults
    }
}

/// Runs the command; whether all is as it should be.
///
/// # Errors
///
/// When files cannot be read or written, or contain mistakes.
pub(crate) fn run(arguments: &Arguments, colour: Colour) -> Result<bool, Failed> {
    let scenario = load::scenario(&arguments.files)?;
    load::warn_of_gaps(&scenario);
    if !scenario.path.is_empty() && arguments.is_drawn() {
        eprintln!("note: a seed draws the order of events, so that spec.path is not followed");
    }
    match arguments.seeds {
        Some(seeds) => many::run(arguments, &scenario, seeds),
        None => one::run(arguments, &scenario, colour),
    }
}
