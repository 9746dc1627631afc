//! Recordings of whole runs: written, read back, run again, cut and damaged.

#![expect(clippy::unwrap_used, reason = "a test may fail by panic, its helpers too")]

use std::path::{Path, PathBuf};

use windlass_core::controller::Controller;
use windlass_core::order::{Effect, Input};
use windlass_recorder::{Damage, Ending, Item, Options, Reader, Recorder, Replay, Step};
use windlass_world::echo::Echo;

/// A folder for one test, emptied at the start.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if path.exists() {
        std::fs::remove_dir_all(&path).unwrap();
    }
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Every input of a controller that binds so many pairs.
fn inputs(pairs: usize) -> Vec<Input> {
    let mut echo = Echo::of_pairs(pairs);
    echo.run(usize::MAX);
    echo.inputs
}

/// Records `inputs` into files of at most this size; answers the path of the newest, and the core at the end.
fn record(name: &str, inputs: &[Input], file_bytes_max: u64) -> (PathBuf, Controller) {
    let path = folder(name).join("flight");
    let options =
        Options { path: path.clone(), file_bytes_max, files_max: 4, program: "test 1.2.3".to_owned() };
    let mut core = Controller::default();
    let mut recorder = Recorder::start(options, &core, |problem| panic!("{problem}")).unwrap();
    for input in inputs {
        let mut effects = Vec::new();
        recorder.input(input);
        core.step(input.clone(), &mut effects);
        recorder.effects(&effects, &core);
    }
    let status = recorder.status();
    recorder.close();
    assert!(!status.has_failed() && status.inputs_lost() == 0);
    (path, core)
}

/// Runs all of it; the items before the end, and the core there.
fn replay(bytes: &[u8]) -> Result<(Vec<Item>, Option<Controller>), String> {
    let reader = Reader::new(bytes).map_err(|error| error.to_string())?;
    let mut replay = Replay::new(reader);
    let mut items = Vec::new();
    loop {
        let item = replay.next_item().map_err(|error| error.to_string())?;
        let is_end = matches!(item, Item::End(_));
        items.push(item);
        if is_end {
            return Ok((items, replay.core().cloned()));
        }
    }
}

fn steps(items: &[Item]) -> Vec<&Step> {
    items.iter().filter_map(|it| if let Item::Step(step) = it { Some(&**step) } else { None }).collect()
}

#[test]
fn a_recording_is_run_again_with_the_same_effects_and_the_same_end() {
    let inputs = inputs(20);
    let (path, core) = record("whole", &inputs, u64::MAX);
    let (items, end) = replay(&std::fs::read(&path).unwrap()).unwrap();
    assert!(
        matches!(&items[0], Item::Begun(begun) if begun.program == "test 1.2.3" && begun.files_before == 0)
    );
    assert_eq!(items[1], Item::State(false));
    assert_eq!(items.last(), Some(&Item::End(Ending::Closed)));
    let steps = steps(&items);
    assert!(steps.iter().map(|it| &it.input).eq(&inputs));
    assert!(steps.iter().all(|it| it.differences().is_empty()));
    assert!(steps.iter().zip(1..).all(|(it, number)| it.number == number));
    assert!(steps.is_sorted_by_key(|it| it.at_us));
    assert_eq!(end, Some(core));
}

#[test]
fn each_file_of_a_recording_is_complete_and_the_oldest_are_dropped() {
    let inputs = inputs(50);
    let (path, core) = record("rotated", &inputs, 20_000);
    let numbered = |number: u32| path.with_extension(number.to_string());
    assert!(numbered(3).exists() && !numbered(4).exists());
    let files = [numbered(3), numbered(2), numbered(1), path.clone()];
    let mut seen = Vec::new();
    let mut ends = Vec::new();
    for file in &files {
        let (items, end) = replay(&std::fs::read(file).unwrap()).unwrap();
        assert!(!items.contains(&Item::State(true)));
        let steps = steps(&items);
        assert!(steps.iter().all(|it| it.differences().is_empty()), "{}", file.display());
        seen.extend(steps.into_iter().map(|it| it.input.clone()));
        ends.push((items.last().cloned(), end));
    }
    assert!(inputs.ends_with(&seen) && seen.len() > 20, "{} of {}", seen.len(), inputs.len());
    let (last, others) = ends.split_last().unwrap();
    assert!(others.iter().all(|it| it.0 == Some(Item::End(Ending::Continued))));
    assert_eq!(*last, (Some(Item::End(Ending::Closed)), Some(core)));
}

#[test]
fn another_recording_keeps_the_files_of_the_last_one() {
    let (path, _) = record("again", &inputs(1), u64::MAX);
    let before = std::fs::read(&path).unwrap();
    let options =
        Options { path: path.clone(), file_bytes_max: u64::MAX, files_max: 2, program: "test".to_owned() };
    Recorder::start(options, &Controller::default(), |problem| panic!("{problem}")).unwrap().close();
    assert_eq!(std::fs::read(path.with_extension("1")).unwrap(), before);
    let (items, _) = replay(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(items.len(), 3);
}

#[test]
fn effects_that_differ_are_found() {
    let inputs = inputs(2);
    let path = folder("differing").join("flight");
    let options =
        Options { path: path.clone(), file_bytes_max: u64::MAX, files_max: 1, program: "test".to_owned() };
    let mut core = Controller::default();
    let mut recorder = Recorder::start(options, &core, |problem| panic!("{problem}")).unwrap();
    for input in &inputs {
        let mut effects = Vec::new();
        recorder.input(input);
        core.step(input.clone(), &mut effects);
        // As if another version of the core had given no orders.
        effects.retain(|it| !matches!(it, Effect::Order(..)));
        recorder.effects(&effects, &core);
    }
    recorder.close();
    let (items, _) = replay(&std::fs::read(&path).unwrap()).unwrap();
    let differing = steps(&items).into_iter().filter(|it| !it.differences().is_empty()).count();
    assert!(differing > 4, "{differing}");
}

#[test]
fn a_recording_that_is_cut_anywhere_is_read_up_to_its_last_whole_record() {
    let (path, _) = record("cut", &inputs(2), u64::MAX);
    let bytes = std::fs::read(&path).unwrap();
    let (whole, _) = replay(&bytes).unwrap();
    let mut longest = 0;
    for end in 0..bytes.len() {
        match replay(&bytes[..end]) {
            Ok((items, _)) => {
                let (last, before) = items.split_last().unwrap();
                assert!(
                    matches!(last, Item::End(Ending::Open | Ending::Torn(_) | Ending::Closed)),
                    "{last:?}"
                );
                assert!(whole.starts_with(before), "cut at {end}");
                assert!(before.len() >= longest, "cut at {end}");
                longest = before.len();
            }
            Err(problem) => {
                assert!(end < 15, "cut at {end}: {problem}");
                assert!(problem.contains("no recording"), "{problem}");
            }
        }
    }
    assert!(longest + 1 >= whole.len() - 1, "{longest} of {}", whole.len());
}

#[test]
fn a_byte_that_is_damaged_anywhere_is_found() {
    let (path, _) = record("damaged", &inputs(2), u64::MAX);
    let bytes = std::fs::read(&path).unwrap();
    let (whole, _) = replay(&bytes).unwrap();
    for at in 0..bytes.len() {
        for mask in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= mask;
            let problem = match replay(&damaged) {
                Err(problem) => problem,
                Ok((items, _)) => panic!("byte {at} ^ {mask:#x}: {} of {} items", items.len(), whole.len()),
            };
            assert!(problem.starts_with("record "), "{problem}");
        }
    }
}

#[test]
fn bytes_that_never_were_a_recording_are_refused_in_words() {
    let mut draw: u64 = 1;
    let mut byte = || {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        draw.to_be_bytes()[0]
    };
    let (path, _) = record("nonsense", &inputs(1), u64::MAX);
    let head = std::fs::read(&path).unwrap()[..15].to_vec();
    for round in 0..2_000 {
        let nonsense: Vec<u8> = (0..round % 200).map(|_| byte()).collect();
        let behind_a_head = [head.clone(), nonsense.clone()].concat();
        assert!(replay(&nonsense).is_err());
        if let Ok((items, _)) = replay(&behind_a_head) {
            assert!(matches!(items.as_slice(), [Item::End(Ending::Open | Ending::Torn(_))]), "{items:?}");
        }
    }
    let text = String::from_utf8_lossy(&head).replace("\r\n", "\n").into_bytes();
    assert!(replay(&text).unwrap_err().contains("line ends"));
    let mut newer = head.clone();
    newer[10] += 1;
    assert!(replay(&newer).unwrap_err().contains("version"));
    let mut other = head;
    other[11] ^= 1;
    assert!(replay(&other).unwrap_err().contains("stamp"));
    let missing = Reader::open(Path::new("missing")).unwrap_err();
    assert!(matches!(missing.damage, Damage::Io(_)), "{missing}");
}

#[test]
fn a_disk_that_takes_nothing_ends_the_recording_and_not_the_program() {
    let path = folder("unwritable").join("missing").join("flight");
    let options = Options { path, file_bytes_max: 1, files_max: 1, program: "test".to_owned() };
    assert!(Recorder::start(options, &Controller::default(), |problem| panic!("{problem}")).is_err());

    let path = folder("full").join("flight");
    let options = Options { path: path.clone(), file_bytes_max: 1, files_max: 2, program: "test".to_owned() };
    let (problems, told) = std::sync::mpsc::sync_channel(8);
    let mut core = Controller::default();
    let tell = move |problem: &str| problems.send(problem.to_owned()).unwrap();
    let mut recorder = Recorder::start(options, &core, tell).unwrap();
    // The next file cannot be made: its place is taken by a folder with something in it.
    let blocked = path.with_extension("1");
    std::fs::create_dir_all(blocked.join("x")).unwrap();
    for input in inputs(20) {
        let mut effects = Vec::new();
        recorder.input(&input);
        core.step(input, &mut effects);
        recorder.effects(&effects, &core);
    }
    let status = recorder.status();
    recorder.close();
    assert!(status.has_failed());
    assert!(told.recv().unwrap().contains("the recording ends here"));
    assert!(core.is_idle());
}
