//! How the watches are doing, for those who ask from outside.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use windlass_core::ids::Kind;

/// How the watches are doing. Clones show the same watches.
#[derive(Clone, Debug)]
pub struct Health(Arc<[(Kind, Mutex<State>)]>);

#[derive(Debug, Default)]
struct State {
    listed: Option<Instant>,
    heard: Option<Instant>,
    is_open: bool,
    trouble: Option<String>,
}

/// How the watch of one kind is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindHealth {
    /// The kind.
    pub kind: Kind,
    /// How long ago its last list ended; none if none has.
    pub listed_ago: Option<Duration>,
    /// How long ago the server last showed anything of it, bookmarks included.
    pub heard_ago: Option<Duration>,
    /// Whether a watch is open at the moment.
    pub is_open: bool,
    /// Why the last attempt failed; none since one succeeded.
    pub trouble: Option<String>,
}

impl Health {
    pub(super) fn new(kinds: &[Kind]) -> Self {
        Self(kinds.iter().map(|kind| (*kind, Mutex::default())).collect())
    }

    /// Each kind that is watched.
    #[must_use]
    pub fn kinds(&self) -> Vec<KindHealth> {
        let ago = |at: Option<Instant>| at.map(|it| it.elapsed());
        let states = self.0.iter().map(|(kind, state)| {
            let state = state.lock().unwrap_or_else(PoisonError::into_inner);
            KindHealth {
                kind: *kind,
                listed_ago: ago(state.listed),
                heard_ago: ago(state.heard),
                is_open: state.is_open,
                trouble: state.trouble.clone(),
            }
        });
        states.collect()
    }

    /// Whether the first lists of all kinds have ended.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.kinds().iter().all(|it| it.listed_ago.is_some())
    }

    fn change(&self, kind: Kind, change: impl FnOnce(&mut State)) {
        if let Some((_, state)) = self.0.iter().find(|it| it.0 == kind) {
            change(&mut state.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    pub(super) fn opened(&self, kind: Kind) {
        self.change(kind, |it| (it.is_open, it.heard, it.trouble) = (true, Some(Instant::now()), None));
    }

    pub(super) fn heard(&self, kind: Kind) {
        self.change(kind, |it| it.heard = Some(Instant::now()));
    }

    pub(super) fn listed(&self, kind: Kind) {
        self.change(kind, |it| it.listed = Some(Instant::now()));
    }

    pub(super) fn closed(&self, kind: Kind, trouble: Option<String>) {
        self.change(kind, |it| (it.is_open, it.trouble) = (false, trouble));
    }
}
