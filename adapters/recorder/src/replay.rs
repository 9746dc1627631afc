//! Runs a recording through the core again and compares what it gives with what was recorded.
//!
//! Guarantees: the core that runs is the one that ships; a difference is reported, never passed over.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use windlass_core::controller::Controller;
use windlass_core::observed::Object;
use windlass_core::order::{Effect, Input};

use crate::reader::{Damage, Ending, ReadError, Reader};
use crate::record::{Begun, Record};

/// What comes next in a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A file begins.
    Begun(Begun),
    /// A whole state, from which the replay goes on; whether it is another than the replay had come to.
    State(bool),
    /// The core was given something.
    Step(Box<Step>),
    /// So many inputs are not in the recording.
    Gap(u64),
    /// The recording ends.
    End(Ending),
}

/// One input and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Number of the input in the file, from 1.
    pub number: u64,
    /// Number of its record, from 1.
    pub record: u64,
    /// Microseconds since the recording began.
    pub at_us: u64,
    /// What the core was given.
    pub input: Input,
    /// What it knew before of the object that the input shows.
    pub known: Option<Object>,
    /// What it gave then; none if it panicked.
    pub recorded: Option<Vec<Effect>>,
    /// What it gives now; none if it panics.
    pub given: Option<Vec<Effect>>,
}

/// How an effect of a step differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference<'a> {
    /// It was given then and is not now.
    Missing(&'a Effect),
    /// It is given now and was not then.
    New(&'a Effect),
    /// The core panicked then and does not now.
    PanickedThen,
    /// The core panics now and did not then.
    PanicsNow,
}

impl Step {
    /// In what the two runs differ, the missing effects first.
    ///
    /// The order of effects counts: where only that differs, those from the first place on that is not the
    /// same are both missing and new.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference<'_>> {
        match (&self.recorded, &self.given) {
            (None, None) => Vec::new(),
            (None, Some(_)) => vec![Difference::PanickedThen],
            (Some(_), None) => vec![Difference::PanicsNow],
            (Some(recorded), Some(given)) if recorded == given => Vec::new(),
            (Some(recorded), Some(given)) => {
                let same = recorded.iter().zip(given).take_while(|(then, now)| then == now).count();
                let missing = recorded.iter().skip(same).map(Difference::Missing);
                missing.chain(given.iter().skip(same).map(Difference::New)).collect()
            }
        }
    }
}

/// A recording that is being run again.
#[derive(Debug)]
pub struct Replay<R> {
    reader: Reader<R>,
    core: Option<Controller>,
    number: u64,
    /// Whether inputs are missing since the last state.
    has_gap: bool,
    /// Whether the core panicked, so that its state is worth nothing.
    is_broken: bool,
}

impl<R: Read> Replay<R> {
    /// Runs what `reader` reads.
    #[must_use]
    pub fn new(reader: Reader<R>) -> Self {
        Self { reader, core: None, number: 0, has_gap: false, is_broken: false }
    }

    /// The core as it is after the last item; none before the first state, and after a panic.
    #[must_use]
    pub fn core(&self) -> Option<&Controller> {
        self.core.as_ref().filter(|_| !self.is_broken)
    }

    /// Where the next record begins: its number, and its place in bytes.
    #[must_use]
    pub const fn place(&self) -> (u64, u64) {
        (self.reader.record(), self.reader.offset())
    }

    /// Goes on by one item.
    ///
    /// # Errors
    ///
    /// When the recording is damaged from here on.
    pub fn next_item(&mut self) -> Result<Item, ReadError> {
        loop {
            let record = self.reader.record();
            let (at_us, input, recorded) = match self.reader.next_record()? {
                Err(ending) => return Ok(Item::End(ending)),
                Ok(Record::Begun(begun)) => return Ok(Item::Begun(begun)),
                Ok(Record::State(_, core)) => return self.state(*core),
                Ok(Record::Gap(inputs)) => {
                    self.has_gap = true;
                    return Ok(Item::Gap(inputs));
                }
                Ok(Record::Closed(_)) => continue,
                Ok(Record::Step(at_us, input, effects)) => (at_us, input, Some(effects)),
                Ok(Record::Broken(at_us, input)) => (at_us, input, None),
            };
            self.number += 1;
            let Some(core) = &mut self.core else { return Err(self.reader.error(Damage::NoState)) };
            let known = match &input {
                Input::Observed(object) => core.store().object(&object.key()),
                Input::Gone(..)
                | Input::Reached(..)
                | Input::Synced
                | Input::Answered(..)
                | Input::TimerFired(_) => None,
            };
            let mut effects = Vec::new();
            let given = input.clone();
            // The state is not looked at after a panic.
            let ended = catch_unwind(AssertUnwindSafe(|| core.step(given, &mut effects)));
            self.is_broken |= ended.is_err();
            let given = ended.is_ok().then_some(effects);
            let number = self.number;
            let step = Step { number, record, at_us, input, known, recorded, given };
            return Ok(Item::Step(Box::new(step)));
        }
    }

    fn state(&mut self, core: Controller) -> Result<Item, ReadError> {
        core.check().map_err(|problem| self.reader.error(Damage::State(problem)))?;
        let before = self.core.replace(core);
        let is_expected = self.has_gap || self.is_broken || before.is_none() || before == self.core;
        self.has_gap = false;
        self.is_broken = false;
        Ok(Item::State(!is_expected))
    }
}
