//! The models that there are.

use windlass_model_check::models::Spec;
use windlass_world::run::{Mark, Paint};

use crate::output::columns;

/// Heads of the table.
const HEADS: [&str; 3] = ["MODEL", "SUITE", "STATES"];

/// Each model with its suite and its states; below it what it shows, and its bounds.
pub(super) fn text(specs: &[&Spec], paint: Paint<'_>) -> String {
    let rows: Vec<[String; 3]> = specs.iter().map(|spec| row(spec)).collect();
    let table = columns(&HEADS, &rows);
    let mut lines = table.lines();
    let mut text = lines.next().map(|heads| format!("{}\n", paint(Mark::Head, heads))).unwrap_or_default();
    for (line, spec) in lines.zip(specs) {
        let bounds: Vec<String> =
            spec.bounds().iter().map(|(name, value)| format!("{name} {value}")).collect();
        let shows = spec.bounded().scenario.shows;
        text.push_str(&format!("{line}\n  {shows}\n  {}\n", paint(Mark::Faint, &bounds.join(", "))));
    }
    text
}

fn row(spec: &Spec) -> [String; 3] {
    let states = match spec.states {
        0 => "not pinned".to_owned(),
        states => states.to_string(),
    };
    [spec.name.to_owned(), spec.suite.to_string(), states]
}
