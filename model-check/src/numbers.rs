//! Numbers as people read them.

use std::time::Duration;

/// All digits, in groups of three: `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Two or three digits and a unit: `1.2M`.
pub(crate) fn short(number: u64) -> String {
    scaled(number, 1_000, &["", "k", "M", "G", "T"], "")
}

/// An amount of memory: `3.4 GiB`.
pub(crate) fn bytes(number: u64) -> String {
    scaled(number, 1_024, &["B", "KiB", "MiB", "GiB", "TiB"], " ")
}

fn scaled(number: u64, step: u64, units: &[&str], space: &str) -> String {
    let (mut unit, mut scale) = (0, 1);
    // What would be rounded up to a whole next unit is told in that one.
    while number.saturating_mul(2) >= scale * (step * 2 - 1) && unit + 1 < units.len() && number >= step {
        scale *= step;
        unit += 1;
    }
    let name = units.get(unit).copied().unwrap_or_default();
    let tenths = (number.saturating_mul(10) + scale / 2) / scale;
    match (unit, tenths) {
        (0, _) => format!("{number}{space}{name}"),
        (_, ..100) => format!("{}.{}{space}{name}", tenths / 10, tenths % 10),
        (_, 100..) => format!("{}{space}{name}", (number + scale / 2) / scale),
    }
}

/// A span of time in the unit that suits it.
pub(crate) fn time(took: Duration) -> String {
    let (seconds, millis) = (took.as_secs(), took.as_millis());
    match seconds {
        0 if millis == 0 => format!("{} µs", took.as_micros()),
        0 => format!("{millis} ms"),
        1..60 => format!("{seconds}.{} s", took.subsec_millis() / 100),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        3_600.. => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// How many a second.
pub(crate) fn rate(count: u64, took: Duration) -> u64 {
    let nanos = took.as_nanos().max(1);
    u64::try_from(u128::from(count) * 1_000_000_000 / nanos).unwrap_or(u64::MAX)
}

/// How many there are, in words: `1 model`, `2 models`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(u64::try_from(count).unwrap_or(u64::MAX)), if count == 1 { one } else { many })
}

/// A part of a whole in percent, to a tenth.
pub(crate) fn percent(part: u128, whole: u128) -> String {
    let permille = part * 1_000 / whole.max(1);
    format!("{}.{}%", permille / 10, permille % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups() {
        let said = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(said, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn large_numbers_are_short() {
        let said = [0, 999, 1_000, 1_249, 12_345, 999_499, 999_600, 1_250_000, 73_000_000_000].map(short);
        assert_eq!(said, ["0", "999", "1.0k", "1.2k", "12k", "999k", "1.0M", "1.3M", "73G"]);
        assert_eq!([0, 1_023, 1_536, 5 << 30].map(bytes), ["0 B", "1023 B", "1.5 KiB", "5.0 GiB"]);
    }

    #[test]
    fn time_has_the_unit_that_suits_it() {
        let said = [0, 450, 61_000, 1_950_000, 12_340_000, 200_000_000, 3_900_000_000]
            .map(|micros| time(Duration::from_micros(micros)));
        assert_eq!(said, ["0 µs", "450 µs", "61 ms", "1.9 s", "12.3 s", "3 min 20 s", "1 h 05 min"]);
        assert_eq!(rate(3_000, Duration::from_millis(500)), 6_000);
        assert_eq!(rate(3, Duration::ZERO), 3_000_000_000);
        assert_eq!((percent(1, 3), percent(2, 0)), ("33.3%".to_owned(), "200.0%".to_owned()));
    }
}
