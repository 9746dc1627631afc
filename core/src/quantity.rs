//! Kubernetes resource quantities, such as `10Gi`, `1500m` or `12e6`, exact and without floats.
//!
//! Guarantees: what parses, what is printed and how two of them compare is what Kubernetes v1.36
//! does, at any magnitude; no input panics. An ordinary quantity needs no heap.
//!
//! Deliberately absent: arithmetic. Upstream: `k8s.io/apimachinery/pkg/api/resource`.

mod decimal;

mod amount;

mod scan;

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::fmt::{self, Write};
use core::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use amount::Amount;
use decimal::Signed;
use scan::{Reader, Scanned};

use crate::text::Text;

/// Longest text that is read as a quantity, in bytes.
///
/// A little more than the longest canonical form of [`DIGITS_MAX`] digits, so that what was printed
/// can be read again. Upstream has no limit but the size of an object.
pub const TEXT_BYTES_MAX: usize = 1_100;

/// Most significant digits of a quantity, those finer than nano included.
///
/// Far more than any storage has; it bounds the time and the memory of one quantity.
pub const DIGITS_MAX: usize = 1_000;

/// A resource quantity: an exact amount, and how it is written.
///
/// Two are equal when they are written alike, so `1Gi` and `1073741824` differ; compare [`amount`]s
/// to compare sizes. The order is that of the amounts first, then of the form. Amounts beyond
/// 64 bits, and negative fractions, are also told apart by what upstream's `Value()` makes of them.
///
/// [`amount`]: Quantity::amount
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    amount: Amount,
    format: Format,
    /// The first of the ways of reading that make upstream answer alike.
    reader: Reader,
    /// The text as given, when upstream repeats it although the canonical form is another: `+5`.
    spelling: Option<Arc<Text>>,
}

/// The family of suffixes in which a quantity is printed.
///
/// It is the family that shows: a `BinarySi` that prints no suffix, and would print the same as
/// `DecimalSi`, is `DecimalSi`, so that text that is read again gives an equal quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Format {
    DecimalSi,
    BinarySi,
    DecimalExponent,
}

/// What to print after an exponent of ten that no decimal suffix covers.
#[derive(Clone, Copy, Debug)]
enum BeyondExa {
    /// Nothing, as upstream does up to v1.36: `1000E` is printed as `1`.
    Dropped,
    /// The exponent, as later versions do: `1e21`.
    Exponent,
}

impl Quantity {
    /// The quantity of nothing, printed as `0`.
    pub const ZERO: Self =
        Self { amount: Amount::ZERO, format: Format::DecimalSi, reader: Reader::Narrow, spelling: None };

    /// Reads a quantity as Kubernetes does.
    ///
    /// Parts finer than nano are rounded away from zero; binary suffixes are capped at 2^63-1 in
    /// either direction.
    ///
    /// # Errors
    ///
    /// When upstream refuses the text, and beyond [`TEXT_BYTES_MAX`], [`DIGITS_MAX`] and exponents
    /// of 32 bits, where upstream would wrap around or take very long.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let scanned = Scanned::read(text)?;
        let (amount, reader) = scanned.amount()?;
        let value = amount.signed();
        let upstream = int64_value(&amount, reader);
        let mut readers = [Reader::Narrow, Reader::NarrowWrapping, Reader::Wide].into_iter();
        // Quantities that answer alike must be equal, however they were read.
        let reader = readers.find(|it| int64_value(&amount, *it) == upstream).unwrap_or(reader);
        let mut quantity = Self {
            format: shown_format(scanned.suffix.format(), &amount, &value),
            amount,
            reader,
            spelling: None,
        };
        if scanned.is_repeated() && quantity.to_string() != text {
            quantity.spelling = Some(Arc::new(Text::new(text)));
        }
        Ok(quantity)
    }

    /// The amount alone, to compare by.
    #[must_use]
    pub const fn amount(&self) -> &Amount {
        &self.amount
    }

    /// Whether this is nothing, however it is written.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }

    /// What upstream's `Value()` answers: the amount in units, fractions rounded away from zero.
    ///
    /// Beyond 64 bits upstream answers zero or wraps around, depending on how the text was read,
    /// and it can round negative fractions down twice; all of that is kept here. Use
    /// [`Amount::whole_rounded_up`] for a number to rely on.
    #[must_use]
    pub fn value_rounded_up(&self) -> i64 {
        int64_value(&self.amount, self.reader)
    }

    /// The form that is read back as the same amount.
    pub(crate) fn stored(&self) -> impl fmt::Display {
        struct Stored<'a>(&'a Quantity);
        impl fmt::Display for Stored<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, BeyondExa::Exponent)
            }
        }
        Stored(self)
    }

    /// Writes the quantity; what it does beyond exa decides whether it can be read back.
    fn write(&self, out: &mut dyn Write, beyond: BeyondExa) -> fmt::Result {
        if let Some(spelling) = &self.spelling {
            return out.write_str(spelling.as_str());
        }
        match (self.format, self.amount.whole()) {
            (Format::BinarySi, Some(whole)) => write_binary(out, whole),
            (Format::BinarySi, None) | (Format::DecimalSi | Format::DecimalExponent, _) => {
                write_decimal(out, &self.amount.signed(), self.format, beyond)
            }
        }
    }
}

/// What upstream answers for an amount that it has read in this way, once it must fit in 64 bits.
fn int64_value(amount: &Amount, reader: Reader) -> i64 {
    match (reader, amount.whole_rounded_away()) {
        (Reader::Narrow | Reader::NarrowWrapping, Some(whole)) => whole,
        (Reader::Narrow, None) => 0,
        (Reader::NarrowWrapping, None) => amount.signed().low_value(),
        (Reader::Wide, _) => amount.signed().wide_value(),
    }
}

/// The family in which an amount written in `given` is printed.
fn shown_format(given: Format, amount: &Amount, value: &Signed) -> Format {
    let exponent = value.magnitude.canonical_exponent();
    match (given, amount.whole()) {
        // Fractions, and what is smaller than the smallest suffix, are printed as decimals.
        (Format::BinarySi, None) => Format::DecimalSi,
        (Format::BinarySi, Some(whole)) if whole.unsigned_abs() < 1_024 => Format::DecimalSi,
        (Format::BinarySi, Some(whole)) if whole.unsigned_abs() % 1_024 == 0 => Format::BinarySi,
        (Format::BinarySi, Some(_)) if exponent == 0 => Format::DecimalSi,
        (Format::BinarySi, Some(_)) => Format::BinarySi,
        (Format::DecimalExponent, _) if exponent == 0 => Format::DecimalSi,
        (Format::DecimalExponent, _) => Format::DecimalExponent,
        (Format::DecimalSi, _) => Format::DecimalSi,
    }
}

fn write_binary(out: &mut dyn Write, whole: i64) -> fmt::Result {
    let mut number = whole;
    let mut suffix = "";
    for larger in ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] {
        if number % 1_024 != 0 {
            break;
        }
        number /= 1_024;
        suffix = larger;
    }
    write!(out, "{number}{suffix}")
}

fn write_decimal(out: &mut dyn Write, value: &Signed, format: Format, beyond: BeyondExa) -> fmt::Result {
    value.write_canonical_digits(out)?;
    let exponent = value.magnitude.canonical_exponent();
    match (format, beyond, decimal_suffix(exponent)) {
        (Format::DecimalSi | Format::BinarySi, _, Some(suffix)) => out.write_str(suffix),
        (Format::DecimalSi | Format::BinarySi, BeyondExa::Dropped, None) => Ok(()),
        (Format::DecimalSi | Format::BinarySi, BeyondExa::Exponent, None)
        | (Format::DecimalExponent, _, _) => {
            if exponent == 0 {
                return Ok(());
            }
            write!(out, "e{exponent}")
        }
    }
}

fn decimal_suffix(exponent: i64) -> Option<&'static str> {
    match exponent {
        -9 => Some("n"),
        -6 => Some("u"),
        -3 => Some("m"),
        0 => Some(""),
        3 => Some("k"),
        6 => Some("M"),
        9 => Some("G"),
        12 => Some("T"),
        15 => Some("P"),
        18 => Some("E"),
        _ => None,
    }
}

impl Default for Quantity {
    fn default() -> Self {
        Self::ZERO
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        Self::parse(text)
    }
}

/// The form that Kubernetes v1.36 prints.
///
/// From 10^21 on, that version leaves out the exponent of a quantity without `e`; serialization
/// does not.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, BeyondExa::Dropped)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.stored())
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// What is wrong with a text that is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum QuantityError {
    /// There is nothing to read.
    Empty,
    /// More than [`TEXT_BYTES_MAX`] bytes.
    TextTooLong,
    /// Something follows the number and its suffix, or stands where a digit is expected.
    Malformed,
    /// The suffix is none that is known.
    UnknownSuffix,
    /// The suffix stands alone and no number can be made of it.
    NoNumber,
    /// The exponent does not fit in 32 bits.
    ExponentOutOfRange,
    /// More than [`DIGITS_MAX`] significant digits.
    TooManyDigits,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the quantity is empty"),
            Self::TextTooLong => write!(f, "the quantity is longer than {TEXT_BYTES_MAX} bytes"),
            Self::Malformed => f.write_str("the quantity is not a number followed by a suffix"),
            Self::UnknownSuffix => f.write_str("the suffix of the quantity is unknown"),
            Self::NoNumber => f.write_str("the quantity has a suffix and no number"),
            Self::ExponentOutOfRange => f.write_str("the exponent of the quantity is out of range"),
            Self::TooManyDigits => {
                write!(f, "the quantity has more than {DIGITS_MAX} significant digits")
            }
        }
    }
}

impl core::error::Error for QuantityError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &str, expected: Result<(&str, i64), QuantityError>) {
        let got = Quantity::parse(given).map(|it| (it.to_string(), it.value_rounded_up()));
        assert_eq!(
            got.as_ref().map(|(text, value)| (text.as_str(), *value)),
            expected.as_ref().copied(),
            "{given}"
        );
    }

    #[test]
    fn quantity_is_small() {
        assert_eq!(size_of::<Amount>(), 16);
        assert_eq!(size_of::<Quantity>(), 32);
        assert_eq!(size_of::<Option<Quantity>>(), 32);
    }

    #[test]
    fn quantity_is_printed_as_upstream_prints_it() {
        check("10Gi", Ok(("10Gi", 10 << 30)));
        check("1024Mi", Ok(("1Gi", 1 << 30)));
        check("1.5Gi", Ok(("1536Mi", 3 << 29)));
        check("1.953125Ki", Ok(("2000", 2_000)));
        check("2000", Ok(("2k", 2_000)));
        check("0.1Ki", Ok(("102400m", 103)));
        check("100m", Ok(("100m", 1)));
        check("-1500m", Ok(("-1500m", -2)));
        check("0.0000000001", Ok(("1n", 1)));
        check("1e-999999999", Ok(("1e-9", 1)));
        check("1E3", Ok(("1E3", 1_000)));
        check("3.1e3", Ok(("3100", 3_100)));
        check("+5", Ok(("+5", 5)));
        check("00.50", Ok(("500m", 1)));
        check("-0Gi", Ok(("0", 0)));
        check("-", Ok(("0", 0)));
        check("9Ei", Ok(("9223372036854775807", i64::MAX)));
        check("-9Ei", Ok(("-9223372036854775807", -i64::MAX)));
    }

    #[test]
    fn quantity_beyond_64_bits_is_exact_and_its_value_is_upstreams() {
        check("419839791182E", Ok(("419839791182E", 0)));
        check("1e999999999", Ok(("1e999999999", 0)));
        check("1000E", Ok(("1", 0)));
        check("9194220501082G", Ok(("9194220501082G", 7_741_952_374_643_295_232)));
        check("1000000000000000000000", Ok(("1", 3_875_820_019_684_212_736)));
        let small = Quantity::parse("1000E").map(|it| it.amount().clone());
        assert_eq!(small, Quantity::parse("1e21").map(|it| it.amount().clone()));
    }

    #[test]
    fn quantity_that_is_none_says_why() {
        check("", Err(QuantityError::Empty));
        check(&"1".repeat(TEXT_BYTES_MAX + 1), Err(QuantityError::TextTooLong));
        check(&"1".repeat(DIGITS_MAX + 1), Err(QuantityError::TooManyDigits));
        check("1.2.3", Err(QuantityError::Malformed));
        check("é", Err(QuantityError::Malformed));
        check("1K", Err(QuantityError::UnknownSuffix));
        check("1-5", Err(QuantityError::UnknownSuffix));
        check("Ei", Err(QuantityError::NoNumber));
        check("1e9999999999", Err(QuantityError::ExponentOutOfRange));
        check("1e99999999999999999999999", Err(QuantityError::ExponentOutOfRange));
    }

    #[test]
    fn quantity_is_equal_by_text_and_amount_by_value() {
        let parse = |text| Quantity::parse(text).unwrap_or_default();
        assert_eq!(parse("1024Mi"), parse("1Gi"));
        assert_eq!(parse("1.5Gi"), parse("1536Mi"));
        assert_ne!(parse("1073741824"), parse("1Gi"));
        assert_eq!(parse("1073741824").amount(), parse("1Gi").amount());
        assert_eq!(parse("9Ei"), parse("9223372036854775807"));
    }

    #[test]
    fn quantity_beyond_exa_is_stored_without_loss() {
        let stored = serde_json::to_string(&Quantity::parse("12000E").unwrap_or_default());
        assert_eq!(stored.ok().as_deref(), Some("\"12e21\""));
    }
}
