//! Decimal numbers of any length, the form between text and amount.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use super::QuantityError;

/// The exponent of ten of the finest part that a quantity keeps.
pub(super) const NANO: i64 = -9;

/// How many nanos make one.
pub(super) const NANOS_PER_UNIT: u32 = 1_000_000_000;

/// Whole digits up to which an amount may fit in 64 bits; a bound on what is added up in 128.
const WHOLE_DIGITS_SHORT_MAX: i64 = 20;

/// A number that is not negative: its digits read as an integer, times ten to the exponent.
///
/// Invariant: neither the first nor the last digit is zero, so that each number has one form. Zero
/// has no digits and the exponent zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: Vec<u8>,
    exponent: i64,
}

/// A decimal and its sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) sign: Sign,
    pub(super) magnitude: Decimal,
}

/// On which side of zero a number lies; zero itself is not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Negative,
    NotNegative,
}

impl Decimal {
    /// The number with these digits, each of them 0 to 9.
    pub(super) fn new(mut digits: Vec<u8>, mut exponent: i64) -> Self {
        let leading = digits.iter().take_while(|it| **it == 0).count();
        digits.drain(..leading);
        while digits.last() == Some(&0) {
            digits.pop();
            exponent += 1;
        }
        if digits.is_empty() {
            exponent = 0;
        }
        Self { digits, exponent }
    }

    /// The number with the digits of these ASCII texts, one behind the other; others are left out.
    pub(super) fn from_ascii(whole: &str, fraction: &str, exponent: i64) -> Self {
        let digit = |it: u8| it.checked_sub(b'0').filter(|digit| *digit <= 9);
        let fraction_len = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
        let digits = whole.bytes().chain(fraction.bytes()).filter_map(digit).collect();
        Self::new(digits, exponent.saturating_sub(fraction_len))
    }

    /// The number of `nanos` nanos.
    pub(super) fn from_nanos(mut nanos: u128) -> Self {
        let mut digits = Vec::new();
        while nanos != 0 {
            digits.push(u8::try_from(nanos % 10).unwrap_or(0));
            nanos /= 10;
        }
        digits.reverse();
        Self::new(digits, NANO)
    }

    pub(super) fn digits(&self) -> &[u8] {
        &self.digits
    }

    /// How many digits stand before the point; not above zero when there are none.
    pub(super) fn whole_digits(&self) -> i64 {
        i64::try_from(self.digits.len()).unwrap_or(i64::MAX).saturating_add(self.exponent)
    }

    /// This number, or an error when it has more significant digits than `max`.
    pub(super) fn bounded(self, max: usize) -> Result<Self, QuantityError> {
        if self.digits.len() > max { Err(QuantityError::TooManyDigits) } else { Ok(self) }
    }

    /// 1024 times as much.
    pub(super) fn times_1024(self) -> Self {
        let mut carry = 0_u32;
        let mut reversed = Vec::with_capacity(self.digits.len() + 4);
        for digit in self.digits.iter().rev() {
            let product = u32::from(*digit) * 1_024 + carry;
            reversed.push(u8::try_from(product % 10).unwrap_or(0));
            carry = product / 10;
        }
        while carry != 0 {
            reversed.push(u8::try_from(carry % 10).unwrap_or(0));
            carry /= 10;
        }
        reversed.reverse();
        Self::new(reversed, self.exponent)
    }

    /// The next number, upwards, that is a multiple of a nano.
    pub(super) fn rounded_up_to_nano(self) -> Self {
        let Ok(surplus) = usize::try_from(NANO.saturating_sub(self.exponent)) else {
            return self;
        };
        if surplus == 0 || self.digits.is_empty() {
            return self;
        }
        let mut kept = self.digits;
        kept.truncate(kept.len().saturating_sub(surplus));
        // The last digit is never zero, so what was cut off is not nothing and counts as one nano.
        for digit in kept.iter_mut().rev() {
            if *digit < 9 {
                *digit += 1;
                return Self::new(kept, NANO);
            }
            *digit = 0;
        }
        kept.insert(0, 1);
        Self::new(kept, NANO)
    }

    /// The number in nanos, when it is short enough that it may fit in 64 bits of units.
    ///
    /// The number must be a multiple of a nano.
    pub(super) fn short_nanos(&self) -> Option<i128> {
        if self.whole_digits() > WHOLE_DIGITS_SHORT_MAX {
            return None;
        }
        let shift = u32::try_from(self.exponent.checked_sub(NANO)?).ok()?;
        let digits = self.digits.iter().fold(0_i128, |sum, digit| sum * 10 + i128::from(*digit));
        digits.checked_mul(10_i128.checked_pow(shift)?)
    }

    /// The largest multiple of three that is an exponent of this number with an integer before it.
    pub(super) fn canonical_exponent(&self) -> i64 {
        self.exponent - self.exponent.rem_euclid(3)
    }

    /// The lowest 64 bits of the integer `digits` times ten to the `exponent`.
    fn low_bits(digits: &[u8], exponent: i64) -> u64 {
        let number =
            digits.iter().fold(0_u64, |sum, digit| sum.wrapping_mul(10).wrapping_add(u64::from(*digit)));
        let exponent = u32::try_from(exponent.max(0)).unwrap_or(u32::MAX);
        number.wrapping_mul(10_u64.wrapping_pow(exponent))
    }
}

impl Signed {
    /// What upstream makes of a quantity that it keeps as a big number, once it must fit in 64 bits.
    ///
    /// Upwards it divides first and then drops the high bits; downwards the other way round, and it
    /// adds one to what the division has already rounded towards zero.
    pub(super) fn wide_value(&self) -> i64 {
        let Decimal { digits, exponent } = &self.magnitude;
        match self.sign {
            Sign::NotNegative => {
                let whole = usize::try_from(self.magnitude.whole_digits()).unwrap_or(0);
                match digits.get(..whole) {
                    Some(whole) if *exponent < 0 => Decimal::low_bits(whole, 0).wrapping_add(1).cast_signed(),
                    Some(_) | None => Decimal::low_bits(digits, *exponent).cast_signed(),
                }
            }
            Sign::Negative => {
                let nanos = Decimal::low_bits(digits, exponent - NANO).wrapping_neg().cast_signed();
                let unit = i64::from(NANOS_PER_UNIT);
                if nanos % unit == 0 { nanos / unit } else { nanos / unit + 1 }
            }
        }
    }

    /// The lowest 64 bits of an integer.
    pub(super) fn low_value(&self) -> i64 {
        let Decimal { digits, exponent } = &self.magnitude;
        let low = Decimal::low_bits(digits, *exponent);
        match self.sign {
            Sign::NotNegative => low.cast_signed(),
            Sign::Negative => low.wrapping_neg().cast_signed(),
        }
    }

    /// Writes the integer that stands before the canonical exponent.
    pub(super) fn write_canonical_digits(&self, out: &mut dyn Write) -> fmt::Result {
        if self.magnitude.digits.is_empty() {
            return out.write_char('0');
        }
        match self.sign {
            Sign::Negative => out.write_char('-')?,
            Sign::NotNegative => {}
        }
        let zeros = usize::try_from(self.magnitude.exponent.rem_euclid(3)).unwrap_or(0);
        for digit in self.magnitude.digits.iter().copied().chain(core::iter::repeat_n(0, zeros)) {
            out.write_char(char::from(b'0' + digit))?;
        }
        Ok(())
    }
}

impl Decimal {
    /// The number whose significant digits, and digits before the point, are these.
    pub(super) fn from_significant(digits: &[u8], whole_digits: i64) -> Self {
        let len = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        Self::new(digits.to_vec(), whole_digits.saturating_sub(len))
    }

    /// The largest number that a binary suffix can express, 2^63-1.
    pub(super) fn binary_max() -> Self {
        Self::new(vec![9, 2, 2, 3, 3, 7, 2, 0, 3, 6, 8, 5, 4, 7, 7, 5, 8, 0, 7], 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(whole: &str, fraction: &str, exponent: i64) -> Decimal {
        Decimal::from_ascii(whole, fraction, exponent)
    }

    #[test]
    fn decimal_has_one_form() {
        assert_eq!(decimal("00120", "00", 0), decimal("12", "", 1));
        assert_eq!(decimal("0", "000", 77), decimal("", "", 0));
        assert_eq!(Decimal::from_nanos(1_500_000_000), decimal("1", "5", 0));
    }

    #[test]
    fn decimal_rounds_up_to_nano() {
        let check = |given: Decimal, expected| assert_eq!(given.rounded_up_to_nano(), expected);
        check(decimal("", "0000000001", 0), decimal("1", "", -9));
        check(decimal("1", "", -1_000_000), decimal("1", "", -9));
        check(decimal("", "9999999999", 0), decimal("1", "", 0));
        check(decimal("1", "000000001", 0), decimal("1", "000000001", 0));
        check(decimal("0", "", 0), decimal("0", "", 0));
    }

    #[test]
    fn decimal_is_multiplied_exactly() {
        assert_eq!(decimal("1", "5", 0).times_1024(), decimal("1536", "", 0));
        assert_eq!(decimal("999", "", 9).times_1024(), decimal("1022976", "", 9));
        assert_eq!(decimal("0", "", 0).times_1024(), decimal("0", "", 0));
    }
}
