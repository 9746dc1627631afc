//! Checks models, and the mutants that they have to find.
//!
//! Pipeline: `models` → `packed` → `engine` → **`suite`** → `results`, `tale`.

use std::time::{Duration, Instant};

use windlass_core::coverage;
use windlass_core::mutants::Mutant;

use crate::counterexample::Found;
use crate::engine::{Bounds, Exploration, Finding, Snapshot, explore};
use crate::minimise::minimise;
use crate::models::{self, Spec, Suite};
use crate::packed::Packed;
use crate::planting::Planted;
use crate::properties::{self, Judge};
use crate::results::{ModelResult, MutantResult, PropertyResult, RowResult, SuiteResult};

/// What to check.
#[derive(Clone, Debug)]
pub struct Options {
    /// The suite.
    pub suite: Suite,
    /// Only the model of this name, whatever suite it belongs to.
    pub model: Option<String>,
    /// Whether to check the mutants too.
    pub mutants: bool,
    /// Threads that explore.
    pub threads: usize,
    /// Bound of the states of one model.
    pub states_max: u64,
    /// Bound of the bytes of one model.
    pub bytes_max: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            suite: Suite::Pr,
            model: None,
            mutants: false,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            states_max: u64::MAX,
            bytes_max: 12 << 30,
        }
    }
}

/// How far a check has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The model that is being explored.
    pub model: &'a str,
    /// The mutant that is planted, if one is.
    pub mutant: Option<&'a str>,
    /// Which model, or mutant, of how many: from 1.
    pub at: (usize, usize),
    /// How far its exploration has come.
    pub snapshot: Snapshot,
}

/// What is told while a check goes on.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// An exploration has come further. Short ones end before anything is told of them.
    Progress(Progress<'a>),
    /// A model has been checked: which of how many, from 1.
    Model((usize, usize), &'a ModelResult),
    /// A mutant has been hunted: which of how many, from 1.
    Mutant((usize, usize), &'a MutantResult),
}

/// What came of a check.
#[derive(Debug, Default)]
pub struct Checked {
    /// Everything, as data.
    pub result: SuiteResult,
    /// The counterexamples, shortest ones: of models, and of the mutants that were found.
    pub found: Vec<Found>,
}

/// The models that `options` speak of.
///
/// # Errors
///
/// When there is no model of the name that is given; the names that there are.
pub fn chosen(options: &Options) -> Result<Vec<&'static Spec>, Vec<&'static str>> {
    let Some(name) = &options.model else {
        return Ok(models::all().filter(|spec| spec.suite <= options.suite).collect());
    };
    match models::all().find(|spec| spec.name == name) {
        Some(spec) => Ok(vec![spec]),
        None => Err(models::all().map(|spec| spec.name).collect()),
    }
}

/// Checks all that `options` speak of.
///
/// # Errors
///
/// When there is no model of the name that is given; the names that there are.
pub fn check(options: &Options, tell: &(dyn Fn(&News<'_>) + Sync)) -> Result<Checked, Vec<&'static str>> {
    let started = Instant::now();
    let specs = chosen(options)?;
    let mut checked = Checked::default();
    let mut reached: Vec<(Vec<bool>, &str)> = Vec::new();
    for (at, spec) in (1..).zip(&specs) {
        let told = |snapshot: &Snapshot| {
            let at = (at, specs.len());
            tell(&News::Progress(Progress { model: spec.name, mutant: None, at, snapshot: *snapshot }));
        };
        let (result, found, rows) = check_model(spec, options, &told);
        tell(&News::Model((at, specs.len()), &result));
        checked.result.models.push(result);
        checked.found.extend(found);
        reached.push((rows, spec.name));
    }
    if options.mutants {
        check_mutants(options, &specs, tell, &mut checked);
    }
    let result = &mut checked.result;
    result.suite = options.model.clone().unwrap_or_else(|| options.suite.to_string());
    // The smallest suite is to be fast, and leaves out what the others show.
    result.is_whole = options.model.is_none() && options.suite > Suite::Smoke;
    result.threads = options.threads;
    result.properties = properties();
    result.rows = rows(&reached);
    result.took = started.elapsed();
    Ok(checked)
}

/// Checks one model: what came of it, its counterexamples, and the rows of decision tables that it reached.
fn check_model(
    spec: &Spec,
    options: &Options,
    progress: &(dyn Fn(&Snapshot) + Sync),
) -> (ModelResult, Vec<Found>, Vec<bool>) {
    let _planted = Planted::new(None);
    coverage::reset();
    let packed = Packed::new(spec.bounded());
    let explored = explore(&packed, &bounds(options, false), progress);
    let rows = coverage::reached();
    let found: Vec<Option<Found>> =
        explored.findings.iter().map(|it| told(&packed, spec.name, None, it, options)).collect();
    // What cannot be repeated in the world is broken all the same.
    let broken = explored.findings.iter().zip(&found).map(|(finding, found)| match found {
        Some(found) => (found.property.to_owned(), found.what.clone()),
        None => (finding.property.clone(), finding.what.clone()),
    });
    // Every state from which something is to happen could have been one of a livelock.
    let under_way = explored.states - explored.states_at_rest;
    let at_stake = properties::all().zip(packed.at_stake()).map(|((number, property), count)| {
        let count = if matches!(property.judge, Judge::Engine) { under_way } else { count };
        ((number, property), count)
    });
    let result = ModelResult {
        name: spec.name.to_owned(),
        about: packed.bounded().scenario.shows.clone(),
        bounds: spec.bounds(),
        states: explored.states,
        steps: explored.steps,
        depth: explored.depth,
        states_at_rest: explored.states_at_rest,
        bytes: explored.bytes,
        took: explored.took,
        states_pinned: (spec.states > 0).then_some(spec.states),
        stopped_by: explored.stopped_by.map(|bound| bound.to_string()),
        broken: broken.collect(),
        at_stake: at_stake
            .filter(|(_, count)| *count > 0)
            .map(|((_, property), count)| (property.id.to_owned(), count))
            .collect(),
    };
    (result, found.into_iter().flatten().collect(), rows)
}

fn bounds(options: &Options, stops_at_first: bool) -> Bounds {
    Bounds {
        threads: options.threads,
        states_max: options.states_max,
        bytes_max: options.bytes_max,
        time_max: None,
        checks_convergence: true,
        stops_at_first,
    }
}

/// Models in which mutants are found that hide from many smaller ones.
const HAUNTS: &[(&str, &str)] = &[
    ("missing-disproves-newer", "claim-deleted-midway"),
    ("no-class-is-any-class", "any-class"),
    ("new-uid-unnoticed", "claim-created-again-2"),
    ("giant-size-rounded", "claim-names-giant-volume"),
    ("selected-node-ignored", "scheduler-selected-a-node"),
    ("released-on-cache", "released-volume-kept-for-the-name-2"),
    ("proof-of-another", "volume-taken-over-2"),
    ("misnamed-released", "any-volume"),
    ("lost-on-cache", "volume-appears-later-2"),
    ("released-on-failed-read", "pair-appears-2-refused"),
    ("announced-first", "volume-appears-later-2"),
    ("volume-wakes-no-claim", "lost-volume-returns-2"),
    ("half-bound-left", "protect-free-volume"),
    ("unprotected-left", "protect-deleted-meanwhile"),
    ("protects-what-goes", "protect-objects-of-before"),
    ("claim-freed-on-cache", "protect-pod-on-its-way"),
    ("older-list-proves", "protect-list-before-the-deletion"),
    ("unscheduled-pod-ignored", "protect-pod-on-its-way"),
    ("stranger-keeps-claim", "protect-claim-of-an-ephemeral-volume"),
    ("pod-wakes-no-claim", "protect-claim-used-by-a-pod"),
    ("list-wakes-asker-only", "protect-finalizer-taken-away"),
    ("phase-is-proof", "protect-volume-with-a-wrong-phase"),
    ("volume-freed-on-cache", "protect-bind-on-its-way"),
];

/// Plants each mutant and looks for it, in the smallest models first.
fn check_mutants(
    options: &Options,
    specs: &[&'static Spec],
    tell: &(dyn Fn(&News<'_>) + Sync),
    checked: &mut Checked,
) {
    let mut grounds: Vec<&Spec> = specs.to_vec();
    let models = checked.result.models.iter();
    let sizes: Vec<(String, u64)> = models.map(|it| (it.name.clone(), it.states)).collect();
    let size = |spec: &Spec| {
        let known = sizes.iter().find(|(name, _)| *name == spec.name);
        known.map_or(spec.states, |(_, states)| *states)
    };
    for (at, mutant) in (1..).zip(Mutant::ALL) {
        let at = (at, Mutant::ALL.len());
        // Where it is known to be found comes first; all others follow, should it not be found there.
        let known = HAUNTS.iter().find(|(name, _)| *name == mutant.name()).map(|(_, model)| *model);
        grounds.sort_by_key(|spec| (Some(spec.name) != known, size(spec)));
        let (result, found) = hunt(*mutant, options, &grounds, &|model, snapshot| {
            let mutant = Some(mutant.name());
            tell(&News::Progress(Progress { model, mutant, at, snapshot: *snapshot }));
        });
        tell(&News::Mutant(at, &result));
        checked.result.mutants.push(result);
        checked.found.extend(found);
    }
}

/// Plants a mutant and explores model after model until one breaks.
pub fn hunt(
    mutant: Mutant,
    options: &Options,
    grounds: &[&Spec],
    progress: &(dyn Fn(&str, &Snapshot) + Sync),
) -> (MutantResult, Option<Found>) {
    let started = Instant::now();
    let mut result = MutantResult {
        name: mutant.name().to_owned(),
        about: mutant.about().to_owned(),
        ..MutantResult::default()
    };
    let _planted = Planted::new(Some(mutant));
    for spec in grounds {
        let packed = Packed::new(spec.bounded());
        let explored: Exploration =
            explore(&packed, &bounds(options, true), &|snapshot| progress(spec.name, snapshot));
        result.states += explored.states;
        result.took = started.elapsed();
        if let Some(finding) = explored.findings.first() {
            let found = told(&packed, spec.name, Some(mutant), finding, options);
            result.model = Some(spec.name.to_owned());
            let id = found.as_ref().map_or(finding.property.as_str(), |found| found.property);
            result.property = Some(id.to_owned());
            let length = found.as_ref().map_or(finding.path.actions.len(), |found| found.tale.steps.len());
            result.length = u32::try_from(length).ok();
            return (result, found);
        }
    }
    (result, None)
}

/// A finding as people read it, in the smallest cluster in which it comes about.
fn told(
    packed: &Packed,
    model: &'static str,
    mutant: Option<Mutant>,
    finding: &Finding,
    options: &Options,
) -> Option<Found> {
    let smaller = minimise(packed.bounded(), finding, options.threads);
    let found = smaller.and_then(|(packed, finding)| Found::new(&packed, model, mutant, &finding));
    found.or_else(|| Found::new(packed, model, mutant, finding))
}

/// The properties as data.
fn properties() -> Vec<PropertyResult> {
    let of = |(_, property): (usize, &properties::Property)| PropertyResult {
        id: property.id.to_owned(),
        says: property.says.to_owned(),
        kind: property.sort.as_str().to_owned(),
    };
    properties::all().map(of).collect()
}

/// The rows of the decision tables, with the models that reached each.
fn rows(reached: &[(Vec<bool>, &str)]) -> Vec<RowResult> {
    let of = |(at, row): (usize, coverage::Row)| {
        let models = reached.iter().filter(|(rows, _)| rows.get(at) == Some(&true));
        RowResult {
            excused: crate::excused::excuse(row.table, &row.row).map(str::to_owned),
            models: models.map(|(_, model)| (*model).to_owned()).collect(),
            table: row.table.to_owned(),
            row: row.row,
        }
    };
    coverage::rows().into_iter().enumerate().map(of).collect()
}

/// Time that an exploration has taken, for a person.
#[must_use]
pub fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}
