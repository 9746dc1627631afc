//! How far a check has come, on standard error: a line that changes on a terminal, a line for each model and
//! each mutant elsewhere.

use std::time::Duration;

use indicatif::{BinaryBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use windlass_model_check::engine::Snapshot;
use windlass_model_check::results::{ModelResult, MutantResult};
use windlass_model_check::suite::{News, Progress, seconds};

/// Times a second at which the progress is drawn.
const DRAWS_PER_SECOND: u8 = 10;

/// Time between two turns of the sign that says that it goes on: the search for livelocks tells nothing.
const TURN: Duration = Duration::from_millis(120);

/// Whom progress is told.
pub(super) struct Telling {
    bar: ProgressBar,
}

impl Telling {
    /// Tells standard error.
    pub(super) fn new() -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND);
        let bar = ProgressBar::with_draw_target(None, target);
        let bar = match ProgressStyle::with_template("{spinner} {wide_msg}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        if !bar.is_hidden() {
            bar.enable_steady_tick(TURN);
        }
        Self { bar }
    }

    /// Tells one piece of news.
    pub(super) fn tell(&self, news: &News<'_>) {
        match news {
            News::Progress(progress) => self.bar.set_message(line(progress)),
            News::Model(at, result) => self.finished(&model(*at, result)),
            News::Mutant(at, result) => self.finished(&mutant(*at, result)),
        }
    }

    /// Where nobody sees the line that changes, each end has a line of its own.
    fn finished(&self, line: &str) {
        if self.bar.is_hidden() {
            eprintln!("{line}");
        } else {
            self.bar.set_message(line.to_owned());
        }
    }

    /// Leaves the terminal as it was.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

fn line(progress: &Progress<'_>) -> String {
    let Progress { model, mutant, at: (at, of), snapshot } = progress;
    let Snapshot { states, steps: _, frontier, depth, bytes, elapsed } = snapshot;
    let what = match mutant {
        Some(mutant) => format!("mutant {at} of {of}: {mutant} in {model}"),
        None => format!("model {at} of {of}: {model}"),
    };
    let millis = elapsed.as_millis().max(1);
    let rate = u64::try_from(u128::from(*states) * 1_000 / millis).unwrap_or(u64::MAX);
    let (states, rate) = (HumanCount(*states), HumanCount(rate));
    let (frontier, bytes) = (HumanCount(*frontier), BinaryBytes(*bytes));
    format!("{what}: {states} states, {rate}/s, {frontier} to come, depth {depth}, {bytes}")
}

fn model((at, of): (usize, usize), result: &ModelResult) -> String {
    let ModelResult { name, states, depth, took, stopped_by, broken, .. } = result;
    let ids: Vec<&str> = broken.iter().map(|(id, _)| id.as_str()).collect();
    let end = match (ids.as_slice(), stopped_by) {
        ([_, ..], _) => format!("BROKEN: {}", ids.join(", ")),
        ([], Some(bound)) => format!("stopped by {bound}"),
        ([], None) => "holds".to_owned(),
    };
    let (states, took) = (HumanCount(*states), seconds(*took));
    format!("model {at} of {of}: {name}: {states} states, depth {depth}, {took}: {end}")
}

fn mutant((at, of): (usize, usize), result: &MutantResult) -> String {
    let MutantResult { name, about: _, model, property, length, states, took } = result;
    let end = match (model, property, length) {
        (Some(model), Some(property), Some(length)) => {
            format!("killed by {property} in {model} after {length} steps")
        }
        (Some(model), _, _) => format!("killed in {model}"),
        (None, _, _) => "SURVIVED".to_owned(),
    };
    let (states, took) = (HumanCount(*states), seconds(*took));
    format!("mutant {at} of {of}: {name}: {states} states, {took}: {end}")
}
