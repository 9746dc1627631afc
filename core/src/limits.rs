//! Every bound and every duration of the core, with its unit in its name and its reason beside it.

/// Orders that may be out at the same time.
///
/// Enough to keep an API server busy over a 10 ms round trip at some thousand writes a second, few
/// enough that a burst of claims cannot fill its queues.
pub const ORDERS_IN_FLIGHT_MAX: u16 = 64;

/// Calls of one CSI driver that may be out at the same time.
///
/// Drivers serve few calls at once, and none of another driver waits for them.
pub const DRIVER_ORDERS_MAX: u16 = 32;

/// Operations on the mounts of a node that may be out at the same time.
pub const MOUNT_ORDERS_MAX: u16 = 32;

/// Decisions that are made in one step, resyncs included.
///
/// A decision takes microseconds: no input waits longer than a few milliseconds for the end of a step.
pub const DECISIONS_A_STEP_MAX: u16 = 512;

/// Claims in the middle of being bound that have their turn one after the other while others wait for theirs.
///
/// Without a bound, whoever keeps undoing what is done to enough objects would keep everybody else waiting.
pub const IN_PROGRESS_IN_A_ROW_MAX: u8 = 16;

/// How long a new volume that nobody claims is left as it is before it is shown as available, in milliseconds.
///
/// Most often its claim comes a few milliseconds later, and then one of five writes is saved. Short enough that
/// nobody who looks at the volume, or schedules a pod by it, notices.
pub const ANNOUNCE_MS: u32 = 200;

/// Pause after the first failure of an operation, in milliseconds. Upstream uses the same.
pub const PAUSE_FIRST_MS: u32 = 500;

/// Longest pause between two attempts of an operation, in milliseconds: 2 min 2 s, as upstream.
pub const PAUSE_LONGEST_MS: u32 = 122_000;

/// Failures in a row that are still counted: the pause has reached its longest by then.
pub const FAILURES_COUNTED_MAX: u8 = 9;

/// Refusals in a row through which a claim waits for the volume that suits it best.
///
/// One refusal may be a hitch, after which the claim should still get what fits it best; a volume that
/// is refused for a quarter of a minute is not to be had, and the claim looks for another one.
pub const REFUSALS_WAITED_FOR_MAX: u8 = 5;

/// Time between two looks at the orders that are out, in milliseconds.
pub const SWEEP_MS: u32 = 30_000;

/// Sweeps that an order may live through without an answer before it counts as unknown.
///
/// With one sweep every 30 s, an order is given up between 60 s and 90 s after it was sent; the
/// adapters answer after 30 s at the latest, so that this bound is met only if one of them fails.
pub const SWEEPS_WITHOUT_ANSWER_MAX: u8 = 2;

/// The same for a call of a CSI driver: given up after 3 min, since drivers are given 2 min for a call.
pub const DRIVER_SWEEPS_MAX: u8 = 6;

/// The same for an operation on the mounts: given up after 15 min, since a large file system is checked in minutes.
pub const MOUNT_SWEEPS_MAX: u8 = 30;

/// Time between two resyncs, in milliseconds; upstream's default of `--pvclaimbinder-sync-period`.
///
/// A safety net: every change wakes the objects that it concerns, so that a resync finds nothing.
pub const RESYNC_MS: u32 = 15_000;

/// Volumes that a reason names with what each of them lacks: what a person reads in one line.
pub const NEAR_MISSES_NAMED_MAX: usize = 3;
