//! The calls, one file per edge or node: parameters in, a rule or a view, JSON out.

mod activities;
mod app_subscriptions;
mod assigned_users;
mod batch;
mod business_profile;
mod conversational_automation;
mod intent;
mod messages;
mod number;
mod number_settings;
mod oauth;
mod phone_numbers;
mod portfolio;
mod pricing_analytics;
mod solutions;
mod subscribed_apps;
mod templates;
mod tokens;
mod uploads;
mod waba;
mod webhook_configuration;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::Value;

use crate::{
    http::{
        CallAddress,
        error::{Answer, GraphError},
        fields::{NodeType, Selection},
        node_text::NodeText,
        params::Params,
        segment_id,
    },
    ids::Id,
    rules::{
        access::Caller,
        rate_limit::{self, Usage},
    },
    state::{Cause, State},
    webhooks::handshake::{self, Verdict},
    world::{CallbackOverride, Scope},
};

/// One authenticated call.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) cause: Cause,
    pub(crate) caller: Caller,
    pub(crate) params: Params,
    pub(crate) method: &'a Method,
    /// What arrived, for calls whose body is a file.
    pub(crate) request: &'a Request<Bytes>,
    pub(crate) address: &'a CallAddress<'a>,
    /// What the callback that the call is about answered, where it [`Served::asks`] one first.
    pub(crate) verdict: Verdict,
    /// Told in a header, where the call counts against an hourly limit.
    pub(crate) usage: &'a mut Option<Usage>,
}

/// What a call needs beside its parameters before it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// An access token.
    Token,
    /// An access token and its `appsecret_proof` (observations: tokens.appsecret_proof).
    Proof,
    /// The id and the secret of an app, and no token.
    AppSecret,
    /// An access token; the body is a file and holds no parameters.
    File,
}

/// The callback that a call wants to set, if it wants one.
type WantedCallback = fn(&Call<'_>) -> Answer<Option<CallbackOverride>>;

/// What carries out a call, by what it gives.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    Value(fn(&mut Call<'_>) -> Answer<Value>),
    Text(fn(&mut Call<'_>) -> Answer<NodeText>),
}

/// One call that is served. Every file of this folder lists its own.
pub(crate) struct Served {
    pub(crate) method: &'static str,
    /// The path behind the version as people write it: `/<WABA>/phone_numbers`. A segment in angle brackets is an id; the
    /// word tells what kind of node answers, where one shape is served for several.
    pub(crate) path: &'static str,
    pub(crate) needs: Needs,
    pub(crate) run: Run,
    /// The parameters that have an effect here, or a refusal of Meta's; others are refused as not simulated.
    takes: &'static [&'static str],
    /// Which callback has to answer before the call is carried out. Changes nothing.
    pub(crate) asks: Option<WantedCallback>,
}

impl Served {
    pub(crate) const fn new(method: &'static str, path: &'static str, run: fn(&mut Call<'_>) -> Answer<Value>) -> Self {
        Self { method, path, needs: Needs::Token, run: Run::Value(run), takes: &[], asks: None }
    }

    /// A node that is read so often that its text is written at once.
    const fn node(path: &'static str, run: fn(&mut Call<'_>) -> Answer<NodeText>) -> Self {
        Self { method: "GET", path, needs: Needs::Token, run: Run::Text(run), takes: &[], asks: None }
    }

    /// Beside `access_token` and `appsecret_proof`, which every call takes.
    const fn takes(self, parameters: &'static [&'static str]) -> Self {
        Self { takes: parameters, ..self }
    }

    /// Refuses parameters that would have no effect, so that nobody believes that they had one.
    pub(crate) fn check_names(&self, params: &Params) -> Answer<()> {
        let of_reads = if self.method == "GET" { COMMON_OF_READS } else { &[] };
        let is_taken = |name: &&str| [COMMON, of_reads, self.takes].iter().any(|names| names.contains(name));
        match params.names().find(|name| !is_taken(name)) {
            None => Ok(()),
            Some(name) => {
                let shown: String = name.chars().take(100).collect();
                let what = format!("the parameter {shown} of {} {}", self.method, self.path);
                Err(GraphError::not_simulated(&what, self.takes))
            }
        }
    }

    /// A call that sets a callback, which has to answer first (observations: webhooks.handshake).
    pub(crate) const fn asks(self, callback: WantedCallback) -> Self {
        Self { asks: Some(callback), ..self }
    }

    pub(crate) const fn with_proof(self) -> Self {
        Self { needs: Needs::Proof, ..self }
    }

    pub(crate) const fn with_app_secret(self) -> Self {
        Self { needs: Needs::AppSecret, ..self }
    }

    pub(crate) const fn with_file(self) -> Self {
        Self { needs: Needs::File, ..self }
    }
}

/// What every call takes.
const COMMON: &[&str] = &["access_token", "appsecret_proof"];
/// What Meta's SDK for Python sends with the reading of every list; it has an effect where a call names it.
const COMMON_OF_READS: &[&str] = &["summary"];

/// Everything that is served, by file.
pub(crate) const SERVED: &[&[Served]] = &[
    // Before the nodes: `upload:…` would fit `/<WABA>` as well.
    uploads::SERVED,
    tokens::SERVED,
    intent::SERVED,
    subscribed_apps::SERVED,
    app_subscriptions::SERVED,
    phone_numbers::SERVED,
    number::SERVED,
    number_settings::SERVED,
    business_profile::SERVED,
    conversational_automation::SERVED,
    messages::SERVED,
    templates::SERVED,
    waba::SERVED,
    pricing_analytics::SERVED,
    assigned_users::SERVED,
    activities::SERVED,
    portfolio::SERVED,
    solutions::SERVED,
    oauth::SERVED,
    batch::SERVED,
];

/// Every call that is served: method, and the path behind the version with kinds of node in angle brackets.
pub fn served() -> impl Iterator<Item = (&'static str, &'static str)> {
    SERVED.iter().copied().flatten().map(|served| (served.method, served.path))
}

/// The parameters that a served call takes beside the token and its proof, by its method and path as [`served`] has them.
pub fn parameters(method: &str, path: &str) -> &'static [&'static str] {
    let all = SERVED.iter().copied().flatten();
    all.filter(|served| (served.method, served.path) == (method, path)).map(|served| served.takes).next().unwrap_or(&[])
}

impl Call<'_> {
    /// The node in the path.
    fn id(&self) -> Answer<Id> {
        segment_id(self.method, self.address)
    }

    /// The WABA in the path, if the caller may use it with `whatsapp_business_management`.
    fn waba_id(&self) -> Answer<Id> {
        let id = self.id()?;
        self.reach(id, &[Scope::WhatsappBusinessManagement])?;
        Ok(id)
    }

    /// The fields that are asked for.
    fn selection(&self, node: &NodeType) -> Answer<Selection> {
        Selection::read(self.params.text("fields")?.as_deref(), node)
    }

    fn reach(&self, waba: Id, scopes: &[Scope]) -> Answer<()> {
        self.caller.waba(&self.state.world, self.method.as_str(), waba, scopes).map(|_| ())
    }

    /// Refuses a call whose callback did not answer as it should.
    fn callback_has_answered(&self) -> Answer<()> {
        handshake::check(&self.verdict)
    }

    /// Counts this call against the WABA's hourly limit.
    fn count(&mut self, waba: Id) -> Answer<()> {
        let (usage, answer) = rate_limit::count(self.state, self.caller.app, waba);
        *self.usage = Some(usage);
        answer
    }
}

/// An instant as nodes show it: `2023-08-22T19:05:53+0000`.
fn node_time(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}
