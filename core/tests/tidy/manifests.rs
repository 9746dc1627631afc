//! The workspace's manifests, read as far as these checks need, and how each must be written.

use crate::breach::Breach;
use crate::repository::Repository;

/// Name of the rule.
const RULE: &str = "manifest";

/// Path of the workspace's own manifest.
const WORKSPACE: &str = "Cargo.toml";

/// One `key = value` line, values over several lines joined.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Name of its table, such as `dev-dependencies`.
    pub(crate) table: String,
    /// The key as written, such as `serde.workspace`.
    pub(crate) key: String,
    /// The value as written.
    pub(crate) value: String,
    /// Line of the key.
    pub(crate) line: usize,
}

/// Reads a manifest; knows tables, keys, and values that go on until their brackets close.
pub(crate) fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut table = String::new();
    let mut depth = 0;
    for (line, text) in (1..).zip(text.lines()) {
        let text = without_comment(text).trim();
        if let (true, Some(last)) = (depth > 0, entries.last_mut()) {
            last.value.push_str(text);
            depth += nesting(text);
        } else if let Some(name) = text.strip_prefix('[') {
            table = name.trim_matches(['[', ']']).to_owned();
        } else if let Some((key, value)) = text.split_once('=') {
            depth = nesting(value);
            let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
            entries.push(Entry { table: table.clone(), key, value, line });
        }
    }
    entries
}

/// The manifests of the workspace's members, by the folder of each.
pub(crate) fn members(repository: &Repository) -> Vec<(&str, Vec<Entry>)> {
    let manifests = repository.ending(&["/Cargo.toml"]);
    manifests.filter_map(|(path, text)| Some((path.strip_suffix("/Cargo.toml")?, entries(text)))).collect()
}

/// The name of the dependency that an entry adds; `None` for every other entry.
pub(crate) fn dependency(entry: &Entry) -> Option<&str> {
    let is_table = entry.table.ends_with("dependencies") && !entry.table.starts_with("workspace.");
    is_table.then(|| entry.key.split('.').next()).flatten()
}

/// Reports members that go their own way, and versions that are not pinned.
pub(crate) fn check(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (folder, entries) in members(repository) {
        breaches.extend(check_member(&format!("{folder}/Cargo.toml"), &entries));
    }
    let workspace = repository.ending(&[WORKSPACE]).find(|(path, _)| *path == WORKSPACE);
    for entry in workspace.map(|(_, text)| entries(text)).unwrap_or_default() {
        breaches.extend(check_pin(&entry));
    }
    breaches
}

fn check_member(file: &str, entries: &[Entry]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let inherits = |it: &Entry| it.table == "lints" && it.key == "workspace" && it.value == "true";
    if !entries.iter().any(inherits) {
        let advice = "does not inherit the lints; add `[lints]` with `workspace = true`";
        breaches.push(Breach::new(file, 1, RULE, advice));
    }
    for entry in entries {
        let inline = entry.value.starts_with('{') && entry.value.contains("workspace = true");
        let inherited = inline || (entry.key.ends_with(".workspace") && entry.value == "true");
        if let Some(name) = dependency(entry).filter(|_| !inherited) {
            let advice = format!("`{name}` has its own version; write `{name}.workspace = true`");
            breaches.push(Breach::new(file, entry.line, RULE, advice));
        }
        if let Some((_, name)) = entry.table.split_once("dependencies.") {
            let advice =
                format!("`{name}` has a table; write `{name} = {{ workspace = true, … }}` in one line");
            breaches.push(Breach::new(file, entry.line, RULE, advice));
        }
    }
    breaches
}

/// A dependency of the workspace is a folder of it, or one exact version.
fn check_pin(entry: &Entry) -> Option<Breach> {
    let is_path = entry.value.contains("path = ");
    let is_pinned = entry.value.starts_with("\"=") || entry.value.contains("version = \"=");
    let is_free = entry.table.starts_with("workspace.dependencies") && !is_path && !is_pinned;
    is_free.then(|| {
        let advice = format!("`{}` is not pinned; write its version as `\"=1.2.3\"` in one line", entry.key);
        Breach::new(WORKSPACE, entry.line, RULE, advice)
    })
}

/// The line up to a `#` that is not inside a string.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    for (at, char) in line.char_indices() {
        match char {
            '"' => quoted = !quoted,
            '#' if !quoted => return line.get(..at).unwrap_or_default(),
            _ => {}
        }
    }
    line
}

/// How many brackets a piece of a value leaves open.
fn nesting(value: &str) -> i32 {
    let mut quoted = false;
    value.chars().fold(0, |depth, char| match char {
        '"' => {
            quoted = !quoted;
            depth
        }
        '[' | '{' if !quoted => depth + 1,
        ']' | '}' if !quoted => depth - 1,
        _ => depth,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::assert_found;

    #[test]
    fn values_over_several_lines_are_one_entry() {
        let text = "[a]\nx = [ # why\n  \"#1]\",\n]\n[[b.c]]\ny.z = true # end\n";
        let entry = |table: &str, key: &str, value: &str, line| Entry {
            table: table.to_owned(),
            key: key.to_owned(),
            value: value.to_owned(),
            line,
        };
        assert_eq!(entries(text), [entry("a", "x", "[\"#1]\",]", 2), entry("b.c", "y.z", "true", 6)]);
    }

    #[test]
    fn a_member_that_goes_its_own_way_is_found() {
        let text = "[package]\nname = \"a\"\n[dependencies]\nserde = \"1\"\nclap = { version = \"=4\" }\n\
                    [dev-dependencies.syn]\nversion = \"3\"\n";
        let found = check(&Repository::of(&[("core/Cargo.toml", text)]));
        let want: Vec<String> = [1, 4, 5, 7].map(|it| format!("core/Cargo.toml:{it} manifest")).to_vec();
        assert_found(found, &want.iter().map(String::as_str).collect::<Vec<_>>());
    }

    #[test]
    fn a_version_that_is_not_pinned_is_found() {
        let text = "[workspace.dependencies]\na = \"1.0\"\nb = { version = \"1\" }\nc = { git = \"x\" }\n\
                    d = \"=1.0.0\"\ne = { version = \"=1.0.0\", features = [\"x\"] }\nf = { path = \"f\" }\n";
        let found = check(&Repository::of(&[("Cargo.toml", text)]));
        assert_found(found, &["Cargo.toml:2 manifest", "Cargo.toml:3 manifest", "Cargo.toml:4 manifest"]);
    }

    #[test]
    fn a_member_that_inherits_everything_passes() {
        let text = "[package]\nname = \"a\"\nversion.workspace = true\n[dependencies]\nserde.workspace = true\n\
                    syn = { workspace = true, features = [\"full\"] }\n[lints]\nworkspace = true\n";
        assert_found(check(&Repository::of(&[("core/Cargo.toml", text)])), &[]);
    }
}
