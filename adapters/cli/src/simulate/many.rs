//! A swarm of runs, a seed each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use windlass_world::run::{Faults, Outcome, swarm};
use windlass_world::scenario::Scenario;

use super::Arguments;
use super::values::Seeds;
use crate::failed::Failed;
use crate::output::print;

/// Times a second at which the progress is drawn.
const DRAWS_PER_SECOND: u8 = 10;

/// Runs the scenario under every seed; whether all runs settled as expected.
pub(super) fn run(arguments: &Arguments, scenario: &Scenario, seeds: Seeds) -> Result<bool, Failed> {
    let faults = arguments.faults.unwrap_or(Faults::ALL);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let progress = progress(seeds);
    let failed = AtomicU64::new(0);
    let done = |has_failed: bool| {
        if has_failed {
            progress.set_message((failed.fetch_add(1, Ordering::Relaxed) + 1).to_string());
        }
        progress.inc(1);
    };
    let started = Instant::now();
    let outcome = swarm(scenario, faults, seeds.range(), threads, &done);
    let took = started.elapsed();
    progress.finish_and_clear();
    print(&text(arguments, faults, &outcome))?;
    // Of the clock, so not a part of what is the same in every run.
    eprintln!("in {:.1} s, {:.0} runs a second", took.as_secs_f64(), rate(outcome.seeds, took));
    Ok(outcome.failed == 0)
}

/// A bar on standard error, if that is a terminal.
fn progress(seeds: Seeds) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND);
    let bar = ProgressBar::with_draw_target(Some(seeds.count()), target).with_message("0");
    match ProgressStyle::with_template("{wide_bar} {pos}/{len} seeds, {msg} failed, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn rate(seeds: u64, took: Duration) -> f64 {
    let seeds = u32::try_from(seeds).map_or(f64::from(u32::MAX), f64::from);
    seeds / took.as_secs_f64().max(1e-9)
}

/// The failures, each with what repeats it, and the sum.
fn text(arguments: &Arguments, faults: Faults, outcome: &Outcome) -> String {
    let mut text = String::new();
    for (seed, failure) in &outcome.failures {
        text.push_str(&format!("seed {seed}: {failure}\n"));
        text.push_str(&format!("  repeat it: {}\n", command(arguments, *seed, faults)));
    }
    let Outcome { seeds, failed, actions, failures } = outcome;
    let untold = failed - u64::try_from(failures.len()).unwrap_or(*failed);
    if untold > 0 {
        text.push_str(&format!("… {untold} more seeds failed\n"));
    }
    text.push_str(&format!("{seeds} seeds, {failed} failed, {actions} actions, faults: {faults}\n"));
    text
}

/// The command that repeats one run.
fn command(arguments: &Arguments, seed: u64, faults: Faults) -> String {
    let files: Vec<String> = arguments.files.iter().map(|it| quoted(&it.to_string_lossy())).collect();
    format!("windlass simulate {} --seed {seed} --faults {faults}", files.join(" "))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:=@%+,".contains(it);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        assert_eq!(quoted("a/b-1.yaml"), "a/b-1.yaml");
        assert_eq!(quoted("a b.yaml"), "'a b.yaml'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
