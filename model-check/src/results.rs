//! What came of checking a suite of models, as plain data for tables, JSON and the report page.

use std::time::Duration;

use serde::Serialize;

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
