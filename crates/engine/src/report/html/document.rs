//! The frame of a page, and what the report says of itself.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use unmoor_store::chain::JournalKey;

use super::parts::{instant, text_or_dash, wide_facts};
use super::{Header, Zone};
use crate::report::verify_page::{BLANK, HEADS};

const STYLE: &str = include_str!("style.css");

/// Nothing may be loaded, whatever got into a name.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The whole document, with blanks for its seal.
pub(super) fn document(header: &Header, body: &Markup, zone: &Zone, key: &JournalKey) -> String {
    let [key_head, digest_head, seal_head] = HEADS;
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                meta name="generator" content="unmoor-report";
                meta name=(key_head) content=(Header::name_of(key));
                meta name=(digest_head) content=(BLANK);
                meta name=(seal_head) content=(BLANK);
                title { "Migration report: " (header.about) }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                header.top {
                    p.kind { "Migration report" }
                    h1 { (header.about) }
                    p.made {
                        "As of " (instant(header.made_at, zone)) ". All times are " (zone.name)
                        @if zone.name == "UTC" { "." } @else {
                            ", with the offset from UTC that was in force; within sentences they are UTC, with a Z."
                        }
                    }
                }
                main { (body) (about(header, zone)) }
            }
        }
    };
    document.into_string()
}

fn about(header: &Header, zone: &Zone) -> Markup {
    let origin = header.origin.as_deref();
    let is_rehearsal = origin.is_some_and(|origin| origin == "rehearsal");
    html! {
        section.about aria-labelledby="about" {
            h2 #about { "About this report" }
            (wide_facts(&[
                ("About", html! { (header.about) }),
                ("Made for", text_or_dash(header.provider.as_deref())),
                ("Made at", instant(header.made_at, zone)),
                ("Made by", html! { "Unmoor " (header.unmoor) }),
                ("Graph API of", if is_rehearsal { html! { "a rehearsal: nothing of this happened at Meta" } } else { text_or_dash(origin) }),
                ("App", text_or_dash(header.app_id.as_deref())),
                ("Journals' key", html! { code { (header.short_key()) } }),
                ("Journals' head", html! { code { (header.head) } }),
            ]))
            p {
                "Everything above is told from the journal, an append-only record in which each entry is chained to the one before \
                 with a key. No token and no PIN is in the journal or here."
            }
            p {
                "Whether this page is the one that was made: " code { "unmoor verify FILE" } ", by whoever has the database and its \
                 key. An HMAC proves nothing to whoever does not have the key. The same report made with "
                code { "--format json" } " holds the entries themselves, and shows what was changed in it."
            }
        }
    }
}
