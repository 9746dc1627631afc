//! Sets of versions by rank, and values whose versions are ranks.
//!
//! The versions that anything in a world mentions are numbered from 1 by their order, those of kinds that are
//! never compared apart. A part of the world mentions some of them, and only the order of these matters to the
//! part: it is kept with its own versions numbered from 1, beside the set of ranks that they are in the world.
//! So parts of different worlds are the same value, and renaming the versions of a world touches no part, only
//! the sets.

use std::collections::BTreeSet;

use windlass_core::ids::{Kind, Version};
use windlass_core::versions::Versioned;

/// How many versions of one lane a world may mention at once.
pub const RANKS_MAX: u32 = u16::BITS;

/// Which kinds share a lane: those whose versions are compared with each other have to, and others may. Classes
/// are compared with claims, and nothing else with another kind.
const KINDS_OF_LANES: [&[Kind]; 2] = [&[Kind::Claim, Kind::Class], &[Kind::Volume, Kind::Node, Kind::Pod]];

/// How many lanes there are.
pub const LANES: usize = KINDS_OF_LANES.len();

/// The lane of each kind, by its place among the variants: each kind stands in one.
const LANE_OF_KINDS: [usize; Kind::ALL.len()] = {
    let (mut lanes, mut lane) = ([LANES; Kind::ALL.len()], 0);
    while lane < LANES {
        let mut at = 0;
        while at < KINDS_OF_LANES[lane].len() {
            let kind = KINDS_OF_LANES[lane][at] as usize;
            assert!(lanes[kind] == LANES, "a kind stands in one lane");
            lanes[kind] = lane;
            at += 1;
        }
        lane += 1;
    }
    let mut kind = 0;
    while kind < lanes.len() {
        assert!(lanes[kind] < LANES, "every kind stands in a lane");
        kind += 1;
    }
    lanes
};

/// The lane of a kind.
const fn lane(kind: Kind) -> usize {
    LANE_OF_KINDS[kind as usize]
}

/// A set of ranks for each lane: bit `r - 1` stands for rank `r`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ranks(pub [u16; LANES]);

/// The most lanes that [`Ranks::word`] has room for.
const _: () = assert!(LANES * (RANKS_MAX as usize) <= u64::BITS as usize);

impl Ranks {
    /// Those in either set.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.by_lane(other, |own, other| own | other)
    }

    /// The highest rank of all lanes; 0 if there is none.
    #[must_use]
    pub fn highest(self) -> u32 {
        self.0.into_iter().map(highest).max().unwrap_or_default()
    }

    /// The set of ranks that come right behind the highest of each lane.
    #[must_use]
    pub fn behind(self) -> Self {
        Self(self.0.map(next))
    }

    /// The ranks of this set as places in `all`, which holds them.
    #[must_use]
    pub fn within(self, all: Self) -> Self {
        self.by_lane(all, places)
    }

    /// The ranks that stand at these places of `all`. Places behind its end are left out.
    #[must_use]
    pub fn out_of(self, all: Self) -> Self {
        self.by_lane(all, standing)
    }

    /// The same, and for a place behind the end of a lane, what `behind` has of the lane.
    #[must_use]
    pub fn out_of_or(self, all: Self, behind: Self) -> Self {
        let is_behind = |places: u16, all: u16| highest(places) > all.count_ones();
        let behind =
            self.by_lane(all, |places, all| if is_behind(places, all) { u16::MAX } else { 0 }).and(behind);
        self.out_of(all).or(behind)
    }

    /// All lanes as one word.
    #[must_use]
    pub fn word(self) -> u64 {
        self.0.into_iter().rev().fold(0, |word, lane| word << RANKS_MAX | u64::from(lane))
    }

    /// Whether no rank below the highest one of its lane is missing.
    #[must_use]
    pub fn is_dense(self) -> bool {
        self.0.into_iter().all(|lane| lane == low(highest(lane)))
    }

    /// Those in both sets.
    fn and(self, other: Self) -> Self {
        self.by_lane(other, |own, other| own & other)
    }

    fn by_lane(self, other: Self, of: impl Fn(u16, u16) -> u16) -> Self {
        let mut lanes = self.0;
        for (own, other) in lanes.iter_mut().zip(other.0) {
            *own = of(*own, other);
        }
        Self(lanes)
    }
}

const fn highest(ranks: u16) -> u32 {
    RANKS_MAX - ranks.leading_zeros()
}

const fn next(ranks: u16) -> u16 {
    match 1_u16.checked_shl(highest(ranks)) {
        Some(next) => next,
        None => 0,
    }
}

/// The members of `some` as places in `all`.
const fn places(some: u16, all: u16) -> u16 {
    // What stands above a gap moves down. Most sets have one gap or none.
    let (mut found, mut gaps) = (some, !all & low(highest(some)));
    while gaps != 0 {
        let below = low(highest(gaps) - 1);
        found = (found & below) | ((found >> 1) & !below);
        gaps &= below;
    }
    found
}

/// The members of `all` at `places`.
const fn standing(places: u16, all: u16) -> u16 {
    let (mut found, mut gaps) = (places, !all & low(highest(all)));
    while gaps != 0 {
        let below = low(gaps.trailing_zeros());
        if found & !below == 0 {
            break;
        }
        found = (found & below) | ((found & !below) << 1);
        gaps &= gaps - 1;
    }
    found & all
}

/// The lowest `count` bits.
const fn low(count: u32) -> u16 {
    if count >= RANKS_MAX { u16::MAX } else { (1 << count) - 1 }
}

/// Numbers the versions of `value` from 1 in each lane. Answers which they were.
///
/// # Panics
///
/// With a version beyond [`RANKS_MAX`]: the model mentions more versions at once than a state can hold.
pub fn close<T: Versioned>(value: &mut T) -> Ranks {
    let mut ranks = Ranks::default();
    value.map_versions(&mut |kind, version| {
        if let rank @ 1.. = rank(version) {
            ranks.0[lane(kind)] |= 1 << (rank - 1);
        }
        version
    });
    if !ranks.is_dense() {
        value.map_versions(&mut |kind, version| match rank(version) {
            0 => version,
            rank => Version(u64::from((of_lane(ranks, kind) & low(rank)).count_ones())),
        });
    }
    ranks
}

/// Gives `value`, whose versions are numbered from 1, the versions that stand in `ranks`.
pub fn open<T: Versioned>(value: &mut T, ranks: Ranks) {
    if ranks.is_dense() {
        return;
    }
    value.map_versions(&mut |kind, version| match rank(version) {
        0 => version,
        rank => Version(u64::from(highest(standing(1 << (rank - 1), of_lane(ranks, kind))))),
    });
}

/// Renames the versions of `value`, whatever they are, to 1, 2, 3, … by their order in each lane. Answers the
/// highest one.
pub fn renumber<T: Versioned>(value: &mut T) -> Version {
    let mut lanes: [BTreeSet<Version>; LANES] = Default::default();
    value.map_versions(&mut |kind, version| {
        if version.0 > 0 {
            lanes[lane(kind)].insert(version);
        }
        version
    });
    let lanes: [Vec<Version>; LANES] = lanes.map(|lane| lane.into_iter().collect());
    value.map_versions(&mut |kind, version| {
        let at = lanes[lane(kind)].binary_search(&version);
        at.map_or(version, |at| Version(u64::try_from(at + 1).unwrap_or(u64::MAX)))
    });
    let highest = lanes.iter().map(Vec::len).max().unwrap_or_default();
    Version(u64::try_from(highest).unwrap_or(u64::MAX))
}

const fn of_lane(ranks: Ranks, kind: Kind) -> u16 {
    ranks.0[lane(kind)]
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
    use windlass_core::call::{BindCall, Call};
    use windlass_core::order::Order;
    use windlass_world::actors::map_orders;

    use super::*;

    #[test]
    fn places_and_ranks_are_each_others_opposite() {
        for all in 0..256 {
            for some in (0..256).filter(|some| some & all == *some) {
                let found = places(some, all);
                assert_eq!(found.count_ones(), some.count_ones());
                assert_eq!(standing(found, all), some, "{some:b} of {all:b}");
            }
        }
        assert_eq!(places(0b101, 0b1101), 0b11);
        assert_eq!(standing(0b110, 0b1101), 0b1100);
        assert_eq!(places(u16::MAX, u16::MAX), u16::MAX);
        let (all, behind) = (Ranks([0b101, 0b1]), Ranks([0b1000, 0b10]));
        assert_eq!(all.behind(), behind);
        assert_eq!(Ranks([0b100, 0b1]).out_of_or(all, behind), Ranks([0b1000, 0b1]));
    }

    struct Orders(std::collections::BTreeSet<Order>);

    impl Versioned for Orders {
        fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
            self.0 = map_orders(std::mem::take(&mut self.0), map);
        }
    }

    #[test]
    fn a_value_is_closed_and_opened_again() {
        let key = windlass_core::ids::ObjectKey::Volume(windlass_core::ids::VolumeName::new("a"));
        let read = |known| {
            let read = BindCall::Read { object: key.clone(), identity: None, known };
            Order::read(key.clone(), Call::Bind(read))
        };
        let given = [None, Some(Version(0)), Some(Version(3)), Some(Version(7))].map(&read);
        let mut orders = Orders(given.clone().into_iter().collect());
        let ranks = close(&mut orders);
        assert_eq!(ranks, Ranks([0, 0b100_0100]));
        let closed = [None, Some(Version(0)), Some(Version(1)), Some(Version(2))].map(read);
        assert_eq!(orders.0, closed.clone().into_iter().collect());
        open(&mut orders, ranks);
        assert_eq!(orders.0, given.into_iter().collect());
        renumber(&mut orders);
        assert_eq!(orders.0, closed.into_iter().collect());
    }
}
