//! The report as one page.

use maud::{Markup, html};

use crate::numbers::{bytes, counted, grouped, percent, rate, short, time};
use crate::page::{cross, page as whole, tick};
use crate::results::{ModelResult, MutantResult, PropertyResult, Reach, RowResult, Stake, SuiteResult};

/// How the page looks.
const STYLE: &str = include_str!("report.css");

/// The page. Nothing in it comes from elsewhere, and it needs no script.
#[must_use]
pub fn page(result: &SuiteResult) -> String {
    let problems = result.problems();
    let body = html! {
        header {
            h1 { "Model check: " (result.suite) }
            p.lead {
                @if problems.is_empty() {
                    span.badge.good { (tick()) "passed" }
                    " Every property held in every state of every model"
                    @if result.is_whole { ", and each was at stake." } @else { "." }
                } @else {
                    span.badge.bad { (cross()) @if result.violations().is_empty() { "not finished" } @else { "failed" } }
                    " "
                    (counted(problems.len(), "problem", "problems"))
                }
            }
            @if !problems.is_empty() {
                ul.problems {
                    @for problem in &problems { li { (cross()) span { (problem) } } }
                }
            }
            (totals(result))
        }
        main {
            (models(result))
            (matrix(result))
            (coverage(result))
            (mutants(result))
        }
    };
    whole(&format!("Model check: {}", result.suite), STYLE, "", &body)
}

/// The numbers that matter first.
fn totals(result: &SuiteResult) -> Markup {
    let SuiteResult { threads, models, properties, rows, mutants, took, .. } = result;
    let states: u64 = models.iter().map(|model| model.states).sum();
    let steps: u64 = models.iter().map(|model| model.steps).sum();
    let is_broken = |it: &&PropertyResult| models.iter().any(|model| model.stake(&it.id) == Stake::Broken);
    let is_sound = |it: &&PropertyResult| !is_broken(it) && result.at_stake(&it.id) > 0;
    let missing = rows.iter().filter(|row| row.reach() == Reach::Missing).count();
    let killed = mutants.iter().filter(|mutant| mutant.model.is_some()).count();
    let of = |part: usize, whole: usize| format!("{part} of {whole}");
    let tiles = [
        ("states", grouped(states), format!("{} steps", grouped(steps))),
        ("properties hold", of(properties.iter().filter(is_sound).count(), properties.len()), String::new()),
        ("rows covered", of(rows.len() - missing, rows.len()), String::new()),
        ("mutants killed", of(killed, mutants.len()), String::new()),
        ("time", time(*took), counted(*threads, "thread", "threads")),
    ];
    html! {
        dl.totals {
            // Of what was not looked at, nothing is said.
            @for (name, value, more) in tiles.iter().filter(|(_, value, _)| !value.ends_with(" of 0")) {
                div {
                    dt { (name) }
                    dd { (value) @if !more.is_empty() { small { (more) } } }
                }
            }
        }
    }
}

/// A number with a bar that compares it with the largest of its column.
fn barred(said: &str, part: u128, whole: u128) -> Markup {
    html! {
        span.number { (said) }
        span.bar style={ "--part:" (percent(part, whole)) } aria-hidden="true" {}
    }
}

fn models(result: &SuiteResult) -> Markup {
    let models = &result.models;
    let states_max = models.iter().map(|model| u128::from(model.states)).max().unwrap_or(0);
    let nanos_max = models.iter().map(|model| model.took.as_nanos()).max().unwrap_or(0);
    html! {
        section {
            h2 { "Models" }
            table.cards {
                thead {
                    tr {
                        th { "model" } th.right { "states" } th.right { "steps" } th.right { "depth" }
                        th.right { "at rest" } th.right { "states/s" } th.right { "per state" } th.right { "time" }
                    }
                }
                tbody {
                    @for (number, model) in (1..).zip(models) {
                        tr {
                            th scope="row" { (model_head(result, number, model)) }
                            td.right data-head="states" {
                                (barred(&grouped(model.states), model.states.into(), states_max))
                                (pinned(model))
                            }
                            td.right data-head="steps" { (grouped(model.steps)) }
                            td.right data-head="depth" { (model.depth) }
                            td.right data-head="at rest" { (grouped(model.states_at_rest)) }
                            td.right data-head="states/s" { (grouped(rate(model.states, model.took))) }
                            td.right data-head="per state" { (bytes(model.bytes / model.states.max(1))) }
                            td.right data-head="time" {
                                (barred(&time(model.took), model.took.as_nanos(), nanos_max))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Name, purpose and bounds of a model, and what went wrong in it.
fn model_head(result: &SuiteResult, number: usize, model: &ModelResult) -> Markup {
    let ModelResult { name, about, bounds, stopped_by, broken, .. } = model;
    html! {
        span.name { span.index { (number) } (name) }
        p.soft { (about) }
        p.bounds {
            @for (bound, value) in bounds { span { (bound) " " b { (value) } } " " }
        }
        @if let Some(bound) = stopped_by {
            p.bad { (cross()) " stopped: " (bound) }
        }
        @for (id, what) in broken {
            p.bad { (cross()) " " b { (id) } " " (what) (link(result.counterexample(None, name, id))) }
        }
    }
}

/// A link to the page of a counterexample, if it has one.
fn link(name: Option<&str>) -> Markup {
    html! {
        @if let Some(name) = name { " " a href={ (name) ".html" } { "step by step" } }
    }
}

/// How the states compare with those that are pinned.
fn pinned(model: &ModelResult) -> Markup {
    html! {
        @match (model.states_pinned, model.has_moved()) {
            (None, _) => small.soft { "not pinned" },
            (Some(_), false) if model.stopped_by.is_some() => {},
            (Some(_), false) => small.good { (tick()) " as pinned" },
            (Some(pinned), true) => small.bad { (cross()) " pinned: " (grouped(pinned)) },
        }
    }
}

fn matrix(result: &SuiteResult) -> Markup {
    html! {
        section {
            h2 { "Properties" }
            p.soft {
                "How often each property was at stake in each model: a property that is never at stake holds, and "
                "proves nothing. " span.swatch.gap { "·" } " not at stake"
            }
            div.scroll tabindex="0" role="region" aria-label="Properties by model" {
                table.matrix {
                    thead {
                        tr {
                            th { "property" }
                            @for (number, model) in (1..).zip(&result.models) {
                                th.model title=(model.name) { span.turned { (model.name) } span.index { (number) } }
                            }
                            th.right { "in all" }
                        }
                    }
                    tbody {
                        @for property in &result.properties { (matrix_row(result, property)) }
                    }
                }
            }
        }
    }
}

fn matrix_row(result: &SuiteResult, property: &PropertyResult) -> Markup {
    let PropertyResult { id, says, kind } = property;
    let times = result.at_stake(id);
    let is_broken = result.models.iter().any(|model| model.stake(id) == Stake::Broken);
    html! {
        tr.vacuous[times == 0 && !is_broken] {
            th scope="row" { b { (id) } " " (says) " " small.soft { (kind) } }
            @for model in &result.models {
                @match model.stake(id) {
                    Stake::Held(times) => td.held title={ "held, at stake " (grouped(times)) " times" } { (short(times)) },
                    Stake::Broken => td.broken { (cross()) " broken" },
                    Stake::Never => td.gap title="not at stake" { "·" },
                }
            }
            td.right {
                @if times > 0 { (grouped(times)) } @else if is_broken { "–" } @else { span.warn { "never at stake" } }
            }
        }
    }
}

/// The rows of all decision tables, table by table.
fn coverage(result: &SuiteResult) -> Markup {
    let rows = &result.rows;
    html! {
        @if !rows.is_empty() {
            section {
                h2 { "Rows of the decision tables" }
                @for name in result.tables() {
                    (table_coverage(name, &rows.iter().filter(|row| row.table == name).collect::<Vec<_>>()))
                }
            }
        }
    }
}

fn table_coverage(name: &str, rows: &[&RowResult]) -> Markup {
    let count = |reach: Reach| rows.iter().filter(|row| row.reach() == reach).count();
    let [reached, excused, missing] = [Reach::Reached, Reach::Excused, Reach::Missing].map(count);
    html! {
        details.rows open[missing > 0] {
            summary {
                b { (name) }
                span.share aria-hidden="true" {
                    i.reached style={ "flex:" (reached) } {}
                    i.excused style={ "flex:" (excused) } {}
                    i.missing style={ "flex:" (missing) } {}
                }
                span.soft {
                    (reached) " of " (rows.len()) " reached"
                    @if excused > 0 { ", " (excused) " excused" }
                }
                @if missing > 0 { " " span.bad { (missing) " missing" } }
            }
            ul {
                @for row in rows { (table_row(row)) }
            }
        }
    }
}

fn table_row(row: &RowResult) -> Markup {
    html! {
        @match row.reach() {
            Reach::Reached => li { span.good { (tick()) } span { (row.row) small.soft { (row.models.join(", ")) } } },
            Reach::Excused => li {
                span.soft { "–" }
                span { (row.row) small.soft { "excused: " (row.excused.as_deref().unwrap_or_default()) } }
            },
            Reach::Missing => li.bad { (cross()) span { (row.row) small { "no model reaches it" } } },
        }
    }
}

fn mutants(result: &SuiteResult) -> Markup {
    let mutants = &result.mutants;
    let states_max = mutants.iter().map(|mutant| u128::from(mutant.states)).max().unwrap_or(0);
    html! {
        @if !mutants.is_empty() {
            section {
                h2 { "Mutants" }
                p.soft { "Each breaks one guard on purpose; the checker has to notice." }
                table.cards {
                    thead {
                        tr {
                            th { "mutant" } th { "killed by" } th.right { "steps" } th.right { "states" }
                            th.right { "time" }
                        }
                    }
                    tbody {
                        @for mutant in mutants { (mutant_row(result, mutant, states_max)) }
                    }
                }
            }
        }
    }
}

fn mutant_row(result: &SuiteResult, mutant: &MutantResult, states_max: u128) -> Markup {
    let MutantResult { name, about, model, property, length, states, took } = mutant;
    html! {
        tr.survivor[model.is_none()] {
            th scope="row" { span.name { (name) } p.soft { (about) } }
            td data-head="killed by" {
                @match (model, property) {
                    (Some(model), Some(property)) => {
                        b { (property) } " in " (model)
                        (link(result.counterexample(Some(name), model, property)))
                    },
                    (Some(model), None) => (model),
                    (None, _) => span.badge.bad { (cross()) "survived" },
                }
            }
            td.right data-head="steps" { @if let Some(length) = length { (length) } @else { "–" } }
            td.right data-head="states" { (barred(&grouped(*states), (*states).into(), states_max)) }
            td.right data-head="time" { (time(*took)) }
        }
    }
}
