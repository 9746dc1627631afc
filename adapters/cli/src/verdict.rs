//! What a command found out, as its exit code.

use std::process::ExitCode;

/// What a command found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All is as it should be.
    Good,
    /// Something is not.
    Bad,
    /// Nothing bad was found, and not everything was looked at.
    Open,
}

impl Verdict {
    /// The exit code. 2 is left to input and usage that are wrong.
    pub(crate) fn exit_code(self) -> ExitCode {
        match self {
            Self::Good => ExitCode::SUCCESS,
            Self::Bad => ExitCode::from(1),
            Self::Open => ExitCode::from(3),
        }
    }
}

impl From<bool> for Verdict {
    fn from(is_good: bool) -> Self {
        if is_good { Self::Good } else { Self::Bad }
    }
}
