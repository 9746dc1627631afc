//! Sets of versions by rank, and values whose versions are ranks.
//!
//! The versions that anything in a world mentions are numbered from 1 by their order. A part of the world
//! mentions some of them, and only the order of these matters to the part: it is kept with its own versions
//! numbered from 1, beside the set of ranks that they are in the world. So parts of different worlds are the
//! same value, and renaming the versions of a world touches no part, only the sets.

use windlass_core::ids::Version;
use windlass_core::versions::Versioned;

/// How many versions a world may mention at once.
pub const RANKS_MAX: u32 = u32::BITS;

/// A set of ranks: bit `r - 1` stands for rank `r`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ranks(pub u32);

impl Ranks {
    /// Those in either set.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The highest rank; 0 if there is none.
    #[must_use]
    pub const fn highest(self) -> u32 {
        RANKS_MAX - self.0.leading_zeros()
    }

    /// The ranks of this set as places in `all`, which holds them.
    #[must_use]
    pub const fn within(self, all: Self) -> Self {
        // Most sets are looked at within one that has no gaps below their highest rank.
        let below = low(self.highest());
        if all.0 & below == below {
            return self;
        }
        let (mut found, mut rest, mut place) = (0, all.0, 1_u32);
        while rest != 0 {
            let lowest = rest & rest.wrapping_neg();
            if self.0 & lowest != 0 {
                found |= place;
            }
            place = place.wrapping_shl(1);
            rest ^= lowest;
        }
        Self(found)
    }

    /// The ranks that stand at these places of `all`. Places behind its end are left out.
    #[must_use]
    pub const fn out_of(self, all: Self) -> Self {
        let below = low(self.highest());
        if all.0 & below == below {
            return self;
        }
        let (mut found, mut rest, mut places) = (0, all.0, self.0);
        while rest != 0 && places != 0 {
            let lowest = rest & rest.wrapping_neg();
            if places & 1 != 0 {
                found |= lowest;
            }
            places >>= 1;
            rest ^= lowest;
        }
        Self(found)
    }
}

/// The lowest `count` bits.
const fn low(count: u32) -> u32 {
    if count >= RANKS_MAX { u32::MAX } else { (1 << count) - 1 }
}

/// Numbers the versions of `value` from 1. Answers which they were.
///
/// # Panics
///
/// With a version beyond [`RANKS_MAX`]: the model mentions more versions at once than a state can hold.
pub fn close<T: Versioned>(value: &mut T) -> Ranks {
    let mut ranks = Ranks::default();
    value.map_versions(&mut |version| {
        ranks = ranks.or(of(version));
        version
    });
    if ranks.0 != low(ranks.highest()) {
        value.map_versions(&mut |version| match rank(version) {
            0 => version,
            rank => Version(u64::from((ranks.0 & low(rank)).count_ones())),
        });
    }
    ranks
}

/// Gives `value`, whose versions are numbered from 1, the versions that stand in `ranks`.
pub fn open<T: Versioned>(value: &mut T, ranks: Ranks) {
    if ranks.0 == low(ranks.highest()) {
        return;
    }
    value.map_versions(&mut |version| match rank(version) {
        0 => version,
        rank => Version(u64::from(Ranks(1 << (rank - 1)).out_of(ranks).highest())),
    });
}

/// Renames the versions of `value`, whatever they are, to 1, 2, 3, … by their order.
pub fn renumber<T: Versioned>(value: &mut T) {
    let mut versions = std::collections::BTreeSet::new();
    value.map_versions(&mut |version| {
        versions.insert(version);
        version
    });
    versions.remove(&Version(0));
    let versions: Vec<Version> = versions.into_iter().collect();
    value.map_versions(&mut |version| match versions.binary_search(&version) {
        Ok(at) => Version(u64::try_from(at + 1).unwrap_or(u64::MAX)),
        Err(_) => version,
    });
}

fn of(version: Version) -> Ranks {
    match rank(version) {
        0 => Ranks::default(),
        rank => Ranks(1 << (rank - 1)),
    }
}

/// A version that is a rank; 0 is no version of any object.
fn rank(version: Version) -> u32 {
    match u32::try_from(version.0) {
        Ok(rank) if rank <= RANKS_MAX => rank,
        Ok(_) | Err(_) => {
            panic!("the model mentions more than {RANKS_MAX} versions at once; make it smaller")
        }
    }
}

#[cfg(test)]
mod tests {
    use windlass_core::order::Order;
    use windlass_fixtures::world::map_orders;

    use super::*;

    #[test]
    fn places_and_ranks_are_each_others_opposite() {
        for all in 0..256 {
            for some in (0..256).filter(|some| some & all == *some) {
                let places = Ranks(some).within(Ranks(all));
                assert_eq!(places.0.count_ones(), some.count_ones());
                assert_eq!(places.out_of(Ranks(all)), Ranks(some), "{some:b} of {all:b}");
            }
        }
        assert_eq!(Ranks(0b101).within(Ranks(0b1101)), Ranks(0b11));
        assert_eq!(Ranks(0b110).out_of(Ranks(0b1101)), Ranks(0b1100));
        assert_eq!(Ranks(u32::MAX).within(Ranks(u32::MAX)), Ranks(u32::MAX));
    }

    struct Orders(std::collections::BTreeSet<Order>);

    impl Versioned for Orders {
        fn map_versions(&mut self, map: &mut dyn FnMut(Version) -> Version) {
            self.0 = map_orders(std::mem::take(&mut self.0), map);
        }
    }

    #[test]
    fn a_value_is_closed_and_opened_again() {
        let read = |known| Order::Read {
            object: windlass_core::ids::ObjectKey::Volume(windlass_core::ids::VolumeName::new("a")),
            identity: None,
            known,
            asker: windlass_core::ids::ObjectKey::Volume(windlass_core::ids::VolumeName::new("a")),
        };
        let given = [None, Some(Version(0)), Some(Version(3)), Some(Version(7))].map(read);
        let mut orders = Orders(given.clone().into_iter().collect());
        let ranks = close(&mut orders);
        assert_eq!(ranks, Ranks(0b100_0100));
        let closed = [None, Some(Version(0)), Some(Version(1)), Some(Version(2))].map(read);
        assert_eq!(orders.0, closed.clone().into_iter().collect());
        open(&mut orders, ranks);
        assert_eq!(orders.0, given.into_iter().collect());
        renumber(&mut orders);
        assert_eq!(orders.0, closed.into_iter().collect());
    }
}
