//! Where log lines go, how they look and how many there are.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogFormat, Logging};

/// Verbosity from which libraries log too.
const LIBRARIES_FROM: u8 = 8;

/// The level up to which this program's own lines are shown.
const fn level(verbosity: u8) -> LevelFilter {
    match verbosity {
        0 | 1 => LevelFilter::WARN,
        2 | 3 => LevelFilter::INFO,
        4 | 5 => LevelFilter::DEBUG,
        6.. => LevelFilter::TRACE,
    }
}

/// Logs to standard error from now on.
pub(crate) fn begin(logging: &Logging) {
    let libraries = if logging.verbosity >= LIBRARIES_FROM { LevelFilter::DEBUG } else { LevelFilter::ERROR };
    let filter = Targets::new().with_default(libraries).with_target("windlass", level(logging.verbosity));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match logging.format {
        LogFormat::Text => lines.with_ansi(false).with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_target(false).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_verbosity_shows_no_less() {
        assert!((0..=10).map(level).is_sorted());
        assert_eq!(
            (level(0), level(2), level(4), level(6)),
            (LevelFilter::WARN, LevelFilter::INFO, LevelFilter::DEBUG, LevelFilter::TRACE)
        );
    }
}
