//! In the core, imports run one way: each module uses only modules that stand above it in the list
//! of `mod` lines of the module that holds both. So a list of `mod` lines is a reading order, and no
//! cycle is possible.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::breach::Breach;
use crate::modules::{self, Modules};
use crate::repository::Repository;

/// Name of the rule.
const RULE: &str = "layers";

/// The root of the crate whose modules are layered.
const ROOT: &str = "core/src/lib.rs";

/// Reports each path in the core that points at a module of the same or a later layer.
pub(crate) fn check(repository: &Repository) -> Vec<Breach> {
    let modules = modules::of(repository, ROOT);
    let mut breaches = Vec::new();
    for (path, module) in &modules {
        // A module inside a file is met when the file's own module is walked.
        let is_inline = path
            .split_last()
            .is_some_and(|(_, parent)| modules.get(parent).is_some_and(|it| it.file == module.file));
        let Some(rust) = repository.rust.get(&module.file).filter(|_| !is_inline) else {
            continue;
        };
        let mut references = References::default();
        references.walk(&rust.tree, &mut path.clone());
        for reference in references.0 {
            breaches.extend(judge(&modules, &module.file, &reference));
        }
    }
    breaches
}

/// A path in the code, made absolute.
struct Reference {
    /// The module that it stands in.
    from: Vec<String>,
    /// What it names, from the root of the crate.
    to: Vec<String>,
    line: usize,
}

/// Compares the two layers where the ways to both ends part.
fn judge(modules: &Modules, file: &str, reference: &Reference) -> Option<Breach> {
    let Reference { from, to, line } = reference;
    let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let fork = modules.get(from.get(..common)?)?;
    let (user, named) = (from.get(common)?, to.get(common)?);
    let layer = |name: &String| fork.children.iter().position(|it| it == name);
    let used = if layer(named).is_some() { named } else { fork.exports.get(named)? };
    // A name that the fork imports from the user itself is no step upwards.
    let (mine, theirs) = (layer(user)?, layer(used)?);
    (theirs > mine).then(|| {
        let advice = format!(
            "`{user}` (layer {mine}) uses `{used}` (layer {theirs}), which comes later in the `mod` lines of {}; \
             move what is shared to a layer above both, or reorder the lines if the pipeline really runs that way",
            fork.file
        );
        Breach::new(file, *line, RULE, advice)
    })
}

/// Collects the paths that start with `crate`, `super` or `self`, in code and in macros alike.
#[derive(Default)]
struct References(Vec<Reference>);

impl References {
    fn walk(&mut self, tree: &TokenStream, module: &mut Vec<String>) {
        let tokens: Vec<TokenTree> = tree.clone().into_iter().collect();
        let mut rest = tokens.as_slice();
        while let Some((token, tail)) = rest.split_first() {
            rest = tail;
            if let TokenTree::Group(group) = token {
                self.walk(&group.stream(), module);
            }
            if let [TokenTree::Ident(name), TokenTree::Group(body), after @ ..] = tail
                && is_ident(token, "mod")
                && body.delimiter() == Delimiter::Brace
            {
                module.push(name.to_string());
                self.walk(&body.stream(), module);
                module.pop();
                rest = after;
            }
            if let (Some(prefix), Some(after)) = (prefix(token, module), strip_separator(tail)) {
                self.follow(after, prefix, module);
            }
        }
    }

    /// Follows a path from after a `::`; `to` is what came before it.
    fn follow(&mut self, tokens: &[TokenTree], to: Vec<String>, from: &[String]) {
        match tokens {
            [TokenTree::Group(group), ..] => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                for part in inside.split(|it| is_punct(it, ',')).filter(|it| !it.is_empty()) {
                    self.follow(part, to.clone(), from);
                }
            }
            [TokenTree::Ident(name), after @ ..] => {
                let mut to = to;
                if name == "super" {
                    to.pop();
                } else if name != "self" {
                    to.push(name.to_string());
                }
                match strip_separator(after) {
                    Some(after) => self.follow(after, to, from),
                    None => {
                        let line = name.span().start().line;
                        self.0.push(Reference { from: from.to_vec(), to, line });
                    }
                }
            }
            // A glob or a turbofish: the path ends at what came before.
            [other, ..] => {
                let line = other.span().start().line;
                self.0.push(Reference { from: from.to_vec(), to, line });
            }
            [] => {}
        }
    }
}

/// The module that a leading `crate`, `super` or `self` stands for inside `module`.
fn prefix(token: &TokenTree, module: &[String]) -> Option<Vec<String>> {
    if is_ident(token, "crate") {
        Some(Vec::new())
    } else if is_ident(token, "super") {
        module.split_last().map(|(_, parent)| parent.to_vec())
    } else if is_ident(token, "self") {
        Some(module.to_vec())
    } else {
        None
    }
}

/// What comes after a `::`, if the tokens start with one.
fn strip_separator(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    match tokens {
        [first, second, after @ ..] if is_punct(first, ':') && is_punct(second, ':') => Some(after),
        _ => None,
    }
}

fn is_ident(token: &TokenTree, text: &str) -> bool {
    matches!(token, TokenTree::Ident(it) if it == text)
}

fn is_punct(token: &TokenTree, text: char) -> bool {
    matches!(token, TokenTree::Punct(it) if it.as_char() == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::assert_found;

    /// Checks a core of three layers, the middle one a folder of two, with `text` in one file.
    #[track_caller]
    fn check_file(file: &str, text: &str, want: &[&str]) {
        let mut files = vec![
            (ROOT, "pub mod low;\npub mod bind;\npub mod high;\npub use high::Top;\n"),
            ("core/src/low.rs", ""),
            ("core/src/bind/mod.rs", "pub mod first;\nmod second;\npub use second::Late;\npub struct Own;\n"),
            ("core/src/bind/first.rs", ""),
            ("core/src/bind/second.rs", ""),
            ("core/src/high.rs", ""),
        ];
        files.retain(|it| it.0 != file);
        files.push((file, text));
        assert_found(check(&Repository::of(&files)), want);
    }

    #[test]
    fn a_use_of_a_later_layer_is_found() {
        let found = ["core/src/low.rs:1 layers"];
        check_file("core/src/low.rs", "use crate::high::X;", &found);
        check_file("core/src/low.rs", "use crate::{low, high::X};", &found);
        check_file("core/src/low.rs", "use crate::high;", &found);
        check_file("core/src/low.rs", "use crate::high::*;", &found);
        check_file("core/src/low.rs", "use super::high::X;", &found);
        check_file("core/src/low.rs", "use super::{self, high::X};", &found);
        check_file("core/src/low.rs", "fn f() -> crate::bind::first::X { todo() }", &found);
        check_file("core/src/low.rs", "fn f() { let _ = vec![crate::high::f(1)]; }", &found);
        check_file("core/src/low.rs", "mod tests { use super::super::high::X; }", &found);
        check_file("core/src/low.rs", "use crate::Top;", &found);
        check_file(
            "core/src/bind/first.rs",
            "use super::super::high::X;",
            &["core/src/bind/first.rs:1 layers"],
        );
    }

    #[test]
    fn a_use_of_a_later_sibling_is_found() {
        let found = ["core/src/bind/first.rs:2 layers"];
        check_file("core/src/bind/first.rs", "\nuse super::second::X;", &found);
        check_file("core/src/bind/first.rs", "\nuse crate::bind::second::X;", &found);
        check_file(
            "core/src/bind/first.rs",
            "\nuse crate::{low, bind::{first, second}};",
            &["core/src/bind/first.rs:2 layers"],
        );
        check_file("core/src/bind/first.rs", "\nuse super::Late;", &found);
    }

    #[test]
    fn earlier_layers_children_and_own_items_pass() {
        check_file("core/src/high.rs", "use crate::{low::X, bind::{self, first::Y}}; use super::low;", &[]);
        check_file("core/src/bind/second.rs", "use super::first::X; use super::Own; use crate::low;", &[]);
        check_file("core/src/bind/second.rs", "use super::Late;", &[]);
        check_file(
            "core/src/bind/mod.rs",
            "mod first; mod second; use self::second::X; use crate::low;",
            &[],
        );
        check_file("core/src/low.rs", "// crate::high\nconst A: &str = \"crate::high\";", &[]);
        check_file("core/src/low.rs", "pub(crate) fn f() {} mod tests { use super::*; }", &[]);
    }
}
