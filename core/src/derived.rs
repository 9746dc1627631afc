//! Values that are functions of the fields beside them.

use core::cmp::Ordering;
use core::hash::{Hash, Hasher};

/// A value that is a function of the fields beside it.
///
/// It takes no part in equality, order and hash: states that agree in everything else agree here, and a model checker
/// need not hash the same facts twice. The `check` of its owner proves the function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Derived<T>(pub(crate) T);

impl<T> PartialEq for Derived<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Derived<T> {}

impl<T> PartialOrd for Derived<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Derived<T> {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl<T> Hash for Derived<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
