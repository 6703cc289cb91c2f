//! A change of one text, as it is made in a copy of the checkout to see who notices.

use serde::Deserialize;

use crate::tidy::files::SourceFile;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// The file, below the root.
    pub(crate) file: String,
    /// What goes. It stands in the file exactly once.
    pub(crate) find: String,
    /// What comes in its place. It compiles.
    pub(crate) replace: String,
}

impl Change {
    /// The changed text, or why it cannot be had.
    pub(crate) fn apply(&self, text: &str) -> Result<String, String> {
        if self.find == self.replace || self.find.is_empty() {
            return Err("it changes nothing".to_owned());
        }
        match text.matches(&self.find).count() {
            1 => Ok(text.replacen(&self.find, &self.replace, 1)),
            0 => Err(format!("its text is not in {} any more", self.file)),
            many => Err(format!("its text stands {many} times in {}; take more of it", self.file)),
        }
    }

    /// Why it does not fit these sources, if it does not.
    pub(crate) fn problem(&self, sources: &[SourceFile]) -> Option<String> {
        match sources.iter().find(|file| file.path == self.file) {
            Some(file) => self.apply(&file.text).err(),
            None => Some(format!("there is no file {}", self.file)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_applies_where_its_text_stands_exactly_once() {
        let change =
            |find: &str| Change { file: "a.rs".to_owned(), find: find.to_owned(), replace: "if false".to_owned() };
        assert_eq!(change("if bad").apply("x; if bad { }").as_deref(), Ok("x; if false { }"));
        assert!(change("if bad").apply("nothing").is_err());
        assert!(change("if bad").apply("if bad if bad").is_err());
        assert!(change("if false").apply("if false").is_err());
        assert!(change("").apply("if bad").is_err());
    }
}
