//! `windlass conform`: our answers beside those of upstream Kubernetes.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use windlass_world::conformance::{Deviations, Report, RowKind, run as run_rows};

use crate::failed::Failed;
use crate::output::{columns, print};

/// Heads of the table.
const HEADS: [&str; 6] = ["FILE", "KIND", "ROWS", "AGREEING", "DEVIATING ON PURPOSE", "DISAGREEING"];

/// What to compare.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Rows of questions and of upstream's answers, a JSON object a line.
    #[arg(required = true, value_name = "FILE.jsonl")]
    files: Vec<PathBuf>,
    /// What the rows ask for; without this, the name of each file says it.
    #[arg(long, value_parser = kind_named)]
    kind: Option<RowKind>,
    /// Prints the first N differences of each file.
    #[arg(long, default_value_t = 0, value_name = "N")]
    show: usize,
}

/// Runs the command; whether no row disagrees.
///
/// # Errors
///
/// When a file cannot be read, has rows that make no sense, or is of no known kind.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, Failed> {
    let deviations = Deviations::committed().map_err(|error| Failed::input(error.to_string()))?;
    let mut problems = Vec::new();
    let mut reports = Vec::new();
    for path in &arguments.files {
        match conform(path, arguments.kind, &deviations) {
            Ok((kind, report)) => reports.push((path, kind, report)),
            Err(problem) => problems.push(format!("{}: {problem}", path.display())),
        }
    }
    if !problems.is_empty() {
        return Err(Failed::Input(problems));
    }
    print(&text(&reports, arguments.show))?;
    Ok(reports.iter().all(|(_, _, report)| report.disagreeing.is_empty()))
}

fn conform(path: &Path, kind: Option<RowKind>, deviations: &Deviations) -> Result<(RowKind, Report), String> {
    let file = File::open(path).map_err(|error| format!("cannot read: {error}"))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let kind = kind.or_else(|| RowKind::of_stem(&stem)).ok_or_else(|| {
        format!("the name says none of the kinds that there are ({}); give one with --kind", kinds())
    })?;
    let report = run_rows(kind, BufReader::new(file), deviations).map_err(|error| with_source(&error))?;
    match report.rows {
        0 => Err("there are no rows in it".to_owned()),
        _ => Ok((kind, report)),
    }
}

/// An error with what it came from.
fn with_source(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

fn kind_named(name: &str) -> Result<RowKind, String> {
    RowKind::parse(name).ok_or_else(|| format!("the kinds are {}", kinds()))
}

fn kinds() -> String {
    RowKind::ALL.map(RowKind::as_str).join(", ")
}

/// The table, and the first differences of each file.
fn text(reports: &[(&PathBuf, RowKind, Report)], show: usize) -> String {
    let rows: Vec<[String; 6]> =
        reports.iter().map(|(path, kind, report)| row(path, *kind, report)).collect();
    let mut text = columns(&HEADS, &rows);
    for (path, _, report) in reports {
        for difference in report.disagreeing.iter().take(show) {
            text.push_str(&format!(
                "\n{}: row {}\n  expected  {}\n  got       {}\n",
                path.display(),
                difference.id,
                difference.expected,
                difference.got
            ));
        }
    }
    text
}

fn row(path: &Path, kind: RowKind, report: &Report) -> [String; 6] {
    [
        path.display().to_string(),
        kind.as_str().to_owned(),
        report.rows.to_string(),
        report.agreeing.to_string(),
        report.deviating_on_purpose.to_string(),
        report.disagreeing.len().to_string(),
    ]
}
