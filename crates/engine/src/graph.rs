//! The way to the Graph API: whose app we are, through which transport, and what every answer teaches about limits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use unmoor_graph_api::{
    AppId, AppSecret, AppToken, CallError, DownloadError, GraphCall, GraphEndpoint, PagedCall, Reply, ReplyHead,
    SampleFile, SystemToken, Transport, TransportError, Walk, WalkError, download, send, walk_pages,
};
use unmoor_migration::WabaId;
use unmoor_migration::retry::CALL_TIMEOUT;

use crate::clock::{Clock, FollowingClock};
use crate::throttle::{Lane, Throttle, UsageReading};

/// A list longer than this is not read: it would spend the hour's calls of its WABA.
const MOST_PAGES: u32 = 100;

/// The largest sample file that is kept. Meta sends films of at most 16 MB, and documents of 100; samples are small.
const MOST_SAMPLE_BYTES: usize = 16 * 1024 * 1024;

/// The Tech Provider's app, as Meta knows it.
#[derive(Debug, Clone)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// Its secret.
    pub secret: AppSecret,
    /// The system token of guide 4 and 5.
    pub system_token: SystemToken,
    /// What a callback override is verified with; needed only where a customer has a `callback_url`.
    pub webhook_verify_token: Option<SecretString>,
}

impl App {
    /// The app's own token, for `debug_token`.
    #[must_use]
    pub fn token(&self) -> AppToken {
        AppToken::of_app(&self.id, &self.secret)
    }
}

/// Sends calls, counts them, and passes on what their answers say.
pub struct Graph {
    /// Whose calls these are.
    pub app: App,
    /// Whom they go to.
    pub endpoint: GraphEndpoint,
    transport: CountingTransport,
    clock: Arc<dyn Clock>,
    following: Option<FollowingClock>,
    throttle: Arc<Mutex<Throttle>>,
    /// One task at a time takes a portion of the shared calls.
    pub(crate) portions: tokio::sync::Mutex<()>,
}

impl Graph {
    /// A way to `endpoint`.
    #[must_use]
    pub fn new(
        app: App,
        endpoint: GraphEndpoint,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        throttle: Arc<Mutex<Throttle>>,
    ) -> Self {
        let transport = CountingTransport { inner: transport, calls: AtomicU64::new(0) };
        Self { app, endpoint, transport, clock, following: None, throttle, portions: tokio::sync::Mutex::new(()) }
    }

    /// Lets `clock` follow the `Date` headers of the answers.
    #[must_use]
    pub fn followed_by(mut self, clock: FollowingClock) -> Self {
        self.following = Some(clock);
        self
    }

    /// How many requests were handed to the transport so far.
    #[must_use]
    pub fn calls_made(&self) -> u64 {
        self.transport.calls.load(Ordering::Relaxed)
    }

    /// Sends `call` once. `waba` is the account whose limit it counts against.
    pub(crate) async fn send<C: GraphCall>(
        &self,
        waba: Option<&WabaId>,
        call: &C,
    ) -> Result<Reply<C::Answer>, CallError> {
        let outcome = send(&self.transport, &self.endpoint, call, timeout()).await;
        match &outcome {
            Ok(reply) => self.learn(waba, &reply.head),
            Err(error) => self.learn_of_error(waba, error),
        }
        outcome
    }

    /// Reads a list to its end.
    pub(crate) async fn walk<C: PagedCall>(&self, waba: &WabaId, first: &C) -> Result<Walk<C::Item>, WalkError> {
        let outcome = walk_pages(&self.transport, &self.endpoint, first, timeout(), MOST_PAGES).await;
        match &outcome {
            Ok(walk) => {
                self.count_more(waba, walk.calls - 1);
                self.learn(Some(waba), &walk.head);
            }
            Err(WalkError::Call(error)) => self.learn_of_error(Some(waba), error),
            Err(WalkError::TooLong { calls, .. }) => self.count_more(waba, calls.saturating_sub(1)),
            Err(WalkError::Circle { .. }) => {}
        }
        outcome
    }

    /// Fetches a sample file from wherever its address leads: no call of the Graph API, and no token goes there.
    pub(crate) async fn download(&self, address: &str) -> Result<SampleFile, DownloadError> {
        let transport = self.transport.inner.as_ref();
        download(transport, &self.endpoint, address, MOST_SAMPLE_BYTES, timeout()).await
    }

    /// Counts calls beyond the one that an effect reserves.
    pub(crate) fn count_more(&self, waba: &WabaId, calls: u32) {
        if calls > 0 {
            self.throttle().count(self.clock.now(), waba, waba, calls);
        }
    }

    fn learn_of_error(&self, waba: Option<&WabaId>, error: &CallError) {
        if let Some(head) = error.head() {
            self.learn(waba, head);
        }
        let Some(refused) = error.graph() else { return };
        if let unmoor_graph_api::Verdict::Wait { lane, until_hint } = refused.verdict() {
            let regain = until_hint.and_then(|wait| SignedDuration::try_from(wait).ok());
            let lane = match (lane, waba) {
                (unmoor_graph_api::Lane::App, _) => Lane::App,
                (unmoor_graph_api::Lane::AppAndWaba, Some(waba)) => Lane::Waba(waba.clone()),
                _ => return,
            };
            self.throttle().limited(self.clock.now(), &lane, regain);
        }
    }

    fn learn(&self, waba: Option<&WabaId>, head: &ReplyHead) {
        if let (Some(following), Some(date)) = (&self.following, head.date) {
            following.observe(date);
        }
        let now = self.clock.now();
        let mut throttle = self.throttle();
        if let Some(app) = &head.usage.app {
            throttle.correct(now, &Lane::App, &reading(app, None));
        }
        if let Some(waba) = waba
            && let Some(usage) = head.usage.business.iter().find(|usage| usage.subject_id == waba.as_str())
        {
            throttle.correct(now, &Lane::Waba(waba.clone()), &reading(&usage.used, usage.regain_access_after));
        }
    }

    pub(crate) fn throttle(&self) -> std::sync::MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

fn timeout() -> Duration {
    Duration::try_from(CALL_TIMEOUT).unwrap_or(Duration::from_secs(30))
}

fn reading(used: &unmoor_graph_api::AppUsage, regain: Option<Duration>) -> UsageReading {
    UsageReading {
        call_count_percent: used.call_count_percent,
        total_cpu_time_percent: used.total_cputime_percent,
        total_time_percent: used.total_time_percent,
        regain: regain.and_then(|wait| SignedDuration::try_from(wait).ok()),
    }
}

struct CountingTransport {
    inner: Arc<dyn Transport>,
    calls: AtomicU64,
}

#[async_trait]
impl Transport for CountingTransport {
    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.inner.exchange(request, timeout).await
    }
}
