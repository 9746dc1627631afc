//! A recorded input and its effects, in words.

use windlass_core::observed::{Claim, Object, Pod, Volume};
use windlass_core::order::{Answer, Effect, Input, Payload};
use windlass_recorder::{Begun, Difference, Ending, Step};
use windlass_world::run::{Entry, answer_words, event_line, order_line};

/// Microseconds in a millisecond.
const US_PER_MS: u64 = 1_000;

/// Microseconds in a second.
const US_PER_SECOND: u64 = 1_000_000;

/// What happened at one step, as entries of a timeline.
pub(super) fn entries(step: &Step) -> Vec<Entry> {
    let mut told: Vec<(String, String)> = input(step).into_iter().collect();
    told.extend(step.given.iter().flatten().filter_map(effect).map(|what| ("controller".to_owned(), what)));
    for difference in step.differences() {
        told.push(("recording".to_owned(), difference_words(&difference)));
    }
    told.into_iter().map(|it| (step.at_us / US_PER_MS, it)).collect()
}

/// Who told the core what; none where it says nothing new.
fn input(step: &Step) -> Option<(String, String)> {
    let (who, what) = match &step.input {
        Input::Observed(object) => ("watch", observed(object, step.known.as_ref())?),
        Input::Gone(key, _) => ("watch", format!("{key} is gone")),
        Input::Reached(..) => return None,
        Input::Synced => ("watch", "everything that there is has been listed".to_owned()),
        Input::Answered(order, Answer::Done(Payload::Object(object))) if order.is_read() => {
            ("api-server", format!("{order}: found, version {}", object.version()))
        }
        Input::Answered(_, Answer::Done(Payload::Object(object))) => {
            ("api-server", format!("done: {}", state(object)))
        }
        Input::Answered(order, Answer::Done(Payload::List(objects))) => {
            ("api-server", format!("{order}: found {}", objects.len()))
        }
        Input::Answered(
            order,
            answer @ (Answer::Conflict
            | Answer::Missing
            | Answer::TryLater { .. }
            | Answer::Refused(_)
            | Answer::Unknown),
        ) => ("api-server", format!("{order}: {}", answer_words(answer))),
        Input::TimerFired(timer) => ("controller", format!("timer: {timer}")),
    };
    Some((who.to_owned(), what))
}

/// What a watch has shown; none where the core knew it already.
fn observed(object: &Object, known: Option<&Object>) -> Option<String> {
    match known {
        Some(known) if known.version() >= object.version() => None,
        Some(known) if known.uid() == object.uid() => Some(format!("changed: {}", state(object))),
        Some(_) => Some(format!("created again: {}", state(object))),
        None => Some(format!("appears: {}", state(object))),
    }
}

/// An object in one line.
pub(super) fn state(object: &Object) -> String {
    let key = object.key();
    let deleting = |it: bool| if it { ", being deleted" } else { "" };
    match object {
        Object::Claim(it) => format!("{key}, {}{}", claim(it), deleting(it.deleting)),
        Object::Volume(it) => format!("{key}, {}{}", volume(it), deleting(it.deleting)),
        Object::Pod(it) => format!("{key}, {}{}", pod(it), deleting(it.deleting)),
        Object::Class(it) => match it.binding_mode {
            Some(mode) => format!("{key}, {}", mode.as_str()),
            None => format!("{key}, without a binding mode"),
        },
        Object::Node(_) => key.to_string(),
    }
}

fn claim(it: &Claim) -> String {
    let class = match &it.class {
        Some(class) if class.is_empty() => " of no class".to_owned(),
        Some(class) => format!(" of class {class}"),
        None => String::new(),
    };
    let volume =
        if it.volume_name.is_empty() { String::new() } else { format!(", names volume {}", it.volume_name) };
    format!("{}, asks for {}{class}{volume}", it.status.phase.as_str(), it.request)
}

fn volume(it: &Volume) -> String {
    let class = if it.class.is_empty() { String::new() } else { format!(" of class {}", it.class) };
    let claim = match &it.claim_ref {
        Some(claim_ref) if claim_ref.uid.is_some() => format!(", for claim {}", claim_ref.key),
        Some(claim_ref) => format!(", for whoever is claim {}", claim_ref.key),
        None => String::new(),
    };
    format!("{}, {}{class}{claim}", it.phase.as_str(), it.capacity)
}

fn pod(it: &Pod) -> String {
    let claims: Vec<String> = it.claims.iter().map(|used| used.key.name.to_string()).collect();
    let place =
        if it.node_name.is_empty() { "not placed".to_owned() } else { format!("on {}", it.node_name) };
    format!("{place}, uses {}", if claims.is_empty() { "no claim".to_owned() } else { claims.join(", ") })
}

/// What the core wants done; none for what is only of use to a machine.
fn effect(effect: &Effect) -> Option<String> {
    match effect {
        Effect::Order(order, because) => Some(order_line(order, &because.to_string())),
        Effect::Tell(event) => Some(event_line(event)),
        Effect::ArmTimer(..) | Effect::DropTimer(_) => None,
    }
}

/// An effect in words, whatever it is.
fn effect_words(it: &Effect) -> String {
    match it {
        Effect::ArmTimer(timer, after_ms) => format!("timer in {after_ms} ms: {timer}"),
        Effect::DropTimer(timer) => format!("no timer any more: {timer}"),
        Effect::Order(..) | Effect::Tell(_) => effect(it).unwrap_or_default(),
    }
}

/// How a step differs from what was recorded, in words.
pub(super) fn difference_words(difference: &Difference<'_>) -> String {
    match difference {
        Difference::Missing(effect) => format!("differs: then, and not now: {}", effect_words(effect)),
        Difference::New(effect) => format!("differs: now, and not then: {}", effect_words(effect)),
        Difference::PanickedThen => "differs: the core broke at this input then, and does not now".to_owned(),
        Difference::PanicsNow => "differs: the core breaks at this input now, and did not then".to_owned(),
    }
}

/// How the recording begins, in words.
pub(super) fn begun_words(begun: &Begun) -> String {
    let seconds = begun.started_unix_us / US_PER_SECOND;
    let files = match begun.files_before {
        0 => String::new(),
        count => format!(", after {count} older files"),
    };
    format!("recorded by {} since {}{files}", begun.program, utc(seconds))
}

/// A second since 1970, as a date and time of UTC.
fn utc(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years from March on have their leap day at the end. There are 146,097 days in 400 years.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute) = (second / 3_600, second % 3_600 / 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{:02} UTC", second % 60)
}

/// How the recording ends, in words.
pub(super) fn ending_words(ending: Ending, place: (u64, u64)) -> String {
    let (record, offset) = place;
    match ending {
        Ending::Closed => "the recording was closed by the program that wrote it".to_owned(),
        Ending::Continued => "the recording goes on in the next file, whose number is one less".to_owned(),
        Ending::Open => {
            "the recording was not closed: the program was killed, or is still recording".to_owned()
        }
        Ending::Torn(bytes) => format!(
            "the recording ends in the middle of record {record}, at byte {offset}: the program was killed while it \
             wrote, and {bytes} bytes of that record are of no use"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (951_868_800, "2000-03-01 00:00:00 UTC"),
            (1_735_689_599, "2024-12-31 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(utc(seconds), expected);
        }
    }
}
