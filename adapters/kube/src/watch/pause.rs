//! Pauses between attempts, longer each time and never the same for all.

use std::time::Duration;

/// The pauses of one watch.
#[derive(Debug)]
pub(super) struct Pauses {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Pauses {
    pub(super) const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failures: 0 }
    }

    /// The pause after one more failure: doubled each time, then between itself and twice itself by chance, so
    /// that what failed together is not tried again together. Never shorter than the server wants.
    pub(super) fn next(&mut self, wanted: Option<Duration>) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(self.failures)).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        doubled.mul_f64(1.0 + fastrand::f64()).min(self.longest).max(wanted.unwrap_or_default())
    }

    /// An attempt went well.
    pub(super) const fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_begin_anew_after_a_success() {
        let second = Duration::from_secs(1);
        let mut pauses = Pauses::new(second, 30 * second);
        for at_least in [1, 2, 4, 8, 16, 30, 30] {
            let pause = pauses.next(None);
            let bounds = at_least * second..=(2 * at_least * second).min(30 * second);
            assert!(bounds.contains(&pause), "{pause:?}, not in {bounds:?}");
        }
        pauses.reset();
        assert!(pauses.next(None) <= 2 * second);
        assert_eq!(pauses.next(Some(60 * second)), 60 * second);
    }
}
