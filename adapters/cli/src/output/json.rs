//! A run as one JSON document.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use windlass_world::manifest::to_manifest;
use windlass_world::run::{End, Finished, Shortfall, describe};
use windlass_world::scenario::Scenario;

/// The document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    scenario: Name<'a>,
    end: Ending,
    actions: u64,
    /// Milliseconds of simulated time.
    clock_ms: u64,
    /// Every object as it is stored in the end.
    objects: Vec<Value>,
    /// Why each object that waits does so.
    reasons: BTreeMap<String, String>,
    timeline: Vec<Entry>,
    shortfalls: Vec<Short<'a>>,
    ignored: &'a [String],
}

#[derive(Serialize)]
struct Name<'a> {
    name: &'a str,
    shows: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ending {
    is_settled: bool,
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    at_ms: u64,
    actor: String,
    what: String,
}

#[derive(Serialize)]
struct Short<'a> {
    object: String,
    expected: &'a str,
    got: &'a str,
}

/// The run as text of one JSON document.
///
/// # Errors
///
/// When some part of it has no form in JSON.
pub(crate) fn document(
    scenario: &Scenario,
    finished: &Finished,
    shortfalls: &[Shortfall],
) -> serde_json::Result<String> {
    let entry = |(at_ms, happening): &(u64, _)| {
        describe(happening).map(|(actor, what)| Entry { at_ms: *at_ms, actor, what })
    };
    let reason_of = |key| finished.world.reason(&key).map(|reason| (key.to_string(), reason));
    let document = Document {
        scenario: Name { name: &scenario.name, shows: &scenario.shows },
        end: Ending { is_settled: finished.end == End::Settled, text: finished.end.to_string() },
        actions: finished.actions,
        clock_ms: finished.clock_ms,
        objects: finished.world.api.iter().map(to_manifest).collect(),
        reasons: finished.world.api.iter().filter_map(|record| reason_of(record.key())).collect(),
        timeline: finished.happenings.iter().filter_map(entry).collect(),
        shortfalls: shortfalls
            .iter()
            .map(|Shortfall { object, expected, got }| Short { object: object.to_string(), expected, got })
            .collect(),
        ignored: &scenario.ignored,
    };
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}
