//! Runs the conformance rows, which say what upstream Kubernetes does, against the scalar types.
//!
//! The rows in `fixtures/conformance` are part of the repository. Where the whole data is present in
//! `../shared/conformance`, beside the repository, it is run too.

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use windlass_core::affinity::VolumeAffinity;
use windlass_core::names::UniqueVolumeName;
use windlass_core::quantity::Quantity;
use windlass_core::selector::{Labels, Selector};
use windlass_core::text::Text;

/// What a row expects and what came out instead.
type Disagreement = String;

#[test]
fn quantities_agree() {
    check_file("quantity.jsonl", 350, quantity_row);
}

#[test]
fn selectors_agree() {
    check_file("selector.jsonl", 400, selector_row);
}

#[test]
fn node_affinities_agree() {
    check_file("node-affinity.jsonl", 400, node_affinity_row);
}

#[test]
fn names_agree() {
    check_file("names.jsonl", 100, names_row);
}

/// Runs every row of the file in each folder that has it; the committed one must have `rows_min`.
fn check_file(file: &str, rows_min: usize, check: fn(&Value) -> Result<(), Disagreement>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let committed = root.join("fixtures/conformance").join(file);
    let shared = root.join("../shared/conformance").join(file);
    check_rows(&committed, rows_min, check);
    if shared.exists() {
        check_rows(&shared, rows_min, check);
    }
}

fn check_rows(path: &PathBuf, rows_min: usize, check: fn(&Value) -> Result<(), Disagreement>) {
    let content = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut count = 0;
    let mut disagreements = Vec::new();
    for line in content.lines() {
        count += 1;
        let row: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        if let Err(disagreement) = check(&row) {
            disagreements.push(format!("{}: {disagreement}", text(&row, "id")));
        }
    }
    println!("{}: {} of {count} rows agree", path.display(), count - disagreements.len());
    assert!(disagreements.is_empty(), "{} of {count}:\n{}", disagreements.len(), disagreements.join("\n"));
    assert!(count >= rows_min, "{}: {count} rows, of at least {rows_min}", path.display());
}

fn quantity_row(row: &Value) -> Result<(), Disagreement> {
    let parsed = Quantity::parse(text(row, "input"));
    same("error", row["error"].as_bool(), Some(parsed.is_err()))?;
    let Ok(quantity) = parsed else {
        return Ok(());
    };
    same("canonical", text(row, "canonical"), &quantity.to_string())?;
    same("valueRoundedUp", text(row, "valueRoundedUp"), &quantity.value_rounded_up().to_string())?;
    if row["cmp"].is_null() {
        return Ok(());
    }
    let other = Quantity::parse(text(row, "other")).map_err(|error| error.to_string())?;
    let order = match quantity.amount().cmp(other.amount()) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    };
    same("cmp", row["cmp"].as_i64(), Some(order))
}

fn selector_row(row: &Value) -> Result<(), Disagreement> {
    let parsed = serde_json::from_value::<Selector>(row["selector"].clone());
    same("error", row["error"].as_bool(), Some(parsed.is_err()))?;
    match parsed {
        Ok(selector) => same("matches", row["matches"].as_bool(), Some(selector.matches(&labels(row)?))),
        Err(_) => Ok(()),
    }
}

fn node_affinity_row(row: &Value) -> Result<(), Disagreement> {
    let affinity = serde_json::from_value::<Option<VolumeAffinity>>(row["nodeAffinity"].clone());
    let affinity = affinity.map_err(|error| error.to_string())?.unwrap_or_default();
    same("matches", row["matches"].as_bool(), Some(affinity.matches(&labels(row)?)))
}

fn names_row(row: &Value) -> Result<(), Disagreement> {
    let built = UniqueVolumeName::new(text(row, "plugin"), text(row, "volume"));
    same("unique", text(row, "unique"), built.as_text().as_str())?;
    let split = UniqueVolumeName::observed(Text::new(text(row, "unique")));
    let split = split.split();
    same("error", row["error"].as_bool(), Some(split.is_err()))?;
    match split {
        Ok(parts) => same("split", (text(row, "splitPlugin"), text(row, "splitVolume")), parts),
        Err(_) => Ok(()),
    }
}

fn labels(row: &Value) -> Result<Labels, Disagreement> {
    let labels = serde_json::from_value::<Option<Labels>>(row["labels"].clone());
    Ok(labels.map_err(|error| error.to_string())?.unwrap_or_default())
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_else(|| panic!("no text {field} in {row}"))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, got: T) -> Result<(), Disagreement> {
    if expected == got { Ok(()) } else { Err(format!("{what}: expected {expected:?}, got {got:?}")) }
}
