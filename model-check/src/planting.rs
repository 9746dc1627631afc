//! One exploration at a time in a process: mutants and coverage belong to the whole of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use windlass_core::mutants::{Mutant, plant};

static PLANTING: Mutex<()> = Mutex::new(());

/// As long as it lives, no other exploration runs, and the mutant is planted.
pub(crate) struct Planted {
    _held: MutexGuard<'static, ()>,
}

impl Planted {
    /// Waits until nothing else is explored, and plants `mutant`.
    #[must_use]
    pub(crate) fn new(mutant: Option<Mutant>) -> Self {
        // A test that failed while it held this left nothing behind that is not set anew here.
        let held = PLANTING.lock().unwrap_or_else(PoisonError::into_inner);
        plant(mutant);
        Self { _held: held }
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        plant(None);
    }
}
