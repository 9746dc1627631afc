//! Rows of decision tables that no model reaches, each with the reason and the test that does.

/// Why no model has to reach a row; none if one has to.
pub(crate) fn excuse(table: &str, row: &str) -> Option<&'static str> {
    EXCUSES.iter().find(|(of, rows, _)| *of == table && rows.contains(&row)).map(|(_, _, excuse)| *excuse)
}

/// Table, rows, and the reason.
const EXCUSES: &[(&str, &[&str], &str)] = &[
    (
        "volume",
        &[
            "Pending: names a claim that names it",
            "Available: names a claim that names it",
            "Released: names a claim that names it",
            "Failed: names a claim that names it",
        ],
        "the claim is decided about first, and marks the volume itself; core/src/bind/volume/tests.rs",
    ),
    (
        "volume",
        &["Failed: names a claim that is proven gone"],
        "nobody asks for a proof about a volume that has Failed already; core/src/bind/volume/tests.rs",
    ),
    (
        "protect answer",
        &["list the pods of a namespace: missing"],
        "a list of what is not there is empty; adapters/kube/tests/adapter/orders.rs",
    ),
    (
        "retry",
        &["nothing pauses any more"],
        "a timer that was dropped never fires in the world, as it may in an adapter; core/tests/machine/in_flight.rs",
    ),
];

#[cfg(test)]
mod tests {
    use windlass_core::coverage;

    use super::*;

    #[test]
    fn every_excuse_is_for_a_row_that_there_is() {
        let rows = coverage::rows();
        for (table, excused, _) in EXCUSES {
            for row in *excused {
                assert!(rows.iter().any(|it| it.table == *table && it.row == *row), "{table}: {row}");
            }
        }
        assert!(excuse("volume", "no such row").is_none());
    }
}
