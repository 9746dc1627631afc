//! Files of manifests become one scenario.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use windlass_core::controller::Enabled;
use windlass_world::scenario::{Scenario, read_scenario};

use crate::failed::Failed;

/// What standard input is called on the command line.
const STDIN: &str = "-";

/// What prints a whole cluster.
const DUMP: &str = "`kubectl get pv,pvc,sc,nodes,pods -A -o yaml`";

/// Files that are read in a folder, as `kubectl apply` reads them.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Reads all files as one scenario; all problems of all files are told at once.
pub(super) fn scenario(paths: &[PathBuf]) -> Result<Scenario, Failed> {
    let mut problems = Vec::new();
    let mut parts: Vec<(String, Scenario)> = Vec::new();
    let mut is_empty = true;
    for path in files(paths)? {
        let origin = if is_stdin(&path) { "standard input".to_owned() } else { path.display().to_string() };
        let text = match text(&path) {
            Ok(text) => text,
            Err(problem) => {
                is_empty = false;
                problems.push(format!("{origin}{problem}"));
                continue;
            }
        };
        is_empty &= text.lines().all(says_nothing);
        match read_scenario(&text, &origin) {
            Ok(scenario) => parts.push((origin, scenario)),
            Err(found) => problems.extend(found.iter().map(ToString::to_string)),
        }
    }
    problems.extend(doubled(&parts));
    if is_empty {
        let origins: Vec<String> = parts.into_iter().map(|(origin, _)| origin).collect();
        return Err(Failed::input(format!(
            "{}: there is nothing in it; {DUMP} prints a cluster",
            origins.join(", ")
        )));
    }
    if problems.is_empty() { Ok(joined(parts)) } else { Err(Failed::Input(problems)) }
}

/// Tells on standard error what is probably missing from a dump.
pub(super) fn warn_of_gaps(scenario: &Scenario) {
    let gaps = scenario.gaps();
    for gap in &gaps {
        eprintln!("note: {gap}");
    }
    if !gaps.is_empty() {
        eprintln!("note: {DUMP} prints all that belongs together");
    }
}

/// Whether a line is empty, a comment, or the mark between two documents.
fn says_nothing(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || line == "---"
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
        entries.retain(|it| it.extension().is_some_and(|it| EXTENSIONS.iter().any(|known| it == *known)));
        entries.retain(|it| !it.is_dir());
        entries.sort();
        if entries.is_empty() {
            let what = "the folder has no *.yaml, *.yml or *.json in it";
            return Err(Failed::input(format!("{}: {what}", path.display())));
        }
        files.extend(entries);
    }
    Ok(files)
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new(STDIN)
}

/// The text of a file; else what is wrong with it, to be said after its name.
fn text(path: &Path) -> Result<String, String> {
    let bytes = match is_stdin(path) {
        true => {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        }
        false => std::fs::read(path),
    };
    let bytes = bytes.map_err(|error| format!(": cannot read: {error}"))?;
    String::from_utf8(bytes).map_err(|error| not_utf8(error.as_bytes(), error.utf8_error().valid_up_to()))
}

/// What is wrong with bytes of which only the first `valid` are UTF-8.
fn not_utf8(bytes: &[u8], valid: usize) -> String {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return ":1:1: this is UTF-16, as PowerShell writes it; save it as UTF-8".to_owned();
    }
    let before = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default());
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let byte = bytes.get(valid).copied().unwrap_or_default();
    format!(
        ":{line}:{column}: the byte 0x{byte:02X} is not UTF-8; save the file as UTF-8, if it is a text at all"
    )
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

/// One scenario of several: their objects, steps, paths and expectations, one after the other.
fn joined(parts: Vec<(String, Scenario)>) -> Scenario {
    let mut parts: Vec<Scenario> = parts.into_iter().map(|(_, scenario)| scenario).collect();
    if parts.len() == 1 {
        return parts.remove(0);
    }
    let speaks = |it: &&Scenario| {
        !(it.name.is_empty() && it.steps.is_empty() && it.path.is_empty() && it.expectations.is_empty())
    };
    let texts = |of: fn(&Scenario) -> &str| -> Vec<String> {
        parts.iter().map(of).filter(|it| !it.is_empty()).map(str::to_owned).collect()
    };
    Scenario {
        name: texts(|it| &it.name).join(" + "),
        shows: texts(|it| &it.shows).join(" "),
        // Files with nothing but objects say nothing about the end.
        is_end_unique: parts.iter().any(|it| it.is_end_unique)
            && parts.iter().filter(speaks).all(|it| it.is_end_unique),
        controllers: parts.iter().map(|it| it.controllers).max().unwrap_or(1),
        enabled: parts.iter().fold(Enabled::ALL, |all, it| all.and(it.enabled)),
        orders_in_flight_max: parts.iter().filter_map(|it| it.orders_in_flight_max).min(),
        watch_backlog_max: parts.iter().filter_map(|it| it.watch_backlog_max).min(),
        start: parts.iter().flat_map(|it| it.start.clone()).collect(),
        steps: parts.iter().flat_map(|it| it.steps.clone()).collect(),
        path: parts.iter().flat_map(|it| it.path.clone()).collect(),
        expectations: parts.iter().flat_map(|it| it.expectations.clone()).collect(),
        ignored: parts.iter().flat_map(|it| it.ignored.clone()).collect(),
    }
}
