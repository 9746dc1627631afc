//! A limit on a rate: a bucket of tokens that fills at an even pace.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// A bucket that holds up to `burst` tokens and gains one at a time, each after the same pause.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// The time between two tokens.
    pause: Duration,
    /// What may be taken out ahead of the even pace.
    ahead: Duration,
    /// When the next token would be due at the even pace. Tokens are given out by moving it on, so that those
    /// who wait are served in the order in which they came.
    due: Mutex<Instant>,
}

impl Bucket {
    /// A full bucket of `burst` tokens (at least one) that gains `per_second` tokens a second.
    ///
    /// None where `per_second` is no positive number: that is no limit.
    pub(crate) fn new(per_second: f32, burst: u32) -> Option<Self> {
        let pause = Duration::try_from_secs_f32(per_second.recip()).ok().filter(|it| !it.is_zero())?;
        let ahead = pause.saturating_mul(burst.max(1) - 1);
        Some(Self { pause, ahead, due: Mutex::new(Instant::now()) })
    }

    /// Takes a token that is there within `wait_max`. Answers how long to wait for it; none where it would be
    /// longer, and then no token is taken.
    pub(crate) fn take(&self, wait_max: Duration) -> Option<Duration> {
        let now = Instant::now();
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = (*due).max(now);
        let wait = mine.saturating_duration_since(now).saturating_sub(self.ahead);
        if wait > wait_max {
            return None;
        }
        *due = mine + self.pause;
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The waits, in milliseconds, of so many who come at once.
    fn waits(bucket: &Bucket, count: usize, wait_max: Duration) -> Vec<Option<u128>> {
        (0..count).map(|_| bucket.take(wait_max).map(|it| it.as_millis())).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_then_the_pace_is_even() {
        let Some(bucket) = Bucket::new(10.0, 3) else { panic!("a limit") };
        let minute = Duration::from_secs(60);
        assert_eq!(waits(&bucket, 6, minute), [0, 0, 0, 100, 200, 300].map(Some));
        tokio::time::advance(Duration::from_secs(10)).await;
        let after_a_rest = waits(&bucket, 4, minute);
        assert_eq!(after_a_rest, [0, 0, 0, 100].map(Some), "a long rest fills no more than the bucket");
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_comes_too_late_is_not_taken() {
        let Some(bucket) = Bucket::new(1.0, 2) else { panic!("a limit") };
        assert_eq!(waits(&bucket, 4, Duration::ZERO), [Some(0), Some(0), None, None]);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(waits(&bucket, 2, Duration::ZERO), [Some(0), None]);
    }

    #[test]
    fn no_positive_rate_is_no_limit() {
        for rate in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert!(Bucket::new(rate, 1).is_none(), "{rate}");
        }
    }
}
