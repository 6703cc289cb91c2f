//! The exit statuses, and an error that a person can do something about. Here is nothing but std, since the fuzz target of the
//! customer file is built with this file and without the rest of the command.

use std::fmt;

/// The exit statuses, the same for every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0: done.
    Done,
    /// 1: an unexpected error.
    Unexpected,
    /// 2: bad usage or bad input. Nothing is lost: good rows are kept, bad ones listed.
    BadInput,
    /// 3: finished, with failed migrations.
    Failed,
    /// 4: somebody else's turn.
    Waiting,
    /// 5: refused by a gate, a stamp, a lock or a policy.
    Refused,
}

impl Exit {
    /// The status that the process ends with.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unexpected => 1,
            Self::BadInput => 2,
            Self::Failed => 3,
            Self::Waiting => 4,
            Self::Refused => 5,
        }
    }
}

/// An error that a person can do something about: what is the matter, what to do next, and how the process ends.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) exit: Exit,
    what: String,
    pub(crate) hint: Option<String>,
}

impl Trouble {
    /// Bad usage or bad input.
    pub(crate) fn bad_input(what: impl Into<String>) -> Self {
        Self { exit: Exit::BadInput, what: what.into(), hint: None }
    }

    /// Something that is not done, although it was asked for properly.
    pub(crate) fn refused(what: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, what: what.into(), hint: None }
    }

    /// Something that should have worked.
    pub(crate) fn unexpected(what: impl Into<String>) -> Self {
        Self { exit: Exit::Unexpected, what: what.into(), hint: None }
    }

    /// What to do next.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Trouble {}
