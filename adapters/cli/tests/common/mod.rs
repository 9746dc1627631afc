//! Runs the built command in a folder of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder for one test, emptied at the start.
pub(crate) struct Folder {
    /// Its path.
    pub(crate) path: PathBuf,
}

/// What a run of the command left behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    /// The exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Folder {
    /// A folder of that name with these files in it.
    pub(crate) fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if path.exists() {
            std::fs::remove_dir_all(&path).unwrap();
        }
        std::fs::create_dir_all(&path).unwrap();
        for (file, text) in files {
            let file = path.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        Self { path }
    }

    /// Runs `windlass` with these arguments, split at spaces, in the folder.
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        self.run_with(arguments, "", &[])
    }

    /// The same with a standard input and further variables.
    pub(crate) fn run_with(&self, arguments: &str, input: &str, variables: &[(&str, &str)]) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_windlass"))
            .args(arguments.split_whitespace())
            .current_dir(&self.path)
            .env_remove("NO_COLOR")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// All of it, for a snapshot.
    pub(crate) fn text(&self) -> String {
        let Self { code, out, err } = self;
        format!("exit code {code}\n---- standard output\n{out}---- standard error\n{err}")
    }
}
