//! What a template lacks that only a person can supply.

use std::fmt;

/// Something without which a template cannot be created again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// A text has parameters and no fitting samples for them; Meta demands them, and shows none for old templates
    /// (`observations: templates.parameters`).
    Samples {
        /// Which text: `body`, `header`, `button "Follow it"`.
        of: String,
    },
    /// A header shows no file.
    File,
    /// The handle of a file was not supplied.
    Handle,
    /// A button names a Flow that the destination does not have.
    Flow {
        /// Its id in the source.
        source_id: String,
    },
    /// The apps that a code is filled into are not shown.
    SupportedApps,
    /// Codes that are filled in without a tap need somebody's word on their terms.
    ZeroTapTerms,
    /// A template of Meta's library whose buttons need what the library's form asks for.
    LibraryInputs,
    /// The read does not show what a template cannot do without.
    Unreadable(String),
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Samples { of } => write!(f, "samples for the parameters of its {of}"),
            Self::File => f.write_str("a sample file for its header"),
            Self::Handle => f.write_str("an uploaded sample for its header"),
            Self::Flow { source_id } => write!(f, "the Flow {source_id} in the new WABA"),
            Self::SupportedApps => f.write_str("the apps that its code is filled into"),
            Self::ZeroTapTerms => f.write_str("a person's consent to the terms of codes without a tap"),
            Self::LibraryInputs => f.write_str("the inputs of its buttons in Meta's library"),
            Self::Unreadable(what) => write!(f, "a readable original: {what}"),
        }
    }
}
