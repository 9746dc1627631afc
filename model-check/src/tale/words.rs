//! What a step does, in words.

use windlass_core::ids::Kind;
use windlass_core::order::{Input, Timer};
use windlass_world::actors::{Action, Fault, Happening, World};
use windlass_world::run::{action_line, answer_words, describe};

/// What a step does: `before` is the world before it, and `happenings` is what came of it.
pub(super) fn words(before: &World, action: &Action, happenings: &[Happening]) -> String {
    let told = || happenings.iter().filter(|it| is_heading(action, it)).find_map(describe);
    let told = || told().map(|(_, what)| what);
    match action {
        Action::Deliver(index, kind) => delivery(before, *index, *kind),
        Action::Perform(_, order) => told().unwrap_or_else(|| format!("{order}: done")),
        Action::Answer(index, order) => {
            let process = before.processes.get(usize::from(*index));
            let answer = process.and_then(|it| it.sent.get(order)).and_then(Option::as_ref);
            answer.map_or_else(|| action_line(action), |answer| format!("{}: {order}", answer_words(answer)))
        }
        Action::Relist(index, kind) => {
            format!("the watch of {} of controller {index} breaks and lists anew", plural(*kind))
        }
        Action::Vanish(order) => format!("a request from before a crash is lost: {order}"),
        Action::Fire(_, Timer::Retry(key, _)) => format!("the pause of {key} is over"),
        Action::Fire(_, Timer::Announce) => "new volumes have waited for their claims long enough".to_owned(),
        Action::Fire(_, Timer::Sweep) => "looks which orders have no answer yet".to_owned(),
        Action::Fire(_, Timer::Resync) => "decides about everything once more".to_owned(),
        Action::Fire(_, Timer::Continue) => "goes on with what one step left undone".to_owned(),
        Action::User => told().unwrap_or_else(|| "a wait is over".to_owned()),
        Action::Disturb(..)
        | Action::Crash(_)
        | Action::Land(_)
        | Action::Schedule(..)
        | Action::CrashScheduler => told().unwrap_or_else(|| action_line(action)),
    }
}

/// What came of a step besides what it is: who, and what, in words.
pub(super) fn consequences(action: &Action, happenings: &[Happening]) -> Vec<(String, String)> {
    let others = happenings.iter().filter(|it| !is_heading(action, it));
    let said = |happening: &Happening| {
        let (who, what) = describe(happening)?;
        let verb = match happening {
            Happening::Asked { .. } => "asks to ",
            Happening::Told { .. } => "tells users: ",
            Happening::Performed { .. }
            | Happening::Faulted { .. }
            | Happening::Relisted { .. }
            | Happening::Crashed { .. }
            | Happening::Landed { .. }
            | Happening::Fired { .. }
            | Happening::User { .. }
            | Happening::Placed { .. }
            | Happening::SchedulerWrote { .. }
            | Happening::PodBound { .. }
            | Happening::GaveUp { .. }
            | Happening::SchedulerCrashed => "",
        };
        Some((who.replace('-', " "), format!("{verb}{what}")))
    };
    others.filter_map(said).collect()
}

/// Whether a happening is what the step is, and not what comes of it.
fn is_heading(action: &Action, happening: &Happening) -> bool {
    match happening {
        Happening::Asked { .. } | Happening::Told { .. } => false,
        // Users crash controllers as well.
        Happening::Crashed { .. } => matches!(action, Action::Crash(_)),
        Happening::Performed { .. }
        | Happening::Faulted { .. }
        | Happening::Relisted { .. }
        | Happening::Landed { .. }
        | Happening::Fired { .. }
        | Happening::User { .. }
        | Happening::Placed { .. }
        | Happening::SchedulerWrote { .. }
        | Happening::PodBound { .. }
        | Happening::GaveUp { .. }
        | Happening::SchedulerCrashed => true,
    }
}

/// Whether a step is something that goes wrong.
pub(super) fn fault(action: &Action) -> Option<Wrong> {
    match action {
        Action::Disturb(_, _, Fault::AnswerLost) => Some(Wrong::AnswerLost),
        Action::Disturb(_, _, Fault::RequestLost) => Some(Wrong::RequestLost),
        Action::Disturb(_, _, Fault::Conflict | Fault::Busy | Fault::Refused) => Some(Wrong::TurnedAway),
        Action::Relist(..) | Action::Vanish(_) | Action::Crash(_) | Action::CrashScheduler => {
            Some(Wrong::Broken)
        }
        Action::Deliver(..)
        | Action::Perform(..)
        | Action::Answer(..)
        | Action::Land(_)
        | Action::Fire(..)
        | Action::User
        | Action::Schedule(..) => None,
    }
}

/// What goes wrong in a step, as far as a drawing shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wrong {
    /// A request takes effect, and its answer is lost.
    AnswerLost,
    /// A request never arrives.
    RequestLost,
    /// A request arrives and is turned away without a reason of its own.
    TurnedAway,
    /// A process, a watch, or what a crash left behind, comes to its end.
    Broken,
}

/// What a watch shows next.
fn delivery(before: &World, index: u8, kind: Kind) -> String {
    let process = before.processes.get(usize::from(index));
    let Some(mut watch) = process.and_then(|it| it.informers.get(&kind)).cloned() else {
        return String::new();
    };
    let was_listed = watch.is_listed();
    let inputs = watch.deliver(kind, &before.api);
    if !was_listed {
        let listed: Vec<String> = inputs.iter().filter_map(observed).collect();
        let listed = if listed.is_empty() { "none".to_owned() } else { listed.join(", ") };
        return format!("the first list of {}: {listed}", plural(kind));
    }
    let shown: Vec<String> = inputs.iter().filter_map(observed).collect();
    if shown.is_empty() { format!("the end of a list of {}", plural(kind)) } else { shown.join(", ") }
}

fn observed(input: &Input) -> Option<String> {
    match input {
        Input::Observed(object) => Some(format!("{} at version {}", object.key(), object.version())),
        Input::Gone(key, _) => Some(format!("{key} is deleted")),
        Input::Reached(..) | Input::Synced | Input::Answered(..) | Input::TimerFired(_) => None,
    }
}

fn plural(kind: Kind) -> String {
    let name = kind.name();
    format!("{name}{}", if name.ends_with('s') { "es" } else { "s" })
}
