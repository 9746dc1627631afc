//! The side of the recorder that stands beside the core: encodes, and hands over to the thread that writes.
//!
//! Guarantees: never waits. If the disk is too slow, inputs are left out and counted, and the recording goes on
//! with the whole state of the core, so that everything in it can be replayed.
//!
//! Deliberately absent: `fsync`. What was handed over survives the end of the process, not that of the machine.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use windlass_core::controller::Controller;
use windlass_core::order::{Effect, Input};

use crate::codec;
use crate::files::{self, Chunk, Files};
use crate::frame::Open;
use crate::record::{Begun, tag, write_head, write_one, write_state};

/// Bytes that are gathered before they are handed over, if nobody asks for it earlier.
const CHUNK_BYTES: usize = 1 << 16;

/// Chunks that may wait for the disk.
const CHUNKS_WAITING_MAX: usize = 64;

/// Bytes that are gathered at most while the queue is full, before they are given up.
const GATHERED_BYTES_MAX: usize = 1 << 22;

/// How to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The newest file; older ones have a number behind their name.
    pub path: PathBuf,
    /// Size from which a file is followed by the next one, in bytes.
    pub file_bytes_max: u64,
    /// How many files are kept, the newest included; at least one.
    pub files_max: u16,
    /// The program that records, with its version.
    pub program: String,
}

/// What the recorder has done so far, for whoever watches it from outside.
#[derive(Debug, Default)]
pub struct Status {
    pub(crate) bytes_written: AtomicU64,
    pub(crate) inputs_lost: AtomicU64,
    pub(crate) has_failed: AtomicBool,
    pub(crate) chunks_waiting: AtomicUsize,
}

impl Status {
    /// Bytes that were written, all files together.
    #[must_use]
    pub fn bytes_written(&self) -> u64 {
        self.bytes_written.load(Ordering::Relaxed)
    }

    /// Inputs that were left out because the disk was too slow.
    #[must_use]
    pub fn inputs_lost(&self) -> u64 {
        self.inputs_lost.load(Ordering::Relaxed)
    }

    /// Whether the recording has ended because a file could not be written.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }
}

/// Records what one core is given and gives.
#[derive(Debug)]
pub struct Recorder {
    started: Instant,
    begun: Begun,
    file_bytes_max: u64,
    status: Arc<Status>,
    /// None once the recording is closed.
    thread: Option<Thread>,
    /// What has not been handed over yet.
    bytes: Vec<u8>,
    /// Whether it is the start of a file.
    opens_file: bool,
    /// Inputs in it.
    inputs: u64,
    /// The frame of the input that the core is at, if any.
    open: Option<(Open, u64, usize)>,
    /// Bytes of the file so far, and how many of them were its first state.
    file_bytes: u64,
    state_bytes: u64,
    /// Inputs that were left out since the last state; none if nothing was.
    lost: Option<u64>,
}

#[derive(Debug)]
struct Thread {
    chunks: SyncSender<Chunk>,
    handle: JoinHandle<()>,
}

impl Recorder {
    /// Begins a recording of `core`. Files of earlier recordings are kept as older files.
    ///
    /// `problem` is told, on another thread, why the recording had to end.
    ///
    /// # Errors
    ///
    /// When the file cannot be created or no thread can be started.
    pub fn start(
        options: Options,
        core: &Controller,
        problem: impl Fn(&str) + Send + 'static,
    ) -> io::Result<Self> {
        let files = Files::new(options.path.clone(), options.files_max);
        let file = files.create()?;
        let status = Arc::new(Status::default());
        let (chunks, received) = sync_channel(CHUNKS_WAITING_MAX);
        let watched = status.clone();
        let write = move || files::write_all(&files, file, &received, &watched, &problem);
        let handle = std::thread::Builder::new().name("recorder".to_owned()).spawn(write)?;
        Ok(Self::begin(options, core, status, Thread { chunks, handle }))
    }

    fn begin(options: Options, core: &Controller, status: Arc<Status>, thread: Thread) -> Self {
        let Options { path: _, file_bytes_max, files_max: _, program } = options;
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started_unix_us = u64::try_from(since_1970.as_micros()).unwrap_or(u64::MAX);
        let mut recorder = Self {
            started: Instant::now(),
            begun: Begun { program, started_unix_us, files_before: 0 },
            file_bytes_max,
            status,
            thread: Some(thread),
            bytes: Vec::new(),
            opens_file: false,
            inputs: 0,
            open: None,
            file_bytes: 0,
            state_bytes: 0,
            lost: None,
        };
        recorder.begin_file(core);
        recorder.flush();
        recorder
    }

    /// What was done so far.
    #[must_use]
    pub fn status(&self) -> Arc<Status> {
        self.status.clone()
    }

    /// Takes down what the core is about to be given. [`Recorder::effects`] has to follow.
    pub fn input(&mut self, input: &Input) {
        if self.lost.is_some() || self.status.has_failed() {
            return;
        }
        let at_us = self.now_us();
        let frame = Open::new(&mut self.bytes);
        let tag_at = self.bytes.len();
        self.bytes.push(tag::STEP);
        codec::encode(&at_us, &mut self.bytes);
        codec::encode(input, &mut self.bytes);
        self.open = Some((frame, at_us, tag_at));
    }

    /// Takes down what the core gave for the last input, and its state afterwards if that is due.
    pub fn effects(&mut self, effects: &[Effect], core: &Controller) {
        if self.status.has_failed() {
            return;
        }
        let Some((frame, _, _)) = self.open.take() else {
            self.leave_out(1);
            self.go_on_after_gap(core);
            return;
        };
        codec::encode(effects, &mut self.bytes);
        frame.close(&mut self.bytes);
        self.inputs += 1;
        if self.bytes.len() >= CHUNK_BYTES {
            self.flush();
        }
        // A file holds at least as much of what happened as of the state that it begins with.
        if self.size() >= self.file_bytes_max.max(self.state_bytes.saturating_mul(2)) {
            write_one(tag::CLOSED, &true, &mut self.bytes);
            self.flush_or_leave_out();
            self.begun.files_before = self.begun.files_before.saturating_add(1);
            self.begin_file(core);
            self.opens_file = true;
        }
    }

    /// Hands over what was taken down so far.
    pub fn flush(&mut self) {
        if self.open.is_some() || self.bytes.is_empty() {
            return;
        }
        let is_sent = self.send();
        if !is_sent && self.bytes.len() > GATHERED_BYTES_MAX {
            self.give_up();
        }
    }

    /// Ends the recording, and waits until everything is written.
    pub fn close(mut self) {
        self.finish();
    }

    /// The bytes of the file, those that were not handed over included.
    fn size(&self) -> u64 {
        self.file_bytes.saturating_add(count(self.bytes.len()))
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn begin_file(&mut self, core: &Controller) {
        write_head(&mut self.bytes);
        write_one(tag::BEGUN, &self.begun, &mut self.bytes);
        if let Some(lost) = self.lost.take() {
            write_one(tag::GAP, &lost, &mut self.bytes);
        }
        write_state(self.now_us(), core, &mut self.bytes);
        self.file_bytes = 0;
        self.state_bytes = count(self.bytes.len());
    }

    /// Hands over everything; answers whether there was room for it.
    fn send(&mut self) -> bool {
        let Some(thread) = &self.thread else { return false };
        let chunk = Chunk { bytes: std::mem::take(&mut self.bytes), opens_file: self.opens_file };
        let sent = count(chunk.bytes.len());
        self.status.chunks_waiting.fetch_add(1, Ordering::AcqRel);
        match thread.chunks.try_send(chunk) {
            Ok(()) => {
                self.opens_file = false;
                self.inputs = 0;
                self.file_bytes = self.file_bytes.saturating_add(sent);
                true
            }
            Err(
                std::sync::mpsc::TrySendError::Full(chunk)
                | std::sync::mpsc::TrySendError::Disconnected(chunk),
            ) => {
                self.status.chunks_waiting.fetch_sub(1, Ordering::AcqRel);
                self.bytes = chunk.bytes;
                false
            }
        }
    }

    fn flush_or_leave_out(&mut self) {
        if !self.send() {
            self.give_up();
        }
    }

    /// Gives up what could not be handed over. If it was the start of a file, the next state starts it.
    fn give_up(&mut self) {
        self.bytes.clear();
        let inputs = std::mem::take(&mut self.inputs);
        self.leave_out(inputs);
    }

    fn leave_out(&mut self, inputs: u64) {
        self.status.inputs_lost.fetch_add(inputs, Ordering::Relaxed);
        self.lost = Some(self.lost.unwrap_or_default().saturating_add(inputs));
    }

    /// Once the disk has caught up, goes on with the whole state.
    fn go_on_after_gap(&mut self, core: &Controller) {
        if self.status.chunks_waiting.load(Ordering::Acquire) > 0 {
            return;
        }
        if self.opens_file {
            self.begin_file(core);
        } else if let Some(lost) = self.lost.take() {
            write_one(tag::GAP, &lost, &mut self.bytes);
            write_state(self.now_us(), core, &mut self.bytes);
        }
        self.flush();
    }

    /// Ends the recording: an input that the core did not come to the end of is the last thing in it.
    fn finish(&mut self) {
        if let Some((frame, _, tag_at)) = self.open.take() {
            if let Some(tag) = self.bytes.get_mut(tag_at) {
                *tag = tag::BROKEN;
            }
            frame.close(&mut self.bytes);
        }
        let is_headless = self.opens_file && self.lost.is_some();
        if let Some(lost) = self.lost.take() {
            write_one(tag::GAP, &lost, &mut self.bytes);
        }
        write_one(tag::CLOSED, &false, &mut self.bytes);
        if is_headless {
            // A file that had no room for its start is not begun any more.
            self.bytes.clear();
            self.opens_file = false;
        }
        let Some(Thread { chunks, handle }) = self.thread.take() else { return };
        let chunk = Chunk { bytes: std::mem::take(&mut self.bytes), opens_file: self.opens_file };
        self.status.chunks_waiting.fetch_add(1, Ordering::AcqRel);
        // Here there is time to wait for the disk. An error has been told by the thread itself.
        let is_sent = chunks.send(chunk).is_ok();
        drop(chunks);
        let is_joined = handle.join().is_ok();
        if !(is_sent && is_joined) {
            self.status.has_failed.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.finish();
        }
    }
}

fn count(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use windlass_core::order::Timer;
    use windlass_world::echo::Echo;

    use super::*;
    use crate::reader::{Ending, Reader};
    use crate::replay::{Item, Replay};

    /// What a slow disk has to wait for.
    type Go = SyncSender<()>;

    /// A recorder whose thread writes nothing until it is told to go.
    fn stalled(name: &str, core: &Controller, file_bytes_max: u64) -> (Recorder, Go, PathBuf) {
        let folder = std::env::temp_dir().join(format!("windlass-recorder-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("flight");
        let program = "test".to_owned();
        let options = Options { path: path.clone(), file_bytes_max, files_max: 2, program };
        let files = Files::new(path.clone(), 2);
        let file = files.create().unwrap();
        let status = Arc::new(Status::default());
        let (chunks, received) = sync_channel(CHUNKS_WAITING_MAX);
        let (go, gone) = std::sync::mpsc::sync_channel(8);
        let watched = status.clone();
        let handle = std::thread::spawn(move || {
            let is_told = gone.recv().is_ok();
            assert!(is_told);
            files::write_all(&files, file, &received, &watched, &|problem| panic!("{problem}"));
        });
        (Recorder::begin(options, core, status, Thread { chunks, handle }), go, path)
    }

    /// Gives the core a resync and records it, until `is_enough`; answers how many that were.
    fn resync_until(
        recorder: &mut Recorder,
        core: &mut Controller,
        is_enough: impl Fn(&Status) -> bool,
    ) -> u64 {
        let status = recorder.status();
        let mut steps = 0;
        while !is_enough(&status) {
            let input = Input::TimerFired(Timer::Resync);
            recorder.input(&input);
            let mut effects = Vec::new();
            core.step(input, &mut effects);
            recorder.effects(&effects, core);
            recorder.flush();
            steps += 1;
            assert!(steps < 10_000_000, "it never comes");
        }
        steps
    }

    fn items(path: &std::path::Path) -> Vec<Item> {
        let mut replay = Replay::new(Reader::open(path).unwrap());
        let mut items = Vec::new();
        loop {
            let item = replay.next_item().unwrap();
            let is_end = matches!(item, Item::End(_));
            items.push(item);
            if is_end {
                return items;
            }
        }
    }

    #[test]
    fn a_slow_disk_costs_records_and_never_a_wait() {
        let mut core = Echo::of_pairs(2).into_core();
        let (mut recorder, go, path) = stalled("slow", &core, u64::MAX);
        resync_until(&mut recorder, &mut core, |status| status.inputs_lost() > 1_000);
        go.send(()).unwrap();
        let caught_up = |status: &Status| status.chunks_waiting.load(Ordering::Acquire) == 0;
        resync_until(&mut recorder, &mut core, caught_up);
        resync_until(&mut recorder, &mut core, |_| true);
        let input = Input::TimerFired(Timer::Sweep);
        recorder.input(&input);
        core.step(input, &mut Vec::new());
        recorder.effects(&[], &core);
        let status = recorder.status();
        recorder.close();
        let items = items(&path);
        let lost: u64 = items.iter().map(|it| if let Item::Gap(lost) = it { *lost } else { 0 }).sum();
        assert_eq!(lost, status.inputs_lost());
        assert!(lost > 1_000 && !status.has_failed());
        assert!(!items.contains(&Item::State(true)));
        assert_eq!(items.last(), Some(&Item::End(Ending::Closed)));
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_file_that_could_not_be_begun_in_time_is_begun_later() {
        let mut core = Echo::of_pairs(2).into_core();
        let (mut recorder, go, path) = stalled("rotation", &core, 1);
        resync_until(&mut recorder, &mut core, |status| status.inputs_lost() > 0);
        go.send(()).unwrap();
        resync_until(&mut recorder, &mut core, |status| status.chunks_waiting.load(Ordering::Acquire) == 0);
        resync_until(&mut recorder, &mut core, |_| true);
        recorder.close();
        for path in [path.clone(), path.with_extension("1")] {
            let items = items(&path);
            assert!(matches!(items.first(), Some(Item::Begun(_))), "{items:?}");
            assert!(!items.contains(&Item::State(true)));
        }
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }

    #[test]
    fn an_input_that_broke_the_core_is_the_last_thing_recorded() {
        let core = Controller::default();
        let (mut recorder, go, path) = stalled("broken", &core, u64::MAX);
        go.send(()).unwrap();
        recorder.input(&Input::Synced);
        drop(recorder);
        let items = items(&path);
        let [.., Item::Step(step), Item::End(Ending::Closed)] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!((&step.input, &step.recorded), (&Input::Synced, &None));
        assert!(step.given.is_some(), "this core does not break");
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }
}
