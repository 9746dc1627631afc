//! The thread that writes the files, and their names.
//!
//! Guarantees: a file that is there is never overwritten but by the rotation, the oldest first; after an error
//! nothing more is written, so that no file has a hole in it.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use crate::recorder::Status;

/// Bytes for the thread.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) bytes: Vec<u8>,
    /// Whether they are the first ones of a new file.
    pub(crate) opens_file: bool,
}

/// The files of a recording: the newest, and up to so many in all.
#[derive(Debug)]
pub(crate) struct Files {
    path: PathBuf,
    files_max: u16,
}

impl Files {
    pub(crate) fn new(path: PathBuf, files_max: u16) -> Self {
        Self { path, files_max: files_max.max(1) }
    }

    /// Makes way for a new file, and creates it.
    pub(crate) fn create(&self) -> io::Result<File> {
        for number in (0..self.files_max).rev() {
            let (from, to) = (numbered(&self.path, number), numbered(&self.path, number + 1));
            let moved = if number + 1 == self.files_max {
                std::fs::remove_file(from)
            } else {
                std::fs::rename(from, to)
            };
            match moved {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        File::create_new(&self.path)
    }
}

/// The name of the file that is so many files older than the newest.
fn numbered(path: &Path, number: u16) -> PathBuf {
    if number == 0 {
        return path.to_path_buf();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

/// Writes what comes until nobody can send more.
pub(crate) fn write_all(
    files: &Files,
    mut file: File,
    chunks: &Receiver<Chunk>,
    status: &Arc<Status>,
    problem: &dyn Fn(&str),
) {
    let mut has_failed = false;
    while let Ok(chunk) = chunks.recv() {
        if !has_failed && let Err(error) = write(files, &mut file, &chunk) {
            has_failed = true;
            status.has_failed.store(true, Ordering::Relaxed);
            problem(&format!("{}: cannot write; the recording ends here: {error}", files.path.display()));
        }
        if !has_failed {
            let count = u64::try_from(chunk.bytes.len()).unwrap_or(u64::MAX);
            status.bytes_written.fetch_add(count, Ordering::Relaxed);
        }
        status.chunks_waiting.fetch_sub(1, Ordering::Release);
    }
}

fn write(files: &Files, file: &mut File, chunk: &Chunk) -> io::Result<()> {
    if chunk.opens_file {
        *file = files.create()?;
    }
    file.write_all(&chunk.bytes)
}
