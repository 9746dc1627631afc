//! No file lies about unused: the compiler reaches each Rust file, a test reads each scenario.

use std::collections::BTreeSet;

use crate::breach::Breach;
use crate::modules;
use crate::repository::Repository;

/// Name of the rule.
const RULE: &str = "reach";

/// Folder of a package in which each file, and each folder with a `main.rs`, is a target.
const TARGET_FOLDERS: [&str; 4] = ["benches", "examples", "src/bin", "tests"];

/// Reports files that nothing reaches and files without content.
pub(crate) fn check(repository: &Repository) -> Vec<Breach> {
    let packages: Vec<&str> = repository
        .ending(&["/Cargo.toml"])
        .filter_map(|(path, _)| path.strip_suffix("/Cargo.toml"))
        .collect();
    let roots: BTreeSet<&str> = repository.rust.keys().filter_map(|it| root(&packages, it)).collect();
    let targets: Vec<_> = roots.iter().map(|it| modules::of(repository, it)).collect();
    let reached: BTreeSet<&str> = targets.iter().flat_map(modules::files).collect();
    let mut breaches = Vec::new();
    for file in repository.rust.keys().filter(|it| !reached.contains(it.as_str())) {
        let advice = "no `mod` line leads here, so it is never compiled; add one or delete the file";
        breaches.push(Breach::new(file, 1, RULE, advice));
    }
    for (file, text) in &repository.files {
        if file.starts_with("fixtures/scenarios/") && !file.ends_with(".yaml") {
            let advice =
                "no test reads it here; a scenario ends in `.yaml`, and other data has its own folder";
            breaches.push(Breach::new(file, 1, RULE, advice));
        }
        if text.as_ref().is_some_and(|it| it.trim().is_empty()) {
            breaches.push(Breach::new(file, 1, RULE, "the file is empty; delete it"));
        }
    }
    breaches
}

/// The path itself, if it is the root file of a crate target.
fn root<'a>(packages: &[&str], path: &'a str) -> Option<&'a str> {
    let inside = packages.iter().filter_map(|it| path.strip_prefix(*it)?.strip_prefix('/'));
    // A package inside a package's folder: the innermost one owns the file.
    let inside = inside.min_by_key(|it| it.len())?;
    let is_target = TARGET_FOLDERS.iter().any(|folder| {
        let name = inside.strip_prefix(folder).and_then(|it| it.strip_prefix('/'));
        name.is_some_and(|it| !it.trim_end_matches("/main.rs").contains('/'))
    });
    (is_target || matches!(inside, "src/lib.rs" | "src/main.rs" | "build.rs")).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::assert_found;

    #[test]
    fn a_file_that_nothing_reaches_is_found() {
        let repository = Repository::of(&[
            ("core/Cargo.toml", "x"),
            ("core/src/lib.rs", "mod a;"),
            ("core/src/a.rs", "fn f() {}"),
            ("core/src/b.rs", "mod c;"),
            ("core/src/b/c.rs", "fn f() {}"),
            ("core/tests/x.rs", "fn f() {}"),
            ("core/tests/y/main.rs", "mod z;"),
            ("core/tests/y/z.rs", "fn f() {}"),
            ("core/tests/y/w.rs", "fn f() {}"),
            ("loose.rs", "fn f() {}"),
        ]);
        let want = [
            "core/src/b.rs:1 reach",
            "core/src/b/c.rs:1 reach",
            "core/tests/y/w.rs:1 reach",
            "loose.rs:1 reach",
        ];
        assert_found(check(&repository), &want);
    }

    #[test]
    fn a_scenario_of_another_kind_and_an_empty_file_are_found() {
        let repository = Repository::of(&[
            ("fixtures/scenarios/a.yaml", "x"),
            ("fixtures/scenarios/b.yml", "x"),
            ("docs/c.md", "\n"),
        ]);
        assert_found(check(&repository), &["docs/c.md:1 reach", "fixtures/scenarios/b.yml:1 reach"]);
    }
}
