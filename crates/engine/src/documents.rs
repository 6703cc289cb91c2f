//! What effects keep beside a migration's state, where it would be written with each commit: contents of templates, their samples
//! and handles, which Flow became which. Nothing secret is among it.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;
use unmoor_graph_api::SampleFile;
use unmoor_migration::MigrationId;
use unmoor_migration::templates::TemplateKey;
use unmoor_store::{Store, StoreError};

/// Documents of migrations.
#[derive(Clone, Copy)]
pub(crate) struct Documents<'a>(pub(crate) &'a dyn Store);

/// Why a document cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocumentError {
    /// The store failed.
    #[error("the database cannot {doing}: {source}")]
    Store {
        doing: &'static str,
        #[source]
        source: StoreError,
    },
    /// What is there is not what was kept.
    #[error("what was kept as {name} cannot be read: {why}")]
    Damaged { name: String, why: String },
}

const FLOWS: &str = "flows";

fn template_name(key: &TemplateKey) -> String {
    format!("template/{key}")
}

fn sample_name(key: &TemplateKey, place: u32) -> String {
    format!("sample/{key}/{place}")
}

fn handle_name(key: &TemplateKey, place: u32) -> String {
    format!("handle/{key}/{place}")
}

impl Documents<'_> {
    /// Keeps templates as they were read.
    pub(crate) async fn keep_templates(
        self,
        id: &MigrationId,
        templates: impl Iterator<Item = (TemplateKey, Value)>,
    ) -> Result<(), DocumentError> {
        let written = templates.map(|(key, read)| (template_name(&key), read.to_string().into_bytes()));
        self.keep(id, written.collect()).await
    }

    /// A template as it was read.
    pub(crate) async fn template(self, id: &MigrationId, key: &TemplateKey) -> Result<Option<Value>, DocumentError> {
        self.json(id, template_name(key)).await
    }

    /// Keeps a sample file.
    pub(crate) async fn keep_sample(
        self,
        id: &MigrationId,
        key: &TemplateKey,
        place: u32,
        file: &SampleFile,
    ) -> Result<(), DocumentError> {
        // The type stands in a line before the bytes.
        let mut content = format!("{}\n", file.media_type).into_bytes();
        content.extend_from_slice(&file.content);
        self.keep(id, BTreeMap::from([(sample_name(key, place), content)])).await
    }

    /// A sample file.
    pub(crate) async fn sample(
        self,
        id: &MigrationId,
        key: &TemplateKey,
        place: u32,
    ) -> Result<Option<SampleFile>, DocumentError> {
        let name = sample_name(key, place);
        let Some(kept) = self.get(id, &name).await? else { return Ok(None) };
        let kept = Bytes::from(kept);
        let end = kept.iter().position(|byte| *byte == b'\n');
        let media_type = end.and_then(|end| std::str::from_utf8(kept.get(..end)?).ok());
        match (end, media_type) {
            (Some(end), Some(media_type)) => {
                Ok(Some(SampleFile { media_type: media_type.to_owned(), content: kept.slice(end + 1..) }))
            }
            _ => Err(DocumentError::Damaged { name, why: "it has no media type".to_owned() }),
        }
    }

    /// Keeps the handle of an uploaded sample.
    pub(crate) async fn keep_handle(
        self,
        id: &MigrationId,
        key: &TemplateKey,
        place: u32,
        handle: &str,
    ) -> Result<(), DocumentError> {
        self.keep(id, BTreeMap::from([(handle_name(key, place), handle.as_bytes().to_vec())])).await
    }

    /// The handle of an uploaded sample.
    pub(crate) async fn handle(
        self,
        id: &MigrationId,
        key: &TemplateKey,
        place: u32,
    ) -> Result<Option<String>, DocumentError> {
        let name = handle_name(key, place);
        let Some(kept) = self.get(id, &name).await? else { return Ok(None) };
        String::from_utf8(kept).map(Some).map_err(|error| DocumentError::Damaged { name, why: error.to_string() })
    }

    /// Keeps which Flow of the source is which of the destination.
    pub(crate) async fn keep_flows(
        self,
        id: &MigrationId,
        flows: &BTreeMap<String, String>,
    ) -> Result<(), DocumentError> {
        let written = Value::from_iter(flows.iter().map(|(old, new)| (old.clone(), Value::from(new.clone()))));
        self.keep(id, BTreeMap::from([(FLOWS.to_owned(), written.to_string().into_bytes())])).await
    }

    /// Which Flow of the source is which of the destination.
    pub(crate) async fn flows(self, id: &MigrationId) -> Result<BTreeMap<String, String>, DocumentError> {
        let kept = self.json(id, FLOWS.to_owned()).await?;
        let members = kept.as_ref().and_then(Value::as_object).into_iter().flatten();
        Ok(members.filter_map(|(old, new)| Some((old.clone(), new.as_str()?.to_owned()))).collect())
    }

    async fn json(self, id: &MigrationId, name: String) -> Result<Option<Value>, DocumentError> {
        let Some(kept) = self.get(id, &name).await? else { return Ok(None) };
        serde_json::from_slice(&kept).map(Some).map_err(|error| DocumentError::Damaged { name, why: error.to_string() })
    }

    async fn get(self, id: &MigrationId, name: &str) -> Result<Option<Vec<u8>>, DocumentError> {
        let doing = "give what is kept of a template";
        self.0.document(id, name).await.map_err(|source| DocumentError::Store { doing, source })
    }

    async fn keep(self, id: &MigrationId, documents: BTreeMap<String, Vec<u8>>) -> Result<(), DocumentError> {
        let doing = "keep what belongs to a template";
        self.0.keep_documents(id, documents).await.map_err(|source| DocumentError::Store { doing, source })
    }
}
