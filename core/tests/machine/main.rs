//! The machines through their public interface: tables, and walks of drawn steps.

#![expect(clippy::unwrap_used, reason = "a test may fail by panic, its helpers too")]

mod numbers;

mod cluster;

mod controller;
mod controller_walk;
mod external;
mod in_flight;
mod in_flight_walk;
mod matching;
mod sizes;
mod store;
