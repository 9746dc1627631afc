//! `windlass check`: every interleaving of the models, and what has to hold in all of them.

mod files;
mod list;
mod progress;
mod values;

use std::path::PathBuf;

use clap::ValueEnum;
use windlass_model_check::counterexample::Found;
use windlass_model_check::models::Suite;
use windlass_model_check::report::painted;
use windlass_model_check::results::SuiteResult;
use windlass_model_check::suite::{self, Checked, Options};
use windlass_world::run::{Mark, Paint, plain};
use windlass_world::scenario::nearest;

use self::progress::Telling;
use self::values::Bytes;
use crate::failed::Failed;
use crate::output::{Colour, coloured, print};
use crate::verdict::Verdict;

/// Shown below the options.
const EXAMPLES: &str = "\
Examples:
  Does everything hold? Minutes, for every change:
    windlass check
  Would it be noticed if it did not? Each guard of the machines is taken away in turn:
    windlass check --mutants --report check-report
  What is there to check?
    windlass check --list
  One model, with a page for each counterexample:
    windlass check --model two-claims-one-volume --report check-report
  A counterexample once more, as a run:
    windlass simulate check-report/two-claims-one-volume-bind-S1.yaml
  As far as a small machine gets:
    windlass check --suite deep --max-memory 2GiB --threads 2";

/// What to check, and how far.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The models to check: `smoke` takes seconds, `pr` minutes, `deep` up to an hour. Each has all of the one
    /// before.
    ///
    /// Left out, it is `pr`. In `smoke`, and with --model, nothing is said about properties that were never at
    /// stake, rows of decision tables that were not reached, and mutants that survived: a part need not show
    /// everything.
    #[arg(long, value_name = "SUITE", help_heading = "What is checked")]
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(Suite::ALL.map(Suite::as_str)))]
    suite: Option<String>,
    /// Checks one model, whatever suite it belongs to.
    #[arg(long, value_name = "NAME", help_heading = "What is checked", conflicts_with = "suite")]
    model: Option<String>,
    /// Takes guards of the machines away, one at a time, and looks for what breaks.
    ///
    /// A mutant survives if it breaks nothing: then either the guard or a property is missing.
    #[arg(long, help_heading = "What is checked")]
    mutants: bool,
    /// Prints the models instead of checking them; with --suite, those of that suite.
    #[arg(long, help_heading = "What is printed")]
    #[arg(conflicts_with_all = ["mutants", "threads", "states_max", "bytes_max", "output", "report"])]
    list: bool,
    /// Threads that explore. Left out, as many as there are cores. Results do not depend on them.
    #[arg(long, value_name = "N", help_heading = "How far")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Stops a model that has more states than this.
    #[arg(long = "max-states", value_name = "N", help_heading = "How far")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    states_max: Option<u64>,
    /// Stops a model that takes more memory than this, such as 8GiB or 500Mi.
    #[arg(long = "max-memory", value_name = "SIZE", help_heading = "How far", default_value_t)]
    bytes_max: Bytes,
    /// What to print.
    #[arg(short, long, value_enum, default_value_t = Output::Table, help_heading = "What is printed")]
    output: Output,
    /// Writes the report into this folder: index.html, result.json, and four files for each counterexample.
    ///
    /// Of each counterexample, those of mutants included, there is a page (.html), a text (.txt), a sequence
    /// diagram (.mmd), and the scenario that repeats its steps (.yaml). Files that are there are overwritten.
    #[arg(long, value_name = "DIR", help_heading = "What is printed")]
    report: Option<PathBuf>,
}

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// Tables, and each counterexample of a model in words.
    Table,
    /// One JSON document with everything but the steps of counterexamples.
    Json,
}

/// Runs the command.
///
/// # Errors
///
/// When there is no such model, or the report cannot be written.
pub(crate) fn run(arguments: &Arguments, colour: Colour) -> Result<Verdict, Failed> {
    let options = options(arguments)?;
    let is_on = colour.is_on();
    let paint: Paint<'_> = if is_on { &coloured } else { &plain };
    if arguments.list {
        let suite = if arguments.suite.is_some() { options.suite } else { Suite::Deep };
        let specs = suite::chosen(&Options { suite, ..options.clone() });
        print(&list::text(&specs.map_err(|names| unknown(&options, &names))?, paint))?;
        return Ok(Verdict::Good);
    }
    suite::chosen(&options).map_err(|names| unknown(&options, &names))?;
    // A folder that cannot be written to is better known before the work than after it.
    if let Some(folder) = &arguments.report {
        std::fs::create_dir_all(folder).map_err(|error| Failed::file(folder, "make the folder", &error))?;
    }
    let telling = Telling::new();
    let checked = suite::check(&options, &|news| telling.tell(news));
    telling.end();
    let mut checked = checked.map_err(|names| unknown(&options, &names))?;
    let written = arguments.report.as_ref().map(|folder| files::write(folder, &mut checked));
    print_checked(arguments.output, &checked, paint)?;
    if let (Some(folder), Some(written)) = (&arguments.report, written) {
        written?;
        eprintln!("report: {}", folder.join(files::INDEX).display());
    }
    Ok(verdict(&checked.result))
}

/// What the arguments ask for.
fn options(arguments: &Arguments) -> Result<Options, Failed> {
    let default = Options::default();
    Ok(Options {
        suite: match &arguments.suite {
            Some(name) => name.parse().map_err(Failed::input)?,
            None => default.suite,
        },
        model: arguments.model.clone(),
        mutants: arguments.mutants,
        threads: arguments.threads.map_or(default.threads, usize::from),
        states_max: arguments.states_max.unwrap_or(default.states_max),
        bytes_max: arguments.bytes_max.0,
    })
}

/// What is said of a model that does not exist.
fn unknown(options: &Options, names: &[&str]) -> Failed {
    let name = options.model.as_deref().unwrap_or_default();
    let advice = nearest(name, names).map_or_else(String::new, |nearest| format!("; write {nearest}"));
    Failed::input(format!("there is no model {name:?}{advice}\nthe models are\n  {}", names.join("\n  ")))
}

fn verdict(result: &SuiteResult) -> Verdict {
    match (result.violations().is_empty(), result.unfinished().is_empty()) {
        (false, _) => Verdict::Bad,
        (true, false) => Verdict::Open,
        (true, true) => Verdict::Good,
    }
}

/// Prints what came of it; what only people read goes to standard error where a machine reads the rest.
fn print_checked(output: Output, checked: &Checked, paint: Paint<'_>) -> Result<(), Failed> {
    match output {
        Output::Table => {
            let mut text = painted(&checked.result, paint);
            for found in checked.found.iter().filter(|found| found.mutant.is_none()) {
                text.push_str(&tale(found, paint));
            }
            print(&text)
        }
        Output::Json => {
            print(&files::json(&checked.result)?)?;
            for problem in checked.result.problems() {
                eprintln!("✗ {problem}");
            }
            Ok(())
        }
    }
}

/// A counterexample in words.
fn tale(found: &Found, paint: Paint<'_>) -> String {
    let steps = found.tale.steps.len();
    let head = format!("COUNTEREXAMPLE: {} in {}, {steps} steps", found.property, found.model);
    format!("\n{}\n{}", paint(Mark::Head, &head), found.tale.text())
}

#[cfg(test)]
mod tests {
    use windlass_model_check::results::{ModelResult, PropertyResult};

    use super::*;

    #[test]
    fn what_is_broken_comes_before_what_was_not_looked_at() {
        let model = || ModelResult { name: "small".to_owned(), states: 7, ..ModelResult::default() };
        let of = |model: ModelResult| SuiteResult { models: vec![model], ..SuiteResult::default() };
        let stopped_by = Some("the bound on states".to_owned());
        let broken = vec![("bind/S1".to_owned(), "pv/a serves two".to_owned())];
        assert_eq!(verdict(&of(model())), Verdict::Good);
        assert_eq!(verdict(&SuiteResult::default()), Verdict::Bad);
        assert_eq!(verdict(&of(ModelResult { stopped_by: stopped_by.clone(), ..model() })), Verdict::Open);
        assert_eq!(verdict(&of(ModelResult { broken: broken.clone(), ..model() })), Verdict::Bad);
        assert_eq!(verdict(&of(ModelResult { broken, stopped_by, ..model() })), Verdict::Bad);
        assert_eq!(verdict(&of(ModelResult { states_pinned: Some(8), ..model() })), Verdict::Bad);
        // Only a whole suite has to put every property at stake.
        let properties = vec![PropertyResult { id: "bind/S1".to_owned(), ..PropertyResult::default() }];
        let part = SuiteResult { properties, ..of(model()) };
        assert_eq!(verdict(&part), Verdict::Good);
        assert_eq!(verdict(&SuiteResult { is_whole: true, ..part }), Verdict::Bad);
    }
}
