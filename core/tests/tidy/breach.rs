//! What a check says when it finds something.

use core::fmt;

/// One place that breaks one rule, and the way out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Breach {
    /// Path from the root of the repository.
    pub(crate) file: String,
    /// Line, counted from one; a breach of a whole file stands on its first line.
    pub(crate) line: usize,
    /// Short name of the rule.
    pub(crate) rule: &'static str,
    /// What is wrong and what to do instead.
    pub(crate) advice: String,
}

impl Breach {
    /// A breach of `rule` at `file:line`.
    pub(crate) fn new(file: &str, line: usize, rule: &'static str, advice: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, rule, advice: advice.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: [{}] {}", self.file, self.line, self.rule, self.advice)
    }
}

/// Demands exactly the given places, each written `file:line rule`.
#[track_caller]
pub(crate) fn assert_found(found: Vec<Breach>, want: &[&str]) {
    let mut found = found;
    found.sort();
    let found: Vec<String> = found.iter().map(|it| format!("{}:{} {}", it.file, it.line, it.rule)).collect();
    assert_eq!(found, want);
}
