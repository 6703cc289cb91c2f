//! Small parts that many pages use.

use jiff::Timestamp;
use maud::{Markup, html};

use super::notice::{Notice, Tone};

/// An instant, for people and for programs.
pub(super) fn instant(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (at.strftime("%Y-%m-%d %H:%M:%S UTC")) } }
}

/// What came of the form before.
pub(super) fn notice(notice: Option<&Notice>) -> Markup {
    html! {
        @if let Some(notice) = notice {
            @let (class, lead) = match notice.tone {
                Tone::Done => ("notice done", "Done."),
                Tone::Unchanged => ("notice", "No change."),
                Tone::Bad => ("notice bad", "Not done."),
            };
            p class=(class) role="status" { strong { (lead) } " " (notice.text) }
        }
    }
}

/// The way to a page in the menu words that a person clicks.
pub(super) fn way(words: &[&str]) -> Markup {
    html! {
        p.way {
            @for (place, word) in words.iter().enumerate() {
                @if place > 0 { span aria-hidden="true" { " › " } }
                (word)
            }
        }
    }
}

/// How a state is to be taken.
#[derive(Clone, Copy)]
pub(super) enum Mood {
    Good,
    Waiting,
    Bad,
    Neutral,
}

/// A short word for a state; its colour says nothing that the word does not.
pub(super) fn badge(mood: Mood, text: &str) -> Markup {
    let class = match mood {
        Mood::Good => "badge good",
        Mood::Waiting => "badge waiting",
        Mood::Bad => "badge bad",
        Mood::Neutral => "badge",
    };
    html! { span class=(class) { (text) } }
}

/// A part of a list: never are more than `size` rows rendered.
pub(super) struct Part<T> {
    pub(super) rows: Vec<T>,
    page: usize,
    pages: usize,
    total: usize,
}

impl<T> Part<T> {
    /// The `page`th part (from 1; beyond the end it is the last) of a list of `total` rows.
    pub(super) fn of(all: impl Iterator<Item = T>, total: usize, page: usize, size: usize) -> Self {
        let pages = total.div_ceil(size).max(1);
        let page = page.clamp(1, pages);
        Self { rows: all.skip((page - 1) * size).take(size).collect(), page, pages, total }
    }

    /// How long the list is, and links to the parts before and behind this one. `query` is what else the address holds, `noun`
    /// what one row is.
    pub(super) fn pager(&self, path: &str, query: &[(&str, &str)], noun: &str) -> Markup {
        let address = |page: usize| {
            let mut pairs = form_urlencoded::Serializer::new(String::new());
            pairs.extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()));
            pairs.append_pair("page", &page.to_string());
            format!("{path}?{}", pairs.finish())
        };
        html! {
            nav.pager aria-label="Parts of the list" {
                @if self.page > 1 { a href=(address(self.page - 1)) rel="prev" { "‹ Previous" } }
                span {
                    (count(self.total)) " " (noun) @if self.total != 1 { "s" }
                    @if self.pages > 1 { ", page " (count(self.page)) " of " (count(self.pages)) }
                }
                @if self.page < self.pages { a href=(address(self.page + 1)) rel="next" { "Next ›" } }
            }
        }
    }
}

/// A sentence of a doc comment: what stands in backticks is code.
pub(super) fn sentence(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A number with separators of thousands.
pub(super) fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Whether a person who looks for `sought` means one of `texts`. Upper and lower case are the same.
pub(super) fn is_meant(sought: &str, texts: &[&str]) -> bool {
    let sought = sought.to_lowercase();
    texts.iter().any(|text| text.to_lowercase().contains(&sought))
}

/// The field and button that look through a list.
pub(super) fn search(label: &str, sought: &str, more: &Markup) -> Markup {
    html! {
        form.search method="get" role="search" {
            label for="q" { (label) }
            div.row {
                input #q type="search" name="q" value=(sought) autocomplete="off" maxlength="100";
                (more)
                button.quiet type="submit" { "Search" }
            }
        }
    }
}

/// A list that is empty, with the reason.
pub(super) fn empty(text: &str) -> Markup {
    html! { p.empty { (text) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_into_parts() {
        let part = |page| Part::of(1..=95, 95, page, 25);
        assert_eq!(part(1).rows.len(), 25);
        assert_eq!(part(4).rows, (76..=95).collect::<Vec<_>>());
        assert_eq!(part(99).rows, part(4).rows, "beyond the end is the end");
        let none = Part::of(std::iter::empty::<u8>(), 0, 1, 25);
        assert_eq!(none.pager("/x", &[], "request").into_string().matches("<a").count(), 0);
    }

    #[test]
    fn a_pager_keeps_the_search_and_escapes_it() {
        let html = Part::of(1..=95, 95, 2, 25).pager("/x", &[("q", "a&b <")], "row").into_string();
        assert!(html.contains("href=\"/x?q=a%26b+%3C&amp;page=1\""), "{html}");
        assert!(html.contains("page=3") && html.contains("95 rows, page 2 of 4"), "{html}");
    }

    #[test]
    fn numbers_have_separators() {
        assert_eq!(
            (count(7), count(999), count(1000), count(1_234_567)),
            ("7".into(), "999".into(), "1,000".into(), "1,234,567".into())
        );
    }
}
