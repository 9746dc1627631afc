//! A decision names each case: no `match` in a machine ends in an arm that takes whatever is left,
//! so that a new variant stops the build at each place where its meaning must be decided.
//!
//! The linter refuses `_` for an enum; this check also refuses a name that catches everything, a
//! tuple of such, and `_` for the sets that no list can exhaust, unless the arm says so.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::breach::Breach;
use crate::repository::Repository;
use crate::rust::Rust;

/// Name of the rule.
const RULE: &str = "arms";

/// The folders of the machines, where every function decides.
const MACHINES: [&str; 10] = [
    "attach",
    "bind",
    "ephemeral",
    "expand",
    "in_flight",
    "mount",
    "protect",
    "provision",
    "reclaim",
    "translate",
];

/// What marks an arm for an integer, a text or a slice; the reason follows.
const OPEN_SET: &str = "// tidy: open set";

/// Fewest letters of a reason.
const REASON_CHARS_MIN: usize = 8;

/// Reports arms that take whatever is left, where a decision is made.
pub(crate) fn check(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (file, text) in repository.ending(&[".rs"]) {
        if let Some(rust) = repository.rust.get(file) {
            let lines: Vec<&str> = text.lines().collect();
            let decides = is_machine(file);
            let mut arms = Arms { file, lines: &lines, rust, decides, breaches: &mut breaches };
            arms.visit_file(&rust.ast);
        }
    }
    breaches
}

/// Whether all of a file decides: it belongs to a machine, or is named after deciding.
fn is_machine(file: &str) -> bool {
    let Some(path) = file.strip_prefix("core/src/") else {
        return false;
    };
    let first = path.split('/').next().unwrap_or_default();
    let is_decision = path.rsplit('/').next().is_some_and(|it| it.starts_with("decide"));
    is_decision || MACHINES.contains(&first.trim_end_matches(".rs"))
}

struct Arms<'a> {
    file: &'a str,
    lines: &'a [&'a str],
    rust: &'a Rust,
    /// Whether the code that is being visited decides.
    decides: bool,
    breaches: &'a mut Vec<Breach>,
}

impl Arms<'_> {
    /// Visits a function; one that is named after deciding decides wherever it stands.
    fn enter(&mut self, signature: &syn::Signature, walk: impl FnOnce(&mut Self)) {
        let outer = self.decides;
        self.decides |= signature.ident.to_string().starts_with("decide");
        walk(self);
        self.decides = outer;
    }

    /// Whether the arm at `line` says, on that line or in the comment above, that its set is open.
    fn is_marked(&self, line: usize) -> bool {
        let above = self.lines.iter().take(line.saturating_sub(1)).rev();
        let comment = above.take_while(|it| it.trim_start().starts_with("//"));
        let own = self.lines.get(line.saturating_sub(1));
        own.into_iter().chain(comment).any(|it| {
            let reason = it.split_once(OPEN_SET).map(|(_, reason)| reason).unwrap_or_default();
            reason.chars().filter(|it| it.is_alphabetic()).count() >= REASON_CHARS_MIN
        })
    }
}

impl<'a> Visit<'a> for Arms<'_> {
    fn visit_item_fn(&mut self, it: &'a syn::ItemFn) {
        self.enter(&it.sig, |this| visit::visit_item_fn(this, it));
    }

    fn visit_impl_item_fn(&mut self, it: &'a syn::ImplItemFn) {
        self.enter(&it.sig, |this| visit::visit_impl_item_fn(this, it));
    }

    fn visit_arm(&mut self, it: &'a syn::Arm) {
        let line = it.pat.span().start().line;
        let applies = self.decides && !self.rust.is_test(line);
        if applies && catches_all(&it.pat) && !self.is_marked(line) {
            let advice = format!(
                "this arm takes whatever is left; name each case, or, where no list is complete, \
                 write `{OPEN_SET}: why` above it"
            );
            self.breaches.push(Breach::new(self.file, line, RULE, advice));
        }
        visit::visit_arm(self, it);
    }
}

/// Whether a pattern matches every value of its type without naming a case.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum grows with the language; all other patterns name a case"
)]
fn catches_all(pattern: &syn::Pat) -> bool {
    match pattern {
        syn::Pat::Wild(_) | syn::Pat::Rest(_) => true,
        // A name in capitals is a variant or a constant that a `use` brought in.
        syn::Pat::Ident(it) => match &it.subpat {
            Some((_, inner)) => catches_all(inner),
            None => it.ident.to_string().starts_with(|first: char| first.is_lowercase() || first == '_'),
        },
        syn::Pat::Paren(it) => catches_all(&it.pat),
        syn::Pat::Reference(it) => catches_all(&it.pat),
        syn::Pat::Tuple(it) => it.elems.iter().all(catches_all),
        syn::Pat::Or(it) => it.cases.iter().any(catches_all),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::assert_found;

    /// Checks a `match` with `arm` as its last arm, on the fourth line, in function `name`.
    #[track_caller]
    fn check_arm(file: &str, name: &str, arm: &str, is_refused: bool) {
        let text = format!("fn {name}() {{\n match x {{\n  A => 1,\n{arm}\n }}\n}}\n");
        let line = 4 + arm.lines().count() - 1;
        let want = format!("{file}:{line} arms");
        let want = if is_refused { vec![want.as_str()] } else { Vec::new() };
        assert_found(check(&Repository::of(&[(file, &text)])), &want);
    }

    #[test]
    fn an_arm_that_takes_whatever_is_left_is_found() {
        for arm in
            ["_ => 1", "other => 1", "(_, _) => 1", "&_ => 1", "B | _ => 1", "it @ _ => 1", "(a, ..) => 1"]
        {
            check_arm("core/src/bind/claim.rs", "f", arm, true);
            check_arm("core/src/any/decide_x.rs", "f", arm, true);
            check_arm("fixtures/world/src/any.rs", "decide_x", arm, true);
            check_arm("fixtures/world/src/any.rs", "f", arm, false);
        }
    }

    #[test]
    fn an_arm_that_names_its_case_passes() {
        for arm in ["B => 1", "(B, _) => 1", "B(_) => 1", "(None, _) | (_, B) => 1", "_ if g => 1", "[] => 1"]
        {
            check_arm("core/src/bind/claim.rs", "f", arm, false);
        }
    }

    #[test]
    fn an_open_set_needs_a_reason() {
        check_arm("core/src/bind/a.rs", "f", "// tidy: open set: any text may come\n_ => 1", false);
        check_arm("core/src/bind/a.rs", "f", "_ => 1 // tidy: open set: any text may come", false);
        check_arm("core/src/bind/a.rs", "f", "// tidy: open set\n_ => 1", true);
        check_arm("core/src/bind/a.rs", "f", "// tidy: open set: so\n_ => 1", true);
    }

    #[test]
    fn tests_of_a_machine_may_take_whatever_is_left() {
        let text = "#[cfg(test)]\nmod tests {\n fn f() {\n  match x {\n   _ => 1,\n  }\n }\n}\n";
        assert_found(check(&Repository::of(&[("core/src/bind/a.rs", text)])), &[]);
    }
}
