//! The flight recorder: every input of a core with its time and effects, and their way back.
//!
//! Pipeline: `Input`, `Effect` → **`recorder`** → file → **`reader`** → **`replay`** → differences.
//!
//! Guarantees: each file can be replayed by itself, since it begins with the whole state of the core; what a
//! killed process left behind is readable up to its last whole record; the core never waits for a disk.
//!
//! Deliberately absent: what the inputs mean, and where they come from.

#![forbid(unsafe_code)]

pub mod codec;

pub mod frame;

pub mod record;

mod files;

pub mod recorder;

pub mod reader;

pub mod replay;

pub use reader::{Damage, Ending, ReadError, Reader};
pub use record::{Begun, Record};
pub use recorder::{Options, Recorder, Status};
pub use replay::{Difference, Item, Replay, Step};
