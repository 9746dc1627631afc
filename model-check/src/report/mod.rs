//! What came of a suite, as a page and as tables for a terminal.
//!
//! Pipeline: `results` → **`report`** → a file, `windlass check`.
//!
//! Guarantees: both depend on the result alone. That a property was never at stake, a row never reached or a
//! mutant never killed is as visible as that something broke: a proof of nothing looks like one.

mod html;
mod text;

pub use html::page;
pub use text::{painted, text};
