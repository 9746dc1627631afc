//! Reads the text of a quantity, with upstream's leniency and its limits.

use super::amount::Amount;
use super::decimal::{Decimal, Sign, Signed};
use super::{DIGITS_MAX, Format, QuantityError, TEXT_BYTES_MAX};

/// Most digits that upstream reads into a 64-bit number.
const NARROW_DIGITS_MAX: usize = 18;

/// Most digits before a binary suffix that upstream reads into a 64-bit number, less three for each
/// power of 1024.
const NARROW_BINARY_DIGITS_MAX: usize = 14;

/// The finest scale of a number that upstream reads into 64 bits.
const NARROW_SCALE_MIN: i64 = super::decimal::NANO;

/// How upstream reads a text; it shows in what it answers when the amount must fit in 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Reader {
    /// Into a 64-bit number and a scale; what does not fit becomes zero.
    Narrow,
    /// Likewise, but with a scale that it has a shortcut for, which loses the high bits.
    NarrowWrapping,
    /// Into a decimal of any length.
    Wide,
}

/// The parts of a text that has the form of a quantity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanned<'a> {
    sign: Sign,
    /// Digits before the point, without leading zeros; `0` when there are none.
    whole: &'a str,
    /// Digits after the point.
    fraction: &'a str,
    /// Whether any digit was written, of those that were not needed too.
    digits: Digits,
    pub(super) suffix: Suffix,
}

#[derive(Clone, Copy, Debug)]
enum Digits {
    Written,
    Missing,
}

/// What follows the number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Suffix {
    /// `n` to `E`, or nothing: times ten to the exponent.
    Decimal { exponent: i64 },
    /// `Ki` to `Ei`: times 1024 to the power.
    Binary { power: usize },
    /// `e` or `E` and a number: times ten to the exponent.
    Exponent { exponent: i64 },
}

impl<'a> Scanned<'a> {
    /// Takes `text` apart.
    pub(super) fn read(text: &'a str) -> Result<Self, QuantityError> {
        if text.is_empty() {
            return Err(QuantityError::Empty);
        }
        if text.len() > TEXT_BYTES_MAX {
            return Err(QuantityError::TextTooLong);
        }
        let (sign, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (Sign::Negative, rest),
            None => (Sign::NotNegative, text.strip_prefix('+').unwrap_or(text)),
        };
        let stripped = unsigned.trim_start_matches('0');
        let (whole, rest) = split_digits(stripped);
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(rest) => split_digits(rest),
            None => ("", rest),
        };
        let has_digits = stripped.len() < unsigned.len() || !whole.is_empty() || !fraction.is_empty();
        Ok(Self {
            sign,
            whole: if whole.is_empty() { "0" } else { whole },
            fraction,
            digits: if has_digits { Digits::Written } else { Digits::Missing },
            suffix: Suffix::read(rest)?,
        })
    }

    /// The amount, and how upstream would have read it.
    pub(super) fn amount(&self) -> Result<(Amount, Reader), QuantityError> {
        let reader = self.reader();
        if let (Reader::Wide, Digits::Missing) = (reader, self.digits) {
            return Err(QuantityError::NoNumber);
        }
        let number = Decimal::from_ascii(self.whole, self.fraction, self.suffix.exponent());
        let mut magnitude = number.bounded(DIGITS_MAX)?;
        for _ in 0..self.suffix.power() {
            magnitude = magnitude.times_1024();
        }
        let value = Signed { sign: self.sign, magnitude: magnitude.rounded_up_to_nano() };
        let amount = Amount::from_signed(&value);
        match self.suffix {
            Suffix::Binary { .. } => {
                let cap = Amount::from_signed(&Signed { sign: self.sign, magnitude: Decimal::binary_max() });
                let is_beyond = match self.sign {
                    Sign::Negative => amount < cap,
                    Sign::NotNegative => amount > cap,
                };
                // A capped amount fits in 64 bits, whoever read it.
                Ok(if is_beyond { (cap, Reader::Narrow) } else { (amount, reader) })
            }
            Suffix::Decimal { .. } | Suffix::Exponent { .. } => Ok((amount, reader)),
        }
    }

    /// Whether upstream prints this text as it was given.
    ///
    /// It means to do so only for text in canonical form, but does not look at all of it.
    pub(super) fn is_repeated(&self) -> bool {
        let first = self.digits_read().next();
        let last = |count: usize| self.digits_read().rev().take(count);
        match (self.reader(), self.suffix) {
            (Reader::Wide, _) => false,
            // Three decimal digits tell whether a number is a multiple of eight.
            (Reader::Narrow | Reader::NarrowWrapping, Suffix::Binary { .. }) => {
                let tail = last(3).zip([1, 10, 100]);
                tail.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum::<u32>() % 8 != 0
            }
            (Reader::Narrow | Reader::NarrowWrapping, Suffix::Decimal { .. } | Suffix::Exponent { .. }) => {
                let zeros = last(3).filter(|it| *it == b'0').count();
                self.scale().rem_euclid(3) == 0 && zeros < 3 && first != Some(b'0')
            }
        }
    }

    fn digits_read(&self) -> impl DoubleEndedIterator<Item = u8> {
        self.whole.bytes().chain(self.fraction.bytes())
    }

    /// The exponent of ten of the last digit.
    fn scale(&self) -> i64 {
        let fraction_len = i64::try_from(self.fraction.len()).unwrap_or(i64::MAX);
        self.suffix.exponent().saturating_sub(fraction_len)
    }

    fn reader(&self) -> Reader {
        let is_narrow = match self.suffix {
            Suffix::Binary { power } => {
                self.fraction.is_empty() && self.whole.len() + 3 * power <= NARROW_BINARY_DIGITS_MAX
            }
            Suffix::Decimal { .. } | Suffix::Exponent { .. } => {
                self.whole.len() + self.fraction.len() <= NARROW_DIGITS_MAX
                    && self.scale() >= NARROW_SCALE_MIN
            }
        };
        match (is_narrow, self.scale()) {
            (false, _) => Reader::Wide,
            (true, 1 | 2 | 3 | 6 | 9) => Reader::NarrowWrapping,
            (true, _) => Reader::Narrow,
        }
    }
}

impl Suffix {
    fn read(text: &str) -> Result<Self, QuantityError> {
        let letters_end = text.trim_start_matches(|it| "eEinumkKMGTP".contains(it));
        let signless = letters_end.strip_prefix(['-', '+']).unwrap_or(letters_end);
        if !split_digits(signless).1.is_empty() {
            return Err(QuantityError::Malformed);
        }
        match text {
            "" => Ok(Self::Decimal { exponent: 0 }),
            "n" => Ok(Self::Decimal { exponent: -9 }),
            "u" => Ok(Self::Decimal { exponent: -6 }),
            "m" => Ok(Self::Decimal { exponent: -3 }),
            "k" => Ok(Self::Decimal { exponent: 3 }),
            "M" => Ok(Self::Decimal { exponent: 6 }),
            "G" => Ok(Self::Decimal { exponent: 9 }),
            "T" => Ok(Self::Decimal { exponent: 12 }),
            "P" => Ok(Self::Decimal { exponent: 15 }),
            "E" => Ok(Self::Decimal { exponent: 18 }),
            "Ki" => Ok(Self::Binary { power: 1 }),
            "Mi" => Ok(Self::Binary { power: 2 }),
            "Gi" => Ok(Self::Binary { power: 3 }),
            "Ti" => Ok(Self::Binary { power: 4 }),
            "Pi" => Ok(Self::Binary { power: 5 }),
            "Ei" => Ok(Self::Binary { power: 6 }),
            other => Self::read_exponent(other),
        }
    }

    /// Reads an `e` and the exponent behind it.
    fn read_exponent(text: &str) -> Result<Self, QuantityError> {
        let number = text.strip_prefix(['e', 'E']).ok_or(QuantityError::UnknownSuffix)?;
        let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
        if digits.is_empty() || !split_digits(digits).1.is_empty() {
            return Err(QuantityError::UnknownSuffix);
        }
        let exponent = number.parse::<i32>().map_err(|_| QuantityError::ExponentOutOfRange)?;
        Ok(Self::Exponent { exponent: i64::from(exponent) })
    }

    /// The family of the suffix.
    pub(super) const fn format(self) -> Format {
        match self {
            Self::Decimal { .. } => Format::DecimalSi,
            Self::Binary { .. } => Format::BinarySi,
            Self::Exponent { .. } => Format::DecimalExponent,
        }
    }

    const fn exponent(self) -> i64 {
        match self {
            Self::Decimal { exponent } | Self::Exponent { exponent } => exponent,
            Self::Binary { .. } => 0,
        }
    }

    const fn power(self) -> usize {
        match self {
            Self::Binary { power } => power,
            Self::Decimal { .. } | Self::Exponent { .. } => 0,
        }
    }
}

/// Cuts behind the leading ASCII digits.
fn split_digits(text: &str) -> (&str, &str) {
    let rest = text.trim_start_matches(|it: char| it.is_ascii_digit());
    text.split_at_checked(text.len() - rest.len()).unwrap_or((text, ""))
}
