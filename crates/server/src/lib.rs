//! What other programs and people reach over HTTP: the REST API under `/api/v1`, the webhook receiver, the operator
//! console and the customer page. An adapter, not a brain: it authenticates, translates a request into an input for
//! the engine's inbox or a query of the store, and renders the answer.
//!
//! It may use `unmoor-engine`, `unmoor-store`, `unmoor-migration`, and of `unmoor-graph-api` the part that verifies and
//! parses webhooks. Nothing but the binary uses it.
//!
//! # What it must never know or do
//!
//! - It must never set the phase of a migration or the state of a number. A webhook wakes and an operator asks; the
//!   engine reads the truth again and `unmoor_migration::decide` answers.
//! - It must never call the Graph API and never hold a client that could.
//! - It must never see an opened secret: business tokens, system tokens, app secrets and PINs stay in the vault, and
//!   what it shows, logs or streams is built from types that cannot hold one. The one way out is the engine's journaled
//!   reveal of a PIN to a named person with a reason.
//! - It must never keep the body of a message. Of a webhook about messages, ids, instants, status and pricing are kept.
//! - It must never answer a webhook before its raw bytes are verified and durable, nor interpret them before it answered.
//! - It must never depend on the simulator or the command line: a server that knows it is being rehearsed proves nothing.
//!
//! Nothing is served yet. The package holds its place in the dependency table, which `cargo xtask tidy` enforces.
