//! The one task that owns the core: gives it inputs, and has its effects carried out.
//!
//! Pipeline: watches, answers, timers → **`machine`** → `Controller::step` → orders, timers, events.
//!
//! Guarantees:
//! - nobody else calls `step`, and inputs of one source keep their order;
//! - each order gets exactly one answer, also when the task that carries it out is lost;
//! - no more orders are under way than the core allows itself;
//! - while this process stands by, the core observes and nothing else: `Synced` is held back until it leads.
//!
//! Deliberately absent: decisions.

mod told;
mod work;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use windlass_core::controller::Controller;
use windlass_core::order::{Effect, Input, Order};
use windlass_kube::Events;
use windlass_recorder::Recorder;

use crate::gate::{Gate, Standing};
use crate::metrics::{Counts, Metrics, input_name};
use crate::timers::Timers;
use told::Teller;
pub(crate) use work::Work;

/// Inputs that are taken from the watches at once.
const BATCH_MAX: usize = 64;

/// Longest wait for the answers to orders that are under way when the process ends.
///
/// With what follows, less than the 30 s that Kubernetes gives a pod to end. An answer takes 30 s at the very
/// most, and most take milliseconds; what is cut off is found out by the next process.
const DRAIN_MAX: Duration = Duration::from_secs(15);

/// Longest wait for the disk when the recording is closed.
const CLOSE_MAX: Duration = Duration::from_secs(5);

/// A question from outside.
#[derive(Debug)]
pub(crate) enum Question {
    /// Whether the task is there and gets on.
    Alive(oneshot::Sender<()>),
    /// What the core holds.
    Counts(oneshot::Sender<Counts>),
}

/// How the task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It was asked to, and every order was answered.
    Drained,
    /// It was asked to, and some orders had no answer in time.
    Undrained,
    /// This process may not write any more.
    Deposed,
    /// The watches are gone.
    Blind,
}

/// The core and what is under way for it.
#[derive(Debug)]
pub(crate) struct Machine {
    core: Controller,
    recorder: Option<Recorder>,
    work: Work,
    timers: Timers,
    events: Events,
    gate: Gate,
    metrics: Arc<Metrics>,
    teller: Teller,
    /// Whether the first lists are complete, and the core has yet to be told.
    is_held_back: bool,
    effects: Vec<Effect>,
}

/// Where things come from.
#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) inputs: mpsc::Receiver<Input>,
    pub(crate) questions: mpsc::Receiver<Question>,
    pub(crate) stop: CancellationToken,
}

impl Machine {
    /// The machine of a core that has seen nothing.
    pub(crate) fn new(
        core: Controller,
        recorder: Option<Recorder>,
        work: Work,
        events: Events,
        gate: Gate,
        metrics: Arc<Metrics>,
    ) -> Self {
        let teller = Teller::new(Arc::clone(&metrics));
        Self {
            core,
            recorder,
            work,
            timers: Timers::default(),
            events,
            gate,
            metrics,
            teller,
            is_held_back: false,
            effects: Vec::new(),
        }
    }

    /// Works until it is told to stop, may not write any more, or has nothing to watch with.
    pub(crate) async fn run(mut self, mut sources: Sources) -> Ended {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        let (mut shut, mut lead) = (self.gate.clone(), self.gate.clone());
        let ended = loop {
            tokio::select! {
                () = sources.stop.cancelled() => break self.drain().await,
                () = shut.shut() => {
                    self.work.cut_off();
                    break Ended::Deposed;
                }
                leads = lead.leads(), if self.is_held_back => if leads {
                    self.is_held_back = false;
                    self.step(Input::Synced);
                },
                input = self.work.next_answer() => self.step(input),
                timer = self.timers.next() => self.step(Input::TimerFired(timer)),
                count = sources.inputs.recv_many(&mut batch, BATCH_MAX) => {
                    if count == 0 {
                        break Ended::Blind;
                    }
                    for input in batch.drain(..) {
                        self.take_in(input);
                    }
                }
                Some(question) = sources.questions.recv() => self.answer(question, sources.inputs.len()),
            }
            if let Some(recorder) = &mut self.recorder
                && sources.inputs.is_empty()
            {
                recorder.flush();
            }
        };
        self.close().await;
        ended
    }

    /// Takes in what a watch has shown.
    fn take_in(&mut self, input: Input) {
        if input == Input::Synced && self.gate.standing() == Standing::Standby {
            tracing::info!("everything is listed; waits for the lease");
            self.is_held_back = true;
        } else {
            self.step(input);
        }
    }

    /// Gives the core one input and has its effects carried out.
    fn step(&mut self, input: Input) {
        let name = input_name(&input);
        self.teller.input(&input);
        if let Some(recorder) = &mut self.recorder {
            recorder.input(&input);
        }
        let start = Instant::now();
        let mut effects = std::mem::take(&mut self.effects);
        self.core.step(input, &mut effects);
        self.metrics.stepped(name, start.elapsed());
        if let Some(recorder) = &mut self.recorder {
            recorder.effects(&effects, &self.core);
        }
        for effect in effects.drain(..) {
            self.teller.effect(&effect);
            self.carry_out(effect);
        }
        self.effects = effects;
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Order(order, _) => self.begin(order),
            Effect::ArmTimer(timer, after_ms) => self.timers.arm(timer, after_ms),
            Effect::DropTimer(timer) => self.timers.drop_timer(&timer),
            Effect::Tell(event) => self.events.tell(event),
        }
    }

    fn begin(&mut self, order: Order) {
        self.work.begin(order, self.gate.clone());
    }

    fn answer(&self, question: Question, inputs_waiting: usize) {
        // Whoever asked may have gone by now.
        let _gone = match question {
            Question::Alive(reply) => reply.send(()).is_err(),
            Question::Counts(reply) => {
                let timers = self.timers.len();
                reply.send(Counts { timers, inputs_waiting, ..Counts::of(&self.core) }).is_err()
            }
        };
    }

    /// Waits for the answers to what is under way, and begins nothing new.
    async fn drain(&mut self) -> Ended {
        let under_way = self.work.len();
        tracing::warn!(under_way, "ends: waits for the answers to what is under way");
        let answers = async {
            while !self.work.is_empty() {
                let input = self.work.next_answer().await;
                self.teller.input(&input);
                if let Some(recorder) = &mut self.recorder {
                    recorder.input(&input);
                }
                // What would be next is left to the next process.
                let mut effects = Vec::new();
                self.core.step(input, &mut effects);
                if let Some(recorder) = &mut self.recorder {
                    recorder.effects(&effects, &self.core);
                }
            }
        };
        match tokio::time::timeout(DRAIN_MAX, answers).await {
            Ok(()) => Ended::Drained,
            Err(_) => {
                tracing::error!(under_way = self.work.len(), "some orders had no answer in time");
                self.work.cut_off();
                Ended::Undrained
            }
        }
    }

    /// Closes the recording.
    async fn close(&mut self) {
        let Some(recorder) = self.recorder.take() else { return };
        let closed = tokio::task::spawn_blocking(move || recorder.close());
        match tokio::time::timeout(CLOSE_MAX, closed).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the recording could not be closed"),
            Err(_) => tracing::error!("the recording could not be closed in time"),
        }
    }
}
