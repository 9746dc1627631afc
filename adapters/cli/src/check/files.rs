//! The report as files: a page that says what came of it all, and a page for each counterexample.

use std::path::Path;

use windlass_model_check::counterexample::Found;
use windlass_model_check::report::page;
use windlass_model_check::results::{CounterexampleResult, SuiteResult};
use windlass_model_check::suite::Checked;
use windlass_world::scenario::write_scenario;

use crate::failed::Failed;

/// The page to begin with.
pub(super) const INDEX: &str = "index.html";

/// The result as data.
const RESULT: &str = "result.json";

/// Writes the report into a folder that exists, and notes in the result which files there are.
pub(super) fn write(folder: &Path, checked: &mut Checked) -> Result<(), Failed> {
    let Checked { result, found } = checked;
    result.counterexamples = found.iter().map(counterexample).collect();
    for (found, files) in found.iter().zip(&result.counterexamples) {
        let name = &files.name;
        let tale = &found.tale;
        put(folder, &format!("{name}.html"), &tale.html())?;
        put(folder, &format!("{name}.mmd"), &tale.mermaid())?;
        put(folder, &format!("{name}.yaml"), &write_scenario(tale.scenario()))?;
        put(folder, &format!("{name}.txt"), &tale.text())?;
    }
    put(folder, RESULT, &json(result)?)?;
    put(folder, INDEX, &page(result))
}

/// The result as one JSON document.
pub(super) fn json(result: &SuiteResult) -> Result<String, Failed> {
    let text = serde_json::to_string_pretty(result);
    text.map(|text| text + "\n").map_err(|error| Failed::input(format!("cannot write JSON: {error}")))
}

fn put(folder: &Path, name: &str, text: &str) -> Result<(), Failed> {
    let path = folder.join(name);
    std::fs::write(&path, text).map_err(|error| Failed::file(&path, "write", &error))
}

fn counterexample(found: &Found) -> CounterexampleResult {
    // A mutant may have the name of a model: the scenario in which it is seen.
    let whose = match found.mutant {
        Some(mutant) => format!("mutant-{mutant}"),
        None => found.model.to_owned(),
    };
    CounterexampleResult {
        model: found.model.to_owned(),
        mutant: found.mutant.map(str::to_owned),
        property: found.property.to_owned(),
        name: file_name(&format!("{whose}-{}", found.property)),
    }
}

/// The same without what a file system, a shell or a link might take for something else.
fn file_name(text: &str) -> String {
    let safe = |it: char| if it.is_ascii_alphanumeric() || "-_".contains(it) { it } else { '-' };
    text.chars().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain() {
        assert_eq!(file_name("two-claims-S1"), "two-claims-S1");
        assert_eq!(file_name("../a b/ç#?.S1"), "---a-b-----S1");
    }
}
