//! Values as bytes and back: the one module that knows the format that is used.
//!
//! Guarantees: what was encoded is decoded as the same value; bytes that come from elsewhere are refused in
//! words or decoded as some value, and take no more memory than [`DECODED_BYTES_MAX`] for one text or list.
//!
//! Deliberately absent: lengths, checksums and versions, which are those of `frame` and `record`.

use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Version of the format of values. Raised when bytes of the same types come to mean something else.
pub const FORMAT_VERSION: u8 = 1;

/// Stamp of the types that are recorded: a checksum of samples of them.
///
/// Files with another stamp were written by a program whose types differ, and would be misread.
pub const SCHEMA_STAMP: u32 = 0x247d_8ac8;

/// Most bytes that decoding one value may ask for: a state of some 500,000 pairs.
pub const DECODED_BYTES_MAX: usize = 1 << 28;

/// Numbers of variable length: most versions, sizes and counts are small.
const FORMAT: Configuration<LittleEndian, Varint, Limit<DECODED_BYTES_MAX>> =
    bincode::config::standard().with_limit::<DECODED_BYTES_MAX>();

/// Bytes that are no value of the type that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Undecodable(String);

impl Undecodable {
    /// Bytes that are no such value because of this.
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Adds `value` to the end of `bytes`.
///
/// # Panics
///
/// When a type that is recorded has a part that cannot be encoded, such as a list of unknown length. That is a
/// mistake in the type, which every test of this package would show.
pub fn encode<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) {
    bincode::serde::encode_into_std_write(value, bytes, FORMAT)
        .expect("a vector takes all bytes, and every recorded type has a form");
}

/// Takes a value off the start of `bytes`.
///
/// # Errors
///
/// When the bytes are no such value.
pub fn decode<T: DeserializeOwned>(bytes: &mut &[u8]) -> Result<T, Undecodable> {
    let decoded = bincode::serde::decode_from_slice(bytes, FORMAT);
    let (value, used) = decoded.map_err(|error| Undecodable(error.to_string()))?;
    *bytes = bytes.get(used..).unwrap_or_default();
    Ok(value)
}
