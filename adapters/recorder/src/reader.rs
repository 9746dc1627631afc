//! Reads a recording, record by record.
//!
//! Guarantees: bytes of any kind end in records, an ending or an error that says where and what to do; never in
//! a panic.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::codec::{FORMAT_VERSION, SCHEMA_STAMP};
use crate::frame::{self, Framed, framed_bytes};
use crate::record::{HEAD_BYTES, MAGIC, Record};

/// How a recording ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The program closed it.
    Closed,
    /// The program closed it, and the next file goes on from here.
    Continued,
    /// Behind a whole record: the program was killed, or is still recording.
    Open,
    /// In the middle of a record, of which this many bytes are there: the program was killed while it wrote.
    Torn(u64),
}

/// Why a recording cannot be read any further, and where.
#[derive(Debug, thiserror::Error)]
#[error("record {record}, at byte {offset}: {damage}")]
pub struct ReadError {
    /// Number of the record, from 1; 0 is the head of the file.
    pub record: u64,
    /// Where it begins, in bytes from the start of the file.
    pub offset: u64,
    /// What is wrong.
    pub damage: Damage,
}

/// What is wrong with a recording.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// The file cannot be read.
    #[error("cannot read: {0}")]
    Io(#[from] io::Error),
    /// It does not begin as a recording does.
    #[error(
        "this is no recording: one begins with the word \"windlass\"; give a file that was written with --record"
    )]
    NotARecording,
    /// It begins as one, and line ends were translated.
    #[error(
        "this was a recording until something took it for text and changed its line ends; copy it as binary"
    )]
    Translated,
    /// It is in another format.
    #[error(
        "its format is version {0} and this program reads version {FORMAT_VERSION}; replay it with the version of Windlass that wrote it"
    )]
    Format(u8),
    /// What is recorded has other types.
    #[error(
        "it was written by a version of Windlass whose records differ (stamp {0:08x}, here {SCHEMA_STAMP:08x}); replay it with that version"
    )]
    Schema(u32),
    /// A length is not what was written.
    #[error("the length of the record is damaged; what comes before it can be replayed with --until")]
    Length,
    /// A payload is not what was written.
    #[error("the checksum of the record does not match; what comes before it can be replayed with --until")]
    Checksum,
    /// A payload that is as it was written, but no record.
    #[error("the record cannot be understood: {0}; was it written by another version of Windlass?")]
    Record(String),
    /// A state that contradicts itself.
    #[error("the state in it contradicts itself: {0}; was the file edited?")]
    State(String),
    /// An input without a state before it.
    #[error("an input comes before any state; was the file put together from others?")]
    NoState,
}

/// Reads the records of one file.
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    record: u64,
    offset: u64,
    closed: Option<Ending>,
}

impl Reader<BufReader<File>> {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read or does not begin as a recording does.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let opened = File::open(path);
        let file = opened.map_err(|error| ReadError { record: 0, offset: 0, damage: error.into() })?;
        Self::new(BufReader::new(file))
    }
}

impl<R: Read> Reader<R> {
    /// Reads from `source`, of which the head is taken off.
    ///
    /// # Errors
    ///
    /// When it cannot be read or does not begin as a recording does.
    pub fn new(mut source: R) -> Result<Self, ReadError> {
        let at_head = |damage| ReadError { record: 0, offset: 0, damage };
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let wanted = u64::try_from(HEAD_BYTES).unwrap_or(u64::MAX);
        let read = source.by_ref().take(wanted).read_to_end(&mut head);
        read.map_err(|error| at_head(error.into()))?;
        check_head(&head).map_err(at_head)?;
        Ok(Self { source, record: 1, offset: wanted, closed: None })
    }

    /// Number of the next record, from 1.
    #[must_use]
    pub const fn record(&self) -> u64 {
        self.record
    }

    /// Where the next record begins, in bytes.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// The next record, or how the recording ends.
    ///
    /// # Errors
    ///
    /// When what comes next is damaged.
    pub fn next_record(&mut self) -> Result<Result<Record, Ending>, ReadError> {
        let framed = frame::read(&mut self.source).map_err(|error| self.error(error.into()))?;
        let payload = match framed {
            Framed::Payload(payload) => payload,
            Framed::End => return Ok(Err(self.closed.unwrap_or(Ending::Open))),
            Framed::Torn(bytes) => return Ok(Err(Ending::Torn(bytes))),
            Framed::BadLength => return Err(self.error(Damage::Length)),
            Framed::BadPayload => return Err(self.error(Damage::Checksum)),
        };
        let record =
            Record::decode(&payload).map_err(|error| self.error(Damage::Record(error.to_string())))?;
        self.record += 1;
        self.offset += framed_bytes(payload.len());
        self.closed = match record {
            Record::Closed(true) => Some(Ending::Continued),
            Record::Closed(false) => Some(Ending::Closed),
            Record::Begun(_) | Record::State(..) | Record::Step(..) | Record::Broken(..) | Record::Gap(_) => {
                None
            }
        };
        Ok(Ok(record))
    }

    /// This damage, at the next record.
    pub(crate) fn error(&self, damage: Damage) -> ReadError {
        ReadError { record: self.record, offset: self.offset, damage }
    }
}

fn check_head(head: &[u8]) -> Result<(), Damage> {
    let Some((magic, rest)) = head.split_at_checked(MAGIC.len()) else { return Err(Damage::NotARecording) };
    let word = MAGIC.trim_ascii_end();
    if magic.starts_with(word) && magic != MAGIC {
        return Err(Damage::Translated);
    }
    let (true, [version, a, b, c, d]) = (magic == MAGIC, rest) else { return Err(Damage::NotARecording) };
    let stamp = u32::from_le_bytes([*a, *b, *c, *d]);
    match (*version, stamp) {
        (FORMAT_VERSION, SCHEMA_STAMP) => Ok(()),
        (FORMAT_VERSION, stamp) => Err(Damage::Schema(stamp)),
        (version, _) => Err(Damage::Format(version)),
    }
}
