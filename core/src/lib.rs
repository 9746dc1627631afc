//! The storage control plane of Kubernetes as deterministic state machines.
//!
//! Deliberately absent: clocks, randomness, I/O, hash maps, floats and threads. Each machine takes
//! one input at a time and answers with complete orders, which an adapter carries out.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod text;

pub mod affinity;
pub mod names;
pub mod quantity;
pub mod selector;

pub mod bind;
pub mod controller;
pub mod ids;
pub mod in_flight;
pub mod limits;
pub mod observed;
pub mod order;
pub mod why;
