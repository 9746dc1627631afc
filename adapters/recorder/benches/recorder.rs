//! Bytes and nanoseconds that recording costs for each input, beside the core that is recorded.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use criterion::{BatchSize, Criterion, Throughput};
use windlass_core::controller::Controller;
use windlass_core::order::{Effect, Input};
use windlass_recorder::{Item, Options, Reader, Recorder, Replay};
use windlass_world::echo::Echo;

/// Pairs that are bound.
const PAIRS: usize = 10_000;

/// Runs of which the fastest counts: what disturbs a run only makes it slower.
const RUNS: usize = 7;

fn main() {
    let mut bound = Echo::of_pairs(PAIRS);
    bound.run(usize::MAX);
    let inputs = bound.inputs;
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-flight");
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("recorder");
    group.sample_size(10);
    group.throughput(Throughput::Elements(inputs.len() as u64));
    group.bench_function("core alone", |it| {
        it.iter_batched(|| inputs.clone(), |inputs| run(inputs, None), BatchSize::PerIteration);
    });
    group.bench_function("core and recorder", |it| {
        it.iter_batched(|| inputs.clone(), |inputs| run(inputs, Some(&path)), BatchSize::PerIteration);
    });
    group.bench_function("replay", |it| {
        it.iter(|| replay(&path));
    });
    group.finish();
    criterion.final_summary();

    let alone_ns = ns_each(inputs.len(), || run(inputs.clone(), None));
    let recorded_ns = ns_each(inputs.len(), || run(inputs.clone(), Some(&path)));
    let replayed_ns = ns_each(inputs.len(), || replay(&path));
    let bytes = std::fs::metadata(&path).map_or(0, |it| it.len());
    eprintln!(
        "recorder: {} inputs for {PAIRS} pairs, {:.0} bytes each; the core alone {alone_ns:.0} ns each, with \
         the recorder {recorded_ns:.0} ns (ratio {:.2}); replay with comparison {replayed_ns:.0} ns (ratio {:.2})",
        inputs.len(),
        bytes as f64 / inputs.len() as f64,
        recorded_ns / alone_ns,
        replayed_ns / alone_ns,
    );
}

/// Nanoseconds for each of `count` inputs, in the fastest run; the recording is closed within it.
fn ns_each<R>(count: usize, mut run: impl FnMut() -> R) -> f64 {
    let once = |_| {
        let start = Instant::now();
        black_box(run());
        start.elapsed().as_secs_f64() * 1e9 / count as f64
    };
    (0..RUNS).map(once).fold(f64::INFINITY, f64::min)
}

fn run(inputs: Vec<Input>, path: Option<&PathBuf>) -> Controller {
    let mut core = Controller::default();
    let mut recorder = path.map(|path| {
        let options = Options {
            path: path.clone(),
            file_bytes_max: u64::MAX,
            files_max: 1,
            program: "bench".to_owned(),
        };
        Recorder::start(options, &core, |problem| panic!("{problem}")).expect("the bench may write there")
    });
    let mut effects: Vec<Effect> = Vec::new();
    for input in inputs {
        if let Some(recorder) = &mut recorder {
            recorder.input(&input);
        }
        core.step(input, &mut effects);
        if let Some(recorder) = &mut recorder {
            recorder.effects(&effects, &core);
        }
        effects.clear();
    }
    core
}

fn replay(path: &Path) -> u64 {
    let mut replay = Replay::new(Reader::open(path).expect("the bench has recorded it"));
    let mut steps = 0;
    loop {
        match replay.next_item().expect("it is whole") {
            Item::End(_) => return steps,
            Item::Step(step) => {
                assert!(step.differences().is_empty());
                steps += 1;
            }
            Item::Begun(_) | Item::State(_) | Item::Gap(_) => {}
        }
    }
}
