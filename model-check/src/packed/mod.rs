//! x
pub mod parts;
pub mod ranks;
