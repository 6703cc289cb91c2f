//! Links between files of Markdown: the file exists, and so does the heading.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Violation;
use super::files::SourceFile;

/// Checks every relative link of every Markdown file among `sources`; files of other kinds are looked up below `root`.
pub(super) fn check(sources: &[SourceFile], root: &Path) -> Vec<Violation> {
    let documents = sources.iter().filter(|file| file.has_extension("md"));
    let anchors: BTreeMap<&str, BTreeSet<String>> =
        documents.clone().map(|file| (file.path.as_str(), anchors_of(file))).collect();
    let exists = |path: &str| root.join(path).exists();
    documents.flat_map(|file| check_document(file, &anchors, &exists)).collect()
}

fn check_document(
    file: &SourceFile,
    anchors: &BTreeMap<&str, BTreeSet<String>>,
    exists: &dyn Fn(&str) -> bool,
) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (line, text) in prose(file) {
        for target in link_targets(&text).filter(|target| is_relative(target)) {
            let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
            let Some(path) = resolve(&file.path, path).filter(|path| exists(path)) else {
                let advice = format!("`{target}` leads nowhere: name a file relative to this one, inside the checkout");
                violations.push(Violation::new(&file.path, line, "broken-link", advice));
                continue;
            };
            let known = anchors.get(path.as_str());
            if let (Some(anchor), Some(known)) = (anchor, known)
                && !known.contains(anchor)
            {
                let advice = format!("{path} has no heading `#{anchor}`");
                violations.push(Violation::new(&file.path, line, "broken-link", advice));
            }
        }
    }
    violations
}

/// The lines outside fenced code, with code spans blanked.
fn prose(file: &SourceFile) -> impl Iterator<Item = (usize, String)> {
    let mut fence: Option<&str> = None;
    file.lines().filter_map(move |(number, line)| {
        let marker = ["```", "~~~"].into_iter().find(|marker| line.trim_start().starts_with(marker));
        match (fence, marker) {
            (None, Some(opening)) => fence = Some(opening),
            (Some(open), Some(closing)) if open == closing => fence = None,
            (None, None) => return Some((number, without_code_spans(line))),
            (Some(_), _) => {}
        }
        None
    })
}

fn without_code_spans(line: &str) -> String {
    // Every second piece stands between two backticks.
    let pieces = line.split('`').collect::<Vec<_>>();
    let closed = pieces.len() % 2 == 1;
    let kept = pieces.iter().enumerate().filter(|(index, _)| index % 2 == 0 || !closed);
    kept.map(|(_, piece)| *piece).collect::<Vec<_>>().join("`")
}

/// Targets of `[text](target)` and of `[name]: target`.
fn link_targets(line: &str) -> impl Iterator<Item = &str> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let is_definition = line.starts_with('[') && !line.starts_with("[^");
    let defined = line.split_once("]: ").filter(|_| is_definition).map(|(_, target)| target);
    // A title may follow the target.
    inline.chain(defined).filter_map(|target| target.split_whitespace().next())
}

fn is_relative(target: &str) -> bool {
    let names_a_scheme = target.split_once(':').is_some_and(|(scheme, _)| scheme.chars().all(char::is_alphanumeric));
    !names_a_scheme && !target.starts_with("//")
}

/// `target` as seen from the file `from`, below the root. None if it leaves the root.
fn resolve(from: &str, target: &str) -> Option<String> {
    if target.is_empty() {
        return Some(from.to_owned());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// What `#…` may name: headings as forges spell them, and explicit ids.
fn anchors_of(file: &SourceFile) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, line) in prose_with_code(file) {
        for attribute in ["id=\"", "name=\""] {
            found.extend(line.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        }
        let heading = line.trim_start_matches('#');
        let level = line.len() - heading.len();
        if (1..=6).contains(&level) && heading.starts_with(' ') {
            let slug = slug(heading.trim());
            let repeated = (1..).map(|times| format!("{slug}-{times}"));
            let free = std::iter::once(slug.clone()).chain(repeated).find(|candidate| !found.contains(candidate));
            found.extend(free);
        }
    }
    found
}

/// As [`prose`], but with the code spans, whose words count in a heading.
fn prose_with_code(file: &SourceFile) -> impl Iterator<Item = (usize, &str)> {
    let numbers: BTreeSet<usize> = prose(file).map(|(number, _)| number).collect();
    file.lines().filter(move |(number, _)| numbers.contains(number))
}

fn slug(heading: &str) -> String {
    heading
        .chars()
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            _ if letter.is_alphanumeric() => Some(letter),
            _ => None,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String)> {
        let guide = SourceFile {
            path: "docs/guides/start.md".to_owned(),
            text: "# First steps\n## What `unmoor` needs: a token\n## First steps\n<a id=\"errors.payment\"></a>\n"
                .to_owned(),
        };
        let file = SourceFile { path: "docs/index.md".to_owned(), text: text.to_owned() };
        let anchors = [&guide, &file].into_iter().map(|file| (file.path.as_str(), anchors_of(file))).collect();
        let exists = |path: &str| ["docs/index.md", "docs/guides/start.md", "LICENSE", "docs"].contains(&path);
        check_document(&file, &anchors, &exists).into_iter().map(|v| (v.line, v.what_to_do)).collect()
    }

    #[test]
    fn links_to_files_and_headings_that_exist_are_fine() {
        for link in [
            "guides/start.md",
            "./guides/start.md#first-steps",
            "guides/start.md#first-steps-1",
            "guides/start.md#what-unmoor-needs-a-token",
            "guides/start.md#errors.payment",
            "../LICENSE",
            "../docs/",
            "#here",
            "https://example.com/missing",
            "mailto:somebody@example.com",
            "guides/start.md \"with a title\"",
        ] {
            assert_eq!(found(&format!("# Here\nsee [this]({link}) and more\n")), [], "{link}");
        }
    }

    #[test]
    fn links_that_lead_nowhere_are_named() {
        for link in ["missing.md", "guides/missing.md", "../../LICENSE", "/etc/hosts", "guides/start.md#gone", "#gone"]
        {
            let violations = found(&format!("text\n[a](guides/start.md) [b]({link})\n"));
            assert_eq!(violations.len(), 1, "{link}: {violations:?}");
            assert!(violations.iter().all(|(line, _)| *line == 2), "{link}");
        }
        assert_eq!(found("[name]: missing.md\n").len(), 1);
        assert_eq!(found("![picture](missing.svg)\n").len(), 1);
    }

    #[test]
    fn code_holds_no_links() {
        assert_eq!(found("`[a](missing.md)`\n```\n[a](missing.md)\n```\n~~~\n[a](missing.md)\n```\n~~~\n"), []);
        assert_eq!(found("`a` and [a](missing.md) and `b`\n").len(), 1);
    }
}
