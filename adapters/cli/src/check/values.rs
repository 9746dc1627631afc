//! Values of arguments: amounts of memory.

use std::fmt;
use std::str::FromStr;

use windlass_core::quantity::Quantity;
use windlass_model_check::suite::Options;

/// An amount of memory: a quantity as Kubernetes writes them, or one with a B behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bytes(pub(super) u64);

impl Default for Bytes {
    fn default() -> Self {
        Self(Options::default().bytes_max)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(bytes) = *self;
        let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        match units.iter().find(|(_, unit)| bytes >= *unit && bytes.is_multiple_of(*unit)) {
            Some((name, unit)) => write!(f, "{}{name}", bytes / unit),
            None => write!(f, "{bytes}"),
        }
    }
}

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let quantity = Quantity::parse(text.strip_suffix('B').unwrap_or(text));
        let whole = quantity.ok().map(|it| it.amount().whole_rounded_up());
        match whole.and_then(|whole| u64::try_from(whole).ok()) {
            Some(0) => Err("nothing fits into no memory".to_owned()),
            Some(bytes) => Ok(Self(bytes)),
            None => Err("write an amount such as 8GiB or 500Mi".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_with_the_units_of_kubernetes_and_with_bytes() {
        let read = |text: &str| text.parse::<Bytes>().map(|it| it.0);
        assert_eq!(read("8GiB"), Ok(8 << 30));
        assert_eq!(read("500Mi"), Ok(500 << 20));
        assert_eq!(read("1.5Gi"), Ok(3 << 29));
        assert_eq!(read("2G"), Ok(2_000_000_000));
        assert_eq!(read("4096"), Ok(4_096));
        for text in ["", "B", "0", "-1Gi", "8 GiB", "8gib", "much"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_amount_is_read_back_as_it_is_written() {
        for bytes in [1, 1_000, 1 << 10, 3 << 20, 12 << 30] {
            let written = Bytes(bytes).to_string();
            assert_eq!(written.parse(), Ok(Bytes(bytes)), "{written}");
        }
    }
}
