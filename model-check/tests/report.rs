//! The report of a made-up suite.

use std::path::Path;
use std::time::Duration;

use windlass_model_check::report::{page, text};
use windlass_model_check::results::{
    CounterexampleResult, ModelResult, MutantResult, PropertyResult, RowResult, SuiteResult,
};

/// Set this variable to a folder to have the pages written there.
const PAGES: &str = "WINDLASS_PAGES";

fn model(name: &str, about: &str, states: u64, at_stake: &[(&str, u64)]) -> ModelResult {
    ModelResult {
        name: name.to_owned(),
        about: about.to_owned(),
        bounds: [("claims", "2"), ("volumes", "2"), ("controllers", "2"), ("crashes", "1"), ("losses", "1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        states,
        steps: states * 4 + 17,
        depth: 41,
        states_at_rest: states / 900,
        bytes: states * 420,
        took: Duration::from_micros(states * 9),
        states_pinned: Some(states),
        stopped_by: None,
        broken: vec![],
        at_stake: at_stake.iter().map(|(id, times)| ((*id).to_owned(), *times)).collect(),
    }
}

fn property(id: &str, says: &str, kind: &str) -> PropertyResult {
    PropertyResult { id: id.to_owned(), says: says.to_owned(), kind: kind.to_owned() }
}

fn row(table: &str, row: &str, models: &[&str], excused: Option<&str>) -> RowResult {
    RowResult {
        table: table.to_owned(),
        row: row.to_owned(),
        models: models.iter().map(|it| (*it).to_owned()).collect(),
        excused: excused.map(str::to_owned),
    }
}

fn mutant(name: &str, about: &str, killed: Option<(&str, &str, u32)>, states: u64) -> MutantResult {
    MutantResult {
        name: name.to_owned(),
        about: about.to_owned(),
        model: killed.map(|(model, _, _)| model.to_owned()),
        property: killed.map(|(_, property, _)| property.to_owned()),
        length: killed.map(|(_, _, length)| length),
        states,
        took: Duration::from_micros(states * 11),
    }
}

/// A suite in which all is well.
fn passed() -> SuiteResult {
    let everything = [("bind/S1", 1_204_311), ("bind/S4", 88_120), ("bind/C1", 1_371), ("shared/I1", 1_371)];
    SuiteResult {
        suite: "standard".to_owned(),
        is_whole: true,
        threads: 8,
        models: vec![
            model("race-for-one-volume", "Two claims, one volume, two controllers.", 1_234_567, &everything),
            model("crash-in-a-bind", "One bind, ended after every write.", 48_210, &everything[..3]),
            model(
                "delayed-binding",
                "A pod waits for its claim, and the scheduler chooses.",
                310_004,
                &[("bind/S1", 9_120), ("bind/S23", 41_007), ("bind/C1", 310)],
            ),
            model("deleted-and-made-again", "An old name with another UID.", 9_042, &[("bind/S4", 61)]),
        ],
        properties: vec![
            property("bind/S1", "a volume serves at most one claim", "safety"),
            property(
                "bind/S4",
                "a volume that had a claim's data is never offered to another claim",
                "safety",
            ),
            property("bind/S23", "the binder never chooses where the scheduler has to", "safety"),
            property(
                "bind/C1",
                "with nothing left to do, every claim is bound, lost, or waits for a reason",
                "convergence",
            ),
            property("shared/I1", "at rest, every input once more changes nothing", "idempotence"),
        ],
        rows: vec![
            row(
                "claim",
                "takes any volume, one fits: reserve it",
                &["race-for-one-volume", "crash-in-a-bind"],
                None,
            ),
            row("claim", "takes any volume, none fits: wait", &["race-for-one-volume"], None),
            row("claim", "bound, its volume is gone: lost", &["deleted-and-made-again"], None),
            row(
                "claim",
                "a name of 254 letters",
                &[],
                Some("the API server refuses it; fixtures/world/tests/reading.rs"),
            ),
            row("volume", "bound, the claim is gone: released", &["deleted-and-made-again"], None),
            row("volume", "no claim, not available yet: mark it", &["race-for-one-volume"], None),
        ],
        mutants: vec![
            mutant(
                "no-version-guard",
                "writes without a version",
                Some(("race-for-one-volume", "bind/S1", 14)),
                20_113,
            ),
            mutant(
                "no-live-read",
                "marks Lost on a cache alone",
                Some(("deleted-and-made-again", "bind/S4", 9)),
                810,
            ),
        ],
        counterexamples: vec![],
        took: Duration::from_millis(14_420),
    }
}

/// The same suite, with everything that can be wrong.
fn failed() -> SuiteResult {
    let mut suite = passed();
    suite.models[0].broken =
        vec![("bind/S1".to_owned(), "pv/only serves pvc/default/first and pvc/default/<second>".to_owned())];
    suite.models[1].states_pinned = Some(48_207);
    suite.models[2].stopped_by = Some("states ≤ 310,004".to_owned());
    suite.models[3].states_pinned = None;
    suite.properties.push(property(
        "bind/S29",
        "the phases of a volume move along the documented ways",
        "safety",
    ));
    suite.rows.push(row("volume", "failed, freed by a user: available", &[], None));
    suite.mutants.push(mutant(
        "no-follower",
        "a claim looks on while its volume is reserved",
        None,
        1_602_811,
    ));
    suite
}

#[test]
fn the_tables_name_all_that_is_wrong() {
    insta::assert_snapshot!("report_passed", text(&passed()));
    insta::assert_snapshot!("report_failed", text(&failed()));
}

#[test]
fn the_page_is_whole_and_takes_no_name_for_markup() {
    let (good, bad) = (page(&passed()), page(&failed()));
    if let Some(folder) = std::env::var_os(PAGES) {
        let folder = Path::new(&folder);
        std::fs::write(folder.join("passed.html"), &good).unwrap();
        std::fs::write(folder.join("failed.html"), &bad).unwrap();
    }
    for page in [&good, &bad] {
        for loading in ["http://", "https://", "src=", "<link", "@import", "url(", "<script"] {
            assert!(!page.contains(loading), "{loading}");
        }
    }
    assert!(bad.contains("&lt;second&gt;"));
    // The style is long, and has its own tests in the eyes of people.
    let body = |page: &str| page.split_once("</style>").unwrap_or_default().1.replace("><", ">\n<");
    insta::assert_snapshot!("page_passed", body(&good));
    insta::assert_snapshot!("page_failed", body(&bad));
}

#[test]
fn problems_are_all_that_is_wrong() {
    assert_eq!(passed().problems(), Vec::<String>::new());
    assert_eq!(SuiteResult::default().problems(), ["no model was checked"]);
    let problems = failed().problems();
    let expected = [
        "bind/S1 is broken in race-for-one-volume: pv/only serves pvc/default/first and pvc/default/<second>",
        "crash-in-a-bind has 48,210 states, and 48,207 are pinned",
        "delayed-binding was not explored to the end: states ≤ 310,004",
        "bind/S29 was never at stake: its holding says nothing",
        "no model reached a row of table volume: failed, freed by a user: available",
        "mutant no-follower survived: a claim looks on while its volume is reserved",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn a_part_of_a_suite_has_no_gaps_and_one_that_was_stopped_may_have_fewer() {
    let mut suite = passed();
    suite.rows[0].models.clear();
    suite.mutants[0].model = None;
    assert_eq!(suite.violations().len(), 2);
    suite.models[0].stopped_by = Some("the bound on states".to_owned());
    suite.models[0].states -= 1;
    assert_eq!((suite.violations().len(), suite.unfinished().len()), (0, 1));
    assert!(text(&suite).ends_with("not finished: 3 problems\n"), "{}", text(&suite));
    suite.is_whole = false;
    assert_eq!(suite.problems(), suite.unfinished());
    // With more states than are pinned, nothing that was left out can bring the number back.
    suite.models[0].states += 2;
    assert_eq!(suite.violations().len(), 1);
}

#[test]
fn the_page_leads_to_the_counterexamples_that_have_files() {
    let mut suite = failed();
    let of = |model: &str, mutant: Option<&str>, name: &str| CounterexampleResult {
        model: model.to_owned(),
        mutant: mutant.map(str::to_owned),
        property: "bind/S1".to_owned(),
        name: name.to_owned(),
    };
    suite.counterexamples = vec![
        of("race-for-one-volume", Some("no-version-guard"), "mutant-no-version-guard-bind-S1"),
        of("race-for-one-volume", None, "race-for-one-volume-bind-S1"),
    ];
    let page = page(&suite);
    assert_eq!(page.matches("href=\"race-for-one-volume-bind-S1.html\"").count(), 1);
    assert_eq!(page.matches("href=\"mutant-no-version-guard-bind-S1.html\"").count(), 1);
}
