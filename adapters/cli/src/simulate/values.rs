//! Values of arguments: ranges of seeds, and when to stop.

use std::ops::Range;
use std::str::FromStr;

/// Seeds of a swarm, the last one excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seeds {
    first: u64,
    end: u64,
}

impl Seeds {
    /// The seeds, in order.
    pub(super) const fn range(self) -> Range<u64> {
        self.first..self.end
    }

    /// How many there are.
    pub(super) const fn count(self) -> u64 {
        self.end - self.first
    }
}

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ends = text.split_once("..").map(|(first, end)| (first.parse(), end.parse()));
        match ends {
            Some((Ok(first), Ok(end))) if first < end => Ok(Self { first, end }),
            Some((Ok(_), Ok(_))) => Err("there is no seed in it; the first is the smaller one".to_owned()),
            Some(_) | None => Err("write two numbers as in 0..10000; the second is not run".to_owned()),
        }
    }
}

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// When nothing changes any more.
    Settled,
    /// After this many milliseconds of simulated time.
    Ms(u64),
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "settled" => Ok(Self::Settled),
            _ => duration_ms(text).map(Self::Ms).ok_or_else(|| {
                "write `settled`, or a time such as 500ms, 30s or 1m30s, of at least a millisecond".to_owned()
            }),
        }
    }
}
