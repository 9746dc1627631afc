//! One Rust file, parsed by the same library that derive macros use, so that a check never takes a
//! comment or a string for code.

use core::ops::RangeInclusive;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::breach::Breach;
use crate::repository::Repository;

/// A parsed file.
pub(crate) struct Rust {
    /// Its tokens, nested.
    pub(crate) tree: TokenStream,
    /// Its tokens in reading order, delimiters included.
    pub(crate) tokens: Vec<Token>,
    /// Its items.
    pub(crate) ast: syn::File,
    /// Its text with string literals blanked: what is left is code and comments.
    pub(crate) prose: String,
    /// Lines of items that exist for tests only; in a file of tests, every line.
    test_lines: Vec<RangeInclusive<usize>>,
}

/// One token and the line that it starts on.
pub(crate) struct Token {
    /// As written; literals are left empty, since no check may look into them.
    pub(crate) text: String,
    /// Counted from one.
    pub(crate) line: usize,
}

impl Rust {
    /// Parses `text`, the content of the file at `path`.
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, Breach> {
        let broken = |span: Span, error: &dyn ToString| {
            Breach::new(path, span.start().line, "parse", format!("not Rust: {}", error.to_string()))
        };
        let tree: TokenStream = text.parse().map_err(|it: proc_macro2::LexError| broken(it.span(), &it))?;
        let ast: syn::File = syn::parse2(tree.clone()).map_err(|it| broken(it.span(), &it))?;
        let mut flat = Flat { text, tokens: Vec::new(), prose: text.as_bytes().to_vec() };
        flat.walk(tree.clone());
        let mut tests = TestLines::default();
        if is_test_path(path) {
            tests.0.push(0..=usize::MAX);
        }
        tests.visit_file(&ast);
        let prose = String::from_utf8_lossy(&flat.prose).into_owned();
        Ok(Self { tree, tokens: flat.tokens, ast, prose, test_lines: tests.0 })
    }

    /// Whether `line` is compiled for tests only.
    pub(crate) fn is_test(&self, line: usize) -> bool {
        self.test_lines.iter().any(|it| it.contains(&line))
    }
}

/// Each Rust file parses; one that does not would escape every other check.
pub(crate) fn check(repository: &Repository) -> Vec<Breach> {
    repository.unparsed.clone()
}

/// Whether all of the file is a test or a benchmark.
fn is_test_path(path: &str) -> bool {
    path.split('/').any(|it| matches!(it, "tests" | "tests.rs" | "benches"))
}

/// Flattens a token tree.
struct Flat<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    prose: Vec<u8>,
}

impl Flat<'_> {
    fn walk(&mut self, tree: TokenStream) {
        for token in tree {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => ("", ""),
                    };
                    self.push(open, group.span_open());
                    self.walk(group.stream());
                    self.push(close, group.span_close());
                }
                TokenTree::Ident(ident) => self.push(&ident.to_string(), ident.span()),
                TokenTree::Punct(punct) => self.push(punct.as_char().encode_utf8(&mut [0; 4]), punct.span()),
                TokenTree::Literal(literal) => {
                    self.push("", literal.span());
                    self.blank(literal.span());
                }
            }
        }
    }

    fn push(&mut self, text: &str, span: Span) {
        self.tokens.push(Token { text: text.to_owned(), line: span.start().line });
    }

    /// Blanks a literal, unless it is a doc comment, which the lexer hands over as one.
    fn blank(&mut self, span: Span) {
        let range = span.byte_range();
        let is_comment = self.text.get(range.clone()).is_none_or(|it| it.starts_with('/'));
        let bytes = self.prose.get_mut(range).filter(|_| !is_comment);
        for byte in bytes.into_iter().flatten().filter(|it| **it != b'\n') {
            *byte = b' ';
        }
    }
}

/// Finds items under `#[cfg(test)]` or `#[test]`.
#[derive(Default)]
struct TestLines(Vec<RangeInclusive<usize>>);

impl TestLines {
    fn note(&mut self, attributes: &[syn::Attribute], span: Span) {
        if attributes.iter().any(is_test_attribute) {
            self.0.push(span.start().line..=span.end().line);
        }
    }
}

impl<'a> Visit<'a> for TestLines {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        if let Some((brace, _)) = &item.content {
            self.note(&item.attrs, brace.span.join());
        }
        visit::visit_item_mod(self, item);
    }

    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.note(&item.attrs, item.block.brace_token.span.join());
        visit::visit_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        self.note(&item.attrs, item.brace_token.span.join());
        visit::visit_item_impl(self, item);
    }
}

fn is_test_attribute(attribute: &syn::Attribute) -> bool {
    let named = |name: &str| attribute.path().segments.last().is_some_and(|it| it.ident == name);
    let condition = || attribute.meta.require_list().map(|it| it.tokens.to_string()).unwrap_or_default();
    named("test") || (named("cfg") && condition() == "test")
}

#[test]
fn a_file_that_is_not_rust_is_found() {
    let repository = Repository::of(&[("a.rs", "fn a() {}\n\nfn {"), ("b.rs", "fn b() {}\n\nlet x;\n")]);
    crate::breach::assert_found(check(&repository), &["a.rs:3 parse", "b.rs:3 parse"]);
}

#[test]
fn strings_are_blanked_and_comments_kept() {
    let text = "/// Doc é.\nfn f() -> &'static str { \"secret é\" } // why\n/* block */ const A: &str = r#\"x\ny\"#;\n";
    let rust = Rust::parse("core/src/a.rs", text).expect("it parses");
    for kept in ["Doc é.", "fn f()", "// why", "/* block */", "const A"] {
        assert!(rust.prose.contains(kept), "{kept}: {}", rust.prose);
    }
    assert!(!rust.prose.contains("secret"));
    assert_eq!(rust.prose.lines().count(), text.lines().count());
}

#[test]
fn test_items_are_told_from_others() {
    let text = "fn a() {}\n#[cfg(test)]\nmod t {\n  fn b() {}\n}\n#[test]\nfn c() {\n}\n#[cfg(not(test))]\nfn d() {\n}\n";
    let rust = Rust::parse("core/src/a.rs", text).expect("it parses");
    let tests: Vec<usize> = (1..=11).filter(|it| rust.is_test(*it)).collect();
    assert_eq!(tests, [3, 4, 5, 7, 8]);
    assert!(Rust::parse("core/tests/x.rs", "fn a() {}").expect("it parses").is_test(1));
}
