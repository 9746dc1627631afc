//! Pseudo-random quantities: nothing panics, canonical text reads back, amounts order by value.

use std::cmp::Ordering;

use windlass_core::quantity::Quantity;

const SUFFIXES: [&str; 24] = [
    "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "E-7", "e-2",
    "e0", "e30", "E+12", "e19", "e1",
];

/// A linear congruential generator; the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    /// A number less than `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap_or(0)]
    }

    fn digits(&mut self, count_below: u64) -> String {
        // Zeros and nines are where carrying and stripping happen, so they come more often.
        (0..self.below(count_below))
            .map(|_| self.pick(&['0', '0', '0', '9', '9', '1', '2', '4', '5', '8']))
            .collect()
    }

    /// A text in the form of a quantity, mostly of a plausible length.
    fn quantity(&mut self) -> String {
        let length = self.pick(&[3, 5, 8, 20, 24, 60]);
        let sign = self.pick(&["", "", "", "-", "+"]);
        let point = self.pick(&["", "", "."]);
        let fraction = if point.is_empty() { String::new() } else { self.digits(14) };
        format!("{sign}{}{point}{fraction}{}", self.digits(length), self.pick(&SUFFIXES))
    }
}

#[test]
fn nothing_that_is_read_panics() {
    let alphabet: Vec<char> = "0123456789000999+-..eEinumkKMGTP \u{e9}\u{0}x".chars().collect();
    let mut numbers = Numbers(1);
    let mut good = 0;
    for _ in 0..100_000 {
        let soup: String = (0..numbers.below(12)).map(|_| numbers.pick(&alphabet)).collect();
        good += usize::from(exercise(&soup));
    }
    assert!(good > 1_000, "only {good} texts were quantities");
    for extreme in ["e2147483647", "e-2147483648", "e2147483648", "E999999999", "Ei", "n", ""] {
        for digits in ["1", "9", "0", ".", "-1", "0.0000000000001", &"9".repeat(999), &"1".repeat(1_099)] {
            exercise(&format!("{digits}{extreme}"));
        }
    }
}

/// Calls everything that could panic; says whether `text` was a quantity.
fn exercise(text: &str) -> bool {
    let Ok(quantity) = Quantity::parse(text) else {
        return false;
    };
    let _rounded = (quantity.value_rounded_up(), quantity.amount().whole_rounded_up());
    assert!(!quantity.to_string().is_empty() && !quantity.amount().to_string().is_empty(), "{text}");
    read_back(&quantity);
    true
}

/// Reads the stored form back: the same amount, and from then on the same quantity.
fn read_back(quantity: &Quantity) {
    let stored = serde_json::to_string(quantity).unwrap_or_default();
    let again: Quantity = serde_json::from_str(&stored).unwrap_or_else(|error| panic!("{stored}: {error}"));
    assert_eq!(again.amount(), quantity.amount(), "{stored}");
    let stored_again = serde_json::to_string(&again).unwrap_or_default();
    assert_eq!(serde_json::from_str(&stored_again).ok(), Some(again), "{stored}, then {stored_again}");
    let amount = serde_json::to_string(quantity.amount()).unwrap_or_default();
    assert_eq!(serde_json::from_str(&amount).ok().as_ref(), Some(quantity.amount()), "{amount}");
}

#[test]
fn canonical_text_reads_back() {
    let mut numbers = Numbers(2);
    let mut good = 0;
    for _ in 0..50_000 {
        if let Ok(quantity) = Quantity::parse(&numbers.quantity()) {
            read_back(&quantity);
            good += 1;
        }
    }
    assert!(good > 40_000, "only {good} texts were quantities");
}

#[test]
fn amounts_order_as_plain_integers_do() {
    let mut numbers = Numbers(3);
    let mut last = ("0".to_owned(), Quantity::ZERO);
    for _ in 0..50_000 {
        let text = numbers.quantity();
        let Ok(quantity) = Quantity::parse(&text) else {
            continue;
        };
        let expected = compare(&nanos(&text), &nanos(&last.0));
        assert_eq!(quantity.amount().cmp(last.1.amount()), expected, "{text} and {}", last.0);
        assert_eq!(quantity.amount() == last.1.amount(), expected == Ordering::Equal);
        // Half of the time something close to the last one follows, so that equal ones occur.
        last = if numbers.below(2) == 0 { (text, quantity) } else { (quantity.to_string(), quantity) };
        if last.1.to_string() != last.0 || Quantity::parse(&last.0).ok().as_ref() != Some(&last.1) {
            last = ("1Gi".to_owned(), Quantity::parse("1024Mi").unwrap_or_default());
        }
    }
}

/// An integer by its sign and its decimal digits, the lowest first.
type Integer = (bool, Vec<u32>);

/// The number of nanos in `text`, worked out digit by digit.
fn nanos(text: &str) -> Integer {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.trim_start_matches('+')),
    };
    let end = unsigned.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let fraction = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let mut digits: Vec<u32> = number.chars().rev().filter_map(|it| it.to_digit(10)).collect();
    let powers = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let power = powers.iter().position(|it| *it == suffix).map_or(0, |it| it + 1);
    for _ in 0..10 * power {
        digits = double(&digits);
    }
    let exponent = if power > 0 { 0 } else { exponent_of(suffix) };
    let shift = exponent + 9 - i64::try_from(fraction).unwrap_or(0);
    let places = usize::try_from(shift.unsigned_abs()).unwrap_or(0);
    if shift >= 0 {
        digits.splice(0..0, std::iter::repeat_n(0, places));
    } else {
        let cut: Vec<u32> = digits.drain(..places.min(digits.len())).collect();
        if cut.iter().any(|it| *it != 0) {
            increment(&mut digits);
        }
    }
    strip(&mut digits);
    let cap: Vec<u32> =
        "9223372036854775807000000000".chars().rev().filter_map(|it| it.to_digit(10)).collect();
    if power > 0 && compare_digits(&digits, &cap) == Ordering::Greater {
        digits = cap;
    }
    (negative && !digits.is_empty(), digits)
}

fn exponent_of(suffix: &str) -> i64 {
    let named = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    match named.iter().zip((-9..).step_by(3)).find(|(name, _)| **name == suffix) {
        Some((_, exponent)) => exponent,
        None => suffix[1..].parse().unwrap_or_else(|error| panic!("{suffix}: {error}")),
    }
}

fn double(digits: &[u32]) -> Vec<u32> {
    let mut carry = 0;
    let mut doubled = Vec::new();
    for digit in digits {
        doubled.push((digit * 2 + carry) % 10);
        carry = (digit * 2 + carry) / 10;
    }
    doubled.push(carry);
    doubled
}

fn increment(digits: &mut Vec<u32>) {
    for digit in digits.iter_mut() {
        if *digit < 9 {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
    digits.push(1);
}

fn strip(digits: &mut Vec<u32>) {
    while digits.last() == Some(&0) {
        digits.pop();
    }
}

fn compare(left: &Integer, right: &Integer) -> Ordering {
    match (left.0, right.0) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => compare_digits(&left.1, &right.1),
        (true, true) => compare_digits(&right.1, &left.1),
    }
}

fn compare_digits(left: &[u32], right: &[u32]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.iter().rev().cmp(right.iter().rev()))
}
