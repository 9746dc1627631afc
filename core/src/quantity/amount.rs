//! Amounts: the value of a quantity, without the form in which it is written.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::cmp::Reverse;
use core::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::decimal::{Decimal, NANOS_PER_UNIT, Sign, Signed};
use super::{Format, Quantity};

/// An exact amount, 16 bytes wide; equality, order and hash are those of the value.
///
/// Bounds: a multiple of a nano, of up to [`DIGITS_MAX`](super::DIGITS_MAX) significant digits. What fits in 64 bits of
/// units needs no heap and is compared as two integers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Repr);

/// The one representation of each amount; the order of the variants is that of the values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Repr {
    /// Less than any 64-bit number.
    Below(Reverse<Arc<Magnitude>>),
    /// `whole` is rounded down and `nanos` is less than a unit, so the fields compare in this order.
    Within { whole: i64, nanos: u32 },
    /// More than any 64-bit number and fraction.
    Above(Arc<Magnitude>),
}

/// A giant number. As the digits neither start nor end with a zero, the fields compare in this order.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Magnitude {
    whole_digits: i64,
    digits: Box<[u8]>,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Repr::Within { whole: 0, nanos: 0 });

    /// So many units, for storage: bytes.
    #[must_use]
    pub const fn from_units(units: i64) -> Self {
        Self(Repr::Within { whole: units, nanos: 0 })
    }

    /// The amount of a number that is a multiple of a nano.
    pub(super) fn from_signed(value: &Signed) -> Self {
        let unit = i128::from(NANOS_PER_UNIT);
        let nanos = value.magnitude.short_nanos().map(|it| match value.sign {
            Sign::Negative => -it,
            Sign::NotNegative => it,
        });
        let parts = nanos.map(|it| (i64::try_from(it.div_euclid(unit)), u32::try_from(it.rem_euclid(unit))));
        if let Some((Ok(whole), Ok(nanos))) = parts {
            return Self(Repr::Within { whole, nanos });
        }
        let magnitude = Arc::new(Magnitude {
            whole_digits: value.magnitude.whole_digits(),
            digits: Box::from(value.magnitude.digits()),
        });
        match value.sign {
            Sign::Negative => Self(Repr::Below(Reverse(magnitude))),
            Sign::NotNegative => Self(Repr::Above(magnitude)),
        }
    }

    /// The amount as sign and digits.
    pub(super) fn signed(&self) -> Signed {
        match &self.0 {
            Repr::Below(Reverse(it)) => Signed { sign: Sign::Negative, magnitude: it.decimal() },
            Repr::Above(it) => Signed { sign: Sign::NotNegative, magnitude: it.decimal() },
            Repr::Within { whole, nanos } => {
                let total = i128::from(*whole) * i128::from(NANOS_PER_UNIT) + i128::from(*nanos);
                let sign = if total < 0 { Sign::Negative } else { Sign::NotNegative };
                Signed { sign, magnitude: Decimal::from_nanos(total.unsigned_abs()) }
            }
        }
    }

    /// Whether this is nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// The units, when there is no fraction and they fit in 64 bits.
    #[must_use]
    pub const fn whole(&self) -> Option<i64> {
        match self.0 {
            Repr::Within { whole, nanos: 0 } => Some(whole),
            Repr::Within { .. } | Repr::Below(_) | Repr::Above(_) => None,
        }
    }

    /// The smallest number of units that is not less than this amount, or the nearest of 64 bits.
    #[must_use]
    pub const fn whole_rounded_up(&self) -> i64 {
        match self.0 {
            Repr::Below(_) => i64::MIN,
            Repr::Above(_) => i64::MAX,
            Repr::Within { whole, nanos: 0 } => whole,
            Repr::Within { whole, nanos: _ } => whole.saturating_add(1),
        }
    }

    /// The units, a fraction counted as one more in either direction, when they fit in 64 bits.
    pub(super) fn whole_rounded_away(&self) -> Option<i64> {
        match self.0 {
            Repr::Below(_) | Repr::Above(_) => None,
            Repr::Within { whole, nanos } if nanos == 0 || whole < 0 => Some(whole),
            Repr::Within { whole, nanos: _ } => whole.checked_add(1),
        }
    }

    /// Bytes that this amount holds on the heap, shared ones counted whole.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        match &self.0 {
            Repr::Within { .. } => 0,
            Repr::Below(Reverse(it)) | Repr::Above(it) => {
                size_of::<Magnitude>() + 2 * size_of::<usize>() + it.digits.len()
            }
        }
    }
}

impl Magnitude {
    fn decimal(&self) -> Decimal {
        Decimal::from_significant(&self.digits, self.whole_digits)
    }
}

impl Default for Amount {
    fn default() -> Self {
        Self::ZERO
    }
}

/// The amount as a quantity with a decimal exponent, which reads back as the same amount.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::write_decimal(f, &self.signed(), Format::DecimalExponent, super::BeyondExa::Exponent)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let quantity = Quantity::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)?;
        Ok(quantity.amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In ascending order, each less than the next.
    const ASCENDING: [&str; 17] = [
        "-1e9999",
        "-1e21",
        "-9223372036854775808.000000001",
        "-9223372036854775808",
        "-2",
        "-1.5",
        "-1",
        "-1n",
        "0",
        "1n",
        "1000M",
        "1Gi",
        "9223372036854775807",
        "9223372036854775807.9",
        "9223372036854775808",
        "1e21",
        "1.1e21",
    ];

    #[test]
    fn amount_orders_by_value() {
        let amounts = ASCENDING.map(|it| Quantity::parse(it).unwrap_or_default().amount);
        assert!(amounts.is_sorted_by(|left, right| left < right), "{amounts:?}");
    }

    #[test]
    fn amount_survives_its_text() {
        for given in ASCENDING {
            let amount = Quantity::parse(given).unwrap_or_default().amount;
            assert_eq!(Quantity::parse(&amount.to_string()).map(|it| it.amount), Ok(amount), "{given}");
        }
    }

    #[test]
    fn amount_is_rounded_up_and_saturates() {
        let check = |given: &str, expected| {
            assert_eq!(Quantity::parse(given).unwrap_or_default().amount.whole_rounded_up(), expected);
        };
        check("1Gi", 1 << 30);
        check("1n", 1);
        check("-1500m", -1);
        check("900E", i64::MAX);
        check("-900E", i64::MIN);
    }
}
