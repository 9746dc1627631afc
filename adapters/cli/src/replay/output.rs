//! What a replay found out, as text and as JSON.

use serde::Serialize;
use serde_json::json;
use windlass_core::duration;
use windlass_core::ids::ObjectKey;
use windlass_world::run::{Entry, Limits, Mark, Paint, entries_text, observed_tables, plain, tables_text};

use super::story::{begun_words, ending_words, state};
use super::{Arguments, Output, Told};
use crate::failed::Failed;
use crate::output::{Colour, coloured, columns_max, print as print_text};

/// Prints what was asked for.
pub(super) fn print(arguments: &Arguments, told: &Told, colour: Colour) -> Result<(), Failed> {
    let is_on = colour.is_on();
    let paint: Paint<'_> = if is_on { &coloured } else { &plain };
    let limits = Limits { columns_max: columns_max(), ..Limits::NONE };
    if let Some(explained) = &arguments.explain {
        return print_text(&format!("{}\n{}", explanation(told, &explained.0), summary(told, paint)));
    }
    if arguments.diff {
        return print_text(&format!("{}{}", differences(told, paint), summary(told, paint)));
    }
    match arguments.output {
        Output::Table => {
            let readable = Limits { columns_max: columns_max(), ..Limits::READABLE };
            let tables = told.core.as_ref().map(|core| tables_text(&observed_tables(core), readable, paint));
            let parts = [
                timeline(told, limits, paint),
                tables.unwrap_or_default(),
                differences(told, paint),
                summary(told, paint),
            ];
            let parts: Vec<String> = parts.into_iter().filter(|it| !it.is_empty()).collect();
            print_text(&parts.join("\n"))
        }
        Output::Timeline => {
            print_text(&format!("{}\n{}", timeline(told, limits, paint), summary(told, paint)))
        }
        Output::Json => {
            let text = serde_json::to_string_pretty(&document(told));
            print_text(&text.map_err(|error| Failed::input(format!("cannot write JSON: {error}")))?)?;
            print_text("\n")?;
            eprint!("{}", summary(told, &plain));
            Ok(())
        }
    }
}

fn timeline(told: &Told, limits: Limits, paint: Paint<'_>) -> String {
    let last: Vec<Entry> = told.last.iter().cloned().collect();
    let mut text = entries_text(&told.first, limits, paint);
    if told.left_out > 0 {
        let note = format!("… {} more entries; all of them: -o timeline", told.left_out);
        text.push_str(&format!("{}\n", paint(Mark::Faint, &note)));
    }
    text + &entries_text(&last, limits, paint)
}

/// The steps that differ.
fn differences(told: &Told, paint: Paint<'_>) -> String {
    let mut text = String::new();
    for it in &told.differing {
        let at = duration::write_ms(it.at_us / 1_000);
        let head = format!("input {} (record {}), {at} after the start", it.number, it.record);
        text.push_str(&format!("{}\n", paint(Mark::Head, &head)));
        for words in &it.words {
            text.push_str(&format!("  {}\n", paint(Mark::Bad, words)));
        }
    }
    let untold = told.differing_steps.saturating_sub(u64::try_from(told.differing.len()).unwrap_or(u64::MAX));
    if untold > 0 {
        text.push_str(&format!("{}\n", paint(Mark::Faint, &format!("… and {untold} more inputs"))));
    }
    text
}

/// What the core knows of an object, and why nothing is done about it.
fn explanation(told: &Told, key: &ObjectKey) -> String {
    let Some(core) = &told.core else {
        return format!("{key}: nothing is known: there is no state at this point of the recording\n");
    };
    let known = core.store().object(key).map(|object| state(&object));
    let reason = core.reason(key);
    match (known, reason) {
        (None, _) => format!("{key}: not known to the controller at this point\n"),
        (Some(known), None) if core.is_synced() => format!("{known}\n  nothing is left to do\n"),
        (Some(known), _) if !core.is_synced() => {
            format!(
                "{known}\n  nothing is decided yet: the first lists are not complete, or another one leads\n"
            )
        }
        (Some(known), reason) => format!("{known}\n  {}\n", reason.unwrap_or_default()),
    }
}

/// The last lines: what was replayed, whether it agrees, how the recording ends.
fn summary(told: &Told, paint: Paint<'_>) -> String {
    let mut lines = Vec::new();
    lines.extend(told.begun.as_ref().map(begun_words));
    let took = duration::write_ms(told.last_us / 1_000);
    lines.push(format!("{} inputs and {} orders in {took}", told.steps, told.orders));
    if told.lost > 0 {
        lines.push(format!("{} inputs are not in the recording", told.lost));
    }
    let different = told.differing_steps + told.unexpected_states;
    let verdict = match different {
        0 => paint(Mark::Good, "this version decides the same"),
        1 => paint(Mark::Bad, "this version decides otherwise in 1 place"),
        count => paint(Mark::Bad, &format!("this version decides otherwise in {count} places")),
    };
    lines.push(verdict);
    match (told.ending, &told.damage) {
        (Some(ending), _) => lines.push(ending_words(ending, told.place)),
        (None, Some(_)) => lines.push(paint(Mark::Bad, "the recording is damaged from here on")),
        (None, None) => lines.push("stopped here, as asked; the recording goes on".to_owned()),
    }
    lines.join("\n") + "\n"
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonEntry<'a> {
    at_ms: u64,
    actor: &'a str,
    what: &'a str,
}

fn document(told: &Told) -> serde_json::Value {
    let entries = told.first.iter().chain(&told.last);
    let entries: Vec<JsonEntry<'_>> =
        entries.map(|(at_ms, (actor, what))| JsonEntry { at_ms: *at_ms, actor, what }).collect();
    let objects = told.core.iter().flat_map(|core| {
        let claims = core.store().claims().map(|it| ObjectKey::Claim(it.key.clone()));
        let volumes = core.store().volumes().map(|it| ObjectKey::Volume(it.name.clone()));
        claims.chain(volumes).map(|key| {
            let known = core.store().object(&key).map(|object| state(&object));
            json!({"object": key.to_string(), "state": known, "reason": core.reason(&key)})
        })
    });
    let differences = told.differing.iter().map(
        |it| json!({"input": it.number, "record": it.record, "atUs": it.at_us, "differences": it.words}),
    );
    json!({
        "recordedBy": told.begun.as_ref().map(|it| &it.program),
        "startedUnixUs": told.begun.as_ref().map(|it| it.started_unix_us),
        "filesBefore": told.begun.as_ref().map(|it| it.files_before),
        "inputs": told.steps,
        "orders": told.orders,
        "inputsLost": told.lost,
        "inputsThatDiffer": told.differing_steps,
        "statesThatDiffer": told.unexpected_states,
        "differences": differences.collect::<Vec<_>>(),
        "end": told.ending.map(|it| ending_words(it, told.place)),
        "damage": told.damage,
        "timeline": entries,
        "objects": objects.collect::<Vec<_>>(),
    })
}
