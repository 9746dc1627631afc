//! `windlass replay`: a recording of a real controller, run through the core again.

mod output;
mod story;
mod values;

use std::collections::VecDeque;
use std::path::PathBuf;

use clap::ValueEnum;
use windlass_core::controller::Controller;
use windlass_core::order::Effect;
use windlass_recorder::{Begun, Ending, Item, Reader, Replay, Step};
use windlass_world::run::Entry;

use self::values::Explained;
use crate::failed::Failed;
use crate::output::Colour;
use crate::verdict::Verdict;

/// Entries of the timeline that are kept where not all are printed: the first and the last ones.
const ENTRIES_KEPT_MAX: usize = 100;

/// Steps that differ and are told.
const DIFFERING_TOLD_MAX: usize = 20;

/// Shown below the options.
const EXAMPLES: &str = "\
Examples:
  What happened, and does this version decide the same?
    windlass replay flight.rec
  Everything, from the first input to the last:
    windlass replay flight.rec -o timeline
  Why did this claim wait, after the first 1200 inputs?
    windlass replay flight.rec --until 1200 --explain claim/default/data
  Where does another version decide otherwise?
    windlass replay flight.rec --diff";

/// What to replay, and what to tell of it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A file that windlass-controller wrote with --record.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Stops after this many inputs of the file.
    #[arg(long, value_name = "N", help_heading = "What happens")]
    until: Option<u64>,
    /// Tells nothing but the inputs at which the core decides otherwise than it did.
    #[arg(long, help_heading = "What is printed", conflicts_with_all = ["explain", "output"])]
    diff: bool,
    /// Tells what the core knows of this object at the end, and why nothing is done about it:
    /// claim/NAMESPACE/NAME or volume/NAME.
    #[arg(long, value_name = "OBJECT", help_heading = "What is printed", conflicts_with = "output")]
    explain: Option<Explained>,
    /// What to print.
    #[arg(short, long, value_enum, default_value_t = Output::Table, help_heading = "What is printed")]
    output: Output,
}

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// The timeline and what the controller knew in the end, cut to what a person reads.
    Table,
    /// The whole timeline.
    Timeline,
    /// One JSON document with everything.
    Json,
}

/// A step that differs from what was recorded.
#[derive(Debug)]
struct Differing {
    number: u64,
    record: u64,
    at_us: u64,
    words: Vec<String>,
}

/// A recording after its replay.
#[derive(Debug, Default)]
struct Told {
    begun: Option<Begun>,
    steps: u64,
    orders: u64,
    lost: u64,
    /// The first entries, the last entries, and how many stood between them.
    first: Vec<Entry>,
    last: VecDeque<Entry>,
    left_out: usize,
    differing: Vec<Differing>,
    differing_steps: u64,
    /// States in the recording that the replay had not come to.
    unexpected_states: u64,
    ending: Option<Ending>,
    /// Where the recording cannot be read any further, and why.
    damage: Option<String>,
    /// The next record and its place when the replay stopped.
    place: (u64, u64),
    core: Option<Controller>,
    last_us: u64,
}

/// Runs the command.
///
/// # Errors
///
/// When the file cannot be read, is no recording, or is damaged.
pub(crate) fn run(arguments: &Arguments, colour: Colour) -> Result<Verdict, Failed> {
    let problem = |error: &dyn std::fmt::Display| format!("{}: {error}", arguments.file.display());
    let reader = Reader::open(&arguments.file).map_err(|error| Failed::input(problem(&error)))?;
    let is_whole = arguments.output != Output::Table;
    let told =
        replay(Replay::new(reader), arguments.until, if is_whole { usize::MAX } else { ENTRIES_KEPT_MAX });
    output::print(arguments, &told, colour)?;
    if let Some(damage) = &told.damage {
        return Err(Failed::input(problem(damage)));
    }
    Ok(Verdict::from(told.differing_steps == 0 && told.unexpected_states == 0))
}

/// Replays up to so many inputs and keeps so many of the first and of the last entries.
fn replay<R: std::io::Read>(mut replay: Replay<R>, until: Option<u64>, entries_max: usize) -> Told {
    let mut told = Told::default();
    while until.is_none_or(|until| told.steps < until) {
        told.place = replay.place();
        match replay.next_item() {
            Ok(Item::Begun(begun)) => told.begun = Some(begun),
            Ok(Item::State(is_unexpected)) => {
                told.unexpected_states += u64::from(is_unexpected);
                if is_unexpected {
                    let what =
                        "differs: the state that was recorded here is another than the replay has come to";
                    told.keep((told.last_us / 1_000, ("recording".to_owned(), what.to_owned())), entries_max);
                }
            }
            Ok(Item::Gap(inputs)) => {
                told.lost += inputs;
                let what = format!("{inputs} inputs are missing: the disk was too slow for them");
                told.keep((told.last_us / 1_000, ("recording".to_owned(), what)), entries_max);
            }
            Ok(Item::Step(step)) => told.step(&step, entries_max),
            Ok(Item::End(ending)) => {
                told.ending = Some(ending);
                break;
            }
            Err(error) => {
                told.damage = Some(error.to_string());
                break;
            }
        }
    }
    told.core = replay.core().cloned();
    told
}

impl Told {
    fn step(&mut self, step: &Step, entries_max: usize) {
        self.steps += 1;
        self.last_us = step.at_us;
        let is_order = |it: &&Effect| matches!(it, Effect::Order(..));
        let orders = step.given.iter().flatten().filter(is_order).count();
        self.orders += u64::try_from(orders).unwrap_or(u64::MAX);
        for entry in story::entries(step) {
            self.keep(entry, entries_max);
        }
        let differences = step.differences();
        if differences.is_empty() {
            return;
        }
        self.differing_steps += 1;
        if self.differing.len() < DIFFERING_TOLD_MAX {
            let words = differences.iter().map(story::difference_words).collect();
            self.differing.push(Differing {
                number: step.number,
                record: step.record,
                at_us: step.at_us,
                words,
            });
        }
    }

    fn keep(&mut self, entry: Entry, entries_max: usize) {
        if self.first.len() < entries_max {
            self.first.push(entry);
            return;
        }
        self.last.push_back(entry);
        if self.last.len() > entries_max {
            self.last.pop_front();
            self.left_out += 1;
        }
    }
}
