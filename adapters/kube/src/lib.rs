//! The adapter between the Kubernetes API and the core.
//!
//! Pipeline: API server → [`watch`] → [`parse`] → core → [`perform`] and [`events`] → API server, every
//! request by way of a [`client::Client`], every oddity told to a [`report::Report`].
//!
//! Guarantees:
//! - one order is one request: nothing here tries a write again;
//! - an order is answered within half a minute, whatever the server does;
//! - an object that cannot be read harms no other one: it is reported, and the watch goes on;
//! - every queue has a limit, and every task ends when it is told to.
//!
//! Deliberately absent: decisions. This crate translates, performs and reports; it holds nothing of the
//! cluster but the names that a watch has shown.

pub mod client;
pub mod connect;
pub mod events;
pub mod parse;
pub mod perform;
pub mod report;
pub mod watch;

mod proxy;
mod rate;
mod resource;
mod status;

pub use client::Client;
pub use connect::{ClientOptions, ConnectError, connect};
pub use events::Events;
pub use parse::ParseProblem;
pub use perform::{Performed, Performer};
pub use report::{Quiet, Report};
pub use watch::{Health, WatchOptions, Watches};
