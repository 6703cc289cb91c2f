//! What becomes of templates that the vendor did not duplicate: the operators' policy (guide T6).

use serde::{Deserialize, Serialize};

use super::SourceTemplate;

/// What is done about templates of the source that the destination lacks once the vendor's own copies have come to rest.
///
/// Nothing is written unless somebody says so: a template that is handed in again is judged again, by its category and under the
/// destination's own quality, and counts against its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingTemplates {
    /// They are left and recorded, each with its reason.
    #[default]
    Leave,
    /// The vendor is asked to copy those that it copies on request: APPROVED, of quality GREEN or UNKNOWN
    /// (observations: `templates.manual_copy`). A copy keeps its status.
    Copy,
    /// The same; and what is APPROVED and still lacking is created again and handed in for review.
    Create,
}

impl MissingTemplates {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Leave, Self::Copy, Self::Create];

    /// The word by which it is configured.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Leave => "leave",
            Self::Copy => "copy",
            Self::Create => "create",
        }
    }

    /// Whether contents and samples of the source's templates are kept.
    #[must_use]
    pub fn needs_contents(self) -> bool {
        self == Self::Create
    }

    /// The first means by which `template` would be brought over; `None` where this policy leaves it.
    #[must_use]
    pub fn first_means(self, template: &SourceTemplate) -> Option<Means> {
        [Means::Copy, Means::Create].into_iter().find(|means| self.allows(*means) && means.suits(template))
    }

    /// Whether it may be used at all.
    #[must_use]
    pub fn allows(self, means: Means) -> bool {
        match means {
            Means::Copy => self >= Self::Copy,
            Means::Create => self == Self::Create,
        }
    }
}

/// A call by which a template is brought over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// The vendor copies it on request.
    Copy,
    /// It is created again.
    Create,
}

impl Means {
    /// Whether a template can be brought over so. What is not APPROVED at the source is of no use there either, and is not
    /// handed in again: a paused template was paused for what people thought of it.
    #[must_use]
    pub fn suits(self, template: &SourceTemplate) -> bool {
        let is_approved = template.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("APPROVED"));
        let quality = template.quality.as_deref().unwrap_or("UNKNOWN");
        match self {
            Self::Copy => {
                is_approved && (quality.eq_ignore_ascii_case("GREEN") || quality.eq_ignore_ascii_case("UNKNOWN"))
            }
            Self::Create => is_approved,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::TemplateId;
    use crate::templates::{TemplateKey, TemplateKind};

    fn template(status: &str, quality: Option<&str>) -> SourceTemplate {
        SourceTemplate {
            key: TemplateKey::new("order_shipped", "de"),
            id: TemplateId::new("610000000000001").unwrap(),
            status: Some(status.to_owned()),
            quality: quality.map(str::to_owned),
            category: None,
            correct_category: None,
            kind: TemplateKind::default(),
            needs: None,
        }
    }

    /// guide: T6
    #[test]
    fn each_policy_brings_over_what_it_says() {
        let (leave, copy, create) = (MissingTemplates::Leave, MissingTemplates::Copy, MissingTemplates::Create);
        for (status, quality, by_copy, by_create) in [
            ("APPROVED", Some("GREEN"), Some(Means::Copy), Some(Means::Copy)),
            ("APPROVED", Some("UNKNOWN"), Some(Means::Copy), Some(Means::Copy)),
            ("APPROVED", None, Some(Means::Copy), Some(Means::Copy)),
            ("APPROVED", Some("YELLOW"), None, Some(Means::Create)),
            ("APPROVED", Some("RED"), None, Some(Means::Create)),
            ("PAUSED", Some("GREEN"), None, None),
            ("REJECTED", Some("UNKNOWN"), None, None),
            ("PENDING", None, None, None),
        ] {
            let template = template(status, quality);
            assert_eq!(leave.first_means(&template), None);
            assert_eq!(copy.first_means(&template), by_copy, "{status} {quality:?}");
            assert_eq!(create.first_means(&template), by_create, "{status} {quality:?}");
        }
        assert_eq!(MissingTemplates::default(), leave);
    }
}
