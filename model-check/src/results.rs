//! What came of checking a suite of models, as plain data for tables, JSON and the report page.

use std::time::Duration;

use serde::Serialize;

use crate::numbers::grouped;

/// Everything that one run of the checker found out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SuiteResult {
    /// Name of the suite.
    pub suite: String,
    /// Whether it is all of a suite that has to put every property at stake, reach every row and kill every
    /// mutant. A part of one is judged by what its models show alone.
    pub is_whole: bool,
    /// Threads that explored.
    pub threads: usize,
    /// The models, in the order in which they were checked.
    pub models: Vec<ModelResult>,
    /// The properties, in the order of their ids.
    pub properties: Vec<PropertyResult>,
    /// The rows of the core's decision tables.
    pub rows: Vec<RowResult>,
    /// The mutants, if they were checked.
    pub mutants: Vec<MutantResult>,
    /// The counterexamples that stand in files of their own, if a report was written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counterexamples: Vec<CounterexampleResult>,
    /// How long all of it took.
    pub took: Duration,
}

/// One model.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ModelResult {
    /// Its name.
    pub name: String,
    /// What it is about, in a sentence.
    pub about: String,
    /// Its bounds, as `name: value`.
    pub bounds: Vec<(String, String)>,
    /// Unique states.
    pub states: u64,
    /// Steps from state to state, those into known states counted too.
    pub steps: u64,
    /// The longest of the shortest ways to any state.
    pub depth: u32,
    /// States in which the cluster has come to rest.
    pub states_at_rest: u64,
    /// Bytes that the explorer and the model held in the end.
    pub bytes: u64,
    /// How long it took.
    pub took: Duration,
    /// The states that the model is known to have; none if nobody has pinned them.
    pub states_pinned: Option<u64>,
    /// The bound that stopped the exploration, if one did.
    pub stopped_by: Option<String>,
    /// What is broken: the id of the property and what happened, in words.
    pub broken: Vec<(String, String)>,
    /// How often each property was at stake, by id.
    pub at_stake: Vec<(String, u64)>,
}

/// One property.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PropertyResult {
    /// Its id, such as `bind/S1`.
    pub id: String,
    /// What it says.
    pub says: String,
    /// `safety`, `convergence`, `idempotence` or `invariant`.
    pub kind: String,
}

/// One row of a decision table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RowResult {
    /// The table, such as `claim`.
    pub table: String,
    /// The observation that the row stands for.
    pub row: String,
    /// The models that reached it.
    pub models: Vec<String>,
    /// Why no model needs to reach it, and which test does; none if one has to.
    pub excused: Option<String>,
}

/// One mutant.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MutantResult {
    /// Its name.
    pub name: String,
    /// What was broken on purpose.
    pub about: String,
    /// The model that killed it; none if it survived.
    pub model: Option<String>,
    /// The property that it broke.
    pub property: Option<String>,
    /// Steps of the counterexample.
    pub length: Option<u32>,
    /// States that were explored until then.
    pub states: u64,
    /// How long it took.
    pub took: Duration,
}

/// A counterexample in files of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CounterexampleResult {
    /// The model that it is a run of.
    pub model: String,
    /// The mutant that was planted, if one was.
    pub mutant: Option<String>,
    /// Id of the property that it breaks.
    pub property: String,
    /// What its files are called, without their endings.
    pub name: String,
}

/// What became of a property in a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stake {
    /// It held, and was at stake so many times.
    Held(u64),
    /// It was broken.
    Broken,
    /// It was never at stake, so that its holding says nothing.
    Never,
}

/// What became of a row of a decision table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Some model reached it.
    Reached,
    /// No model needs to.
    Excused,
    /// A model should have reached it.
    Missing,
}

impl ModelResult {
    /// What became of the property with this id.
    #[must_use]
    pub fn stake(&self, id: &str) -> Stake {
        let times = self.at_stake.iter().find(|(it, _)| it == id).map_or(0, |(_, times)| *times);
        match (self.broken.iter().any(|(it, _)| it == id), times) {
            (true, _) => Stake::Broken,
            (false, 0) => Stake::Never,
            (false, times) => Stake::Held(times),
        }
    }

    /// Whether the number of states is not the one that is pinned. Of a model that was stopped too early to
    /// have them all, nobody can say so.
    #[must_use]
    pub fn has_moved(&self) -> bool {
        let can_tell = |pinned: u64| self.stopped_by.is_none() || self.states > pinned;
        self.states_pinned.is_some_and(|pinned| pinned != self.states && can_tell(pinned))
    }
}

impl RowResult {
    /// What became of the row.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match (self.models.is_empty(), &self.excused) {
            (false, _) => Reach::Reached,
            (true, Some(_)) => Reach::Excused,
            (true, None) => Reach::Missing,
        }
    }
}

impl SuiteResult {
    /// How often a property was at stake in all models together.
    #[must_use]
    pub fn at_stake(&self, id: &str) -> u64 {
        let times = self.models.iter().flat_map(|model| &model.at_stake).filter(|(it, _)| it == id);
        times.map(|(_, times)| times).sum()
    }

    /// The names of the decision tables, in the order in which their first rows stand.
    #[must_use]
    pub fn tables(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !names.contains(&row.table.as_str()) {
                names.push(&row.table);
            }
        }
        names
    }

    /// The files of a counterexample, if it has any: that of a model, or of the model with a mutant.
    #[must_use]
    pub fn counterexample(&self, mutant: Option<&str>, model: &str, property: &str) -> Option<&str> {
        let is_it = |it: &&CounterexampleResult| {
            (it.mutant.as_deref(), it.model.as_str(), it.property.as_str()) == (mutant, model, property)
        };
        self.counterexamples.iter().find(is_it).map(|it| it.name.as_str())
    }

    /// All that is not as it has to be, in sentences; a suite without any has passed.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        [self.faults(), self.unfinished(), self.gaps()].concat()
    }

    /// Those of the problems that stay whatever is explored besides. Where a model was stopped, what was left
    /// out might close a gap, so that gaps are none of them.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        let is_finished = self.unfinished().is_empty();
        [self.faults(), if is_finished { self.gaps() } else { Vec::new() }].concat()
    }

    /// The models that were stopped, in sentences.
    #[must_use]
    pub fn unfinished(&self) -> Vec<String> {
        let said = |ModelResult { name, stopped_by, .. }: &ModelResult| {
            stopped_by.as_ref().map(|bound| format!("{name} was not explored to the end: {bound}"))
        };
        self.models.iter().filter_map(said).collect()
    }

    /// What models show to be wrong.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.models.is_empty() {
            faults.push("no model was checked".to_owned());
        }
        for model in &self.models {
            let ModelResult { name, broken, states, states_pinned, .. } = model;
            faults.extend(broken.iter().map(|(id, what)| format!("{id} is broken in {name}: {what}")));
            if let Some(pinned) = states_pinned.filter(|_| model.has_moved()) {
                let (states, pinned) = (grouped(*states), grouped(pinned));
                faults.push(format!("{name} has {states} states, and {pinned} are pinned"));
            }
        }
        faults
    }

    /// What a whole suite has to show, and does not.
    fn gaps(&self) -> Vec<String> {
        let Self { is_whole, models, properties, rows, mutants, .. } = self;
        if !is_whole {
            return Vec::new();
        }
        let mut gaps = Vec::new();
        let stakes = |id: &str| models.iter().any(|model| model.stake(id) != Stake::Never);
        let vacuous = properties.iter().filter(|property| !models.is_empty() && !stakes(&property.id));
        gaps.extend(vacuous.map(|it| format!("{} was never at stake: its holding says nothing", it.id)));
        let missing = rows.iter().filter(|row| row.reach() == Reach::Missing);
        gaps.extend(missing.map(|it| format!("no model reached a row of table {}: {}", it.table, it.row)));
        let survivors = mutants.iter().filter(|mutant| mutant.model.is_none());
        gaps.extend(survivors.map(|it| format!("mutant {} survived: {}", it.name, it.about)));
        gaps
    }
}
