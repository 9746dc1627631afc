//! Decision tables, declared once by the machine that decides: what is observed, in columns, with words for people.
//!
//! Guarantees: each row of a table has a number and words of its own. With the feature `model-check` a table knows which
//! of its rows have been decided by; without it there is no such code.
//!
//! Deliberately absent: what is decided. A row is what was observed, not what came of it.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A decision table.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The words of each column.
    columns: &'static [&'static [&'static str]],
    /// Words of a row, of those of its cells.
    words: fn(&[&str]) -> String,
    /// Whether there can be a row of these cells.
    is_possible: fn(&[usize]) -> bool,
    #[cfg(feature = "model-check")]
    reached: [core::sync::atomic::AtomicU64; WORDS],
}

/// Words of 64 bits that the rows of one table need at most.
#[cfg(feature = "model-check")]
const WORDS: usize = 4;

/// One row of a decision table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// The table.
    pub table: &'static str,
    /// The row, in words.
    pub row: String,
}

impl Table {
    /// A table with these columns, in which every combination of cells is possible.
    #[must_use]
    pub(crate) const fn new(name: &'static str, columns: &'static [&'static [&'static str]]) -> Self {
        Self {
            name,
            columns,
            words: joined,
            is_possible: |_| true,
            #[cfg(feature = "model-check")]
            reached: [const { core::sync::atomic::AtomicU64::new(0) }; WORDS],
        }
    }

    /// The same with other words for a row.
    #[must_use]
    pub(crate) const fn worded(mut self, words: fn(&[&str]) -> String) -> Self {
        self.words = words;
        self
    }

    /// The same without the rows that are not possible.
    #[must_use]
    pub(crate) const fn only(mut self, is_possible: fn(&[usize]) -> bool) -> Self {
        self.is_possible = is_possible;
        self
    }

    /// Every possible row, in the order of their numbers.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let rows = self.numbers().map(|number| self.cells(number));
        rows.map(|cells| {
            let words: Vec<&str> = cells
                .iter()
                .zip(self.columns)
                .filter_map(|(cell, column)| column.get(*cell).copied())
                .collect();
            Row { table: self.name, row: (self.words)(&words) }
        })
        .collect()
    }

    /// Notes that a decision was made by the row of these cells.
    #[cfg(feature = "model-check")]
    pub(crate) fn reach<const N: usize>(&self, cells: impl FnOnce() -> [usize; N]) {
        use core::sync::atomic::Ordering::Relaxed;
        let number = self.number(&cells());
        // Threads share the words: one that is set already is only read.
        let word = self.reached.get(number / 64).filter(|it| it.load(Relaxed) & bit(number) == 0);
        if let Some(word) = word {
            word.fetch_or(bit(number), Relaxed);
        }
    }

    /// Notes nothing.
    #[cfg(not(feature = "model-check"))]
    pub(crate) fn reach<const N: usize>(&self, _: impl FnOnce() -> [usize; N]) {}

    /// Whether each of [`Table::rows`] has been reached since the last [`Table::reset`].
    #[cfg(feature = "model-check")]
    #[must_use]
    pub fn reached(&self) -> Vec<bool> {
        let word = |number: usize| self.reached.get(number / 64);
        let is_reached = |number: usize| {
            word(number).is_some_and(|it| it.load(core::sync::atomic::Ordering::Relaxed) & bit(number) != 0)
        };
        self.numbers().map(is_reached).collect()
    }

    /// Forgets what was reached.
    #[cfg(feature = "model-check")]
    pub fn reset(&self) {
        for word in &self.reached {
            word.store(0, core::sync::atomic::Ordering::Relaxed);
        }
    }

    /// The number of a row: its cells as digits.
    #[cfg(feature = "model-check")]
    fn number(&self, cells: &[usize]) -> usize {
        cells.iter().zip(self.columns).fold(0, |number, (cell, column)| number * column.len() + cell)
    }

    /// The cells of the row of that number.
    fn cells(&self, number: usize) -> Vec<usize> {
        let mut rest = number;
        let mut cells: Vec<usize> = self
            .columns
            .iter()
            .rev()
            .map(|column| {
                let cell = rest % column.len().max(1);
                rest /= column.len().max(1);
                cell
            })
            .collect();
        cells.reverse();
        cells
    }

    /// The numbers of the possible rows.
    fn numbers(&self) -> impl Iterator<Item = usize> {
        let count = self.columns.iter().map(|column| column.len()).product();
        (0..count).filter(|number| (self.is_possible)(&self.cells(*number)))
    }
}

#[cfg(feature = "model-check")]
const fn bit(number: usize) -> u64 {
    1 << (number % 64)
}

/// The words of the first column, a colon, and those of the others.
fn joined(cells: &[&str]) -> String {
    match cells {
        [] => String::new(),
        [only] => (*only).to_string(),
        [first, others @ ..] => alloc::format!("{first}: {}", others.join(", ")),
    }
}

/// Declares the values that one column of a table takes, each with its words.
macro_rules! column {
    ($(#[$doc:meta])* $name:ident { $($variant:ident: $words:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $(#[doc = $words] $variant),* }

        impl $name {
            /// The words of each value, in their order.
            pub(crate) const WORDS: &'static [&'static str] = &[$($words),*];

            /// Which value it is.
            pub(crate) const fn at(self) -> usize {
                #[cfg_attr(not(test), expect(clippy::as_conversions, reason = "the number of a variant without fields"))]
                {
                    self as usize
                }
            }
        }
    };
}

pub(crate) use column;

column! {
    /// What came of an order.
    Answered {
        Done: "done",
        Conflict: "conflict",
        Missing: "missing",
        TryLater: "try later",
        Refused: "refused",
        Unknown: "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[&[&str]] = &[&["a", "b"], &["x", "y", "z"], &["1", "2"]];

    #[test]
    fn rows_are_the_possible_combinations_in_order() {
        let table = Table::new("letters", COLUMNS).only(|cells| cells != [1, 2, 1]);
        let rows: Vec<String> = table.rows().into_iter().map(|it| it.row).collect();
        let expected = [
            "a: x, 1", "a: x, 2", "a: y, 1", "a: y, 2", "a: z, 1", "a: z, 2", "b: x, 1", "b: x, 2",
            "b: y, 1", "b: y, 2", "b: z, 1",
        ];
        assert_eq!(rows, expected);
        let worded = Table::new("letters", COLUMNS).worded(|cells| cells.concat());
        assert_eq!(worded.rows().first().map(|it| it.row.clone()).as_deref(), Some("ax1"));
    }

    #[cfg(feature = "model-check")]
    #[test]
    fn each_row_is_marked_by_itself() {
        let table = Table::new("letters", COLUMNS);
        for number in 0..12 {
            table.reset();
            let cells = table.cells(number);
            table.reach(|| [0, 1, 2].map(|at: usize| cells.get(at).copied().unwrap_or_default()));
            let marked: Vec<usize> =
                table.reached().iter().enumerate().filter(|(_, it)| **it).map(|(at, _)| at).collect();
            assert_eq!(marked, [number]);
        }
    }
}
