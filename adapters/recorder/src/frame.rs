//! Frames around records: their length and checksums.
//!
//! A frame is the length of the payload (4 bytes, little end first), a check of the length (2 bytes), the
//! payload, and the CRC-32 of the payload (4 bytes).
//!
//! Guarantees: a flipped bit anywhere in a frame is found; an end in the middle of a frame is told apart from
//! damage, because the length has a check of its own.

use std::io::{ErrorKind, Read};

/// Bytes before the payload.
const HEAD_BYTES: usize = 6;

/// Bytes of the checksum behind the payload.
const TAIL_BYTES: usize = 4;

/// A frame that is being written to the end of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    start: usize,
}

/// What stands where a frame should.
#[derive(Debug)]
pub enum Framed {
    /// A frame with this payload.
    Payload(Vec<u8>),
    /// The end of the file, right behind the last frame.
    End,
    /// The end of the file in the middle of a frame, of which this many bytes are there.
    Torn(u64),
    /// A length that is not what was written.
    BadLength,
    /// A payload that is not what was written.
    BadPayload,
}

impl Open {
    /// Leaves room for the head of a frame; what is added to `bytes` from here on is its payload.
    #[must_use]
    pub fn new(bytes: &mut Vec<u8>) -> Self {
        let start = bytes.len();
        bytes.extend([0; HEAD_BYTES]);
        Self { start }
    }

    /// Ends the frame: fills in its head and adds the checksum.
    ///
    /// # Panics
    ///
    /// When the payload has 4 GiB or more, of which no state of a core comes near.
    pub fn close(self, bytes: &mut Vec<u8>) {
        let payload = bytes.get(self.start + HEAD_BYTES..).unwrap_or_default();
        let length = u32::try_from(payload.len()).expect("a record is far smaller than 4 GiB");
        let checksum = crc32fast::hash(payload);
        if let Some(head) = bytes.get_mut(self.start..self.start + HEAD_BYTES) {
            head.copy_from_slice(&head_of(length));
        }
        bytes.extend(checksum.to_le_bytes());
    }
}

/// Reads the frame that comes next.
///
/// # Errors
///
/// When the source cannot be read.
pub fn read(source: &mut impl Read) -> std::io::Result<Framed> {
    let mut head = [0; HEAD_BYTES];
    match read_up_to(source, &mut head)? {
        0 => return Ok(Framed::End),
        HEAD_BYTES => {}
        short => return Ok(Framed::Torn(count(short))),
    }
    let [a, b, c, d, ..] = head;
    let length = u32::from_le_bytes([a, b, c, d]);
    if head != head_of(length) {
        return Ok(Framed::BadLength);
    }
    let mut payload = Vec::new();
    let wanted = u64::from(length);
    let got = source.take(wanted).read_to_end(&mut payload)?;
    let mut tail = [0; TAIL_BYTES];
    let tail_got = if count(got) == wanted { read_up_to(source, &mut tail)? } else { 0 };
    if tail_got < TAIL_BYTES {
        return Ok(Framed::Torn(count(HEAD_BYTES + got + tail_got)));
    }
    if crc32fast::hash(&payload) != u32::from_le_bytes(tail) {
        return Ok(Framed::BadPayload);
    }
    Ok(Framed::Payload(payload))
}

/// Bytes that the frame of such a payload takes.
#[must_use]
pub fn framed_bytes(payload_bytes: usize) -> u64 {
    count(HEAD_BYTES + payload_bytes + TAIL_BYTES)
}

fn head_of(length: u32) -> [u8; HEAD_BYTES] {
    let [a, b, c, d] = length.to_le_bytes();
    let [e, f, ..] = crc32fast::hash(&[a, b, c, d]).to_le_bytes();
    [a, b, c, d, e, f]
}

/// Fills `buffer`, or as much of it as there is; answers how much that was.
fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|it| !it.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(got) => filled += got,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn count(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
