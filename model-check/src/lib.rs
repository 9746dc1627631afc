//! The model checker of Windlass.
//!
//! Pipeline: `fixtures::world` → a model → **`engine`** → `results` → `tale`, `report`.
//!
//! Deliberately absent: any behaviour of a machine or of the API server. What is explored is the very
//! code that ships, in the very world that `windlass simulate` runs.

pub mod engine;

pub mod properties;

pub mod history;

pub mod bounded;

pub mod packed;

pub mod plain;

mod numbers;

pub mod results;

mod page;

pub mod tale;

pub mod report;

pub mod counterexample;

pub mod models;

mod excused;

mod planting;

mod minimise;

pub mod suite;
