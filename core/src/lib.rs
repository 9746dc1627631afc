//! The storage control plane of Kubernetes as deterministic state machines.
//!
//! Deliberately absent: clocks, randomness, I/O, hash maps, floats and threads. Each machine takes
//! one input at a time and answers with complete orders, which an adapter carries out.
#![no_std]
#![forbid(unsafe_code)]
// No panic but a broken invariant, no conversion that may lose digits, nothing from outside `core`
// and `alloc`. Tests may fail by panic.
#![cfg_attr(
    not(test),
    deny(
        clippy::alloc_instead_of_core,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::float_arithmetic,
        clippy::indexing_slicing,
        clippy::std_instead_of_alloc,
        clippy::std_instead_of_core
    )
)]

extern crate alloc;

// In reading order; the blank lines keep the formatter from sorting them.
pub mod text;

pub mod duration;

pub mod quantity;

pub mod selector;

pub mod affinity;

pub mod names;

mod kinds;

pub mod ids;

pub mod operation;

pub mod versions;

pub mod limits;

pub mod mutants;

mod derived;

pub mod observed;

pub mod wire;

#[cfg(test)]
mod samples;

pub mod why;

pub mod call;

pub mod order;

pub mod table;

pub mod in_flight;

mod work_queue;

pub mod machine;

pub mod bind;

pub mod protect;

pub mod controller;

pub mod coverage;
