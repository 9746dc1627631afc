//! The adapter against a server that follows a script, and against the real API server.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod events;
mod faulty;
mod listening;
mod orders;
mod parse;
mod perform;
mod real;
mod scripted;
mod tunnel;
mod watch;
