//! The engine against stateright's breadth-first search, on two-phase commit.
//!
//! Prints one line for each size and number of threads: unique states a second of both, their ratio, and
//! bytes a state of ours. Ours is measured twice: for safety alone as stateright does it, and with the
//! search for livelocks, which stateright does not have. The fastest of some runs counts.

use std::time::Instant;

use stateright::{Checker, Model};
use windlass_model_check::engine::two_phase::TwoPhase;
use windlass_model_check::engine::{Bounds, Exploration, explore};

/// Runs of each measurement.
const RUNS: usize = 3;

fn main() {
    println!("two-phase commit; M/s: millions of unique states a second; B: bytes a state");
    println!(
        "{:>8} {:>9} {:>7} {:>12} {:>9} {:>6} {:>9} {:>6} {:>12} {:>6}",
        "managers", "states", "threads", "stateright", "safety", "ratio", "ns/step", "B", "convergence", "B"
    );
    for managers in [7, 8] {
        for threads in [1, 2] {
            line(managers, threads);
        }
    }
}

fn line(managers: u8, threads: usize) {
    let model = TwoPhase::new(managers);
    let (safety_s, safety) = ours(model, threads, false);
    let (convergence_s, convergence) = ours(model, threads, true);
    let (theirs_s, states) = fastest(|| {
        let checker = model.checker().threads(threads).spawn_bfs().join();
        checker.unique_state_count() as u64
    });
    assert_eq!([safety.states, convergence.states], [states; 2]);
    let per_second = |seconds: f64| states as f64 / seconds / 1e6;
    let per_state = |it: &Exploration| it.bytes as f64 / states as f64;
    println!(
        "{managers:>8} {states:>9} {threads:>7} {:>8.2} M/s {:>5.2} M/s {:>6.1} {:>9.0} {:>6.1} {:>8.2} M/s {:>6.1}",
        per_second(theirs_s),
        per_second(safety_s),
        theirs_s / safety_s,
        safety_s * 1e9 / safety.steps as f64,
        per_state(&safety),
        per_second(convergence_s),
        per_state(&convergence),
    );
}

fn ours(model: TwoPhase, threads: usize, checks_convergence: bool) -> (f64, Exploration) {
    let bounds = Bounds { threads, checks_convergence, ..Bounds::default() };
    let (seconds, found) = fastest(|| explore(&model, &bounds, &|_| {}));
    assert!(found.findings.is_empty() && found.unwitnessed.is_empty(), "the protocol is right");
    (seconds, found)
}

/// Seconds of the fastest of some runs, and the result of the last.
fn fastest<T>(run: impl Fn() -> T) -> (f64, T) {
    let once = || {
        let start = Instant::now();
        let result = run();
        (start.elapsed().as_secs_f64(), result)
    };
    let (mut seconds, mut result) = once();
    for _ in 1..RUNS {
        let (next, last) = once();
        (seconds, result) = (seconds.min(next), last);
    }
    (seconds, result)
}
