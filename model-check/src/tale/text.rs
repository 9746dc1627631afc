//! A tale in words, for a terminal.

use super::{Lane, Tale, TaleStep};

impl Tale {
    /// The story: a paragraph for each step, with what changed, then what broke.
    #[must_use]
    pub fn text(&self) -> String {
        let number_width = self.steps.len().to_string().len();
        let ends_width = self.steps.iter().map(|step| step.ends().chars().count()).max().unwrap_or(0);
        let mut text = format!("Broken: {}\n\n", self.property);
        for (at, step) in self.steps.iter().enumerate() {
            if self.cycle_from == Some(at) {
                text.push_str("   ── from here on it repeats ──\n");
            }
            text.push_str(&step.text(number_width, ends_width));
        }
        text.push('\n');
        match self.cycle_from {
            Some(from) => text.push_str(&format!("And so on from step {}, for ever.\n", from + 1)),
            None => text.push_str("That is where it breaks.\n"),
        }
        text.push_str(&format!("{}\n  {}\n", self.property, self.what));
        text
    }
}

impl TaleStep {
    fn text(&self, number_width: usize, ends_width: usize) -> String {
        let Self { number, words, consequences, wrong, changes, .. } = self;
        let mark = if wrong.is_some() { "✗" } else { " " };
        let ends = self.ends();
        let mut text = format!("{number:>number_width$}. {mark} {ends:ends_width$}  {words}\n");
        let indent = " ".repeat(number_width + 4);
        for (who, what) in consequences {
            text.push_str(&format!("{indent}↳ {who} {what}\n"));
        }
        for change in changes {
            text.push_str(&format!("{indent}  {}: {}\n", change.object, change.heading()));
            for line in &change.lines {
                text.push_str(&format!("{indent}  {} {}\n", line.sign(), line.text));
            }
        }
        if let Some(index) = self.decider() {
            let believed: Vec<String> = self.beliefs.iter().filter_map(|it| it.mistaken(index)).collect();
            if !believed.is_empty() {
                let believed = believed.join("; ");
                text.push_str(&format!("{indent}  {} {believed}\n", Lane::Controller(index)));
            }
        }
        text
    }

    /// The controller that decides something in this step, if one does.
    fn decider(&self) -> Option<u8> {
        let decides = self.consequences.iter().any(|(who, _)| who.starts_with("controller"));
        let lanes = [Some(self.from), self.to].into_iter().flatten();
        let mut controllers = lanes.filter_map(|lane| match lane {
            Lane::Controller(index) => Some(index),
            Lane::Users | Lane::Scheduler | Lane::ApiServer | Lane::Watches => None,
        });
        controllers.next().filter(|_| decides)
    }
}
