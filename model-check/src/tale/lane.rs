//! Who takes part in a tale, each in a lane of its own.

use std::fmt;

use windlass_world::actors::Action;

/// One who takes part, in the order in which lanes stand beside each other: the way of a datum from left to
/// right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Users, and the machines that things run on.
    Users,
    /// The scheduler.
    Scheduler,
    /// The API server.
    ApiServer,
    /// The watches of all controllers.
    Watches,
    /// A controller, by its number.
    Controller(u8),
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Users => f.write_str("users"),
            Self::Scheduler => f.write_str("scheduler"),
            Self::ApiServer => f.write_str("API server"),
            Self::Watches => f.write_str("watches"),
            Self::Controller(index) => write!(f, "controller {index}"),
        }
    }
}

impl Lane {
    /// A word for style sheets: the same for all controllers of an even number, and of an odd one.
    #[must_use]
    pub(super) const fn style(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Scheduler => "scheduler",
            Self::ApiServer => "api",
            Self::Watches => "watches",
            Self::Controller(index) if index % 2 == 0 => "even",
            Self::Controller(_) => "odd",
        }
    }
}

/// Who acts, and whom it reaches if that is another.
pub(super) const fn ends(action: &Action) -> (Lane, Option<Lane>) {
    match action {
        Action::Deliver(index, _) => (Lane::Watches, Some(Lane::Controller(*index))),
        Action::Relist(..) => (Lane::ApiServer, Some(Lane::Watches)),
        Action::Perform(index, _) | Action::Disturb(index, _, _) => {
            (Lane::Controller(*index), Some(Lane::ApiServer))
        }
        Action::Answer(index, _) => (Lane::ApiServer, Some(Lane::Controller(*index))),
        Action::Crash(index) | Action::Fire(index, _) => (Lane::Controller(*index), None),
        Action::Land(_) | Action::Vanish(_) => (Lane::ApiServer, None),
        Action::User => (Lane::Users, Some(Lane::ApiServer)),
        Action::Schedule(..) => (Lane::Scheduler, Some(Lane::ApiServer)),
        Action::CrashScheduler => (Lane::Scheduler, None),
    }
}
