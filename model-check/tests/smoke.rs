//! The smallest suite, and what a run of it owes.

use windlass_core::mutants::Mutant;
use windlass_model_check::models::{Suite, all};
use windlass_model_check::suite::{Options, check, chosen, hunt};

fn smoke() -> Options {
    Options { suite: Suite::Smoke, threads: 2, ..Options::default() }
}

#[test]
fn the_smallest_suite_holds_and_has_the_states_that_it_is_known_to_have() {
    let checked = check(&smoke(), &|_| {}).expect("no model is named");
    assert!(checked.result.models.len() > 10);
    for model in &checked.result.models {
        assert_eq!(model.broken, [], "{}", model.name);
        assert_eq!(model.stopped_by, None, "{}", model.name);
        assert_eq!(Some(model.states), model.states_pinned, "{}", model.name);
        assert!(model.states_at_rest > 0, "{} never rests", model.name);
    }
    assert!(checked.found.is_empty());
}

#[test]
fn a_mutant_is_found_by_a_shortest_way_that_is_told_and_repeated() {
    let options = smoke();
    let grounds = chosen(&options).expect("no model is named");
    let (result, found) = hunt(Mutant::TakesNamedVolumeOfAnother, &options, &grounds, &|_, _| {});
    assert_eq!(result.property.as_deref(), Some("bind/S1"));
    let found = found.expect("it is found");
    assert_eq!(result.length, Some(3));
    let text = found.tale.text();
    assert!(text.contains("changed hands"), "{text}");
    // Without the mutant the same model holds: the guard is what holds it.
    let name = result.model.expect("it was found in a model");
    let alone = Options { model: Some(name), ..options };
    assert!(check(&alone, &|_| {}).expect("the model is one of the suite").found.is_empty());
}

#[test]
fn a_bound_that_stops_a_model_is_told() {
    let options =
        Options { model: Some("deleted-volume-is-passed-over".to_owned()), states_max: 10, ..smoke() };
    let checked = check(&options, &|_| {}).expect("there is such a model");
    assert!(checked.result.models.iter().all(|model| model.stopped_by.is_some()));
}

#[test]
fn every_model_has_its_states_pinned() {
    for spec in all() {
        assert!(spec.states > 0, "model {} is not pinned", spec.name);
    }
}

#[test]
fn the_documents_tell_the_states_of_every_model() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/models.md");
    let text = std::fs::read_to_string(path).expect("the document is there");
    for spec in all() {
        let digits = spec.states.to_string();
        let grouped: Vec<&str> =
            digits.as_bytes().rchunks(3).rev().map(|it| std::str::from_utf8(it).unwrap()).collect();
        let (name, states) = (format!("| `{}` |", spec.name), format!("| {} |", grouped.join(",")));
        let row = text.lines().find(|line| line.starts_with(&name));
        assert!(
            row.is_some_and(|it| it.ends_with(&states)),
            "{name} {states} is not in docs/models.md: {row:?}"
        );
    }
}
