//! Addresses: version, node, edge. What is not served says so, with the list of what is.

use bytes::Bytes;
use http::{Method, Request, header};
use percent_encoding::percent_decode_str;

use super::{
    error::{Answer, GraphError},
    is_known,
};
use crate::{ids::Id, world::World};

/// The oldest version that still lives; calls to an older one are served by it (observations: versions.expired_call).
const OLDEST: (u32, u32) = (21, 0);
/// Calls without a version are served by this one.
const USUAL: &str = "v25.0";

/// The parts of a request's address.
pub(crate) struct Address {
    /// The version that serves the call.
    pub(crate) version: String,
    /// Path behind the version.
    pub(crate) bare_path: String,
    /// Its decoded segments.
    pub(crate) segments: Vec<String>,
    /// Scheme, host, path and query without token and paging, for `paging.next`.
    pub(crate) page_address: String,
}

impl Address {
    pub(crate) fn read(request: &Request<Bytes>) -> Self {
        let path = request.uri().path();
        let mut segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let version = segments.first().and_then(|segment| version_of(segment));
        if version.is_some() {
            segments.remove(0);
        }
        let version = version.map_or_else(
            || USUAL.to_owned(),
            |asked| {
                let (major, minor) = asked.max(OLDEST);
                format!("v{major}.{minor}")
            },
        );
        let bare_path = segments.iter().fold(String::new(), |path, segment| format!("{path}/{segment}"));
        let page_address = page_address(request);
        Self { version, bare_path, segments, page_address }
    }

    /// The WABA a call is about: in the path itself, or that of the phone number, intent or portfolio in it.
    pub(crate) fn waba(&self, world: &World) -> Option<Id> {
        let id: Id = self.segments.first()?.parse().ok()?;
        if world.wabas.contains_key(&id) {
            return Some(id);
        }
        if let Some(listed) = world.index.of_phone_id(id) {
            return listed.last().copied();
        }
        let of_intent = world.intents.get(&id).map(|intent| intent.waba);
        of_intent
            .or_else(|| world.customers.iter().find(|customer| customer.portfolio == id).map(|customer| customer.waba))
    }
}

fn version_of(segment: &str) -> Option<(u32, u32)> {
    let (major, minor) = segment.strip_prefix('v')?.split_once('.')?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    Some((number(major)?, number(minor)?))
}

fn page_address(request: &Request<Bytes>) -> String {
    let uri = request.uri();
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = uri.authority().map(http::uri::Authority::as_str).or(host).unwrap_or("graph.simulator.invalid");
    let scheme = uri.scheme_str().unwrap_or("http");
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if !matches!(name.as_ref(), "access_token" | "appsecret_proof" | "limit" | "after" | "before") {
            query.append_pair(&name, &value);
        }
    }
    let query = query.finish();
    let join = if query.is_empty() { "" } else { "?" };
    format!("{scheme}://{host}{}{join}{query}", uri.path())
}

/// What a call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Me,
    DebugToken,
    Node,
    SetIntent,
    FetchToken,
    ReadSubscriptions,
    Subscribe,
    Unsubscribe,
    ListNumbers,
    AddNumber,
    ListTemplates,
    ListSharedWabas,
    Register,
    RequestCode,
    VerifyCode,
}

/// What is served, for people who asked for something else.
const SERVED: [&str; 15] = [
    "GET /me",
    "GET /debug_token",
    "GET /<WABA>, GET /<PHONE>, GET /<INTENT>",
    "POST /<WABA>/set_solution_migration_intent",
    "POST /<PORTFOLIO>/system_user_access_tokens",
    "GET /<WABA>/subscribed_apps",
    "POST /<WABA>/subscribed_apps",
    "DELETE /<WABA>/subscribed_apps",
    "GET /<WABA>/phone_numbers",
    "POST /<WABA>/phone_numbers",
    "GET /<WABA>/message_templates",
    "GET /<PORTFOLIO>/client_whatsapp_business_accounts",
    "POST /<PHONE>/register",
    "POST /<PHONE>/request_code (refused)",
    "POST /<PHONE>/verify_code (refused)",
];

impl Route {
    pub(crate) fn find(method: &Method, segments: &[String], bare_path: &str) -> Answer<Self> {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let found = if is_known(method) { Self::of(method.as_str(), &segments) } else { None };
        found.ok_or_else(|| {
            let shown: String = bare_path.chars().take(200).collect();
            GraphError::not_simulated(&format!("{method} {shown}"), &SERVED)
        })
    }

    fn of(method: &str, segments: &[&str]) -> Option<Self> {
        match (method, segments) {
            ("GET", ["me"]) => Some(Self::Me),
            ("GET", ["debug_token"]) => Some(Self::DebugToken),
            ("GET", [_]) => Some(Self::Node),
            ("POST", [_, "set_solution_migration_intent"]) => Some(Self::SetIntent),
            ("POST", [_, "system_user_access_tokens"]) => Some(Self::FetchToken),
            ("GET", [_, "subscribed_apps"]) => Some(Self::ReadSubscriptions),
            ("POST", [_, "subscribed_apps"]) => Some(Self::Subscribe),
            ("DELETE", [_, "subscribed_apps"]) => Some(Self::Unsubscribe),
            ("GET", [_, "phone_numbers"]) => Some(Self::ListNumbers),
            ("POST", [_, "phone_numbers"]) => Some(Self::AddNumber),
            ("GET", [_, "message_templates"]) => Some(Self::ListTemplates),
            ("GET", [_, "client_whatsapp_business_accounts"]) => Some(Self::ListSharedWabas),
            ("POST", [_, "register"]) => Some(Self::Register),
            ("POST", [_, "request_code"]) => Some(Self::RequestCode),
            ("POST", [_, "verify_code"]) => Some(Self::VerifyCode),
            _ => None,
        }
    }
}
