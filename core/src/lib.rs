//! The storage control plane of Kubernetes as deterministic state machines.
//!
//! Deliberately absent: clocks, randomness, I/O, hash maps, floats and threads. Each machine takes
//! one input at a time and answers with complete orders, which an adapter carries out.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

// In reading order; the blank lines keep the formatter from sorting them.
pub mod text;

pub mod quantity;

pub mod selector;

pub mod affinity;

pub mod names;

pub mod ids;

pub mod limits;

pub mod observed;

pub mod why;

pub mod order;

pub mod in_flight;

pub mod bind;

pub mod controller;
