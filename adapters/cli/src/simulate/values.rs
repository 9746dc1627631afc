//! Values of arguments: ranges of seeds, and when to stop.

use std::ops::Range;
use std::str::FromStr;

use windlass_core::duration;

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
            _ => {
                let ms = duration::parse_ms(text).map_err(|error| format!("{error}, or write `settled`"))?;
                if ms == 0 { Err("nothing happens in no time".to_owned()) } else { Ok(Self::Ms(ms)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_mean_nothing_are_refused() {
        assert_eq!("3..5".parse::<Seeds>().map(|it| (it.range(), it.count())), Ok((3..5, 2)));
        for text in ["5..3", "3..3", "3", "..3", "3..", "a..b", "3..=5"] {
            assert!(text.parse::<Seeds>().is_err(), "{text}");
        }
        assert_eq!("settled".parse(), Ok(Until::Settled));
        assert_eq!("1m30s".parse(), Ok(Until::Ms(90_000)));
        for text in ["", "30", "0s", "-1s", "soon"] {
            assert!(text.parse::<Until>().is_err(), "{text}");
        }
    }
}
