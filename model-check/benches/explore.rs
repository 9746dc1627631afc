//! The engine against stateright's breadth-first search, on two-phase commit and on models of binding.
//!
//! Prints one line for each model and number of threads: unique states a second of both, their ratio, and
//! bytes a state of ours. Of the models of binding, stateright explores the plain world, each step of which is
//! computed anew. Ours is measured twice: for safety alone as stateright does it, and with the
//! search for livelocks, which stateright does not have. The fastest of some runs counts.

use std::time::Instant;

use stateright::{Checker, Model};
use windlass_model_check::engine::two_phase::TwoPhase;
use windlass_model_check::engine::{Bounds, Exploration, explore};
use windlass_model_check::models;
use windlass_model_check::packed::Packed;
use windlass_model_check::plain::Plain;

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
    println!(
        "\n{:<30} {:>9} {:>7} {:>12} {:>9} {:>6} {:>14} {:>7}",
        "binding, with convergence", "states", "threads", "stateright", "packed", "ratio", "packed", "B"
    );
    for name in BINDING {
        binding(name);
    }
}

/// The models of binding that are measured: one controller and each fault, and two controllers.
const BINDING: [&str; 3] = ["claim-created-again", "two-claims-one-volume-2", "two-controllers-one-volume-2"];

/// Most states of which the plain world is explored too: it takes its time.
const PLAIN_STATES_MAX: u64 = 300_000;

fn binding(name: &str) {
    let spec = models::all().find(|spec| spec.name == name).expect("the models are named after models");
    for threads in [1, 2] {
        let bounds = Bounds { threads, ..Bounds::default() };
        let (seconds, found) = fastest(|| explore(&Packed::new(spec.bounded()), &bounds, &|_| {}));
        let plain = (found.states <= PLAIN_STATES_MAX).then(|| {
            let start = Instant::now();
            let checker = Plain(spec.bounded()).checker().threads(threads).spawn_bfs().join();
            assert_eq!(checker.unique_state_count() as u64, found.states);
            start.elapsed().as_secs_f64()
        });
        let per_second = |seconds: f64| found.states as f64 / seconds / 1e6;
        println!(
            "{name:<30} {:>9} {threads:>7} {:>12} {:>5.2} M/s {:>6} {:>6.2} M steps/s {:>7.0}",
            found.states,
            plain.map_or("-".to_owned(), |it| format!("{:.3} M/s", per_second(it))),
            per_second(seconds),
            plain.map_or("-".to_owned(), |it| format!("{:.1}", it / seconds)),
            found.steps as f64 / seconds / 1e6,
            found.bytes as f64 / found.states as f64,
        );
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
