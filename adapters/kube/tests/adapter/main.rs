//! The adapter against a server that follows a script, and against the real API server.

mod events;
mod faulty;
mod orders;
mod parse;
mod perform;
mod real;
mod scripted;
mod watch;
