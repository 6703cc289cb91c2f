//! Which fields of a node a read asks for.

use std::borrow::Cow;

/// An ordered list of field names for the parameter `fields`; empty means Meta's default fields.
///
/// Not every field is readable with every token, and a single unreadable one makes Meta refuse the whole read.
/// [`GraphError::refused_field`](crate::GraphError::refused_field) names it, [`Fields::without`] leaves it out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields(Vec<Cow<'static, str>>);

impl Fields {
    /// Meta's default fields: the parameter is not sent.
    #[must_use]
    pub fn default_of_node() -> Self {
        Self::default()
    }

    /// Exactly these fields, in this order.
    #[must_use]
    pub fn of(names: &[&'static str]) -> Self {
        Self(names.iter().map(|name| Cow::Borrowed(*name)).collect())
    }

    /// The same fields and one more.
    #[must_use]
    pub fn with(mut self, name: &'static str) -> Self {
        self.0.push(Cow::Borrowed(name));
        self
    }

    /// The same fields without one of them.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|field| *field != name).cloned().collect())
    }

    /// Whether a field is asked for by name. An answer without it then means that the node has none.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|field| field == name)
    }

    /// The value of the parameter `fields`, or `None` for the default fields.
    #[must_use]
    pub fn parameter(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_field_can_be_left_out() {
        let fields = Fields::of(&["id", "primary_funding_id", "name"]);
        assert_eq!(fields.parameter().as_deref(), Some("id,primary_funding_id,name"));
        let fewer = fields.without("primary_funding_id");
        assert_eq!(fewer.parameter().as_deref(), Some("id,name"));
        assert!(!fewer.contains("primary_funding_id"));
        assert_eq!(fewer.with("country").parameter().as_deref(), Some("id,name,country"));
        assert_eq!(Fields::default_of_node().parameter(), None);
    }
}
