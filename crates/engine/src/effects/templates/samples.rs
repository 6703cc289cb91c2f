//! Sample files of templates: fetched while their addresses are good, kept, and uploaded again (observations:
//! `templates.media_headers`, `templates.upload`).

use unmoor_graph_api::calls::{BeginUpload, SendFile};
use unmoor_graph_api::recreation::needs;
use unmoor_graph_api::{CallError, DownloadError};
use unmoor_migration::templates::TemplateKey;
use unmoor_migration::{Cause, Migration, Success};

use super::super::{Failed, Outside};

/// Fetches the file from wherever it is, without a token, and keeps it.
pub(in super::super) async fn keep(
    outside: &Outside<'_>,
    m: &Migration,
    key: &TemplateKey,
    place: u32,
) -> Result<Success, Failed> {
    let read = super::content(outside, m, key).await?;
    let files = needs(&read).files;
    let address = usize::try_from(place).ok().and_then(|place| files.get(place));
    let address = address.ok_or_else(|| Failed::ours(Cause::SampleUnusable, "the template shows no such file"))?;
    let file = outside.graph.download(address).await.map_err(|error| failed(&error))?;
    outside.documents.keep_sample(m.id(), key, place, &file).await?;
    Ok(Success::SampleKept)
}

fn failed(error: &DownloadError) -> Failed {
    let words = error.to_string();
    match error {
        DownloadError::Expired { .. } => Failed::ours(Cause::SampleExpired, words),
        DownloadError::Address(_) | DownloadError::TooLarge { .. } | DownloadError::NoFile(_) => {
            Failed::ours(Cause::SampleUnusable, words)
        }
        DownloadError::NoAnswer(_) => Failed::Unknown(words),
    }
}

/// Two calls: a session, then the file. A session that nothing came of is of no consequence.
pub(in super::super) async fn upload(
    outside: &Outside<'_>,
    m: &Migration,
    key: &TemplateKey,
    place: u32,
) -> Result<Success, Failed> {
    let graph = outside.graph;
    let file = outside.documents.sample(m.id(), key, place).await?;
    let file = file.ok_or_else(|| Failed::ours(Cause::SampleUnusable, "the sample is not kept any more"))?;
    let refused = |error: CallError| Failed::of_call(error, graph.now());
    let kind = file.media_type.rsplit('/').next().unwrap_or("bin");
    let begin = BeginUpload {
        token: graph.app.system_token.clone(),
        app_id: graph.app.id.clone(),
        file_name: format!("sample.{kind}"),
        file_type: file.media_type.clone(),
        file_length: file.content.len(),
    };
    let session = graph.send(None, &begin).await.map_err(refused)?.answer;
    if let Some(destination) = m.destination() {
        graph.count_more(&destination.waba, 1);
    }
    let send = SendFile { token: graph.app.system_token.clone(), session, content: file.content };
    let handle = graph.send(None, &send).await.map_err(refused)?.answer;
    outside.documents.keep_handle(m.id(), key, place, &handle).await?;
    Ok(Success::SampleUploaded)
}
