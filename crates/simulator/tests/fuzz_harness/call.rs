//! A call as a script has it: which of those that are served, to whom, with what.

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value, json};
use unmoor_simulator::world::Secret;

use super::{
    Stage, few,
    words::{NAMES, VALUES},
};

/// A call.
#[derive(Debug, Arbitrary)]
pub struct Call {
    route: Route,
    version: Version,
    token: Token,
    proof: Option<bool>,
    #[arbitrary(with = few)]
    parameters: Vec<Parameter>,
    place: Place,
    raw_body: RawBody,
}

/// Bytes instead of the parameters.
#[derive(Debug)]
struct RawBody(Option<Vec<u8>>);

impl<'a> Arbitrary<'a> for RawBody {
    fn arbitrary(input: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        if !input.ratio(1, 16)? {
            return Ok(Self(None));
        }
        let length = input.int_in_range(0..=64)?;
        Ok(Self(Some(input.bytes(length)?.to_vec())))
    }
}

#[derive(Debug, Arbitrary)]
enum Route {
    /// One that is served, with the so manyth node of the kind that it wants.
    Served { which: u8, node: u8 },
    /// One that is served, with a node of any kind.
    Mistaken { which: u8, node: u8 },
    /// Any path.
    Free { method: u8, path: String },
}

#[derive(Debug, Arbitrary)]
enum Version {
    Usual,
    None,
    Some { major: u8, minor: u8 },
}

#[derive(Debug, Arbitrary)]
enum Token {
    Business { customer: bool },
    System,
    App,
    Given { which: u8 },
    InQuery,
    None,
    Text(String),
}

#[derive(Debug, Arbitrary)]
enum Place {
    Json,
    Form,
    Query,
}

#[derive(Debug, Arbitrary)]
struct Parameter {
    name: u8,
    value: Worth,
}

#[derive(Debug, Arbitrary)]
enum Worth {
    Word(u8),
    /// An id of the world.
    Id(u8),
    /// A token of the world.
    Token(u8),
    Text(String),
    Number(i64),
    Truth(bool),
    List(Vec<u8>),
    Nested {
        depth: u8,
    },
    Long {
        length: u16,
    },
}

const METHODS: [&str; 8] = ["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD", "BREW"];

impl Call {
    /// The request; none if HTTP itself has no such thing.
    pub fn request(&self, stage: &Stage) -> Option<Request<Bytes>> {
        let (method, path) = self.route.of(stage);
        let version = match self.version {
            Version::Usual => "/v25.0".to_owned(),
            Version::None => String::new(),
            Version::Some { major, minor } => format!("/v{major}.{}", minor % 13),
        };
        let parameters: Vec<(&str, Value)> =
            self.parameters.iter().map(|one| (self.route.name(one.name), one.value.of(stage))).collect();
        let token = self.token.of(stage);
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut body = Vec::new();
        let mut kind = "application/json";
        match self.place {
            Place::Json => body = serde_json::to_vec(&parameters.iter().cloned().collect::<Object>().0).unwrap(),
            Place::Form => {
                kind = "application/x-www-form-urlencoded; charset=utf-8";
                let mut form = form_urlencoded::Serializer::new(String::new());
                for (name, value) in &parameters {
                    form.append_pair(name, &as_text(value));
                }
                body = form.finish().into_bytes();
            }
            Place::Query => {
                for (name, value) in &parameters {
                    query.append_pair(name, &as_text(value));
                }
            }
        }
        if let Some(right) = self.proof {
            let proof = if right { proof(stage, token.as_deref().unwrap_or_default()) } else { "00".to_owned() };
            query.append_pair("appsecret_proof", &proof);
        }
        let mut request = Request::builder().method(method);
        match (&self.token, &token) {
            (Token::InQuery, Some(token)) => {
                query.append_pair("access_token", token);
            }
            (_, Some(token)) => request = request.header("Authorization", format!("Bearer {token}")),
            (_, None) => {}
        }
        let query = query.finish();
        let uri = format!("http://graph.example{version}{path}?{query}");
        let body = self.raw_body.0.clone().unwrap_or(body);
        request.uri(uri).header("Content-Type", kind).body(Bytes::from(body)).ok()
    }
}

/// An object whose names may have come twice; the last one stays.
struct Object(Map<String, Value>);

impl<'a> FromIterator<(&'a str, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (&'a str, Value)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Route {
    /// The so manyth parameter: mostly one that the call takes, so that it is looked at.
    fn name(&self, which: u8) -> &'static str {
        let served: Vec<(&str, &str)> = unmoor_simulator::served_calls().collect();
        let takes = match self {
            Self::Served { which, .. } | Self::Mistaken { which, .. } => {
                let (method, path) = served[usize::from(*which) % served.len()];
                unmoor_simulator::served_parameters(method, path)
            }
            Self::Free { .. } => &[],
        };
        if takes.is_empty() || which > 240 {
            return NAMES[usize::from(which) % NAMES.len()];
        }
        takes[usize::from(which) % takes.len()]
    }

    fn of(&self, stage: &Stage) -> (&'static str, String) {
        let served: Vec<(&str, &str)> = unmoor_simulator::served_calls().collect();
        match self {
            Self::Served { which, node } => {
                let (method, path) = served[usize::from(*which) % served.len()];
                let kind = path.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(kind, _)| kind);
                (method, fill(path, &nodes(stage, kind), *node))
            }
            Self::Mistaken { which, node } => {
                let (method, path) = served[usize::from(*which) % served.len()];
                (method, fill(path, &nodes(stage, None), *node))
            }
            Self::Free { method, path } => {
                let path: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
                (METHODS[usize::from(*method) % METHODS.len()], format!("/{}", path.replace("%2F", "/")))
            }
        }
    }
}

fn fill(path: &str, nodes: &[String], node: u8) -> String {
    let mut filled = path.to_owned();
    while let Some((before, rest)) = filled.split_once('<') {
        let behind = rest.split_once('>').map_or("", |(_, behind)| behind);
        let id = nodes.get(usize::from(node) % nodes.len().max(1)).map_or("1", String::as_str);
        filled = format!("{before}{id}{behind}");
    }
    filled
}

/// The ids of a kind, or of every kind.
fn nodes(stage: &Stage, kind: Option<&str>) -> Vec<String> {
    let world = stage.simulator.world();
    let mut nodes = Vec::new();
    let mut add = |of: &str, ids: &mut dyn Iterator<Item = String>| {
        if kind.is_none_or(|kind| kind == of) {
            nodes.extend(ids);
        }
    };
    add("WABA", &mut world.wabas.keys().map(ToString::to_string));
    let numbers = world.wabas.values().flat_map(|waba| &waba.numbers);
    add("PHONE", &mut numbers.map(|number| number.id.to_string()));
    add("INTENT", &mut world.intents.keys().map(ToString::to_string));
    add("PORTFOLIO", &mut world.portfolios.keys().map(ToString::to_string));
    add("APP", &mut world.apps.keys().map(ToString::to_string));
    add("SOLUTION", &mut world.solutions.keys().map(ToString::to_string));
    let templates = world.wabas.values().flat_map(|waba| &waba.templates);
    add("TEMPLATE", &mut templates.map(|template| template.id.to_string()));
    nodes
}

impl Token {
    fn of(&self, stage: &Stage) -> Option<String> {
        let credentials = stage.simulator.credentials();
        match self {
            Self::Business { customer } => business_token(stage, usize::from(*customer)),
            Self::System | Self::InQuery => Some(credentials.system_token.expose().to_owned()),
            Self::App => Some(format!("{}|{}", credentials.app_id, credentials.app_secret.expose())),
            Self::Given { which } => stage.tokens.get(usize::from(*which) % stage.tokens.len().max(1)).cloned(),
            Self::None => None,
            Self::Text(text) => Some(text.chars().filter(|c| !c.is_control()).collect()),
        }
    }
}

fn business_token(stage: &Stage, customer: usize) -> Option<String> {
    let token = stage.simulator.credentials().customers[customer].business_token.clone();
    token.map(|token| token.expose().to_owned())
}

fn proof(stage: &Stage, token: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let secret = stage.simulator.credentials().app_secret;
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.expose().as_bytes()).unwrap();
    mac.update(token.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

impl Worth {
    fn of(&self, stage: &Stage) -> Value {
        match self {
            Self::Word(word) => json!(VALUES[usize::from(*word) % VALUES.len()]),
            Self::Id(which) => {
                let nodes = nodes(stage, None);
                json!(nodes[usize::from(*which) % nodes.len()])
            }
            Self::Token(which) => {
                let world = stage.simulator.world();
                let tokens: Vec<&str> = world.tokens.keys().map(Secret::expose).collect();
                json!(tokens[usize::from(*which) % tokens.len()])
            }
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
            Self::Truth(truth) => json!(truth),
            Self::List(words) => {
                words.iter().take(8).map(|word| json!(VALUES[usize::from(*word) % VALUES.len()])).collect()
            }
            Self::Nested { depth } => (0..*depth).fold(json!(1), |inside, _| json!({ "a": inside })),
            Self::Long { length } => json!("9".repeat(usize::from(*length))),
        }
    }
}

/// The guide's call at `place`, for a customer.
pub fn of_guide(stage: &Stage, customer: usize, place: usize) -> Option<Request<Bytes>> {
    let world = stage.simulator.world();
    let credentials = stage.simulator.credentials();
    let source = credentials.customers[customer].waba_id;
    let intent = world.intents.values().find(|intent| intent.waba == source);
    let destination = intent.map_or(source, |intent| intent.destination);
    let held = world.wabas.get(&source)?.numbers.first();
    let moved =
        world.wabas.get(&destination).and_then(|waba| waba.numbers.first()).map_or(destination, |number| number.id);
    let (method, path, body) = match place % 7 {
        0 => ("POST", format!("/{source}/set_solution_migration_intent"), json!({ "app_id": credentials.app_id })),
        1 => ("GET", format!("/{}", intent.map_or(source, |intent| intent.id)), json!({})),
        2 => ("POST", format!("/{destination}/subscribed_apps"), json!({})),
        3 => ("GET", format!("/{source}/phone_numbers?fields=status"), json!({})),
        4 => {
            let (cc, national) = held?.number.split();
            let body = json!({ "migrate_phone_number": true, "cc": cc, "phone_number": national });
            ("POST", format!("/{destination}/phone_numbers"), body)
        }
        5 => ("POST", format!("/{moved}/register"), json!({ "messaging_product": "whatsapp", "pin": "212834" })),
        _ => ("GET", format!("/{moved}?fields=status,is_pin_enabled"), json!({})),
    };
    let token = business_token(stage, customer)?;
    let request = Request::builder().method(method).uri(format!("http://graph.example/v25.0{path}"));
    request.header("Authorization", format!("Bearer {token}")).body(Bytes::from(body.to_string())).ok()
}
