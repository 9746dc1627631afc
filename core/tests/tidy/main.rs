//! Keeps the repository in the shape that its documents promise.
//!
//! One test reads every file once, runs every check and prints all breaches together. Each check is
//! a function from a [`repository::Repository`] to breaches, and its own tests feed it a small
//! repository with a breach planted in it, so that a check that sees nothing cannot pass.
//!
//! Deliberately absent: whatever `rustfmt`, `rustc` or `clippy` already refuse.

mod arms;
mod breach;
mod crates;
mod docs;
mod layers;
mod manifests;
mod modules;
mod reach;
mod repository;
mod rust;
mod sizes;
mod words;

use breach::Breach;
use repository::Repository;

/// A check: what it finds, in any order.
type Check = fn(&Repository) -> Vec<Breach>;

/// Every check, cheap or not, in the order in which their rules are best read.
const CHECKS: [Check; 9] = [
    rust::check,
    layers::check,
    crates::check,
    manifests::check,
    sizes::check,
    words::check,
    arms::check,
    reach::check,
    docs::check,
];

#[test]
fn the_repository_is_tidy() {
    let repository = Repository::read();
    let mut breaches: Vec<Breach> = CHECKS.iter().flat_map(|check| check(&repository)).collect();
    breaches.sort();
    breaches.dedup();
    let lines: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert!(breaches.is_empty(), "{} breaches of the rules:\n{}\n", lines.len(), lines.join("\n"));
}
