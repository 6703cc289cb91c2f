//! A caller that holds each answer against the document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::common::{Answer, Caller};
use crate::document::Document;

/// An answer that is not as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Disagreement {
    /// The call as the simulator writes it.
    pub(crate) operation: String,
    pub(crate) status: u16,
    /// JSON pointer into the answer.
    pub(crate) place: String,
    /// What is broken there.
    pub(crate) rule: String,
}

/// What the exchanges showed.
#[derive(Default)]
pub(crate) struct Record {
    /// Statuses that each documented call answered with.
    pub(crate) reached: BTreeMap<String, BTreeSet<u16>>,
    /// Every disagreement, once.
    pub(crate) disagreements: BTreeSet<Disagreement>,
}

/// Makes calls and records them.
pub(crate) struct Recorder<'a> {
    document: &'a Document,
    pub(crate) caller: Caller,
    pub(crate) record: Record,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(document: &'a Document, caller: Caller) -> Self {
        Self { document, caller, record: Record::default() }
    }

    /// A call written as the simulator lists it: the id of the node in the path, and the query apart.
    pub(crate) fn call(
        &mut self,
        operation: &str,
        node: &str,
        query: &str,
        token: &str,
        body: Option<Value>,
    ) -> Answer {
        let (method, pattern) = operation.split_once(' ').expect("a method and a path");
        let (before, after) = pattern.split_once('<').expect("a node in the path");
        let (_, after) = after.split_once('>').expect("a node in the path");
        let join = if query.is_empty() { "" } else { "?" };
        let answer = self.caller.call(method, &format!("{before}{node}{after}{join}{query}"), token, body);
        assert_ne!(answer.status, 501, "{operation}: {}", answer.body);
        if let Some(violations) = self.document.violations(operation, answer.status, &answer.body) {
            self.record.reached.entry(operation.to_owned()).or_default().insert(answer.status);
            let found = violations.into_iter().map(|violation| Disagreement {
                operation: operation.to_owned(),
                status: answer.status,
                place: violation.place,
                rule: violation.rule,
            });
            self.record.disagreements.extend(found);
        }
        answer
    }

    pub(crate) fn get(&mut self, operation: &str, node: &str, query: &str, token: &str) -> Answer {
        self.call(operation, node, query, token, None)
    }
}
