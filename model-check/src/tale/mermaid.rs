//! A tale as a sequence diagram in the language of Mermaid.

use super::{Lane, Tale, TaleStep, Wrong};

impl Tale {
    /// The diagram: a lane for each who takes part, and an arrow for each step.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut text = "sequenceDiagram\n    autonumber\n".to_owned();
        for lane in &self.lanes {
            text.push_str(&format!("    participant {} as {lane}\n", plain(*lane)));
        }
        for (at, step) in self.steps.iter().enumerate() {
            if self.cycle_from == Some(at) {
                text.push_str("    loop it repeats\n");
            }
            let is_broken = self.is_broken_at(step.number);
            if is_broken {
                text.push_str("    rect rgba(220, 40, 40, 0.15)\n");
            }
            text.push_str(&step.mermaid());
            if is_broken {
                text.push_str("    end\n");
            }
        }
        if self.cycle_from.is_some() {
            text.push_str("    end\n");
        }
        let what = words(&format!("broken: {}: {}", self.property, self.what));
        text.push_str(&format!("    Note over {}: {what}\n", plain(Lane::ApiServer)));
        text
    }
}

impl TaleStep {
    fn mermaid(&self) -> String {
        let (from, to) = (plain(self.from), plain(self.to.unwrap_or(self.from)));
        let arrow = match self.wrong {
            Some(Wrong::RequestLost) => "-x",
            Some(Wrong::AnswerLost | Wrong::TurnedAway | Wrong::Broken) => "-->>",
            None => "->>",
        };
        let mark = if self.wrong.is_some() { "fault: " } else { "" };
        let mut text = format!("    {from}{arrow}{to}: {mark}{}\n", words(&self.words));
        for (who, what) in &self.consequences {
            let lane = self.to.unwrap_or(self.from);
            text.push_str(&format!("    Note over {}: {}\n", plain(lane), words(&format!("{who} {what}"))));
        }
        text
    }
}

/// The name of a lane in the diagram: Mermaid would take parts of many a name for words of its own.
fn plain(lane: Lane) -> String {
    match lane {
        Lane::Users => "users".to_owned(),
        Lane::Scheduler => "scheduler".to_owned(),
        Lane::ApiServer => "api".to_owned(),
        Lane::Watches => "watches".to_owned(),
        Lane::Controller(index) => format!("controller{index}"),
    }
}

/// Words without the signs that have a meaning in Mermaid.
fn words(text: &str) -> String {
    text.replace([';', '#'], ",").replace('\n', " ")
}
