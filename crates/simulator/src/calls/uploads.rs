//! The resumable upload (observations: templates.upload).

use serde_json::{Value, json};

use super::{Call, Served};
use crate::{
    http::error::{Answer, GraphError},
    rules::templates::upload::{self, Begin},
};

pub(super) const SERVED: &[Served] = &[
    Served::new("POST", "/upload:<UPLOAD>", send).takes(&["sig"]).with_file(),
    Served::new("GET", "/upload:<UPLOAD>", progress).takes(&["sig"]),
    Served::new("POST", "/<APP>/uploads", begin).takes(&["file_name", "file_length", "file_type"]),
];

/// `POST /<APP>/uploads?file_name&file_length&file_type`: the session's id.
fn begin(call: &mut Call<'_>) -> Answer<Value> {
    let app = call.id()?;
    if app != call.caller.app {
        return Err(GraphError::unknown_object(call.method.as_str(), &app.to_string()));
    }
    let length = call.params.integer("file_length")?.ok_or_else(|| GraphError::missing("file_length"))?;
    let begin = Begin {
        app,
        file_name: call.params.text("file_name")?,
        file_type: call.params.required("file_type")?,
        file_length: usize::try_from(length).unwrap_or(0),
    };
    let id = upload::begin(call.state, call.cause, begin)?;
    Ok(json!({ "id": id }))
}

/// `POST /upload:<UPLOAD>` with `file_offset` as a header and the bytes as the body: the handle, once all is there.
fn send(call: &mut Call<'_>) -> Answer<Value> {
    let session = session(call)?;
    let header = call.request.headers().get("file_offset").and_then(|value| value.to_str().ok());
    let offset = header.ok_or_else(|| GraphError::invalid_parameter("the header file_offset is missing"))?;
    let offset = offset.trim().parse().map_err(|_| GraphError::invalid_parameter("file_offset is no number"))?;
    let handle = upload::take(call.state, call.cause.at, &session, offset, call.request.body())?;
    match handle {
        Some(handle) => Ok(json!({ "h": handle })),
        None => state_of(call, &session),
    }
}

/// `GET /upload:<UPLOAD>`: where to go on.
fn progress(call: &mut Call<'_>) -> Answer<Value> {
    let session = session(call)?;
    state_of(call, &session)
}

fn state_of(call: &Call<'_>, session: &str) -> Answer<Value> {
    let signature = call.params.text("sig")?;
    let upload = upload::progress(call.state, call.caller.app, session, signature.as_deref())?;
    let id = format!("upload:{session}?sig={}", upload.signature);
    Ok(json!({ "id": id, "file_offset": upload.content.0.len() }))
}

/// The session in the path, if it is the caller's app's and rightly signed.
fn session(call: &Call<'_>) -> Answer<String> {
    let session = call.address.first().strip_prefix("upload:").unwrap_or_default();
    let signature = call.params.text("sig")?;
    upload::progress(call.state, call.caller.app, session, signature.as_deref())?;
    Ok(session.to_owned())
}
