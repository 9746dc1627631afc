//! The files under test, read once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::breach::Breach;
use crate::rust::Rust;

/// Folders that hold no source: version control and build outputs.
const SKIPPED_FOLDERS: [&str; 3] = [".git", "node_modules", "target"];

/// Every file of the repository, by its path from the root, written with `/`.
#[derive(Default)]
pub(crate) struct Repository {
    /// Text of each file; `None` where it is not text.
    pub(crate) files: BTreeMap<String, Option<String>>,
    /// Each Rust file that parses.
    pub(crate) rust: BTreeMap<String, Rust>,
    /// Why the others do not.
    pub(crate) unparsed: Vec<Breach>,
}

impl Repository {
    /// Reads the repository that this test belongs to.
    pub(crate) fn read() -> Self {
        let core = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = core.parent().expect("the core is a folder of the repository");
        let ignored = Ignored::read(root);
        let mut repository = Self::default();
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(root.join(&folder)).expect("a folder can be listed") {
                let entry = entry.expect("a folder can be listed");
                let path = folder.join(entry.file_name());
                let name = path.to_str().expect("paths are UTF-8").to_owned();
                let is_folder = entry.file_type().expect("an entry has a type").is_dir();
                if ignored.covers(&name) {
                    continue;
                }
                if is_folder {
                    folders.push(path);
                } else if let Ok(bytes) = fs::read(root.join(&path)) {
                    repository.add(&name, String::from_utf8(bytes).ok());
                }
            }
        }
        repository
    }

    /// A repository of these files; what the checks' own tests plant breaches in.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut repository = Self::default();
        for (path, text) in files {
            repository.add(path, Some((*text).to_owned()));
        }
        repository
    }

    /// The text files whose path ends in one of `endings`.
    pub(crate) fn ending(&self, endings: &[&str]) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter(move |(path, _)| endings.iter().any(|it| path.ends_with(it)))
            .filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    /// Whether `path` is a file, or a folder with a file in it.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        self.files.contains_key(path)
            || self.files.range(folder.clone()..).next().is_some_and(|(it, _)| it.starts_with(&folder))
    }

    fn add(&mut self, path: &str, text: Option<String>) {
        if let (Some(text), true) = (&text, path.ends_with(".rs")) {
            match Rust::parse(path, text) {
                Ok(rust) => drop(self.rust.insert(path.to_owned(), rust)),
                Err(breach) => self.unparsed.push(breach),
            }
        }
        self.files.insert(path.to_owned(), text);
    }
}

/// What the root's `.gitignore` leaves out, in the two forms that it uses.
#[derive(Default)]
struct Ignored {
    /// `/name` and `name/`: a path from the root.
    paths: Vec<String>,
    /// `*.ending`: any file of that ending.
    endings: Vec<String>,
}

impl Ignored {
    fn read(root: &Path) -> Self {
        fs::read_to_string(root.join(".gitignore")).map(|text| Self::parse(&text)).unwrap_or_default()
    }

    fn parse(text: &str) -> Self {
        let mut ignored = Self::default();
        for line in text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#')) {
            match line.strip_prefix('*') {
                Some(ending) => ignored.endings.push(ending.to_owned()),
                None => ignored.paths.push(line.trim_matches('/').to_owned()),
            }
        }
        let patterns = ignored.paths.iter().chain(&ignored.endings);
        let strange = patterns.filter(|it| it.contains(['*', '!', '[', '?'])).count();
        assert_eq!(strange, 0, "teach `Ignored` the new form of pattern in .gitignore");
        ignored
    }

    fn covers(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        SKIPPED_FOLDERS.contains(&name)
            || self.paths.iter().any(|it| it == path)
            || self.endings.iter().any(|it| path.ends_with(it))
    }
}

#[test]
fn a_folder_exists_when_a_file_is_in_it() {
    let repository = Repository::of(&[("core/src/lib.rs", ""), ("core-old", "")]);
    for path in ["core", "core/", "core/src", "core/src/lib.rs", "core-old"] {
        assert!(repository.has(path), "{path}");
    }
    for path in ["cor", "core/src/li", "src", "core-old/x"] {
        assert!(!repository.has(path), "{path}");
    }
}

#[test]
fn ignored_files_are_left_out() {
    let ignored = Ignored::parse("# outputs\n/out\nfixtures/cluster/bin/\n*.snap.new\n");
    for path in ["out", "core/target", ".git", "fixtures/cluster/bin", "core/a.snap.new"] {
        assert!(ignored.covers(path), "{path}");
    }
    for path in ["core/out", "core/src/target.rs", "core/a.snap", ".ci"] {
        assert!(!ignored.covers(path), "{path}");
    }
}
