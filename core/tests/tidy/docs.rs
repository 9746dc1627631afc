//! The documents speak of files that exist, and each has one title.

use crate::breach::Breach;
use crate::repository::Repository;

/// Name of the rule.
const RULE: &str = "docs";

/// First folders of the paths that a document may mention.
const ROOTS: [&str; 6] = [".ci/", "adapters/", "core/", "docs/", "fixtures/", "model-check/"];

/// Reports titles that are missing or doubled, and mentions of files that are not there.
pub(crate) fn check(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (file, text) in repository.ending(&[".md"]) {
        let lines = lines(text);
        breaches.extend(check_title(file, &lines));
        for line in &lines {
            let missing =
                mentions(line).into_iter().flat_map(|it| expand(&it)).filter(|it| !repository.has(it));
            for path in missing {
                let advice =
                    format!("speaks of `{path}`, which does not exist; mend the path or the sentence");
                breaches.push(Breach::new(file, line.number, RULE, advice));
            }
            for link in links(line).into_iter().filter(|it| !resolves(repository, file, it)) {
                let advice =
                    format!("links to `{link}`, which leads nowhere; a link is relative to its own file");
                breaches.push(Breach::new(file, line.number, RULE, advice));
            }
        }
    }
    breaches
}

/// One line of a document.
struct Line<'a> {
    number: usize,
    text: &'a str,
    /// Whether it stands between fences.
    is_code: bool,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut is_code = false;
    let mut lines = Vec::new();
    for (number, text) in (1..).zip(text.lines()) {
        let is_fence = text.trim_start().starts_with("```");
        is_code ^= is_fence;
        lines.push(Line { number, text, is_code: is_code || is_fence });
    }
    lines
}

fn check_title(file: &str, lines: &[Line<'_>]) -> Vec<Breach> {
    let is_title = |it: &&Line<'_>| !it.is_code && it.text.starts_with("# ");
    let titles: Vec<usize> = lines.iter().filter(is_title).map(|it| it.number).collect();
    if titles.first() != Some(&1) {
        return vec![Breach::new(file, 1, RULE, "the first line is not the title; start with `# Title`")];
    }
    let others = titles.iter().skip(1);
    others.map(|it| Breach::new(file, *it, RULE, "a second title; make it a section: `## …`")).collect()
}

/// The paths that a line mentions in backticks, or anywhere between fences.
fn mentions(line: &Line<'_>) -> Vec<String> {
    let is_odd = |(at, text)| (at % 2 == 1).then_some(text);
    let code: Vec<&str> = match line.is_code {
        true => vec![line.text],
        false => line.text.split('`').enumerate().filter_map(is_odd).collect(),
    };
    let words = code.into_iter().flat_map(|it| it.split([' ', '"', '\'', '=', '(', ')', ';']));
    let words = words.map(|it| it.trim_end_matches(['.', ',', ':']).trim_start_matches("./"));
    words.filter(|it| is_path(it)).map(str::to_owned).collect()
}

/// Whether a word is a path of the repository, and not a pattern for several.
fn is_path(word: &str) -> bool {
    let is_part = |it: char| it.is_ascii_alphanumeric() || "._-/{},".contains(it);
    ROOTS.iter().any(|it| word.starts_with(it)) && word.chars().all(is_part) && !word.contains("...")
}

/// The paths that a path with `{a,b}` stands for.
fn expand(path: &str) -> Vec<String> {
    let parts = path.split_once('{').and_then(|(start, rest)| Some((start, rest.split_once('}')?)));
    match parts {
        Some((start, (choices, end))) => {
            choices.split(',').flat_map(|it| expand(&format!("{start}{it}{end}"))).collect()
        }
        None => vec![path.to_owned()],
    }
}

/// The targets of a line's markdown links, those to other sites left out.
fn links(line: &Line<'_>) -> Vec<String> {
    if line.is_code {
        return Vec::new();
    }
    let targets = line.text.split("](").skip(1).filter_map(|it| it.split([')', ' ']).next());
    let is_local = |it: &&str| !it.contains("://") && !it.starts_with("mailto:");
    targets.filter(is_local).map(str::to_owned).collect()
}

/// Whether a link leads to a file, a folder, or a heading of its target.
fn resolves(repository: &Repository, file: &str, link: &str) -> bool {
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let mut parts: Vec<&str> = file.split('/').collect();
    if !path.is_empty() {
        parts.pop();
    }
    for step in path.split('/').filter(|it| !matches!(*it, "" | ".")) {
        if step != ".." {
            parts.push(step);
        } else if parts.pop().is_none() {
            return false;
        }
    }
    let target = parts.join("/");
    let text = repository.files.get(&target).and_then(Option::as_deref);
    let has_heading = || text.is_some_and(|it| lines(it).iter().any(|line| slug(line) == heading));
    repository.has(&target) && (heading.is_empty() || has_heading())
}

/// The name by which a heading is linked to: small letters, dashes for spaces, no other signs.
fn slug(line: &Line<'_>) -> String {
    let heading = line.text.trim_start_matches('#');
    if line.is_code || heading.len() == line.text.len() {
        return String::new();
    }
    let kept = heading.trim().chars().filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::assert_found;

    #[track_caller]
    fn check_doc(text: &str, want: &[usize]) {
        let want: Vec<String> = want.iter().map(|it| format!("docs/a.md:{it} docs")).collect();
        let repository = Repository::of(&[
            ("docs/a.md", text),
            ("docs/b.md", "# B\n\n## A part, or `two`\n"),
            ("README.md", "# R\n"),
            ("core/src/bind/mod.rs", ""),
        ]);
        assert_found(check(&repository), &want.iter().map(String::as_str).collect::<Vec<_>>());
    }

    #[test]
    fn a_document_without_one_title_is_found() {
        check_doc("# A\n\n```sh\n# a comment\n```\n", &[]);
        check_doc("\n# A\n", &[1]);
        check_doc("## A\n", &[1]);
        check_doc("# A\n\n# B\n", &[3]);
    }

    #[test]
    fn a_mention_of_a_missing_file_is_found() {
        check_doc(
            "# A\n`core/src/bind/mod.rs`, `core/src/bind`, `./docs/` and `core/src/{bind,bind/mod.rs}`.\n",
            &[],
        );
        check_doc(
            "# A\ncore/src/x is no code, `core/src/*/x` a pattern, `core/<x>` too, `x/core/y` not ours.\n",
            &[],
        );
        check_doc("# A\n`core/src/gone.rs`\n", &[2]);
        check_doc("# A\n`cat core/src/gone.rs`.\n", &[2]);
        check_doc("# A\n`core/src/{bind,gone}`\n", &[2]);
        check_doc("# A\n```sh\nwindlass simulate fixtures/gone.yaml\n```\n", &[3]);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        check_doc("# A\n[b](b.md) [r](../README.md) [d](../docs/) [s](https://a.example/x) [h](#a)\n", &[]);
        check_doc("# A\n[b](b.md#a-part-or-two)\n", &[]);
        check_doc("# A\n[b](gone.md)\n", &[2]);
        check_doc("# A\n[b](../b.md) [c](../../README.md)\n", &[2, 2]);
        check_doc("# A\n[b](b.md#another)\n", &[2]);
    }
}
