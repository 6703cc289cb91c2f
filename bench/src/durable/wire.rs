//! Transports that look at what passes: what was sent, and how long a number lay between its two accounts.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::Value;
use unmoor_graph_api::{NetworkTransport, Transport, TransportError};

use crate::stopwatch::Stopwatch;

/// A request and its answer, as the bare client repeats them.
pub(crate) type Exchanged = (Request<Bytes>, Option<Response<Bytes>>);

/// Keeps a copy of everything.
pub(crate) struct Recorder {
    inner: NetworkTransport,
    kept: Arc<Mutex<Vec<Exchanged>>>,
}

impl Recorder {
    pub(crate) fn new(inner: NetworkTransport) -> (Self, Arc<Mutex<Vec<Exchanged>>>) {
        let kept = Arc::default();
        (Self { inner, kept: Arc::clone(&kept) }, kept)
    }
}

#[async_trait]
impl Transport for Recorder {
    async fn exchange(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, TransportError> {
        let copy = request.clone();
        let answer = self.inner.exchange(request, timeout).await;
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push((copy, answer.as_ref().ok().cloned()));
        answer
    }
}

/// Spans between the answer to a move and the sending of the register that follows, in milliseconds, and calls made.
#[derive(Default)]
pub(crate) struct Gaps {
    moved: BTreeMap<String, Stopwatch>,
    pub(crate) spans_ms: Vec<f64>,
    pub(crate) calls: u32,
}

/// Takes the time of each number's gap, and nothing else.
pub(crate) struct GapWatch {
    inner: NetworkTransport,
    gaps: Arc<Mutex<Gaps>>,
}

impl GapWatch {
    pub(crate) fn new(inner: NetworkTransport) -> (Self, Arc<Mutex<Gaps>>) {
        let gaps = Arc::default();
        (Self { inner, gaps: Arc::clone(&gaps) }, gaps)
    }

    fn gaps(&self) -> std::sync::MutexGuard<'_, Gaps> {
        self.gaps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for GapWatch {
    async fn exchange(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, TransportError> {
        let path = request.uri().path();
        let is_move = *request.method() == Method::POST && path.ends_with("/phone_numbers");
        {
            let mut gaps = self.gaps();
            gaps.calls += 1;
            if let Some(phone) = path.strip_suffix("/register").and_then(|path| path.rsplit('/').next())
                && let Some(since) = gaps.moved.remove(phone)
            {
                gaps.spans_ms.push(since.elapsed().as_secs_f64() * 1000.0);
            }
        }
        let answer = self.inner.exchange(request, timeout).await;
        if is_move && let Ok(answer) = &answer {
            let id = serde_json::from_slice::<Value>(answer.body()).ok();
            if let Some(id) = id.as_ref().and_then(|body| body.get("id")).and_then(Value::as_str) {
                self.gaps().moved.insert(id.to_owned(), Stopwatch::start());
            }
        }
        answer
    }
}
