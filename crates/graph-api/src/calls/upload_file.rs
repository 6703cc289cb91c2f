//! The resumable upload of a sample, in two calls: a session, then the bytes (`observations: templates.upload`).

use bytes::Bytes;
use serde_json::Value;

use crate::json::{AnswerError, Place};
use crate::{AppId, CallKind, GraphCall, RequestBody, RequestParts, SystemToken};

/// `POST /<APP>/uploads`. A session that nothing comes of is of no consequence, so it may be begun again.
#[derive(Debug, Clone)]
pub struct BeginUpload {
    /// Token of the app's system user: a handle is good for the app it was uploaded to.
    pub token: SystemToken,
    /// The app.
    pub app_id: AppId,
    /// A name for the file.
    pub file_name: String,
    /// Its media type, such as `image/png`.
    pub file_type: String,
    /// Its length in bytes.
    pub file_length: usize,
}

/// A session, as Meta names it: `upload:…?sig=…`, with a question mark inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadSession(String);

impl GraphCall for BeginUpload {
    type Answer = UploadSession;

    const NAME: &'static str = "begin_upload";
    const KIND: CallKind = CallKind::RepeatableWrite;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::post(self.token.secret(), format!("{}/uploads", self.app_id), RequestBody::Empty)
            .with_query("file_name", Some(self.file_name.clone()))
            .with_query("file_length", Some(self.file_length.to_string()))
            .with_query("file_type", Some(self.file_type.clone()))
    }

    fn answer(&self, body: &Value) -> Result<UploadSession, AnswerError> {
        let place = Place::root(body).need("id")?;
        let session = place.as_text().filter(|id| is_session(id));
        session.map(UploadSession).ok_or_else(|| place.trouble("expected an id of the form upload:…"))
    }
}

/// What can stand in a path as it is, and leads nowhere else.
fn is_session(id: &str) -> bool {
    let may_stand = |c: char| c.is_ascii_graphic() && !matches!(c, '/' | '#' | '\\' | '"' | '<' | '>');
    id.strip_prefix("upload:").is_some_and(|rest| !rest.is_empty() && rest.chars().all(may_stand))
}

/// `POST /upload:<SESSION>` with the whole file.
#[derive(Debug, Clone)]
pub struct SendFile {
    /// The token that began the session.
    pub token: SystemToken,
    /// The session.
    pub session: UploadSession,
    /// The file.
    pub content: Bytes,
}

impl GraphCall for SendFile {
    /// The handle, for `header_handle`.
    type Answer = String;

    const NAME: &'static str = "send_file";
    const KIND: CallKind = CallKind::RepeatableWrite;

    fn parts(&self) -> RequestParts<'_> {
        let body = RequestBody::Upload { offset: 0, content: self.content.clone() };
        RequestParts::post(self.token.secret(), self.session.0.as_str(), body)
    }

    fn answer(&self, body: &Value) -> Result<String, AnswerError> {
        Place::root(body).need_text("h")
    }
}
