//! `windlass conform` as people run it.

#[cfg(test)]
mod common;

use common::Folder;
use insta::assert_snapshot;

/// Two rows that agree, with one that does not after each.
const ROWS: &str = r#"{"id":"q1","input":"1Gi","error":false,"canonical":"1Gi","valueRoundedUp":"1073741824"}
{"id":"q2","input":"1Gi","error":false,"canonical":"2Gi","valueRoundedUp":"1073741824"}
{"id":"q3","input":"x","error":true}
{"id":"q4","input":"1","error":true}
"#;

fn folder(name: &str) -> Folder {
    let good = ROWS.lines().next().unwrap_or_default();
    let files = [
        ("quantity.jsonl", ROWS),
        ("good.jsonl", good),
        ("broken.jsonl", "{\"id\":\n"),
        ("empty.jsonl", "\n"),
    ];
    Folder::new(name, &files)
}

#[test]
fn rows_that_disagree_are_counted_and_shown() {
    let folder = folder("disagree");
    let ran = folder.run("conform quantity.jsonl --show 1");
    assert_eq!(ran.code, 1);
    assert_snapshot!("disagree", ran.text());
    assert!(!folder.run("conform quantity.jsonl").out.contains("expected"));
    assert_eq!(folder.run("conform quantity.jsonl --show 1"), ran);
}

#[test]
fn rows_that_agree_are_exit_code_zero() {
    let ran = folder("agree").run("conform good.jsonl --kind quantity");
    assert_eq!(ran.code, 0);
    assert_snapshot!("agree", ran.text());
}

#[test]
fn what_cannot_be_run_is_exit_code_two() {
    let folder = folder("bad-rows");
    let ran = folder.run("conform good.jsonl missing.jsonl quantity.jsonl");
    assert_eq!(ran.code, 2);
    assert_snapshot!("bad_rows", ran.text());
    let missing = folder.run("conform missing.jsonl --kind names");
    assert_eq!(missing.code, 2);
    assert!(missing.err.starts_with("error: missing.jsonl: cannot read: "), "{}", missing.err);
    assert_snapshot!("broken_rows", folder.run("conform broken.jsonl --kind names").text());
    let empty = folder.run("conform empty.jsonl --kind names");
    assert_eq!((empty.code, empty.err.as_str()), (2, "error: empty.jsonl: there are no rows in it\n"));
    assert_snapshot!("unknown_kind", folder.run("conform good.jsonl --kind size").text());
    assert_eq!(folder.run("conform").code, 2);
}

#[test]
fn the_rows_of_the_repository_agree() {
    let folder = folder("repository");
    let rows = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/conformance/");
    for kind in ["quantity", "selector", "node-affinity", "names", "match"] {
        let ran = folder.run(&format!("conform {rows}{kind}.jsonl --show 3"));
        assert_eq!(ran.code, 0, "{}", ran.text());
    }
}
