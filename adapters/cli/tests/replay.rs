//! `windlass replay` as people run it.

#![expect(clippy::unwrap_used, reason = "a test may fail by panic, its helpers too")]

#[cfg(test)]
mod common;

use std::path::Path;

use common::Folder;
use insta::assert_snapshot;
use serde_json::Value;
use windlass_core::controller::Controller;
use windlass_core::order::{Effect, Input};
use windlass_recorder::{Options, Recorder};
use windlass_world::builders::{claim, quantity};
use windlass_world::echo::Echo;

/// A folder with the recording of a controller that binds two pairs, and has a claim that is too large.
fn folder(name: &str, keeps: impl Fn(&Effect) -> bool) -> Folder {
    let folder = Folder::new(name, &[]);
    let mut echo = Echo::of_pairs(2);
    echo.run(usize::MAX);
    let huge = windlass_core::observed::Claim { request: quantity("5Ti"), ..claim("huge") };
    let mut inputs = echo.inputs;
    inputs.push(Input::Observed(windlass_core::observed::Object::Claim(std::sync::Arc::new(huge))));
    let options = Options {
        path: folder.path.join("flight.rec"),
        file_bytes_max: u64::MAX,
        files_max: 1,
        program: "windlass-controller/0.1.0".to_owned(),
    };
    let mut core = Controller::default();
    let mut recorder = Recorder::start(options, &core, |problem| panic!("{problem}")).unwrap();
    for input in inputs {
        let mut effects = Vec::new();
        recorder.input(&input);
        core.step(input, &mut effects);
        effects.retain(&keeps);
        recorder.effects(&effects, &core);
    }
    recorder.close();
    folder
}

/// The text of a run, without what the clock has to do with.
fn timeless(text: &str) -> String {
    let mut kept = String::new();
    for line in text.lines() {
        let line = match line.split_once(" since ") {
            Some((start, _)) => format!("{start} since then"),
            None => line.to_owned(),
        };
        let line = match line.split_once(" orders in ") {
            Some((start, _)) => format!("{start} orders in some time"),
            None => line,
        };
        let line = match line.split_once("s  ") {
            Some((time, rest)) if time.trim().parse::<f64>().is_ok() => {
                format!("{}s  {rest}", time.replace(|it: char| it.is_ascii_digit(), "0"))
            }
            Some(_) | None => line,
        };
        let line = match line.rsplit_once(", ") {
            Some((start, rest)) if rest.ends_with(" after the start") => {
                format!("{start}, soon after the start")
            }
            Some(_) | None => line,
        };
        kept.push_str(&line);
        kept.push('\n');
    }
    kept
}

#[test]
fn a_recording_is_told_and_decided_alike() {
    let folder = folder("replay-good", |_| true);
    let ran = folder.run("replay flight.rec");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert_snapshot!("table", timeless(&ran.out));
    let whole = folder.run("replay flight.rec -o timeline");
    assert_eq!(whole.code, 0);
    assert!(
        whole.out.contains("reserve volume pv-000000 for claim default/data-000000, because it is the best")
    );
}

#[test]
fn an_object_is_explained_at_a_point() {
    let folder = folder("replay-explained", |_| true);
    let explain = |arguments: &str| {
        let ran = folder.run(&format!("replay flight.rec {arguments}"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out.lines().take_while(|it| !it.is_empty()).map(|it| format!("{it}\n")).collect::<String>()
    };
    assert_snapshot!(
        "explained",
        [
            explain("--explain claim/default/huge"),
            explain("--explain pvc/default/data-000001"),
            explain("--explain volume/pv-000001 --until 9"),
            explain("--explain pvc/default/data-000000 --until 4"),
            explain("--explain pv/none"),
            explain("--explain pv/none --until 0"),
        ]
        .concat()
    );
}

#[test]
fn another_decision_is_found() {
    let folder = folder("replay-other", |effect| !matches!(effect, Effect::Tell(_)));
    let ran = folder.run("replay flight.rec --diff");
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert_snapshot!("diff", timeless(&ran.out));
}

#[test]
fn the_document_has_everything() {
    let folder = folder("replay-json", |_| true);
    let ran = folder.run("replay flight.rec -o json");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["recordedBy"], "windlass-controller/0.1.0");
    assert_eq!(document["orders"], 13);
    assert_eq!(document["inputsThatDiffer"], 0);
    assert_eq!(document["objects"].as_array().unwrap().len(), 5);
    assert!(document["timeline"].as_array().unwrap().len() > 15);
}

#[test]
fn files_that_are_no_recordings_or_damaged_ones_are_refused_with_the_place() {
    let folder = folder("replay-bad", |_| true);
    let whole = std::fs::read(folder.path.join("flight.rec")).unwrap();
    std::fs::write(folder.path.join("text.yaml"), "kind: Pod\n").unwrap();
    std::fs::write(folder.path.join("torn.rec"), &whole[..whole.len() - 30]).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 4;
    std::fs::write(folder.path.join("damaged.rec"), damaged).unwrap();
    let mut newer = whole;
    newer[10] = 99;
    std::fs::write(folder.path.join("newer.rec"), newer).unwrap();

    for (file, code, expected) in [
        ("missing.rec", 2, "cannot read"),
        ("text.yaml", 2, "this is no recording"),
        ("newer.rec", 2, "its format is version 99"),
        ("damaged.rec", 2, "at byte"),
    ] {
        let ran = folder.run(&format!("replay {file}"));
        assert_eq!(ran.code, code, "{file}: {}", ran.err);
        assert!(ran.err.contains(file) && ran.err.contains(expected), "{}", ran.err);
    }
    assert_snapshot!("no_recording", folder.run("replay text.yaml").text());
    let torn = folder.run("replay torn.rec");
    assert_eq!(torn.code, 0, "{}", torn.err);
    assert!(torn.out.contains("ends in the middle of record"), "{}", torn.out);
    let usage = folder.run("replay flight.rec --explain pod/a/b");
    assert_eq!(usage.code, 2);
    assert!(usage.err.contains("claim/NAMESPACE/NAME"), "{}", usage.err);
}

#[test]
fn the_recording_of_a_real_run_is_decided_alike() {
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/recordings");
    let folder = Folder::new("replay-real", &[]);
    let mut count = 0;
    for entry in std::fs::read_dir(recordings).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "rec") {
            let ran = folder.run(&format!("replay {} --diff", path.display()));
            assert_eq!(ran.code, 0, "{}: {}{}", path.display(), ran.out, ran.err);
            assert!(ran.out.contains("this version decides the same"), "{}", ran.out);
            count += 1;
        }
    }
    assert!(count > 0);
}
