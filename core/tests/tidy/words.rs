//! Words that must not occur, each with what to write instead.
//!
//! Code is searched by token, so that a comment may speak of what the code may not use; text is
//! searched as it stands.

use crate::breach::Breach;
use crate::repository::Repository;
use crate::rust::{Rust, Token};

/// Name of the rule.
const RULE: &str = "words";

/// Where a word is banned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// In the core's machines.
    Core,
    /// In all Rust code.
    Everywhere,
    /// In code that exists for tests only.
    Tests,
    /// In code that ships.
    OutsideTests,
}

/// Banned sequences of tokens. The lists here are strings, which are no tokens, so that this file
/// obeys its own rules.
const CODE: [(Scope, &[&str], &str); 16] = [
    (Scope::Core, &["HashMap"], "its order differs from run to run; use `BTreeMap`"),
    (Scope::Core, &["HashSet"], "its order differs from run to run; use `BTreeSet`"),
    (Scope::Core, &["f32"], "floats round differently; count in a small integer unit"),
    (Scope::Core, &["f64"], "floats round differently; count in a small integer unit"),
    (Scope::Core, &["Instant"], "the core has no clock; arm a timer and wait for its input"),
    (Scope::Core, &["SystemTime"], "the core has no clock; arm a timer and wait for its input"),
    (Scope::Core, &["std"], "the core has no `std`; use `core` and `alloc`"),
    (Scope::Core, &["rand"], "the core has no randomness; derive from uids, and leave jitter to the adapter"),
    (Scope::Core, &["thread"], "the core has no threads; answer with an effect"),
    (Scope::Everywhere, &["todo", "!"], "finish it, or leave it out"),
    (Scope::Everywhere, &["unimplemented", "!"], "finish it, or leave it out"),
    (Scope::Everywhere, &["dbg", "!"], "a trace of debugging; remove it"),
    (Scope::Everywhere, &["#", "[", "ignore"], "a test that does not run; mend it or delete it"),
    (Scope::Tests, &["sleep", "("], "wait for the condition itself, with a limit"),
    (Scope::Tests, &[":", "sleep"], "wait for the condition itself, with a limit"),
    (
        Scope::OutsideTests,
        &[".", "unwrap", "(", ")"],
        "handle the other case, or prove in `expect` that there is none",
    ),
];

/// Words of unfinished work, in comments and documents.
const UNFINISHED: [&str; 3] = ["FIXME", "TODO", "XXX"];

/// Starts of paths that exist on one machine only.
const MACHINE_PATHS: [&str; 3] = ["/work/", "/root/", "/home/"];

/// Hosts of package registries, which a build finds by its own configuration.
const REGISTRIES: [&str; 5] = ["crates.io", "pypi", "proxy.golang.org", "npmjs", "debian.org"];

/// Files that are searched as text.
const TEXT_ENDINGS: [&str; 8] = [".md", ".rs", ".sh", ".toml", ".yaml", ".yml", ".ci/run", ".gitignore"];

/// The lists of banned texts stand here, and so do their planted breaches.
const OWN_FOLDER: &str = "core/tests/tidy/";

/// Reports banned words in code, comments and documents.
pub(crate) fn check(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (file, rust) in &repository.rust {
        breaches.extend(check_code(file, rust));
    }
    for (file, text) in repository.ending(&TEXT_ENDINGS).filter(|it| !it.0.starts_with(OWN_FOLDER)) {
        breaches.extend(check_text(file, text));
        // In Rust a string may hold a date or a word of work to do; a comment may not.
        let prose = repository.rust.get(file).map_or(text, |it| it.prose.as_str());
        let is_data = file.starts_with("fixtures/") && !file.ends_with(".rs") && !file.ends_with(".md");
        if !is_data {
            breaches.extend(check_prose(file, prose));
        }
    }
    breaches
}

fn check_code(file: &str, rust: &Rust) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let applies = |scope: Scope, line: usize| match scope {
        Scope::Core => file.starts_with("core/src/"),
        Scope::Everywhere => true,
        Scope::Tests => rust.is_test(line),
        Scope::OutsideTests => !rust.is_test(line),
    };
    for (at, first) in rust.tokens.iter().enumerate() {
        let rest = rust.tokens.get(at..).unwrap_or_default();
        for (scope, words, instead) in CODE.iter().filter(|it| starts_with(rest, it.1)) {
            if applies(*scope, first.line) {
                breaches.push(Breach::new(
                    file,
                    first.line,
                    RULE,
                    format!("`{}`: {instead}", words.concat()),
                ));
            }
        }
    }
    breaches
}

fn starts_with(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() >= words.len() && tokens.iter().zip(words).all(|(token, word)| token.text == *word)
}

fn check_text(file: &str, text: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for path in MACHINE_PATHS.iter().filter(|it| has_rooted(line, it)) {
            let advice =
                format!("`{path}…` exists on one machine only; write a path from the root of the repository");
            breaches.push(Breach::new(file, number, RULE, advice));
        }
        for host in REGISTRIES.iter().filter(|it| line.contains(**it)) {
            let advice =
                format!("`{host}` is a registry; name the package, and let the tool find its registry");
            breaches.push(Breach::new(file, number, RULE, advice));
        }
    }
    breaches
}

fn check_prose(file: &str, prose: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (number, line) in (1..).zip(prose.lines()) {
        for word in UNFINISHED.iter().filter(|it| has_word(line, it)) {
            let advice = format!("`{word}`: do it now, or say plainly what the code does not do");
            breaches.push(Breach::new(file, number, RULE, advice));
        }
        if has_date(line) {
            let advice = "a date; say what holds and since which version, since history is in the commits";
            breaches.push(Breach::new(file, number, RULE, advice));
        }
    }
    breaches
}

/// Whether a path stands in the line that starts with `path` and not in the middle.
fn has_rooted(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line.get(..at).and_then(|it| it.chars().next_back());
        before.is_none_or(|it| !it.is_alphanumeric() && !"._-/}>*".contains(it))
    })
}

/// Whether a word stands in the line by itself.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    line.split(|it| !is_part(it)).any(|it| it == word)
}

/// Whether a day stands in the line, as year, month and day with dashes.
fn has_date(line: &str) -> bool {
    let shape = |window: &[u8]| {
        window.iter().zip(b"20dd-dd-dd").all(|(byte, want)| match want {
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        })
    };
    line.as_bytes().windows(10).any(shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::assert_found;

    #[track_caller]
    fn check_file(file: &str, text: &str, want: &[usize]) {
        let want: Vec<String> = want.iter().map(|it| format!("{file}:{it} words")).collect();
        assert_found(
            check(&Repository::of(&[(file, text)])),
            &want.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }

    #[test]
    fn words_of_the_outside_are_found_in_the_core() {
        for text in [
            "use x::HashMap;",
            "type A = HashSet<u8>;",
            "const A: f32 = 1;",
            "fn f(_: f64) {}",
            "struct A(Instant);",
            "type A = SystemTime;",
            "use std::fmt;",
            "extern crate std;",
            "fn f() { rand::random() }",
            "use x::thread;",
            "fn f() { g!(std::x) }",
        ] {
            check_file("core/src/a.rs", text, &[1]);
            check_file("fixtures/world/src/a.rs", text, &[]);
        }
        check_file("core/src/a.rs", "// No HashMap.\n/// No std::x.\nconst A: &str = \"std::f64\";", &[]);
    }

    #[test]
    fn traces_of_unfinished_work_are_found() {
        for text in
            ["fn f() { todo!() }", "fn f() { unimplemented!() }", "fn f() { dbg!(1) }", "#[ignore] fn f() {}"]
        {
            check_file("adapters/cli/src/a.rs", text, &[1]);
        }
        for text in ["// FIXME later", "/* XXX */", "/// TODO"] {
            check_file("adapters/cli/src/a.rs", &format!("{text}\nfn f() {{}}"), &[1]);
        }
        check_file("docs/a.md", "# A\nTODO: write\n", &[2]);
        check_file("adapters/cli/src/a.rs", "fn todo() {}\nconst A: &str = \"dbg!(XXX)\"; // XXXX", &[]);
    }

    #[test]
    fn sleep_is_found_in_tests_and_unwrap_outside() {
        let text = "fn f() { std::thread::sleep(D); X.unwrap() }";
        check_file("adapters/cli/src/a.rs", text, &[1]);
        check_file("adapters/cli/tests/a.rs", text, &[1, 1]);
        let sleep = "fn f() {\n use tokio::time::sleep;\n sleep(D).await;\n}";
        check_file("adapters/cli/tests/a.rs", sleep, &[2, 3]);
        check_file("core/src/a.rs", "#[cfg(test)]\nmod t {\n fn f() { X.unwrap() }\n}", &[]);
        check_file("core/src/a.rs", "fn f() {\n X.unwrap_or(1) }", &[]);
    }

    #[test]
    fn paths_of_one_machine_and_registries_are_found() {
        for text in [
            "see /work/main",
            "x=\"/root/.cargo\"",
            "(/home/me)",
            "https://crates.io/x",
            "on pypi",
            "registry.npmjs.org",
        ] {
            check_file("docs/a.md", text, &[1]);
            check_file(".ci/run", text, &[1]);
            check_file("core/src/a.rs", &format!("// {text}"), &[1]);
        }
        check_file("docs/a.md", "core/src/work/x and $HOME/work/x and ${A}/root/x and host/home/x\n", &[]);
    }

    #[test]
    fn dates_are_found_in_prose_but_not_in_data() {
        check_file("docs/a.md", "# A\nSince 2026-01-31.\n", &[2]);
        check_file("core/src/a.rs", "// Since 2026-01-31.\n/// On 2026-01-31.\nfn f() {}", &[1, 2]);
        check_file("core/src/a.rs", "const A: &str = \"2026-01-31T00:00:00Z\"; // 12026-1-31", &[]);
        check_file("fixtures/objects/a.yaml", "creationTimestamp: 2026-01-31T00:00:00Z # TODO", &[]);
    }
}
