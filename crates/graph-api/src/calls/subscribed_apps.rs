//! Guide 6: subscribe the app to the webhooks of the destination WABA, and check it.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::json::{self, AnswerError, Place};
use crate::{AppId, BusinessToken, CallKind, GraphCall, RequestBody, RequestParts, WabaId};

/// Longest address of a callback, in characters (`observations: subscriptions.override`).
const LONGEST_CALLBACK: usize = 200;

/// Another address for the webhooks about messages of one WABA. During the call Meta asks it to repeat a challenge.
#[derive(Debug, Clone)]
pub struct CallbackOverride {
    pub(super) uri: String,
    pub(super) verify_token: SecretString,
}

/// Why an address cannot be a callback.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a callback address: {0}")]
pub struct OverrideError(&'static str);

impl CallbackOverride {
    /// Checks what Meta would refuse.
    ///
    /// # Errors
    /// [`OverrideError`] when the address is not https or too long, or the verify token is empty.
    pub fn new(uri: &str, verify_token: impl Into<SecretString>) -> Result<Self, OverrideError> {
        let verify_token = verify_token.into();
        if !uri.starts_with("https://") || uri.parse::<http::Uri>().is_err() {
            return Err(OverrideError("it has to be an https:// address"));
        }
        if uri.chars().count() > LONGEST_CALLBACK {
            return Err(OverrideError("it is longer than 200 characters"));
        }
        if verify_token.expose_secret().is_empty() {
            return Err(OverrideError("its verify token is empty"));
        }
        Ok(Self { uri: uri.to_owned(), verify_token })
    }

    /// The address.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }
}

/// `POST /<DESTINATION_WABA>/subscribed_apps`, without a body as the guide prints it, or with a callback override.
///
/// A repetition without the override deletes it, so a configured one has to be sent every time.
#[derive(Debug, Clone)]
pub struct SubscribeApp {
    /// Business token that is good for the destination WABA.
    pub token: BusinessToken,
    /// The destination WABA.
    pub waba_id: WabaId,
    /// Another address than the app's.
    pub callback_override: Option<CallbackOverride>,
}

impl GraphCall for SubscribeApp {
    type Answer = ();

    const NAME: &'static str = "subscribe_app";
    const KIND: CallKind = CallKind::RepeatableWrite;

    fn parts(&self) -> RequestParts<'_> {
        let path = format!("{}/subscribed_apps", self.waba_id);
        match &self.callback_override {
            None => RequestParts::post(self.token.secret(), path, RequestBody::Empty),
            Some(callback) => {
                let verify_token = callback.verify_token.expose_secret();
                let body = json!({ "override_callback_uri": callback.uri, "verify_token": verify_token });
                RequestParts::post(self.token.secret(), path, RequestBody::Json(body))
                    .with_secret(&callback.verify_token)
            }
        }
    }

    fn answer(&self, body: &Value) -> Result<(), AnswerError> {
        // One of Meta's pages answers an override with the list of subscriptions instead (`observations: subscriptions.override_answer`).
        match Place::root(body).get("data") {
            Some(data) if self.callback_override.is_some() => data.elements().map(|_| ()),
            Some(_) | None => json::success(body),
        }
    }
}

/// An app that gets the webhooks of a WABA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribedApp {
    /// The app.
    pub app_id: AppId,
    /// Its name.
    pub name: Option<String>,
    /// Address that its webhooks about messages go to, when it is not the app's.
    pub override_callback_uri: Option<String>,
}

impl SubscribedApp {
    /// Reads the list, which comes in `data`.
    pub(crate) fn read_all(list: &Place<'_>) -> Result<Vec<Self>, AnswerError> {
        let entries = list.need("data")?.elements()?;
        entries
            .iter()
            .map(|entry| {
                let app = entry.need("whatsapp_business_api_data")?;
                Ok(Self {
                    app_id: app.need_id("id")?,
                    name: app.text("name"),
                    override_callback_uri: entry.text("override_callback_uri"),
                })
            })
            .collect()
    }
}

/// `GET /<WABA>/subscribed_apps`.
#[derive(Debug, Clone)]
pub struct ListSubscribedApps {
    /// Business token that is good for the WABA.
    pub token: BusinessToken,
    /// The WABA, usually the destination.
    pub waba_id: WabaId,
}

impl GraphCall for ListSubscribedApps {
    type Answer = Vec<SubscribedApp>;

    const NAME: &'static str = "list_subscribed_apps";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), format!("{}/subscribed_apps", self.waba_id))
    }

    fn answer(&self, body: &Value) -> Result<Vec<SubscribedApp>, AnswerError> {
        SubscribedApp::read_all(&Place::root(body))
    }
}
