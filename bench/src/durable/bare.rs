//! The same calls by a client that keeps nothing: each migration's one after the other, as many migrations at once as the engine
//! has.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::{Request, Uri};
use serde_json::Value;
use unmoor_graph_api::{NetworkTransport, Transport as _};
use unmoor_simulator::Credentials;

use super::{vendor::Vendor, wire::Exchanged};
use crate::cost::{Cost, Meter};

/// As many as the engine's settings say.
const IN_FLIGHT: usize = 64;
const TIMEOUT: Duration = Duration::from_secs(30);

/// The requests of each migration, in their order.
pub(crate) struct Script(Vec<Vec<Request<Bytes>>>);

impl Script {
    /// Sorts what was recorded by the migration that it was about.
    pub(crate) fn of(recorded: Vec<Exchanged>, credentials: &Credentials) -> Self {
        let mut owners = Owners::of(credentials);
        let mut migrations: BTreeMap<usize, Vec<Request<Bytes>>> = BTreeMap::new();
        for (request, answer) in recorded {
            let owner = owners.of_request(&request);
            if let Some(answer) = answer {
                owners.learn(owner, request.uri().path(), answer.body());
            }
            migrations.entry(owner).or_default().push(request);
        }
        Self(migrations.into_values().collect())
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// Sends all of it to `vendor`, whose world has to be as fresh as the recorded one was.
    pub(crate) async fn play(&self, vendor: &Vendor) -> Result<Cost> {
        let base: Uri = vendor.url.parse()?;
        let mut waiting = VecDeque::new();
        for requests in &self.0 {
            waiting.push_back(requests.iter().map(|request| aimed(request, &base)).collect::<Result<Vec<_>>>()?);
        }
        let waiting = Arc::new(Mutex::new(waiting));
        let wire = NetworkTransport::new()?;
        let meter = Meter::start()?;
        let clients: Vec<_> = (0..IN_FLIGHT)
            .map(|_| {
                let (waiting, wire) = (Arc::clone(&waiting), wire.clone());
                tokio::spawn(async move {
                    loop {
                        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                        let Some(requests) = next else { return Ok::<(), anyhow::Error>(()) };
                        for request in requests {
                            wire.exchange(request, TIMEOUT).await?;
                        }
                    }
                })
            })
            .collect();
        for client in clients {
            client.await.context("a bare client broke down")??;
        }
        meter.read()
    }
}

/// The same request to a simulator at another port.
fn aimed(request: &Request<Bytes>, base: &Uri) -> Result<Request<Bytes>> {
    let mut parts = base.clone().into_parts();
    parts.path_and_query = request.uri().path_and_query().cloned();
    let mut aimed = request.clone();
    *aimed.uri_mut() = Uri::from_parts(parts)?;
    Ok(aimed)
}

/// Whose an id or a token is.
struct Owners(BTreeMap<String, usize>);

impl Owners {
    fn of(credentials: &Credentials) -> Self {
        let mut owners = BTreeMap::new();
        for (place, customer) in credentials.customers.iter().enumerate() {
            let phones = customer.phone_number_ids.iter().map(ToString::to_string);
            let ids = [customer.waba_id.to_string(), customer.portfolio_id.to_string()];
            let token = customer.business_token.iter().map(|token| token.expose().to_owned());
            owners.extend(ids.into_iter().chain(phones).chain(token).map(|name| (name, place)));
        }
        Self(owners)
    }

    /// What belongs to nobody is the first one's.
    fn of_request(&self, request: &Request<Bytes>) -> usize {
        let segments = request.uri().path().split('/');
        let query = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
        let named = segments.map(str::to_owned).chain(query.map(|(_, value)| value.into_owned()));
        named.filter_map(|name| self.0.get(&name).copied()).next().unwrap_or(0)
    }

    /// Ids that an answer made known: an intent, a destination, a number under its new account.
    fn learn(&mut self, owner: usize, path: &str, body: &[u8]) {
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return };
        let is_new = path.ends_with("/set_solution_migration_intent") || path.ends_with("/phone_numbers");
        let id = body.get("id").filter(|_| is_new);
        let destination = body.get("destination_waba").and_then(|waba| waba.get("id"));
        for id in [id, destination].into_iter().flatten().filter_map(Value::as_str) {
            self.0.entry(id.to_owned()).or_insert(owner);
        }
    }
}
