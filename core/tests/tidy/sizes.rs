//! Files and functions stay small enough to be read in one go.
//!
//! A function's length is what the reader scrolls past: from its first line to its closing brace,
//! comments included. Only a decision table, one `match` that fills the function, may be longer.

use core::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::breach::Breach;
use crate::repository::Repository;
use crate::rust::Rust;

/// Name of the rule.
const RULE: &str = "sizes";

/// Longest file, in lines.
const FILE_LINES_MAX: usize = 500;

/// Longest function, in lines.
const FUNCTION_LINES_MAX: usize = 70;

/// Longest decision table, in lines.
const TABLE_LINES_MAX: usize = 120;

/// Reports files and functions that are too long.
pub(crate) fn check(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (file, text) in repository.ending(&[".rs"]) {
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            let advice = format!(
                "{lines} lines; a file has at most {FILE_LINES_MAX}: split it by what its parts decide"
            );
            breaches.push(Breach::new(file, 1, RULE, advice));
        }
    }
    for (file, rust) in &repository.rust {
        let mut functions = Functions { file, rust, breaches: &mut breaches };
        functions.visit_file(&rust.ast);
    }
    breaches
}

struct Functions<'a> {
    file: &'a str,
    rust: &'a Rust,
    breaches: &'a mut Vec<Breach>,
}

impl Functions<'_> {
    fn judge(&mut self, attributes: &[syn::Attribute], signature: &syn::Signature, block: &syn::Block) {
        let line = signature.span().start().line;
        let end = block.brace_token.span.close().end().line;
        let lines = end + 1 - line;
        if lines <= FUNCTION_LINES_MAX {
            return;
        }
        let name = &signature.ident;
        let body = block.brace_token.span.open().start().line..end;
        let is_table = longest_match(block) * 2 > lines;
        // The linter counts lines of code only: where comments make the difference it sees nothing
        // to expect, and an expectation that is not met is itself refused.
        let is_marked = self.code_lines(body) <= FUNCTION_LINES_MAX || attributes.iter().any(expects_length);
        let advice = if lines > TABLE_LINES_MAX {
            format!(
                "`{name}` has {lines} lines; even a decision table has at most {TABLE_LINES_MAX}: split it"
            )
        } else if !is_table {
            format!("`{name}` has {lines} lines; a function has at most {FUNCTION_LINES_MAX}: split it")
        } else if !is_marked {
            format!(
                "`{name}` has {lines} lines; mark it `#[expect(clippy::too_many_lines, reason = \"…\")]` or split it"
            )
        } else {
            return;
        };
        self.breaches.push(Breach::new(self.file, line, RULE, advice));
    }

    /// Lines inside the braces with more on them than a comment, as clippy counts them.
    fn code_lines(&self, body: Range<usize>) -> usize {
        let inside = self.rust.prose.lines().skip(body.start).take(body.len().saturating_sub(1));
        inside.map(str::trim).filter(|it| !it.is_empty() && !it.starts_with("//")).count()
    }
}

impl<'a> Visit<'a> for Functions<'_> {
    fn visit_item_fn(&mut self, it: &'a syn::ItemFn) {
        self.judge(&it.attrs, &it.sig, &it.block);
        visit::visit_item_fn(self, it);
    }

    fn visit_impl_item_fn(&mut self, it: &'a syn::ImplItemFn) {
        self.judge(&it.attrs, &it.sig, &it.block);
        visit::visit_impl_item_fn(self, it);
    }

    fn visit_trait_item_fn(&mut self, it: &'a syn::TraitItemFn) {
        if let Some(block) = &it.default {
            self.judge(&it.attrs, &it.sig, block);
        }
        visit::visit_trait_item_fn(self, it);
    }
}

/// Whether an attribute is the expectation of a long function, with its reason.
fn expects_length(attribute: &syn::Attribute) -> bool {
    let list = attribute.meta.require_list().ok().filter(|it| it.path.is_ident("expect"));
    let text = list.map(|it| it.tokens.to_string()).unwrap_or_default();
    text.contains("too_many_lines") && text.contains("reason")
}

/// Lines of the longest `match` in a block.
fn longest_match(block: &syn::Block) -> usize {
    struct Longest(usize);
    impl<'a> Visit<'a> for Longest {
        fn visit_expr_match(&mut self, it: &'a syn::ExprMatch) {
            let lines = it.brace_token.span.close().end().line + 1 - it.match_token.span.start().line;
            self.0 = self.0.max(lines);
            visit::visit_expr_match(self, it);
        }
    }
    let mut longest = Longest(0);
    longest.visit_block(block);
    longest.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::assert_found;

    /// A function of so many lines, its body straight or one `match`.
    fn function(lines: usize, mark: &str, open: &str, line: &str, close: &str) -> String {
        let frame = 2 + open.lines().count() + close.lines().count();
        format!("{mark}\nfn f() {{\n{open}{}{close}}}\n", line.repeat(lines - frame))
    }

    #[track_caller]
    fn check_text(text: &str, want: &[&str]) {
        assert_found(check(&Repository::of(&[("core/src/a.rs", text)])), want);
    }

    #[test]
    fn a_long_file_is_found() {
        check_text(&"// x\n".repeat(FILE_LINES_MAX), &[]);
        check_text(&"// x\n".repeat(FILE_LINES_MAX + 1), &["core/src/a.rs:1 sizes"]);
    }

    #[test]
    fn a_long_function_is_found_wherever_it_stands() {
        let expect = "#[expect(clippy::too_many_lines, reason = \"long\")]";
        check_text(&function(70, "", "", "g();\n", ""), &[]);
        check_text(&function(71, "", "", "g();\n", ""), &["core/src/a.rs:2 sizes"]);
        check_text(&function(71, "", "", "// why\n", ""), &["core/src/a.rs:2 sizes"]);
        check_text(&function(71, expect, "", "g();\n", ""), &["core/src/a.rs:2 sizes"]);
        let long = function(71, "", "", "g();\n", "");
        check_text(&format!("impl A {{{long}}}"), &["core/src/a.rs:2 sizes"]);
        check_text(&format!("trait A {{{long}}}"), &["core/src/a.rs:2 sizes"]);
        let nested = format!("fn h() {{\n{long}}}\n");
        check_text(&nested, &["core/src/a.rs:1 sizes", "core/src/a.rs:3 sizes"]);
    }

    #[test]
    fn a_decision_table_may_be_longer_when_it_says_so() {
        let expect = "#[expect(clippy::too_many_lines, reason = \"one table\")]";
        let table = |lines, mark| function(lines, mark, "match x {\n", "A => B,\n", "}\n");
        check_text(&table(120, expect), &[]);
        check_text(&table(121, expect), &["core/src/a.rs:2 sizes"]);
        check_text(&table(120, ""), &["core/src/a.rs:2 sizes"]);
        check_text(&table(120, "#[expect(clippy::too_many_lines)]"), &["core/src/a.rs:2 sizes"]);
        // Half of the lines are comments, so that the linter has nothing to expect.
        let explained = function(62, "", "match x {\n", "// why\nA => B,\n", "}\n");
        assert_eq!(explained.lines().count(), 121);
        check_text(&explained, &[]);
    }
}
