//! Colours of a terminal.

use anstyle::{AnsiColor, Style};
use windlass_world::run::Mark;

/// Gives a piece of text the colour of its mark.
pub(crate) fn coloured(mark: Mark, text: &str) -> String {
    let style = style(mark);
    format!("{style}{text}{style:#}")
}

const fn style(mark: Mark) -> Style {
    match mark {
        Mark::Head => Style::new().bold(),
        Mark::Faint => Style::new().dimmed(),
        Mark::Controller => AnsiColor::Cyan.on_default(),
        Mark::ApiServer => AnsiColor::Blue.on_default(),
        Mark::Scheduler => AnsiColor::Magenta.on_default(),
        Mark::User => AnsiColor::Green.on_default(),
        Mark::Fault => AnsiColor::Red.on_default(),
        Mark::Waiting => AnsiColor::Yellow.on_default(),
        Mark::Good => AnsiColor::Green.on_default().bold(),
        Mark::Bad => AnsiColor::Red.on_default().bold(),
    }
}
