//! The resumable upload: a session, the bytes from where the last attempt ended, a handle (observations: templates.upload).

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;

use super::{
    super::{Fidelity, Rule},
    refusal,
};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    media_files,
    state::{Cause, State},
    world::{FileContent, Upload},
};

pub(in crate::rules) const RULE: Rule = Rule {
    name: "templates/upload",
    says: "A session per file of known length and type; bytes are taken from file_offset on; a session that is complete gives a handle",
    source: "observations: templates.upload",
    fidelity: Fidelity::Approximated {
        how: "bytes that do not complete the file are answered with the new offset; one limit of size for all types; sessions do not run out",
        because: "neither the answer nor the limits are among the sources",
    },
};

/// The largest file.
pub(crate) const LARGEST: usize = 100 * 1024 * 1024;

/// What a session begins with.
pub(crate) struct Begin {
    pub(crate) app: Id,
    pub(crate) file_name: Option<String>,
    pub(crate) file_type: String,
    pub(crate) file_length: usize,
}

/// Begins a session. Gives its id as callers have to use it.
pub(crate) fn begin(state: &mut State, cause: Cause, begin: Begin) -> Answer<String> {
    if media_files::known_type(&begin.file_type) == media_files::UNKNOWN_TYPE {
        let types = media_files::TYPES.join(", ");
        return Err(refusal::invalid(format!("file_type: one of {types}")));
    }
    if begin.file_length == 0 || begin.file_length > LARGEST {
        return Err(refusal::invalid(format!("file_length: 1 to {LARGEST} bytes")));
    }
    // What the file is and when it came, and which request brought it: two of one instant are two sessions.
    let (app, at) = (begin.app.to_string(), cause.at.as_millisecond().to_string());
    let request = cause.request.unwrap_or_default().to_string();
    let name = begin.file_name.as_deref().unwrap_or_default();
    let key = ["upload", &app, &at, &request, name, &begin.file_type, &begin.file_length.to_string()];
    let session = state.seed.text(&key, 40);
    let signature = format!("AR{}", state.seed.text(&["signature", &session], 17));
    let id = format!("upload:{session}?sig={signature}");
    let upload = Upload {
        app: begin.app,
        file_name: begin.file_name,
        file_type: begin.file_type,
        file_length: begin.file_length,
        signature,
        begun_at: cause.at,
        content: FileContent::default(),
        handle: None,
    };
    state.world.uploads.insert(session, upload);
    Ok(id)
}

/// How far a session has come.
pub(crate) fn progress<'a>(state: &'a State, app: Id, session: &str, signature: Option<&str>) -> Answer<&'a Upload> {
    let unknown = || GraphError::unknown_object("GET", &format!("upload:{session}"));
    let upload = state.world.uploads.get(session).ok_or_else(unknown)?;
    if upload.app != app || signature != Some(upload.signature.as_str()) {
        return Err(unknown());
    }
    Ok(upload)
}

/// Takes bytes. Gives the handle once the file is complete.
pub(crate) fn take(
    state: &mut State,
    at: Timestamp,
    session: &str,
    offset: usize,
    bytes: &Bytes,
) -> Answer<Option<String>> {
    let seed = state.seed;
    let Some(upload) = state.world.uploads.get_mut(session) else { return Ok(None) };
    if upload.handle.is_some() {
        return Ok(upload.handle.clone());
    }
    let has = upload.content.0.len();
    if offset != has {
        return Err(refusal::invalid(format!(
            "file_offset: {has} bytes are there, so the next is {has}, not {offset}"
        )));
    }
    if has + bytes.len() > upload.file_length {
        let length = upload.file_length;
        return Err(refusal::invalid(format!("the file has more than the {length} bytes that were announced")));
    }
    // In place, as long as nobody else holds what has arrived so far: a file of many pieces is not copied for each.
    let mut content = BytesMut::from(std::mem::take(&mut upload.content.0));
    content.extend_from_slice(bytes);
    upload.content = FileContent(content.freeze());
    if upload.content.0.len() == upload.file_length {
        let kind = seed.text(&["handle", &upload.file_type], 16);
        let (app, mark) = (upload.app, seed.text(&["handle", session], 32));
        upload.handle = Some(format!("4::{kind}:{session}:e:{}:{app}:{mark}", at.as_second()));
    }
    Ok(upload.handle.clone())
}
