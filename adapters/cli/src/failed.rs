//! Why a command could not do its work.

use std::io;
use std::path::Path;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Failed {
    /// What it was given is not right: all that is wrong, a line each.
    Input(Vec<String>),
    /// Nobody reads the output any more.
    ReaderGone,
}

impl Failed {
    /// One thing that is not right.
    pub(crate) fn input(problem: impl Into<String>) -> Self {
        Self::Input(vec![problem.into()])
    }

    /// Output that could not be written.
    pub(crate) fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ReaderGone;
        }
        Self::input(format!("cannot write the output: {error}"))
    }

    /// A file that could not be used.
    pub(crate) fn file(path: &Path, doing: &str, error: &io::Error) -> Self {
        Self::input(format!("{}: cannot {doing}: {error}", path.display()))
    }
}
