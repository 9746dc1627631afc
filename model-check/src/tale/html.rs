//! A tale as one page: lanes and arrows, and beside them the state after the step that is looked at.
//!
//! Without its script the page shows the states of all steps, one below the other, and so does print.

use maud::{Markup, html};
use windlass_world::scenario::write_scenario;

use super::{Belief, Change, Lane, Standing, Tale, TaleStep, Wrong};
use crate::page::{cross, page};

/// How the page looks.
const STYLE: &str = include_str!("tale.css");
/// How it answers to pointer and keys.
const SCRIPT: &str = include_str!("tale.js");

impl Tale {
    /// The page. Nothing in it comes from elsewhere.
    #[must_use]
    pub fn html(&self) -> String {
        let body = html! {
            header {
                h1 { "Broken: " (self.property) }
                p { (self.what) }
                p.soft { (self.bounds()) }
                (legend())
            }
            main.told {
                (self.diagram())
                aside.panel aria-label="The step that is looked at" aria-live="polite" {
                    @for step in &self.steps {
                        (self.state(step))
                    }
                }
            }
            section.path {
                h2 { "Repeat it" }
                p {
                    "This scenario takes the same steps in " code { "windlass simulate" } "; in "
                    code { "fixtures/scenarios" } " it is a regression test."
                }
                details {
                    summary { "The scenario" }
                    pre { (write_scenario(self.scenario())) }
                }
            }
        };
        page(&format!("Broken: {}", self.property), STYLE, SCRIPT, &body)
    }

    /// In which cluster it happens.
    fn bounds(&self) -> String {
        let counted = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        let name = match self.scenario.name.as_str() {
            "" => "a scenario without a name",
            name => name,
        };
        let controllers = counted(usize::from(self.scenario.controllers), "controller");
        let faults = self.steps.iter().filter(|step| step.wrong.is_some()).count();
        let steps = counted(self.steps.len(), "step");
        format!("{name}: {controllers}, {steps}, {} among them", counted(faults, "fault"))
    }

    fn diagram(&self) -> Markup {
        html! {
            section.diagram style={ "--lanes:" (self.lanes.len()) } aria-label="What happened, step by step" {
                div.heads aria-hidden="true" {
                    @for lane in &self.lanes {
                        span class=(lane.style()) { (lane) }
                    }
                }
                ol.rows {
                    @for (at, step) in self.steps.iter().enumerate() {
                        @if self.cycle_from == Some(at) {
                            li.turn { "from here on it repeats" }
                        }
                        (self.row(at, step))
                    }
                    @if let Some(from) = self.cycle_from {
                        li.turn { "back to step " (from + 1) }
                    }
                }
                p.verdict {
                    strong { (cross()) " " (self.property) }
                    br;
                    (self.what)
                }
            }
        }
    }

    fn row(&self, at: usize, step: &TaleStep) -> Markup {
        let class = [
            ("faulty", step.wrong.is_some()),
            ("broken", self.is_broken_at(step.number)),
            ("cycle", self.cycle_from.is_some_and(|from| at >= from)),
        ];
        let class: Vec<&str> = class.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect();
        let Place { first, last, .. } = self.place(step);
        // Words start below the first lane of their arrow, or end below its last one, where there is more room.
        let is_right = first + last > self.lanes.len();
        let column = match is_right {
            true => format!("grid-column:2/{}", last + 3),
            false => format!("grid-column:{}/-1", first + 2),
        };
        let end = if is_right { "end" } else { "" };
        html! {
            li class=(class.join(" ")) {
                button.step #{ "step-" (step.number) } type="button" {
                    @for lane in 0..self.lanes.len() {
                        span.life style={ "grid-column:" (lane + 2) "/" (lane + 3) } {}
                    }
                    span.no { (step.number) }
                    span class={ "words " (end) } style=(column) {
                        span.ends { (step.ends()) ": " }
                        @if step.wrong.is_some() { b { "fault: " } }
                        (step.words)
                    }
                    (self.arrow(step))
                    @for (number, (who, what)) in step.consequences.iter().enumerate() {
                        span class={ "then " (end) } style={ (column) ";grid-row:" (number + 3) } {
                            "↳ " (who) " " (what)
                        }
                    }
                }
            }
        }
    }

    fn arrow(&self, step: &TaleStep) -> Markup {
        let Place { first, last, direction } = self.place(step);
        let wrong = match step.wrong {
            None => "",
            Some(Wrong::AnswerLost) => "wrong answer-lost",
            Some(Wrong::RequestLost) => "wrong request-lost",
            Some(Wrong::TurnedAway) => "wrong turned-away",
            Some(Wrong::Broken) => "wrong",
        };
        let style = format!("grid-column:{}/{};--span:{}", first + 2, last + 3, last - first + 1);
        html! {
            span class={ "arrow " (direction) " " (wrong) " " (step.from.style()) } style=(style) {
                @if step.wrong.is_some() { (cross()) }
            }
        }
    }

    /// Where the arrow of a step stands.
    fn place(&self, step: &TaleStep) -> Place {
        let at = |lane: Lane| self.lanes.iter().position(|it| *it == lane).unwrap_or_default();
        let (from, to) = (at(step.from), at(step.to.unwrap_or(step.from)));
        let direction = match from.cmp(&to) {
            std::cmp::Ordering::Less => "right",
            std::cmp::Ordering::Equal => "self",
            std::cmp::Ordering::Greater => "left",
        };
        Place { first: from.min(to), last: from.max(to), direction }
    }

    fn state(&self, step: &TaleStep) -> Markup {
        html! {
            article.state {
                h2 { "Step " (step.number) " of " (self.steps.len()) }
                p {
                    b { (step.ends()) } ": "
                    @if step.wrong.is_some() { b.bad { (cross()) " fault: " } }
                    (step.words)
                }
                @for (who, what) in &step.consequences {
                    p.soft { "↳ " (who) " " (what) }
                }
                @if self.is_broken_at(step.number) {
                    p.bad { (cross()) " " b { (self.property) } ": " (self.what) }
                }
                p.keys.soft { "in a path: " code { (step.name) } }
                (changed(&step.changes))
                (known(&step.beliefs))
                details {
                    summary { "Objects after this step" }
                    @for (object, fields) in &step.objects {
                        div.object {
                            b { (object) }
                            pre {
                                @for (name, value) in fields {
                                    span { (name) ": " (value) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Where an arrow stands: its lanes, counted from 0, and where it points.
struct Place {
    first: usize,
    last: usize,
    direction: &'static str,
}

fn legend() -> Markup {
    html! {
        ul.legend {
            li { (cross()) " a fault" }
            li { "● within one process" }
            li { "↳ what came of the step" }
            li.keys { "hover, tap or walk with ↑ ↓ to see the state after a step" }
        }
    }
}

fn changed(changes: &[Change]) -> Markup {
    html! {
        @if changes.is_empty() {
            p.none { "Nothing changed in the API server." }
        } @else {
            h3 { "Changed in the API server" }
        }
        @for change in changes {
            div.object {
                b { (change.object) " " i { (change.heading()) } }
                @if !change.lines.is_empty() {
                    pre {
                        @for line in &change.lines {
                            span class=(if line.is_old { "old" } else { "new" }) { (line.sign()) "\u{a0}" (line.text) }
                        }
                    }
                }
            }
        }
    }
}

fn known(beliefs: &[Belief]) -> Markup {
    let controllers = beliefs.iter().map(|belief| belief.known.len()).max().unwrap_or(0);
    html! {
        h3 { "Who knows which version" }
        table.known {
            thead {
                tr {
                    th { "object" }
                    th { "stored" }
                    @for index in 0..controllers {
                        th { "controller " (index) }
                    }
                }
            }
            tbody {
                @for belief in beliefs {
                    tr {
                        th scope="row" { (belief.object) }
                        td { @if let Some(version) = belief.stored { (version) } @else { "–" } }
                        @for (version, standing) in &belief.known {
                            td class=(standing.as_str().replace(' ', "-")) {
                                @if let Some(version) = version { (version) " " }
                                (said(*standing))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How a belief stands, where that is worth a word.
const fn said(standing: Standing) -> &'static str {
    match standing {
        Standing::Absent => "–",
        Standing::Fresh | Standing::Stale | Standing::Unknown | Standing::Gone => standing.as_str(),
    }
}
