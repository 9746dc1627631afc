//! The report as tables for a terminal.

use windlass_world::run::{Mark, Paint, plain};

use crate::numbers::{bytes, counted, grouped, rate, short, time};
use crate::results::{ModelResult, MutantResult, PropertyResult, Reach, RowResult, Stake, SuiteResult};

/// What is said of a part of a suite.
const PART: &str = "A part of a suite: properties that were never at stake, rows that were not reached and mutants \
                    that survived are judged in the whole.";

/// The report, without colours.
#[must_use]
pub fn text(result: &SuiteResult) -> String {
    painted(result, &plain)
}

/// The report, each piece of text that may have a colour through `paint`.
#[must_use]
pub fn painted(result: &SuiteResult, paint: Paint<'_>) -> String {
    let parts = [
        models(result, paint),
        matrix(result, paint),
        rows(result, paint),
        mutants(result, paint),
        verdict(result, paint),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

/// A row of a table: what its cells say, and what the row is, if it stands out.
struct Line {
    cells: Vec<String>,
    mark: Option<Mark>,
    /// What stands below it, indented.
    below: String,
}

/// Rows under their heads, two spaces apart; columns whose head begins with `>` have their cells to the right.
fn table(heads: &[String], lines: &[Line], paint: Paint<'_>) -> String {
    let names: Vec<&str> = heads.iter().map(|head| head.trim_start_matches('>')).collect();
    let width = |(column, name): (usize, &&str)| {
        let cells = lines.iter().filter_map(|line| line.cells.get(column)).map(|cell| cell.chars().count());
        cells.chain([name.chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = names.iter().enumerate().map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells = cells.zip(heads).zip(&widths).map(|((cell, head), width)| match head.starts_with('>') {
            true => format!("{cell:>width$}"),
            false => format!("{cell:width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut text = format!("{}\n", paint(Mark::Head, &line(&mut names.iter().copied())));
    for Line { cells, mark, below } in lines {
        let cells = line(&mut cells.iter().map(String::as_str));
        text.push_str(&mark.map_or_else(|| cells.clone(), |mark| paint(mark, &cells)));
        text.push('\n');
        if !below.is_empty() {
            text.push_str(&format!("   {}\n", paint(Mark::Faint, below)));
        }
    }
    text
}

fn heads(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn models(result: &SuiteResult, paint: Paint<'_>) -> String {
    let heads = heads(&[
        ">#",
        "MODEL",
        ">STATES",
        "PINNED",
        ">STEPS",
        ">DEPTH",
        ">AT REST",
        ">STATES/S",
        ">B/STATE",
        ">TIME",
    ]);
    let line = |(number, model): (usize, &ModelResult)| {
        let ModelResult { name, bounds, states, steps, depth, states_at_rest, took, .. } = model;
        let pinned = match (model.states_pinned, model.has_moved()) {
            (None, _) => "–".to_owned(),
            (Some(_), false) if model.stopped_by.is_some() => "–".to_owned(),
            (Some(_), false) => "✓".to_owned(),
            (Some(pinned), true) => format!("✗ {}", grouped(pinned)),
        };
        let bounds: Vec<String> = bounds.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let is_bad = model.has_moved() || !model.broken.is_empty() || model.stopped_by.is_some();
        let cells = vec![
            number.to_string(),
            name.clone(),
            grouped(*states),
            pinned,
            grouped(*steps),
            depth.to_string(),
            grouped(*states_at_rest),
            grouped(rate(*states, *took)),
            grouped(model.bytes / (*states).max(1)),
            time(*took),
        ];
        Line { cells, mark: is_bad.then_some(Mark::Bad), below: bounds.join(", ") }
    };
    let lines: Vec<Line> = (1..).zip(&result.models).map(line).collect();
    table(&heads, &lines, paint)
}

/// How often each property was at stake in each model: models by their number in the table above.
fn matrix(result: &SuiteResult, paint: Paint<'_>) -> String {
    let mut heads = heads(&["ID"]);
    heads.extend((1..=result.models.len()).map(|number| format!(">{number}")));
    heads.extend([">AT STAKE", "PROPERTY"].map(str::to_owned));
    let line = |PropertyResult { id, says, kind }: &PropertyResult| {
        let stakes: Vec<Stake> = result.models.iter().map(|model| model.stake(id)).collect();
        let mark = match stakes.iter().max_by_key(|stake| urgency(**stake)) {
            Some(Stake::Broken) => Some(Mark::Bad),
            Some(Stake::Held(_)) => None,
            Some(Stake::Never) | None => Some(Mark::Waiting),
        };
        let said = stakes.iter().map(|stake| match stake {
            Stake::Held(times) => short(*times),
            Stake::Broken => "BROKEN".to_owned(),
            Stake::Never => "·".to_owned(),
        });
        let total = match result.at_stake(id) {
            0 => "never".to_owned(),
            times => grouped(times),
        };
        let mut cells = vec![id.clone()];
        cells.extend(said);
        cells.extend([total, format!("{says} ({kind})")]);
        Line { cells, mark, below: String::new() }
    };
    let lines: Vec<Line> = result.properties.iter().map(line).collect();
    if lines.is_empty() { String::new() } else { table(&heads, &lines, paint) }
}

/// What stands out in a row of the matrix.
const fn urgency(stake: Stake) -> u8 {
    match stake {
        Stake::Broken => 2,
        Stake::Held(_) => 1,
        Stake::Never => 0,
    }
}

/// The decision tables, each with what was not reached.
fn rows(result: &SuiteResult, paint: Paint<'_>) -> String {
    let rows = &result.rows;
    let heads = heads(&["DECISION TABLE", ">ROWS", ">REACHED", ">EXCUSED", ">MISSING"]);
    let count = |name: &str, reach: Reach| {
        rows.iter().filter(|row| row.table == name && row.reach() == reach).count()
    };
    let line = |name: &&str| {
        let counts = [Reach::Reached, Reach::Excused, Reach::Missing].map(|reach| count(name, reach));
        let mut cells = vec![(*name).to_owned(), counts.iter().sum::<usize>().to_string()];
        cells.extend(counts.map(|count| count.to_string()));
        Line { cells, mark: (counts[2] > 0).then_some(gap(result)), below: String::new() }
    };
    let lines: Vec<Line> = result.tables().iter().map(line).collect();
    if lines.is_empty() {
        return String::new();
    }
    let mut text = table(&heads, &lines, paint);
    for RowResult { table, row, excused, models: _ } in rows.iter().filter(|it| it.reach() == Reach::Excused)
    {
        let why = excused.as_deref().unwrap_or_default();
        text.push_str(&format!("{}\n", paint(Mark::Faint, &format!("excused: {table}: {row}: {why}"))));
    }
    text
}

/// How a gap looks: a part of a suite may have some.
const fn gap(result: &SuiteResult) -> Mark {
    if result.is_whole { Mark::Bad } else { Mark::Waiting }
}

fn mutants(result: &SuiteResult, paint: Paint<'_>) -> String {
    let heads = heads(&["MUTANT", "KILLED BY", "IN", ">STEPS", ">STATES", ">TIME"]);
    let line = |mutant: &MutantResult| {
        let MutantResult { name, about: _, model, property, length, states, took } = mutant;
        let cells = vec![
            name.clone(),
            property.clone().unwrap_or_else(|| "survived".to_owned()),
            model.clone().unwrap_or_default(),
            length.map(|it| it.to_string()).unwrap_or_default(),
            grouped(*states),
            time(*took),
        ];
        Line { cells, mark: model.is_none().then_some(gap(result)), below: String::new() }
    };
    let lines: Vec<Line> = result.mutants.iter().map(line).collect();
    if lines.is_empty() { String::new() } else { table(&heads, &lines, paint) }
}

/// Totals, then all that is not as it has to be.
fn verdict(result: &SuiteResult, paint: Paint<'_>) -> String {
    let SuiteResult { suite, threads, models, properties, took, .. } = result;
    let states: u64 = models.iter().map(|model| model.states).sum();
    let steps: u64 = models.iter().map(|model| model.steps).sum();
    let held: u64 = models.iter().map(|model| model.bytes).max().unwrap_or(0);
    let totals = format!(
        "{suite}: {}, {}, {} states, {} steps in {} on {}, at most {}",
        counted(models.len(), "model", "models"),
        counted(properties.len(), "property", "properties"),
        grouped(states),
        grouped(steps),
        time(*took),
        counted(*threads, "thread", "threads"),
        bytes(held),
    );
    let problems = result.problems();
    let mut text = format!("{totals}\n");
    for problem in &problems {
        text.push_str(&format!("{}\n", paint(Mark::Bad, &format!("✗ {problem}"))));
    }
    if !result.is_whole {
        text.push_str(&format!("{}\n", paint(Mark::Faint, PART)));
    }
    let count = counted(problems.len(), "problem", "problems");
    let end = match (problems.is_empty(), result.violations().is_empty()) {
        (true, _) => paint(Mark::Good, "passed"),
        (false, true) => paint(Mark::Waiting, &format!("not finished: {count}")),
        (false, false) => paint(Mark::Bad, &format!("failed: {count}")),
    };
    format!("{text}{end}\n")
}
