//! The Flows of a WABA, which buttons of templates name by their ids (`observations: templates.flows`).

use serde_json::Value;

use crate::json::{AnswerError, Place};
use crate::{BusinessToken, CallKind, Cursor, GraphCall, Page, PagedCall, RequestParts, WabaId};

/// `GET /<WABA>/flows`, one page of it.
#[derive(Debug, Clone)]
pub struct ListFlows {
    /// Business token that is good for the WABA.
    pub token: BusinessToken,
    /// Source or destination.
    pub waba_id: WabaId,
    /// Flows for each page.
    pub limit: Option<u16>,
    /// Where the page begins; `None` for the first.
    pub after: Option<Cursor>,
}

/// A Flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Its id; another one in another WABA.
    pub id: String,
    /// Its name, which `migrate_flows` keeps.
    pub name: Option<String>,
}

impl GraphCall for ListFlows {
    type Answer = Page<Flow>;

    const NAME: &'static str = "list_flows";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), format!("{}/flows", self.waba_id))
            .with_query("fields", Some("id,name".to_owned()))
            .with_query("limit", self.limit.map(|limit| limit.to_string()))
            .with_query("after", self.after.as_ref().map(|cursor| cursor.as_str().to_owned()))
    }

    fn answer(&self, body: &Value) -> Result<Page<Flow>, AnswerError> {
        Page::read(body, self.limit, Flow::read)
    }
}

impl PagedCall for ListFlows {
    type Item = Flow;

    fn at(&self, cursor: Option<Cursor>) -> Self {
        Self { after: cursor, ..self.clone() }
    }
}

impl Flow {
    fn read(place: &Place<'_>) -> Result<Self, AnswerError> {
        Ok(Self { id: place.need_text("id")?, name: place.text("name") })
    }
}
