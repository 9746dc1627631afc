//! Binding: claims and volumes that exist, one or two of each.
//!
//! A model is named after its scenario in `fixtures/scenarios`, and after what makes it larger.

mod anywhere;
mod crash;
mod deep;
mod faults;
mod two;

use super::Spec;

/// The scenario of that name.
macro_rules! scenario {
    ($name:literal) => {
        include_str!(concat!("../../../../fixtures/scenarios/", $name, ".yaml"))
    };
}
use scenario;

/// All models of binding.
pub const ALL: &[&[Spec]] = &[anywhere::ALL, faults::ALL, crash::ALL, two::ALL, deep::ALL];
