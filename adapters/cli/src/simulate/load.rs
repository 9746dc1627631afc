//! Files of manifests become one scenario.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use windlass_fixtures::scenario::{Scenario, read_scenario};

use crate::failed::Failed;

/// What standard input is called on the command line.
const STDIN: &str = "-";

/// Reads all files as one scenario; all problems of all files are told at once.
pub(super) fn scenario(paths: &[PathBuf]) -> Result<Scenario, Failed> {
    let mut problems = Vec::new();
    let mut parts: Vec<(String, Scenario)> = Vec::new();
    for path in files(paths)? {
        let origin = if is_stdin(&path) { "standard input".to_owned() } else { path.display().to_string() };
        match read_scenario(&text(&path)?, &origin) {
            Ok(scenario) => parts.push((origin, scenario)),
            Err(found) => problems.extend(found.iter().map(ToString::to_string)),
        }
    }
    problems.extend(doubled(&parts));
    if problems.is_empty() { Ok(joined(parts)) } else { Err(Failed::Input(problems)) }
}

/// Folders are replaced by the files in them that hold manifests, in order.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failed> {
    let mut files = Vec::new();
    for path in paths {
        if is_stdin(path) || !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).and_then(|entries| {
            entries.map(|entry| entry.map(|it| it.path())).collect::<Result<Vec<_>, _>>()
        });
        let mut entries = entries.map_err(|error| Failed::file(path, "read the folder", &error))?;
        entries.retain(|it| it.extension().is_some_and(|it| it == "yaml"));
        entries.sort();
        if entries.is_empty() {
            return Err(Failed::input(format!("{}: the folder has no *.yaml in it", path.display())));
        }
        files.extend(entries);
    }
    Ok(files)
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new(STDIN)
}

fn text(path: &Path) -> Result<String, Failed> {
    let mut text = String::new();
    let read = match is_stdin(path) {
        true => std::io::stdin().lock().read_to_string(&mut text).map(|_| text),
        false => std::fs::read_to_string(path),
    };
    read.map_err(|error| Failed::file(path, "read", &error))
}

/// Objects that two files have. Within one file its reader has seen to it.
fn doubled(parts: &[(String, Scenario)]) -> Vec<String> {
    let mut first = BTreeMap::new();
    let mut problems = Vec::new();
    for (origin, scenario) in parts {
        for start in &scenario.start {
            let key = start.record.key();
            match first.get(&key) {
                Some(other) if *other != origin => {
                    problems.push(format!("{origin}: {key} stands in {other} already; keep one of them"));
                }
                Some(_) | None => {
                    first.insert(key, origin);
                }
            }
        }
    }
    problems
}

/// One scenario of several: their objects, steps and expectations, one after the other.
fn joined(parts: Vec<(String, Scenario)>) -> Scenario {
    let mut parts: Vec<Scenario> = parts.into_iter().map(|(_, scenario)| scenario).collect();
    if parts.len() == 1 {
        return parts.remove(0);
    }
    let speaks = |it: &&Scenario| !it.name.is_empty() || !it.steps.is_empty() || !it.expectations.is_empty();
    let texts = |of: fn(&Scenario) -> &str| -> Vec<String> {
        parts.iter().map(of).filter(|it| !it.is_empty()).map(str::to_owned).collect()
    };
    Scenario {
        name: texts(|it| &it.name).join(" + "),
        shows: texts(|it| &it.shows).join(" "),
        // Files with nothing but objects say nothing about the end.
        is_end_unique: parts.iter().any(|it| it.is_end_unique)
            && parts.iter().filter(speaks).all(|it| it.is_end_unique),
        start: parts.iter().flat_map(|it| it.start.clone()).collect(),
        steps: parts.iter().flat_map(|it| it.steps.clone()).collect(),
        expectations: parts.iter().flat_map(|it| it.expectations.clone()).collect(),
        ignored: parts.iter().flat_map(|it| it.ignored.clone()).collect(),
    }
}
