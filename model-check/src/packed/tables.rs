//! The tables of parts and of the steps that were computed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use windlass_core::ids::{Kind, ObjectKey, Version};
use windlass_core::order::{Answer, Order};
use windlass_core::versions::Versioned;
use windlass_world::actors::{ApiServer, Informer, Process, Scheduler, Shown, map_orders};

use super::breaches::{BreachSets, Breaches};
use super::classes::Classes;
use super::moves::{Moves, own_moves, process_moves, scheduler_moves, watch_moves};
use super::parts::{Answers, Memo, Part, Table};
use super::ranks::Ranks;
use super::{PROCESSES_MAX, Seat};
use crate::bounded::Bounded;
use crate::engine::Broken;
use crate::properties::{self, Change, Judge, ProcessStep, Verdict};

/// Bytes that a kept core takes, about: a measure for the bound on memory, not an account.
const CORE_BYTES: u64 = 5_000;
/// Bytes that a kept watch takes, about.
const WATCH_BYTES: u64 = 800;
/// Bytes that a kept API server takes, about.
const API_BYTES: u64 = 3_000;
/// Bytes that a kept answer takes, about.
const ANSWER_BYTES: u64 = 96;

/// What is neither the API server nor a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Others {
    pub(super) orphans: BTreeSet<Order>,
    pub(super) scheduler: Scheduler,
}

impl Versioned for Others {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        let Self { orphans, scheduler } = self;
        *orphans = map_orders(std::mem::take(orphans), map);
        scheduler.map_versions(map);
    }
}

/// What a step of one part leads to, its ranks being places among those that took part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alone {
    pub(super) part: Part,
    pub(super) broken: Breaches,
}

/// What a watch shows next, and what is left of it: places among its ranks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Popped {
    pub(super) watch: Part,
    pub(super) shown: Part,
}

/// What a write leads to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wrote {
    pub(super) api: Part,
    pub(super) answer: Part,
    /// What watches will show, if anything changed.
    pub(super) shown: Option<Part>,
    /// What is beside the API server after it, where that took part.
    pub(super) others: Option<Part>,
    pub(super) broken: Breaches,
}

/// What tells clusters at rest apart: what is stored, what is beside it, the processes, and how many steps
/// the users have taken.
pub(super) type WorldAtRest = (Part, Part, [Seat; PROCESSES_MAX], u8);

/// Numbers that stand for a question.
pub(super) type Question = ([u32; 2], [Ranks; 2]);

/// A question about one part and another one: the other's number, and the ranks of both as places among all.
pub(super) type Pair = (u32, [Ranks; 2]);

/// What is known about a process without its watches.
#[derive(Debug, Default)]
pub(super) struct CoreFacts {
    pub(super) moves: Moves,
    /// Its steps when it is shown a change by its watch.
    pub(super) noticed: Answers<Pair, Alone>,
    /// What is beside the API server when it crashes.
    pub(super) orphaned: Answers<Pair, Part>,
}

/// What is known about a watch.
#[derive(Debug, Default)]
pub(super) struct WatchFacts {
    pub(super) moves: Moves,
    /// What it shows next, once somebody has asked.
    pub(super) popped: OnceLock<Popped>,
    /// What it is when it has one more change to show.
    pub(super) told: Answers<Pair, Part>,
}

/// What is known about what is stored.
#[derive(Debug)]
pub(super) struct ApiFacts {
    /// The properties that it breaks.
    pub(super) broken: Breaches,
    /// What writes lead to: of which sort, by what of it, and by which part.
    pub(super) wrote: Answers<([u32; 3], [Ranks; 2]), Wrote>,
}

/// What is known about what is beside the API server.
#[derive(Debug)]
pub(super) struct OthersFacts {
    /// The properties that it breaks.
    pub(super) broken: Breaches,
    pub(super) has_orphans: bool,
    /// Its own moves.
    pub(super) moves: Moves,
}

pub(super) struct Tables {
    pub(super) apis: Table<ApiServer, ApiFacts>,
    /// Processes without their watches.
    pub(super) cores: Table<Process, CoreFacts>,
    pub(super) watches: Table<Watch, WatchFacts>,
    pub(super) others: Table<Others, OthersFacts>,
    pub(super) orders: Table<Order, ()>,
    pub(super) answers: Table<Answer, ()>,
    /// Changes that watches show, with the place of their kind in [`Kind::ALL`].
    pub(super) shown: Table<Shown, usize>,
    /// Steps of a process that look at the API server: a first list, a list anew.
    pub(super) looking: Memo<(Seat, u8, u16, Part), Seat>,
    /// The requests that outlived a crash and that can still take effect.
    pub(super) pruned: Memo<Question, Part>,
    /// Where there are pods, the moves of what is beside the API server: which of `lists`.
    pub(super) other_moves: Memo<Question, usize>,
    pub(super) lists: boxcar::Vec<Moves>,
    /// What clusters at rest break.
    pub(super) rests: Memo<WorldAtRest, Arc<[Broken]>>,
    /// How many answers are kept beside parts.
    answers_count: AtomicU64,
    pub(super) classes: Classes,
    /// Whether the timer of the resync may fire.
    resyncs: bool,
    /// A process that has just been started.
    pub(super) fresh: Seat,
    touched: BTreeSet<ObjectKey>,
    created: BTreeSet<ObjectKey>,
    pub(super) breaches: BreachSets,
    at_stake: [AtomicU64; properties::COUNT],
}

impl Tables {
    pub(super) fn new(bounded: &Bounded) -> Self {
        let mut tables = Self {
            apis: Table::default(),
            cores: Table::default(),
            watches: Table::default(),
            others: Table::default(),
            orders: Table::default(),
            answers: Table::default(),
            shown: Table::default(),
            looking: Memo::default(),
            pruned: Memo::default(),
            other_moves: Memo::default(),
            lists: boxcar::Vec::new(),
            rests: Memo::default(),
            answers_count: AtomicU64::new(0),
            classes: Classes::default(),
            resyncs: bounded.resyncs,
            fresh: Seat::default(),
            touched: bounded.touched(),
            created: bounded.created(),
            breaches: BreachSets::default(),
            at_stake: [const { AtomicU64::new(0) }; properties::COUNT],
        };
        tables.fresh = tables.keep_process(Process::start(&bounded.setting));
        tables
    }

    /// Keeps a process in parts.
    pub(super) fn keep_process(&self, mut process: Process) -> Seat {
        let mut watches = [Part::default(); Kind::ALL.len()];
        for ((part, kind), informer) in watches.iter_mut().zip(Kind::ALL).zip(take_watches(&mut process)) {
            *part = self.keep_watch(Watch { kind, informer });
        }
        Seat { core: self.keep_core(process), watches }
    }

    /// Keeps a process without its watches.
    pub(super) fn keep_core(&self, process: Process) -> Part {
        self.cores.keep(process, |process| CoreFacts {
            moves: process_moves(process, self.resyncs, &self.classes, &self.orders),
            ..CoreFacts::default()
        })
    }

    pub(super) fn keep_watch(&self, watch: Watch) -> Part {
        self.watches.keep(watch, |watch| WatchFacts {
            moves: watch_moves(watch, &self.classes, &self.orders),
            ..WatchFacts::default()
        })
    }

    /// The process that stands in a seat.
    pub(super) fn process(&self, seat: &Seat) -> Process {
        let mut process = self.cores.opened(seat.core.id, seat.core.ranks);
        for part in &seat.watches {
            let Watch { kind, informer } = self.watches.opened(part.id, part.ranks);
            process.informers.insert(kind, informer);
        }
        process
    }

    /// Keeps what is stored; also answers the properties that it breaks.
    pub(super) fn keep_api(&self, mut api: ApiServer) -> (Part, Breaches) {
        // It counts on from the highest version that anything mentions, which is no fact of its own.
        api.count_from(Version(0));
        let part = self.apis.keep(api, |api| {
            let broken = self.judge(|property| match property {
                Judge::Stored(judge) => judge(api),
                Judge::Change(_)
                | Judge::Process(_)
                | Judge::Scheduler(_)
                | Judge::Rest(_)
                | Judge::Engine => Verdict::NotAtStake,
            });
            ApiFacts { broken, wrote: Answers::default() }
        });
        (part, self.apis.get(part.id).facts.broken)
    }

    /// Keeps what is beside the API server; also answers the properties that it breaks.
    pub(super) fn keep_others(&self, others: Others) -> (Part, Breaches) {
        let part = self.others.keep(others, |others| {
            let broken = self.judge(|property| match property {
                Judge::Scheduler(judge) => judge(&others.scheduler),
                Judge::Stored(_) | Judge::Change(_) | Judge::Process(_) | Judge::Rest(_) | Judge::Engine => {
                    Verdict::NotAtStake
                }
            });
            let moves = own_moves(others, &self.classes, &self.orders).collect();
            OthersFacts { broken, has_orphans: !others.orphans.is_empty(), moves }
        });
        (part, self.others.get(part.id).facts.broken)
    }

    /// Keeps a change that watches show.
    pub(super) fn keep_shown(&self, shown: Shown) -> Part {
        self.shown.keep(shown, |shown| {
            let kind = shown.key().kind();
            Kind::ALL.iter().position(|it| *it == kind).unwrap_or_default()
        })
    }

    /// Keeps the moves of `others`, and with these of the scheduler beside that API server, as the list of
    /// that number. The orders in its own moves have the ranks of `own`, the same without the API server.
    pub(super) fn keep_moves(&self, own: &Others, others: &Others, api: &ApiServer) -> usize {
        let own = own_moves(own, &self.classes, &self.orders);
        self.lists.push(own.chain(scheduler_moves(others, api, &self.classes, &self.orders)).collect())
    }

    /// The properties that a change of what is stored breaks.
    pub(super) fn judge_change(&self, change: &Change<'_>) -> Breaches {
        self.judge(|property| match property {
            Judge::Change(judge) => judge(change),
            Judge::Stored(_) | Judge::Process(_) | Judge::Scheduler(_) | Judge::Rest(_) | Judge::Engine => {
                Verdict::NotAtStake
            }
        })
    }

    /// The properties that a step of a process breaks.
    pub(super) fn judge_process(&self, step: &ProcessStep<'_>) -> Breaches {
        self.judge(|property| match property {
            Judge::Process(judge) => judge(step),
            Judge::Stored(_) | Judge::Change(_) | Judge::Scheduler(_) | Judge::Rest(_) | Judge::Engine => {
                Verdict::NotAtStake
            }
        })
    }

    fn judge(&self, verdict: impl Fn(Judge) -> Verdict) -> Breaches {
        let mut broken = Vec::new();
        for (number, property) in properties::all() {
            match verdict(property.judge) {
                Verdict::NotAtStake => {}
                Verdict::Holds => self.note_stake(number),
                Verdict::Broken(_) => {
                    self.note_stake(number);
                    broken.push(number);
                }
            }
        }
        self.breaches.keep(broken)
    }

    /// Notes that a property was at stake once more.
    pub(super) fn note_stake(&self, number: usize) {
        if let Some(count) = self.at_stake.get(number) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn at_stake(&self) -> Vec<u64> {
        self.at_stake.iter().map(|count| count.load(Ordering::Relaxed)).collect()
    }

    /// The objects that users change or delete.
    pub(super) const fn touched(&self) -> &BTreeSet<ObjectKey> {
        &self.touched
    }

    /// The objects that users create.
    pub(super) const fn created(&self) -> &BTreeSet<ObjectKey> {
        &self.created
    }

    /// Counts an answer that is kept beside a part.
    pub(super) fn note_answer(&self) {
        self.answers_count.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn bytes(&self) -> u64 {
        let count = |many: usize| u64::try_from(many).unwrap_or(u64::MAX);
        count(self.cores.count()) * CORE_BYTES
            + count(self.watches.count()) * WATCH_BYTES
            + count(self.apis.count()) * API_BYTES
            + self.answers_count.load(Ordering::Relaxed) * ANSWER_BYTES
            + count(self.looking.count() + self.pruned.count() + self.rests.count()) * ANSWER_BYTES
    }
}

/// Takes the watches out of a process, in the order of their kinds.
fn take_watches(process: &mut Process) -> impl Iterator<Item = Informer> + use<> {
    let mut informers = std::mem::take(&mut process.informers);
    Kind::ALL.into_iter().map(move |kind| informers.remove(&kind).unwrap_or_default())
}

/// One watch of a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Watch {
    pub(super) kind: Kind,
    pub(super) informer: Informer,
}

impl Versioned for Watch {
    fn map_versions(&mut self, map: &mut dyn FnMut(Kind, Version) -> Version) {
        self.informer.map_versions(map);
    }
}

/// Ranks of two parts, as places among those of both.
pub(super) struct Joint {
    all: Ranks,
    /// Of each of the two.
    pub(super) inner: [Ranks; 2],
}

impl Joint {
    pub(super) fn of(first: Ranks, second: Ranks) -> Self {
        let all = first.or(second);
        Self { all, inner: [first.within(all), second.within(all)] }
    }

    /// A part that came of the two, with its places as ranks.
    pub(super) fn outside(&self, part: Part) -> Part {
        Part { ranks: part.ranks.out_of(self.all), ..part }
    }

    /// The same, where the place behind the last one is the version that was given out last, `newest`.
    pub(super) fn outside_or(&self, part: Part, newest: Ranks) -> Part {
        Part { ranks: part.ranks.out_of_or(self.all, newest), ..part }
    }
}
