//! Between packages, dependencies point one way: towards the core.

use std::collections::BTreeMap;

use crate::breach::Breach;
use crate::manifests::{dependency, members};
use crate::repository::Repository;

/// Name of the rule.
const RULE: &str = "crates";

/// What each package may depend on, by folder; the picture in the architecture document.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("core", &[]),
    ("fixtures/world", &["core"]),
    ("fixtures/cluster", &["core", "fixtures/world"]),
    ("model-check", &["core", "fixtures/world"]),
    ("adapters/recorder", &["core"]),
    ("adapters/kube", &["core"]),
    ("adapters/csi", &["core"]),
    ("adapters/mount", &["core"]),
    ("adapters/volumes", &["core"]),
    ("adapters/controller", BINARY),
    ("adapters/node", BINARY),
    (
        "adapters/cli",
        &[
            "core",
            "fixtures/world",
            "model-check",
            "adapters/recorder",
            "adapters/kube",
            "adapters/csi",
            "adapters/mount",
            "adapters/volumes",
        ],
    ),
];

/// What a binary may join together.
const BINARY: &[&str] =
    &["core", "adapters/recorder", "adapters/kube", "adapters/csi", "adapters/mount", "adapters/volumes"];

/// What any package may use in its tests besides: the simulated world and the real control plane drive them all.
const TESTS_MAY_USE: [&str; 3] = ["fixtures/world", "fixtures/cluster", "model-check"];

/// The only dependency from outside that the core has: it must build anywhere, and decide alike.
const CORE_NEEDS: &str = "serde";

/// Reports each dependency between packages of the workspace that points the wrong way.
pub(crate) fn check(repository: &Repository) -> Vec<Breach> {
    let members = members(repository);
    let mut folders = BTreeMap::new();
    for (folder, entries) in &members {
        let name = entries.iter().find(|it| it.table == "package" && it.key == "name");
        folders.extend(name.map(|it| (it.value.trim_matches('"'), *folder)));
    }
    let mut breaches = Vec::new();
    for (folder, entries) in &members {
        let file = format!("{folder}/Cargo.toml");
        let Some((_, allowed)) = MAY_USE.iter().find(|(it, _)| it == folder) else {
            let advice =
                "a package without a place; add its folder to `MAY_USE` in core/tests/tidy/crates.rs";
            breaches.push(Breach::new(&file, 1, RULE, advice));
            continue;
        };
        for entry in entries {
            let Some(name) = dependency(entry) else {
                continue;
            };
            let Some(used) = folders.get(name) else {
                if *folder == "core" && entry.table != "dev-dependencies" && name != CORE_NEEDS {
                    let advice = format!("the core depends on `{name}`; it needs nothing but `{CORE_NEEDS}`");
                    breaches.push(Breach::new(&file, entry.line, RULE, advice));
                }
                continue;
            };
            let in_tests = entry.table == "dev-dependencies" && TESTS_MAY_USE.contains(used);
            if !allowed.contains(used) && !in_tests {
                let advice = format!(
                    "`{folder}` depends on `{used}`; packages point only core ◀ fixtures/world ◀ model-check and \
                     core ◀ adapters ◀ binaries: move what is shared towards the core"
                );
                breaches.push(Breach::new(&file, entry.line, RULE, advice));
            }
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::assert_found;

    /// Checks the package in `folder` with `text` as its dependencies, among those of the workspace.
    #[track_caller]
    fn check_package(folder: &str, text: &str, want: &[&str]) {
        let name = |folder: &str| format!("[package]\nname = \"{}\"\n", folder.replace('/', "-"));
        let mut files: Vec<(String, String)> =
            MAY_USE.iter().map(|(it, _)| (format!("{it}/Cargo.toml"), name(it))).collect();
        let path = format!("{folder}/Cargo.toml");
        files.retain(|it| it.0 != path);
        files.push((path, name(folder) + text));
        let files: Vec<(&str, &str)> = files.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
        assert_found(check(&Repository::of(&files)), want);
    }

    #[test]
    fn a_dependency_away_from_the_core_is_found() {
        let fixtures = "[dependencies]\nfixtures-world.workspace = true\n";
        check_package("core", fixtures, &["core/Cargo.toml:4 crates"]);
        check_package("adapters/kube", fixtures, &["adapters/kube/Cargo.toml:4 crates"]);
        check_package(
            "adapters/kube",
            "[dependencies]\nfixtures-cluster.workspace = true\n",
            &["adapters/kube/Cargo.toml:4 crates"],
        );
        let cli = "[dev-dependencies]\nadapters-cli = { workspace = true }\n";
        check_package("adapters/node", cli, &["adapters/node/Cargo.toml:4 crates"]);
        let model = "[target.x.dependencies]\nmodel-check.workspace = true\n";
        check_package("fixtures/world", model, &["fixtures/world/Cargo.toml:4 crates"]);
        check_package("adapters/new", "", &["adapters/new/Cargo.toml:1 crates"]);
    }

    #[test]
    fn a_dependency_of_the_core_from_outside_is_found() {
        check_package("core", "[dependencies]\nlog.workspace = true\n", &["core/Cargo.toml:4 crates"]);
        check_package("core", "[dependencies]\nserde.workspace = true\n", &[]);
        check_package("core", "[dev-dependencies]\nsyn.workspace = true\n", &[]);
    }

    #[test]
    fn dependencies_towards_the_core_pass() {
        check_package(
            "core",
            "[dev-dependencies]\nfixtures-world.workspace = true\nserde.workspace = true\n",
            &[],
        );
        check_package("fixtures/world", "[dependencies]\ncore.workspace = true\n", &[]);
        check_package("adapters/kube", "[dev-dependencies]\nfixtures-cluster.workspace = true\n", &[]);
        let cli = "[dependencies]\ncore.workspace = true\nmodel-check.workspace = true\n";
        check_package("adapters/cli", cli, &[]);
    }
}
