//! The tables of parts and of the steps that were computed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use windlass_core::ids::{Kind, ObjectKey, Version};
use windlass_core::order::{Answer, Order};
use windlass_core::versions::Versioned;
use windlass_fixtures::world::{ApiServer, Informer, Process, Scheduler, Shown, map_orders};

use super::moves::{Classes, Move, other_moves, process_moves, watch_moves};
use super::parts::{Memo, Part, Table};
use super::ranks::Ranks;
use super::{CONTROLLERS_MAX, Seat};
use crate::bounded::Bounded;
use crate::engine::Broken;
use crate::properties::{self, Change, Judge, ProcessStep, Verdict};

/// Bytes that a kept core takes, about: a measure for the bound on memory, not an account.
const CORE_BYTES: u64 = 5_000;
/// Bytes that a kept watch takes, about.
const WATCH_BYTES: u64 = 800;
/// Bytes that a kept API server takes, about.
const API_BYTES: u64 = 3_000;
/// Bytes that an answer in a memo takes, about.
const ANSWER_BYTES: u64 = 64;

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

/// What a step of one core leads to, its ranks being places among those that took part.
#[derive(Clone, Copy)]
pub(super) struct Alone {
    pub(super) core: Part,
    pub(super) broken: u64,
}

/// What a watch shows next, and what is left of it: places among its ranks.
#[derive(Clone, Copy)]
pub(super) struct Popped {
    pub(super) watch: Part,
    pub(super) shown: Part,
}

/// What a write leads to.
#[derive(Clone, Copy)]
pub(super) struct Wrote {
    pub(super) api: Part,
    pub(super) answer: Part,
    /// What watches will show, if anything changed.
    pub(super) shown: Option<Part>,
    /// What is beside the API server after it, where that took part.
    pub(super) others: Option<Part>,
    pub(super) broken: u64,
}

/// What tells clusters at rest apart: what is stored, what is beside it, the processes, and how many steps
/// the users have taken.
pub(super) type WorldAtRest = (Part, Part, [Seat; CONTROLLERS_MAX], u8);

/// Numbers that stand for a question.
pub(super) type Question = ([u32; 4], [Ranks; 3]);

pub(super) struct Tables {
    pub(super) apis: Table<ApiServer, u64>,
    /// Processes without their watches.
    pub(super) cores: Table<Process, Vec<Move>>,
    pub(super) watches: Table<Watch, Vec<Move>>,
    pub(super) others: Table<Others, u64>,
    pub(super) orders: Table<Order, ()>,
    pub(super) answers: Table<Answer, ()>,
    pub(super) shown: Table<Shown, ()>,
    /// Steps of one core alone, by core and move.
    pub(super) alone: Memo<(u32, u16), Alone>,
    /// Steps of a core that is shown a change by its watch.
    pub(super) noticed: Memo<Question, Alone>,
    /// What a watch shows next.
    pub(super) popped: Memo<u32, Popped>,
    /// Steps of a process that look at the API server: a first list, a list anew.
    pub(super) looking: Memo<(Seat, u8, u16, Part), Seat>,
    /// What a core is that has been sent an answer.
    pub(super) answered: Memo<Question, Part>,
    /// What a watch is that has a change to show.
    pub(super) told: Memo<Question, Part>,
    pub(super) wrote: Memo<Question, Wrote>,
    /// The requests that outlive a crash.
    pub(super) orphaned: Memo<Question, Part>,
    /// Those of them that can still take effect.
    pub(super) pruned: Memo<Question, Part>,
    pub(super) other_moves: Memo<Question, Arc<[Move]>>,
    /// What clusters at rest break.
    pub(super) rests: Memo<WorldAtRest, Arc<[Broken]>>,
    pub(super) classes: Classes,
    /// A process that has just been started.
    pub(super) fresh: Seat,
    touched: BTreeSet<ObjectKey>,
    created: BTreeSet<ObjectKey>,
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
            alone: Memo::default(),
            noticed: Memo::default(),
            popped: Memo::default(),
            looking: Memo::default(),
            answered: Memo::default(),
            told: Memo::default(),
            wrote: Memo::default(),
            orphaned: Memo::default(),
            pruned: Memo::default(),
            other_moves: Memo::default(),
            rests: Memo::default(),
            classes: Classes::new(&bounded.scenario),
            fresh: Seat::default(),
            touched: bounded.touched(),
            created: bounded.created(),
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
        self.cores.keep(process, |process| process_moves(process, &self.classes, &self.orders))
    }

    pub(super) fn keep_watch(&self, watch: Watch) -> Part {
        self.watches.keep(watch, |watch| watch_moves(watch, &self.classes, &self.orders))
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
    pub(super) fn keep_api(&self, mut api: ApiServer) -> (Part, u64) {
        // It counts on from the highest version that anything mentions, which is no fact of its own.
        api.count_from(Version(0));
        let part = self.apis.keep(api, |api| {
            self.judge(|property| match property {
                Judge::Stored(judge) => judge(api),
                Judge::Change(_)
                | Judge::Process(_)
                | Judge::Scheduler(_)
                | Judge::Rest(_)
                | Judge::Engine => Verdict::NotAtStake,
            })
        });
        (part, self.apis.get(part.id).facts)
    }

    /// Keeps what is beside the API server; also answers the properties that it breaks.
    pub(super) fn keep_others(&self, others: Others) -> (Part, u64) {
        let part = self.others.keep(others, |others| {
            self.judge(|property| match property {
                Judge::Scheduler(judge) => judge(&others.scheduler),
                Judge::Stored(_) | Judge::Change(_) | Judge::Process(_) | Judge::Rest(_) | Judge::Engine => {
                    Verdict::NotAtStake
                }
            })
        });
        (part, self.others.get(part.id).facts)
    }

    /// The moves of `others`.
    pub(super) fn moves_of_others(&self, others: &Others, api: &ApiServer) -> Arc<[Move]> {
        other_moves(others, api, &self.classes, &self.orders)
    }

    /// The properties that a change of what is stored breaks.
    pub(super) fn judge_change(&self, change: &Change<'_>) -> u64 {
        self.judge(|property| match property {
            Judge::Change(judge) => judge(change),
            Judge::Stored(_) | Judge::Process(_) | Judge::Scheduler(_) | Judge::Rest(_) | Judge::Engine => {
                Verdict::NotAtStake
            }
        })
    }

    /// The properties that a step of a process breaks.
    pub(super) fn judge_process(&self, step: &ProcessStep<'_>) -> u64 {
        self.judge(|property| match property {
            Judge::Process(judge) => judge(step),
            Judge::Stored(_) | Judge::Change(_) | Judge::Scheduler(_) | Judge::Rest(_) | Judge::Engine => {
                Verdict::NotAtStake
            }
        })
    }

    fn judge(&self, verdict: impl Fn(Judge) -> Verdict) -> u64 {
        let mut broken = 0;
        for (number, property) in properties::all() {
            match verdict(property.judge) {
                Verdict::NotAtStake => {}
                Verdict::Holds => self.note_stake(number),
                Verdict::Broken(_) => {
                    self.note_stake(number);
                    broken |= 1 << number;
                }
            }
        }
        broken
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

    /// How many values and answers there are: API servers, cores, watches, steps of cores, of watches, writes.
    fn sizes(&self) -> [usize; 6] {
        [
            self.apis.count(),
            self.cores.count(),
            self.watches.count(),
            self.alone.count() + self.noticed.count() + self.answered.count(),
            self.popped.count() + self.told.count() + self.looking.count(),
            self.wrote.count(),
        ]
    }

    pub(super) fn bytes(&self) -> u64 {
        let count = |many: usize| u64::try_from(many).unwrap_or(u64::MAX);
        let [apis, cores, watches, answers @ ..] = self.sizes();
        count(cores) * CORE_BYTES
            + count(watches) * WATCH_BYTES
            + count(apis) * API_BYTES
            + count(answers.into_iter().sum()) * ANSWER_BYTES
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

/// Ranks of several parts, as places among all of them.
pub(super) struct Joint(pub(super) Ranks);

impl Joint {
    pub(super) fn of(ranks: impl IntoIterator<Item = Ranks>) -> Self {
        Self(ranks.into_iter().fold(Ranks::default(), Ranks::or))
    }

    /// The ranks of a part as places.
    pub(super) const fn inside(&self, ranks: Ranks) -> Ranks {
        ranks.within(self.0)
    }

    /// Places as ranks. The place behind the last one is the version that was given out last, `newest`.
    pub(super) const fn outside(&self, places: Ranks, newest: Ranks) -> Ranks {
        places.out_of_or(self.0, newest)
    }
}
