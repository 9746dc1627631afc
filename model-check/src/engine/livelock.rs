//! Fair executions that never come to rest.
//!
//! Pipeline: `edges` → `components` → **`livelock`** → a [`Finding`].
//!
//! An execution that takes fair steps only is weakly fair if each class that is possible from some moment on
//! in every state is also taken again and again. Without end it visits, from some moment on, only states that
//! reach one another: it stays in one component. It can stay there if and only if, for every class,
//! - some state of the component has no step of the class, or
//! - some step of the class stays inside the component.
//!
//! For then going round through all states and all steps of the component is fair; and if a class fails both,
//! it is possible in every state, and taking it leaves. So a class whose steps all lead out, and which is
//! possible only now and then, excuses nothing: fairness is weak. And since more states and more steps only
//! make the condition easier to meet, no smaller loop can be fair in a component that is not: looking at whole
//! components is enough.
//!
//! A step from a state to itself is a step of its class like any other: it counts as possible, and taking it
//! counts as taking the class. So a state from which one class leads both away and back to it is a livelock
//! of its own; in the temporal logic of actions it would not be, since there a step that changes nothing is
//! none. A model that means the latter returns `None` from `next_state`. What is at rest is no livelock:
//! there, steps from a state to itself are all there is, and `judge_rest` has the word.
//!
//! A step out of the model's boundary is possible and leads away; so does one into a state that was not
//! expanded, since it broke a property or a bound came first. Neither hides a livelock among other states.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::checkable::{Checkable, Fairness};
use super::components::{Components, Members, components};
use super::edges::Edges;
use super::exploration::{Finding, replay};
use super::search::Search;
use super::visited::Key;

/// The name of the property that a livelock breaks.
pub const CONVERGENCE: &str = "convergence";

/// A component that a fair execution can stay in.
struct Livelock {
    component: u32,
    /// The one of its states that was found first.
    first: u32,
    states: usize,
}

/// A fair step: source, class, target.
type Step = (u32, u16, u32);

/// Finds the livelock that starts closest to an initial state.
pub(super) fn livelock<M: Checkable>(search: &mut Search<'_, M>) -> Option<Finding> {
    search.edges.finish(search.states as usize);
    let edges = &search.edges;
    let mut closest: Option<Livelock> = None;
    let components = components(edges, |members| {
        let first = members.states.iter().min().copied().unwrap_or_default();
        if closest.as_ref().is_none_or(|it| first < it.first) && can_stay(edges, members) {
            let (component, states) = (members.component, members.states.len());
            closest = Some(Livelock { component, first, states });
        }
    });
    search.bytes_most += components.bytes_of_stacks;
    let Livelock { component, first, states } = closest?;
    let steps = Tour { edges, components: &components, component }.go(first);
    let mut path = search.ways.path(first);
    let cycle_from = path.actions.len();
    let (_, mut state) = replay(search.model, &path)?.pop()?;
    for step in steps {
        let (position, next) = take(search, &state, step).expect("a step that was taken can be taken again");
        path.actions.push(position);
        state = next;
    }
    let what = match states {
        1 => {
            "a fair execution can stay in one state, with steps from it to itself, and never rest".to_owned()
        }
        _ => format!("a fair execution can go round among {states} states, and never rest"),
    };
    let property = CONVERGENCE.to_owned();
    Some(Finding { property, what, path, cycle_from: Some(cycle_from) })
}

/// Whether a fair execution can stay in a component without being at rest.
fn can_stay(edges: &Edges, members: &Members<'_>) -> bool {
    let of = |state: &u32| {
        let state = *state;
        edges.of(state).map(move |(target, class)| (state, class, target))
    };
    let steps = || members.states.iter().flat_map(of);
    let inside: BTreeSet<u16> = steps().filter(|it| members.has(it.2)).map(|it| it.1).collect();
    if inside.is_empty() || steps().all(|it| it.2 == it.0) {
        return false;
    }
    // The classes whose steps all lead out, as far as they are possible in every state.
    let first = members.states.iter().take(1).flat_map(of).map(|it| it.1);
    let mut leaving: Vec<u16> = first.filter(|class| !inside.contains(class)).collect();
    for state in members.states {
        leaving.retain(|class| edges.of(*state).any(|it| it.1 == *class));
        if leaving.is_empty() {
            return true;
        }
    }
    false
}

/// Goes round in a component, fairly, and as shortly as is found without much search.
struct Tour<'a> {
    edges: &'a Edges,
    components: &'a Components,
    component: u32,
}

impl Tour<'_> {
    /// From a state back to it; each leg is a shortest way to a state or a step that is still needed.
    fn go(&self, first: u32) -> Vec<Step> {
        // What is not possible in some state on the way needs not be taken.
        let mut needed: Vec<u16> = self.edges.of(first).map(|it| it.1).collect();
        let (mut steps, mut state) = (Vec::new(), first);
        while !needed.is_empty() {
            let leg = self.leg(state, |step| needed.iter().any(|class| self.serves(step, *class)));
            let leg = leg.expect("each class is impossible somewhere in the component, or taken in it");
            needed.retain(|class| !leg.iter().any(|step| self.serves(step, *class)));
            state = leg.last().map_or(state, |it| it.2);
            steps.extend(leg);
        }
        if steps.is_empty() || state != first {
            let back = self.leg(state, |it| it.2 == first);
            steps.extend(back.expect("each state of a component leads to each other"));
        }
        steps
    }

    /// Whether a step is of a class, or leads to where the class is not possible.
    fn serves(&self, step: &Step, class: u16) -> bool {
        step.1 == class || self.edges.of(step.2).all(|it| it.1 != class)
    }

    /// A shortest way inside the component whose last step is wanted.
    fn leg(&self, start: u32, is_wanted: impl Fn(&Step) -> bool) -> Option<Vec<Step>> {
        let mut before: HashMap<u32, Step> = HashMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(state) = queue.pop_front() {
            for (target, class) in self.edges.of(state) {
                if self.components.of(target) != Some(self.component) {
                    continue;
                }
                let step = (state, class, target);
                if is_wanted(&step) {
                    let mut leg = vec![step];
                    let mut source = state;
                    while source != start {
                        let step = before.get(&source)?;
                        leg.push(*step);
                        source = step.0;
                    }
                    leg.reverse();
                    return Some(leg);
                }
                if target != start && !before.contains_key(&target) {
                    before.insert(target, step);
                    queue.push_back(target);
                }
            }
        }
        None
    }
}

/// Takes a fair step again: its position among the actions of its source, and the state it leads to.
fn take<M: Checkable>(search: &Search<'_, M>, state: &M::State, step: Step) -> Option<(usize, M::State)> {
    let (_, class, target) = step;
    let model = search.model;
    let mut actions = Vec::new();
    model.actions(state, &mut actions);
    let mut actions = actions.into_iter().enumerate();
    actions.find_map(|(position, action)| {
        let is_fair = model.fairness(state, &action) == Fairness::Class(class);
        let next = if is_fair { model.next_state(state, action) } else { None }?;
        let number = search.visited.find(Key::of(model.fingerprint(&next)));
        (number == Some(target)).then_some((position, next))
    })
}
