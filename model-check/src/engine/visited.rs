//! The states seen so far, as a set of fingerprints; with a number for each, if convergence is checked.
//!
//! Pipeline: `expand` looks states up → **`visited`** ← `merge` adds those that are new.
//!
//! The set is split into [`TABLES`] tables by the first bits of the fingerprint, so that threads can own
//! disjoint parts of it, and so that growing moves one small part at a time. Each table is an array with open
//! addressing and linear probing. A fingerprint's home is its place on the scale from nothing to all ones:
//! tables of any length work, fuller ones than powers of two would allow, and growing reads and writes both
//! arrays from front to back.
//!
//! Deliberately absent: removal, and any lock. To read, many threads share the set; to write, each owns
//! some tables.

/// Tables, and so the most threads that can add states at a time.
pub(super) const TABLES: usize = 1 << TABLE_BITS;

/// Bits of a fingerprint that select its table.
const TABLE_BITS: u32 = 6;

/// Places of a new table.
const PLACES_MIN: usize = 64;

/// A table grows when it is fuller than this, beyond which probing gets long.
const FULL: (usize, usize) = (13, 16);

/// How much a table grows: little, since a place that stays free is memory lost.
const GROWTH: (usize, usize) = (4, 3);

/// The number of every state in a set without numbers.
pub(super) const NO_NUMBER: u32 = u32::MAX;

/// A fingerprint with its bits spread, so that the first ones tell states apart whatever the model's
/// fingerprints look like; never zero, which marks a free place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(u64);

impl Key {
    /// Spreads the bits of a fingerprint: an odd factor is a bijection that carries every bit upwards.
    pub(super) fn of(fingerprint: u64) -> Self {
        Self(fingerprint.wrapping_mul(0x9e37_79b9_7f4a_7c15).max(1))
    }

    /// The table that holds it.
    pub(super) fn table(self) -> usize {
        (self.0 >> (u64::BITS - TABLE_BITS)) as usize
    }

    /// Bits that tell keys apart where a few of them are at hand; taken from the middle, since the factor
    /// carries bits upwards only.
    pub(super) fn middle_bits(self) -> usize {
        (self.0 >> 32) as u32 as usize
    }
}

/// The set.
pub(super) struct Visited {
    tables: Vec<Table>,
}

impl Visited {
    /// An empty set.
    pub(super) fn new(has_numbers: bool) -> Self {
        Self { tables: (0..TABLES).map(|_| Table::new(PLACES_MIN, has_numbers)).collect() }
    }

    /// The number of a state that is in the set.
    pub(super) fn find(&self, key: Key) -> Option<u32> {
        self.tables[key.table()].find(key)
    }

    /// Reads the place where the search for a key starts. The processor waits for many such reads at once,
    /// where searches, each depending on what it read, would wait for one after the other.
    pub(super) fn touch(&self, key: Key) -> u64 {
        self.tables[key.table()].touch(key)
    }

    /// The tables in equal parts, in order.
    pub(super) fn parts(&mut self, parts: usize) -> impl Iterator<Item = &mut [Table]> {
        self.tables.chunks_mut(TABLES / parts)
    }

    /// Bytes of all tables, free places included.
    pub(super) fn bytes(&self) -> u64 {
        let of = |it: &Table| it.keys.len() * size_of::<u64>() + it.numbers.len() * size_of::<u32>();
        self.tables.iter().map(|it| of(it) as u64).sum()
    }
}

/// A part of the set that grows by itself.
pub(super) struct Table {
    keys: Vec<u64>,
    /// As many as there are places, or none.
    numbers: Vec<u32>,
    used: usize,
    used_max: usize,
}

impl Table {
    fn new(places: usize, has_numbers: bool) -> Self {
        let numbers = if has_numbers { vec![0; places] } else { Vec::new() };
        Self { keys: vec![0; places], numbers, used: 0, used_max: places * FULL.0 / FULL.1 }
    }

    fn home(&self, key: Key) -> usize {
        let scale = u128::from(key.0 << TABLE_BITS);
        ((scale * self.keys.len() as u128) >> u64::BITS) as usize
    }

    /// The place of a key, or the free place where it belongs.
    fn place(&self, key: Key) -> (usize, bool) {
        let mut place = self.home(key);
        loop {
            match self.keys[place] {
                0 => return (place, false),
                it if it == key.0 => return (place, true),
                _ => place += 1,
            }
            if place == self.keys.len() {
                place = 0;
            }
        }
    }

    /// See [`Visited::touch`].
    pub(super) fn touch(&self, key: Key) -> u64 {
        self.keys[self.home(key)]
    }

    fn find(&self, key: Key) -> Option<u32> {
        let (place, is_there) = self.place(key);
        is_there.then(|| self.number(place))
    }

    fn number(&self, place: usize) -> u32 {
        self.numbers.get(place).copied().unwrap_or(NO_NUMBER)
    }

    /// Adds a key with a number, unless it is there: then returns the number that it has.
    pub(super) fn insert(&mut self, key: Key, number: u32) -> Option<u32> {
        let (place, is_there) = self.place(key);
        if is_there {
            return Some(self.number(place));
        }
        self.keys[place] = key.0;
        if let Some(it) = self.numbers.get_mut(place) {
            *it = number;
        }
        self.used += 1;
        if self.used > self.used_max {
            self.grow();
        }
        None
    }

    /// Gives a key that is there another number.
    pub(super) fn renumber(&mut self, key: Key, number: u32) {
        let (place, is_there) = self.place(key);
        assert!(is_there, "only states that were added get a number");
        self.numbers[place] = number;
    }

    fn grow(&mut self) {
        let places = self.keys.len() * GROWTH.0 / GROWTH.1;
        let mut grown = Self::new(places, !self.numbers.is_empty());
        for (place, key) in self.keys.iter().enumerate().filter(|it| *it.1 != 0) {
            grown.insert(Key(*key), self.number(place));
        }
        *self = grown;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A set against the standard library's map, for fingerprints made by `of`.
    fn check(of: impl Fn(u64) -> u64) {
        let mut visited = Visited::new(true);
        let mut want = BTreeMap::new();
        for number in 0..20_000u32 {
            let fingerprint = of(u64::from(number % 15_000));
            let key = Key::of(fingerprint);
            assert_eq!(visited.find(key), want.get(&fingerprint).copied());
            let table = &mut visited.tables[key.table()];
            assert_eq!(table.insert(key, number), want.get(&fingerprint).copied());
            want.entry(fingerprint).or_insert(number);
        }
        for (fingerprint, number) in want {
            let key = Key::of(fingerprint);
            visited.tables[key.table()].renumber(key, number + 1);
            assert_eq!(visited.find(key), Some(number + 1));
        }
        let used: usize = visited.tables.iter().map(|it| it.used).sum();
        assert_eq!(used, 15_000);
    }

    #[test]
    fn it_is_a_map_whatever_fingerprints_look_like() {
        check(|it| it + 1);
        check(|it| (it + 1) << 40);
        check(|it| (it + 1).wrapping_mul(0x2545_f491_4f6c_dd1d).rotate_left(29));
        check(|it| u64::MAX - it);
    }

    #[test]
    fn keys_at_the_end_of_a_table_wrap_around() {
        let mut table = Table::new(PLACES_MIN, true);
        let last = u64::MAX >> TABLE_BITS;
        for number in 0..40 {
            assert_eq!(table.insert(Key(last - u64::from(number)), number), None);
        }
        assert_eq!(table.home(Key(last)), table.keys.len() - 1);
        assert!((0..40).all(|it| table.find(Key(last - u64::from(it))) == Some(it)));
    }

    #[test]
    fn a_set_without_numbers_holds_a_state_in_under_thirteen_bytes() {
        let mut visited = Visited::new(false);
        for number in 0..200_000u64 {
            let key = Key::of(number.wrapping_mul(0x2545_f491_4f6c_dd1d));
            assert_eq!(visited.tables[key.table()].insert(key, 0), None);
            assert_eq!(visited.find(key), Some(NO_NUMBER));
        }
        assert!(visited.bytes() < 200_000 * 13, "{}", visited.bytes());
    }
}
