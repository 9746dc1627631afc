//! Keeps claims that pods use, and volumes that claims have, from being deleted under them.
//!
//! Pipeline: `observed::Store` → **`protect`** → the composition → `Effect::Order`.
//!
//! An object with a finalizer stays when it is deleted, until the finalizer is taken away. These two machines add
//! the finalizers and take them away when nothing uses the object.
//!
//! Guarantees (worded in `docs/invariants.md`, checked by `check` and by the properties):
//! - P1: a finalizer is taken from a claim only after a live list of pods, made after the claim was deleted, has shown
//!   that no pod uses it.
//! - P2: a finalizer is taken from a volume with the UID of a claim only after a live read has shown that the claim does
//!   not have it.
//! - P3: of one namespace, at most one list of pods is out, and it serves all claims that wait for it.
//! - P4: who waits for a list waits behind somebody who is about to ask for one, or has.
//!
//! Deliberately absent: what becomes of the data (see `bind` and reclaim). Upstream: `pkg/controller/volume/pvcprotection`
//! and `pkg/controller/volume/pvprotection`.

mod claim;
mod volume;

mod rows;

mod claims;
mod volumes;

pub use claims::ProtectClaims;
pub(crate) use rows::TABLES;
pub use volumes::ProtectVolumes;
