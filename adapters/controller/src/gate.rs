//! Whether this process may write, for everyone who asks.
//!
//! Guarantees: once shut, it stays shut; a holder whose renewals stop may not write any more when its deadline has
//! passed, even if nobody has come round to shutting it.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::metrics::Metrics;

/// Where this process stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Another one works; this one watches.
    Standby,
    /// This one works, until then at least; without an end where there is no election.
    Leading(Option<Instant>),
    /// This one worked and may not any more.
    Deposed,
}

/// The side that decides.
#[derive(Debug)]
pub(crate) struct Keeper(watch::Sender<Standing>);

/// The side that asks. Clones ask about the same standing.
#[derive(Clone, Debug)]
pub(crate) struct Gate(watch::Receiver<Standing>);

/// A gate, and who keeps it.
pub(crate) fn gate(standing: Standing) -> (Keeper, Gate) {
    let (keeper, gate) = watch::channel(standing);
    (Keeper(keeper), Gate(gate))
}

impl Keeper {
    /// Sets where this process stands. After [`Standing::Deposed`], or when its time has run out, nothing else counts.
    pub(crate) fn set(&self, standing: Standing) {
        self.0.send_if_modified(|it| {
            let next = if at_this_moment(*it) == Standing::Deposed { Standing::Deposed } else { standing };
            let is_change = *it != next;
            *it = next;
            is_change
        });
    }
}

impl Gate {
    /// Where this process stands at this moment.
    pub(crate) fn standing(&self) -> Standing {
        at_this_moment(*self.0.borrow())
    }

    /// Whether a write may be sent at this moment.
    pub(crate) fn may_write(&self) -> bool {
        matches!(self.standing(), Standing::Leading(_))
    }

    /// Waits until this process leads; answers whether it does, or never will any more.
    pub(crate) async fn leads(&mut self) -> bool {
        let found = self.0.wait_for(|it| *it != Standing::Standby).await.map(|it| *it);
        matches!(found, Ok(Standing::Leading(_)))
    }

    /// Shows on a metric whether this process leads, until it never will any more.
    pub(crate) async fn watched(mut self, metrics: Arc<Metrics>, lease: String) {
        loop {
            let standing = *self.0.borrow_and_update();
            metrics.leading(&lease, matches!(standing, Standing::Leading(_)));
            if standing == Standing::Deposed || self.0.changed().await.is_err() {
                return;
            }
        }
    }

    /// Waits until this process may not write any more, and never will again.
    pub(crate) async fn shut(&mut self) {
        loop {
            let standing = *self.0.borrow_and_update();
            let expired = async {
                match standing {
                    Standing::Leading(Some(until)) => tokio::time::sleep_until(until).await,
                    Standing::Leading(None) | Standing::Standby => std::future::pending().await,
                    Standing::Deposed => {}
                }
            };
            tokio::select! {
                () = expired => return,
                changed = self.0.changed() => if changed.is_err() {
                    // Nobody keeps the gate any more: what was last said holds until it runs out.
                    match standing {
                        Standing::Leading(Some(until)) => tokio::time::sleep_until(until).await,
                        Standing::Leading(None) => std::future::pending().await,
                        Standing::Standby | Standing::Deposed => {}
                    }
                    return;
                }
            }
        }
    }
}

/// What a standing is worth by now.
fn at_this_moment(standing: Standing) -> Standing {
    match standing {
        Standing::Leading(Some(until)) if until <= Instant::now() => Standing::Deposed,
        Standing::Leading(_) | Standing::Standby | Standing::Deposed => standing,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_holder_that_is_not_renewed_may_not_write() {
        let (keeper, mut gate) = gate(Standing::Standby);
        assert!(!gate.may_write());
        let second = Duration::from_secs(1);
        keeper.set(Standing::Leading(Some(Instant::now() + second)));
        assert!(gate.may_write() && gate.leads().await);
        tokio::time::advance(second / 2).await;
        keeper.set(Standing::Leading(Some(Instant::now() + second)));
        tokio::time::advance(second * 3 / 4).await;
        assert!(gate.may_write(), "it was renewed");
        let before = Instant::now();
        gate.shut().await;
        assert_eq!(before.elapsed(), second / 4);
        assert!(!gate.may_write());
        // A renewal whose answer was read too late, since the process was held up.
        keeper.set(Standing::Leading(Some(Instant::now() + second)));
        assert!(!gate.may_write(), "whoever has asked meanwhile was told that it is over");
    }

    #[tokio::test(start_paused = true)]
    async fn once_shut_it_stays_shut() {
        let (keeper, mut gate) = gate(Standing::Leading(None));
        assert!(gate.may_write());
        keeper.set(Standing::Deposed);
        keeper.set(Standing::Leading(None));
        assert!(!gate.may_write() && !gate.leads().await);
        gate.shut().await;
    }
}
