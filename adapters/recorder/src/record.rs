//! What a file consists of: a head, then records in frames.
//!
//! The head is [`MAGIC`], the version of the format and the stamp of the types. The first records are
//! [`Record::Begun`] and [`Record::State`]; from there on there is a record for each input.

use serde::{Deserialize, Serialize};
use windlass_core::controller::Controller;
use windlass_core::order::{Effect, Input};

use crate::codec::{self, FORMAT_VERSION, SCHEMA_STAMP, Undecodable};
use crate::frame::Open;

/// The first bytes of each file. The last two show files that were taken for text on their way.
pub const MAGIC: [u8; 10] = *b"windlass\r\n";

/// Bytes of the head of a file.
pub const HEAD_BYTES: usize = MAGIC.len() + 1 + 4;

/// How a file began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The program that wrote it, with its version.
    pub program: String,
    /// When the recording began, in microseconds since 1970 (UTC).
    pub started_unix_us: u64,
    /// Files of the same recording that came before this one.
    pub files_before: u32,
}

/// One record of a file. Times are microseconds since the recording began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The file begins.
    Begun(Begun),
    /// The whole state of the core at that time; what follows goes on from it.
    State(u64, Box<Controller>),
    /// The core was given this and gave that.
    Step(u64, Input, Vec<Effect>),
    /// The core was given this and did not come to the end of it: it panicked.
    Broken(u64, Input),
    /// So many inputs were not recorded: the disk was too slow for them.
    Gap(u64),
    /// The file ends here; whether another one goes on from it.
    Closed(bool),
}

/// Tags of the records, as stored.
pub(crate) mod tag {
    pub(crate) const BEGUN: u8 = 0;
    pub(crate) const STATE: u8 = 1;
    pub(crate) const STEP: u8 = 2;
    pub(crate) const BROKEN: u8 = 3;
    pub(crate) const GAP: u8 = 4;
    pub(crate) const CLOSED: u8 = 5;
}

/// Adds the head of a file to `bytes`.
pub(crate) fn write_head(bytes: &mut Vec<u8>) {
    bytes.extend(MAGIC);
    bytes.push(FORMAT_VERSION);
    bytes.extend(SCHEMA_STAMP.to_le_bytes());
}

/// Adds a record of one part to `bytes`.
pub(crate) fn write_one(tag: u8, part: &impl Serialize, bytes: &mut Vec<u8>) {
    let frame = Open::new(bytes);
    bytes.push(tag);
    codec::encode(part, bytes);
    frame.close(bytes);
}

/// Adds a record of the state of the core to `bytes`.
pub(crate) fn write_state(at_us: u64, core: &Controller, bytes: &mut Vec<u8>) {
    let frame = Open::new(bytes);
    bytes.push(tag::STATE);
    codec::encode(&at_us, bytes);
    codec::encode(core, bytes);
    frame.close(bytes);
}

impl Record {
    /// Reads the payload of a frame.
    ///
    /// # Errors
    ///
    /// When it is no record, or more than one.
    pub fn decode(payload: &[u8]) -> Result<Self, Undecodable> {
        let mut bytes = payload;
        let rest = &mut bytes;
        let record = match codec::decode::<u8>(rest)? {
            tag::BEGUN => Self::Begun(codec::decode(rest)?),
            tag::STATE => Self::State(codec::decode(rest)?, Box::new(codec::decode(rest)?)),
            tag::STEP => Self::Step(codec::decode(rest)?, codec::decode(rest)?, codec::decode(rest)?),
            tag::BROKEN => Self::Broken(codec::decode(rest)?, codec::decode(rest)?),
            tag::GAP => Self::Gap(codec::decode(rest)?),
            tag::CLOSED => Self::Closed(codec::decode(rest)?),
            unknown => return Err(Undecodable::new(format!("its kind {unknown} is unknown"))),
        };
        if rest.is_empty() { Ok(record) } else { Err(Undecodable::new("there is more in it than a record")) }
    }
}
