//! The tables of parts and of the steps that were computed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use windlass_core::ids::{ObjectKey, Version};
use windlass_core::order::{Answer, Order};
use windlass_core::versions::Versioned;
use windlass_fixtures::world::{ApiServer, Process, Scheduler, Shown, map_orders};

use super::CONTROLLERS_MAX;
use super::moves::{Classes, Move, other_moves, process_moves};
use super::parts::{Memo, Part, Table};
use super::ranks::Ranks;
use crate::bounded::Bounded;
use crate::engine::Broken;
use crate::properties::{self, Change, Judge, ProcessStep, Verdict};

/// Bytes that a kept process takes, about: a measure for the bound on memory, not an account.
const PROCESS_BYTES: u64 = 6_000;
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
    fn map_versions(&mut self, map: &mut dyn FnMut(Version) -> Version) {
        let Self { orphans, scheduler } = self;
        *orphans = map_orders(std::mem::take(orphans), map);
        scheduler.map_versions(map);
    }
}

/// What a step of one process leads to, its ranks being places among those that the process had.
#[derive(Clone, Copy)]
pub(super) struct Alone {
    pub(super) process: Part,
    pub(super) broken: u64,
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

/// Numbers that stand for a question.
pub(super) type Question = [u32; 8];

pub(super) struct Tables {
    pub(super) apis: Table<ApiServer, u64>,
    pub(super) processes: Table<Process, Vec<Move>>,
    pub(super) others: Table<Others, u64>,
    pub(super) orders: Table<Order, ()>,
    pub(super) answers: Table<Answer, ()>,
    pub(super) shown: Table<Shown, ()>,
    /// Steps of one process alone, by process and move.
    pub(super) alone: Memo<(u32, u16), Alone>,
    /// Steps of a process that look at the API server, such as a first list.
    pub(super) looking: Memo<Question, Part>,
    /// What a process is that has been sent an answer or shown a change.
    pub(super) told: Memo<Question, Part>,
    pub(super) wrote: Memo<Question, Wrote>,
    /// The requests that outlive a crash.
    pub(super) orphaned: Memo<Question, Part>,
    /// Those of them that can still take effect.
    pub(super) pruned: Memo<Question, Part>,
    pub(super) other_moves: Memo<Question, Arc<[Move]>>,
    /// What clusters at rest break.
    pub(super) rests: Memo<[Part; 2 + CONTROLLERS_MAX], Arc<[Broken]>>,
    pub(super) classes: Classes,
    /// A process that has just been started.
    pub(super) fresh: Part,
    touched: BTreeSet<ObjectKey>,
    created: BTreeSet<ObjectKey>,
    at_stake: [AtomicU64; properties::COUNT],
}

impl Tables {
    pub(super) fn new(bounded: &Bounded) -> Self {
        let mut tables = Self {
            apis: Table::default(),
            processes: Table::default(),
            others: Table::default(),
            orders: Table::default(),
            answers: Table::default(),
            shown: Table::default(),
            alone: Memo::default(),
            looking: Memo::default(),
            told: Memo::default(),
            wrote: Memo::default(),
            orphaned: Memo::default(),
            pruned: Memo::default(),
            other_moves: Memo::default(),
            rests: Memo::default(),
            classes: Classes::new(&bounded.scenario),
            fresh: Part::default(),
            touched: bounded.touched(),
            created: bounded.created(),
            at_stake: [const { AtomicU64::new(0) }; properties::COUNT],
        };
        tables.fresh = tables.keep_process(Process::start(&bounded.setting));
        tables
    }

    pub(super) fn keep_process(&self, process: Process) -> Part {
        self.processes.keep(process, |process| process_moves(process, &self.classes, &self.orders))
    }

    /// Keeps what is stored; also answers the properties that it breaks.
    pub(super) fn keep_api(&self, api: ApiServer) -> (Part, u64) {
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

    pub(super) fn sizes(&self) -> [usize; 4] {
        [self.apis.len(), self.processes.len(), self.alone.len(), self.wrote.len() + self.told.len()]
    }

    pub(super) fn bytes(&self) -> u64 {
        let count = |many: usize| u64::try_from(many).unwrap_or(u64::MAX);
        let answers = self.alone.len() + self.looking.len() + self.told.len() + self.wrote.len();
        count(self.processes.len()) * PROCESS_BYTES
            + count(self.apis.len()) * API_BYTES
            + count(answers) * ANSWER_BYTES
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
        let known = places.out_of(self.0);
        let count = self.0.0.count_ones();
        if places.highest() > count { known.or(newest) } else { known }
    }
}
