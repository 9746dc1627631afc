//! The watches: what is stored, shown to the core as it changes.
//!
//! Pipeline: API server → **`watch`** → `Input` → core.
//!
//! Guarantees, per kind:
//! - states are shown in the order of their versions, a list too; some in between may be left out, the last
//!   one never is;
//! - [`Input::Reached`] follows everything up to its version, and comes after each list and each bookmark;
//! - what vanished while no watch was open is shown as gone at the version of the next list;
//! - a list is shown as a whole or not at all.
//!
//! [`Input::Synced`] is sent once, after the first lists of all kinds.
//!
//! A list is put in the order of its versions because the core takes the version of each observation for the
//! place that its watch has come to: a state that is shown out of order would pass for one that the watch has
//! left behind, and answers that arrive in between would be taken for late ones.
//!
//! Deliberately absent: a cache. Of each object that was shown, nothing is kept but its name, to know it again
//! when it is missing from a list.

mod health;
mod list;
mod pause;
mod stream;
mod worker;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use windlass_core::ids::Kind;
use windlass_core::order::Input;

pub use health::{Health, KindHealth};

use crate::client::Client;
use worker::Worker;

/// How to watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchOptions {
    /// The kinds to watch.
    pub kinds: Vec<Kind>,
    /// After this silence a watch is taken for dead and begun again where it stood. The API server sends a
    /// bookmark about once a minute.
    pub silence_max: Duration,
    /// How long the server is asked to keep a watch open; some more or less by chance, so that not all watches
    /// end at once.
    pub lifetime: Duration,
    /// Objects in one page of a list, where the server has no streaming lists.
    pub page: u32,
    /// The first pause after a failure.
    pub pause_first: Duration,
    /// The longest pause between two attempts.
    pub pause_longest: Duration,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            kinds: Kind::ALL.to_vec(),
            silence_max: Duration::from_secs(150),
            lifetime: Duration::from_secs(300),
            page: 500,
            // Both as client-go has them.
            pause_first: Duration::from_millis(800),
            pause_longest: Duration::from_secs(30),
        }
    }
}

/// The watches of one process, a task for each kind.
#[derive(Debug)]
pub struct Watches {
    tasks: JoinSet<()>,
    health: Health,
}

impl Watches {
    /// Begins to watch. What is shown goes to `inputs`, which bounds what waits to be taken in.
    ///
    /// The watches end when `stop` is cancelled or nobody takes in `inputs` any more.
    #[must_use]
    pub fn begin(
        client: &Client,
        options: &WatchOptions,
        inputs: &mpsc::Sender<Input>,
        stop: &CancellationToken,
    ) -> Self {
        let health = Health::new(&options.kinds);
        let unlisted = Arc::new(AtomicUsize::new(options.kinds.len()));
        let mut tasks = JoinSet::new();
        for kind in &options.kinds {
            let worker = Worker::new(
                *kind,
                client.clone(),
                options.clone(),
                inputs.clone(),
                health.clone(),
                Arc::clone(&unlisted),
            );
            let stop = stop.clone();
            tasks.spawn(async move {
                stop.run_until_cancelled_owned(worker.run()).await;
            });
        }
        Self { tasks, health }
    }

    /// How the watches are doing.
    #[must_use]
    pub const fn health(&self) -> &Health {
        &self.health
    }

    /// Waits for the end of all watches, which is that of the process: they have to be told to stop.
    pub async fn ended(mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended
                && error.is_panic()
            {
                std::panic::resume_unwind(error.into_panic());
            }
        }
    }
}
