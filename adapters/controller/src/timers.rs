//! Timers that the core has armed.
//!
//! Guarantees: at most one of each; arming one again replaces it; one that was dropped does not fire.

use std::collections::HashMap;
use std::time::Duration;

use tokio_util::time::{DelayQueue, delay_queue};
use windlass_core::order::Timer;

/// The timers. There are no more of them than objects that pause, and two.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    queue: DelayQueue<Timer>,
    keys: HashMap<Timer, delay_queue::Key>,
}

impl Timers {
    /// How many are armed.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Arms `timer`, so that it fires after that many milliseconds.
    pub(crate) fn arm(&mut self, timer: Timer, after_ms: u32) {
        let after = Duration::from_millis(u64::from(after_ms));
        match self.keys.get(&timer) {
            Some(key) => self.queue.reset(key, after),
            None => {
                let key = self.queue.insert(timer.clone(), after);
                self.keys.insert(timer, key);
            }
        }
    }

    /// Disarms `timer`, if it is armed.
    pub(crate) fn drop_timer(&mut self, timer: &Timer) {
        if let Some(key) = self.keys.remove(timer) {
            self.queue.remove(&key);
        }
    }

    /// Waits for the next timer to fire; for ever if none is armed. May be dropped and asked again.
    pub(crate) async fn next(&mut self) -> Timer {
        match std::future::poll_fn(|context| self.queue.poll_expired(context)).await {
            Some(expired) => {
                let timer = expired.into_inner();
                self.keys.remove(&timer);
                timer
            }
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, timeout};
    use windlass_core::ids::{ObjectKey, VolumeName};
    use windlass_core::operation::Operation;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn timers_fire_once_and_in_order() {
        let mut timers = Timers::default();
        let retry = Timer::Retry(ObjectKey::Volume(VolumeName::new("disk")).into(), Operation::Write);
        timers.arm(Timer::Resync, 15_000);
        timers.arm(Timer::Sweep, 5_000);
        timers.arm(retry.clone(), 100);
        timers.arm(retry.clone(), 500);
        timers.drop_timer(&Timer::Sweep);
        timers.drop_timer(&Timer::Sweep);
        let start = Instant::now();
        assert_eq!((timers.next().await, start.elapsed().as_millis()), (retry, 500));
        assert_eq!((timers.next().await, start.elapsed().as_millis()), (Timer::Resync, 15_000));
        assert!(timeout(Duration::from_secs(3_600), timers.next()).await.is_err());
        timers.arm(Timer::Resync, 1);
        assert_eq!(timers.next().await, Timer::Resync);
    }
}
