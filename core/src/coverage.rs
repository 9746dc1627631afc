//! Which rows of the decision tables have been decided by, for a model checker to ask.
//!
//! Pipeline: decisions → tables → **`coverage`** → the checker's report.

use alloc::vec::Vec;

use crate::controller;
pub use crate::table::Row;

/// Every row of every table, in a fixed order.
#[must_use]
pub fn rows() -> Vec<Row> {
    controller::tables().flat_map(|table| table.rows()).collect()
}

/// Forgets what was reached.
#[cfg(feature = "model-check")]
pub fn reset() {
    controller::tables().for_each(|table| table.reset());
}

/// Whether each row of [`rows`] has been reached since the last [`reset`].
#[cfg(feature = "model-check")]
#[must_use]
pub fn reached() -> Vec<bool> {
    controller::tables().flat_map(|table| table.reached()).collect()
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_row_has_a_name_of_its_own() {
        let rows = rows();
        let distinct: BTreeSet<&Row> = rows.iter().collect();
        assert_eq!(distinct.len(), rows.len());
        assert!(rows.iter().all(|it| !it.row.is_empty()));
        assert!(rows.iter().any(|it| it.row == "never bound: names a free volume that fits"));
    }
}
