//! Files handed in by the resumable upload (observations: templates.upload).

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ids::Id;

/// One session of the resumable upload.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The app it was begun for.
    pub app: Id,
    /// The name of the file, if one was given.
    pub file_name: Option<String>,
    /// Its type, for example `image/png`.
    pub file_type: String,
    /// Its length in bytes.
    pub file_length: usize,
    /// What `?sig=` behind the session's id has to be.
    pub signature: String,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// What has arrived.
    pub content: FileContent,
    /// What stands for the file in a template, once it is there as a whole.
    pub handle: Option<String>,
}

/// Bytes; hexadecimal in a file. Copies of a world share them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileContent(pub(crate) Bytes);

impl Serialize for FileContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for FileContent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(text).map(|bytes| Self(Bytes::from(bytes))).map_err(de::Error::custom)
    }
}
