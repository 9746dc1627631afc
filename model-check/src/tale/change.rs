//! What changed in the API server, field by field.

use serde_json::Value;
use windlass_core::ids::{ObjectKey, Version};
use windlass_world::actors::ApiServer;
use windlass_world::manifest::{Path, to_manifest};
use windlass_world::record::Record;

/// Fields that every manifest has, and that a heading says already.
const HEADINGS: [&str; 5] =
    ["apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.resourceVersion"];

/// One object that a step changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The object.
    pub object: ObjectKey,
    /// Its version before; none if it was not there.
    pub before: Option<Version>,
    /// Its version after; none if it is gone.
    pub after: Option<Version>,
    /// The fields that changed; none of an object that is gone.
    pub lines: Vec<Line>,
}

impl Change {
    /// What became of the object: `created, version 3`.
    #[must_use]
    pub fn heading(&self) -> String {
        match (self.before, self.after) {
            (Some(before), Some(after)) => format!("version {before} → {after}"),
            (None, Some(after)) => format!("created, version {after}"),
            (Some(before), None) => format!("deleted, was version {before}"),
            (None, None) => String::new(),
        }
    }
}

/// One field that changed, as it was or as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whether it is as it was.
    pub is_old: bool,
    /// Field and value, as YAML has them.
    pub text: String,
}

impl Line {
    /// `-` for what was, `+` for what is.
    #[must_use]
    pub const fn sign(&self) -> char {
        if self.is_old { '-' } else { '+' }
    }
}

/// The objects that differ between two states of the API server, by key.
pub(super) fn changes(before: &ApiServer, after: &ApiServer) -> Vec<Change> {
    let mut keys: Vec<ObjectKey> = before.iter().chain(after.iter()).map(Record::key).collect();
    keys.sort();
    keys.dedup();
    let differs = |key: &ObjectKey| before.get(key) != after.get(key);
    keys.into_iter().filter(differs).map(|key| change(before.get(&key), after.get(&key), &key)).collect()
}

fn change(before: Option<&Record>, after: Option<&Record>, key: &ObjectKey) -> Change {
    let lines = match after {
        Some(after) => lines(&before.map(fields).unwrap_or_default(), &fields(after)),
        None => Vec::new(),
    };
    let version = |record: &Record| record.object.version();
    Change { object: key.clone(), before: before.map(version), after: after.map(version), lines }
}

/// The fields that differ, each as it was and as it is.
fn lines(before: &[(String, String)], after: &[(String, String)]) -> Vec<Line> {
    let value = |fields: &[(String, String)], name: &str| {
        fields.iter().find(|(it, _)| it == name).map(|(_, value)| value.clone())
    };
    let old = before.iter().map(|(name, _)| name);
    let new = after.iter().map(|(name, _)| name).filter(|name| value(before, name).is_none());
    let mut lines = Vec::new();
    for name in old.chain(new) {
        let (was, is) = (value(before, name), value(after, name));
        if was != is {
            let line = |is_old: bool, value: String| Line { is_old, text: format!("{name}: {value}") };
            lines.extend(was.map(|value| line(true, value)));
            lines.extend(is.map(|value| line(false, value)));
        }
    }
    lines
}

/// The fields of an object that are not mappings, each with its path and value.
pub(super) fn fields(record: &Record) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    collect(&Path::default(), &to_manifest(record), &mut fields);
    fields.retain(|(name, _)| !HEADINGS.contains(&name.as_str()));
    fields
}

fn collect(path: &Path, value: &Value, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                collect(&path.clone().key(key), value, fields);
            }
        }
        Value::Array(elements) if elements.iter().any(|it| it.is_object() || it.is_array()) => {
            for (index, value) in elements.iter().enumerate() {
                collect(&path.clone().index(index), value, fields);
            }
        }
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(scalar).collect();
            fields.push((path.to_string(), format!("[{}]", elements.join(", "))));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            fields.push((path.to_string(), scalar(value)));
        }
    }
}

/// A value in one line; text without quotation marks where it cannot be taken for anything else.
fn scalar(value: &Value) -> String {
    let is_plain = |text: &str| {
        let is_word = |it: char| it.is_ascii_alphanumeric() || "-_./".contains(it);
        let is_other = matches!(text, "true" | "false" | "null" | "yes" | "no" | "on" | "off");
        text.starts_with(|it: char| it.is_ascii_alphanumeric())
            && text.chars().all(is_word)
            && text.parse::<f64>().is_err()
            && !is_other
    };
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        Value::String(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_paths_and_values_in_a_line() {
        let mut fields = Vec::new();
        let value = json!({
            "metadata": {"annotations": {"a.b/c": "yes"}},
            "spec": {"modes": ["A", "B"], "volumes": [{"name": "v"}], "size": "1Gi", "number": "12", "none": null},
        });
        collect(&Path::default(), &value, &mut fields);
        let mut lines: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        lines.sort();
        let expected = [
            "metadata.annotations[\"a.b/c\"]: \"yes\"",
            "spec.modes: [A, B]",
            "spec.none: null",
            "spec.number: \"12\"",
            "spec.size: 1Gi",
            "spec.volumes[0].name: v",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn only_what_differs_is_told_the_old_before_the_new() {
        let of = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let told =
            lines(&of(&[("a", "1"), ("b", "2"), ("c", "3")]), &of(&[("a", "1"), ("c", "4"), ("d", "5")]));
        let told: Vec<String> = told.iter().map(|line| format!("{} {}", line.sign(), line.text)).collect();
        assert_eq!(told, ["- b: 2", "- c: 3", "+ c: 4", "+ d: 5"]);
    }
}
