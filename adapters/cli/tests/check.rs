//! `windlass check` as people run it.

#[cfg(test)]
mod common;

use common::{Folder, Ran};
use serde_json::Value;

/// A model that is explored in no time.
const TINY: &str = "deleted-volume-is-passed-over";

fn folder(name: &str) -> Folder {
    Folder::new(&format!("check-{name}"), &[])
}

/// The result without what differs from run to run: times, and memory, which buffers of threads are a part of.
fn lasting(ran: &Ran) -> Value {
    let mut result: Value = serde_json::from_str(&ran.out).expect("the output is one JSON document");
    forget(&mut result);
    result
}

fn forget(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !["took", "bytes", "threads"].contains(&name.as_str()));
            fields.values_mut().for_each(forget);
        }
        Value::Array(values) => values.iter_mut().for_each(forget),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_models_are_listed_with_what_they_show() {
    let folder = folder("list");
    let all = folder.run("check --list");
    assert_eq!((all.code, all.err.as_str()), (0, ""), "{}", all.text());
    assert!(all.out.starts_with("MODEL "), "{}", all.out);
    let lines: Vec<&str> = all.out.lines().collect();
    let at = lines.iter().position(|line| line.starts_with(&format!("{TINY} "))).unwrap();
    assert!(lines[at].contains("  smoke  "), "{}", all.out);
    assert!(lines[at + 1].ends_with('.'), "{}", all.out);
    assert!(lines[at + 2].contains("controllers 1"), "{}", all.out);
    let models = |ran: &Ran| ran.out.lines().filter(|line| !line.starts_with(' ')).count();
    let smoke = folder.run("check --list --suite smoke");
    assert!(models(&smoke) <= models(&all) && models(&smoke) > 1, "{}", smoke.out);
    assert_eq!(models(&folder.run(&format!("check --list --model {TINY}"))), 2);
}

#[test]
fn a_model_that_holds_is_exit_code_zero() {
    let ran = folder("holds").run(&format!("check --model {TINY}"));
    assert_eq!(ran.code, 0, "{}", ran.text());
    assert!(ran.out.contains(TINY) && ran.out.ends_with("passed\n"), "{}", ran.out);
    assert!(!ran.out.contains("COUNTEREXAMPLE"), "{}", ran.out);
    // Whoever reads the log of a machine sees where it is.
    assert!(ran.err.starts_with(&format!("model 1 of 1: {TINY}: ")), "{}", ran.err);
    assert!(ran.err.ends_with(": holds\n"), "{}", ran.err);
}

#[test]
fn wrong_usage_is_exit_code_two_and_says_what_is_right() {
    let folder = folder("usage");
    for arguments in
        ["check --model deleted-volume-is-passed-ove", "check --list --model deleted-volume-is-passed-ove"]
    {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.text());
        let said = format!(
            "error: there is no model \"deleted-volume-is-passed-ove\"; write {TINY}\nthe models are\n"
        );
        assert!(ran.err.starts_with(&said), "{}", ran.err);
        assert!(ran.err.contains(&format!("\n  {TINY}\n")), "{}", ran.err);
    }
    for arguments in [
        "check --suite all",
        "check --suite smoke --model x",
        "check --threads 0",
        "check --max-states 0",
        "check --max-memory much",
        "check --max-memory 0",
        "check --list --mutants",
        "check -o xml",
        "check x",
    ] {
        let ran = folder.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments}: {}", ran.text());
    }
}

#[test]
fn a_model_that_is_stopped_is_exit_code_three() {
    let folder = folder("stopped");
    for bound in ["--max-states 1", "--max-memory 1Ki"] {
        let ran = folder.run(&format!("check --model {TINY} {bound}"));
        assert_eq!(ran.code, 3, "{}", ran.text());
        assert!(
            ran.out.contains(&format!("{TINY} was not explored to the end: the bound on ")),
            "{}",
            ran.out
        );
        assert!(ran.err.contains(": stopped by the bound on "), "{}", ran.err);
    }
}

#[test]
fn a_report_is_written_into_a_folder() {
    let folder = folder("report");
    let ran = folder.run(&format!("check --model {TINY} --report some/where -o json"));
    assert_eq!(ran.code, 0, "{}", ran.text());
    let read = |name: &str| std::fs::read_to_string(folder.path.join("some/where").join(name)).unwrap();
    assert!(read("index.html").contains(TINY));
    assert_eq!(read("result.json"), ran.out);
    assert!(ran.err.contains("index.html"), "{}", ran.err);
    // The folder that is a file is found before the work.
    std::fs::write(folder.path.join("file"), "").unwrap();
    let ran = folder.run("check --report file");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.text());
    assert!(!ran.err.contains("model 1 of"), "{}", ran.err);
}

#[test]
fn each_mutant_that_is_killed_has_its_files() {
    let folder = folder("mutants");
    let ran = folder.run(&format!("check --model {TINY} --max-states 500 --mutants --report out -o json"));
    // A few steps are enough for some mutants, and for a test; not for the model.
    assert_eq!(ran.code, 3, "{}", ran.text());
    assert!(ran.err.contains("\nmutant 1 of "), "{}", ran.err);
    assert!(ran.err.contains(": SURVIVED\n") && ran.err.contains(": killed by "), "{}", ran.err);
    let result: Value = serde_json::from_str(&ran.out).unwrap();
    let mutants = result["mutants"].as_array().unwrap();
    let killed = mutants.iter().filter(|it| it["model"].is_string()).count();
    let counterexamples = result["counterexamples"].as_array().unwrap();
    assert!(killed > 0 && killed < mutants.len(), "{}", ran.text());
    assert_eq!(counterexamples.len(), killed);
    let out = folder.path.join("out");
    let index = std::fs::read_to_string(out.join("index.html")).unwrap();
    for it in counterexamples {
        let name = it["name"].as_str().unwrap();
        assert!(
            name.starts_with("mutant-")
                && name.ends_with(&it["property"].as_str().unwrap().replace('/', "-")),
            "{name}"
        );
        assert!(index.contains(&format!("href=\"{name}.html\"")), "{name}");
        for ending in ["html", "mmd", "yaml", "txt"] {
            assert!(out.join(format!("{name}.{ending}")).is_file(), "{name}.{ending}");
        }
    }
    let name = counterexamples[0]["name"].as_str().unwrap();
    let tale = std::fs::read_to_string(out.join(format!("{name}.txt"))).unwrap();
    assert!(
        tale.starts_with(&format!("Broken: {}: ", counterexamples[0]["property"].as_str().unwrap())),
        "{tale}"
    );
    // Without the mutant the steps may not be possible; the scenario is one in any case.
    let ran = folder.run(&format!("simulate out/{name}.yaml"));
    assert!([0, 1].contains(&ran.code), "{}", ran.text());
}

#[test]
fn threads_change_nothing_but_times() {
    let folder = folder("threads");
    let run = |threads: u16| folder.run(&format!("check --model {TINY} --threads {threads} -o json"));
    let (one, two) = (run(1), run(2));
    assert_eq!(lasting(&one), lasting(&two));
    assert_eq!(lasting(&one)["models"][0]["name"], TINY);
}
