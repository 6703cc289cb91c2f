//! Addresses: version, node, edge. What is not served says so, with the list of what is.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

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

/// The parts of a request's address. Only what every call needs is taken apart at once.
pub(crate) struct Address<'a> {
    request: &'a Request<Bytes>,
    /// The version as it was asked for.
    asked: Option<Cow<'a, str>>,
    /// The version that serves the call; nothing where the one that is asked for does not exist.
    pub(crate) version: Option<Version>,
    /// The decoded segments of the path behind the version.
    pub(crate) segments: Vec<Cow<'a, str>>,
    /// The id that the first segment holds.
    pub(crate) node: Option<Id>,
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

impl<'a> Address<'a> {
    pub(crate) fn read(request: &'a Request<Bytes>, now: Timestamp) -> Self {
        let mut segments: Vec<Cow<'a, str>> = request
            .uri()
            .path()
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy())
            .collect();
        let version = segments.first().map_or(Asked::Nothing, |segment| version::read(segment));
        let asked = if version == Asked::Nothing { None } else { Some(segments.remove(0)) };
        let edge = segments.get(1).map(AsRef::as_ref);
        let comes_before_use = |(method, name): &(Method, &str)| method == request.method() && edge == Some(*name);
        let side =
            if BEFORE_USE.iter().any(comes_before_use) { NumberStatus::Pending } else { NumberStatus::Connected };
        let node = segments.first().and_then(|segment| segment.parse().ok());
        Self { request, asked, version: version::serving(version, now), segments, node, side }
    }

    /// The number whose node is called, and the WABA that it is called under.
    pub(crate) fn number<'w>(&self, world: &'w World) -> Option<(Id, &'w Number)> {
        let id = self.node?;
        world.entry_of_phone_id(id, self.side)
    }

    /// The first segment behind the version; empty if there is none.
    pub(crate) fn first(&self) -> &str {
        self.segments.first().map_or("", AsRef::as_ref)
    }

    /// Path behind the version.
    pub(crate) fn bare_path(&self) -> String {
        self.segments.iter().flat_map(|segment| ["/", segment]).collect()
    }

    /// Scheme and host, as the caller wrote them.
    pub(crate) fn host(&self) -> String {
        let uri = self.request.uri();
        let host = self.request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let host = uri.authority().map(http::uri::Authority::as_str).or(host).unwrap_or("graph.simulator.invalid");
        format!("{}://{host}", uri.scheme_str().unwrap_or("http"))
    }

    /// Scheme, host and the version as it was asked for: what every path lies below.
    pub(crate) fn root(&self) -> String {
        let host = self.host();
        self.asked.as_ref().map_or_else(|| host.clone(), |version| format!("{host}/{version}"))
    }

    /// Scheme, host, path and query without token and paging, for `paging.next`.
    pub(crate) fn page_address(&self) -> String {
        const LEFT_OUT: [&str; 6] = ["access_token", "appsecret_proof", "client_secret", "limit", "after", "before"];
        let uri = self.request.uri();
        let mut query = form_urlencoded::Serializer::new(String::new());
        let given = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        query.extend_pairs(given.filter(|(name, _)| !LEFT_OUT.contains(&name.as_ref())));
        let query = query.finish();
        let join = if query.is_empty() { "" } else { "?" };
        format!("{}{}{join}{query}", self.host(), uri.path())
    }

    /// The WABA a call is about: in the path itself, or that of the phone number, intent or portfolio in it.
    pub(crate) fn waba(&self, world: &World) -> Option<Id> {
        let id = self.node?;
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

/// A served call with its path taken apart.
struct Pattern {
    served: &'static Served,
    segments: Vec<Segment>,
    /// The kind of node that it begins with.
    kind: Option<&'static str>,
}

/// One segment of a pattern.
enum Segment {
    Literal(&'static str),
    /// Something unwritten behind a literal that may be empty: `<…>`, `upload:<…>`.
    Behind(&'static str),
}

/// All that is served, by method and number of segments: a request meets only patterns that might fit.
static PATTERNS: LazyLock<BTreeMap<(&str, usize), Vec<Pattern>>> = LazyLock::new(|| {
    let mut patterns = BTreeMap::<_, Vec<Pattern>>::new();
    for served in calls::SERVED.iter().copied().flatten() {
        let (segments, kind) = (take_apart(served.path), kind_in(served.path));
        let alike = patterns.entry((served.method, segments.len())).or_default();
        alike.push(Pattern { served, segments, kind });
    }
    patterns
});

/// The served call that a request asks for. A path that is written out goes before one with an id in its place. Where one shape
/// of path is served for several kinds of node, the kind of the node decides. An id that nobody has goes to the first of them,
/// which refuses it in Meta's words, and so does the edge of another kind of node; a node that is there and is not served itself
/// is said not to be.
pub(crate) fn find(method: &Method, address: &Address<'_>, world: &World) -> Answer<&'static Served> {
    if address.version.is_none() {
        return Err(GraphError::unknown_path(&address.bare_path()));
    }
    let kind = address.node.and_then(|id| kind_of(world, id));
    let alike = PATTERNS.get(&(method.as_str(), address.segments.len())).into_iter().flatten();
    let mut first = None;
    for pattern in alike.filter(|pattern| fits(&pattern.segments, &address.segments)) {
        if pattern.kind.is_none() || pattern.kind == kind {
            return Ok(pattern.served);
        }
        first = first.or(Some(pattern.served));
    }
    let is_bare_node = kind.is_some() && address.segments.len() == 1;
    first.filter(|_| !is_bare_node).ok_or_else(|| {
        let shown: String = address.bare_path().chars().take(200).collect();
        GraphError::not_simulated(&format!("{method} {shown}"), &served())
    })
}

/// What is served, for people who asked for something else.
fn served() -> Vec<String> {
    calls::SERVED.iter().copied().flatten().map(|served| format!("{} {}", served.method, served.path)).collect()
}

fn take_apart(pattern: &'static str) -> Vec<Segment> {
    let segments = pattern.split('/').filter(|segment| !segment.is_empty());
    segments
        .map(|segment| match segment.split_once('<') {
            Some((literal, _)) => Segment::Behind(literal),
            None => Segment::Literal(segment),
        })
        .collect()
}

/// Whether a path has the shape of a pattern: `<…>` fits any rest of a segment.
fn fits(pattern: &[Segment], segments: &[Cow<'_, str>]) -> bool {
    let fits = |(wanted, given): (&Segment, &Cow<'_, str>)| match wanted {
        Segment::Literal(literal) => given == literal,
        Segment::Behind(literal) => given.strip_prefix(literal).is_some_and(|rest| !rest.is_empty()),
    };
    pattern.len() == segments.len() && pattern.iter().zip(segments).all(fits)
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
        let segments = |path: &'static str| path.split('/').skip(1).map(Cow::from).collect::<Vec<_>>();
        assert!(fits(&take_apart("/<WABA>/phone_numbers"), &segments("/12/phone_numbers")));
        assert!(!fits(&take_apart("/<WABA>/phone_numbers"), &segments("/12")));
        assert!(!fits(&take_apart("/<WABA>"), &segments("/12/phone_numbers")));
        assert!(!fits(&take_apart("/me"), &segments("/you")));
        assert!(fits(&take_apart("/upload:<UPLOAD>"), &segments("/upload:abc")));
        assert!(!fits(&take_apart("/upload:<UPLOAD>"), &segments("/upload:")));
        assert!(fits(&take_apart("/"), &[]));
        assert!(!fits(&take_apart("/"), &segments("/me")));
    }
}
