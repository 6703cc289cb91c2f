//! Meta's refusals of templates, by their numbers (observations: templates.errors).

use crate::http::error::GraphError;

/// 2388019: no room for another template.
pub(super) fn limit_exceeded(limit: usize) -> Box<GraphError> {
    let text = "This WhatsApp Business account has as many message templates as it may have.";
    GraphError::migration(2_388_019, "Message template limit exceeded", text)
        .details(format!("the limit is {limit} templates, every language counting as one"))
}

/// 2388023: what had the name was deleted not long ago.
pub(super) fn being_deleted(details: String) -> Box<GraphError> {
    let text = "A template of this name was deleted, and the name cannot be used again yet.";
    GraphError::migration(2_388_023, "Message template language is being deleted", text).details(details)
}

/// 2388024: name and language are taken.
pub(super) fn already_exists(label: &str) -> Box<GraphError> {
    let text = "There is already content in this language for this message template.";
    GraphError::migration(2_388_024, "Content in this language already exists", text)
        .details(format!("{label} already exists"))
}

/// 2388039: a template that may not be changed now.
pub(super) fn not_changeable(details: String) -> Box<GraphError> {
    let text = "This message template cannot be changed in its present state.";
    GraphError::migration(2_388_039, "Message template status can't be changed", text).details(details)
}

/// 2388040: something is too long.
pub(super) fn too_long(what: &str, limit: usize, has: usize) -> Box<GraphError> {
    let text = "A field of the message template has more characters than it may have.";
    GraphError::migration(2_388_040, "Character limit exceeded", text)
        .details(format!("{what}: at most {limit} characters, not {has}"))
}

/// 2388047: the header.
pub(super) fn header(details: String) -> Box<GraphError> {
    let text = "The header of the message template has a format that is not allowed.";
    GraphError::migration(2_388_047, "Message header format is incorrect", text).details(details)
}

/// 2388072: the body.
pub(super) fn body(details: String) -> Box<GraphError> {
    let text = "The body of the message template has a format that is not allowed.";
    GraphError::migration(2_388_072, "Message body format is incorrect", text).details(details)
}

/// 2388073: the footer.
pub(super) fn footer(details: String) -> Box<GraphError> {
    let text = "The footer of the message template has a format that is not allowed.";
    GraphError::migration(2_388_073, "Message footer format is incorrect", text).details(details)
}

/// 2388293: too many parameters for so few words.
pub(super) fn too_many_parameters(details: String) -> Box<GraphError> {
    let text = "The message template has too many parameters for its length.";
    GraphError::migration(2_388_293, "Parameters words ratio exceeds limit", text).details(details)
}

/// 2388299: a parameter at the start or the end.
pub(super) fn parameter_at_edge(details: String) -> Box<GraphError> {
    let text = "A message template may neither begin nor end with a parameter.";
    GraphError::migration(2_388_299, "Leading or trailing params not allowed", text).details(details)
}

/// Code 100: everything that has no number of its own.
pub(super) fn invalid(details: impl Into<String>) -> Box<GraphError> {
    GraphError::invalid_parameter(details)
}
