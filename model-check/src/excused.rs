//! Rows of decision tables that no model reaches, each with the reason and the test that does.

/// Why no model has to reach a row; none if one has to.
pub(crate) fn excuse(table: &str, row: &str) -> Option<&'static str> {
    EXCUSES.iter().find(|(of, it, _)| *of == table && *it == row).map(|(_, _, excuse)| *excuse)
}

/// Table, row, and the reason.
const EXCUSES: &[(&str, &str, &str)] = &[];
