//! What came of checking a suite of models, as plain data for tables, JSON and the report page.

use std::time::Duration;

use serde::Serialize;

use crate::numbers::grouped;

/// Everything that one run of the checker found out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SuiteResult {
    /// Name of the suite.
    pub suite: String,
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
    /// Its id, such as `S1`.
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

    /// Whether the number of states is not the one that is pinned.
    #[must_use]
    pub fn has_moved(&self) -> bool {
        self.states_pinned.is_some_and(|pinned| pinned != self.states)
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

    /// All that is not as it has to be, in sentences; a suite without any has passed.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let Self { suite: _, threads: _, models, properties, rows, mutants, took: _ } = self;
        let mut problems = Vec::new();
        if models.is_empty() {
            problems.push("no model was checked".to_owned());
        }
        for ModelResult { name, broken, stopped_by, states, states_pinned, .. } in models {
            let said = |(id, what): &(String, String)| format!("{id} is broken in {name}: {what}");
            problems.extend(broken.iter().map(said));
            problems.extend(
                stopped_by.iter().map(|bound| format!("{name} was not explored to the end: {bound}")),
            );
            if let Some(pinned) = states_pinned.filter(|pinned| pinned != states) {
                problems.push(format!(
                    "{name} has {} states, and {} are pinned",
                    grouped(*states),
                    grouped(pinned)
                ));
            }
        }
        let stakes = |id: &str| models.iter().any(|model| model.stake(id) != Stake::Never);
        let vacuous = properties.iter().filter(|property| !models.is_empty() && !stakes(&property.id));
        problems.extend(vacuous.map(|it| format!("{} was never at stake: its holding says nothing", it.id)));
        let missing = rows.iter().filter(|row| row.reach() == Reach::Missing);
        problems
            .extend(missing.map(|it| format!("no model reached a row of table {}: {}", it.table, it.row)));
        let survivors = mutants.iter().filter(|mutant| mutant.model.is_none());
        problems.extend(survivors.map(|it| format!("mutant {} survived: {}", it.name, it.about)));
        problems
    }
}
