//! The other side: answers that the bytes have chosen, in order, and what was asked of it.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use unmoor_graph_api::{Transport, TransportError};

pub struct Script {
    answers: Mutex<VecDeque<http::Response<Bytes>>>,
    pub asked: Mutex<Vec<http::Uri>>,
}

impl Script {
    pub fn of(answers: &[http::Response<Bytes>]) -> Self {
        Self { answers: Mutex::new(answers.iter().cloned().collect()), asked: Mutex::default() }
    }

    /// How many requests came. Each has to have gone to Meta, below the version, and nowhere else.
    pub fn requests(&self) -> usize {
        let asked = self.asked.lock().unwrap();
        for uri in asked.iter() {
            assert_eq!((uri.scheme_str(), uri.host()), (Some("https"), Some("graph.facebook.com")), "{uri}");
            assert!(uri.port().is_none() && uri.path().starts_with("/v25.0/"), "{uri}");
        }
        asked.len()
    }
}

#[async_trait]
impl Transport for Script {
    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        _: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        self.asked.lock().unwrap().push(request.uri().clone());
        let answer = self.answers.lock().unwrap().pop_front();
        answer.ok_or_else(|| TransportError::NoAnswer("the script has ended".to_owned()))
    }
}

/// What a future comes to that waits for nothing.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the call waits, and nothing here makes it wait"),
    }
}
