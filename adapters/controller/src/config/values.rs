//! Values of flags and of the configuration file: durations, sizes, log formats.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use windlass_core::duration;
use windlass_core::quantity::Quantity;

/// A duration as Go writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span(pub(crate) Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ns = duration::parse_ns(text).map_err(|error| format!("{text:?}: {error}"))?;
        Ok(Self(Duration::from_nanos(ns)))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&duration::write_ms(u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)))
    }
}

/// A number of bytes, written as a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Size(pub(crate) u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let quantity = Quantity::parse(text).map_err(|error| format!("{text:?}: {error}"))?;
        let bytes = u64::try_from(quantity.value_rounded_up()).ok().filter(|it| *it > 0);
        bytes.map(Self).ok_or_else(|| format!("{text:?}: write a number of bytes, such as 64Mi"))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MEBI: u64 = 1 << 20;
        match self.0 {
            bytes if bytes % MEBI == 0 && bytes > 0 => write!(f, "{}Mi", bytes / MEBI),
            bytes => bytes.fmt(f),
        }
    }
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

/// Reads and writes a value of the configuration file as its text.
macro_rules! as_text {
    ($($name:ident),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
as_text!(Span, Size);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are_written() {
        for (text, ms) in [("15s", 15_000), ("1m30s", 90_000), ("250ms", 250)] {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.0.as_millis(), span.to_string().as_str()), (ms, text));
        }
        assert!("15".parse::<Span>().unwrap_err().contains("unit"));
        for (text, bytes) in [("64Mi", 64 << 20), ("1Gi", 1 << 30), ("1000", 1_000)] {
            let size: Size = text.parse().unwrap();
            assert_eq!(size, Size(bytes));
            assert_eq!(size.to_string().parse(), Ok(size));
        }
        for text in ["", "0", "-1", "a lot"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
