//! The proof on the real API server: what the models show of the simulated cluster, seen on etcd, kube-apiserver,
//! kube-scheduler and the binary that ships.
//!
//! - `scenarios`: every scenario without a fault ends in the tables in which it ends in the world;
//! - `loops`: controllers that are killed, doubled, deprived of the API server, joined by upstream's binder or misled
//!   by a hostile client, and the properties of the models over everything that was stored meanwhile;
//! - `protect`: pods, claims and volumes that are deleted in every order, with everything that protects them;
//! - `nonsense`: objects that the API server takes and nobody expects.
//!
//! The controllers are to the API server who their manifest makes them, with its permissions and no others. Each
//! prints what it runs and how long that took. Without Go all of it is skipped, unless CI is set.

#[cfg(test)]
mod cluster;
#[cfg(test)]
#[path = "../deployed/mod.rs"]
mod deployed;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod loops;
#[cfg(test)]
mod nonsense;
#[cfg(test)]
mod pairs;
#[cfg(test)]
mod protect;
#[cfg(test)]
mod real;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod upstream;
