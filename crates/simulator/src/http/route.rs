//! Addresses: version, node, edge. What is not served says so, with the list of what is.

use bytes::Bytes;
use http::{Method, Request, header};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use super::{
    error::{Answer, GraphError},
    version::{self, Asked, Version},
};
use crate::{
    calls::{self, Served},
    ids::Id,
    world::{Number, NumberStatus, World},
};

/// The parts of a request's address.
pub(crate) struct Address {
    /// The version that serves the call; nothing where the one that is asked for does not exist.
    pub(crate) version: Option<Version>,
    /// Path behind the version.
    pub(crate) bare_path: String,
    /// Its decoded segments.
    pub(crate) segments: Vec<String>,
    /// Scheme, host, path and query without token and paging, for `paging.next`.
    pub(crate) page_address: String,
    /// Scheme, host and the version as it was asked for: what every path lies below.
    pub(crate) root: String,
    /// Scheme and host alone.
    pub(crate) host: String,
    /// Which entry a phone number id means that two WABAs list: what has a register before it means the one that has just
    /// moved, everything else the one that is in use.
    side: NumberStatus,
}

/// Calls at a number that come before its register, or are it.
const BEFORE_USE: &[(Method, &str)] = &[
    (Method::POST, "register"),
    (Method::POST, "request_code"),
    (Method::POST, "verify_code"),
    (Method::POST, "settings"),
];

impl Address {
    pub(crate) fn read(request: &Request<Bytes>, now: Timestamp) -> Self {
        let path = request.uri().path();
        let mut segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let asked = segments.first().map_or(Asked::Nothing, |segment| version::read(segment));
        let host = host(request);
        let mut root = host.clone();
        if asked != Asked::Nothing {
            root = format!("{root}/{}", segments.remove(0));
        }
        let version = version::serving(asked, now);
        let bare_path = segments.iter().fold(String::new(), |path, segment| format!("{path}/{segment}"));
        let page_address = page_address(request);
        let edge = segments.get(1).map(String::as_str);
        let comes_before_use = |(method, name): &(Method, &str)| method == request.method() && edge == Some(name);
        let side =
            if BEFORE_USE.iter().any(comes_before_use) { NumberStatus::Pending } else { NumberStatus::Connected };
        Self { version, bare_path, segments, page_address, root, host, side }
    }

    /// The number whose node is called, and the WABA that it is called under.
    pub(crate) fn number<'a>(&self, world: &'a World) -> Option<(Id, &'a Number)> {
        let id: Id = self.segments.first()?.parse().ok()?;
        world.entry_of_phone_id(id, self.side)
    }

    /// The WABA a call is about: in the path itself, or that of the phone number, intent or portfolio in it.
    pub(crate) fn waba(&self, world: &World) -> Option<Id> {
        let id: Id = self.segments.first()?.parse().ok()?;
        if world.wabas.contains_key(&id) {
            return Some(id);
        }
        if let Some((waba, _)) = self.number(world) {
            return Some(waba);
        }
        if let Some(waba) = world.index.of_template(id) {
            return Some(waba);
        }
        let of_intent = world.intents.get(&id).map(|intent| intent.waba);
        of_intent.or_else(|| world.customers_of(id).next().map(|customer| customer.waba))
    }
}

/// Scheme and host, as the caller wrote them.
fn host(request: &Request<Bytes>) -> String {
    let uri = request.uri();
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = uri.authority().map(http::uri::Authority::as_str).or(host).unwrap_or("graph.simulator.invalid");
    format!("{}://{host}", uri.scheme_str().unwrap_or("http"))
}

fn page_address(request: &Request<Bytes>) -> String {
    let uri = request.uri();
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if !matches!(name.as_ref(), "access_token" | "appsecret_proof" | "client_secret" | "limit" | "after" | "before")
        {
            query.append_pair(&name, &value);
        }
    }
    let query = query.finish();
    let join = if query.is_empty() { "" } else { "?" };
    format!("{}{}{join}{query}", host(request), uri.path())
}

/// The served call that a request asks for. A path that is written out goes before one with an id in its place. Where one shape
/// of path is served for several kinds of node, the kind of the node decides. An id that nobody has goes to the first of them,
/// which refuses it in Meta's words, and so does the edge of another kind of node; a node that is there and is not served itself
/// is said not to be.
pub(crate) fn find(method: &Method, address: &Address, world: &World) -> Answer<&'static Served> {
    if address.version.is_none() {
        return Err(GraphError::unknown_path(&address.bare_path));
    }
    let kind = address.segments.first().and_then(|segment| segment.parse().ok()).and_then(|id| kind_of(world, id));
    let shape = |served: &&Served| served.method == method.as_str() && fits(served.path, &address.segments);
    let mut first = None;
    for served in calls::SERVED.iter().copied().flatten().filter(shape) {
        let wanted = kind_in(served.path);
        if wanted.is_none() || wanted == kind {
            return Ok(served);
        }
        first = first.or(Some(served));
    }
    let is_bare_node = kind.is_some() && address.segments.len() == 1;
    first.filter(|_| !is_bare_node).ok_or_else(|| {
        let shown: String = address.bare_path.chars().take(200).collect();
        GraphError::not_simulated(&format!("{method} {shown}"), &served())
    })
}

/// What is served, for people who asked for something else.
fn served() -> Vec<String> {
    calls::SERVED.iter().copied().flatten().map(|served| format!("{} {}", served.method, served.path)).collect()
}

/// Whether a path has the shape of a pattern: `<…>` fits any rest of a segment.
fn fits(pattern: &str, segments: &[String]) -> bool {
    if pattern == "/" {
        return segments.is_empty();
    }
    let mut wanted = pattern.split('/').skip(1);
    let mut given = segments.iter();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) => {
                let fits = match wanted.split_once('<') {
                    Some((literal, _)) => given.strip_prefix(literal).is_some_and(|rest| !rest.is_empty()),
                    None => given == wanted,
                };
                if !fits {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

/// The kind of node that a pattern begins with.
fn kind_in(pattern: &str) -> Option<&str> {
    pattern.strip_prefix("/<")?.split_once('>').map(|(kind, _)| kind)
}

/// The kind of node that has an id, as the patterns name it.
fn kind_of(world: &World, id: Id) -> Option<&'static str> {
    if world.wabas.contains_key(&id) {
        Some("WABA")
    } else if world.index.of_phone_id(id).is_some() {
        Some("PHONE")
    } else if world.index.of_template(id).is_some() {
        Some("TEMPLATE")
    } else if world.intents.contains_key(&id) {
        Some("INTENT")
    } else if world.portfolios.contains_key(&id) {
        Some("PORTFOLIO")
    } else if world.apps.contains_key(&id) {
        Some("APP")
    } else if world.solutions.contains_key(&id) {
        Some("SOLUTION")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_paths_of_its_shape_only() {
        let segments = |path: &str| path.split('/').skip(1).map(str::to_owned).collect::<Vec<_>>();
        assert!(fits("/<WABA>/phone_numbers", &segments("/12/phone_numbers")));
        assert!(!fits("/<WABA>/phone_numbers", &segments("/12")));
        assert!(!fits("/<WABA>", &segments("/12/phone_numbers")));
        assert!(!fits("/me", &segments("/you")));
        assert!(fits("/upload:<UPLOAD>", &segments("/upload:abc")));
        assert!(!fits("/upload:<UPLOAD>", &segments("/upload:")));
        assert!(fits("/", &[]));
        assert!(!fits("/", &segments("/me")));
    }
}
