//! The named checks behind `/healthz`, `/livez` and `/readyz`.
//!
//! Who stands by is ready: its caches are warm. Who was deposed is not healthy, and about to end.

use super::{Views, ask};
use crate::gate::Standing;
use crate::machine::Question;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    /// All checks.
    Health,
    /// Those after whose failure only a restart helps.
    Live,
    /// Those after whose failure the process is not to be counted on.
    Ready,
}

impl Probe {
    const fn name(self) -> &'static str {
        match self {
            Self::Health => "healthz",
            Self::Live => "livez",
            Self::Ready => "readyz",
        }
    }
}

/// A check: its name, and what is wrong, if anything.
type Checked = (String, Result<(), String>);

/// Runs the checks of `probe`, or the `single` one of that name; whether all are good, and in words.
pub(super) async fn run(probe: Probe, single: Option<&str>, query: &str, views: &Views) -> (bool, String) {
    let excluded: Vec<&str> = query.split('&').filter_map(|it| it.strip_prefix("exclude=")).collect();
    let is_verbose = query.split('&').any(|it| it == "verbose" || it.starts_with("verbose="));
    let mut checks = checks(probe, views).await;
    checks.retain(|(name, _)| single.is_none_or(|it| it == name) && !excluded.contains(&name.as_str()));
    if single.is_some() && checks.is_empty() {
        return (false, format!("{} has no such check\n", probe.name()));
    }
    let is_good = checks.iter().all(|(_, outcome)| outcome.is_ok());
    if is_good && !is_verbose {
        return (true, "ok".to_owned());
    }
    let line = |(name, outcome): &Checked| match outcome {
        Ok(()) => format!("[+]{name} ok\n"),
        Err(problem) => format!("[-]{name} failed: {problem}\n"),
    };
    let lines: String = checks.iter().map(line).collect();
    let verdict = if is_good { "passed" } else { "failed" };
    (is_good, format!("{lines}{} check {verdict}\n", probe.name()))
}

async fn checks(probe: Probe, views: &Views) -> Vec<Checked> {
    let mut checks = vec![("ping".to_owned(), Ok(())), ("core".to_owned(), core(views).await)];
    checks.push(("leaderElection".to_owned(), election(views)));
    if probe != Probe::Live {
        checks.extend(watches(views));
    }
    checks
}

/// Whether the task that owns the core gets on.
async fn core(views: &Views) -> Result<(), String> {
    ask(views, Question::Alive).await.ok_or_else(|| "the task that owns the core does not answer".to_owned())
}

fn election(views: &Views) -> Result<(), String> {
    match views.gate.standing() {
        Standing::Standby | Standing::Leading(_) => Ok(()),
        Standing::Deposed => Err("the lease was lost, or was not renewed in time".to_owned()),
    }
}

/// Whether the first list of each kind has ended. A watch that was cut later on begins again by itself, and what
/// was seen before is still good for decisions, as each write is guarded.
fn watches(views: &Views) -> impl Iterator<Item = Checked> {
    views.watches.kinds().into_iter().map(|it| {
        let outcome = match (it.listed_ago, it.trouble) {
            (Some(_), _) => Ok(()),
            (None, Some(trouble)) => Err(format!("not listed yet: {trouble}")),
            (None, None) => Err("not listed yet".to_owned()),
        };
        (format!("informer-sync-{}", it.kind.plural()), outcome)
    })
}
