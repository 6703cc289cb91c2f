//! The calls, one file per edge or node: parameters in, a rule or a view, JSON out.

mod intent;
mod number;
mod phone_numbers;
mod shared_wabas;
mod subscribed_apps;
mod templates;
mod tokens;
mod waba;

use http::Method;
use serde_json::Value;

use crate::{
    http::{
        CallAddress, CallRoute,
        error::{Answer, GraphError},
        params::Params,
        segment_id,
    },
    ids::Id,
    rules::{
        access::Caller,
        rate_limit::{self, Usage},
    },
    state::{Cause, State},
    world::Scope,
};

/// One authenticated call.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) cause: Cause,
    pub(crate) caller: Caller,
    pub(crate) params: Params,
    pub(crate) method: &'a Method,
    pub(crate) address: &'a CallAddress,
    /// Told in a header, where the call counts against an hourly limit.
    pub(crate) usage: &'a mut Option<Usage>,
}

pub(crate) fn run(call: &mut Call<'_>, route: CallRoute) -> Answer<Value> {
    match route {
        CallRoute::Me => tokens::me(call),
        CallRoute::DebugToken => tokens::debug(call),
        CallRoute::FetchToken => tokens::fetch(call),
        CallRoute::Node => node(call),
        CallRoute::SetIntent => intent::set(call),
        CallRoute::ReadSubscriptions => subscribed_apps::read(call),
        CallRoute::Subscribe => subscribed_apps::subscribe(call),
        CallRoute::Unsubscribe => subscribed_apps::unsubscribe(call),
        CallRoute::ListNumbers => phone_numbers::list(call),
        CallRoute::AddNumber => phone_numbers::add(call),
        CallRoute::ListTemplates => templates::list(call),
        CallRoute::ListSharedWabas => shared_wabas::list(call),
        CallRoute::Register => number::register(call),
        CallRoute::RequestCode => number::refuse_code(call, "number.code_requested"),
        CallRoute::VerifyCode => number::refuse_code(call, "number.code_verified"),
    }
}

/// A node is a WABA, a phone number or an intent.
fn node(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.id()?;
    let world = &call.state.world;
    if world.wabas.contains_key(&id) {
        waba::read(call, id)
    } else if world.index.of_phone_id(id).is_some() {
        number::read(call, id)
    } else if world.intents.contains_key(&id) {
        intent::read(call, id)
    } else {
        Err(GraphError::unknown_object(call.method.as_str(), &id.to_string()))
    }
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

    fn reach(&self, waba: Id, scopes: &[Scope]) -> Answer<()> {
        self.caller.waba(&self.state.world, self.method.as_str(), waba, scopes).map(|_| ())
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
