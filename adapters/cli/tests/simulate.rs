//! `windlass simulate` as people run it.

#[cfg(test)]
mod common;

use common::Folder;
use insta::assert_snapshot;
use serde_json::Value;

const VOLUME: &str = "\
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec:
  capacity: {storage: 10Gi}
  accessModes: [ReadWriteOnce]
  nfs: {server: nfs.example.com, path: /disk}
";

const CLAIM: &str = "\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: default}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 5Gi}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: huge, namespace: default}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Ti}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
";

/// Steps and expectations that hold.
const GOOD: &str = "\
apiVersion: windlass.dev/v1alpha1
kind: Scenario
metadata: {name: good}
spec:
  shows: One claim gets the disk and one is too large.
  uniqueEnd: true
  expect:
  - {kind: PersistentVolumeClaim, name: data, phase: Bound, volume: disk}
  - {kind: PersistentVolume, name: disk, phase: Bound, claim: default/data}
";

/// An expectation that does not hold.
const WRONG: &str = "\
apiVersion: windlass.dev/v1alpha1
kind: Scenario
metadata: {name: wrong}
spec:
  shows: The claim that is too large is bound.
  expect:
  - {kind: PersistentVolumeClaim, name: data, phase: Bound}
  - {kind: PersistentVolumeClaim, name: huge, phase: Bound}
";

/// A folder with a scenario in several files.
fn folder(name: &str) -> Folder {
    let claim_without_name = CLAIM.replacen("name: data, ", "", 1).replace("1Ti", "1Tx");
    Folder::new(
        name,
        &[
            ("good.yaml", &format!("{VOLUME}---\n{CLAIM}---\n{GOOD}")),
            ("wrong.yaml", &format!("{VOLUME}---\n{CLAIM}---\n{WRONG}")),
            ("parts/1-volume.yaml", VOLUME),
            ("parts/2-claims.yaml", CLAIM),
            ("parts/3-scenario.yaml", GOOD),
            ("parts/note.txt", "not read"),
            ("empty/note.txt", "not read"),
            ("bad.yaml", &claim_without_name),
            ("worse.yaml", "kind: [\n"),
        ],
    )
}

#[test]
fn a_run_is_told_and_ends_as_expected() {
    let folder = folder("told");
    let ran = folder.run("simulate good.yaml");
    assert_snapshot!("told", ran.text());
    assert_eq!(folder.run("simulate good.yaml"), ran);
}

#[test]
fn files_folders_and_standard_input_make_one_cluster() {
    let folder = folder("parts");
    let whole = folder.run("simulate good.yaml");
    // Only the file that an ignored object stands in, and its line, differ.
    let like_whole =
        |text: &str| text.lines().filter(|it| !it.starts_with("ignored")).collect::<Vec<_>>().join("\n");
    for (arguments, input) in [
        ("simulate parts", String::new()),
        ("simulate parts/1-volume.yaml parts/2-claims.yaml parts/3-scenario.yaml", String::new()),
        ("simulate -", format!("{VOLUME}---\n{CLAIM}---\n{GOOD}")),
        ("simulate parts/1-volume.yaml - parts/3-scenario.yaml", CLAIM.to_owned()),
    ] {
        let ran = folder.run_with(arguments, &input, &[]);
        assert_eq!(ran.code, 0, "{arguments}: {}", ran.text());
        assert_eq!(like_whole(&ran.out), like_whole(&whole.out), "{arguments}");
    }
    let doubled = folder.run("simulate good.yaml parts/1-volume.yaml");
    assert_eq!(doubled.code, 2);
    assert_snapshot!("doubled", doubled.text());
}

#[test]
fn an_end_that_is_not_expected_is_exit_code_one() {
    let ran = folder("unexpected").run("simulate wrong.yaml");
    assert_eq!(ran.code, 1);
    assert_snapshot!("unexpected", ran.text());
}

#[test]
fn bad_input_is_exit_code_two_and_all_of_it_is_told() {
    let folder = folder("bad");
    assert_snapshot!("bad_input", folder.run("simulate bad.yaml good.yaml worse.yaml").text());
    assert_snapshot!("missing_file", folder.run("simulate nowhere.yaml").text());
    assert_snapshot!("empty_folder", folder.run("simulate empty").text());
}

#[test]
fn wrong_usage_is_exit_code_two_and_says_what_is_right() {
    let folder = folder("usage");
    for arguments in [
        "simulate",
        "simulate good.yaml --seeds 5..3",
        "simulate good.yaml --seeds 5",
        "simulate good.yaml --seeds 0..9 --seed 3",
        "simulate good.yaml --seeds 0..9 -o json",
        "simulate good.yaml --until 30",
        "simulate good.yaml --until 0s",
        "simulate good.yaml -o xml",
        "simulate good.yaml --color blue",
        "",
    ] {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments}: {}", ran.text());
    }
    assert_snapshot!("unknown_fault", folder.run("simulate good.yaml --faults lag,rain").text());
    assert_snapshot!("bad_time", folder.run("simulate good.yaml --until soon").text());
}

#[test]
fn each_output_has_its_form() {
    let folder = folder("outputs");
    assert_snapshot!("timeline", folder.run("simulate good.yaml -o timeline").text());
    assert_snapshot!("mermaid", folder.run("simulate good.yaml -o mermaid").text());
    assert_eq!(folder.run("simulate good.yaml -o table").out, folder.run("simulate good.yaml").out);

    let ran = folder.run("simulate wrong.yaml -o json");
    assert_eq!(ran.code, 1);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["end"]["isSettled"], true);
    assert_eq!(document["objects"].as_array().map(Vec::len), Some(3));
    assert_eq!(document["objects"][0]["kind"], "PersistentVolumeClaim");
    assert_eq!(document["shortfalls"][0]["object"], "pvc/default/huge");
    assert!(document["reasons"]["pvc/default/huge"].is_string(), "{document}");
    assert!(document["timeline"].as_array().is_some_and(|it| it.len() > 3), "{document}");
    assert!(ran.err.contains("expected: 1 of 2 met"), "{}", ran.err);
}

#[test]
fn a_seed_repeats_its_run_byte_for_byte() {
    let folder = folder("seeds");
    let run = |seed: u64, file: &str| {
        let ran = folder.run(&format!("simulate good.yaml --seed {seed} --faults all --trace {file}"));
        assert_eq!(ran.code, 0, "{}", ran.text());
        (ran, std::fs::read_to_string(folder.path.join(file)).unwrap())
    };
    let (first, trace) = run(7, "a.jsonl");
    assert_eq!(run(7, "b.jsonl"), (first, trace.clone()));
    assert_ne!(run(8, "c.jsonl").1, trace);
    let actions: Vec<Value> = trace.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert!(actions.iter().all(|it| it["atMs"].is_u64() && it["action"].is_string()), "{trace}");
    assert!(actions.iter().any(|it| it["order"]["call"]["Bind"]["ReserveVolume"].is_object()), "{trace}");
    // Faults without a seed have seed 0.
    assert_eq!(
        folder.run("simulate good.yaml --faults all"),
        folder.run("simulate good.yaml --faults all --seed 0")
    );
}

#[test]
fn colours_come_only_when_they_are_wanted() {
    let folder = folder("colours");
    let plain = folder.run("simulate good.yaml");
    assert!(!plain.out.contains('\u{1b}'), "{}", plain.out);
    assert_eq!(folder.run("simulate good.yaml --color never"), plain);
    assert_eq!(folder.run_with("simulate good.yaml", "", &[("NO_COLOR", "1")]), plain);
    let coloured = folder.run("simulate good.yaml --color always");
    assert_snapshot!("coloured", coloured.out.replace('\u{1b}', "␛"));
    // Who asks for colours by name gets them.
    assert_eq!(folder.run_with("simulate good.yaml --color always", "", &[("NO_COLOR", "1")]), coloured);
}

#[test]
fn a_time_ends_the_run() {
    let folder = folder("until");
    let ran = folder.run("simulate good.yaml --until 30m");
    assert_eq!(ran.code, 0, "{}", ran.text());
    assert!(ran.out.contains("stopped: the time is up"), "{}", ran.out);
    let early = folder.run("simulate good.yaml --until 2ms");
    assert_eq!(early.code, 1, "{}", early.text());
    assert_eq!(folder.run("simulate good.yaml --until settled"), folder.run("simulate good.yaml"));
}

#[test]
fn a_swarm_passes_or_names_the_command_that_repeats_a_failure() {
    let folder = folder("swarm");
    let good = folder.run("simulate good.yaml --seeds 0..50");
    assert_eq!(good.code, 0, "{}", good.text());
    // How many actions it takes is the core's own business.
    assert!(good.out.starts_with("50 seeds, 0 failed, "), "{}", good.out);
    assert!(good.out.ends_with(" actions, faults: all\n"), "{}", good.out);
    let wrong = folder.run("simulate wrong.yaml --seeds 3..15");
    assert_eq!(wrong.code, 1);
    assert_snapshot!("swarm_wrong", wrong.out);
    let command = wrong.out.lines().find_map(|it| it.trim().strip_prefix("repeat it: windlass ")).unwrap();
    let repeated = folder.run(command);
    assert_eq!(repeated.code, 1, "{}", repeated.text());
    assert!(repeated.out.contains("pvc/default/huge: expected Bound, got Pending"), "{}", repeated.out);
    let some = folder.run("simulate wrong.yaml --seeds 0..1 --faults lag,crash");
    assert!(some.out.contains("--seed 0 --faults lag,crash\n"), "{}", some.out);
}

#[test]
fn an_end_that_is_not_the_only_one_fails_in_the_swarm_and_alone() {
    let unique = "\
apiVersion: windlass.dev/v1alpha1
kind: Scenario
metadata: {name: race}
spec:
  shows: A claim is deleted before it is bound, or after.
  uniqueEnd: true
  runs: [persistentvolume-binder-controller]
  steps:
  - delete: {kind: PersistentVolumeClaim, name: data}
";
    let text = format!("{VOLUME}---\n{CLAIM}---\n{unique}");
    let folder = Folder::new("race", &[("race.yaml", &text)]);
    let ran = folder.run("simulate race.yaml --seeds 0..200");
    assert_eq!(ran.code, 1, "{}", ran.text());
    let command = ran.out.lines().find_map(|it| it.trim().strip_prefix("repeat it: windlass ")).unwrap();
    let repeated = folder.run(command);
    assert_eq!(repeated.code, 1, "{}", repeated.text());
    let says = "the end differs from that of the run in turn, and there should be only one\n  - disk 10Gi";
    assert!(repeated.out.contains(says), "{}", repeated.out);
}

#[test]
fn a_large_cluster_shows_what_waits_and_counts_the_rest() {
    let volume = |at: usize| VOLUME.replace("disk", &format!("disk-{at:03}"));
    let claim =
        |at: usize| CLAIM.split("---").next().unwrap().replace("name: data", &format!("name: data-{at:03}"));
    let mut documents: Vec<String> = (0..110).map(volume).collect();
    documents.extend((0..115).map(claim));
    let text = documents.join("---\n");
    let ran = Folder::new("large", &[("large.yaml", &text)]).run("simulate large.yaml");
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("more entries; all of them: -o timeline\n"), "{}", ran.out);
    assert!(ran.out.contains("\n110 volumes: 110 Bound\n"), "{}", ran.out);
    assert!(ran.out.contains("\n115 claims: 110 Bound, 5 Pending\n"), "{}", ran.out);
    assert_eq!(ran.out.lines().filter(|it| it.starts_with("default ")).count(), 5, "{}", ran.out);
}

#[test]
fn an_input_with_nothing_in_it_is_bad_and_an_empty_cluster_is_not() {
    let folder = Folder::new("nothing", &[("comment.yaml", "# later\n---\n"), ("disk.yaml", VOLUME)]);
    let nothing = folder.run("simulate -");
    assert_eq!((nothing.code, nothing.out.as_str()), (2, ""));
    let said = "error: standard input: there is nothing in it; `kubectl get ";
    assert!(nothing.err.starts_with(said), "{}", nothing.err);
    assert_eq!(folder.run("simulate comment.yaml").code, 2);
    assert_eq!(folder.run("simulate comment.yaml disk.yaml").code, 0);
    let empty = folder.run_with("simulate -", "apiVersion: v1\nitems: []\nkind: List\n", &[]);
    assert_eq!((empty.code, empty.err.as_str()), (0, ""), "{}", empty.text());
}

#[test]
fn what_is_not_utf_8_is_told_with_its_place() {
    let folder = Folder::new("bytes", &[]);
    let latin: Vec<u8> = VOLUME.bytes().chain(*b"# caf\xE9\n").collect();
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(VOLUME.bytes().flat_map(|it| [it, 0])).collect();
    std::fs::write(folder.path.join("latin.yaml"), latin).unwrap();
    std::fs::write(folder.path.join("wide.yaml"), wide).unwrap();
    let ran = folder.run("simulate latin.yaml nowhere.yaml wide.yaml");
    assert_snapshot!("not_utf8", ran.text());
}

#[test]
fn a_folder_stands_for_all_manifests_in_it() {
    let claim = CLAIM.split("---").next().unwrap();
    let list = r#"{"apiVersion": "v1", "kind": "List", "items": []}"#;
    let files =
        [("d/a.yml", VOLUME), ("d/b.yaml", claim), ("d/c.json", list), ("d/sub.yaml/x.yaml", "not read")];
    let ran = Folder::new("extensions", &files).run("simulate d");
    assert_eq!(ran.code, 0, "{}", ran.text());
    assert!(ran.out.contains("bind claim default/data to volume disk"), "{}", ran.out);
}

#[test]
fn a_part_of_a_cluster_is_run_with_a_note() {
    let bound = "  volumeName: gone\nstatus: {phase: Bound}\n";
    let claim = CLAIM.split("---").next().unwrap();
    let ran = Folder::new("part", &[("part.yaml", &format!("{claim}{bound}"))]).run("simulate part.yaml");
    assert_eq!(ran.code, 0, "{}", ran.text());
    assert_snapshot!("part", ran.err);
}

#[test]
fn of_many_problems_the_first_are_told() {
    let volumes: Vec<String> =
        (0..30).map(|at| VOLUME.replace("disk}", &format!("disk-{at}}}")).replace("10Gi", "10Gb")).collect();
    let ran = Folder::new("many", &[("many.yaml", &volumes.join("---\n"))]).run("simulate many.yaml");
    assert_eq!(ran.code, 2);
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!((lines.len(), lines.last().copied()), (21, Some("… and 10 more problems")));
    assert!(lines[0].starts_with("error: many.yaml:5:23: PersistentVolume disk-0: "), "{}", ran.err);
}

/// A path through the first events of the scenario of this name.
fn with_path(name: &str, path: &str) -> Folder {
    let text =
        format!("{VOLUME}---\n{CLAIM}---\n{}", GOOD.replace("  expect:", &format!("{path}\n  expect:")));
    Folder::new(name, &[("path.yaml", &text)])
}

#[test]
fn a_path_is_followed_unless_a_seed_draws_another() {
    let folder = with_path(
        "followed",
        "  path: [crash controller 0, deliver Pod to controller 0, crash controller 0]",
    );
    let ran = folder.run("simulate path.yaml");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.text());
    assert_eq!(ran.out.matches("controller-0  crashes and starts again").count(), 2, "{}", ran.out);
    for drawn in ["--seed 3", "--faults lag", "--seeds 0..3"] {
        let ran = folder.run(&format!("simulate path.yaml {drawn}"));
        assert_eq!(ran.code, 0, "{}", ran.text());
        let note = "note: a seed draws the order of events, so that spec.path is not followed\n";
        assert!(ran.err.starts_with(note), "{}", ran.err);
    }
}

#[test]
fn a_path_that_cannot_be_followed_says_what_is_possible() {
    let ran = with_path("astray", "  path: [deliver Pod to controller 0, crash controler 0]")
        .run("simulate path.yaml");
    assert_eq!(ran.code, 1);
    assert_snapshot!("astray", ran.out);
}

/// Mermaid takes `-x` for an arrow and `end` for a word of its own, wherever they stand in a name.
#[test]
fn names_that_mermaid_would_misread_are_only_shown() {
    let text = format!("{}---\n{}", VOLUME.replace("disk}", "end-x}"), CLAIM);
    let ran = Folder::new("lanes", &[("lanes.yaml", &text)]).run("simulate lanes.yaml -o mermaid");
    assert!(ran.out.contains("\n    participant lane1 as pv/end-x\n"), "{}", ran.out);
    let messages = ran.out.lines().filter(|it| it.contains("->>"));
    let lanes: Vec<&str> = messages.filter_map(|it| it.split(':').next()).map(str::trim).collect();
    let is_plain = |name: &str| name.chars().all(|it| it.is_ascii_alphanumeric());
    assert!(lanes.len() > 3, "{}", ran.out);
    assert!(lanes.iter().all(|it| it.split("->>").all(is_plain)), "{lanes:?}");
}

/// What `kubectl` prints of a cluster in which all is bound, with all that it prints besides.
#[test]
fn a_cluster_in_which_all_is_bound_is_left_alone() {
    let folder = Folder::new("bound", &[("bound.yaml", include_str!("dumps/bound.yaml"))]);
    for arguments in ["", "--seed 3 --faults lag,reorder,two-controllers"] {
        let ran = folder.run(&format!("simulate bound.yaml -o json --trace t.jsonl {arguments}"));
        assert_eq!(ran.code, 0, "{}", ran.text());
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(document["timeline"], Value::Array(vec![]), "{arguments}");
        assert_eq!(document["reasons"], serde_json::json!({}), "{arguments}");
        let trace = std::fs::read_to_string(folder.path.join("t.jsonl")).unwrap();
        assert!(!trace.contains("\"order\":{"), "{trace}");
    }
    let swarm = folder.run("simulate bound.yaml --seeds 0..100");
    assert!(swarm.out.starts_with("100 seeds, 0 failed, "), "{}", swarm.text());
}
