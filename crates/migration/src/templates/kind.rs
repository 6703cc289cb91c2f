//! What a template is made of, as far as a rule asks for it. Its contents stay with the vendor.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands in a template's header (observations: `templates.components`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderFormat {
    /// Words.
    Text,
    /// A picture; its sample is a file.
    Image,
    /// A film; its sample is a file.
    Video,
    /// A moving picture; its sample is a file.
    Gif,
    /// A document; its sample is a file.
    Document,
    /// A place, given with each message.
    Location,
    /// A product of a catalog.
    Product,
    /// A word that is not known here, verbatim.
    Other(String),
}

impl HeaderFormat {
    /// The format that the vendor calls `word`.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word.to_ascii_uppercase().as_str() {
            "TEXT" => Self::Text,
            "IMAGE" => Self::Image,
            "VIDEO" => Self::Video,
            "GIF" => Self::Gif,
            "DOCUMENT" => Self::Document,
            "LOCATION" => Self::Location,
            "PRODUCT" => Self::Product,
            _ => Self::Other(word.to_owned()),
        }
    }

    /// Whether creating the template needs a file as a sample.
    #[must_use]
    pub fn is_media(&self) -> bool {
        match self {
            Self::Image | Self::Video | Self::Gif | Self::Document => true,
            Self::Text | Self::Location | Self::Product | Self::Other(_) => false,
        }
    }
}

impl fmt::Display for HeaderFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Video => "video",
            Self::Gif => "GIF",
            Self::Document => "document",
            Self::Location => "location",
            Self::Product => "product",
            Self::Other(word) => word,
        })
    }
}

/// What a template is made of. The state of a migration is written with each commit, so what is not there is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TemplateKind {
    /// Its own header; those of a carousel's cards only count among the samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<HeaderFormat>,
    /// Files that creating it needs as samples: of its own header and of its cards. A read shows them as addresses that
    /// expire, so they have to be downloaded and uploaded again (observations: `templates.media_headers`).
    #[serde(skip_serializing_if = "is_zero")]
    pub media_samples: u32,
    /// Cards of a carousel; 0 = it is none.
    #[serde(skip_serializing_if = "is_zero")]
    pub cards: u32,
    /// Flows that its buttons name, by id, or by name where no id is shown. They belong to the source WABA.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<String>,
    /// It shows products of a catalog, which has to be linked to the new account again.
    #[serde(skip_serializing_if = "is_false")]
    pub catalog: bool,
    /// It carries an offer with an end.
    #[serde(skip_serializing_if = "is_false")]
    pub limited_time_offer: bool,
    /// It carries a one-time code: what a read shows of it is not what creates it.
    #[serde(skip_serializing_if = "is_false")]
    pub one_time_code: bool,
    /// Its parameters have names instead of numbers (`parameter_format` NAMED).
    #[serde(skip_serializing_if = "is_false")]
    pub named_parameters: bool,
    /// It has parameters, and the vendor shows no sample of them: without one it cannot be created again.
    #[serde(skip_serializing_if = "is_false")]
    pub samples_missing: bool,
    /// The template of Meta's library that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// Kinds of components and buttons that are not known here, verbatim.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

impl TemplateKind {
    /// Whether it consists of a body at most: nothing about it asks for anything.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is a carousel.
    #[must_use]
    pub fn is_carousel(&self) -> bool {
        self.cards > 0
    }
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn is_false(holds: &bool) -> bool {
    !holds
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_plain_template_takes_no_room_and_every_part_comes_back() {
        assert_eq!(serde_json::to_string(&TemplateKind::default()).unwrap(), "{}");
        let kind = TemplateKind {
            header: Some(HeaderFormat::of("image")),
            media_samples: 3,
            cards: 2,
            flows: vec!["620000000000001".to_owned()],
            catalog: true,
            limited_time_offer: true,
            one_time_code: true,
            named_parameters: true,
            samples_missing: true,
            library: Some("delivery_update_1".to_owned()),
            unknown: vec!["HOLOGRAM".to_owned()],
        };
        let text = serde_json::to_string(&kind).unwrap();
        assert_eq!(serde_json::from_str::<TemplateKind>(&text).unwrap(), kind);
        assert!(!kind.is_plain() && kind.is_carousel());
    }

    #[test]
    fn only_files_are_samples_to_upload() {
        let media = ["IMAGE", "video", "GIF", "DOCUMENT"].map(|word| HeaderFormat::of(word).is_media());
        let others = ["TEXT", "LOCATION", "PRODUCT", "HOLOGRAM"].map(|word| HeaderFormat::of(word).is_media());
        assert_eq!((media, others), ([true; 4], [false; 4]));
        assert_eq!(HeaderFormat::of("HOLOGRAM").to_string(), "HOLOGRAM");
    }
}
