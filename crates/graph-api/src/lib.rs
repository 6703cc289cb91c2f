//! A typed client of the Graph API calls that leaving a Multi-Partner Solution takes.
//!
//! ```text
//!   a call (a value)             GraphEndpoint              Transport
//!   calls::ReadWaba { .. }  ──►  http::Request<Bytes>  ──►  one exchange over the network,
//!                                                           or in process with a simulator
//!   Reply<Waba>  ◄── the call reads its answer ◄── http::Response<Bytes>
//!   CallError    ◄── not sent · unknown · refused by Meta (GraphError) · unreadable
//! ```
//!
//! * [`calls`] has one file for each call: its path, its token, its body and the reading of its answer.
//!   The type of the token stands in the call, so that a wrong one cannot be given.
//! * [`send()`] makes exactly one exchange. [`CallError::was_possibly_executed`] is the question that matters after a write.
//! * [`GraphError::cause`] and [`GraphError::verdict`] say what a refusal means and whose turn it is.
//! * [`Usage`] is what Meta's headers say about the budgets that remain.
//! * [`phone::E164`] splits numbers as guide 8 wants them.
//! * [`recreation`] makes of a template that was read the request that creates it again; [`download()`] fetches its samples.
//! * [`webhook`] checks signatures of webhooks and reads what they tell.
//!
//! ```
//! use std::time::Duration;
//! use unmoor_graph_api::{calls::ReadMigrationIntent, *};
//!
//! // Guide 4: only ACCEPTED, with a destination, opens the way.
//! async fn destination(transport: &dyn Transport, call: &ReadMigrationIntent) -> Result<Option<WabaId>, CallError> {
//!     let meta = GraphEndpoint::meta();
//!     let reply = send(transport, &meta, call, Duration::from_secs(30)).await?;
//!     let accepted = reply.answer.status == calls::IntentStatus::Accepted;
//!     Ok(reply.answer.destination_waba.filter(|_| accepted).map(|waba| waba.id))
//! }
//! ```
//!
//! What this crate must never do: retry, wait, read a clock, decide what comes next, know any other crate of this
//! workspace, or show a token, a secret or a PIN in a `Debug` output or in an error.

pub mod calls;
pub mod nodes;
pub mod phone;
pub mod recreation;
pub mod webhook;

mod call;
mod download;
mod endpoint;
mod error;
mod fields;
mod id;
mod json;
#[cfg(feature = "network")]
mod network;
mod open_enum;
mod page;
mod redact;
mod secret;
mod send;
mod transport;
mod usage;

pub use call::{CallKind, CallTag, GraphCall, RequestBody, RequestError, RequestParts};
pub use download::{DownloadError, SampleFile, download};
pub use endpoint::{EndpointError, GraphEndpoint, GraphVersion};
pub use error::{Cause, GraphError, Lane, Party, TokenProblem, Verdict};
pub use fields::Fields;
pub use id::{AppId, IdError, MigrationIntentId, PhoneNumberId, PortfolioId, TemplateId, WabaId};
pub use json::AnswerError;
#[cfg(feature = "network")]
pub use network::{NetworkError, NetworkTransport};
pub use page::{Cursor, Page, PagedCall, Walk, WalkError, walk_pages};
pub use redact::{Redactor, request_line};
pub use secret::{AppSecret, AppToken, BusinessToken, Pin, SecretError, SystemToken, appsecret_proof};
pub use send::{CallError, Reply, ReplyHead, send};
pub use transport::{Transport, TransportError};
pub use usage::{AppUsage, BusinessUsage, Usage};
