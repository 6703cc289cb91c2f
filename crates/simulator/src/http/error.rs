//! Meta's error envelope (observations: errors.shape), and the errors that more than one call can give. Errors of one rule
//! stand with that rule.

use serde_json::{Map, Value, json};

use crate::{
    ids::Id,
    knobs::{ErrorDataShape, ErrorHttpStyle, Knobs, MigrationCodeStyle},
};

/// What a call gives: an answer or a refusal.
pub(crate) type Answer<T> = Result<T, Box<GraphError>>;

/// `error.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorType {
    OAuth,
    GraphMethod,
    /// Our own word: nothing of Meta's answers like this.
    NotSimulated,
}

/// Which knob decides the look of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Plain,
    /// `code` holds a number of seven digits that is shown as subcode or as code.
    Migration,
    /// A limit: 400 or 429.
    Limit,
}

/// One refusal.
#[derive(Clone, Debug)]
pub(crate) struct GraphError {
    status: u16,
    code: i64,
    subcode: Option<i64>,
    family: Family,
    kind: ErrorType,
    message: String,
    title: Option<&'static str>,
    user_message: Option<&'static str>,
    details: Option<String>,
    is_transient: bool,
    served: Vec<String>,
}

impl GraphError {
    /// An error with a code of its own; `title` becomes `(#code) title`.
    pub(crate) fn new(status: u16, code: i64, title: &str) -> Box<Self> {
        Box::new(Self {
            status,
            code,
            subcode: None,
            family: Family::Plain,
            kind: ErrorType::OAuth,
            message: shortened(format!("(#{code}) {title}")),
            title: None,
            user_message: None,
            details: None,
            is_transient: false,
            served: Vec::new(),
        })
    }

    /// `(#100) Invalid parameter`, the reason in `details`.
    pub(crate) fn invalid_parameter(details: impl Into<String>) -> Box<Self> {
        Self::new(400, 100, "Invalid parameter").details(details)
    }

    /// A parameter is missing.
    pub(crate) fn missing(name: &str) -> Box<Self> {
        Self::new(400, 100, &format!("The parameter {name} is required."))
    }

    /// A rule of this migration, known by its number of seven digits (observations: errors.subcode_style).
    ///
    /// `title` holds Meta's words, or nothing where the raw logs have none; `text` is what a person reads below it.
    pub(crate) fn migration(number: i64, title: &'static str, text: &'static str) -> Box<Self> {
        let mut error = Self::new(400, number, if title.is_empty() { text } else { title });
        error.family = Family::Migration;
        error.title = Some(title).filter(|title| !title.is_empty());
        error.user_message = Some(text);
        error
    }

    /// A limit of the vendor.
    pub(crate) fn limit(code: i64, title: &str) -> Box<Self> {
        let mut error = Self::new(400, code, title);
        error.family = Family::Limit;
        error
    }

    /// The token lacks a right on an asset, or a scope (observations: errors.200).
    pub(crate) fn permission(details: impl Into<String>) -> Box<Self> {
        Self::new(403, 200, "You do not have the necessary permissions required to access this object").details(details)
    }

    /// No such object, or none that this call applies to (observations: errors.100_33).
    pub(crate) fn unknown_object(method: &str, id: &str) -> Box<Self> {
        let id: String = id.chars().take(100).collect();
        let verb = if method.eq_ignore_ascii_case("GET") { "get" } else { "post" };
        let mut error = Self::new(400, 100, "").subcode(33);
        error.kind = ErrorType::GraphMethod;
        error.message = format!(
            "Unsupported {verb} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, \
             or does not support this operation"
        );
        error
    }

    /// A field that a node does not have.
    pub(crate) fn nonexisting_field(field: &str, node_type: &str, served: &[&'static str]) -> Box<Self> {
        let title = format!("Tried accessing nonexisting field ({field}) on node type ({node_type})");
        Self::new(400, 100, &title).served(served)
    }

    /// A path below a version that does not exist (observations: versions.unknown).
    pub(crate) fn unknown_path(path: &str) -> Box<Self> {
        let shown: String = path.chars().take(200).collect();
        Self::new(400, 2500, "").message(format!("Unknown path components: {shown}"))
    }

    /// A token that is no good (observations: errors.190).
    pub(crate) fn token(code: i64, subcode: Option<i64>, message: &str) -> Box<Self> {
        let mut error = Self::new(401, code, "");
        error.message = message.to_owned();
        error.subcode = subcode;
        error
    }

    /// Something that Meta has and this simulator has not.
    pub(crate) fn not_simulated(what: &str, served: &[impl AsRef<str>]) -> Box<Self> {
        let mut error = Self::new(501, 1, "").served(served);
        error.kind = ErrorType::NotSimulated;
        error.message = format!("This simulator does not serve {what}");
        error
    }

    pub(crate) fn status(mut self: Box<Self>, status: u16) -> Box<Self> {
        self.status = status;
        self
    }

    pub(crate) fn subcode(mut self: Box<Self>, subcode: i64) -> Box<Self> {
        self.subcode = Some(subcode);
        self
    }

    pub(crate) fn details(mut self: Box<Self>, details: impl Into<String>) -> Box<Self> {
        self.details = Some(shortened(details.into()));
        self
    }

    pub(crate) fn transient(mut self: Box<Self>, is_transient: bool) -> Box<Self> {
        self.is_transient = is_transient;
        self
    }

    pub(crate) fn graph_method(mut self: Box<Self>) -> Box<Self> {
        self.kind = ErrorType::GraphMethod;
        self
    }

    /// Replaces the whole `message`.
    pub(crate) fn message(mut self: Box<Self>, message: impl Into<String>) -> Box<Self> {
        self.message = shortened(message.into());
        self
    }

    fn served(mut self: Box<Self>, served: &[impl AsRef<str>]) -> Box<Self> {
        self.served = served.iter().map(|one| one.as_ref().to_owned()).collect();
        self
    }

    /// HTTP status, code and subcode as the knobs show them.
    pub(crate) fn codes(&self, knobs: &Knobs) -> (u16, i64, Option<i64>) {
        let status = match (self.family, knobs.error_http_style) {
            (Family::Limit, ErrorHttpStyle::Spec) => 429,
            (Family::Limit, ErrorHttpStyle::Docs) | (Family::Plain | Family::Migration, _) => self.status,
        };
        match (self.family, knobs.migration_code_style) {
            (Family::Migration, MigrationCodeStyle::Subcode) => (status, 100, Some(self.code)),
            (Family::Migration, MigrationCodeStyle::Code) | (Family::Plain | Family::Limit, _) => {
                (status, self.code, self.subcode)
            }
        }
    }

    /// The body of the answer.
    pub(crate) fn envelope(&self, knobs: &Knobs, trace_id: &str) -> Value {
        let (_, code, subcode) = self.codes(knobs);
        // The error page's style has the words in `message` and `details`, the raw logs' in the texts for people.
        let is_subcode = self.family == Family::Migration && knobs.migration_code_style == MigrationCodeStyle::Subcode;
        let message = if is_subcode { "(#100) Invalid parameter" } else { &self.message };
        let for_people = (self.title, self.user_message);
        let (title, user_message) = if is_subcode { for_people } else { (None, None) };
        let kind = match self.kind {
            ErrorType::OAuth => "OAuthException",
            ErrorType::GraphMethod => "GraphMethodException",
            ErrorType::NotSimulated => "NotSimulated",
        };
        let mut error = Map::new();
        error.insert("message".to_owned(), message.into());
        error.insert("type".to_owned(), kind.into());
        error.insert("code".to_owned(), code.into());
        if let Some(subcode) = subcode {
            error.insert("error_subcode".to_owned(), subcode.into());
        }
        error.insert("is_transient".to_owned(), self.is_transient.into());
        if let Some(title) = title {
            error.insert("error_user_title".to_owned(), title.into());
        }
        if let Some(text) = user_message {
            error.insert("error_user_msg".to_owned(), text.into());
        }
        if let Some(data) = self.error_data(knobs) {
            error.insert("error_data".to_owned(), data);
        }
        error.insert("fbtrace_id".to_owned(), trace_id.into());
        json!({ "error": error })
    }

    fn error_data(&self, knobs: &Knobs) -> Option<Value> {
        let mut data = Map::new();
        let is_code = self.family == Family::Migration && knobs.migration_code_style == MigrationCodeStyle::Code;
        let worded = self.user_message.filter(|_| is_code).map(str::to_owned);
        let details = self.details.clone().or(worded);
        if let Some(details) = details {
            data.insert("messaging_product".to_owned(), "whatsapp".into());
            data.insert("details".to_owned(), details.into());
        }
        if !self.served.is_empty() {
            data.insert("served".to_owned(), self.served.clone().into());
        }
        if data.is_empty() {
            return None;
        }
        Some(match knobs.error_data_shape {
            ErrorDataShape::Object => Value::Object(data),
            ErrorDataShape::String => Value::String(Value::Object(data).to_string()),
        })
    }
}

/// A text that may quote what a caller sent, at a bearable length.
fn shortened(text: String) -> String {
    const LONGEST: usize = 1000;
    if text.len() <= LONGEST { text } else { text.chars().take(LONGEST).chain(['…']).collect() }
}

/// The refusal for an id that is none, or names nothing of the wanted kind.
pub(crate) fn parse_id(method: &str, text: &str) -> Answer<Id> {
    text.parse().map_err(|_| GraphError::unknown_object(method, text))
}
